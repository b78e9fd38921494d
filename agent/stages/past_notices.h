// PastNotices: what is learned of the past while it is being read (a start, an outage, new rules). People are notified when all of it is
// known: of what is open, once; of what is over, in one summary. Export thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/store/store.h"
#include "rules/model/alert.h"

namespace nephoscope {

// The events stand in the outbox under names that no receiver has, and leave it with the commit that stands for them: a crash in the middle
// loses none and repeats no summary.
class PastNotices {
 public:
  // Of an episode that began before this rule was watched; and of one that began while it was, unseen (an outage).
  static constexpr absl::string_view kPast = "(past)";
  static constexpr absl::string_view kMissed = "(missed)";

  explicit PastNotices(Store& store) : store_(store) {}

  // After each commit and at the start: what waits since.
  absl::Status Read();
  bool empty() const { return waiting_.empty(); }
  bool Has(absl::string_view alert_id) const { return waiting_.count(alert_id) != 0; }

  // What people are notified of now that the past is known.
  struct Due {
    std::vector<AlertSnapshot> open;     // the newest step of each episode that goes on
    std::vector<AlertSnapshot> news;     // the end of episodes whose beginning they know
    std::vector<AlertSnapshot> missed;   // the newest step of each that came and went during an outage
    std::vector<AlertSnapshot> over;     // the same, of before: one summary
    std::vector<std::int64_t> rows;
  };
  // `limit_of`: how many alerts of its rule people may be notified of; those beyond go into the summary.
  Due Take(const std::function<int(const Transition&)>& limit_of) const;
  // These rows were committed with what stands for them.
  void Forget() { waiting_.clear(), rows_.clear(); }

 private:
  struct Step {
    AlertSnapshot alert;
    bool missed;
  };
  using Steps = std::vector<Step>;
  static void Sort(const Steps& episode, Due& out);

  Store& store_;
  std::map<std::string, Steps, std::less<>> waiting_;  // by alert id, in order of commit
  std::vector<std::int64_t> rows_;
  std::int64_t read_to_ = 0;
};

}  // namespace nephoscope
