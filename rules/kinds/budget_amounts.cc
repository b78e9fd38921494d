#include "rules/kinds/budget_amounts.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/engine/template.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

constexpr std::int64_t kMillionthsPerWhole = 100'000'000;  // of a per cent
constexpr std::int64_t kMicrosPerCent = 10'000;
constexpr int kMostPeriods = 12 * 200;

const Option kEntryOptions[] = {
    {.name = "amount", .type = OptionType::kMoney, .sentence = "What may be spent in one period", .example = "42000 USD", .required = true},
    {.name = "grows", .type = OptionType::kText, .sentence = "How much more each period has than the one before, rounded to the cent", .example = "2% per period", .form = R"(^\s*[+-]?[0-9._]+\s*%\s+per\s+[a-z]+\s*$)"},
    {.name = "since", .type = OptionType::kText, .sentence = "The first period, which has the amount as it is written, by a month or a day of it; without it, the first period of each fiscal year", .example = "2026-10", .form = R"(^\s*[0-9]+-[0-9]{1,2}(?:-[0-9]{1,2})?\s*$)"},
};

// "2% per period" as millionths of a per cent; nullopt: not in this form, or of another period than the budget's.
std::optional<std::int64_t> ReadGrowth(absl::string_view text, const std::string& length) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  const bool spaced = words.size() == 4 && words[1] == "%";
  if (!spaced && (words.size() != 3 || !absl::EndsWith(words[0], "%"))) return std::nullopt;
  const absl::string_view per = words[words.size() - 2], unit = words.back();
  const absl::StatusOr<Money> percent = Money::Parse(absl::StripSuffix(words[0], "%"), Currency());
  if (per != "per" || (unit != "period" && unit != length) || !percent.ok()) return std::nullopt;
  return percent->micros;
}

std::string DayText(absl::CivilDay day) { return absl::FormatTime("%-d %B %Y", absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone()); }
std::string PercentText(std::int64_t millionths) { return absl::StrCat(NumberText(static_cast<double>(millionths) / 1e6), "%"); }

void CheckBudgetAmount(const OptionValues& values, const char* key, std::vector<Diagnostic>& out) {
  if (!values.Has(key) || values.Amount(key).micros > 0) return;
  out.push_back(LogicError("R210", values.MarkOf(key), kNoBudget));
  out.back().caret_text = kNoBudgetHint;
}

std::optional<Growth> GrowthOf(const OptionValues& entry, const std::string& length) {
  if (!entry.Has("grows")) return std::nullopt;
  const std::optional<std::int64_t> rate = ReadGrowth(entry.Text("grows"), length);
  if (!rate) return std::nullopt;
  return Growth{*rate, entry.Has("since") ? ReadPeriodDay(entry.Text("since")) : std::nullopt};
}

// "9000 USD in the first month of each fiscal year, and in each month after it 2% more"
std::string SayEntry(const Rule& rule, const OptionValues& entry) {
  const std::string& length = rule.options.Map("budget").Text("period");
  const std::optional<Growth> growth = GrowthOf(entry, length);
  const std::string amount = SayMoney(entry.Amount("amount"));
  if (!growth) return amount;
  const std::string first = growth->since ? absl::StrCat("up to the ", length, " from ", DayText(FiscalPeriodOf(CalendarOf(rule), length, *growth->since).from)) : absl::StrCat("in the first ", length, " of each fiscal year");
  return absl::StrCat(amount, " ", first, ", and in each ", length, " after it ", PercentText(std::abs(growth->millionths)), growth->millionths < 0 ? " less" : " more");
}

}  // namespace

const char kNoBudget[] = "nothing is a share of no money, so this budget would never say anything";
const char kNoBudgetHint[] = "write a small amount, such as 1 USD, to be told of any spending";

const OptionTable kBudgetAmountOptions = {"amount", "What one group may spend.", kEntryOptions};

// The middle of a month, which no fiscal month of that name leaves out.
std::optional<absl::CivilDay> ReadPeriodDay(absl::string_view text) {
  absl::CivilMonth month;
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &month)) return absl::CivilDay(month) + 14;
  return absl::ParseCivilTime(text, &day) ? std::optional<absl::CivilDay>(day) : std::nullopt;
}

const Calendar& CalendarOf(const Rule& rule) { return rule.calendar ? *rule.calendar : PlainCalendar(); }

Money Growth::After(Money first, int periods) const {
  constexpr __int128 kMost = std::numeric_limits<std::int64_t>::max() / kMicrosPerCent;
  for (int i = 0; i < periods; ++i) {
    const __int128 grown = static_cast<__int128>(first.micros) * (kMillionthsPerWhole + millionths), cent = static_cast<__int128>(kMillionthsPerWhole) * kMicrosPerCent;
    first.micros = static_cast<std::int64_t>(std::min((grown + cent / 2) / cent, kMost)) * kMicrosPerCent;
  }
  return first;
}

BudgetAmounts::BudgetAmounts(const Rule& rule, const Labels& labels) : calendar_(CalendarOf(rule)) {
  const OptionValues& budget = rule.options.Map("budget");
  length_ = budget.Text("period");
  amount_ = budget.Has("amount") ? budget.Amount("amount") : budget.Has("everyone_else") ? budget.Amount("everyone_else") : Money{};
  std::vector<std::string> group;
  const Labels by = labels.Project(rule.watch.by);
  for (const LabelView label : by.pairs()) group.emplace_back(label.value);
  for (const auto& [name, entry] : budget.NamedMaps("amounts"))
    if (group.size() == 1 && name == group[0]) amount_ = entry.Amount("amount"), growth_ = GrowthOf(entry, length_);
  const auto less = [](const AmountRow& row, const std::vector<std::string>& wanted) { return row.group < wanted; };
  for (auto at = std::lower_bound(rule.amounts.begin(), rule.amounts.end(), group, less); at != rule.amounts.end() && at->group == group; ++at) rows_.push_back(*at);
  table_ = budget.Text("amounts_from");
}

