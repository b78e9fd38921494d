#include "agent/stages/export_stage.h"

#include <boost/test/unit_test.hpp>

#include "tests/agent/export_bench.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(export_stage_test)


BOOST_AUTO_TEST_CASE(what_is_committed_is_shown_delivered_and_closed) {
  Bench bench;
  bench.channel.Send(Firing("a", 1));
  bench.Steps(3);
  BOOST_TEST(bench.seen.events == std::vector<std::string>{"event1"}, boost::test_tools::per_element());
  BOOST_TEST(bench.board.All().size() == 1u);
  BOOST_TEST(bench.seen.last_sync == 1u);
  BOOST_TEST(bench.store->Instances()->size() == 1u);
  bench.Steps(2);
  BOOST_TEST(bench.store->Outbox()->depth == 0);
  BOOST_TEST(bench.seen.events.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_no_receiver_takes_waits_and_survives_a_restart) {
  Bench bench;
  bench.seen.accept = false;
  bench.channel.Send(Firing("a", 1));
  bench.Steps(3);
  BOOST_TEST(bench.store->Outbox()->depth == 1);
  bench.Restart();
  BOOST_TEST(bench.board.All().size() == 1u);
  bench.seen.accept = true;
  bench.Steps(3);
  BOOST_TEST(bench.seen.events.size() == 1u);
  bench.Steps(2);
  BOOST_TEST(bench.store->Outbox()->depth == 0);
}

BOOST_AUTO_TEST_CASE(an_event_sent_but_not_acknowledged_before_a_crash_is_sent_again_with_its_id) {
  Bench bench;
  bench.seen.acknowledge = false;
  bench.channel.Send(Firing("a", 1));
  bench.Steps(3);
  bench.Restart();
  bench.seen.acknowledge = true;
  bench.Steps(4);
  BOOST_TEST(bench.seen.events == (std::vector<std::string>{"event1", "event1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_rule_on_trial_is_recorded_and_shown_but_not_sent) {
  Bench bench;
  auto rules = std::make_shared<RuleSet>();
  auto rule = std::make_shared<Rule>();
  rule->id = rule->name = "a";
  rule->mode = RuleMode::kShadow;
  rules->rules.push_back(rule);
  bench.stage->SetRules(rules);
  bench.channel.Send(Firing("a", 1));
  bench.Steps(3);
  BOOST_TEST(bench.seen.events.empty());
  BOOST_TEST(bench.seen.last_sync == 0u);
  BOOST_TEST(bench.store->LatestEvents(absl::InfinitePast())->size() == 1u);
  BOOST_TEST(bench.board.All().size() == 1u);
}

BOOST_AUTO_TEST_CASE(exporters_know_the_receivers_and_whom_a_rule_names_now) {
  Bench bench;
  auto rules = std::make_shared<RuleSet>();
  auto rule = std::make_shared<Rule>();
  rule->id = rule->name = "a";
  rule->notify = {"finops"};
  rules->rules.push_back(rule);
  rules->settings.receivers = {{"finops", {"money", true}}};
  bench.stage->SetRules(rules);
  bench.channel.Send(Firing("a", 1));
  bench.Steps(3);
  BOOST_TEST(bench.seen.receivers.at("finops").topic == "money");
  BOOST_TEST(bench.seen.last_notify == std::vector<std::string>{"finops"}, boost::test_tools::per_element());  // though the alert began without
}

BOOST_AUTO_TEST_CASE(an_alert_whose_rule_is_gone_is_ended_once_at_the_next_start) {
  Bench bench;
  bench.channel.Send(Firing("a", 1));
  bench.channel.Send(Firing("b", 2));
  bench.Steps(4);
  bench.Restart();
  const std::vector<std::string> over = {"alert1", "never seen"};
  bench.stage->EndForGood(over);
  bench.Steps(4);
  BOOST_REQUIRE(bench.seen.events.size() == 3u);
  std::vector<AlertSnapshot> alerts = bench.board.All();
  BOOST_REQUIRE(alerts.size() == 2u);
  const Transition& ended = alerts[alerts[0].last.alert_id == "alert1" ? 0 : 1].last;
  BOOST_TEST((ended.status == AlertState::kInactive && ended.cause == Cause::kRuleRemoved && ended.type == EventType::kResolved));
  BOOST_TEST(ended.sequence == 2u);
  BOOST_TEST(ended.causation_id == "event1");
  BOOST_TEST(bench.store->Instances()->size() == 1u);
  bench.Restart();
  bench.stage->EndForGood(over);
  bench.Steps(4);
  BOOST_TEST(bench.seen.events.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_database_that_takes_nothing_does_not_keep_the_agent_from_ending) {
  Bench bench;
  bench.channel.Send(Firing("a", 1));
  bench.store->full = true;
  bench.Steps(2);
  bench.channel.Close();
  bench.stage->GiveUpAfter(absl::Seconds(5));
  bench.clock.now += absl::Seconds(2);
  BOOST_TEST(bench.stage->Step(absl::ZeroDuration()));
  bench.clock.now += absl::Seconds(4);
  bench.stage->Step(absl::ZeroDuration());
  BOOST_TEST(!bench.stage->Step(absl::ZeroDuration()));
}

BOOST_AUTO_TEST_CASE(a_receiver_that_is_down_is_told_by_name) {
  Bench bench;
  bench.seen.health = absl::UnavailableError("no broker of 127.0.0.1:9 answers");
  bench.Steps(1);
  BOOST_TEST(!bench.readiness.Ask().good);
  BOOST_TEST(bench.readiness.Ask().text.find("fake: no broker of 127.0.0.1:9 answers") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_source_counts_as_read_as_far_as_every_thread_has_written_down) {
  Bench bench;
  Channel<Evaluation> second(8);
  bench.stage = std::make_unique<ExportStage>(ExportParts{"agent", &bench.clock, bench.store.get(), &bench.http, &bench.board, &bench.metrics, &bench.readiness},
                                              std::vector<std::unique_ptr<Exporter>>(), std::vector<Channel<Evaluation>*>{&bench.channel, &second});
  BOOST_REQUIRE(bench.stage->Start().ok());
  const auto read_to = [](int seconds) {
    auto evaluation = std::make_unique<Evaluation>();
    evaluation->progress.emplace_back("aws/us-east-1", absl::FromUnixSeconds(seconds));
    return evaluation;
  };
  bench.channel.Send(read_to(100));
  bench.Steps(3);
  BOOST_TEST(bench.store->Cursors()->empty());
  second.Send(read_to(60));
  bench.Steps(3);
  BOOST_REQUIRE(bench.store->Cursors()->size() == 1u);
  BOOST_TEST(bench.store->Cursors()->front().source == "aws/us-east-1");
  BOOST_TEST(bench.store->Cursors()->front().watermark == absl::FromUnixSeconds(60));
  second.Send(read_to(160));
  bench.Steps(3);
  BOOST_TEST(bench.store->Cursors()->front().watermark == absl::FromUnixSeconds(100));
}

BOOST_AUTO_TEST_CASE(the_stage_ends_when_its_channels_are_closed_and_drained) {
  Bench bench;
  bench.channel.Send(Firing("a", 1));
  bench.channel.Close();
  while (bench.stage->Step(absl::ZeroDuration())) {
  }
  BOOST_TEST(bench.store->LatestEvents(absl::InfinitePast())->size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
