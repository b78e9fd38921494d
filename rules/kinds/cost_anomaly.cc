// cost_anomaly: a day costs what days like it do not.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/kinds/day_model.h"
#include "rules/kinds/expected_events.h"
#include "rules/kinds/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr const char* kPatterns[] = {"none", "daily", "weekly"};
constexpr const char* kDirections[] = {"up", "down", "both"};
constexpr const char* kSensitivities[] = {"low", "medium", "high"};

const Option kAnomalyOptions[] = {
    {.name = "history", .type = OptionType::kDuration, .sentence = "How far back the usual is learnt from", .default_text = "8w", .example = "8 weeks", .minimum = 14 * 86400, .maximum = 365 * 86400},
    {.name = "pattern", .type = OptionType::kChoice, .sentence = "Whether weekdays are compared with their like (weekly), or all days with all: bills are by the day, so daily is the same as none", .default_text = "weekly", .choices = kPatterns},
    {.name = "direction", .type = OptionType::kChoice, .sentence = "Whether more, less, or both are reported", .default_text = "up", .choices = kDirections},
    {.name = "sensitivity", .type = OptionType::kChoice, .sentence = "How unusual a day must be: low reports the least", .default_text = "medium", .choices = kSensitivities},
};
const OptionTable kAnomaly = {"anomaly", "What counts as unusual.", kAnomalyOptions};
const Option kOptionList[] = {
    {.name = "anomaly", .type = OptionType::kMap, .sentence = "What counts as unusual", .fields = &kAnomaly},
    {.name = "expected", .type = OptionType::kMapList, .sentence = "Known events, which are neither reported nor learnt from", .example = "[{from: 2026-11-26, to: 2026-11-30, where: {service: AmazonCloudFront}, reason: Black Friday}]", .fields = &kExpectedOptions},
};
const OptionTable kOptions = {"cost_anomaly", "Tells you when a day costs what days like it do not.", kOptionList};

const Option kImpactOptions[] = {{.name = "at_least", .type = OptionType::kMoney, .sentence = "Money spent beyond the usual, added up over the anomaly", .example = "100 USD", .required = true}};
const OptionTable kImpact = {"impact", "Spent minus expected.", kImpactOptions};
const Option kChangeOptions[] = {{.name = "at_least", .type = OptionType::kRatio, .sentence = "Share of the usual", .example = "30%", .required = true}};
const OptionTable kChange = {"change", "Spent minus expected, as a share of the expected.", kChangeOptions};
const Option kConditionList[] = {
    {.name = "impact", .type = OptionType::kMap, .sentence = "The least money, added up over the anomaly", .example = "{at_least: 100 USD}", .fields = &kImpact},
    {.name = "change", .type = OptionType::kMap, .sentence = "The least share of the usual", .example = "{at_least: 30%}", .fields = &kChange},
};
const OptionTable kCondition = {"condition of cost_anomaly", "Both must hold.", kConditionList};

constexpr int kWarmUp = 14;         // days of history before anything is judged
constexpr int kNormalDays = 2;      // this many in a row end an anomaly
constexpr int kNewNormal = 14;      // an anomaly this long is the new normal
constexpr absl::Duration kDay = absl::Hours(24);

