// WhyNot: why people are not notified of a step, in the order in which it is asked (rules.md 1.4, people.md).
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace nephoscope {

enum class WhyNot : std::uint8_t {
  kNone,                   // they are
  kShadow,                 // the rule is on trial
  kNoReceiver,             // `notify: []`: it feeds other rules only
  kFlapping,               // it goes on and off; the steps that say so and that it is steady again are sent
  kReplaced,               // an alert made of it and others fires, and tells of it
  kDependsOn,              // the alert that explains it fires
  kInhibited,              // an alert that an inhibit rule names fires
  kInMaintenance,
  kMuted,                  // a time interval in which nobody is notified
  kOutsideActiveInterval,
  kSnoozed,                // a person does not want to see it for a while
  kSilenced,               // a person does not want to hear of its labels for a while
  kLimitReached,           // the rule has `limit` costlier alerts already
  kBelowMinImpact,         // too little money is at stake
  kInDigest,               // it waits for the list that its rule sends
  kHeld,                   // it waits for an alert that may replace it
  kPast,                   // it is of before the agent looked, and the past is still being read
};
inline constexpr WhyNot kLastWhyNot = WhyNot::kPast;

// "shadow", "no_receiver", ..., "past"; "" of kNone.
const char* ToText(WhyNot reason);
// kNone of other texts.
WhyNot WhyNotFrom(absl::string_view text);

}  // namespace nephoscope
