#include "rules/kinds/window_stat.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nephoscope {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastShare = 0.5;  // of the expected points
constexpr std::size_t kMostPoints = 100'000;  // of one series in one window; older ones go first

absl::Time RoundUp(absl::Time time, absl::Duration step) {
  const absl::Time down = absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), step);
  return down == time ? time : down + step;
}

double Percentile(std::vector<double> values, double share) {
  const std::size_t rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const std::size_t at = std::clamp<std::size_t>(rank, 1, values.size()) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace

void WindowStat::Define(int slot, const Series& series) {
  if (members_.size() <= static_cast<std::size_t>(slot)) members_.resize(slot + 1);
  Member& member = members_[slot];
  member.money = series.type == ValueType::kMoney;
  member.cadence = series.cadence;
  member.period = series.period;
}

void WindowStat::Add(int slot, const Sample& sample, std::vector<absl::Time>& due) {
  Member& member = members_[slot];
  const double value = member.money ? static_cast<double>(sample.micros) / 1e6 : sample.value;
  if (!std::isfinite(value)) return;
  const absl::Time time = sample.time() + (member.money ? member.period : absl::ZeroDuration());
  auto at = std::lower_bound(member.points.begin(), member.points.end(), time, [](const Point& p, absl::Time t) { return p.time < t; });
  if (at != member.points.end() && at->time == time) {
    if (at->value == value) return;  // the same again is no news
    at->value = value;
  } else {
    member.points.insert(at, {time, value});
    if (member.points.size() > kMostPoints) member.points.erase(member.points.begin());
  }
  const absl::Duration step = rule_->every > absl::ZeroDuration() ? rule_->every : member.money ? absl::ZeroDuration() : member.cadence;
  due.push_back(step > absl::ZeroDuration() ? RoundUp(time, step) : time);
}

double WindowStat::StatOf(const Member& member, absl::Time time) const {
  const auto end = std::upper_bound(member.points.begin(), member.points.end(), time, [](absl::Time t, const Point& p) { return t < p.time; });
  const absl::Duration step = std::max(member.cadence, rule_->every);
  const absl::Duration length = rule_->watch.window > absl::ZeroDuration() ? rule_->watch.window : step > absl::ZeroDuration() ? step : absl::Nanoseconds(1);
  auto begin = end;
  while (begin != member.points.begin() && (begin - 1)->time > time - length) --begin;
  const auto count = static_cast<double>(end - begin);
  if (count == 0) return kUnknown;
  if (rule_->watch.window > absl::ZeroDuration() && member.cadence > absl::ZeroDuration() &&
      count < std::floor(kLeastShare * absl::FDivDuration(rule_->watch.window, member.cadence)))
    return kUnknown;
  const std::string& stat = rule_->watch.stat;
  if (stat.empty() || stat == "last") return (end - 1)->value;
  if (stat == "count") return count;
  double sum = 0, least = begin->value, most = begin->value;
  for (auto at = begin; at != end; ++at) sum += at->value, least = std::min(least, at->value), most = std::max(most, at->value);
  if (stat == "avg") return sum / count;
  if (stat == "sum") return sum;
  if (stat == "min") return least;
  if (stat == "max") return most;
  if (stat == "rate") return count < 2 ? kUnknown : ((end - 1)->value - begin->value) / absl::ToDoubleSeconds((end - 1)->time - begin->time);
  double percentile = 0;
  if (stat[0] != 'p' || !absl::SimpleAtod(absl::string_view(stat).substr(1), &percentile)) return kUnknown;
  std::vector<double> values;
  for (auto at = begin; at != end; ++at) values.push_back(at->value);
  return Percentile(std::move(values), percentile / 100);
}

double WindowStat::Combine(const std::vector<double>& values) const {
  double sum = 0, least = kUnknown, most = kUnknown;
  int known = 0;
  bool money = false;
  for (const Member& member : members_) money = money || member.money;
  for (double value : values) {
    if (std::isnan(value)) continue;
    ++known;
    sum += value;
    least = std::isnan(least) ? value : std::min(least, value);
    most = std::isnan(most) ? value : std::max(most, value);
  }
  const std::string& how = rule_->watch.combine;
  if (how == "sum" || (how.empty() && (money || rule_->watch.stat == "sum" || rule_->watch.stat == "count"))) return sum;
  if (how == "min") return least;
  if (how == "avg") return sum / known;
  if (how == "count") return known;
  return most;
}

void WindowStat::Drop(Member& member, absl::Time time) const {
  // Restated cells may still come for a while; windows reach back by their length.
  const absl::Duration keep = member.money ? absl::Hours(24 * 40) : std::max(rule_->watch.window, 2 * member.cadence) + absl::Minutes(5);
  auto end = member.points.begin();
  while (end != member.points.end() && end->time < time - keep) ++end;
  if (end != member.points.begin() && end == member.points.end()) --end;
  member.points.erase(member.points.begin(), end);
}

GroupValue WindowStat::At(absl::Time time) {
  GroupValue out;
  for (Member& member : members_) {
    out.per_member.push_back(StatOf(member, time));
    out.known = out.known || !std::isnan(out.per_member.back());
    Drop(member, time);
  }
  if (out.known) out.value = Combine(out.per_member);
  return out;
}

void WindowStat::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(members_.size()));
  for (const Member& member : members_) {
    out.Int(static_cast<std::int64_t>(member.points.size()));
    for (const Point& point : member.points) out.Time(point.time), out.Real(point.value);
  }
}

void WindowStat::Load(StateReader& in) {
  const std::size_t members = in.Count(8);
  if (members_.size() < members) members_.resize(members);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    members_[i].points.resize(in.Count(16));
    for (Point& point : members_[i].points) point.time = in.Time(), point.value = in.Real();
  }
}

std::string SayGroup(const Rule& rule) {
  return rule.watch.by.empty() ? "" : absl::StrCat(", for each ", absl::StrJoin(rule.watch.by, " and "));
}

}  // namespace nephoscope
