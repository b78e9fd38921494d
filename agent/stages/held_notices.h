// HeldNotices: what people are not told yet, because an alert made of it may tell them better. Export thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/store/store.h"

namespace nephoscope {

// Held events stand in the outbox under a name that no receiver has: a crash loses none, after it they are held anew.
class HeldNotices {
 public:
  static constexpr absl::string_view kReceiver = "(held)";
  static constexpr absl::Duration kLongest = absl::Minutes(2);

  explicit HeldNotices(Store& store) : store_(store) {}

  // After each commit and at the start: what was held since. `now`: since boot.
  absl::Status Read(absl::Duration now);
  bool empty() const { return held_.empty(); }
  bool Has(absl::string_view alert_id) const { return held_.count(alert_id) != 0; }

  // They go out with the next commit.
  void Release(absl::string_view alert_id);
  void ReleaseDue(absl::Duration now);
  // Those that go out, in the order in which they were held.
  std::vector<const OutboxRow*> released() const;
  // They never go out: another alert has told of them.
  absl::Status Drop(absl::string_view alert_id);
  // The released ones are committed to their receivers.
  absl::Status Settle();

 private:
  struct Held {
    absl::Duration until;
    bool released = false;
    std::vector<OutboxRow> rows;
  };

  Store& store_;
  std::map<std::string, Held, std::less<>> held_;  // by alert id
  std::int64_t read_to_ = 0;
};

}  // namespace nephoscope
