// LevelConditions: which conditions of a level have come true, where a level has several and one of them is enough
// (rules.md 2.6, "Conditions of one level").
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/state_bytes.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Invariants:
//   1. a condition is notified at most once in an episode, unless the judgement says that it was left in between
//   2. it is notified only when it has held for the `for` of its level
//   3. empty for rules whose levels have one condition each: those pay nothing
class LevelConditions {
 public:
  // A new judgement; `counts`: the event time since the one before, as far as it counts for timers.
  void Note(const Judgement& judgement, absl::Duration counts);
  // Those of the levels up to `level` that are new; they count as notified from now on.
  LevelBits TakeNew(const Rule& rule, int level);
  // The levels above `level` are left.
  void LeaveAbove(int level);
  void EndEpisode() { all_.clear(); }
  // The rule was edited: the conditions of level i are now those of level `to(i)`; -1: gone.
  template <typename To>
  void Move(To to);

  bool empty() const { return all_.empty(); }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct One {
    int level = 0, condition = 0;
    absl::Duration held = absl::ZeroDuration();
    bool notified = false;
  };
  One* Find(int level, int condition);

  std::vector<One> all_;  // that hold or were notified in this episode
};

template <typename To>
void LevelConditions::Move(To to) {
  for (One& one : all_) one.level = to(one.level);
  std::erase_if(all_, [](const One& one) { return one.level < 0; });
}

}  // namespace nephoscope
