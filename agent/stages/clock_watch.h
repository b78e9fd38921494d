// ClockWatch: notices that the machine's clock was set, or that the program stood still, and holds back what is judged by the
// wall clock alone until what was due has been asked: silence that nobody listened to is not silence.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "agent/seams/clock.h"

namespace nephoscope {

class SelfMetrics;

// I/O thread only.
class ClockWatch {
 public:
  static constexpr absl::Duration kStep = absl::Seconds(1);       // a smaller difference is drift
  static constexpr absl::Duration kPause = absl::Seconds(5);      // between two looks; a busy machine stays below it
  static constexpr absl::Duration kLongestHold = absl::Minutes(2);  // a target that never answers holds nothing up for longer

  ClockWatch(Clock& clock, SelfMetrics& metrics) : clock_(clock), metrics_(metrics) {}

  // kSet: the wall clock jumped forward. kPaused: nothing ran for a while. After both, targets that are due owe a round.
  enum class Event { kNone, kSet, kPaused };
  // Looks once a step. `tick`: how often that is at the least.
  Event Look(absl::Duration tick);

  // `owed`: some target still owes its round.
  void Settle(bool owed);
  bool holds() const { return held_ != absl::InfinitePast(); }
  // The wall clock to judge by.
  absl::Time wall() const { return holds() ? held_ : now_; }

 private:
  Clock& clock_;
  SelfMetrics& metrics_;
  absl::Time machine_ = absl::InfinitePast();  // the machine's wall clock at the last look
  absl::Time now_ = absl::InfinitePast();      // ours
  absl::Time held_ = absl::InfinitePast();
  absl::Duration boot_ = absl::ZeroDuration(), held_since_ = absl::ZeroDuration();
};

}  // namespace nephoscope
