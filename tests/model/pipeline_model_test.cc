// The ring, the waiter and the channel under all schedules within the bounds, and with every memory order weakened in turn.
#include <boost/test/unit_test.hpp>
#include <memory>

#include "agent/pipeline/channel.h"
#include "tests/model/checker.h"

using namespace nephoscope;
using namespace nephoscope::model;

namespace {

// Three items through a ring of two slots: every slot is used again.
Program Ring() {
  auto ring = std::make_shared<SpscRing<int, CheckedModel>>(2);
  return {{[=] {
             for (int i = 1; i <= 3; ++i)
               for (int item = i; !ring->TryPush(item);) CheckedModel::yield();
           },
           [=] {
             for (int i = 1, item = 0; i <= 3; ++i) {
               while (!ring->TryPop(item)) CheckedModel::yield();
               Require(item == i, "an item is lost, doubled or out of order");
             }
           }},
          nullptr};
}

// Both sides sleep: the taker for items, the giver (one slot) for room; then the end.
Program Through(int items, absl::Duration wait) {
  auto channel = std::make_shared<Channel<int, CheckedModel>>(1);
  return {{[=] {
             for (int i = 1; i <= items; ++i) channel->Send(std::make_unique<int>(i));
             channel->Close();
           },
           [=] {
             int next = 1;
             while (!channel->closed()) {
               if (auto item = channel->Receive(wait)) Require(*item == next++, "an item is lost, doubled or out of order");
             }
             Require(next == items + 1, "the end came before the last item");
           }},
          nullptr};
}

Program Blocking() { return Through(2, absl::InfiniteDuration()); }
Program TimingOut() { return Through(1, absl::Seconds(1)); }

struct Subject {
  const char* what;
  Program (*make)();
};
constexpr Subject kSubjects[] = {{"ring", Ring}, {"channel that blocks", Blocking}, {"channel with time-outs", TimingOut}};

}  // namespace

BOOST_AUTO_TEST_SUITE(pipeline_model_test)

BOOST_AUTO_TEST_CASE(no_schedule_loses_an_item_a_wake_up_or_a_race) {
  for (const Subject& subject : kSubjects) BOOST_TEST_CONTEXT(subject.what) {
    const Result result = Explore({.preemptions = 2, .stale = 2, .runs = 400'000}, subject.make);
    BOOST_TEST(result.failure == "");
    BOOST_TEST_MESSAGE(subject.what << ": " << result.runs << " schedules, " << (result.complete ? "all within the bounds" : "bounded"));
    BOOST_TEST(result.runs > 100u);
  }
}

BOOST_AUTO_TEST_CASE(random_schedules_find_nothing_either) {
  for (const Subject& subject : kSubjects)
    for (int depth = 0; depth <= 4; ++depth) BOOST_TEST_CONTEXT(subject.what << ", seed 1, PCT depth " << depth) {
      BOOST_TEST(Explore({.stale = 100, .runs = 5'000, .random_seed = 1, .pct_depth = depth}, subject.make).failure == "");
    }
}

BOOST_AUTO_TEST_CASE(every_memory_order_is_needed) {
  std::set<Site> sites;
  for (const Subject& subject : kSubjects) {
    const Result result = Explore({.runs = 2'000}, subject.make);
    sites.insert(result.sites.begin(), result.sites.end());
  }
  int total = 0, killed = 0;
  for (const Site& site : sites)
    for (const std::memory_order weaker : Weaker(site)) {
      ++total;
      std::string how;
      for (const Subject& subject : kSubjects) {
        if (!how.empty()) break;
        how = Explore({.preemptions = 2, .stale = 2, .runs = 400'000, .weaken = site, .weaken_to = weaker}, subject.make).failure;
      }
      killed += !how.empty();
      BOOST_TEST_MESSAGE(site.text() << " weakened: " << (how.empty() ? "SURVIVES" : how));
      BOOST_TEST(!how.empty(), site.text() << " is stronger than any check needs");
    }
  BOOST_TEST_MESSAGE("killed " << killed << " of " << total);
  BOOST_TEST(total >= 8);  // A, A', B, B', C, D, F, F'
}

BOOST_AUTO_TEST_SUITE_END()
