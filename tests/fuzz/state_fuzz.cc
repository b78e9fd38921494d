// A state of every kind, damaged: taken whole or refused, and the engine goes on with the next samples.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/engine/kind.h"
#include "rules/language/language.h"
#include "rules/model/check.h"

using namespace nephoscope;

namespace {

std::shared_ptr<const RuleSet> Examples() {
  std::string text = "apiVersion: rules/v1\nrules:\n";
  for (const RuleKind* kind : AllKinds()) absl::StrAppend(&text, kind->example());
  const SourceFile file = {"a.yaml", text};
  LoadedRules loaded = LoadRules({&file, 1});
  CHECK(!loaded.rules->rules.empty());
  return loaded.rules;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const RuleSet> rules = Examples();
  if (size < 1) return 0;
  const Rule& rule = *rules->rules[data[0] % rules->rules.size()];
  Engine engine({});
  Changes out;
  const absl::Time start = absl::FromUnixSeconds(1'767'571'200);
  engine.SetRules(rules, start, out);
  InstanceState state;
  state.alert_id = AlertId("nephoscope", rule.id, Labels());
  state.rule_id = rule.id;
  state.bytes.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  engine.Restore({&state, 1});
  Series series;
  series.id = 0;
  series.source = 0;
  series.metric = rule.watch.metric.empty() ? "probe" : rule.watch.metric;
  series.type = rule.watch.is_cost ? ValueType::kMoney : ValueType::kNumber;
  series.cadence = series.period = rule.watch.is_cost ? absl::Hours(24) : absl::Minutes(1);
  engine.DefineSeries(series);
  engine.Advance(0, start, out);
  engine.AdvanceClock(start + absl::Hours(48), out);
  engine.Snapshot(out);
  return 0;
}
