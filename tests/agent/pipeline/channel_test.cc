#include "agent/pipeline/channel.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>

using namespace nephoscope;

namespace {

// The thread sanitizer is about a hundred times slower.
#if defined(__SANITIZE_THREAD__)
constexpr long kSlower = 50;
#else
constexpr long kSlower = 1;
#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(channel_test)

BOOST_AUTO_TEST_CASE(what_was_sent_before_the_end_is_received_before_the_end) {
  Channel<int> channel(4);
  channel.Send(std::make_unique<int>(1));
  channel.Send(std::make_unique<int>(2));
  channel.Close();
  BOOST_TEST(*channel.Receive(absl::ZeroDuration()) == 1);
  BOOST_TEST(!channel.closed());
  BOOST_TEST(*channel.Receive(absl::InfiniteDuration()) == 2);
  BOOST_TEST(!channel.Receive(absl::InfiniteDuration()));
  BOOST_TEST(channel.closed());
}

BOOST_AUTO_TEST_CASE(an_open_empty_channel_gives_nothing_and_is_not_closed) {
  Channel<int> channel(1);
  for (absl::Duration wait : {-absl::Seconds(1), absl::ZeroDuration(), absl::Milliseconds(1)}) {
    BOOST_TEST(!channel.Receive(wait));
    BOOST_TEST(!channel.closed());
  }
}

BOOST_AUTO_TEST_CASE(a_sleeping_taker_is_woken_by_an_item_and_by_the_end) {
  Channel<int> channel(2);
  std::thread giver([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    channel.Send(std::make_unique<int>(7));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    channel.Close();
  });
  BOOST_TEST(*channel.Receive(absl::InfiniteDuration()) == 7);
  while (!channel.closed()) BOOST_TEST(!channel.Receive(absl::InfiniteDuration()));
  giver.join();
}

BOOST_AUTO_TEST_CASE(a_giver_that_waits_for_room_goes_on_when_one_item_is_taken) {
  Channel<int> channel(1);
  channel.Send(std::make_unique<int>(0));
  std::thread giver([&] {
    for (int i = 1; i <= 3; ++i) channel.Send(std::make_unique<int>(i));
    channel.Close();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  for (int want = 0; want <= 3; ++want) BOOST_TEST(*channel.Receive(absl::InfiniteDuration()) == want);
  giver.join();
}

// 10^6 items (50 times fewer under the thread sanitizer), also through rings so small that both sides sleep and wake all the time.
BOOST_AUTO_TEST_CASE(items_by_the_hundred_thousand_arrive_once_and_in_order_whatever_the_capacity) {
  for (std::size_t capacity : {1, 2, 64}) BOOST_TEST_CONTEXT("capacity " << capacity) {
    Channel<long> channel(capacity);
    const long items = (capacity == 64 ? 1'000'000 : 50'000) / kSlower;
    std::thread giver([&] {
      for (long i = 0; i < items; ++i) channel.Send(std::make_unique<long>(i));
      channel.Close();
    });
    long next = 0, wrong = 0;
    while (!channel.closed())
      if (auto item = channel.Receive(absl::InfiniteDuration())) wrong += *item != next++;
    giver.join();
    BOOST_TEST(next == items);
    BOOST_TEST(wrong == 0);
  }
}

BOOST_AUTO_TEST_CASE(numbers_by_the_million_cross_the_bare_ring_in_order) {
  SpscRing<std::uint64_t> ring(1000);
  BOOST_TEST(ring.capacity() == 1024u);
  constexpr std::uint64_t kItems = 10'000'000 / kSlower;
  std::thread giver([&] {
    for (std::uint64_t i = 0; i < kItems; ++i)
      while (!ring.TryPush(i)) std::this_thread::yield();
  });
  std::uint64_t wrong = 0, got = 0;
  for (std::uint64_t i = 0; i < kItems; ++i) {
    while (!ring.TryPop(got)) std::this_thread::yield();
    wrong += got != i;
  }
  giver.join();
  BOOST_TEST(wrong == 0u);
  BOOST_TEST(!ring.TryPop(got));
}

BOOST_AUTO_TEST_CASE(a_full_ring_refuses_and_leaves_the_item_with_the_giver) {
  SpscRing<std::unique_ptr<int>> ring(2);
  for (int i = 0; i < 2; ++i) {
    auto item = std::make_unique<int>(i);
    BOOST_TEST(ring.TryPush(item));
    BOOST_TEST(!item);
  }
  auto third = std::make_unique<int>(2);
  BOOST_TEST(!ring.TryPush(third));
  BOOST_REQUIRE(third);
  BOOST_TEST(*third == 2);
}

BOOST_AUTO_TEST_CASE(recycled_batches_come_back_empty_and_are_the_same_ones) {
  BatchChannel channel(2);
  std::set<const Batch*> seen;
  for (int round = 0; round < 100; ++round) {
    auto batch = channel.Take();
    BOOST_TEST(batch->empty());
    seen.insert(batch.get());
    batch->samples.push_back({});
    batch->watermarks.emplace_back(SourceId{1}, absl::UnixEpoch());
    batch->rules = std::make_shared<RuleSet>();
    channel.Send(std::move(batch));
    auto received = channel.Receive(absl::ZeroDuration());
    BOOST_TEST(received->samples.size() == 1u);
    std::weak_ptr<const RuleSet> rules = received->rules;
    channel.Recycle(std::move(received));
    BOOST_TEST(rules.expired());
  }
  BOOST_TEST(seen.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
