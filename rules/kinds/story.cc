#include "rules/kinds/story.h"

#include <algorithm>
#include <cmath>

namespace nephoscope {
namespace {

constexpr double kJumpOfSteps = 10;   // a step this many times the usual one ...
constexpr double kJumpOfValue = 0.1;  // ... and this share of the value is no trend
constexpr std::size_t kMostTurns = 24, kLookedAt = 6;  // kept, so that one can go back; looked at
constexpr std::size_t kLeastTurns = 2;      // before what comes back is known to
constexpr double kAlike = 0.2;              // of the way: how much the beginnings and the ends of them may differ
constexpr double kLonger = 1.3;             // times the longest of them: then it has not come back
constexpr double kLengthsAlike = 0.5;       // of the longest, by which the shortest may be shorter

}  // namespace

bool Story::Add(absl::Time time, double value) {
  now_ = time;
  while (begins_.size() > 1 && begins_[1] < std::min(now_, past_.keep_from())) begins_.erase(begins_.begin());
  past_.Add(time, value);
  if (began_ == absl::InfinitePast()) began_ = time, first_ = value;
  const absl::Span<const GroupHistory::Point> points = this->points();
  if (points.size() < 4) return false;
  steps_.clear();
  for (std::size_t i = 1; i + 1 < points.size(); ++i) steps_.push_back(std::fabs(points[i].value - points[i - 1].value));
  const auto middle = steps_.begin() + static_cast<std::ptrdiff_t>(steps_.size() / 2);
  std::nth_element(steps_.begin(), middle, steps_.end());
  const double before = points[points.size() - 2].value, step = std::fabs(points.back().value - before);
  if (step <= kJumpOfSteps * *middle || step <= kJumpOfValue * std::fabs(before)) return false;
  NoteTurn(points);
  begins_.push_back(points.back().time);
  began_ = points.back().time, first_ = points.back().value;
  return true;
}

// Against its own way: it went down and jumped up, or the other way round.
void Story::NoteTurn(absl::Span<const GroupHistory::Point> points) {
  const double last = points[points.size() - 2].value, way = last - first_, jump = points.back().value - last;
  turns_.push_back({began_, points.back().time, first_, last, way * jump < 0});
  if (turns_.size() > kMostTurns) turns_.erase(turns_.begin());
}

absl::Span<const Story::Turn> Story::Comebacks() const {
  std::size_t first = turns_.size();
  while (first > 0 && turns_[first - 1].came_back && turns_.size() - first < kLookedAt) --first;
  return absl::MakeConstSpan(turns_).subspan(first);
}

std::optional<double> Story::ComesBackFrom(bool falling) const {
  const absl::Span<const Turn> turns = Comebacks();
  if (turns.size() < kLeastTurns) return std::nullopt;
  const auto [least, most] = std::minmax_element(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.last < b.last; });
  // The oldest may be cut off where the data begin.
  double way = 0, top = first_, bottom = first_;
  absl::Duration longest, shortest = absl::InfiniteDuration();
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const Turn& one = turns[i];
    if ((one.last < one.first) != falling) return std::nullopt;
    way = std::max(way, std::fabs(one.last - one.first));
    longest = std::max(longest, one.end - one.begin);
    if (i > 0) shortest = std::min(shortest, one.end - one.begin);
    if (i > 0) top = std::max(top, one.first), bottom = std::min(bottom, one.first);
  }
  const bool alike = most->last - least->last <= kAlike * way && top - bottom <= kAlike * way;
  const bool regular = shortest >= longest * kLengthsAlike;
  if (!alike || !regular || now_ - began_ > longest * kLonger) return std::nullopt;
  return falling ? least->last - kAlike * way : most->last + kAlike * way;
}

absl::Span<const GroupHistory::Point> Story::Points(absl::Time time) const {
  const absl::Span<const GroupHistory::Point> points = past_.Until(time);
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), time);
  if (after == begins_.begin()) return points;
  std::size_t before = 0;
  while (before < points.size() && points[before].time < *(after - 1)) ++before;
  return points.subspan(before);
}

void Story::GoBack(absl::Time from) {
  past_.GoBack(from);
  begins_.erase(std::lower_bound(begins_.begin(), begins_.end(), from), begins_.end());
  while (!turns_.empty() && turns_.back().end >= from) {
    began_ = turns_.back().begin, first_ = turns_.back().first;
    turns_.pop_back();
  }
}

void Story::Save(StateWriter& out) const {
  past_.Save(out);
  out.Int(static_cast<std::int64_t>(begins_.size()));
  for (const absl::Time begin : begins_) out.Time(begin);
  out.Time(now_), out.Time(began_), out.Real(first_);
  out.Int(static_cast<std::int64_t>(turns_.size()));
  for (const Turn& one : turns_) {
    out.Time(one.begin), out.Time(one.end);
    out.Real(one.first), out.Real(one.last);
    out.Int(one.came_back);
  }
}

void Story::Load(StateReader& in) {
  past_.Load(in);
  begins_.resize(in.Count(8));
  for (absl::Time& begin : begins_) begin = in.Time();
  now_ = in.Time(), began_ = in.Time(), first_ = in.Real();
  turns_.resize(in.Count(40));
  for (Turn& one : turns_) {
    one.begin = in.Time(), one.end = in.Time();
    one.first = in.Real(), one.last = in.Real();
    one.came_back = in.Int() != 0;
  }
}

void Story::LoadOlder(StateReader& in) {
  past_.Load(in);
  begins_.resize(in.Count(8));
  for (absl::Time& begin : begins_) begin = in.Time();
  if (past_.points().empty()) return;
  now_ = past_.points().back().time;
  const absl::Span<const GroupHistory::Point> points = this->points();
  began_ = points.front().time, first_ = points.front().value;
}

}  // namespace nephoscope
