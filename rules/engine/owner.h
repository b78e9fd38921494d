// Who owns what an alert is about, and how we know (rules.md 2.8).
#pragma once

#include "absl/types/span.h"
#include "rules/model/labels.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The rule's own owner; else the answer of the first of the settings' steps that has one (the first labels count most: order them by
// share of cost); else the default.
Owner ResolveOwner(const Rule& rule, const Settings& settings, absl::Span<const Labels* const> labels);

}  // namespace nephoscope
