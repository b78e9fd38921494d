#include "rules/kinds/budget_periods.h"

#include <algorithm>

#include "rules/kinds/budget_amounts.h"

namespace nephoscope {
Period PeriodOf(const Rule& rule, absl::Time now) {
  const Calendar& calendar = CalendarOf(rule);
  const DayRange days = FiscalPeriodOf(calendar, rule.options.Map("budget").Text("period"), BillingDayBefore(calendar, now));
  return {absl::FromCivil(days.from, absl::UTCTimeZone()), absl::FromCivil(days.to, absl::UTCTimeZone())};
}

int ReachedLevel(const Rule& rule, std::int64_t micros, Money amount, int before) {
  int out = -1;
  for (int i = 0; amount.micros > 0 && i < static_cast<int>(rule.levels.size()); ++i) {
    const OptionValues& level = rule.levels[i].condition;
    if (level.Has("actual") && static_cast<double>(micros) / static_cast<double>(amount.micros) >= level.Number("actual") * (i <= before ? kRearm : 1)) out = i;
  }
  return out;
}

const ClosedPeriod& ClosedPeriods::Close(Period period, Money amount, const CostCells& cells) {
  all_.erase(all_.begin(), std::find_if(all_.begin(), all_.end(), [&](const ClosedPeriod& one) { return one.period.from >= cells.kept_from(); }));
  const std::int64_t spent = cells.Sum(period.from, period.to, period.to);
  return all_.emplace_back(ClosedPeriod{period, amount, spent, spent});
}

const ClosedPeriod* ClosedPeriods::Restated(const Rule& rule, const CostCells& cells) {
  for (ClosedPeriod& one : all_) {
    if (one.period.from < cells.kept_from()) continue;
    const std::int64_t spent = cells.Sum(one.period.from, one.period.to, one.period.to);
    const int told = ReachedLevel(rule, one.final, one.amount, -1);
    if (spent == one.final || ReachedLevel(rule, spent, one.amount, told) == told) continue;
    one.before = one.final;
    one.final = spent;
    return &one;
  }
  return nullptr;
}

void ClosedPeriods::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(all_.size()));
  for (const ClosedPeriod& one : all_) {
    out.Time(one.period.from);
    out.Time(one.period.to);
    out.Int(one.amount.micros);
    out.Text(one.amount.currency.code());
    out.Int(one.final);
    out.Int(one.before);
  }
}

void ClosedPeriods::Load(StateReader& in) {
  all_.resize(in.Count(40));
  for (ClosedPeriod& one : all_) {
    one.period.from = in.Time();
    one.period.to = in.Time();
    one.amount.micros = in.Int();
    if (const absl::StatusOr<Currency> currency = Currency::Parse(in.Text()); currency.ok()) one.amount.currency = *currency;
    one.final = in.Int();
    one.before = in.Int();
  }
}

}  // namespace nephoscope
