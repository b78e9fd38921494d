// The event of a list of alerts (io.nephoscope.digest.v1).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/model/alert.h"

namespace nephoscope {

inline constexpr char kDigestEventType[] = "io.nephoscope.digest.v1";

struct DigestList {
  std::string rule_id;
  Labels by;                          // what its alerts have in common
  absl::Time due;
  std::vector<AlertSnapshot> alerts;  // at least one; any order
};

// The same for the same list at the same time, so that a list sent again is known: 32 hex digits; and the key of all lists of this rule and `by`.
std::string DigestEventId(const DigestList& list);
std::string DigestKey(absl::string_view agent_name, const DigestList& list);

// The label of `by` that this alert is listed under: its label, or its owner's name where `by` says owner.
Labels DigestGroup(const std::vector<std::string>& by, const Transition& alert);

// One line of JSON under 64 KiB: the sum on top, then the alerts, the most money first, the 100 largest at most, and fewer with shorter texts where these would
// be too long.
std::string ToDigestEvent(const DigestList& list, absl::string_view agent_name, absl::Time recorded);

// The list in plain words; empty: the event is none.
std::string DigestInPlainWords(absl::string_view event);

}  // namespace nephoscope
