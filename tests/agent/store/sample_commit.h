// Commits for tests: one transition, its instance, one outbox row and a cursor, all named by `number`.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/store/store.h"

namespace nephoscope {

inline absl::Time TestTime(int minutes) { return absl::FromUnixSeconds(1'790'000'000) + absl::Minutes(minutes); }

// Owns what a Commit points to.
struct SampleCommit {
  std::list<Transition> transitions;
  std::vector<InstanceState> instances;
  Commit commit;

  SampleCommit() = default;
  SampleCommit(const SampleCommit&) = delete;

  void Add(const std::string& event_id, const std::string& alert_id, AlertState status) {
    Transition& t = transitions.emplace_back();
    t.event_id = event_id, t.alert_id = alert_id, t.status = status;
    t.sequence = transitions.size(), t.time = commit.recorded;
    commit.transitions.push_back({&t, absl::StrCat("{\"id\":\"", event_id, "\"}")});
    commit.outbox.push_back({0, "kafka", event_id, alert_id, absl::StrCat("payload of ", event_id)});
    instances.push_back({alert_id, "rule-1", 7, absl::StrCat("state after ", event_id), true});
    commit.instances = instances;
  }
};

// Event `event-N` of alert `alert-(N mod 3)`, recorded at TestTime(N), cursor `source` at the same time.
inline void FillCommit(SampleCommit& c, int number, AlertState status = AlertState::kFiring) {
  c.commit.recorded = TestTime(number);
  c.Add(absl::StrCat("event-", number), absl::StrCat("alert-", number % 3), status);
  c.commit.cursors.push_back({"source", TestTime(number)});
}

inline absl::Status ApplyNumber(Store& store, int number, AlertState status = AlertState::kFiring) {
  SampleCommit c;
  FillCommit(c, number, status);
  return store.Apply(c.commit);
}

}  // namespace nephoscope
