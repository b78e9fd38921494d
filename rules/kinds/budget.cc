// budget: spending nears, or is on course to pass, an amount.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/arrived_share.h"
#include "rules/kinds/budget_amounts.h"
#include "rules/kinds/budget_periods.h"
#include "rules/kinds/cost_cells.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/period_end.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/count_text.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr const char* kPeriods[] = {"month", "quarter", "year"};
constexpr const char* kSeverities[] = {"info", "warning", "critical"};

const Option kBudgetOptions[] = {
    {.name = "period", .type = OptionType::kChoice, .sentence = "Calendar month, quarter or year, in billing days (UTC)", .default_text = "month", .choices = kPeriods},
    {.name = "calendar", .type = OptionType::kText, .sentence = "The fiscal calendar of the settings that it is a month, quarter or year of", .example = "finance"},
    {.name = "amount", .type = OptionType::kMoney, .sentence = "What may be spent in one period by everything that the rule watches, or by each group", .example = "42000 USD"},
    {.name = "amounts", .type = OptionType::kMoneyMap, .sentence = "What each group may spend, by the value of the one `by` label", .example = "{payments: 42000 USD, research: {amount: 9000 USD, grows: 2% per period}}", .fields = &kBudgetAmountOptions},
    {.name = "amounts_from", .type = OptionType::kText, .sentence = "Instead of amounts, a table beside this file: the labels of `by`, amount, and perhaps currency and period (the first one that the amount is of)", .example = "budgets.csv"},
    {.name = "everyone_else", .type = OptionType::kMoney, .sentence = "What a group may spend that is in neither of the two; without it such groups have no budget", .example = "2500 USD"},
};
const OptionTable kBudget = {"budget", "The amount and its period.", kBudgetOptions};
const Option kOptionList[] = {
    {.name = "budget", .type = OptionType::kMap, .sentence = "The amount and its period", .required = true, .fields = &kBudget},
    {.name = "severity_after_end", .type = OptionType::kChoice, .sentence = "How urgent it is when the bill of a period that is over changes, so that another level is reached", .default_text = "info", .choices = kSeverities},
};
const OptionTable kOptions = {"budget", "Tells you when spending nears, or is on course to pass, an amount.", kOptionList};

const Option kConditionList[] = {
    {.name = "actual", .type = OptionType::kRatio, .sentence = "Holds when this share of the amount is spent", .example = "80%", .minimum = 0.0001, .maximum = 100},
    {.name = "forecast", .type = OptionType::kRatio, .sentence = "Holds when the period is on course to end at this share of the amount", .example = "100%", .minimum = 0.0001, .maximum = 100},
};
const OptionTable kCondition = {"condition of budget", "Either of the two is enough.", kConditionList};

constexpr std::uint32_t kActual = 1, kForecast = 2;  // the conditions of a level, bits of LevelBits

constexpr double kLikely = 0.8;  // of a forecast that is reported
constexpr int kDaysApart = 3;    // that count as in a row: weekends without a bill
constexpr absl::Duration kKeep = absl::Hours(24 * 490);  // a year, and four months in which its bills may still change
constexpr absl::Duration kHistory = absl::Hours(24 * 56);
constexpr absl::Duration kRarest = absl::Hours(24 * 31);  // lines that are further apart are no rhythm: the bill may be lacking
constexpr absl::Duration kDay = absl::Hours(24);

// Saturates.
std::int64_t Plus(std::int64_t micros, double more) { return (Money{micros, {}} + Money{ScaleMicros(1, more), {}}).micros; }

std::string Percent(double ratio) { return absl::StrCat(NumberText(std::round(ratio * 1000) / 10), "%"); }
std::string Day(absl::Time time) { return absl::FormatTime("%-d %B", time, absl::UTCTimeZone()); }

