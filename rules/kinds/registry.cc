// The kinds by name: the lines of list.inc. Explicit, because objects that register themselves are dropped by the linker.
#include "rules/engine/kind.h"

#include "rules/engine/evaluator.h"

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

std::shared_ptr<const LookBack> RuleKind::Program(const Rule& rule) const { return (void)rule, nullptr; }
std::unique_ptr<Input> RuleKind::MakeInput(std::shared_ptr<const Rule> rule) const { return (void)rule, nullptr; }

const RuleKind* FindKind(absl::string_view name) {
  for (const RuleKind* kind : AllKinds())
    if (name == kind->name()) return kind;
  return nullptr;
}

}  // namespace nephoscope
