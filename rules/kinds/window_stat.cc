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

double Percentile(std::vector<double>& values, double share) {
  const std::size_t rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  const std::size_t at = std::clamp<std::size_t>(rank, 1, values.size()) - 1;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace

WindowStat::WindowStat(const Rule& rule) : rule_(&rule) {
  const std::string& stat = rule.watch.stat;
  const auto is = [&](absl::string_view name) { return stat == name; };
  stat_ = stat.empty() || is("last") ? Stat::kLast : is("count") ? Stat::kCount : is("avg") ? Stat::kAvg : is("sum") ? Stat::kSum
        : is("min") ? Stat::kMin : is("max") ? Stat::kMax : is("rate") ? Stat::kRate
        : stat[0] == 'p' && absl::SimpleAtod(absl::string_view(stat).substr(1), &share_) ? Stat::kPercentile : Stat::kUnknown;
  share_ /= 100;
  const std::string& how = rule.watch.combine;
  how_ = how.empty() ? (stat_ == Stat::kSum || stat_ == Stat::kCount ? How::kSum : How::kByData)
       : how == "sum" ? How::kSum : how == "min" ? How::kMin : how == "avg" ? How::kAvg : how == "count" ? How::kCount : How::kMax;
}

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
  if (member.money && time <= member.forgotten) return;  // a bill that is read again brings old cells too: no news
  auto at = std::lower_bound(member.points.begin(), member.points.end(), time, [](const Point& p, absl::Time t) { return p.time < t; });
  if (at != member.points.end() && at->time == time) {
    if (at->value == value) return;  // the same again is no news
    at->value = value;
  } else {
    member.points.insert(at, {time, value});
    if (member.points.size() > kMostPoints) member.points.erase(member.points.begin());
  }
  if (tumbling()) {
    if (time <= filled_.from || time > filled_.to) filled_ = rule_->FixedRange(time);
    return due.push_back(filled_.to);
  }
  const absl::Duration step = rule_->every > absl::ZeroDuration() ? rule_->every : member.money ? absl::ZeroDuration() : member.cadence;
  due.push_back(step > absl::ZeroDuration() ? RoundUp(time, step) : time);
}

double WindowStat::StatOf(const Member& member, absl::Time time) {
  const auto end = std::upper_bound(member.points.begin(), member.points.end(), time, [](absl::Time t, const Point& p) { return t < p.time; });
  const absl::Duration step = std::max(member.cadence, rule_->every);
  const bool window = rule_->watch.fixed || rule_->watch.window > absl::ZeroDuration();
  const absl::Duration length = rule_->watch.fixed ? time - cell_.from : window ? rule_->watch.window : step > absl::ZeroDuration() ? step : absl::Nanoseconds(1);
  auto begin = end;
  while (begin != member.points.begin() && (begin - 1)->time > time - length) --begin;
  const auto count = static_cast<double>(end - begin);
  if (count == 0) return kUnknown;
  if (window && member.cadence > absl::ZeroDuration() && count < std::floor(kLeastShare * absl::FDivDuration(length, member.cadence)))
    return kUnknown;
  return Fold(begin, end);
}

// Of a counter: a smaller value than the one before means that it began anew from zero.
double WindowStat::Increase(Points begin, Points end) {
  double sum = 0;
  for (auto at = begin + 1; at != end; ++at) sum += at->value < (at - 1)->value ? at->value : at->value - (at - 1)->value;
  return sum;
}

// Of at least one point.
double WindowStat::Fold(Points begin, Points end) {
  if (stat_ == Stat::kLast) return (end - 1)->value;
  const auto count = static_cast<double>(end - begin);
  if (stat_ == Stat::kCount) return count;
  if (stat_ == Stat::kRate) return count < 2 ? kUnknown : Increase(begin, end) / absl::ToDoubleSeconds((end - 1)->time - begin->time);
  if (stat_ == Stat::kPercentile) {
    sort_.clear();
    for (auto at = begin; at != end; ++at) sort_.push_back(at->value);
    return Percentile(sort_, share_);
  }
  double sum = 0, least = begin->value, most = begin->value;
  for (auto at = begin; at != end; ++at) sum += at->value, least = std::min(least, at->value), most = std::max(most, at->value);
  switch (stat_) {
    case Stat::kAvg: return sum / count;
    case Stat::kSum: return sum;
    case Stat::kMin: return least;
    case Stat::kMax: return most;
    default: return kUnknown;
  }
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
  switch (how_) {
    case How::kSum: return sum;
    case How::kMin: return least;
    case How::kAvg: return sum / known;
    case How::kCount: return known;
    case How::kMax: return most;
    case How::kByData: return money ? sum : most;
  }
  return most;
}

void WindowStat::Drop(Member& member, absl::Time time) const {
  // Restated cells may still come for a while; windows reach back by their length.
  const absl::Duration length = rule_->watch.fixed ? time - cell_.from : rule_->watch.window;
  const absl::Duration keep = member.money ? std::max(absl::Hours(24 * 40), length) : std::max({length, rule_->every, 2 * member.cadence}) + absl::Minutes(5);
  auto end = member.points.begin();
  while (end != member.points.end() && end->time < time - keep) ++end;
  if (end != member.points.begin() && end == member.points.end()) --end;
  if (end == member.points.begin()) return;
  member.forgotten = (end - 1)->time;
  member.points.erase(member.points.begin(), end);
}

const GroupValue& WindowStat::At(absl::Time time) {
  at_.known = false;
  at_.value = 0;
  at_.per_member.clear();
  if (rule_->watch.fixed && (time <= cell_.from || time > cell_.to)) cell_ = rule_->FixedRange(time);
  if (tumbling() && time != cell_.to) return at_;  // what was due before the rule was edited
  for (Member& member : members_) {
    at_.per_member.push_back(StatOf(member, time));
    at_.known = at_.known || !std::isnan(at_.per_member.back());
    Drop(member, time);
  }
  if (at_.known) at_.value = Combine(at_.per_member);
  return at_;
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
