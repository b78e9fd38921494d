// Threads of the engine: the same samples by one and by two evaluate threads, fed by one router thread. range(0): threads. Items are samples.
#include <benchmark/benchmark.h>

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/pipeline/channel.h"
#include "agent/stages/sample_router.h"
#include "agent/status/self_metrics.h"
#include "bench/rules.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"

namespace nephoscope {
namespace {

constexpr int kSeries = 20'000, kRounds = 10;

// Windows of which no two are the same, so that the work is that of the evaluate threads.
std::shared_ptr<const RuleSet> Windows() {
  std::string text;
  for (const char* stat : {"avg", "sum", "min", "max"})
    for (const char* combine : {"sum", "avg", "max"})
      absl::StrAppend(&text, "  - {alert: ", stat, combine, ", kind: threshold, watch: {metric: cloud_cost_dollars, stat: ", stat, ", window: 5m, combine: ", combine, ", by: [team, region]}, when: {above: 9000000}}\n");
  return bench::RulesOf(text);
}

void Evaluate(BatchChannel& in, int thread, int threads, std::atomic<int>& rounds) {
  Engine engine(EngineOptions{.agent_group = "bench", .shards = ShardsOfThread(thread, threads)});
  Changes changes;
  while (!in.closed()) {
    auto batch = in.Receive(absl::InfiniteDuration());
    if (!batch) continue;
    if (batch->rules) engine.SetRules(batch->rules, absl::UnixEpoch(), changes);
    for (const Series& one : batch->series) engine.DefineSeries(one);
    engine.Observe(batch->samples, changes);
    for (const auto& [source, time] : batch->watermarks) engine.Advance(source, time, changes);
    changes.clear();
    const bool ends_round = !batch->watermarks.empty();
    in.Recycle(std::move(batch));
    if (ends_round) ++rounds, rounds.notify_one();
  }
}

void WindowsOnThreads(benchmark::State& state) {
  const int threads = static_cast<int>(state.range(0));
  std::vector<std::unique_ptr<BatchChannel>> channels;
  std::vector<BatchChannel*> ends;
  for (int i = 0; i < threads; ++i) channels.push_back(std::make_unique<BatchChannel>(64)), ends.push_back(channels.back().get());
  SelfMetrics metrics;
  SampleRouter router(ends, metrics, {.of_all = 10'000'000, .of_target = 10'000'000});
  router.SetRules(Windows());
  std::atomic<int> rounds = 0;  // that threads have ended
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) workers.emplace_back([&, i] { Evaluate(*channels[i], i, threads, rounds); });
  const SourceId source = router.Source("bench");
  std::vector<SeriesId> ids;
  for (int i = 0; i < kSeries; ++i) ids.push_back(router.Intern(bench::UniverseSeries(i)));
  absl::Time now = absl::FromUnixSeconds(1'780'000'020);
  int asked = 0;
  const auto round = [&] {
    now += absl::Minutes(1);
    for (int i = 0; i < kSeries; ++i) {
      Sample sample{.series = ids[i], .time_ms = absl::ToUnixMillis(now)};
      sample.value = bench::UniverseValue(i, static_cast<std::uint64_t>(asked));
      router.Add(sample);
    }
    router.Watermark(source, now);
    router.Flush(now, 0, false);
    asked += threads;
  };
  const auto wait = [&] {
    for (int done = rounds; done < asked; done = rounds) rounds.wait(done);
  };
  for (int i = 0; i < 5; ++i) round();
  wait();
  for (auto _ : state) {
    for (int i = 0; i < kRounds; ++i) round();
    wait();
  }
  for (auto& channel : channels) channel->Close();
  for (std::thread& worker : workers) worker.join();
  state.SetItemsProcessed(state.iterations() * kSeries * kRounds);
}
BENCHMARK(WindowsOnThreads)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace nephoscope
