// metric_anomaly: a number is unusual for the time of the day or the week, by the same time of the weeks before.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/group_history.h"
#include "rules/engine/kind.h"
#include "rules/kinds/metric_watch.h"
#include "rules/kinds/metric_words.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24), kWeek = absl::Hours(7 * 24);
constexpr std::int64_t kLayout = -1001;  // of a state; no time that an older one begins with

constexpr const char* kPatterns[] = {"none", "daily", "weekly"};
constexpr const char* kDirections[] = {"both", "up", "down"};
constexpr const char* kSensitivities[] = {"low", "medium", "high"};
const Option kAnomalyList[] = {
    {.name = "history", .type = OptionType::kDuration, .sentence = "How far back a coordinator would look to know what is usual; nothing is said before 15 % of it is there, at most 750 points", .default_text = "28d", .minimum = 86400 * 2, .maximum = 86400 * 400},
    {.name = "pattern", .type = OptionType::kChoice, .sentence = "The rhythm that normal follows: each time of the week is compared with the same one, or each time of the day, or all with all", .default_text = "weekly", .choices = kPatterns},
    {.name = "direction", .type = OptionType::kChoice, .sentence = "Which way is unusual", .default_text = "both", .choices = kDirections},
    {.name = "sensitivity", .type = OptionType::kChoice, .sentence = "low: only what is new for the series. medium: clear excursions too. high: each clear excursion", .default_text = "medium", .choices = kSensitivities},
};
const OptionTable kAnomaly = {"anomaly", "What is unusual.", kAnomalyList};
const Option kOptionList[] = {
    {.name = "anomaly", .type = OptionType::kMap, .sentence = "What is unusual", .example = "{history: 28d, pattern: weekly, sensitivity: medium}", .fields = &kAnomaly},
};
const OptionTable kOptions = {"metric_anomaly", "Tells you when a number is unusual for the time of the week.", kOptionList};
const OptionTable kCondition = {"condition of metric_anomaly", "Being unusual is the condition.", {}};
const Option kRecoverList[] = {
    {.name = "normal_for", .type = OptionType::kDuration, .sentence = "Over once it was normal for this long", .example = "30m"},
};
const OptionTable kRecover = {"recovery of metric_anomaly", "When it is normal again.", kRecoverList};

// The dial: what is new for a series only, or each clear excursion too (detection.md 1.1).
const MetricTuning& TuningOf(const OptionValues& anomaly) {
  static const MetricTuning low = {.dial = 0, .threshold = 2.8, .margin = 1.8, .fatigue = 0.15};
  static const MetricTuning medium = {};
  static const MetricTuning high = {.dial = 1};
  const std::string& sensitivity = anomaly.Text("sensitivity");
  return sensitivity == "low" ? low : sensitivity == "high" ? high : medium;
}

MetricRhythm RhythmOf(const OptionValues& anomaly) {
  const std::string& pattern = anomaly.Text("pattern");
  const std::int64_t day = absl::ToInt64Milliseconds(kDay);
  if (pattern == "weekly") return {.period_ms = 7 * day, .cells = 168, .cells_an_hour = 1};
  if (pattern == "daily") return {.period_ms = day, .cells = 96, .cells_an_hour = 4};
  return {.period_ms = day, .cells = 1, .cells_an_hour = 1};
}

MetricWatch::Question QuestionOf(const Rule& rule, const OptionValues& anomaly) {
  const std::string& direction = anomaly.Text("direction");
  MetricWatch::Question out{.tuning = &TuningOf(anomaly),
                            .rhythm = RhythmOf(anomaly),
                            .history = anomaly.Duration("history"),
                            .direction = direction == "up" ? 1 : direction == "down" ? -1 : 0};
  for (const Level& level : rule.levels) {
    const bool says = level.recover && level.recover->Has("normal_for");
    out.normal_for.push_back(says ? level.recover->Duration("normal_for") : absl::ZeroDuration());
    const bool first = out.normal_for.size() == 1;
    const int points = std::max(1, level.hold_points.first);
    out.least_points = first ? points : std::min(out.least_points, points);
    out.least_held = first ? level.hold : std::min(out.least_held, level.hold);
  }
  return out;
}

