#include "rules/kinds/window_stat.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeastShare = 0.5;  // of the expected points
constexpr std::int64_t kPatience = 15 * 60'000;  // with data whose rhythm nobody knows, in milliseconds
constexpr std::size_t kMostPoints = 100'000;  // of one series in one window; older ones go first

std::int64_t Millis(absl::Duration length) { return length == absl::ZeroDuration() ? 0 : std::max<std::int64_t>(absl::ToInt64Milliseconds(length), 1); }

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
  every_ms_ = Millis(rule.every);
  window_ms_ = Millis(rule.watch.window);
  needs_ = stat_ == Stat::kSum || stat_ == Stat::kAvg ? RunningStats::kSums : stat_ == Stat::kMin || stat_ == Stat::kMax ? RunningStats::kExtremes : stat_ == Stat::kRate ? RunningStats::kIncrease : 0;
}

void WindowStat::Define(int slot, const Series& series) {
  if (members_.size() <= static_cast<std::size_t>(slot)) members_.resize(slot + 1);
  Member& member = members_[slot];
  member.money = series.type == ValueType::kMoney;
  member.cadence_ms = Millis(series.cadence);
  member.period_ms = Millis(series.period);
  std::int64_t slowest = 0;
  for (const Member& one : members_) slowest = std::max(slowest, one.cadence_ms);
  patience_ms_ = rule_->no_data_after > absl::ZeroDuration() ? Millis(rule_->no_data_after) : slowest > 0 ? 3 * slowest : kPatience;
}

void WindowStat::Leave(int slot) {
  Member& member = members_[slot];
  member.points.clear();
  member.running.reset();
  member.forgotten_ms = INT64_MIN;
  member.first_ms = INT64_MAX;
  member.newest_ms = INT64_MIN;
  member.gap_ms = 0;
  member.negative = false;
}

void WindowStat::Add(int slot, const Sample& sample, std::vector<absl::Time>& due) {
  Member& member = members_[slot];
  const double value = member.money ? static_cast<double>(sample.micros) / 1e6 : sample.value;
  if (!std::isfinite(value)) return;
  const std::int64_t time = sample.time_ms + (member.money ? member.period_ms : 0);
  if (member.money && time <= member.forgotten_ms) return;  // a bill that is read again brings old cells too: no news
  const bool completed = member.money && NoteFinality(member, time, sample.provisional());
  member.first_ms = std::min(member.first_ms, time);
  if (time > member.newest_ms) {
    if (member.newest_ms != INT64_MIN) member.gap_ms = time - member.newest_ms;
    member.newest_ms = time;
  }
  member.negative = member.negative || value < 0;
  auto at = member.points.end();
  while (at != member.points.begin() && (at - 1)->time_ms >= time) --at;
  if (at != member.points.end() && member.running) member.running->Forget();
  if (at != member.points.end() && at->time_ms == time) {
    if (at->value == value && !(completed && tumbling())) return;  // the same again is no news
    at->value = value;
  } else {
    member.points.insert(at, {time, value});
    if (member.points.size() > kMostPoints) {
      member.points.erase(member.points.begin());
      if (member.running) member.running->Dropped(1);
    }
  }
  if (tumbling()) {
    const absl::Time counted = absl::FromUnixMillis(time);
    if (counted <= filled_.from || counted > filled_.to) filled_ = rule_->FixedRange(counted);
    return due.push_back(filled_.to);
  }
  const std::int64_t step = every_ms_ > 0 ? every_ms_ : member.money ? 0 : member.cadence_ms;
  due.push_back(absl::FromUnixMillis(step > 0 ? GridUp(time, step) : time));
}

bool WindowStat::NoteFinality(Member& member, std::int64_t time_ms, bool provisional) {
  auto& times = member.provisional;
  const auto at = std::lower_bound(times.begin(), times.end(), time_ms);
  const bool was = at != times.end() && *at == time_ms;
  if (provisional && !was) times.insert(at, time_ms);
  if (!provisional && was) times.erase(at);
  return was && !provisional;
}

absl::Time WindowStat::Settled(absl::Time time) const {
  std::int64_t first = std::numeric_limits<std::int64_t>::max(), newest = std::numeric_limits<std::int64_t>::min();
  for (const Member& member : members_)
    if (!member.provisional.empty()) first = std::min(first, member.provisional.front());
  if (first > absl::ToUnixMillis(time)) return time;
  for (const Member& member : members_)
    for (const TimedValue& point : member.points)
      if (point.time_ms < first) newest = std::max(newest, point.time_ms);
  if (newest == std::numeric_limits<std::int64_t>::min()) return absl::InfinitePast();
  if (every_ms_ > 0) newest = GridUp(newest, every_ms_) < first ? GridUp(newest, every_ms_) : GridUp(newest, every_ms_) - every_ms_;
  const absl::Time out = absl::FromUnixMillis(newest);
  if (!tumbling()) return out;
  const TimeRange range = rule_->FixedRange(out);
  return range.to < absl::FromUnixMillis(first) ? range.to : range.from;
}

