// The event that stands for alerts which came and went before anybody looked (io.nephoscope.past.v1).
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/model/alert.h"

namespace nephoscope {

inline constexpr char kPastEventType[] = "io.nephoscope.past.v1";

// The newest step of each, all over; at least one, in any order.
using PastList = std::vector<AlertSnapshot>;

// The same for the same alerts, so that a summary sent again is known: 32 hex digits.
std::string PastEventId(const PastList& list);
std::string PastKey(absl::string_view agent_name);

// One line of JSON under 64 KiB: how many, between when and when, by rule, and the 100 newest.
std::string ToPastEvent(PastList list, absl::string_view agent_name, absl::Time recorded);

// The same in plain words; empty: the event is none.
std::string PastInPlainWords(absl::string_view event);

}  // namespace nephoscope
