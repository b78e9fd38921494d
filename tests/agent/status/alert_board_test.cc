#include "agent/status/alert_board.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

AlertSnapshot Alert(const std::string& id, std::uint64_t sequence, AlertState status, std::int64_t dollars, absl::Time recorded = absl::UnixEpoch()) {
  AlertSnapshot out;
  out.last.alert_id = id;
  out.last.sequence = sequence;
  out.last.status = status;
  out.last.rule.name = "Rule" + id;
  out.last.impact.amount = {dollars * 1'000'000, Currency::Usd()};
  out.recorded = recorded;
  return out;
}

BOOST_AUTO_TEST_SUITE(alert_board_test)

BOOST_AUTO_TEST_CASE(the_most_money_at_stake_comes_first) {
  AlertBoard board;
  board.Set(Alert("a", 1, AlertState::kFiring, 10));
  board.Set(Alert("b", 1, AlertState::kFiring, 300));
  board.Set(Alert("c", 1, AlertState::kFiring, 20));
  const auto all = board.All();
  BOOST_REQUIRE(all.size() == 3u);
  BOOST_TEST(all[0].last.alert_id == "b");
  BOOST_TEST(all[2].last.alert_id == "a");
}

BOOST_AUTO_TEST_CASE(with_equal_money_the_more_urgent_comes_first) {
  AlertBoard board;
  AlertSnapshot critical = Alert("z", 1, AlertState::kFiring, 0);
  critical.last.severity = Severity::kCritical;
  board.Set(Alert("a", 1, AlertState::kFiring, 0));
  board.Set(critical);
  BOOST_TEST(board.All()[0].last.alert_id == "z");
}

BOOST_AUTO_TEST_CASE(a_replayed_older_step_does_not_replace_a_newer_one) {
  AlertBoard board;
  board.Set(Alert("a", 3, AlertState::kInactive, 0));
  board.Set(Alert("a", 2, AlertState::kFiring, 0));
  BOOST_TEST((board.All()[0].last.status == AlertState::kInactive));
}

BOOST_AUTO_TEST_CASE(only_what_was_resolved_long_ago_is_taken_away) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  AlertBoard board;
  board.Set(Alert("firing", 1, AlertState::kFiring, 0, now - absl::Hours(5)));
  board.Set(Alert("just resolved", 1, AlertState::kInactive, 0, now - kResolvedStays));
  board.Set(Alert("over", 1, AlertState::kInactive, 0, now - kResolvedStays - absl::Seconds(1)));
  board.Prune(now);
  BOOST_REQUIRE(board.All().size() == 2u);
  for (const AlertSnapshot& alert : board.All()) BOOST_TEST(alert.last.alert_id != "over");
}

AlertPresent Judged(const std::string& id, std::uint64_t sequence, AlertState status, std::int64_t dollars) {
  AlertPresent out{.now = Alert(id, sequence, status, dollars).last};
  out.now.summary = "now";
  return out;
}

BOOST_AUTO_TEST_CASE(the_newest_judgement_is_shown_beside_the_newest_step) {
  AlertBoard board;
  board.Set(Alert("a", 1, AlertState::kFiring, 250));
  AlertPresent present = Judged("a", 1, AlertState::kFiring, 27'556);
  present.late_from = absl::UnixEpoch() + absl::Hours(1);
  present.missing_from = absl::UnixEpoch() + absl::Hours(2);
  board.SetPresent(present);
  const AlertSnapshot shown = board.All().at(0);
  BOOST_TEST(shown.last.impact.amount.micros == 250'000'000);
  BOOST_TEST(shown.shown().impact.amount.micros == 27'556'000'000);
  BOOST_TEST(shown.shown().event_id == shown.last.event_id);
  const struct { absl::Duration after; DataState want; } rows[] = {{absl::Minutes(59), DataState::kFresh}, {absl::Hours(1), DataState::kLate}, {absl::Hours(2), DataState::kMissing}};
  for (const auto& row : rows) BOOST_TEST((shown.DataAt(absl::UnixEpoch() + row.after) == row.want));
  board.Set(Alert("a", 2, AlertState::kFiring, 30'000));  // a step is newer than what was judged before
  BOOST_TEST(board.All().at(0).shown().impact.amount.micros == 30'000'000'000);
  board.SetPresent(Judged("a", 1, AlertState::kFiring, 1));
  BOOST_TEST(board.All().at(0).shown().impact.amount.micros == 30'000'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_quiet_is_shown_apart_until_it_fires_or_its_rule_is_gone) {
  AlertBoard board;
  AlertPresent kept = Judged("k", 0, AlertState::kInactive, 0);
  kept.now.rule.id = "budget";
  board.SetPresent(kept);
  BOOST_TEST(board.All().empty());
  BOOST_TEST(board.Quiet().size() == 1u);
  board.KeepQuiet({{"budget", ""}});
  BOOST_TEST(board.Quiet().size() == 1u);
  board.Set(Alert("k", 1, AlertState::kFiring, 5));
  BOOST_TEST(board.Quiet().empty());
  board.SetPresent(kept);
  board.KeepQuiet({{"budget", "sha256:2"}});  // it asks for something else now
  BOOST_TEST(board.Quiet().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
