#include "rules/engine/level_conditions.h"

#include <algorithm>

namespace nephoscope {
namespace {

constexpr int kMostConditions = 32;  // bits of LevelBits

bool Has(const LevelBits& bits, int level, int condition) {
  return (bits[static_cast<std::size_t>(level)] >> condition & 1) != 0;
}

}  // namespace

LevelConditions::One* LevelConditions::Find(int level, int condition) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const One& one) {
    return one.level == level && one.condition == condition;
  });
  return found == all_.end() ? nullptr : &*found;
}

void LevelConditions::Note(const Judgement& judgement, absl::Duration counts) {
  if (all_.empty() && judgement.met == LevelBits{}) return;
  std::erase_if(all_, [&](const One& one) {
    const bool over = !one.notified && !Has(judgement.met, one.level, one.condition);
    return over || Has(judgement.left, one.level, one.condition);
  });
  for (int level = 0; level < kMaxLevels; ++level)
    for (int condition = 0; condition < kMostConditions; ++condition) {
      if (!Has(judgement.met, level, condition)) continue;
      if (One* one = Find(level, condition); one != nullptr) one->held += counts;
      else all_.push_back({level, condition});
    }
}

LevelBits LevelConditions::TakeNew(const Rule& rule, int level) {
  LevelBits out{};
  for (One& one : all_) {
    if (one.notified || one.level > level || one.level >= static_cast<int>(rule.levels.size())) continue;
    if (one.held < rule.levels[static_cast<std::size_t>(one.level)].hold) continue;
    one.notified = true;
    out[static_cast<std::size_t>(one.level)] |= std::uint32_t{1} << one.condition;
  }
  return out;
}

void LevelConditions::LeaveAbove(int level) {
  std::erase_if(all_, [level](const One& one) { return one.level > level; });
}

void LevelConditions::Save(StateWriter& out) const {
  out.Int(static_cast<std::int64_t>(all_.size()));
  for (const One& one : all_) {
    out.Int(one.level);
    out.Int(one.condition);
    out.Length(one.held);
    out.Int(one.notified);
  }
}

void LevelConditions::Load(StateReader& in) {
  all_.clear();
  for (std::size_t n = in.Count(4 * 8); n > 0 && in.ok(); --n) {
    One one;
    one.level = static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, kMaxLevels - 1));
    one.condition = static_cast<int>(std::clamp<std::int64_t>(in.Int(), 0, kMostConditions - 1));
    one.held = in.Length();
    one.notified = in.Int() != 0;
    all_.push_back(one);
  }
}

}  // namespace nephoscope