class MetricAnomalyEvaluator : public Evaluator {
 public:
  explicit MetricAnomalyEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)),
        anomaly_(rule_->options.Map("anomaly")),
        windows_(*rule_),
        watch_(QuestionOf(*rule_, anomaly_)) {}

  void Define(int slot, const Series& series) override {
    windows_.Define(slot, series);
    cadence_ = std::max(cadence_, series.cadence);
    unit_ = series.unit;
    several_ = several_ || slot > 0;
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const std::size_t before = due.size();
    windows_.Add(slot, sample, due);
    for (std::size_t i = before; i < due.size(); ++i) due[i] = DueOf(due[i], sample.time());
  }

  // Of a window the points are windows, however fast the data come.
  absl::Duration rhythm() const override {
    if (rule_->every > absl::ZeroDuration()) return rule_->every;
    return std::max(rule_->watch.window, cadence_);
  }

  bool judges_past() const override { return true; }
  void KeepFrom(absl::Time from) override {
    windows_.KeepFrom(from);
    watch_.KeepFrom(from);
  }
  void GoBack(absl::Time from, std::int64_t carry) override {
    (void)carry;
    watch_.GoBack(from);
  }

  Judgement Judge(absl::Time time) override {
    const GroupValue& value = windows_.At(time);
    missing_ = &value.missing;
    if (!value.known) return Unknown(time);
    if (time <= watch_.newest()) return Judged(time, watch_.Again(time));
    if (value.whole()) return Judged(time, watch_.Step(time, value.value, rhythm()));
    // Without some of its series: it can be unusual by the others alone, but is no part of what is usual.
    const MetricVerdict* part = watch_.StepPart(time, value.value, value.possible);
    return part != nullptr ? Judged(time, *part) : Unknown(time);
  }

  void Describe(Transition& out) const override {
    const MetricVerdict verdict = watch_.Told();
    const MetricWords words(About(), verdict);
    out.values = {{"value", absl::StrCat(verdict.look.value), unit_, "", ""}};
    if (!verdict.warming_up) {
      const MetricModel::Usual& usual = verdict.usual;
      out.values.push_back({"expected", absl::StrCat(usual.centre), unit_, absl::StrCat(usual.low), absl::StrCat(usual.high)});
      out.values.push_back({"score", absl::StrFormat("%.2f", verdict.look.score), "", "", ""});
    }
    out.condition_text = absl::StrCat(rule_->watch.metric, " is unusual");
    if (rule_->watch.window > absl::ZeroDuration()) out.window = {out.time - rule_->watch.window, out.time};
    out.explanation = words.Explanation();
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    const MetricVerdict verdict = watch_.Told();
    const MetricWords words(About(), verdict);
    out.emplace_back("value", words.Value());
    out.emplace_back("expected", words.Expected());
    out.emplace_back("low", words.Low());
    out.emplace_back("high", words.High());
    out.emplace_back("threshold", verdict.look.value < verdict.usual.centre ? words.Low() : words.High());
    out.emplace_back("pattern", words.Pattern());
  }

  void Save(StateWriter& out) const override {
    out.Int(kLayout);
    windows_.Save(out);
    watch_.Save(out);
  }
  void Load(StateReader& in) override {
    if (in.Int() != kLayout) return SkipBandState(in);
    windows_.Load(in);
    watch_.Load(in);
  }

  void Leave(int slot) override { windows_.Leave(slot); }
  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return missing_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(*missing_);
  }

 private:
  static Judgement Unknown(absl::Time time) {
    Judgement out;
    out.time = time;
    out.known = false;
    return out;
  }

  // Windows are judged on their grid. The points of a single series at their own times: on a grid of its usual rhythm some of
  // an unsteady one would be lost, and others would belong to another time of the day.
  absl::Time DueOf(absl::Time by_data, absl::Time point) const {
    if (rule_->watch.window > absl::ZeroDuration()) return GridUp(by_data, rhythm());
    return several_ || rule_->every > absl::ZeroDuration() ? by_data : point;
  }

  Judgement Judged(absl::Time time, const MetricVerdict& verdict) const {
    Judgement out;
    out.time = time;
    out.partial = verdict.partial;
    out.latched = true;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      out.holds[i] = verdict.unusual;
      out.recovered[i] = !verdict.unusual && (!verdict.incident.open || watch_.Over(verdict, i));
    }
    return out;
  }

  // A state of before 1.1 of detection.md: a band and weeks of points. The model begins anew, the alert goes on.
  void SkipBandState(StateReader& in) {
    for (int i = 0; i < 6; ++i) (void)in.Int();
    windows_.Load(in);
    GroupHistory points(absl::Minutes(15), kWeek);
    points.Load(in);
  }

  MetricWords::About About() const {
    const std::string& pattern = anomaly_.Text("pattern");
    return {.metric = rule_->watch.metric,
            .unit = unit_,
            .at_this_time = pattern == "weekly" ? " at this time of the week" : pattern == "daily" ? " at this time of the day" : " here",
            .first = watch_.first(),
            .back_since = watch_.back_since(),
            .gap = watch_.gap()};
  }

  std::shared_ptr<const Rule> rule_;
  const OptionValues& anomaly_;  // of rule_
  WindowStat windows_;
  MetricWatch watch_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  absl::Duration cadence_ = absl::ZeroDuration();
  std::string unit_;
  bool several_ = false;  // series
};

