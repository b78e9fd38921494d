// The rule sets of performance.md 1.1 through the engine alone: one row is one pass, a new value of each of N series and every rule judged.
// bench/compare/peers.py runs the same rules in Prometheus beside it. range(0): series.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/rules.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"
#include "rules/engine/interest.h"

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

// All fire: how many bytes an alert takes is this less thr_all.
std::string ThrAllFire(int) { return RuleText(1, "by: [resource]", "0"); }

// How far a value is from its mean of a day, in standard deviations; the same expression as Prometheus is asked.
std::string ZScore(int minutes) {
  const std::string range = absl::StrCat("cloud_cost_dollars[", minutes, "m]");
  return absl::StrCat("  - {alert: Z, kind: expr, limit: 100000, expr: '(cloud_cost_dollars - avg_over_time(", range, ")) / stddev_over_time(", range, ") > 30'}\n");
}

std::string Unusual(int) { return "  - {alert: U, kind: metric_anomaly, limit: 100000, watch: {metric: cloud_cost_dollars, by: [resource]}, anomaly: {history: 28d}}\n"; }

// Bytes that the program has from the heap; large ones are mapped, and counted by themselves.
std::size_t InUse() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void Pass(benchmark::State& state, std::string (*rules_of)(int), int rules, int warm = 4) {
  const auto count = static_cast<SeriesId>(state.range(0));
  const std::size_t before = InUse();
  Engine engine(EngineOptions{});
  Changes changes;
  const std::shared_ptr<const RuleSet> loaded = bench::RulesOf(rules_of(rules));
  engine.SetRules(loaded, absl::UnixEpoch(), changes);
  // As the agent's router: series that no rule asks for do not get here.
  Interest interest(loaded);
  std::vector<SeriesId> wanted;
  for (SeriesId id = 0; id < count; ++id) {
    Series series = bench::UniverseSeries(static_cast<int>(id));
    series.id = id;
    series.cadence = absl::Minutes(1);
    if (interest.ShardsOf(series) == 0) continue;
    wanted.push_back(id);
    engine.DefineSeries(series);
  }
  std::int64_t time_ms = 1'780'000'020'000;
  std::vector<std::vector<Sample>> pages(4, std::vector<Sample>(wanted.size()));
  for (std::size_t page = 0; page < pages.size(); ++page)
    for (std::size_t i = 0; i < wanted.size(); ++i) pages[page][i].series = wanted[i], pages[page][i].value = bench::UniverseValue(static_cast<int>(wanted[i]), page);
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
  for (int i = 0; i < warm; ++i) pass(nullptr);
  changes = {};  // whoever takes them frees them
  const std::size_t own = pages.size() * wanted.size() * sizeof(Sample) + wanted.capacity() * sizeof(SeriesId);
  state.counters["series"] = static_cast<double>(wanted.size());
  state.counters["bytes_per_series"] = static_cast<double>(InUse() - before - own) / static_cast<double>(wanted.size());
  for (auto _ : state) pass(&state);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(wanted.size()));
}

void Thr1k(benchmark::State& state) { Pass(state, [](int) { return Thr1k(); }, 0); }
void ThrAll(benchmark::State& state) { Pass(state, ThrAll, 1); }
void ThrAllX10(benchmark::State& state) { Pass(state, ThrAll, 10); }
void UnusualAll(benchmark::State& state) { Pass(state, Unusual, 1, 40); }
void SumTeam(benchmark::State& state) { Pass(state, SumTeam, 1); }
void SumTeamX100(benchmark::State& state) { Pass(state, SumTeam, 100); }

void ThrAllFire(benchmark::State& state) { Pass(state, ThrAllFire, 1, 24); }  // alerts rest after 21 points at which they fired
void ZScoreOf5Minutes(benchmark::State& state) { Pass(state, ZScore, 5, 10); }
void ZScoreOf1Day(benchmark::State& state) { Pass(state, ZScore, 1440, 1440); }

BENCHMARK(Thr1k)->Name("thr1k")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ThrAll)->Name("thr_all")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ThrAllX10)->Name("thr_all_x10")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(SumTeam)->Name("sum_team_x1")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(SumTeamX100)->Name("sum_team_x100")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ThrAllFire)->Name("thr_all_fire")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(UnusualAll)->Name("unusual_all")->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ZScoreOf5Minutes)->Name("z5m")->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK(ZScoreOf1Day)->Name("z1d")->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
