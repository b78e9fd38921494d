// The ring alone: 32-byte items, one thread and two (which yield the core when full or empty).
#include <benchmark/benchmark.h>

#include <array>
#include <thread>

#include "agent/pipeline/spsc_ring.h"

namespace nephoscope {
namespace {

using Item = std::array<std::uint64_t, 4>;

void PushAndPopOnOneThread(benchmark::State& state) {
  SpscRing<Item> ring(1024);
  Item in{1, 2, 3, 4}, out{};
  for (auto _ : state) {
    ring.TryPush(in);
    ring.TryPop(out);
    benchmark::DoNotOptimize(out);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(PushAndPopOnOneThread);

void FromThreadToThread(benchmark::State& state) {
  constexpr int kItems = 1'000'000;
  for (auto _ : state) {
    SpscRing<Item> ring(1024);
    std::thread giver([&] {
      Item item{};
      for (int i = 0; i < kItems; ++i)
        while (!ring.TryPush(item)) std::this_thread::yield();
    });
    Item item{};
    for (int i = 0; i < kItems; ++i)
      while (!ring.TryPop(item)) std::this_thread::yield();
    giver.join();
  }
  state.SetItemsProcessed(state.iterations() * kItems);
}
BENCHMARK(FromThreadToThread)->UseRealTime();

}  // namespace
}  // namespace nephoscope