class AnomalyEvaluator : public Evaluator {
 public:
  explicit AnomalyEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), cells_(rule_->options.Map("anomaly").Duration("history") + 40 * kDay), events_(rule_->options.MapList("expected")) {
    const std::string& sensitivity = Anomaly().Text("sensitivity");
    least_score_ = sensitivity == "low" ? 6 : sensitivity == "high" ? 3 : 4;
  }

  void Define(int slot, const Series& series) override {
    cells_.Define(slot, series);
    events_.Define(series.labels);
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { cells_.Add(slot, sample, due); }

  // Scores every day of the present run anew: a restated day inside it counts as it is now.
  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    const std::int64_t today = DayOf(time) - 1;
    const absl::Duration history = Anomaly().Duration("history");
    const std::map<std::int64_t, std::int64_t> days = cells_.Days(time - history - kNewNormal * kDay, time, time);
    std::map<std::int64_t, std::int64_t> ordinary = days;
    std::erase_if(ordinary, [&](const auto& one) { return events_.On(one.first) != nullptr; });
    const DayModel model = DayModel::Fit(ordinary, today - Length(ordinary, today), Anomaly().Text("pattern") == "weekly");
    history_days_ = model.history();
    out.known = days.count(today) > 0;
    if (!out.known) return out;
    Measure(days, model, today);
    const bool judged = history_days_ >= kWarmUp;
    out.stake_micros = std::llabs(excess_);
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      out.holds[i] = judged && run_ > 0 && run_ <= kNewNormal && Enough(rule_->levels[i].condition);
      out.recovered[i] = run_ == 0 || run_ > kNewNormal;
    }
    return out;
  }

  void Describe(Transition& out) const override {
    const std::string unit = cells_.currency().code();
    out.values = {{"actual", Text(actual_), unit, "", ""}, {"expected", Text(expected_), unit, Text(low_), Text(high_)}};
    out.condition_text = absl::StrCat("a day beyond ", Shown(high_));
    out.threshold = NamedValue{"threshold", Text(high_), unit, "", ""};
    out.window = {now_ - kDay * std::max(run_, 1), now_};
    out.provisional = cells_.Provisional(now_);
    out.contributors = cells_.Largest(now_ - kDay * std::max(run_, 1), now_, now_, 3);
    out.impact.amount = {std::llabs(run_ == 0 ? last_excess_ : excess_), cells_.currency()};
    out.impact.basis = "excess";
    out.impact.method = "spent minus expected, since the anomaly began";
    out.explanation = Explain();
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("actual", Shown(actual_));
    out.emplace_back("value", Shown(actual_));
    out.emplace_back("expected", Shown(expected_));
    out.emplace_back("threshold", Shown(high_));
    out.emplace_back("weekday", WeekdayName(DayOf(now_) - 1));
    out.emplace_back("change", absl::StrCat(NumberText(std::round(Change() * 100)), "%"));
  }

  void Save(StateWriter& out) const override {
    cells_.Save(out);
    out.Time(now_);
    for (std::int64_t value : {actual_, expected_, low_, high_, excess_, last_excess_}) out.Int(value);
    out.Int(last_run_);
    out.Int(run_);
    out.Int(history_days_);
  }
  void Load(StateReader& in) override {
    cells_.Load(in);
    now_ = in.Time();
    for (std::int64_t* value : {&actual_, &expected_, &low_, &high_, &excess_, &last_excess_}) *value = in.Int();
    last_run_ = static_cast<int>(in.Int());
    run_ = static_cast<int>(in.Int());
    history_days_ = static_cast<int>(in.Int());
  }

 private:
  const OptionValues& Anomaly() const { return rule_->options.Map("anomaly"); }
  std::string Text(std::int64_t micros) const { return Money{micros, {}}.ToDecimal(); }
  std::string Shown(std::int64_t micros) const { return Money{micros, cells_.currency()}.ToText(); }
  double Change() const { return expected_ > 0 ? static_cast<double>(actual_ - expected_) / static_cast<double>(expected_) : 0; }

  // Days at the end of `days` that are out of line with what came before them: the model must not learn from these.
  int Length(const std::map<std::int64_t, std::int64_t>& days, std::int64_t today) const {
    const bool weekly = Anomaly().Text("pattern") == "weekly";
    int length = 0;
    for (int back = 0; back <= kNewNormal; ++back) {
      const DayModel before = DayModel::Fit(days, today - back, weekly);
      if (before.history() < kWarmUp) break;
      const auto found = days.find(today - back);
      if (found != days.end() && Unusual(static_cast<double>(found->second), before, today - back)) length = back;
    }
    return length;
  }

  bool Unusual(double cost, const DayModel& model, std::int64_t day) const {
    if (events_.On(day) != nullptr) return false;
    const double expected = model.Expected(day), room = least_score_ * model.scale() * expected;
    const std::string& direction = Anomaly().Text("direction");
    if (direction != "down" && cost > expected + room) return true;
    return direction != "up" && cost < expected - room;
  }

  void Measure(const std::map<std::int64_t, std::int64_t>& days, const DayModel& model, std::int64_t today) {
    actual_ = days.at(today);
    expected_ = ScaleMicros(1, model.Expected(today));
    const double room = least_score_ * model.scale() * model.Expected(today);
    low_ = ScaleMicros(1, std::max(0.0, model.Expected(today) - room));
    high_ = ScaleMicros(1, model.Expected(today) + room);
    run_ = 0;
    excess_ = 0;
    int normal = 0, newest = -1;
    std::int64_t excess = 0;
    for (int back = 0; back <= kNewNormal && normal < kNormalDays; ++back) {
      const auto found = days.find(today - back);
      if (found == days.end()) break;
      const bool unusual = Unusual(static_cast<double>(found->second), model, today - back);
      normal = unusual ? 0 : normal + 1;
      if (!unusual) continue;
      if (newest < 0) newest = back;
      run_ = back + 1;
      excess = (Money{excess, {}} + Money{found->second, {}} - Money{ScaleMicros(1, model.Expected(today - back)), {}}).micros;
      excess_ = excess;
    }
    if (run_ > 0) last_run_ = run_ - newest, last_excess_ = excess_;
  }

  bool Enough(const OptionValues& level) const {
    if (level.Has("impact") && std::llabs(excess_) < level.Map("impact").Amount("at_least").micros) return false;
    return !level.Has("change") || expected_ <= 0 || static_cast<double>(std::llabs(excess_)) >= level.Map("change").Number("at_least") * static_cast<double>(expected_);
  }

  std::string Explain() const {
    const std::int64_t day = DayOf(now_) - 1;
    if (const std::string* reason = events_.On(day)) return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ", which is not judged: ", *reason, " is expected.");
    if (run_ > kNewNormal) return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ": after ", kNewNormal, " days this is accepted as the new normal.");
    if (run_ == 0)
      return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ", which is usual again (", Shown(low_), " to ", Shown(high_), "). The anomaly came to ", Shown(std::llabs(last_excess_)),
                          last_excess_ >= 0 ? " more" : " less", " than expected in ", last_run_, last_run_ == 1 ? " day." : " days.");
    std::string out = absl::StrCat(Shown(actual_), " on ", WeekdayName(day), "; ", Shown(low_), " to ", Shown(high_), " is usual on a ", WeekdayName(day), " (", history_days_, " days of history). ",
                                   Shown(std::llabs(excess_)), excess_ >= 0 ? " more" : " less", " than expected in ", run_, run_ == 1 ? " day" : " days", ".");
    const std::vector<Contributor> most = cells_.Largest(now_ - kDay * run_, now_, now_, 1);
    if (!most.empty()) absl::StrAppend(&out, " The largest part is ", most[0].labels.ToString(), ".");
    return out;
  }

  std::shared_ptr<const Rule> rule_;
  CostCells cells_;
  ExpectedEvents events_;
  double least_score_ = 4;
  absl::Time now_ = absl::InfinitePast();
  std::int64_t actual_ = 0, expected_ = 0, low_ = 0, high_ = 0, excess_ = 0;
  std::int64_t last_excess_ = 0;  // of the anomaly that was seen last
  int run_ = 0, last_run_ = 0, history_days_ = 0;
};

