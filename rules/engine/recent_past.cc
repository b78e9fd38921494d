#include "rules/engine/recent_past.h"

#include <algorithm>

namespace nephoscope {
namespace {

constexpr std::size_t kMost = 64;      // times that are remembered; late ones may come on top until the next
constexpr std::ptrdiff_t kAfter = 20;  // points after which what was told stays as it was told; an alert may rest after one more

}  // namespace

bool RecentPast::Note(absl::Time time, const AlertLife& life, bool told) {
  if (times_.empty() || times_.back() < time) times_.push_back(time);
  if (told) told_ = Told{time, life.level()};
  if (times_.size() >= kMost) return false;
  if (!told_) return life.worsens();
  return times_.end() - std::upper_bound(times_.begin(), times_.end(), told_->at) <= kAfter;
}

void RecentPast::PutIn(absl::Span<const absl::Time> late) {
  for (const absl::Time time : late) {
    if (times_.empty() || time < times_.front() || time > times_.back()) continue;
    if (const auto at = std::lower_bound(times_.begin(), times_.end(), time); *at != time) times_.insert(at, time);
  }
}

bool RecentPast::Fits(const Rule& rule) const {
  const auto levels = static_cast<int>(rule.levels.size());
  return !times_.empty() && before_.level() < levels && (!told_ || told_->level < levels);
}

void RecentPast::Save(StateWriter& out) const {
  before_.Save(out);
  out.Int(carry_);
  out.Int(static_cast<std::int64_t>(times_.size()));
  for (const absl::Time time : times_) out.Time(time);
  out.Int(told_ ? told_->level : -1);
  out.Time(told_ ? told_->at : absl::InfinitePast());
}

RecentPast::RecentPast(StateReader& in) {
  before_.Load(in);
  carry_ = in.Int();
  times_.resize(in.Count(8));
  for (absl::Time& time : times_) time = in.Time();
  const auto level = static_cast<int>(std::clamp<std::int64_t>(in.Int(), -1, kMaxLevels - 1));
  const absl::Time at = in.Time();
  if (level >= 0) told_ = Told{at, level};
}

}  // namespace nephoscope