class BudgetEvaluator : public Evaluator {
 public:
  explicit BudgetEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), cells_(kKeep) {}

  void Meet(std::shared_ptr<RuleCommon> common) override {
    errors_ = std::static_pointer_cast<ForecastErrors>(std::move(common));
    end_.Meet(errors_);
  }

  void Define(int slot, const Series& series) override {
    cells_.Define(slot, series);
    amounts_ = BudgetAmounts(*rule_, series.labels);
  }

  // The end of the period is looked at as well when no cost comes any more.
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const std::size_t before = due.size();
    cells_.Add(slot, sample, due);
    if (due.size() == before) return;
    restated_from_ = std::min(restated_from_, DayOf(sample.time()));
    if (sample.time() < of_newest_.from || sample.time() >= of_newest_.to) of_newest_ = PeriodOf(*rule_, StartOfDay(DayOf(sample.time()) + 1));
    if (of_newest_.to + kDay > now_) due.push_back(of_newest_.to + kDay);
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    out.latched = true;
    closed_.reset();
    const Period period = PeriodOf(*rule_, time);
    const bool ends = period_.from != absl::InfinitePast() && period_.from < period.from;
    if (ends) closed_ = closed_periods_.Close(period_, amount_, cells_);
    const bool again = time == now_, edited = std::exchange(loaded_, false) && again, same = period == period_;
    const std::int64_t actual_before = actual_, forecast_before = forecast_;
    if (!same) likely_ = {};
    period_ = period;
    now_ = time;
    amount_ = amounts_.In(absl::ToCivilDay(period.from, absl::UTCTimeZone()));
    actual_ = cells_.Sum(period.from, period.to, time);
    Forecast();
    out.period_end = ends;
    out.known = ends || (amount_.micros > 0 && amount_.currency == cells_.currency() && cells_.Any(period.from, period.to, time));
    if (!out.known || ends) return out;
    // A level is reached once in a period: what is on course changes from day to day, and only what was known of the past takes it back.
    const bool less = same && (actual_ < actual_before || (again && forecast_ < forecast_before));
    out.restated = less && !again;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) Compare(rule_->levels[i].condition, edited || less, i, out);
    return out;
  }

  std::optional<Severity> Restated() override {
    const ClosedPeriod* one = closed_periods_.Restated(*rule_, cells_);
    if (one == nullptr) return std::nullopt;
    closed_ = *one;
    const std::string& severity = rule_->options.Text("severity_after_end");
    return severity == kSeverities[0] ? Severity::kInfo : severity == kSeverities[1] ? Severity::kWarning : Severity::kCritical;
  }

  void Describe(Transition& out) const override {
    if (closed_) return DescribeClosed(out);
    const std::string unit = amount_.currency.code();
    out.values = {{"actual", Text(actual_), unit, "", ""},
                  {"amount", amount_.ToDecimal(), unit, "", ""},
                  {"forecast", Text(forecast_), unit, Text(low_), Text(high_)},
                  {"days_left", absl::StrCat(DaysLeft()), "days", "", ""}};
    out.window = {period_.from, period_.to};
    SetLimit(Named(out), amount_, out);
    out.provisional = cells_.Provisional(now_);
    out.contributors = cells_.Largest(period_.from, period_.to, now_, 3);
    out.impact = ImpactNow();
    out.explanation = Explain(out);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    const Money amount = closed_ ? closed_->amount : amount_;
    const std::string actual = Money{closed_ ? closed_->final : actual_, amount.currency}.ToText();
    out.emplace_back("actual", actual);
    out.emplace_back("amount", amount.ToText());
    out.emplace_back("actual_percent", Percent(Share(closed_ ? closed_->final : actual_, amount)));
    out.emplace_back("forecast", closed_ ? actual : Shown(forecast_));
    out.emplace_back("days_left", absl::StrCat(closed_ ? 0 : DaysLeft()));
    out.emplace_back("value", actual);
    out.emplace_back("threshold", amount.ToText());
  }

  void Save(StateWriter& out) const override {
    cells_.Save(out);
    closed_periods_.Save(out);
    out.Time(period_.from);
    out.Time(period_.to);
    out.Time(now_);
    out.Int(amount_.micros);
    out.Text(amount_.currency.code());
    for (std::int64_t value : {actual_, forecast_, low_, high_}) out.Int(value);
    out.Int(history_);
    end_.Save(out);
    arrived_.Save(out);
    out.Int(restated_from_);
    for (const Likely& one : likely_) out.Int(one.first), out.Int(one.last);
    for (const double value : {sd_, half_}) out.Real(value);
    out.Int(used_up_);
  }
  void Load(StateReader& in) override {
    cells_.Load(in);
    closed_periods_.Load(in);
    period_ = {in.Time(), in.Time()};
    now_ = in.Time();
    amount_.micros = in.Int();
    if (const absl::StatusOr<Currency> currency = Currency::Parse(in.Text()); currency.ok()) amount_.currency = *currency;
    for (std::int64_t* value : {&actual_, &forecast_, &low_, &high_}) *value = in.Int();
    history_ = static_cast<int>(in.Int());
    end_.Load(in);
    arrived_.Load(in);
    restated_from_ = in.Int();
    for (Likely& one : likely_) one.first = in.Int(), one.last = in.Int();
    for (double* value : {&sd_, &half_}) *value = in.Real();
    used_up_ = in.Int();
    loaded_ = true;
  }

 private:
  static double Share(std::int64_t micros, Money amount) { return amount.micros > 0 ? static_cast<double>(micros) / static_cast<double>(amount.micros) : 0; }
  static std::string Text(std::int64_t micros) { return Money{micros, {}}.ToDecimal(); }
  std::string Shown(std::int64_t micros) const { return Money{micros, amount_.currency}.ToText(); }
  int DaysLeft() const { return std::max(0, static_cast<int>(absl::FDivDuration(period_.to - now_, kDay))); }
  bool rough() const { return history_ < DayModel::kUsable; }
  // The days of the period that are yet to come.
  int Remaining() const { return static_cast<int>(DayOf(period_.to) - std::min(DayOf(now_), DayOf(period_.to))); }

  // Daily costs from `from` on. A day on which the bill went on without a line of the group cost nothing.
  std::vector<DayModel::Day> Days(std::int64_t from) const {
    std::map<std::int64_t, std::int64_t> days = cells_.DailyRates(StartOfDay(from), now_, now_);
    std::vector<DayModel::Day> out;
    if (days.empty()) return out;
    days.emplace(DayOf(now_), 0);  // is not over, and no part of it
    const std::int64_t rarest = absl::ToInt64Hours(kRarest) / 24;
    for (auto at = days.begin(), next = std::next(at); next != days.end(); at = next++) {
      const std::int64_t end = next->first - at->first <= rarest ? next->first : at->first + 1;
      for (std::int64_t day = at->first; day < end; ++day)
        out.push_back({day, ClassOf(day, {}), day == at->first ? static_cast<double>(at->second) : 0.0});
    }
    return out;
  }

  // Learns the final days; returns what is known with those that may still change, and adds to `missing` what these lack.
  PeriodEnd Follow(double& missing) {
    if (restated_from_ <= end_.newest()) end_.Restart();
    restated_from_ = INT64_MAX;
    const bool anew = end_.newest() == PeriodEnd::kNever;
    const std::int64_t today = DayOf(now_) - 1, past = DayModel::kWarmUp;
    const std::int64_t first = anew ? DayOf(now_ - kHistory - kRarest) : std::min(end_.newest() - past, today - past);
    const std::vector<DayModel::Day> days = Days(first);
    const std::set<std::int64_t> open = cells_.ProvisionalDays(StartOfDay(first), now_, now_);
    std::int64_t final_to = PeriodEnd::kNever;
    for (const DayModel::Day& day : days)
      if (open.count(day.day) == 0 && day.cost != 0) final_to = day.day;
    const auto before = [&](std::size_t i) { return absl::MakeConstSpan(days).subspan(i - std::min<std::size_t>(i, DayModel::kWarmUp - 1), std::min<std::size_t>(i, DayModel::kWarmUp - 1)); };
    std::size_t i = 0;
    for (; i < days.size() && days[i].day <= final_to; ++i) {
      if (days[i].day <= end_.newest() || open.count(days[i].day) != 0) continue;
      arrived_.Learn(days[i].day, days[i].cost);
      end_.Step(days[i], before(i));
    }
    PeriodEnd out = end_.Copy();
    for (; i < days.size(); ++i) {
      if (days[i].day <= end_.newest()) continue;
      const int age = static_cast<int>(today - days[i].day) + 1;
      arrived_.See(days[i].day, age, days[i].cost);
      const ArrivedShare::Of usual = arrived_.At(age);
      DayModel::Day day = days[i];
      if (usual.known && usual.share < 0.99) day.cost /= usual.share;
      if (day.day >= DayOf(period_.from)) missing += day.cost - days[i].cost;
      out.StepOpen(day, before(i));
    }
    return out;
  }

  void Forecast() {
    double missing = 0;
    const PeriodEnd shown = Follow(missing);
    const std::int64_t from = std::min(DayOf(now_), DayOf(period_.to)), to = DayOf(period_.to);
    const Outlook rest = shown.Ahead(from, to);
    history_ = shown.model().days();
    sd_ = rest.sd;
    half_ = errors_ == nullptr ? 3 : errors_->Half(Remaining(), 0.8);
    forecast_ = Plus(actual_, missing + rest.middle);
    low_ = Plus(actual_, std::max(0.0, missing + rest.middle - half_ * sd_));
    high_ = Plus(actual_, missing + rest.middle + half_ * sd_);
    used_up_ = 0;
    double sum = static_cast<double>(actual_) + missing;
    for (std::int64_t day = from; day < to && used_up_ == 0; ++day)
      if (sum += shown.Expected(day); sum >= static_cast<double>(amount_.micros)) used_up_ = day;
  }

  // How likely it is that the period ends at this share of the amount or above.
  double Chance(double share) const {
    const double over = static_cast<double>(ScaleMicros(amount_.micros, share)) - static_cast<double>(forecast_);
    if (static_cast<double>(actual_) >= static_cast<double>(amount_.micros) * share) return 1;
    if (sd_ <= 0 || Remaining() == 0) return over <= 0 ? 1 : 0;
    if (errors_ != nullptr) return errors_->Above(Remaining(), over / sd_);
    return ForecastErrors().Above(Remaining(), over / sd_);
  }

  // On two days of data in a row; at once where it is spent already.
  bool IsLikely(double share, std::size_t i) {
    const double chance = Chance(share);
    Likely& one = likely_[i];
    const std::int64_t day = DayOf(now_) - 1;
    if (chance < kLikely) {
      one = {};
      return false;
    }
    if (one.last == 0 || day - one.last > kDaysApart) one.first = day;
    one.last = std::max(one.last, day);
    const bool spent = static_cast<double>(actual_) >= static_cast<double>(amount_.micros) * share;
    return spent || one.last > one.first;
  }

  void Compare(const OptionValues& level, bool may_leave, std::size_t i, Judgement& out) {
    const double actual = Share(actual_, amount_), forecast = Share(forecast_, amount_);
    const double least_actual = level.Has("actual") ? level.Number("actual") : 1e300, least_forecast = level.Has("forecast") ? level.Number("forecast") : 1e300;
    const bool actual_left = may_leave && actual < least_actual * kRearm;
    const bool forecast_left = may_leave && forecast < least_forecast * kRearm;
    out.met[i] = (actual >= least_actual ? kActual : 0) | (level.Has("forecast") && IsLikely(least_forecast, i) ? kForecast : 0);
    out.left[i] = (actual_left ? kActual : 0) | (forecast_left ? kForecast : 0);
    out.holds[i] = out.met[i] != 0;
    out.recovered[i] = actual_left && forecast_left;
  }

  Impact ImpactNow() const {
    const auto over = [&](std::int64_t micros) { return Money{std::max<std::int64_t>(micros - amount_.micros, 0), amount_.currency}; };
    Impact out;
    out.amount = over(std::max(actual_, forecast_));
    out.basis = actual_ > amount_.micros && forecast_ <= actual_ ? "overrun" : "projected_overrun";
    out.low = over(low_);
    out.high = over(high_);
    out.method = rough() ? "forecast minus budget, from under 14 days of history" : "forecast minus budget";
    return out;
  }

  // The final figure of a period that is over, or what it has become since.
  void DescribeClosed(Transition& out) const {
    const ClosedPeriod& one = *closed_;
    const std::string unit = one.amount.currency.code();
    const std::int64_t over = std::max<std::int64_t>(one.final - one.amount.micros, 0);
    out.values = {{"actual", Text(one.final), unit, "", ""}, {"amount", one.amount.ToDecimal(), unit, "", ""}};
    if (one.before != one.final) out.values.push_back({"actual_before", Text(one.before), unit, "", ""});
    out.window = {one.period.from, one.period.to};
    SetLimit(Named(out), one.amount, out);
    out.contributors = cells_.Largest(one.period.from, one.period.to, one.period.to, 3);
    out.impact.amount = {over, one.amount.currency};
    out.impact.basis = "overrun";
    out.impact.method = "spent minus budget";
    const auto shown = [&](std::int64_t micros) { return Money{micros, one.amount.currency}.ToText(); };
    out.explanation = absl::StrCat("The ", rule_->options.Map("budget").Text("period"), " from ", Day(one.period.from), one.before == one.final ? " is over: " : " was over, and its bill has changed since: ",
                                   shown(one.final), " of ", one.amount.ToText(), " was spent", one.before == one.final ? "." : absl::StrCat(", not ", shown(one.before), "."));
  }

  // One condition of a level.
  struct Condition {
    const char* name;
    double share;
  };
  // Those that the step names, and whether all of these hold; else all of its level, of which one is enough.
  struct Conditions {
    std::vector<Condition> list;
    bool all_hold = false;
  };
  Conditions Named(const Transition& out) const {
    Conditions named;
    const bool some = out.conditions != LevelBits{};
    // From the highest: with 100% spent, 80% is no news.
    for (std::size_t i = rule_->levels.size(); i-- > 0;) {
      const Level& level = rule_->levels[i];
      if (level.severity != out.severity && !some) continue;
      for (const auto& [name, bit] : {std::pair{"actual", kActual}, std::pair{"forecast", kForecast}}) {
        if (!level.condition.Has(name) || (some && (out.conditions[i] & bit) == 0)) continue;
        const bool above = std::any_of(named.list.begin(), named.list.end(), [word = absl::string_view(name)](const Condition& one) { return one.name == word; });
        if (!above) named.list.push_back({name, level.condition.Number(name)});
      }
    }
    named.all_hold = some;
    return named;
  }

  static void SetLimit(const Conditions& named, Money amount, Transition& out) {
    const double share = named.list.empty() ? 1 : named.list[0].share;
    out.threshold = NamedValue{"threshold", Text(ScaleMicros(amount.micros, share)), amount.currency.code(), "", ""};
    for (const Condition& one : named.list)
      absl::StrAppend(&out.condition_text, out.condition_text.empty() ? "" : named.all_hold ? " and " : " or ", one.name, " at least ", Percent(one.share), " of ", amount.ToText());
  }

  // ", 8 times in 10 between 55,200.00 USD and 63,100.00 USD"
  std::string RangeText() const {
    if (sd_ <= 0 || Remaining() == 0) return "";
    return absl::StrCat(", 8 times in 10 between ", Shown(low_), " and ", Shown(high_));
  }

  std::string ChanceText() const {
    if (actual_ >= amount_.micros) return " The amount is used up.";
    const int percent = static_cast<int>(std::lround(Chance(1) * 100));
    const std::string chance = percent >= 99 ? "more than 98%" : percent <= 1 ? "under 2%" : absl::StrCat(percent, "%");
    return absl::StrCat(" The chance that the amount is passed is ", chance, used_up_ == 0 ? "." : absl::StrCat("; at this pace it is used up on ", Day(StartOfDay(used_up_)), "."));
  }

  // "Spending has reached 80% of 42000.00 USD."
  std::string Reached(const Transition& out) const {
    std::string text;
    for (const Condition& one : Named(out).list)
      absl::StrAppend(&text, text.empty() ? "" : "; ", one.name == absl::string_view("actual") ? "spending" : "the forecast", " has reached ", Percent(one.share), " of ", amount_.ToText());
    if (!text.empty()) text[0] = absl::ascii_toupper(text[0]);
    return absl::StrCat(text, ". ");
  }

  std::string Explain(const Transition& out) const {
    std::string text = out.cause == Cause::kConditionAdded ? Reached(out) : "";
    absl::StrAppend(&text, Shown(actual_), " of ", amount_.ToText(), " is spent with ", CountText(DaysLeft(), "day"), " left; at this pace the period ends near ", Shown(forecast_), RangeText(), ".");
    absl::StrAppend(&text, ChanceText());
    if (history_ == 0) absl::StrAppend(&text, " All of it is charged for a whole term, so nothing more is expected.");
    else if (rough()) absl::StrAppend(&text, " This forecast is a straight line through ", history_, history_ == 1 ? " day" : " days", ": low confidence.");
    else if (errors_ != nullptr && errors_->rough(Remaining()) && Remaining() > 0) absl::StrAppend(&text, " The range is rough: few months have been forecast and closed yet.");
    if (out.data_state == DataState::kMissing) absl::StrAppend(&text, " No cost has come since ", Day(now_), ", so the forecast stands still.");
    if (!out.contributors.empty() && actual_ > 0)
      absl::StrAppend(&text, " The largest part is ", out.contributors[0].labels.Get("service").empty() ? out.contributors[0].labels.ToString() : std::string(out.contributors[0].labels.Get("service")),
                      " (", out.contributors[0].amount.ToText(), ").");
    if (const std::string reason = amounts_.Reason(absl::ToCivilDay(period_.from, absl::UTCTimeZone())); !reason.empty()) absl::StrAppend(&text, " ", reason);
    return text;
  }

  std::shared_ptr<const Rule> rule_;
  CostCells cells_;
  BudgetAmounts amounts_;
  ClosedPeriods closed_periods_;
  std::optional<ClosedPeriod> closed_;  // what is spoken of now, if it is not the period that goes on
  Money amount_;
  Period period_, of_newest_;  // that goes on; of the newest cell
  absl::Time now_ = absl::InfinitePast();
  std::int64_t actual_ = 0, forecast_ = 0, low_ = 0, high_ = 0;
  struct Likely {
    std::int64_t first = 0, last = 0;  // days on which a level was likely, in a row; 0: none
  };
  PeriodEnd end_;
  ArrivedShare arrived_;
  std::shared_ptr<ForecastErrors> errors_;
  std::array<Likely, kMaxLevels> likely_{};
  std::int64_t restated_from_ = INT64_MAX;
  double sd_ = 0, half_ = 0;     // of the forecast; of its interval, in sd
  std::int64_t used_up_ = 0;     // the day on which the amount will be; 0: not in this period
  int history_ = 0;      // days that the forecast is made of
  bool loaded_ = false;  // nothing was judged since
};

