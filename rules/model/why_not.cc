#include "rules/model/why_not.h"

namespace nephoscope {

const char* ToText(WhyNot reason) {
  switch (reason) {
    case WhyNot::kNone: return "";
    case WhyNot::kShadow: return "shadow";
    case WhyNot::kNoReceiver: return "no_receiver";
    case WhyNot::kFlapping: return "flapping";
    case WhyNot::kReplaced: return "replaced";
    case WhyNot::kDependsOn: return "depends_on";
    case WhyNot::kInhibited: return "inhibited";
    case WhyNot::kInMaintenance: return "in_maintenance";
    case WhyNot::kMuted: return "muted";
    case WhyNot::kOutsideActiveInterval: return "outside_active_interval";
    case WhyNot::kSnoozed: return "snoozed";
    case WhyNot::kSilenced: return "silenced";
    case WhyNot::kLimitReached: return "limit_reached";
    case WhyNot::kBelowMinImpact: return "below_min_impact";
    case WhyNot::kInDigest: return "in_digest";
    case WhyNot::kHeld: return "held";
    case WhyNot::kPast: return "past";
  }
  return "";
}

WhyNot WhyNotFrom(absl::string_view text) {
  for (int i = 1; i <= static_cast<int>(kLastWhyNot); ++i)
    if (text == ToText(static_cast<WhyNot>(i))) return static_cast<WhyNot>(i);
  return WhyNot::kNone;
}

}  // namespace nephoscope
