#include <boost/test/unit_test.hpp>

#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

const char kRule[] = "  - alert: Silent\n    kind: absence\n    watch: {cost: billed, by: [account]}\n    expected: seen in the last 30d\n    when: {no_data_for: 36h}\n";

// The bill of one account, its first three days.
struct Bill : KindRun {
  Bill() : KindRun(kRule), account(Cost("cost.billed", {{"account", "1"}})) {
    for (int day = 0; day < 3; ++day) Cell(account, day, 10), Advance(RunDay(day + 1));
  }
  SeriesId account;
};

BOOST_AUTO_TEST_SUITE(absence_test)

BOOST_AUTO_TEST_CASE(who_was_heard_before_a_restart_is_expected_after_it) {
  Bill run;
  run.Restart();
  run.Advance(RunDay(4.5));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Advance(RunHour(24 * 4.5 + 1));
  BOOST_TEST(run.Lines() == (Texts{"09 13:00 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
}

// The agent itself was away for three days; what it missed comes within minutes.
BOOST_AUTO_TEST_CASE(nobody_is_silent_before_all_were_asked) {
  Bill run;
  run.Restart();
  run.Advance(RunDay(6));
  run.Advance(RunDay(6) + absl::Minutes(9));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  for (int day = 3; day < 6; ++day) run.Cell(run.account, day, 10);
  run.Advance(RunDay(6) + absl::Minutes(20));
  BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  run.Advance(RunDay(7.6));
  BOOST_TEST(run.Lines() == (Texts{"12 14:24 firing warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
  // And a restart while it fires.
  run.Restart();
  run.Cell(run.account, 6, 10);
  run.Advance(RunDay(8));
  BOOST_TEST(run.Lines() == (Texts{"13 00:00 resolved warning Silent {account=\"1\"}"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
