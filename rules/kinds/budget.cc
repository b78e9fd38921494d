// budget: spending nears, or is on course to pass, an amount.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/kinds/day_model.h"
#include "rules/kinds/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr const char* kPeriods[] = {"month", "quarter", "year"};

const Option kAmountOptions[] = {
    {.name = "amount", .type = OptionType::kMoney, .sentence = "What may be spent in one period", .example = "42000 USD", .required = true},
};
const OptionTable kAmount = {"amount", "What one group may spend.", kAmountOptions};
const Option kBudgetOptions[] = {
    {.name = "period", .type = OptionType::kChoice, .sentence = "Calendar month, quarter or year, in billing days (UTC)", .default_text = "month", .choices = kPeriods},
    {.name = "calendar", .type = OptionType::kText, .sentence = "The fiscal calendar of the settings that it is a month, quarter or year of", .example = "finance"},
    {.name = "amount", .type = OptionType::kMoney, .sentence = "What may be spent in one period by everything that the rule watches, or by each group", .example = "42000 USD"},
    {.name = "amounts", .type = OptionType::kMoneyMap, .sentence = "What each group may spend, by the value of the one `by` label", .example = "{payments: 42000 USD}", .fields = &kAmount},
    {.name = "everyone_else", .type = OptionType::kMoney, .sentence = "What a group may spend that is not in `amounts`; without it such groups have no budget", .example = "2500 USD"},
};
const OptionTable kBudget = {"budget", "The amount and its period.", kBudgetOptions};
const Option kOptionList[] = {
    {.name = "budget", .type = OptionType::kMap, .sentence = "The amount and its period", .required = true, .fields = &kBudget},
};
const OptionTable kOptions = {"budget", "Tells you when spending nears, or is on course to pass, an amount.", kOptionList};

const Option kConditionList[] = {
    {.name = "actual", .type = OptionType::kRatio, .sentence = "Holds when this share of the amount is spent", .example = "80%", .minimum = 0.0001, .maximum = 100},
    {.name = "forecast", .type = OptionType::kRatio, .sentence = "Holds when the period is on course to end at this share of the amount", .example = "100%", .minimum = 0.0001, .maximum = 100},
};
const OptionTable kCondition = {"condition of budget", "Either of the two is enough.", kConditionList};

constexpr double kRearm = 0.98;  // a level that was reached counts as left again below this share of it
constexpr absl::Duration kKeep = absl::Hours(24 * 400);
constexpr absl::Duration kHistory = absl::Hours(24 * 56);

struct Period {
  absl::Time from, to;
};

// The period that the last moment before `now` belongs to, as a set of billing days.
Period PeriodOf(const Rule& rule, absl::Time now) {
  static const Calendar& plain = *new Calendar();
  const Calendar& calendar = rule.calendar ? *rule.calendar : plain;
  const DayRange days = FiscalPeriodOf(calendar, rule.options.Map("budget").Text("period"), BillingDayBefore(calendar, now));
  return {absl::FromCivil(days.from, absl::UTCTimeZone()), absl::FromCivil(days.to, absl::UTCTimeZone())};
}

// Saturates.
std::int64_t Plus(std::int64_t micros, double more) { return (Money{micros, {}} + Money{ScaleMicros(1, more), {}}).micros; }

std::string Percent(double ratio) { return absl::StrCat(NumberText(std::round(ratio * 1000) / 10), "%"); }
std::string Day(absl::Time time) { return absl::FormatTime("%-d %B", time, absl::UTCTimeZone()); }

