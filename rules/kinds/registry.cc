// The kinds by name: the lines of list.inc. Explicit, because objects that register themselves are dropped by the linker.
#include "rules/kinds/kind.h"

namespace nephoscope {

#define KIND(name) const RuleKind& name##_kind();
#include "rules/kinds/list.inc"
#undef KIND

absl::Span<const RuleKind* const> AllKinds() {
  static const RuleKind* const kAll[] = {
#define KIND(name) &name##_kind(),
#include "rules/kinds/list.inc"
#undef KIND
  };
  return kAll;
}

const RuleKind* FindKind(absl::string_view name) {
  for (const RuleKind* kind : AllKinds())
    if (name == kind->name()) return kind;
  return nullptr;
}

}  // namespace nephoscope