class BudgetKind : public RuleKind {
 public:
  const char* name() const override { return "budget"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: DepartmentMonthlyBudget\n  kind: budget\n  watch: {cost: effective, by: [department]}\n  budget:\n    period: month\n    amounts: {payments: 42000 USD}\n"
           "    everyone_else: 2500 USD\n  levels:\n    warning:  {actual: 80%, forecast: 100%}\n    critical: {actual: 100%}\n"
           "  summary: ${department} has spent ${actual_percent} of ${amount}\n";
  }
  bool groups_meet() const override { return true; }
  std::shared_ptr<RuleCommon> MakeCommon() const override { return std::make_shared<ForecastErrors>(); }
  bool shows_quiet() const override { return true; }
  bool lasts() const override { return true; }
  WatchNeed watch_need() const override { return WatchNeed::kCost; }
  Windows windows() const override { return Windows::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  void Prepare(Rule& rule) const override {
    if (const OptionValues& budget = rule.options.Map("budget"); budget.Has("calendar")) rule.calendar = Calendar{.name = budget.Text("calendar")};
  }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const OptionValues& budget = rule.options.Map("budget");
    if (!budget.Has("amount") && !budget.Has("amounts") && !budget.Has("amounts_from") && !budget.Has("everyone_else"))
      out.push_back(LogicError("R403", budget.mark, "a budget needs an amount: write amount, amounts, amounts_from or everyone_else"));
    if (budget.Has("amounts") && budget.Has("amounts_from"))
      out.push_back(LogicError("R107", budget.MarkOf("amounts_from"), "the amounts stand in the rule and in a table: keep one of the two"));
    if (budget.Has("amounts_from") && rule.watch.by.empty())
      out.push_back(LogicError("R404", budget.MarkOf("amounts_from"), "amounts are given by group, so `by` names the labels of the groups"));
    if (budget.Has("amounts") && rule.watch.by.size() != 1)
      out.push_back(LogicError("R404", budget.MarkOf("amounts"), "amounts are given by group, so `by` names exactly one label"));
    CheckBudgetAmounts(rule, out);
    for (const Level& level : rule.levels)
      if (!level.condition.Has("actual") && !level.condition.Has("forecast"))
        out.push_back(LogicError("R401", level.condition.mark, "nothing is compared here: write actual or forecast, such as {actual: 80%}"));
    CheckOrder(rule, out);
    const auto ends = std::find_if(rule.levels.begin(), rule.levels.end(), [](const Level& level) { return level.recover.has_value(); });
    if (ends != rule.levels.end()) out.push_back(LogicError("R452", ends->recover->mark, "`recover` has no meaning for a budget: a level lasts until the end of its period, or until the bill changes so that it was not reached"));
  }