class MetricAnomalyKind : public RuleKind {
 public:
  const char* name() const override { return "metric_anomaly"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: RequestRateUnusual\n  kind: metric_anomaly\n  watch: {metric: requests, stat: sum, window: 15m, by: [app]}\n  anomaly:\n    history: 28d\n    pattern: weekly\n    direction: both\n    sensitivity: medium\n"
           "  for: 3 of 4 points\n  recover: {normal_for: 30m}\n  severity: info\n  summary: ${app} has ${value} requests; usual is ${expected}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetric; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  const OptionTable& recover() const override { return kRecover; }
  bool needs_condition() const override { return false; }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const OptionValues& anomaly = rule.options.Map("anomaly");
    if (anomaly.Text("pattern") == "weekly" && anomaly.Duration("history") < kWeek)
      out.push_back(LogicError("R462", anomaly.MarkOf("history"),
                               "the history is too short for the pattern weekly: write 7 days or more, or another pattern"));
  }
  const char* default_summary() const override { return "the value is ${value}, usual is ${expected}"; }
  std::vector<std::string> template_names() const override { return {"expected", "low", "high"}; }
  Spoken Say(const Rule& rule) const override {
    const OptionValues& anomaly = rule.options.Map("anomaly");
    const std::string &direction = anomaly.Text("direction"), &pattern = anomaly.Text("pattern");
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels)
      out.levels.push_back({absl::StrCat("is ", direction == "up" ? "unusually high" : direction == "down" ? "unusually low" : "unusual",
                                         pattern == "weekly" ? " for the time of the week" : pattern == "daily" ? " for the time of the day" : ""),
                            level.recover && level.recover->Has("normal_for") ? absl::StrCat("it was usual for ", SayLength(level.recover->Duration("normal_for"))) : ""});
    out.details.push_back(absl::StrCat("The usual is learned from the last ", SayLength(anomaly.Duration("history")), "."));
    if (anomaly.Text("sensitivity") != "medium") out.details.push_back(absl::StrCat("Sensitivity is ", anomaly.Text("sensitivity"), "."));
    return out;
  }
  bool reads_silence_as_zero() const override { return true; }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<MetricAnomalyEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& metric_anomaly_kind();
const RuleKind& metric_anomaly_kind() {
  static const MetricAnomalyKind kind;
  return kind;
}

}  // namespace nephoscope
