// metric_anomaly: a number is unusual for the time of the day or the week, by the same time of the weeks before.
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/group_history.h"
#include "rules/kinds/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/median.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24), kWeek = absl::Hours(7 * 24);
constexpr absl::Duration kSlot = absl::Minutes(15);  // the history has no more points than one for each
constexpr std::int64_t kUnusual = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t kLeastPoints = 6;              // that are compared with
constexpr double kLeastShare = 0.05;                 // of the expected value: a closer band is noise

constexpr const char* kPatterns[] = {"none", "daily", "weekly"};
constexpr const char* kDirections[] = {"both", "up", "down"};
constexpr const char* kSensitivities[] = {"low", "medium", "high"};
const Option kAnomalyList[] = {
    {.name = "history", .type = OptionType::kDuration, .sentence = "How far back normal is learned from; nothing is said before half of it is there", .default_text = "28d", .minimum = 86400 * 2, .maximum = 86400 * 92},
    {.name = "pattern", .type = OptionType::kChoice, .sentence = "The rhythm that normal follows: each time of the week is compared with the same one, or each time of the day, or all with all", .default_text = "weekly", .choices = kPatterns},
    {.name = "direction", .type = OptionType::kChoice, .sentence = "Which way is unusual", .default_text = "both", .choices = kDirections},
    {.name = "sensitivity", .type = OptionType::kChoice, .sentence = "How far from normal: 6, 4.5 or 3 robust standard deviations", .default_text = "medium", .choices = kSensitivities},
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

double WidthOf(const OptionValues& anomaly) { return anomaly.Text("sensitivity") == "low" ? 6 : anomaly.Text("sensitivity") == "high" ? 3 : 4.5; }

class MetricAnomalyEvaluator : public Evaluator {
 public:
  explicit MetricAnomalyEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)), anomaly_(rule_->options.Map("anomaly")), reach_(anomaly_.Duration("history")), windows_(*rule_), history_(kSlot, reach_ + kWeek) {
    const std::string& pattern = anomaly_.Text("pattern");
    rhythm_ = pattern == "weekly" ? kWeek : pattern == "daily" ? kDay : absl::ZeroDuration();
  }

  void Define(int slot, const Series& series) override {
    windows_.Define(slot, series);
    cadence_ = std::max(cadence_, series.cadence);
    unit_ = series.unit;
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    news_.clear();
    windows_.Add(slot, sample, news_);
    const absl::Duration step = Step();
    for (const absl::Time time : news_) due.push_back(GridUp(time, step));
  }

  absl::Duration rhythm() const override { return Step(); }
  bool judges_past() const override { return true; }
  void KeepFrom(absl::Time from) override {
    windows_.KeepFrom(from);
    history_.KeepFrom(from);
  }
  std::int64_t Carry() const override { return normal_since_ == absl::InfinitePast() ? kUnusual : absl::ToUnixMillis(normal_since_); }
  void GoBack(absl::Time from, std::int64_t carry) override {
    history_.GoBack(from);
    normal_since_ = carry == kUnusual ? absl::InfinitePast() : absl::FromUnixMillis(carry);
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    const GroupValue& now = windows_.At(time);
    missing_ = &now.missing;
    out.known = now.known;
    if (!out.known) return out;
    if (!now.whole()) return JudgePart(now, out);
    if (first_ == absl::InfinitePast()) first_ = time;
    now_ = time;
    value_ = now.value;
    warming_up_ = time - first_ < reach_ / 2;
    const bool judged = !warming_up_ && Band(time);
    history_.Add(time, value_);
    out.known = judged || warming_up_;  // without anything to compare with it is no point
    if (!judged) return out;
    const bool unusual = Unusual({value_, value_});
    if (unusual) normal_since_ = absl::InfinitePast();
    else if (normal_since_ == absl::InfinitePast()) normal_since_ = time;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const Level& level = rule_->levels[i];
      out.holds[i] = unusual;
      out.recovered[i] = !unusual && (!level.recover || time - normal_since_ >= level.recover->Duration("normal_for"));
    }
    return out;
  }

  void Describe(Transition& out) const override {
    out.values = {{"value", absl::StrCat(value_), unit_, "", ""}};
    if (!warming_up_) out.values.push_back({"expected", absl::StrCat(middle_), unit_, absl::StrCat(low()), absl::StrCat(high())});
    out.condition_text = absl::StrCat(rule_->watch.metric, " is unusual");
    if (rule_->watch.window > absl::ZeroDuration()) out.window = {out.time - rule_->watch.window, out.time};
    out.explanation = Explain();
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("value", ValueText(value_, unit_));
    out.emplace_back("expected", ValueText(middle_, unit_));
    out.emplace_back("low", Edge(low()));
    out.emplace_back("high", Edge(high()));
    out.emplace_back("threshold", Edge(value_ < middle_ ? low() : high()));
  }

  void Save(StateWriter& out) const override {
    out.Time(first_);
    out.Time(now_);
    out.Time(normal_since_);
    out.Real(value_), out.Real(middle_), out.Real(scale_);
    out.Int(warming_up_);
    windows_.Save(out);
    history_.Save(out);
  }
  void Load(StateReader& in) override {
    first_ = in.Time();
    now_ = in.Time();
    normal_since_ = in.Time();
    value_ = in.Real(), middle_ = in.Real(), scale_ = in.Real();
    warming_up_ = in.Int() != 0;
    windows_.Load(in);
    history_.Load(in);
  }

  void Leave(int slot) override { windows_.Leave(slot); }
  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return missing_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(*missing_);
  }

 private:
  // Whatever of these the value is.
  bool Unusual(PossibleValues values) const {
    const std::string& direction = anomaly_.Text("direction");
    return (direction != "down" && values.low > high()) || (direction != "up" && values.high < low());
  }

  // Without some of its series: it can be unusual by the others alone, but is no part of what is usual.
  Judgement JudgePart(const GroupValue& value, Judgement out) {
    const auto before = std::pair(middle_, scale_);
    const absl::Time now = out.time;
    out.known = first_ != absl::InfinitePast() && now - first_ >= reach_ / 2 && Band(now);
    const bool unusual = out.known && Unusual(value.possible);
    if (!unusual) std::tie(middle_, scale_) = before;
    out.partial = true;
    if (!unusual) return out.recovered.set(), out;
    now_ = now;
    value_ = value.value;
    warming_up_ = false;
    normal_since_ = absl::InfinitePast();
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) out.holds.set(i);
    return out;
  }

  double low() const { return middle_ - WidthOf(anomaly_) * scale_; }
  double high() const { return middle_ + WidthOf(anomaly_) * scale_; }

  // What is usual has no exact edge: whole numbers, or three digits of what is small.
  std::string Edge(double value) const {
    const double digit = value == 0 ? 1 : std::min(1.0, std::pow(10, std::floor(std::log10(std::fabs(value))) - 2));
    return ValueText(std::round(value / digit) * digit, unit_);
  }

  absl::Duration Step() const { return rule_->every > absl::ZeroDuration() ? rule_->every : std::max({rule_->watch.window, cadence_, absl::Minutes(1)}); }
  // How far from the same time of another week a point may be: four weeks alone are four points.
  absl::Duration Near() const { return std::max(2 * kSlot, Step()); }

  // What is usual at `time`: false where too little is known.
  bool Band(absl::Time time) {
    compared_.clear();
    const auto& points = history_.points();
    const absl::Duration near = Near();
    for (auto at = points.begin(); at != points.end(); ++at) {
      if (at->time < time - reach_ - near || at->time >= time) continue;
      if (rhythm_ > absl::ZeroDuration()) {
        const absl::Duration off = (time - at->time) % rhythm_;
        const bool before = time - at->time > near;  // the last minutes are no past week
        if (!before || std::min(off, rhythm_ - off) > near) continue;
      }
      compared_.push_back(at->value);
    }
    if (compared_.size() < kLeastPoints) return false;
    middle_ = Median(compared_);
    for (double& value : compared_) value = std::fabs(value - middle_);
    scale_ = std::max({1.4826 * Median(compared_), kLeastShare * std::fabs(middle_), 1e-9});
    return true;
  }

  std::string Explain() const {
    if (warming_up_)
      return absl::StrCat("WARMING_UP: ", LengthText(absl::ToDoubleSeconds(now_ - first_)), " of the past are known; nothing is said before ", LengthText(absl::ToDoubleSeconds(reach_ / 2)), " are.");
    return absl::StrCat(rule_->watch.metric, " is ", ValueText(value_, unit_), "; usual ", rhythm_ == kWeek ? "at this time of the week" : rhythm_ == kDay ? "at this time of the day" : "here", " is ",
                        ValueText(middle_, unit_), " (", Edge(low()), " to ", Edge(high()), ").");
  }

  std::shared_ptr<const Rule> rule_;
  const OptionValues& anomaly_;  // of rule_
  absl::Duration reach_, rhythm_ = absl::ZeroDuration(), cadence_ = absl::ZeroDuration();
  WindowStat windows_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  GroupHistory history_;
  std::string unit_;
  absl::Time first_ = absl::InfinitePast(), now_ = absl::InfinitePast(), normal_since_ = absl::InfinitePast();
  double value_ = 0, middle_ = 0, scale_ = 0;
  bool warming_up_ = true;
  std::vector<absl::Time> news_;   // scratch
  std::vector<double> compared_;   // scratch
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
    const absl::Duration least = anomaly.Text("pattern") == "weekly" ? 3 * kWeek : anomaly.Text("pattern") == "daily" ? 6 * kDay : absl::ZeroDuration();
    if (anomaly.Duration("history") < least)
      out.push_back(LogicError("R462", anomaly.MarkOf("history"), absl::StrCat("the history is too short for the pattern ", anomaly.Text("pattern"), ": write ", LengthText(absl::ToDoubleSeconds(least)), " or more, or another pattern")));
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
