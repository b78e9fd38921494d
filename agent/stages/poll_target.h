// PollTarget: the rounds of one target of a collector: when the next is due, what of the present one waits to be sent,
// and until when the target asked to be left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "agent/collectors/collector.h"

namespace nephoscope {

// One request, until it is sent.
struct PollRequest {
  Fetch fetch;
  int attempt = 0;
  absl::Duration not_before = -absl::InfiniteDuration();
};

// I/O thread only. Times are Clock::SinceBoot.
class PollTarget {
 public:
  static constexpr int kInFlight = 32;  // requests at a time; the rest waits in `waiting`

  PollTarget(std::string name, std::size_t index) : name_(std::move(name)), index_(index) {}

  const std::string& name() const { return name_; }
  std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }

  bool Due(absl::Duration now) const { return now >= next_due_; }
  // A round is not over: the next one waits for it.
  bool busy() const { return in_flight > 0 || !waiting.empty(); }
  // True if a request may be sent now.
  bool Ready(absl::Duration now) const;

  // Sets when the next round is due: one interval after this one was, so that the rhythm stays; rounds whose time has passed
  // are left out. Returns how many were.
  std::int64_t Schedule(absl::Duration now, absl::Duration every);
  void DueAtOnce() { next_due_ = -absl::InfiniteDuration(); }
  absl::Duration next_due() const { return next_due_; }

  // The provider asked not to be asked for `wait`: rounds that are due meanwhile get `answer` again.
  void Hold(absl::Duration until, const HttpResponse& answer);
  // The answer that holds; nullptr: ask.
  const HttpResponse* held(absl::Duration now) const { return now < held_until_ ? &held_ : nullptr; }

  std::deque<std::unique_ptr<PollRequest>> waiting;
  int in_flight = 0;
  std::uint64_t round = 0;
  bool gave = false;      // something was answered in this round
  bool first = true;      // no round was over since the start, or since new rules
  bool asked = false;     // a round has ended since the rules were set, well or not
  bool doubtful = false;  // its last answer did not come in time
  bool owes = false;      // the clock was set or the program stood still: a round has to end first
  bool gone = false;      // the rules do not name it any more

 private:
  std::string name_;
  std::size_t index_;
  absl::Duration next_due_ = -absl::InfiniteDuration();
  absl::Duration held_until_ = -absl::InfiniteDuration();
  HttpResponse held_;
};

}  // namespace nephoscope