class AnomalyKind : public RuleKind {
 public:
  const char* name() const override { return "cost_anomaly"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: UnusualSpend\n  kind: cost_anomaly\n  watch:\n    cost: effective\n    by: [account, service]\n    leave_out: {charge_category: [Tax, Credit, Refund]}\n"
           "  anomaly: {history: 8 weeks, pattern: weekly, direction: up}\n  when:\n    impact: {at_least: 100 USD}\n    change: {at_least: 30%}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kCost; }
  Windows windows() const override { return Windows::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool needs_condition() const override { return true; }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    ExpectedEvents::Check(rule.options.MapList("expected"), out);
    for (const Level& level : rule.levels)
      if (!level.condition.Has("impact") && !level.condition.Has("change"))
        out.push_back(LogicError("R401", level.condition.mark, "nothing is compared here: write impact or change, such as {impact: {at_least: 100 USD}}"));
  }
  const char* default_summary() const override { return "${actual} on ${weekday}, ${expected} was expected (${change} difference)"; }
  std::vector<std::string> template_names() const override { return {"actual", "expected", "weekday", "change"}; }
  std::string Say(const Rule& rule) const override {
    std::string limits;
    const OptionValues& when = rule.levels[0].condition;
    if (when.Has("impact")) absl::StrAppend(&limits, " by at least ", when.Map("impact").Amount("at_least").ToText());
    if (when.Has("change")) absl::StrAppend(&limits, limits.empty() ? " by at least " : " and ", NumberText(when.Map("change").Number("at_least") * 100), "%");
    return absl::StrCat(ToText(rule.levels[0].severity), " when a day costs ", rule.options.Map("anomaly").Text("direction") == "down" ? "less" : "more", " than is usual for its weekday", limits, SayGroup(rule), ".", ExpectedEvents::Say(rule.options.MapList("expected")));
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<AnomalyEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& cost_anomaly_kind();
const RuleKind& cost_anomaly_kind() {
  static const AnomalyKind kind;
  return kind;
}

}  // namespace nephoscope
