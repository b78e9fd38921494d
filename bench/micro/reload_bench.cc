// How long the evaluate thread stands still when new rules arrive: Engine::SetRules, of which one is different, over series that have state.
// Reading the files is not in it: that is done on another thread. range(0): rules; range(1): series.
#include <benchmark/benchmark.h>


#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/rules.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"

namespace nephoscope {
namespace {

// One series each; `changed`: rule 0 has another limit.
std::shared_ptr<const RuleSet> PointRules(int count, bool changed, bool more = false) {
  std::string text;
  for (int k = 0; k < count; ++k)
    absl::StrAppend(&text, "  - {alert: R", k, ", kind: threshold, watch: {metric: cloud_cost_dollars, where: {resource: ", absl::StrFormat("res-%06d", k),
                    "}, by: [resource]}, when: {above: ", changed && k == 0 ? 2000000 : 1000000, "}}\n");
  if (more) text += "  - {alert: One, kind: threshold, watch: {metric: cloud_cost_dollars, where: {resource: res-000007}, by: [resource, team]}, when: {above: 1}}\n";
  return bench::RulesOf(text);
}

void Pause(benchmark::State& state, bool more) {
  const int rules = static_cast<int>(state.range(0));
  const std::shared_ptr<const RuleSet> first = PointRules(rules, false);
  const std::shared_ptr<const RuleSet> second = PointRules(rules, !more, more);
  const std::shared_ptr<const RuleSet> sets[] = {first, KeepUnchanged(*first, second)};
  Engine engine(EngineOptions{});
  Changes changes;
  engine.SetRules(sets[0], absl::UnixEpoch(), changes);
  std::vector<Sample> page;
  for (int i = 0; i < state.range(1); ++i) {
    Series series = bench::UniverseSeries(i);
    series.id = static_cast<SeriesId>(i);
    series.cadence = absl::Minutes(1);
    engine.DefineSeries(series);
    Sample sample{.series = series.id, .time_ms = 1'780'000'020'000};
    sample.value = bench::UniverseValue(i, 0);
    page.push_back(sample);
  }
  engine.Observe(page, changes);
  engine.Advance(0, absl::FromUnixMillis(1'780'000'020'000), changes);
  changes.clear();
  std::size_t next = 1;
  for (auto _ : state) {
    engine.SetRules(sets[next++ % 2], absl::FromUnixMillis(1'780'000'020'000), changes);
    state.PauseTiming();  // another thread takes and frees these
    changes.clear();
    state.ResumeTiming();
  }
}
void PauseOfAReload(benchmark::State& state) { Pause(state, false); }
// Every second one takes the rule away again.
void PauseOfANewRule(benchmark::State& state) { Pause(state, true); }
BENCHMARK(PauseOfANewRule)->Args({10'000, 100'000})->Unit(benchmark::kMillisecond);
BENCHMARK(PauseOfAReload)->Args({1'000, 10'000})->Args({10'000, 10'000})->Args({10'000, 100'000})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
