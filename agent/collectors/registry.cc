// The collectors by name: the lines of list.inc. Explicit, because objects that register themselves are dropped by the linker.
#include "agent/collectors/collector.h"

namespace nephoscope {

#define COLLECTOR(name) extern const CollectorType name##_collector;
#include "agent/collectors/list.inc"
#undef COLLECTOR

absl::Span<const CollectorType* const> AllCollectors() {
  static const CollectorType* const kAll[] = {
#define COLLECTOR(name) &name##_collector,
#include "agent/collectors/list.inc"
#undef COLLECTOR
  };
  return kAll;
}

const CollectorType* FindCollector(absl::string_view name) {
  for (const CollectorType* type : AllCollectors())
    if (name == type->name) return type;
  return nullptr;
}

absl::StatusOr<std::vector<Fetch>> PlanAll(Collector& collector, absl::Time now) {
  std::vector<Fetch> out;
  const std::size_t targets = collector.Targets().size();
  for (std::size_t target = 0; target < targets; ++target) {
    absl::StatusOr<std::vector<Fetch>> plan = collector.Plan(target, now);
    if (!plan.ok()) return plan.status();
    for (Fetch& fetch : *plan) out.push_back(std::move(fetch));
  }
  return out;
}

}  // namespace nephoscope
