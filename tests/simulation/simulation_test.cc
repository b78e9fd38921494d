#include "tests/simulation/simulation.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "absl/strings/numbers.h"

BOOST_AUTO_TEST_SUITE(simulation_test)

using namespace nephoscope;

namespace {

// NEPHOSCOPE_SIMULATION_RUNS, else `usual`.
int Runs(int usual) {
  const char* text = std::getenv("NEPHOSCOPE_SIMULATION_RUNS");
  int runs = usual;
  if (text != nullptr)
    BOOST_REQUIRE_MESSAGE(absl::SimpleAtoi(text, &runs) && runs > 0, "NEPHOSCOPE_SIMULATION_RUNS is no number above 0: " << text);
  return runs;
}

// The share of schedules in which a faulty agent is caught.
double CaughtShare(Variant variant, int runs) {
  int caught = 0;
  std::string first;
  for (int seed = 1; seed <= runs; ++seed) {
    const std::string failure = Simulate(static_cast<std::uint64_t>(seed), variant).failure;
    if (failure.empty()) continue;
    if (++caught == 1) first = absl::StrCat("seed ", seed, ": ", failure);
  }
  BOOST_TEST_MESSAGE("caught in " << caught << " of " << runs << " schedules; first " << first);
  return static_cast<double>(caught) / runs;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_lost_doubled_or_invented_whatever_stops_or_fails) {
  const int runs = Runs(2000);
  Outcome sum;
  for (int seed = 1; seed <= runs; ++seed) {
    const Outcome outcome = Simulate(static_cast<std::uint64_t>(seed), Variant::kReal);
    BOOST_TEST_CONTEXT("seed " << seed) { BOOST_TEST(outcome.failure == ""); }
    sum.crashes += outcome.crashes, sum.refused_commits += outcome.refused_commits;
    sum.events += outcome.events, sum.duplicates += outcome.duplicates;
  }
  BOOST_TEST_MESSAGE("seeds 1 to " << runs << ": " << sum.crashes << " crashes, " << sum.refused_commits << " refused commits, "
                                   << sum.events << " events, " << sum.duplicates << " copies dropped by id");
  // The schedules do contain what they are for.
  BOOST_TEST(sum.crashes > runs);
  BOOST_TEST(sum.refused_commits > runs / 10);
  BOOST_TEST(sum.events > 10 * runs);
  BOOST_TEST(sum.duplicates > runs);
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_schedule) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
      const Outcome one = Simulate(seed, Variant::kReal), two = Simulate(seed, Variant::kReal);
      BOOST_TEST(one.crashes == two.crashes);
      BOOST_TEST(one.refused_commits == two.refused_commits);
      BOOST_TEST(one.events == two.events);
      BOOST_TEST(one.duplicates == two.duplicates);
    }
}

BOOST_AUTO_TEST_CASE(an_agent_that_marks_before_it_sends_is_caught) { BOOST_TEST(CaughtShare(Variant::kMarksBeforeItSends, 100) > 0.3); }

BOOST_AUTO_TEST_CASE(an_agent_that_commits_without_sync_is_caught) { BOOST_TEST(CaughtShare(Variant::kCommitsWithoutSync, 100) > 0.1); }

BOOST_AUTO_TEST_SUITE_END()
