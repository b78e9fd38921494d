// cost_anomaly: a day costs what days like it do not.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/kinds/day_model.h"
#include "rules/kinds/expected_events.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/noise_budget.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr const char* kPatterns[] = {"none", "daily", "weekly"};
constexpr const char* kDirections[] = {"up", "down", "both"};
constexpr const char* kSensitivities[] = {"low", "medium", "high"};

const Option kAnomalyOptions[] = {
    {.name = "history", .type = OptionType::kDuration, .sentence = "How far back the usual is learnt from", .default_text = "8w", .example = "8 weeks", .minimum = 14 * 86400, .maximum = 365 * 86400},
    {.name = "pattern", .type = OptionType::kChoice, .sentence = "Whether weekdays are compared with their like (weekly), or all days with all: bills are by the day, so daily is the same as none", .default_text = "weekly", .choices = kPatterns},
    {.name = "direction", .type = OptionType::kChoice, .sentence = "Whether more, less, or both are reported", .default_text = "up", .choices = kDirections},
    {.name = "noise_budget", .type = OptionType::kText, .sentence = "How many anomalies the whole rule may report: how unusual a day must be follows from that, each week anew", .example = "4 per month", .form = R"(^\s*[0-9.eE+]+\s+(?:per|a)\s+(?:day|week|month|quarter|year)\s*$)"},
    {.name = "sensitivity", .type = OptionType::kChoice, .sentence = "How unusual a day must be, in place of noise_budget: low reports the least; medium where neither is given", .choices = kSensitivities},
};
const OptionTable kAnomaly = {"anomaly", "What counts as unusual.", kAnomalyOptions};
const Option kOptionList[] = {
    {.name = "anomaly", .type = OptionType::kMap, .sentence = "What counts as unusual", .fields = &kAnomaly},
    {.name = "expected", .type = OptionType::kMapList, .sentence = "Known events, which are neither reported nor learnt from", .example = "[{from: 2026-11-26, to: 2026-11-30, reason: Black Friday}]", .fields = &kExpectedOptions},
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
constexpr int kSpareDays = 40;      // cells that are kept beyond those that are learnt from: data come late, and what is learnt from has a past as well
constexpr int kLeadDays = 26;       // of these, before the first day that a noise budget looks at
constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::size_t kMostPasts = 16;
constexpr absl::Duration kLeastSpan = absl::Hours(24 * 56);  // that a noise budget looks at

using DayCosts = std::map<std::int64_t, std::int64_t>;  // day since the epoch -> micros

double BudgetOf(const Rule& rule) { return ReadNoiseBudget(rule.options.Map("anomaly").Text("noise_budget")).value_or(0); }

// How far back days are looked at.
absl::Duration SpanOf(const Rule& rule) {
  const absl::Duration history = rule.options.Map("anomaly").Duration("history");
  return BudgetOf(rule) > 0 ? std::max(history, kLeastSpan) : history;
}

double FixedLimit(const std::string& sensitivity) { return sensitivity == "low" ? 6 : sensitivity == "high" ? 3 : 4; }

class AnomalyEvaluator : public Evaluator, private NoiseBudget::Group {
 public:
  explicit AnomalyEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)), cells_(SpanOf(*rule_) + kSpareDays * kDay), events_(rule_->options.MapList("expected")), budget_(BudgetOf(*rule_)), weekly_(Anomaly().Text("pattern") == "weekly") {
    limit_ = FixedLimit(Anomaly().Text("sensitivity"));
  }
  ~AnomalyEvaluator() override {
    if (common_ != nullptr) common_->Leave(this);
  }

  void Meet(std::shared_ptr<RuleCommon> common) override {
    if (common == common_) return;
    if (common_ != nullptr) common_->Leave(this);
    common_ = std::static_pointer_cast<NoiseBudget>(std::move(common));
    common_->Join(this);
  }

  void Define(int slot, const Series& series) override {
    cells_.Define(slot, series);
    events_.Define(series.labels);
    pasts_.clear();
    if (common_ != nullptr) common_->Changed(std::numeric_limits<std::int64_t>::min());
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const std::size_t before = due.size();
    cells_.Add(slot, sample, due);
    if (budget_ == 0 || due.size() == before) return;
    const std::int64_t day = DayOf(sample.time());
    pasts_.erase(pasts_.upper_bound(day), pasts_.end());
    common_->Changed(day);
  }

  // Scores every day of the present run anew: a restated day inside it counts as it is now.
  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    const std::int64_t today = DayOf(time) - 1;
    if (budget_ > 0) choice_ = common_->For(today, budget_), limit_ = choice_.limit;
    const DayCosts days = cells_.Days(time - Anomaly().Duration("history") - kNewNormal * kDay, time, time);
    provisional_ = cells_.ProvisionalDays(time - (kNewNormal + 1) * kDay, time, time);
    const DayCosts ordinary = Ordinary(days);
    const DayModel model = DayModel::Fit(ordinary, today - Length(ordinary, today), weekly_);
    history_days_ = model.history();
    out.known = days.count(today) > 0;
    if (!out.known) return out;
    Measure(days, model, today);
    const bool judged = history_days_ >= kWarmUp;
    out.stake_micros = std::llabs(excess_);
    if (run_ > 0 && newest_unusual_ > 0) out.began = StartOfDay(today - newest_unusual_ + 1);  // days since are not complete, or were restated
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const bool enough = Enough(rule_->levels[i].condition, excess_, expected_);
      out.holds[i] = judged && run_ > 0 && run_ <= kNewNormal && enough;
      out.recovered[i] = run_ == 0 || run_ > kNewNormal || !enough;  // the bill was corrected, or less on one day makes up for more on another
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
    out.Real(limit_);
    for (std::int64_t value : {std::int64_t{choice_.reports}, std::int64_t{choice_.days}, choice_.before, std::int64_t{choice_.enough}}) out.Int(value);
  }
  void Load(StateReader& in) override {
    cells_.Load(in);
    now_ = in.Time();
    for (std::int64_t* value : {&actual_, &expected_, &low_, &high_, &excess_, &last_excess_}) *value = in.Int();
    last_run_ = static_cast<int>(in.Int());
    run_ = static_cast<int>(in.Int());
    history_days_ = static_cast<int>(in.Int());
    const double limit = in.Real();
    if (budget_ > 0) limit_ = limit;
    choice_.reports = static_cast<int>(in.Int());
    choice_.days = static_cast<int>(in.Int());
    choice_.before = in.Int();
    choice_.enough = in.Int() != 0;
  }

 private:
  const OptionValues& Anomaly() const { return rule_->options.Map("anomaly"); }
  std::string Text(std::int64_t micros) const { return Money{micros, {}}.ToDecimal(); }
  std::string Shown(std::int64_t micros) const { return Money{micros, cells_.currency()}.ToText(); }
  double Change() const { return expected_ > 0 ? static_cast<double>(actual_ - expected_) / static_cast<double>(expected_) : 0; }

  // Days at the end of `days` that are out of line with what came before them: the model must not learn from these.
  int Length(const DayCosts& days, std::int64_t today) const {
    int length = 0;
    for (int back = 0; back <= kNewNormal; ++back) {
      const DayModel before = DayModel::Fit(days, today - back, weekly_);
      if (before.history() < kWarmUp) break;
      const auto found = days.find(today - back);
      if (found != days.end() && !MayStillGrow(static_cast<double>(found->second), before, today - back) && Unusual(static_cast<double>(found->second), before, today - back)) length = back;
    }
    return length;
  }

  DayCosts Ordinary(DayCosts days) const {
    std::erase_if(days, [&](const auto& one) { return events_.On(one.first) != nullptr; });
    return days;
  }

  bool Unusual(double cost, const DayModel& model, std::int64_t day) const {
    if (events_.On(day) != nullptr) return false;
    const double expected = model.Expected(day);
    return Beyond(cost - expected, limit_ * model.scale() * expected);
  }
  // Too little so far, on a day whose bill is not complete: that says nothing.
  bool MayStillGrow(double cost, const DayModel& model, std::int64_t day) const {
    const double expected = model.Expected(day);
    return provisional_.count(day) != 0 && cost < expected - limit_ * model.scale() * expected;
  }
  bool Beyond(double excess, double room) const {
    const std::string& direction = Anomaly().Text("direction");
    if (direction != "down" && excess > room) return true;
    return direction != "up" && excess < -room;
  }

  // Each day as it would have been judged on its morning, by what was known then.
  NoiseBudget::Past PastBefore(std::int64_t before) override {
    if (const auto found = pasts_.find(before); found != pasts_.end()) return found->second;
    const std::int64_t first = before - absl::ToInt64Hours(SpanOf(*rule_)) / 24;
    const DayCosts days = Ordinary(cells_.Days(StartOfDay(first - kLeadDays), StartOfDay(before), StartOfDay(before)));
    std::vector<PastDay> past;
    for (auto at = days.lower_bound(first); at != days.end(); ++at) {
      const DayModel model = DayModel::Fit(days, at->first, weekly_);
      const double expected = model.Expected(at->first);
      if (model.history() >= kWarmUp) past.push_back({at->first, static_cast<double>(at->second) - expected, expected, model.scale() * expected});
    }
    NoiseBudget::Past out;
    out.days = static_cast<int>(past.size());
    for (int step = 0; step < NoiseBudget::kSteps; ++step) out.reports[step] = Reports(past, NoiseBudget::LimitOf(step));
    if (pasts_.size() >= kMostPasts) pasts_.erase(pasts_.begin());
    return pasts_[before] = out;
  }

  struct PastDay {
    std::int64_t day;
    double excess, expected, swing;  // micros
  };
  // Anomalies among the days, as Measure makes them of unusual days.
  std::uint16_t Reports(const std::vector<PastDay>& past, double limit) const {
    int out = 0, normal = kNormalDays;
    double excess = 0;
    bool told = false;
    for (const PastDay& one : past) {
      const bool unusual = Beyond(one.excess, limit * one.swing);
      if (normal >= kNormalDays) excess = 0, told = false;
      normal = unusual ? 0 : normal + 1;
      if (!unusual) continue;
      excess += one.excess;
      const auto enough = [&](const Level& level) { return Enough(level.condition, ScaleMicros(1, excess), ScaleMicros(1, one.expected)); };
      if (told || !std::any_of(rule_->levels.begin(), rule_->levels.end(), enough)) continue;
      told = true;
      ++out;
    }
    return static_cast<std::uint16_t>(out);
  }

  void Measure(const DayCosts& days, const DayModel& model, std::int64_t today) {
    actual_ = days.at(today);
    expected_ = ScaleMicros(1, model.Expected(today));
    const double room = limit_ * model.scale() * model.Expected(today);
    low_ = ScaleMicros(1, std::max(0.0, model.Expected(today) - room));
    high_ = ScaleMicros(1, model.Expected(today) + room);
    run_ = 0;
    excess_ = 0;
    int normal = 0, newest = -1;
    std::int64_t excess = 0;
    for (int back = 0; back <= kNewNormal && normal < kNormalDays; ++back) {
      const auto found = days.find(today - back);
      if (found == days.end() || MayStillGrow(static_cast<double>(found->second), model, today - back)) continue;  // neither usual nor unusual
      const bool unusual = Unusual(static_cast<double>(found->second), model, today - back);
      normal = unusual ? 0 : normal + 1;
      if (!unusual) continue;
      if (newest < 0) newest = back;
      run_ = back + 1;
      excess = (Money{excess, {}} + Money{found->second, {}} - Money{ScaleMicros(1, model.Expected(today - back)), {}}).micros;
      excess_ = excess;
    }
    newest_unusual_ = newest;
    if (run_ > 0) last_run_ = run_ - newest, last_excess_ = excess_;
  }

  static bool Enough(const OptionValues& level, std::int64_t excess, std::int64_t expected) {
    if (level.Has("impact") && std::llabs(excess) < level.Map("impact").Amount("at_least").micros) return false;
    return !level.Has("change") || expected <= 0 || static_cast<double>(std::llabs(excess)) >= level.Map("change").Number("at_least") * static_cast<double>(expected);
  }

  std::string Explain() const {
    const std::int64_t day = DayOf(now_) - 1;
    if (const std::string* reason = events_.On(day)) return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ", which is not judged: ", *reason, " is expected.");
    if (run_ > kNewNormal) return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ": after ", kNewNormal, " days this is accepted as the new normal.");
    if (run_ == 0)
      return absl::StrCat(Shown(actual_), " on ", WeekdayName(day), ", which is usual again (", Shown(low_), " to ", Shown(high_), "). The anomaly came to ", Shown(std::llabs(last_excess_)),
                          last_excess_ >= 0 ? " more" : " less", " than expected in ", last_run_, last_run_ == 1 ? " day." : " days.");
    std::string out = absl::StrCat(Shown(actual_), " on ", WeekdayName(day), "; ", Shown(low_), " to ", Shown(high_), " is usual", weekly_ ? absl::StrCat(" on a ", WeekdayName(day)) : "", " (", history_days_, " days of history). ",
                                   Shown(std::llabs(excess_)), excess_ >= 0 ? " more" : " less", " than expected in ", run_, run_ == 1 ? " day" : " days", ".");
    const std::vector<Contributor> most = cells_.Largest(now_ - kDay * run_, now_, now_, 1);
    if (!most.empty()) absl::StrAppend(&out, " The largest part is ", most[0].labels.ToString(), ".");
    return absl::StrCat(out, BudgetText());
  }

  std::string BudgetText() const {
    if (budget_ == 0) return "";
    const std::string& wish = Anomaly().Text("noise_budget");
    if (!choice_.enough) return absl::StrCat(" For a noise budget (", wish, ") there are too few days yet: ", choice_.days, " can be looked back on.");
    return absl::StrCat(" By the noise budget (", wish, ") a day is unusual from ", NumberText(limit_), " times the usual swing on: with that the whole rule would have reported ", choice_.reports,
                        choice_.reports == 1 ? " time" : " times", " in the ", choice_.days, " days before ", absl::FormatTime("%Y-%m-%d", StartOfDay(choice_.before), absl::UTCTimeZone()), ".");
  }

  std::shared_ptr<const Rule> rule_;
  CostCells cells_;
  ExpectedEvents events_;
  const double budget_;  // reports a day; 0: none
  const bool weekly_;
  double limit_;         // usual swings
  std::shared_ptr<NoiseBudget> common_;
  std::map<std::int64_t, NoiseBudget::Past> pasts_;  // by their `before`
  NoiseBudget::Choice choice_;
  std::set<std::int64_t> provisional_;  // of the days that are looked at
  absl::Time now_ = absl::InfinitePast();
  std::int64_t actual_ = 0, expected_ = 0, low_ = 0, high_ = 0, excess_ = 0;
  std::int64_t last_excess_ = 0;  // of the anomaly that was seen last
  int run_ = 0, last_run_ = 0, history_days_ = 0;
  int newest_unusual_ = -1;  // days back; -1: none
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
  bool groups_meet() const override { return true; }
  std::shared_ptr<RuleCommon> MakeCommon() const override { return std::make_shared<NoiseBudget>(); }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    CheckBudget(rule.options.Map("anomaly"), out);
    ExpectedEvents::Check(rule.options.MapList("expected"), out);
    for (const Level& level : rule.levels)
      if (!level.condition.Has("impact") && !level.condition.Has("change"))
        out.push_back(LogicError("R401", level.condition.mark, "nothing is compared here: write impact or change, such as {impact: {at_least: 100 USD}}"));
  }
  const char* default_summary() const override { return "${actual} on ${weekday}, ${expected} was expected (${change} difference)"; }
  std::vector<std::string> template_names() const override { return {"actual", "expected", "weekday", "change"}; }
  Spoken Say(const Rule& rule) const override {
    const OptionValues& anomaly = rule.options.Map("anomaly");
    const std::string& direction = anomaly.Text("direction");
    const bool up = direction == "up", down = direction == "down";
    Spoken out{.subject = absl::StrCat("the daily ", SaySeries(rule).substr(4)), .again = up ? "the extra" : down ? "the saving" : "the difference"};
    const std::string unusual = absl::StrCat("is ", up ? "unusually high" : down ? "unusually low" : "unusual", anomaly.Text("pattern") == "weekly" ? " for the weekday" : "", " and ", out.again, " ");
    for (const Level& level : rule.levels) out.levels.push_back({absl::StrCat(out.levels.empty() ? unusual : "", SayLeast(level.condition)), level.recover ? absl::StrCat(out.again, " ", SayLeast(*level.recover)) : ""});
    out.details.push_back(absl::StrCat("The usual is learned from the last ", SayLength(anomaly.Duration("history")), "."));
    if (anomaly.Has("noise_budget")) out.details.push_back(absl::StrCat("How unusual a day must be follows from the noise budget: ", anomaly.Text("noise_budget"), "."));
    if (anomaly.Has("sensitivity") && anomaly.Text("sensitivity") != "medium") out.details.push_back(absl::StrCat("Sensitivity is ", anomaly.Text("sensitivity"), "."));
    if (const std::string events = ExpectedEvents::Say(rule.options.MapList("expected")); !events.empty()) out.details.push_back(events);
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<AnomalyEvaluator>(std::move(rule)); }

 private:
  // "adds up to at least 100 USD and 30% of the usual".
  static std::string SayLeast(const OptionValues& condition) {
    std::vector<std::string> out;
    if (condition.Has("impact")) out.push_back(SayMoney(condition.Map("impact").Amount("at_least")));
    if (condition.Has("change")) out.push_back(absl::StrCat(SayShare(condition.Map("change").Number("at_least")), " of the usual"));
    return absl::StrCat("adds up to at least ", SayList(std::move(out), "and"));
  }
  static void CheckBudget(const OptionValues& anomaly, std::vector<Diagnostic>& out) {
    if (!anomaly.Has("noise_budget")) return;
    const std::string& text = anomaly.Text("noise_budget");
    if (!ReadNoiseBudget(text)) out.push_back(LogicError("R464", anomaly.MarkOf("noise_budget"), absl::StrCat("\"", text, "\" is not a number of reports in a time: write 4 per month, or another number per day, week, month, quarter or year")));
    if (anomaly.Has("sensitivity")) out.push_back(LogicError("R464", anomaly.MarkOf("sensitivity"), "how unusual a day must be follows from noise_budget already: take out sensitivity or noise_budget"));
  }
};

}  // namespace

const RuleKind& cost_anomaly_kind();
const RuleKind& cost_anomaly_kind() {
  static const AnomalyKind kind;
  return kind;
}

}  // namespace nephoscope
