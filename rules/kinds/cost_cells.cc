#include "rules/kinds/cost_cells.h"

#include <algorithm>

#include "rules/model/cost_labels.h"
#include "rules/model/grid.h"

namespace nephoscope {

constexpr absl::Duration kDay = absl::Hours(24);

void CostCells::Define(int slot, const Series& series) {
  if (members_.size() <= static_cast<std::size_t>(slot)) members_.resize(slot + 1);
  members_[slot].labels = series.labels;
  if (series.period > absl::ZeroDuration()) members_[slot].period = series.period;
  members_[slot].term = series.labels.Get(kChargePeriodLabel) == kTermCharge;
  currency_ = series.currency;
}

void CostCells::Add(int slot, const Sample& sample, std::vector<absl::Time>& due) {
  if (sample.time() < newest_ - keep_) return;  // a bill that is read again brings cells that are forgotten: no news
  Member& member = members_[slot];
  const auto [at, is_new] = member.cells.try_emplace(sample.time_ms);
  const bool changed = is_new || at->second.micros != sample.micros;
  at->second = {sample.micros, sample.provisional()};
  newest_ = std::max(newest_, sample.time());
  while (!member.cells.empty() && member.cells.begin()->first < absl::ToUnixMillis(newest_ - keep_)) member.cells.erase(member.cells.begin());
  if (changed) due.push_back(sample.time() + member.period);
}

template <typename Take>
void CostCells::Each(const Member& member, absl::Time from, absl::Time to, absl::Time now, const Take& take) const {
  const std::int64_t end = absl::ToUnixMillis(std::min(to - absl::Milliseconds(1), now - member.period));
  for (auto at = member.cells.lower_bound(absl::ToUnixMillis(from)); at != member.cells.end() && at->first <= end; ++at) take(at->first, at->second);
}

std::int64_t CostCells::Sum(absl::Time from, absl::Time to, absl::Time now) const {
  Money sum;
  for (const Member& member : members_) Each(member, from, to, now, [&](std::int64_t, const Cell& cell) { sum = sum + Money{cell.micros, {}}; });
  return sum.micros;
}

bool CostCells::Any(absl::Time from, absl::Time to, absl::Time now) const {
  bool out = false;
  for (const Member& member : members_) Each(member, from, to, now, [&](std::int64_t, const Cell&) { out = true; });
  return out;
}

std::map<std::int64_t, std::int64_t> CostCells::Totals(absl::Time from, absl::Time to, absl::Time now, bool terms) const {
  std::map<std::int64_t, std::int64_t> out;
  for (const Member& member : members_)
    if (terms || !member.term) Each(member, from, to, now, [&](std::int64_t ms, const Cell& cell) {
      std::int64_t& day = out[DayOf(absl::FromUnixMillis(ms))];
      day = (Money{day, {}} + Money{cell.micros, {}}).micros;
    });
  return out;
}

std::set<std::int64_t> CostCells::ProvisionalDays(absl::Time from, absl::Time to, absl::Time now) const {
  std::set<std::int64_t> out;
  for (const Member& member : members_)
    Each(member, from, to, now, [&](std::int64_t ms, const Cell& cell) {
      if (cell.provisional) out.insert(DayOf(absl::FromUnixMillis(ms)));
    });
  return out;
}

std::vector<Contributor> CostCells::Largest(absl::Time from, absl::Time to, absl::Time now, std::size_t most) const {
  std::vector<Contributor> out;
  for (const Member& member : members_) {
    Contributor one{member.labels, {0, currency_}};
    Each(member, from, to, now, [&](std::int64_t, const Cell& cell) { one.amount = one.amount + Money{cell.micros, {}}; });
    if (one.amount.micros > 0) out.push_back(std::move(one));
  }
  std::stable_sort(out.begin(), out.end(), [](const Contributor& a, const Contributor& b) {
    return a.amount.micros != b.amount.micros ? a.amount.micros > b.amount.micros : a.labels < b.labels;
  });
  if (out.size() > most) out.resize(most);
  return out;
}

bool CostCells::Provisional(absl::Time now) const {
  bool out = false;
  for (const Member& member : members_) Each(member, now - 2 * kDay, now, now, [&](std::int64_t, const Cell& cell) { out = out || cell.provisional; });
  return out;
}

void CostCells::Save(StateWriter& out) const {
  out.Time(newest_);
  out.Int(static_cast<std::int64_t>(members_.size()));
  for (const Member& member : members_) {
    out.Int(static_cast<std::int64_t>(member.cells.size()));
    for (const auto& [ms, cell] : member.cells) out.Int(ms), out.Int(cell.micros), out.Int(cell.provisional);
  }
}

void CostCells::Load(StateReader& in) {
  newest_ = in.Time();
  const std::size_t members = in.Count(8);
  if (members_.size() < members) members_.resize(members);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    const std::size_t cells = in.Count(24);
    for (std::size_t c = 0; c < cells && in.ok(); ++c) {
      const std::int64_t ms = in.Int();
      Cell& cell = members_[i].cells[ms];
      cell.micros = in.Int();
      cell.provisional = in.Int() != 0;
    }
  }
}

}  // namespace nephoscope