  const char* default_summary() const override { return "${actual} of ${amount} is spent (${actual_percent}); on course for ${forecast}"; }
  std::vector<std::string> template_names() const override { return {"actual", "amount", "actual_percent", "forecast", "days_left"}; }
  Spoken Say(const Rule& rule) const override {
    const OptionValues& budget = rule.options.Map("budget");
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels) {
      std::vector<std::string> ways;
      const char* of = out.levels.empty() && ways.empty() ? " of the budget" : "";
      if (level.condition.Has("actual")) ways.push_back(absl::StrCat("reaches ", SayShare(level.condition.Number("actual")), of));
      if (level.condition.Has("forecast")) ways.push_back(absl::StrCat("is on course for ", SayShare(level.condition.Number("forecast")), ways.empty() ? of : ""));
      out.levels.push_back({SayList(std::move(ways), "or"), ""});
    }
    out.details = SayBudgetAmounts(rule);
    if (const std::string& after = rule.options.Text("severity_after_end"); after != "info") out.details.push_back(absl::StrCat("When the bill of an ended ", budget.Text("period"), " changes, that is ", after, "."));
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<BudgetEvaluator>(std::move(rule)); }

 private:
  // A level with a smaller share than a lower one has is reached before it.
  static void CheckOrder(const Rule& rule, std::vector<Diagnostic>& out) {
    for (std::size_t i = 1; i < rule.levels.size(); ++i)
      for (const char* name : {"actual", "forecast"}) {
        const OptionValues &lower = rule.levels[i - 1].condition, &level = rule.levels[i].condition;
        if (!lower.Has(name) || !level.Has(name) || level.Number(name) >= lower.Number(name)) continue;
        out.push_back(LogicError("R402", level.MarkOf(name), absl::StrCat("the level ", ToText(rule.levels[i].severity), " (", name, " ", Percent(level.Number(name)), ") is reached before the level below it (", Percent(lower.Number(name)), "): exchange the two")));
      }
  }
};

}  // namespace

const RuleKind& budget_kind();
const RuleKind& budget_kind() {
  static const BudgetKind kind;
  return kind;
}

}  // namespace nephoscope
