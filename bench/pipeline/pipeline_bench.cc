// The whole way of a sample inside the process, on one thread: intern -> batch -> ring -> Engine::Observe and Advance -> changes.
// Items are samples; `allocations_per_sample` is counted once every buffer has its size. range(0): series; range(1): threshold rules.
#include <benchmark/benchmark.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/pipeline/channel.h"
#include "agent/pipeline/series_table.h"
#include "bench/allocation_counter.h"
#include "bench/rules.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"

namespace nephoscope {
namespace {

std::shared_ptr<const RuleSet> ThresholdRules(int count) {
  std::string yaml;
  for (int k = 1; k <= count; ++k)
    absl::StrAppend(&yaml, "  - alert: Cost", k, "\n    kind: threshold\n    limit: 100000\n    watch: {metric: cloud_cost_dollars, by: [resource]}\n    when: {above: ", k * 1000000, "}\n");
  return bench::RulesOf(yaml);
}

class Pipeline {
 public:
  Pipeline(int series, int rules) : channel_(4), engine_(EngineOptions{}) {
    engine_.SetRules(ThresholdRules(rules), absl::UnixEpoch(), changes_);
    for (int i = 0; i < series; ++i) series_.push_back(bench::UniverseSeries(i));
    source_ = table_.Source("bench");
    for (Series s : series_) s.id = table_.Intern(s).id, engine_.DefineSeries(s);
  }

  // One point of every series, a minute after the last.
  void Round() {
    now_ += absl::Minutes(1);
    const std::int64_t time_ms = absl::ToUnixMillis(now_);
    auto batch = channel_.Take();
    for (std::size_t i = 0; i < series_.size(); ++i) {
      Sample sample{.series = table_.Intern(series_[i]).id, .time_ms = time_ms};
      sample.value = bench::UniverseValue(i, static_cast<std::uint64_t>(time_ms));
      batch->samples.push_back(sample);
      if (batch->samples.size() == Batch::kCapacity) {
        Cross(std::move(batch));
        batch = channel_.Take();
      }
    }
    batch->watermarks.emplace_back(source_, now_);
    Cross(std::move(batch));
  }

 private:
  void Cross(std::unique_ptr<Batch> batch) {
    channel_.Send(std::move(batch));
    auto received = channel_.Receive(absl::ZeroDuration());
    engine_.Observe(received->samples, changes_);
    for (const auto& [source, time] : received->watermarks) engine_.Advance(source, time, changes_);
    changes_.clear();
    channel_.Recycle(std::move(received));
  }

  SeriesTable table_;
  BatchChannel channel_;
  Engine engine_;
  Changes changes_;
  std::vector<Series> series_;
  SourceId source_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
};

void SamplesThroughThePipeline(benchmark::State& state) {
  Pipeline pipeline(static_cast<int>(state.range(0)), static_cast<int>(state.range(1)));
  for (int i = 0; i < 20; ++i) pipeline.Round();  // until every buffer has its size
  std::uint64_t allocations = 0;
  for (auto _ : state) {
    const std::uint64_t before = Allocations();
    pipeline.Round();
    allocations += Allocations() - before;
  }
  const std::int64_t samples = state.iterations() * state.range(0);
  state.SetItemsProcessed(samples);
  state.counters["allocations_per_sample"] = static_cast<double>(allocations) / static_cast<double>(samples);
}
BENCHMARK(SamplesThroughThePipeline)->Args({1'000, 1})->Args({10'000, 1})->Args({10'000, 10})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
