// AlertLimitReached: a rule that has more alerts at once than its limit says so, once, as an alert.
#include "rules/engine/limit_alerts.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

std::string Queues(int limit, const char* more = "") {
  return absl::StrCat("  - alert: QueueLong\n    kind: threshold\n    watch: {metric: queue, by: [queue]}\n    when: {above: 80}\n    limit: ", limit, "\n", more);
}

absl::Time Minute(int minute) { return kRunStart + absl::Minutes(minute); }

// `high` of six queues are above 80 at this minute.
void Look(KindRun& run, const std::vector<SeriesId>& queues, int minute, int high) {
  for (int i = 0; i < static_cast<int>(queues.size()); ++i) run.Value(queues[static_cast<std::size_t>(i)], Minute(minute), i < high ? 90 : 10);
  run.Advance(Minute(minute));
}

std::vector<SeriesId> Six(KindRun& run) {
  std::vector<SeriesId> out;
  for (int i = 0; i < 6; ++i) out.push_back(run.Metric("queue", {{"queue", absl::StrCat("q", i)}}, absl::Minutes(1)));
  return out;
}

Texts OfLimit(KindRun& run) {
  Texts out;
  for (const std::string& line : run.Lines())
    if (absl::StrContains(line, "AlertLimitReached")) out.push_back(line);
  return out;
}

BOOST_AUTO_TEST_SUITE(limit_alerts_test)

BOOST_AUTO_TEST_CASE(it_fires_with_the_first_alert_too_many_and_ends_when_they_fit_again) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run(Queues(3), restarts);
    const std::vector<SeriesId> queues = Six(run);
    for (int minute = 0; minute < 6; ++minute) Look(run, queues, minute, minute + 1);
    BOOST_TEST(OfLimit(run) == Texts{"05 00:03 firing warning AlertLimitReached {alert=\"QueueLong\"}"}, boost::test_tools::per_element());
    const Transition t = run.Last("AlertLimitReached");
    BOOST_TEST(t.summary == "QueueLong has more alerts at once than its limit of 3: people are notified of the 3 with the most money at stake");
    BOOST_TEST(t.values[0].value == "4");
    BOOST_TEST((t.starts_at == Minute(3)));
    Look(run, queues, 6, 4);
    BOOST_TEST(OfLimit(run) == Texts{}, boost::test_tools::per_element());
    Look(run, queues, 7, 3);
    BOOST_TEST(OfLimit(run) == Texts{"05 00:07 resolved warning AlertLimitReached {alert=\"QueueLong\"}"}, boost::test_tools::per_element());
    Look(run, queues, 8, 6);
    BOOST_TEST(OfLimit(run) == Texts{"05 00:08 firing warning AlertLimitReached {alert=\"QueueLong\"}"}, boost::test_tools::per_element());
    BOOST_TEST(run.Last("AlertLimitReached").sequence == 3u);
    BOOST_TEST(run.Last("AlertLimitReached").alert_id == t.alert_id);
  }
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_not_reached_says_nothing) {
  KindRun run(Queues(6));
  const std::vector<SeriesId> queues = Six(run);
  Look(run, queues, 0, 6);
  BOOST_TEST(OfLimit(run) == Texts{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_higher_limit_and_a_rule_that_is_gone_end_it) {
  for (const bool gone : {false, true}) BOOST_TEST_CONTEXT("gone " << gone) {
    KindRun run(Queues(3));
    const std::vector<SeriesId> queues = Six(run);
    Look(run, queues, 0, 6);
    BOOST_TEST(OfLimit(run).size() == 1u);
    run.Reload(gone ? "  - {alert: Other, kind: threshold, watch: {metric: other}, when: {above: 1}}\n" : Queues(10), Minute(1));
    BOOST_TEST(OfLimit(run) == Texts{absl::StrCat("05 00:0", gone ? 1 : 0, " resolved warning AlertLimitReached {alert=\"QueueLong\"} (", gone ? "rule_removed" : "rule_changed", ")")}, boost::test_tools::per_element());
  }
}

// Alerts that are pending are none yet.
BOOST_AUTO_TEST_CASE(what_is_pending_does_not_count) {
  KindRun run(Queues(3, "    for: 5m\n"));
  const std::vector<SeriesId> queues = Six(run);
  for (int minute = 0; minute < 5; ++minute) Look(run, queues, minute, 6);
  BOOST_TEST(OfLimit(run) == Texts{}, boost::test_tools::per_element());
  Look(run, queues, 5, 6);
  BOOST_TEST(OfLimit(run).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
