// WaitingDigests: alerts that people are told of as a list, until its time comes. Export thread only.
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
#include "exporters/events/digest_event.h"
#include "rules/model/alert.h"

namespace nephoscope {

// They stand in the outbox under a name that no receiver has, and leave it with the commit that the list is in: a crash loses none and doubles
// none.
class WaitingDigests {
 public:
  // The digest of a rule now; nullptr: it has none any more.
  using DigestOf = std::function<const Digest*(const Transition& alert)>;
  // False: it stays for the next list.
  using MayList = std::function<bool(const Transition& alert)>;

  explicit WaitingDigests(Store& store) : store_(store) {}

  // After each commit and at the start: what waits since.
  absl::Status Read(const DigestOf& digest_of);
  // Rules changed: their times may have.
  void Reschedule(const DigestOf& digest_of);
  std::size_t rows() const;
  // The first time that a list is due; InfiniteFuture: nothing waits.
  absl::Time next() const { return next_; }

  // The lists that are due, in order of rule and group, and the rows that they stand for. Nothing is forgotten before Forget.
  struct Due {
    std::vector<DigestList> lists;
    std::vector<std::int64_t> rows;
  };
  Due Take(absl::Time now, const DigestOf& digest_of, const MayList& may);
  // These rows were committed with their lists.
  void Forget(const std::vector<std::int64_t>& rows);

 private:
  struct Waiting {
    AlertSnapshot newest;
    std::vector<std::int64_t> rows;
    absl::Time since, due;  // when the oldest was recorded
  };
  void FindNext();

  Store& store_;
  std::map<std::string, Waiting> waiting_;  // by alert id
  absl::Time next_ = absl::InfiniteFuture();
  std::int64_t read_to_ = 0;
};

}  // namespace nephoscope