WindowStat::Bounds WindowStat::Window(const Member& member, std::int64_t from, std::int64_t to) const {
  const auto& points = member.points;
  std::size_t end = points.size();
  while (end > 0 && points[end - 1].time_ms > to) --end;
  // The beginning is near that of the window before, or near the end.
  std::size_t begin = member.running && member.running->known() ? std::min(member.running->begin(), end) : end;
  if (begin == end && end > RunningStats::kFew) begin = static_cast<std::size_t>(std::upper_bound(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(end), from, [](std::int64_t t, const TimedValue& p) { return t < p.time_ms; }) - points.begin());
  while (begin < end && points[begin].time_ms <= from) ++begin;
  while (begin > 0 && points[begin - 1].time_ms > from) --begin;
  return {begin, end};
}

// Of a series without a rhythm the newest value counts until it may be missed: those of a group never come together.
std::int64_t WindowStat::StepOf(const Member& member, std::int64_t time) const {
  return std::max({member.cadence_ms, every_ms_, std::int64_t{1}, CountsOn(member) ? PatienceOf(member, time) : 0});
}

// Between the newest two points up to `time`: what came later says nothing of how long it could be silent then.
std::int64_t WindowStat::GapAt(const Member& member, std::int64_t time) {
  auto newest = member.points.end();
  while (newest != member.points.begin() && (newest - 1)->time_ms > time) --newest;
  if (newest == member.points.begin()) return 0;
  --newest;
  if (newest != member.points.begin()) return newest->time_ms - (newest - 1)->time_ms;
  return newest->time_ms == member.newest_ms ? member.gap_ms : 0;
}

// How long it may be silent. Of a series whose rhythm nobody says: by its own last step.
std::int64_t WindowStat::PatienceOf(const Member& member, std::int64_t time) const {
  const bool own = member.cadence_ms == 0 && rule_->no_data_after <= absl::ZeroDuration();
  const std::int64_t patience = own ? std::max({patience_ms_, kPatience, 3 * GapAt(member, time)}) : patience_ms_;
  return std::max({patience, member.cadence_ms, every_ms_});
}

std::int64_t WindowStat::FromOf(const Member& member, std::int64_t time) const {
  if (rule_->watch.fixed) return absl::ToUnixMillis(cell_.from);
  return time - (window_ms_ > 0 ? window_ms_ : StepOf(member, time));
}

bool WindowStat::IsMissing(const Member& member, std::int64_t time, bool known) const {
  if (member.money || rule_->members_may_leave || member.first_ms > time) return false;
  if (!known) return true;
  auto newest = member.points.end();
  while (newest != member.points.begin() && (newest - 1)->time_ms > time) --newest;
  return newest == member.points.begin() || time - (newest - 1)->time_ms > PatienceOf(member, time);
}

// The points of the last step, or the newest before it.
WindowStat::Bounds WindowStat::OfStep(const Member& member, Bounds bounds, std::int64_t time) const {
  const Bounds step = Window(member, time - std::max<std::int64_t>(every_ms_, 1), time);
  return step.begin < step.end ? step : Bounds{bounds.end - 1, bounds.end};
}

// What is missing can be anything that its statistic gives.
PossibleValues WindowStat::Possible() const {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  const auto below_zero = [&](int slot) { return stat_ != Stat::kCount && members_[slot].negative; };
  switch (how_) {
    case How::kMax:
    case How::kByData: return {at_.value, kAll};
    case How::kMin: return {-kAll, at_.value};
    case How::kCount: return {at_.value, static_cast<double>(members_.size())};
    case How::kSum:
      if (std::none_of(at_.missing.begin(), at_.missing.end(), below_zero)) return {at_.value, kAll};
      break;
    case How::kAvg: break;
  }
  return {-kAll, kAll};
}

double WindowStat::StatOf(Member& member, std::int64_t time) {
  const bool window = has_window();
  const std::int64_t from = FromOf(member, time);
  Bounds bounds = Window(member, from, time);
  const auto count = static_cast<double>(bounds.end - bounds.begin);
  at_.points = std::max(at_.points, bounds.end - bounds.begin);
  if (count == 0) return kUnknown;
  if (CountsOn(member)) bounds = OfStep(member, bounds, time);
  if (window && member.cadence_ms > 0 && count < std::floor(kLeastShare * static_cast<double>(time - from) / static_cast<double>(member.cadence_ms))) return kUnknown;
  if (needs_ != 0 && count > RunningStats::kFew) return FoldRunning(member, bounds);
  return Fold(Points(member.points).subspan(bounds.begin, bounds.end - bounds.begin));
}

