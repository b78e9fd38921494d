// Who owns what an alert is about, and how we know (rules.md 2.8).
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "rules/model/labels.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Labels that may know an owner.
struct OwnerLabels {
  // kFirst: the first that answers. kAgreed: those that answer say the same. kAll: all of them answer, and say the same. What is true of one of
  // many series is not true of all.
  enum class Rule { kFirst, kAgreed, kAll };
  Rule rule = Rule::kFirst;
  std::vector<const Labels*> labels;
};

// The rule's own owner; else the answer of the first of the settings' steps that has one (the first of `groups` counts most: order them by
// share of cost); else the default.
Owner ResolveOwner(const Rule& rule, const Settings& settings, absl::Span<const OwnerLabels> groups);

}  // namespace nephoscope