// The newest that has begun.
const AmountRow* BudgetAmounts::RowIn(absl::CivilDay from) const {
  const AmountRow* out = nullptr;
  for (const AmountRow& row : rows_)
    if (!row.since || FiscalPeriodOf(calendar_, length_, *row.since).from <= from) out = &row;
  return out;
}

int BudgetAmounts::PeriodsUntil(absl::CivilDay from) const {
  const absl::CivilDay first = growth_->since ? FiscalPeriodOf(calendar_, length_, *growth_->since).from : FiscalYearOf(calendar_, from);
  int out = 0;
  for (absl::CivilDay at = first; at < from && out < kMostPeriods; at = FiscalPeriodOf(calendar_, length_, at).to) ++out;
  return out;
}

Money BudgetAmounts::In(absl::CivilDay from) const {
  if (const AmountRow* row = RowIn(from); row != nullptr) return row->amount;
  return growth_ ? growth_->After(amount_, PeriodsUntil(from)) : amount_;
}

std::string BudgetAmounts::Reason(absl::CivilDay from) const {
  if (const AmountRow* row = RowIn(from); row != nullptr)
    return absl::StrCat("The budget is that of ", table_, row->since ? absl::StrCat(" from the ", length_, " of ", DayText(FiscalPeriodOf(calendar_, length_, *row->since).from), " on") : "", ".");
  if (!growth_) return "";
  const int periods = PeriodsUntil(from);
  const absl::CivilDay first = growth_->since ? FiscalPeriodOf(calendar_, length_, *growth_->since).from : FiscalYearOf(calendar_, from);
  return absl::StrCat("The budget is that of the ", length_, " from ", DayText(first), ", ", amount_.ToText(), ", ",
                      periods == 0 ? "the first." : absl::StrCat("grown by ", PercentText(growth_->millionths), " per ", length_, " ", TimesText(periods), "."));
}

void CheckBudgetAmounts(const Rule& rule, std::vector<Diagnostic>& out) {
  const OptionValues& budget = rule.options.Map("budget");
  const std::string& length = budget.Text("period");
  const auto tell = [&](Mark mark, std::string message, std::string caret) {
    out.push_back(LogicError("R409", mark, std::move(message)));
    out.back().caret_text = std::move(caret);
  };
  for (const char* key : {"amount", "everyone_else"}) CheckBudgetAmount(budget, key, out);
  for (const auto& [name, entry] : budget.NamedMaps("amounts")) {
    CheckBudgetAmount(entry, "amount", out);
    if (entry.Has("since") && !ReadPeriodDay(entry.Text("since")))
      tell(entry.MarkOf("since"), absl::StrCat("\"", entry.Text("since"), "\" names no ", length), "write a month or a day, such as 2026-10 or 2026-10-01");
    if (entry.Has("since") && !entry.Has("grows")) tell(entry.MarkOf("since"), "since says from when on an amount grows, and this one does not", "write grows: 2% per period, or take since out");
    if (!entry.Has("grows")) continue;
    const std::optional<std::int64_t> rate = ReadGrowth(entry.Text("grows"), length);
    if (!rate) {
      tell(entry.MarkOf("grows"), absl::StrCat("\"", entry.Text("grows"), "\" is not a growth of a budget of a ", length), absl::StrCat("write 2% per period, or 2% per ", length));
    } else if (*rate <= -kMillionthsPerWhole || *rate > kMillionthsPerWhole) {
      tell(entry.MarkOf("grows"), absl::StrCat("nothing grows by ", PercentText(*rate), " per ", length), "write more than -100% and at most 100%");
    } else if (length == "year" && !entry.Has("since")) {
      tell(entry.MarkOf("grows"), "an amount of a year grows from year to year, so its first year must be said", "add since: with a month of the first year, such as 2026-10");
    }
  }
}

std::vector<std::string> SayBudgetAmounts(const Rule& rule) {
  const OptionValues& budget = rule.options.Map("budget");
  const std::string period = absl::StrCat(budget.Text("period"), rule.calendar ? absl::StrCat(" of the calendar ", SayName(rule.calendar->name)) : "");
  std::vector<std::string> groups;
  for (const auto& [name, entry] : budget.NamedMaps("amounts")) groups.push_back(absl::StrCat(SayName(name), " has ", SayEntry(rule, entry)));
  if (!rule.amounts.empty()) {
    int rows = 0;
    for (std::size_t i = 0; i < rule.amounts.size(); ++i) rows += i == 0 || rule.amounts[i].group != rule.amounts[i - 1].group;
    groups.push_back(absl::StrCat(CountText(rows, "group has its amount", "groups have their amounts"), " in ", SayName(budget.Text("amounts_from"))));
  }
  const bool others = !groups.empty();
  if (budget.Has("everyone_else")) groups.push_back(absl::StrCat(others ? "everyone else has " : "everyone has ", SayMoney(budget.Amount("everyone_else"))));
  std::vector<std::string> out = {absl::StrCat("The budget is", budget.Has("amount") ? absl::StrCat(" ", SayMoney(budget.Amount("amount"))) : "", " for each ", period, ".")};
  if (!groups.empty()) out.push_back(absl::StrCat("In it ", absl::StrJoin(groups, ", "), "."));
  return out;
}

}  // namespace nephoscope