double WindowStat::FoldRunning(Member& member, Bounds bounds) {
  if (!member.running) member.running = std::make_unique<RunningStats>(needs_);
  const Points points(member.points);
  member.running->MoveTo(points, bounds.begin, bounds.end);
  switch (stat_) {
    case Stat::kAvg: return member.running->average();
    case Stat::kSum: return member.running->sum();
    case Stat::kMin: return member.running->least();
    case Stat::kMax: return member.running->most();
    default: return member.running->increase() / (static_cast<double>(points[bounds.end - 1].time_ms - points[bounds.begin].time_ms) / 1000);
  }
}

double WindowStat::Increase(Points points) {
  WideSum sum;
  for (std::size_t i = 1; i < points.size(); ++i) sum.Add(CounterStep(points[i - 1].value, points[i].value));
  return sum.total();
}

// Of at least one point. As FoldRunning, to the last digit.
double WindowStat::Fold(Points points) {
  const auto count = static_cast<double>(points.size());
  switch (stat_) {
    case Stat::kLast: return points.back().value;
    case Stat::kCount: return count;
    case Stat::kRate: return points.size() < 2 ? kUnknown : Increase(points) / (static_cast<double>(points.back().time_ms - points.front().time_ms) / 1000);
    case Stat::kPercentile:
      sort_.clear();
      for (const TimedValue& point : points) sort_.push_back(point.value);
      return Percentile(sort_, share_);
    default: break;
  }
  WideSum sum;
  double least = points[0].value, most = points[0].value;
  for (const TimedValue& point : points) sum.Add(point.value), least = std::min(least, point.value), most = std::max(most, point.value);
  switch (stat_) {
    case Stat::kAvg: return sum.total() / count;
    case Stat::kSum: return sum.total();
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

void WindowStat::Drop(Member& member, absl::Time now) const {
  // Restated cells may still come for a while; windows reach back by their length.
  constexpr std::int64_t kRestated = 40LL * 24 * 60 * 60 * 1000;
  const absl::Time from = std::min(now, keep_from_);
  const std::int64_t time = absl::ToUnixMillis(from);
  const std::int64_t length = !rule_->watch.fixed ? window_ms_ : time - absl::ToUnixMillis(from > cell_.from && from <= cell_.to ? cell_.from : rule_->FixedRange(from).from);
  const std::int64_t keep = member.money ? std::max(kRestated, length) : std::max({length, every_ms_, 2 * member.cadence_ms, has_window() ? 0 : StepOf(member, absl::ToUnixMillis(now))});
  // What was forgotten of a bill is no news any more, so it is forgotten on its day.
  const auto old = [&](const TimedValue& point) { return point.time_ms < time - keep; };
  std::size_t count = member.money ? static_cast<std::size_t>(std::find_if_not(member.points.begin(), member.points.end(), old) - member.points.begin()) : DueToDrop(member.points, time - keep);
  if (count > 0 && count == member.points.size()) --count;
  if (count == 0) return;
  member.forgotten_ms = member.points[count - 1].time_ms;
  member.points.erase(member.points.begin(), member.points.begin() + static_cast<std::ptrdiff_t>(count));
  while (!member.provisional.empty() && member.provisional.front() <= member.forgotten_ms) member.provisional.erase(member.provisional.begin());
  if (member.running) member.running->Dropped(count);
}

const GroupValue& WindowStat::At(absl::Time time) {
  at_.known = false;
  at_.value = 0;
  at_.points = 0;
  at_.per_member.clear();
  at_.missing.clear();
  if (rule_->watch.fixed && (time <= cell_.from || time > cell_.to)) cell_ = rule_->FixedRange(time);
  if (tumbling() && time != cell_.to) return at_;  // what was due before the rule was edited
  const std::int64_t time_ms = absl::ToUnixMillis(time);
  for (Member& member : members_) {
    const double value = StatOf(member, time_ms);
    at_.per_member.push_back(value);
    at_.known = at_.known || !std::isnan(value);
    if (IsMissing(member, time_ms, !std::isnan(value))) at_.missing.push_back(static_cast<int>(&member - members_.data()));
    Drop(member, time);
  }
  if (at_.known) at_.value = Combine(at_.per_member);
  if (at_.known && !at_.whole()) at_.possible = Possible();
  return at_;
}

void WindowStat::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(members_.size()));
  for (const Member& member : members_) {
    out.Int(member.first_ms);
    out.Int(member.newest_ms);
    out.Int(member.gap_ms);
    out.Int(member.negative);
    out.Int(static_cast<std::int64_t>(member.points.size()));
    for (const TimedValue& point : member.points) out.Int(point.time_ms), out.Real(point.value);
  }
}

void WindowStat::Load(StateReader& in) {
  const std::size_t members = in.Count(8);
  if (members_.size() < members) members_.resize(members);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    members_[i].first_ms = in.Int();
    members_[i].newest_ms = in.Int();
    members_[i].gap_ms = in.Int();
    members_[i].negative = in.Int() != 0;
    members_[i].points.resize(in.Count(16));
    for (TimedValue& point : members_[i].points) point.time_ms = in.Int(), point.value = in.Real();
  }
}

}  // namespace nephoscope
