#include "rules/kinds/day_stats.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

namespace nephoscope {
namespace {

constexpr std::int64_t kDay = 20'458;
absl::Time At(int minute, int second = 0) { return absl::FromUnixSeconds(kDay * 86'400 + minute * 60 + second); }

BOOST_AUTO_TEST_SUITE(day_stats_test)

BOOST_AUTO_TEST_CASE(the_same_again_is_no_news_and_what_comes_late_is) {
  DayStats stats;
  for (int minute = 600; minute <= 660; minute += 10) BOOST_TEST(stats.Add(At(minute), minute));
  for (int minute = 600; minute <= 660; minute += 10) BOOST_TEST(!stats.Add(At(minute), 1));
  BOOST_TEST(stats.Add(At(655), 7));
  BOOST_TEST(!stats.Add(At(655), 7));
  BOOST_TEST(!stats.Add(At(655, 30), 7));  // its minute was heard
  BOOST_TEST(stats.Add(At(660, 30), 9));   // newer than the newest
  const DayStats::Sum sum = stats.Of(kDay, kDay + 1);
  BOOST_TEST(sum.count == 9);
  BOOST_TEST(sum.least == 7);
  BOOST_TEST(sum.last == 9);
  BOOST_TEST((stats.last() == At(660, 30)));
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_minutes_that_are_remembered_came_before) {
  DayStats stats;
  BOOST_TEST(stats.Add(At(1000), 1));
  BOOST_TEST(stats.Add(At(1000 - DayStats::kLate + 1), 1));
  BOOST_TEST(!stats.Add(At(1000 - DayStats::kLate), 1));
  BOOST_TEST((stats.first() == At(1000 - DayStats::kLate + 1)));
  BOOST_TEST(!stats.Add(absl::UnixEpoch() - absl::Minutes(1), 1));
}

// In any order within the hours that are remembered, over midnight, written down and read on the way: as in their order.
BOOST_AUTO_TEST_CASE(the_order_changes_nothing) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const int every = 1 + static_cast<int>(random() % 9);
    std::map<absl::Time, double> points;
    std::vector<std::pair<int, absl::Time>> arrivals;
    for (int minute = 0; minute < 3 * 1440; minute += every) {
      if (random() % 5 == 0) continue;
      points[At(minute)] = static_cast<double>(random() % 1000);
      arrivals.emplace_back(minute + (random() % 3 == 0 ? static_cast<int>(random() % (DayStats::kLate - 10)) : 0), At(minute));
      if (random() % 4 == 0) arrivals.emplace_back(minute + static_cast<int>(random() % 600), At(minute));  // told again
    }
    std::sort(arrivals.begin(), arrivals.end());
    DayStats ordered, stats;
    for (const auto& [time, value] : points) ordered.Add(time, value);
    int counted = 0;
    for (const auto& [arrived, time] : arrivals) {
      counted += stats.Add(time, points[time]);
      if (random() % 50 != 0) continue;
      StateWriter out;
      stats.Save(out);
      const std::string bytes = out.Take();
      StateReader in(bytes);
      stats = DayStats();
      stats.Load(in);
      BOOST_TEST(in.AtEnd());
    }
    BOOST_TEST(counted == static_cast<int>(points.size()), "stream " << seed);
    for (std::int64_t day = kDay; day < kDay + 3; ++day)
      for (const char* stat : {"count", "sum", "min", "max", "last"}) BOOST_TEST(stats.Of(day, day + 1).Stat(stat) == ordered.Of(day, day + 1).Stat(stat), stat << " of stream " << seed << ", day " << day - kDay);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