class BudgetEvaluator : public Evaluator {
 public:
  explicit BudgetEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), cells_(kKeep) {}

  void Define(int slot, const Series& series) override {
    cells_.Define(slot, series);
    const OptionValues& budget = rule_->options.Map("budget");
    const std::string group = rule_->watch.by.empty() ? "" : std::string(series.labels.Project(rule_->watch.by).pairs()[0].value);
    amount_ = budget.Has("amount") ? budget.Amount("amount") : budget.Has("everyone_else") ? budget.Amount("everyone_else") : Money{};
    for (const auto& [name, entry] : budget.NamedMaps("amounts"))
      if (name == group) amount_ = entry.Amount("amount");
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { cells_.Add(slot, sample, due); }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    const Period period = PeriodOf(*rule_, time);
    out.period_end = period_.from != period.from && period_.from != absl::InfinitePast();
    if (out.period_end) final_ = cells_.Sum(period_.from, period_.to, period_.to);
    period_ = period;
    now_ = time;
    actual_ = cells_.Sum(period.from, period.to, time);
    ended_ = out.period_end;
    out.known = amount_.micros > 0 && amount_.currency == cells_.currency();
    if (!out.known || out.period_end) return out;
    Forecast();
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const OptionValues& level = rule_->levels[i].condition;
      const double actual = Share(actual_), forecast = Share(rough_ ? low_ : forecast_);
      const double least_actual = level.Has("actual") ? level.Number("actual") : 1e300, least_forecast = level.Has("forecast") ? level.Number("forecast") : 1e300;
      out.holds[i] = actual >= least_actual || forecast >= least_forecast;
      out.recovered[i] = actual < least_actual * kRearm && forecast < least_forecast * kRearm;
    }
    return out;
  }

  void Describe(Transition& out) const override {
    const std::string unit = amount_.currency.code();
    out.values = {{"actual", Text(ended_ ? final_ : actual_), unit, "", ""},
                  {"amount", amount_.ToDecimal(), unit, "", ""},
                  {"forecast", Text(forecast_), unit, Text(low_), Text(high_)},
                  {"days_left", absl::StrCat(DaysLeft()), "days", "", ""}};
    out.window = {period_.from, period_.to};
    const OptionValues& level = LevelOf(out.severity);
    const double share = level.Has("actual") ? level.Number("actual") : level.Has("forecast") ? level.Number("forecast") : 1;
    out.threshold = NamedValue{"threshold", Text(ScaleMicros(amount_.micros, share)), unit, "", ""};
    out.condition_text = Condition(level);
    out.provisional = cells_.Provisional(now_);
    out.contributors = cells_.Largest(period_.from, period_.to, now_, 3);
    const std::int64_t over = std::max(actual_, forecast_) - amount_.micros;
    out.impact.amount = {std::max<std::int64_t>(over, 0), amount_.currency};
    out.impact.basis = actual_ > amount_.micros && forecast_ <= actual_ ? "overrun" : "projected_overrun";
    out.impact.low = Money{std::max<std::int64_t>(low_ - amount_.micros, 0), amount_.currency};
    out.impact.high = Money{std::max<std::int64_t>(high_ - amount_.micros, 0), amount_.currency};
    out.impact.method = rough_ ? "forecast minus budget, straight line (under 14 days of history)" : "forecast minus budget";
    out.explanation = Explain(out);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("actual", Shown(ended_ ? final_ : actual_));
    out.emplace_back("amount", amount_.ToText());
    out.emplace_back("actual_percent", Percent(Share(ended_ ? final_ : actual_)));
    out.emplace_back("forecast", Shown(forecast_));
    out.emplace_back("days_left", absl::StrCat(DaysLeft()));
    out.emplace_back("value", Shown(actual_));
    out.emplace_back("threshold", amount_.ToText());
  }

  void Save(StateWriter& out) const override {
    cells_.Save(out);
    out.Time(period_.from);
    out.Time(period_.to);
    out.Time(now_);
    for (std::int64_t value : {actual_, forecast_, low_, high_, final_}) out.Int(value);
    out.Int(rough_);
  }
  void Load(StateReader& in) override {
    cells_.Load(in);
    period_ = {in.Time(), in.Time()};
    now_ = in.Time();
    for (std::int64_t* value : {&actual_, &forecast_, &low_, &high_, &final_}) *value = in.Int();
    rough_ = in.Int() != 0;
  }

 private:
  double Share(std::int64_t micros) const { return amount_.micros > 0 ? static_cast<double>(micros) / static_cast<double>(amount_.micros) : 0; }
  std::string Text(std::int64_t micros) const { return Money{micros, {}}.ToDecimal(); }
  std::string Shown(std::int64_t micros) const { return Money{micros, amount_.currency}.ToText(); }
  int DaysLeft() const { return std::max(0, static_cast<int>(absl::FDivDuration(period_.to - now_, absl::Hours(24)))); }

  void Forecast() {
    const DayModel model = DayModel::Fit(cells_.Days(now_ - kHistory, now_, now_), DayOf(now_), true);
    const Projection rest = model.Project(std::min(DayOf(now_), DayOf(period_.to)), DayOf(period_.to));
    rough_ = !model.seasonal();
    forecast_ = Plus(actual_, rest.middle);
    low_ = Plus(actual_, rest.low);
    high_ = Plus(actual_, rest.high);
  }

  const OptionValues& LevelOf(Severity severity) const {
    for (const Level& level : rule_->levels)
      if (level.severity == severity) return level.condition;
    return rule_->levels[0].condition;
  }

  std::string Condition(const OptionValues& level) const {
    std::string out;
    for (const char* name : {"actual", "forecast"})
      if (level.Has(name)) absl::StrAppend(&out, out.empty() ? "" : " or ", name, " at least ", Percent(level.Number(name)), " of ", amount_.ToText());
    return out;
  }

  std::string Explain(const Transition& out) const {
    if (ended_) return absl::StrCat("The period from ", Day(period_.from), " is over: ", Shown(final_), " of ", amount_.ToText(), " was spent.");
    std::string text = absl::StrCat(Shown(actual_), " of ", amount_.ToText(), " is spent with ", DaysLeft(), " days left; at this pace the period ends near ", Shown(forecast_), ".");
    if (!out.contributors.empty() && actual_ > 0)
      absl::StrAppend(&text, " The largest part is ", out.contributors[0].labels.Get("service").empty() ? out.contributors[0].labels.ToString() : std::string(out.contributors[0].labels.Get("service")),
                      " (", out.contributors[0].amount.ToText(), ").");
    return text;
  }

  std::shared_ptr<const Rule> rule_;
  CostCells cells_;
  Money amount_;
  Period period_{absl::InfinitePast(), absl::InfinitePast()};
  absl::Time now_ = absl::InfinitePast();
  std::int64_t actual_ = 0, forecast_ = 0, low_ = 0, high_ = 0, final_ = 0;
  bool rough_ = true, ended_ = false;
};

