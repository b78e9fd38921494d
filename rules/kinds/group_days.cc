#include "rules/kinds/group_days.h"

#include <algorithm>

#include "rules/kinds/median.h"
#include "rules/model/cost_labels.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr const char* kOneTime[] = {"Purchase", "Credit", "Refund", "Tax", "Adjustment"};

bool IsOneTime(const Labels& labels) {
  if (labels.Get(kChargePeriodLabel) == kTermCharge) return true;
  const absl::string_view category = labels.Get("charge_category");
  return std::any_of(std::begin(kOneTime), std::end(kOneTime),
                     [&](const char* one) { return category == one; });
}

}  // namespace

void GroupDays::Define(int slot, const Series& series) {
  const auto at = static_cast<std::size_t>(slot);
  if (parts_.size() <= at) parts_.resize(at + 1);
  parts_[at].labels = series.labels;
  parts_[at].apart = apart_ && IsOneTime(series.labels);
  currency_ = series.currency;
}

bool GroupDays::Set(int slot, const Sample& sample) {
  Part& part = parts_[static_cast<std::size_t>(slot)];
  const std::int64_t day = DayOf(sample.time());
  const std::int64_t newest = std::max(part.days.empty() ? day : part.days.last(),
                                       empty() ? day : totals_.last());
  if (day < newest - kParts) return false;  // forgotten: no news
  const std::int64_t before = part.days.Sum(day, day + 1);
  const bool was_open = part.days.Provisional(day, day + 1), is_new = !part.days.Any(day, day + 1);
  const bool changed = part.days.Set(day, sample.micros, sample.provisional());
  if (part.days.last() == day) part.days.DropBefore(day - kParts);
  if (part.apart || (!changed && was_open == sample.provisional())) return false;
  auto at = std::find_if(open_.begin(), open_.end(), [&](const auto& one) { return one.first == day; });
  if (at == open_.end()) at = open_.insert(open_.end(), {day, 0});
  at->second += (sample.provisional() ? 1 : 0) - (was_open && !is_new ? 1 : 0);
  const bool open = at->second > 0;
  if (!open) open_.erase(at);
  const Money total = Money{Micros(day), {}} + Money{sample.micros, {}} - Money{before, {}};
  totals_.Set(day, total.micros, open);
  if (totals_.last() == day) totals_.DropBefore(day - kTotals);
  return true;
}

std::int64_t GroupDays::Final(std::int64_t day) const {
  if (empty()) return kNever;
  for (std::int64_t at = std::min(day, newest()); at >= std::max(first(), kept_from()); --at)
    if (Any(at) && !Provisional(at)) return at;
  return kNever;
}

// The middle of the same weekday in the weeks before `before`; days without a row cost nothing.
std::int64_t GroupDays::Usual(const Part& part, std::int64_t day, std::int64_t before) const {
  std::vector<double> some;
  std::int64_t at = day;
  while (at >= before) at -= 7;
  for (int week = 0; week < kComparable && at >= first() && at >= newest() - kParts; ++week, at -= 7)
    some.push_back(static_cast<double>(part.days.Sum(at, at + 1)));
  return some.empty() ? 0 : static_cast<std::int64_t>(Median(some));
}

std::vector<GroupDays::Change> GroupDays::Changes(std::int64_t from, std::int64_t to, int sign) const {
  std::vector<Change> out;
  for (std::size_t slot = 0; slot < parts_.size(); ++slot) {
    const Part& part = parts_[slot];
    if (part.apart) continue;
    Money more;
    for (std::int64_t day = std::max(from, to - 13); day <= to; ++day)
      more = more + Money{part.days.Sum(day, day + 1), {}} - Money{Usual(part, day, from), {}};
    if (more.micros != 0) out.push_back({static_cast<int>(slot), more.micros});
  }
  std::sort(out.begin(), out.end(), [&](const Change& a, const Change& b) {
    if (a.micros != b.micros) return sign > 0 ? a.micros > b.micros : a.micros < b.micros;
    return labels(a.slot) < labels(b.slot);
  });
  return out;
}

std::vector<std::pair<std::string, std::int64_t>> GroupDays::OneTime(std::int64_t from, std::int64_t to) const {
  std::vector<std::pair<std::string, std::int64_t>> out;
  for (const Part& part : parts_) {
    const std::int64_t sum = part.apart ? part.days.Sum(from, to + 1) : 0;
    if (sum == 0) continue;
    const std::string category(part.labels.Get("charge_category"));
    const auto at = std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.first == category; });
    if (at == out.end()) out.emplace_back(category, sum);
    else at->second = (Money{at->second, {}} + Money{sum, {}}).micros;
  }
  std::sort(out.begin(), out.end());
  return out;
}

void GroupDays::Save(StateWriter& out) const {
  totals_.Save(out);
  out.Int(static_cast<std::int64_t>(parts_.size()));
  for (const Part& part : parts_) part.days.Save(out);
  out.Int(static_cast<std::int64_t>(open_.size()));
  for (const auto& [day, count] : open_) out.Int(day), out.Int(count);
}

void GroupDays::Load(StateReader& in) {
  totals_.Load(in);
  const std::size_t parts = in.Count(24);
  if (parts_.size() < parts) parts_.resize(parts);
  for (std::size_t i = 0; i < parts && in.ok(); ++i) parts_[i].days.Load(in);
  open_.resize(in.Count(16));
  for (auto& [day, count] : open_) day = in.Int(), count = static_cast<int>(in.Int());
}

}  // namespace nephoscope
