// Interning by labels: known series in random order, and new ones. range(0): series in the table.
#include <benchmark/benchmark.h>

#include <vector>

#include "agent/pipeline/series_table.h"
#include "bench/universe.h"

namespace nephoscope {
namespace {

constexpr int kAsked = 10'000;  // kept ready, so that making the question is not measured

void FindKnownSeries(benchmark::State& state) {
  const int n = static_cast<int>(state.range(0));
  SeriesTable table;
  for (int i = 0; i < n; ++i) table.Intern(bench::UniverseSeries(i));
  std::vector<Series> asked;
  for (int i = 0; i < kAsked; ++i) asked.push_back(bench::UniverseSeries(static_cast<int>(bench::Mix(i) % n)));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(table.Intern(asked[at++ % kAsked]).id);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(FindKnownSeries)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);

void AddNewSeries(benchmark::State& state) {
  std::vector<Series> fresh;
  for (int i = 0; i < state.range(0); ++i) fresh.push_back(bench::UniverseSeries(i));
  for (auto _ : state) {
    SeriesTable table;
    for (const Series& s : fresh) benchmark::DoNotOptimize(table.Intern(s).id);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(AddNewSeries)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
