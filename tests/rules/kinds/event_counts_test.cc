#include "rules/kinds/event_counts.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

namespace nephoscope {
namespace {

absl::Time Minute(int minute) { return absl::FromUnixSeconds(1'700'000'040) + absl::Minutes(minute); }

BOOST_AUTO_TEST_SUITE(event_counts_test)

BOOST_AUTO_TEST_CASE(windows_agree_with_a_naive_sum_up_to_their_older_edge) {
  const unsigned seed = std::random_device()();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  EventCounts counts(absl::Hours(24 * 7));
  std::vector<double> goods, totals;
  const int minutes = 60 * 24 * 9;
  for (int minute = 0; minute < minutes + 30; ++minute) {  // half an hour is there that is not judged yet
    totals.push_back(random() % 100);
    goods.push_back(random() % static_cast<unsigned>(totals.back() + 1));
    counts.Add(Minute(minute), {goods.back(), totals.back()});
  }
  const auto naive = [&](int length) {
    double sum = 0;
    for (int minute = minutes - 1; minute >= 0 && minute > minutes - 1 - length; --minute) sum += totals[minute];
    return sum;
  };
  counts.DropBefore(Minute(minutes - 1));
  for (const int window : {5, 30, 60, 6 * 60}) BOOST_TEST(counts.Over(absl::Minutes(window), Minute(minutes - 1)).total == naive(window));
  for (const auto& [window, edge] : {std::pair{24 * 60, 10}, {72 * 60, 10}, {7 * 24 * 60, 60}}) {
    const double sum = counts.Over(absl::Minutes(window), Minute(minutes - 1)).total;
    BOOST_TEST((sum >= naive(window) && sum <= naive(window + edge)), "window " << window << ", seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(no_events_are_no_failure) {
  BOOST_TEST(EventCounts::Sum{}.bad_share() == 0);
  BOOST_TEST((EventCounts::Sum{5, 4}.bad_share()) == 0);
  BOOST_TEST((EventCounts::Sum{1, 4}.bad_share()) == 0.75);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
