// Batches from thread to thread and back through the pool, sleeping and waking as the agent does. Items are samples.
#include <benchmark/benchmark.h>

#include <thread>

#include "agent/pipeline/channel.h"

namespace nephoscope {
namespace {

// range(0): samples per batch; range(1): capacity of the channel.
void BatchesFromThreadToThread(benchmark::State& state) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  constexpr int kBatches = 2'000;
  for (auto _ : state) {
    BatchChannel channel(static_cast<std::size_t>(state.range(1)));
    std::thread giver([&] {
      for (int i = 0; i < kBatches; ++i) {
        auto batch = channel.Take();
        for (std::size_t k = 0; k < samples; ++k) batch->samples.push_back({.series = static_cast<SeriesId>(k), .time_ms = i});
        channel.Send(std::move(batch));
      }
      channel.Close();
    });
    std::int64_t sum = 0;
    while (!channel.closed())
      if (auto batch = channel.Receive(absl::InfiniteDuration())) {
        for (const Sample& sample : batch->samples) sum += sample.time_ms;
        channel.Recycle(std::move(batch));
      }
    benchmark::DoNotOptimize(sum);
    giver.join();
  }
  state.SetItemsProcessed(state.iterations() * kBatches * static_cast<std::int64_t>(samples));
}
BENCHMARK(BatchesFromThreadToThread)->Args({1, 16})->Args({64, 16})->Args({4096, 16})->Args({4096, 1})->UseRealTime();

}  // namespace
}  // namespace nephoscope
