// The checker is checked: litmus tests whose outcomes are known, each way round.
#include "tests/model/checker.h"

#include <boost/test/unit_test.hpp>
#include <memory>

using namespace nephoscope::model;

namespace {

template <class T>
using Atomic = CheckedModel::atomic<T>;
using Var = CheckedModel::var<int>;
constexpr auto kRelaxed = std::memory_order_relaxed, kAcquire = std::memory_order_acquire, kRelease = std::memory_order_release, kSeqCst = std::memory_order_seq_cst;

struct Two {
  Atomic<int> x{0}, y{0};
  Var data;
  int a = -1, b = -1, c = -1, d = -1;
};

Result All(const std::function<Program(std::shared_ptr<Two>)>& make) {
  const Result result = Explore({.preemptions = 6, .stale = 6}, [&] { return make(std::make_shared<Two>()); });
  BOOST_TEST((result.complete || !result.failure.empty()));
  return result;
}

Result Message(std::memory_order store, std::memory_order load) {
  return All([=](std::shared_ptr<Two> t) {
    return Program{{[=] { t->data.Put(1), t->x.store(1, store); }, [=] { if (t->x.load(load) == 1) t->data.Take(); }}, nullptr};
  });
}

Result StoreBuffer(std::memory_order store, std::memory_order load, bool fence) {
  return All([=](std::shared_ptr<Two> t) {
    auto one = [=](Atomic<int>& mine, Atomic<int>& other, int& seen) {
      mine.store(1, store);
      if (fence) CheckedModel::fence(kSeqCst);
      seen = other.load(load);
    };
    return Program{{[=] { one(t->x, t->y, t->a); }, [=] { one(t->y, t->x, t->b); }}, [=] { Require(t->a == 1 || t->b == 1, "both read 0"); }};
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checker_test)

BOOST_AUTO_TEST_CASE(a_message_needs_release_and_acquire) {
  BOOST_TEST(Message(kRelease, kAcquire).failure == "");
  for (auto [store, load] : {std::pair(kRelaxed, kAcquire), std::pair(kRelease, kRelaxed)}) BOOST_TEST(Message(store, load).failure.find("data race") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(store_buffering_needs_seq_cst_operations_or_fences) {
  BOOST_TEST(StoreBuffer(kRelease, kAcquire, false).failure == "both read 0");
  BOOST_TEST(StoreBuffer(kSeqCst, kSeqCst, false).failure == "");
  BOOST_TEST(StoreBuffer(kRelaxed, kRelaxed, true).failure == "");
  BOOST_TEST(StoreBuffer(kSeqCst, kAcquire, false).failure == "both read 0");
}

BOOST_AUTO_TEST_CASE(one_location_never_goes_back) {
  const Result result = All([](std::shared_ptr<Two> t) {
    return Program{{[=] { t->x.store(1, kRelaxed), t->x.store(2, kRelaxed); }, [=] { t->a = t->x.load(kRelaxed), t->b = t->x.load(kRelaxed); }},
                   [=] { Require(t->a <= t->b, "went back"); }};
  });
  BOOST_TEST(result.failure == "");
}

BOOST_AUTO_TEST_CASE(a_release_sequence_goes_on_through_an_exchange_but_not_through_a_store) {
  for (const bool exchange : {true, false}) {
    const Result result = All([=](std::shared_ptr<Two> t) {
      auto middle = [=] {
        if (exchange) t->x.exchange(2, kRelaxed);
        else if (t->x.load(kRelaxed) == 1) t->x.store(2, kRelaxed);
      };
      return Program{{[=] { t->data.Put(1), t->x.store(1, kRelease), t->y.store(1, kRelaxed); }, [=] { if (t->y.load(kRelaxed) == 1) middle(); },
                      [=] { if (t->x.load(kAcquire) == 2) t->data.Take(); }}, nullptr};
    });
    BOOST_TEST((result.failure.find("data race") != std::string::npos) == !exchange);
  }
}

BOOST_AUTO_TEST_CASE(of_two_exchanges_one_reads_the_other) {
  const Result result = All([](std::shared_ptr<Two> t) {
    return Program{{[=] { t->a = t->x.exchange(1, kRelaxed); }, [=] { t->b = t->x.exchange(2, kRelaxed); }}, [=] { Require((t->a == 0) != (t->b == 0), "both read 0"); }};
  });
  BOOST_TEST(result.failure == "");
}

BOOST_AUTO_TEST_CASE(fences_order_relaxed_messages) {
  for (const bool fenced : {true, false}) {
    const Result result = All([=](std::shared_ptr<Two> t) {
      return Program{{[=] { t->data.Put(1); if (fenced) CheckedModel::fence(kRelease); t->x.store(1, kRelaxed); },
                      [=] { if (t->x.load(kRelaxed) == 1) { CheckedModel::fence(kAcquire); t->data.Take(); } }}, nullptr};
    });
    BOOST_TEST((result.failure == "") == fenced);
  }
}

BOOST_AUTO_TEST_CASE(a_failing_run_is_found_by_chance_as_well_and_replays) {
  auto make = [] {
    auto t = std::make_shared<Two>();
    return Program{{[=] { t->data.Put(1), t->x.store(1, kRelaxed); }, [=] { if (t->x.load(kAcquire) == 1) t->data.Take(); }}, nullptr};
  };
  for (int pct : {0, 2}) {
    const Result found = Explore({.runs = 10'000, .random_seed = 7, .pct_depth = pct}, make);
    BOOST_REQUIRE(found.failure != "");
    BOOST_TEST(Explore({.random_seed = 7, .pct_depth = 0, .replay = found.choices}, make).failure == (pct ? Explore({.random_seed = 7, .replay = found.choices}, make).failure : found.failure));
  }
}

BOOST_AUTO_TEST_CASE(a_thread_that_nobody_wakes_is_a_lost_wake_up) {
  const Result result = Explore({}, [] {
    auto e = std::make_shared<CheckedModel::event>();
    return Program{{[=] { e->Wait(absl::InfiniteDuration()); }}, nullptr};
  });
  BOOST_TEST(result.failure == "a thread sleeps for ever: a wake-up was lost");
}

BOOST_AUTO_TEST_SUITE_END()
