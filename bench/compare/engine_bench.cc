// The rule sets of performance.md 1.1 through the engine alone: one row is one pass, a new value of each of N series and every rule judged.
// bench/compare/peers.py runs the same rules in Prometheus beside it. range(0): series.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

std::string RuleText(int k, const std::string& watch, const std::string& limit) {
  return absl::StrCat("  - {alert: R", k, ", kind: threshold, limit: 100000, watch: {metric: cloud_cost_dollars, ", watch, "}, when: {above: ", limit, "}}\n");
}

std::string Thr1k() {
  std::string out;
  for (int k = 0; k < 1000; ++k) out += RuleText(k, absl::StrFormat("where: {resource: res-%06d}, by: [resource]", k * 97 % 100000), "1000000");
  return out;
}

std::string ThrAll(int rules) {
  std::string out;
  for (int k = 1; k <= rules; ++k) out += RuleText(k, "by: [resource]", absl::StrCat(k * 1000000));
  return out;
}

std::string SumTeam(int rules) {
  std::string out;
  for (int k = 1; k <= rules; ++k) out += RuleText(k, "combine: sum, by: [team]", absl::StrCat(k, "000000000"));
  return out;
}

std::shared_ptr<const RuleSet> Load(const std::string& rules) {
  const std::vector<SourceFile> files = {{"bench.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n", rules)}};
  LoadedRules loaded = LoadRules(files);
  if (HasErrors(loaded.diagnostics)) {
    std::fputs(RenderDiagnostics(loaded.diagnostics, files, false).c_str(), stderr);
    std::exit(1);
  }
  return loaded.rules;
}

void Pass(benchmark::State& state, std::string (*rules_of)(int), int rules) {
  const auto count = static_cast<SeriesId>(state.range(0));
  const std::size_t before = mallinfo2().uordblks;
  Engine engine(EngineOptions{});
  Changes changes;
  engine.SetRules(Load(rules_of(rules)), absl::UnixEpoch(), changes);
  for (SeriesId id = 0; id < count; ++id) {
    Series series = bench::UniverseSeries(static_cast<int>(id));
    series.id = id;
    series.cadence = absl::Minutes(1);
    engine.DefineSeries(series);
  }
  std::int64_t time_ms = 1'780'000'020'000;
  std::vector<std::vector<Sample>> pages(4, std::vector<Sample>(count));
  for (std::size_t page = 0; page < pages.size(); ++page)
    for (SeriesId id = 0; id < count; ++id) pages[page][id].series = id, pages[page][id].value = bench::UniverseValue(id, page);
  std::size_t next = 0;
  const auto pass = [&](benchmark::State* timed) {
    std::vector<Sample>& page = pages[next++ % pages.size()];
    time_ms += 60'000;
    if (timed != nullptr) timed->PauseTiming();
    for (Sample& sample : page) sample.time_ms = time_ms;
    if (timed != nullptr) timed->ResumeTiming();
    engine.Observe(page, changes);
    engine.Advance(0, absl::FromUnixMillis(time_ms), changes);
    changes.clear();
  };
  for (int i = 0; i < 4; ++i) pass(nullptr);
  const std::size_t pages_bytes = pages.size() * count * sizeof(Sample);
  state.counters["bytes_per_series"] = static_cast<double>(mallinfo2().uordblks - before - pages_bytes) / count;
  for (auto _ : state) pass(&state);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void Thr1k(benchmark::State& state) { Pass(state, [](int) { return Thr1k(); }, 0); }
void ThrAll(benchmark::State& state) { Pass(state, ThrAll, 1); }
void ThrAllX10(benchmark::State& state) { Pass(state, ThrAll, 10); }
void SumTeam(benchmark::State& state) { Pass(state, SumTeam, 1); }
void SumTeamX100(benchmark::State& state) { Pass(state, SumTeam, 100); }

BENCHMARK(Thr1k)->Name("thr1k")->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ThrAll)->Name("thr_all")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ThrAllX10)->Name("thr_all_x10")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(SumTeam)->Name("sum_team_x1")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(SumTeamX100)->Name("sum_team_x100")->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