class BudgetKind : public RuleKind {
 public:
  const char* name() const override { return "budget"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: DepartmentMonthlyBudget\n  kind: budget\n  watch: {cost: effective, by: [department]}\n  budget:\n    period: month\n    amounts: {payments: 42000 USD}\n"
           "    everyone_else: 2500 USD\n  levels:\n    warning:  {actual: 80%, forecast: 100%}\n    critical: {actual: 100%}\n"
           "  summary: ${department} has spent ${actual} of ${amount} (${actual_percent}); on course for ${forecast}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kCost; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  void Prepare(Rule& rule) const override {
    if (const OptionValues& budget = rule.options.Map("budget"); budget.Has("calendar")) rule.calendar = Calendar{.name = budget.Text("calendar")};
  }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const OptionValues& budget = rule.options.Map("budget");
    if (!budget.Has("amount") && !budget.Has("amounts") && !budget.Has("everyone_else"))
      out.push_back(LogicError("R403", budget.mark, "a budget needs an amount: write amount, amounts or everyone_else"));
    if (budget.Has("amounts") && rule.watch.by.size() != 1)
      out.push_back(LogicError("R404", budget.MarkOf("amounts"), "amounts are given by group, so `by` names exactly one label"));
    for (const Level& level : rule.levels)
      if (!level.condition.Has("actual") && !level.condition.Has("forecast"))
        out.push_back(LogicError("R401", level.condition.mark, "nothing is compared here: write actual or forecast, such as {actual: 80%}"));
  }

  const char* default_summary() const override { return "${actual} of ${amount} is spent (${actual_percent}); on course for ${forecast}"; }
  std::vector<std::string> template_names() const override { return {"actual", "amount", "actual_percent", "forecast", "days_left"}; }
  std::string Say(const Rule& rule) const override {
    std::string out;
    for (const Level& level : rule.levels)
      for (const char* name : {"actual", "forecast"})
        if (level.condition.Has(name))
          absl::StrAppend(&out, out.empty() ? "" : "; ", ToText(level.severity), " when ", std::string(name) == "actual" ? "spending reaches " : "the forecast reaches ", Percent(level.condition.Number(name)));
    return absl::StrCat(out, " of the budget of a ", rule.options.Map("budget").Text("period"), rule.calendar ? absl::StrCat(" of the calendar ", rule.calendar->name) : "", SayGroup(rule), ".");
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<BudgetEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& budget_kind();
const RuleKind& budget_kind() {
  static const BudgetKind kind;
  return kind;
}

}  // namespace nephoscope
