#include "agent/export_stage.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>

#include "agent/readiness.h"
#include "agent/self_metrics.h"
#include "exporters/cloud_event.h"
#include "rules/language/language.h"
#include "tests/agent/fakes.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

class FakeExporter : public Exporter {
 public:
  struct Seen {
    std::vector<std::string> events;
    std::vector<DeliveryResult> results;  // handed out by the next Poll
    bool accept = true, acknowledge = true;
    std::size_t last_sync = 0;
    absl::Status health;
  };
  explicit FakeExporter(Seen& seen) : seen_(seen) {}
  const std::string& name() const override { return name_; }
  bool wants_events() const override { return true; }
  bool Send(const Delivery& delivery) override {
    if (!seen_.accept) return false;
    seen_.events.push_back(delivery.event_id);
    if (seen_.acknowledge) seen_.results.push_back({delivery.id, absl::OkStatus()});
    return true;
  }
  void Poll(std::vector<DeliveryResult>& results) override { std::swap(results, seen_.results); }
  void Sync(absl::Span<const AlertSnapshot> alerts, absl::Time) override { seen_.last_sync = alerts.size(); }
  absl::Status health() const override { return seen_.health; }

 private:
  Seen& seen_;
  std::string name_ = "fake";
};

// The real store until `full`; then it takes nothing more.
class FillingStore : public Store {
 public:
  explicit FillingStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  absl::Status Apply(const Commit& commit) override { return full ? absl::ResourceExhaustedError("the disk is full") : store_->Apply(commit); }
  absl::StatusOr<std::vector<OutboxRow>> Pending(absl::string_view receiver, std::int64_t after, int limit) override { return store_->Pending(receiver, after, limit); }
  absl::Status MarkDelivered(absl::Span<const std::int64_t> ids) override { return store_->MarkDelivered(ids); }
  absl::Status Park(std::int64_t id, absl::string_view reason) override { return store_->Park(id, reason); }
  absl::StatusOr<OutboxStats> Outbox() override { return store_->Outbox(); }
  absl::StatusOr<std::vector<InstanceState>> Instances() override { return store_->Instances(); }
  absl::StatusOr<std::vector<SourceCursor>> Cursors() override { return store_->Cursors(); }
  absl::StatusOr<std::vector<std::string>> LatestEvents(absl::Time since) override { return store_->LatestEvents(since); }
  absl::Time last_recorded() const override { return store_->last_recorded(); }
  absl::StatusOr<std::int64_t> VerifyChain() override { return store_->VerifyChain(); }
  bool full = false;

 private:
  std::unique_ptr<Store> store_;
};

std::unique_ptr<Evaluation> Firing(const std::string& rule, int n) {
  auto out = std::make_unique<Evaluation>();
  Transition& t = out->changes.transitions.emplace_back();
  t.event_id = "event" + std::to_string(n);
  t.alert_id = "alert" + std::to_string(n);
  t.sequence = 1;
  t.type = EventType::kFiring;
  t.status = AlertState::kFiring;
  t.rule.name = t.rule.id = rule;
  t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000);
  t.summary = "it happened";
  out->changes.instances.push_back({t.alert_id, rule, 0, "state", true});
  return out;
}

struct Bench {
  Bench() : channel(16) { Restart(); }

  void Restart() {
    stage.reset();
    store.reset();
    absl::StatusOr<Store::Opened> opened = Store::Open({.path = dir / "nephoscope.db"});
    BOOST_REQUIRE(opened.ok());
    store = std::make_unique<FillingStore>(std::move(opened->store));
    std::vector<std::unique_ptr<Exporter>> exporters;
    exporters.push_back(std::make_unique<FakeExporter>(seen));
    stage = std::make_unique<ExportStage>(ExportParts{"agent", &clock, store.get(), &http, &board, &metrics, &readiness}, std::move(exporters), std::vector<Channel<Evaluation>*>{&channel});
    BOOST_REQUIRE(stage->Start().ok());
  }
  void Steps(int n) {
    for (int i = 0; i < n; ++i) stage->Step(absl::ZeroDuration());
  }

  TempDir dir;
  FakeClock clock;
  FakeHttp http;
  AlertBoard board;
  SelfMetrics metrics;
  Readiness readiness;
  FakeExporter::Seen seen;
  Channel<Evaluation> channel;
  std::unique_ptr<FillingStore> store;
  std::unique_ptr<ExportStage> stage;
};

constexpr char kRunaway[] = R"(apiVersion: rules/v1
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
  - alert: whole
    kind: composite
    all_of: [a, b]
    same: [account]
    replaces_parts: true
    severity: critical
)";

// Alerts of `a` and `b`, and the composite of both that replaces them.
struct Runaway : Bench {
  explicit Runaway(const char* yaml = kRunaway) : yaml_(yaml) { Begin(); }
  void Begin() {
    const SourceFile file{"r.yaml", yaml_};
    const LoadedRules loaded = LoadRules({&file, 1});
    BOOST_REQUIRE(loaded.diagnostics.empty());
    const std::vector<InstanceState> states = *store->Instances();
    BOOST_TEST(stage->StartComposites(loaded.rules, states, {}).empty());
    stage->SetRules(loaded.rules);
    rules = loaded.rules;
  }
  void Say(const std::string& rule, const std::string& account, EventType type, Severity severity = Severity::kWarning) {
    auto evaluation = std::make_unique<Evaluation>();
    Transition& t = evaluation->changes.transitions.emplace_back();
    t.alert_id = rule + account;
    t.sequence = ++sequence[t.alert_id];
    t.event_id = t.alert_id + "-" + std::to_string(t.sequence);
    t.type = type;
    t.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    t.severity = severity;
    t.rule.name = t.rule.id = rule;
    t.labels = Labels(std::vector<Label>{{"account", account}});
    t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000) + absl::Seconds(++clock_of_data);
    evaluation->newest = t.time;
    evaluation->round = ++round;
    channel.Send(std::move(evaluation));
    Steps(4);
  }
  // What was sent since the last call; the composite's own events by their type.
  std::vector<std::string> Sent() {
    std::vector<std::string> out;
    for (; told < seen.events.size(); ++told) {
      std::string event = seen.events[told];
      for (const AlertSnapshot& alert : board.All())
        if (alert.last.event_id == event && alert.last.rule.name == "whole") event = std::string("whole ") + ToText(alert.last.type);
      out.push_back(event);
    }
    return out;
  }
  const char* yaml_;
  std::shared_ptr<const RuleSet> rules;
  std::map<std::string, std::uint64_t> sequence;
  std::uint64_t round = 0;
  int clock_of_data = 0;
  std::size_t told = 0;
};
using Sent = std::vector<std::string>;

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
  BOOST_TEST(!bench.readiness.Ask().ready);
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

BOOST_AUTO_TEST_CASE(a_composite_is_told_instead_of_the_parts_that_wait_for_it) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 0u);
  bench.clock.now += absl::Seconds(119);
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  bench.clock.now += absl::Minutes(10);
  bench.Say("a", "1", EventType::kUpdated);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);  // with it the composite is over, and b alone is left: told after all
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"whole resolved", "b1-1"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{"b1-2"}, boost::test_tools::per_element());
}

constexpr char kExplained[] = R"(apiVersion: rules/v1
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
    depends_on: {alert: a, same: [account]}
)";

BOOST_AUTO_TEST_CASE(what_another_alert_explains_is_told_when_that_is_over_and_it_still_fires) {
  Runaway bench(kExplained);
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "b2-1"}), boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == (Sent{"a1-2", "b1-1"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == (Sent{"b1-2"}), boost::test_tools::per_element());
}

// The clock of the bench stands at 2027-01-15 08:00 UTC, a Friday.
constexpr char kPlanned[] = R"(apiVersion: rules/v1
time_intervals:
  - {name: mornings, timezone: Europe/Berlin, times: ["06:00-10:00"]}
maintenance:
  - {name: patching, where: {account: "1"}, from: 2027-01-15 07:00, to: 2027-01-15 09:00}
  - {name: quiet, where: {account: "2"}, from: 2027-01-15 07:00, to: 2027-01-15 09:00, still_firing_at_end: silent}
  - {name: long, where: {account: "3"}, from: 2027-01-15 07:00, to: 2027-02-15 09:00, end_early_if_unused_for: 2h}
inhibit_rules:
  - {name: down, source: {alert: b}, target: {alert: a, severity: warning}, equal: [account]}
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
  - alert: c
    kind: threshold
    watch: {metric: c, by: [account]}
    when: {above: 1}
    mute_time_intervals: [mornings]
  - alert: d
    kind: threshold
    watch: {metric: d, by: [account]}
    when: {above: 1}
    mode: shadow
    until: 2027-01-15 09:30
)";

BOOST_AUTO_TEST_CASE(what_still_fires_when_maintenance_ends_is_told_then) {
  Runaway bench(kPlanned);
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("a", "2", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kResolved);
  bench.Say("a", "9", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"a9-1"}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 1u);
  bench.clock.now += absl::Minutes(59);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(1);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  bench.Say("a", "2", EventType::kResolved);  // its beginning was never told
  BOOST_TEST(bench.Sent() == Sent{"a1-2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(maintenance_that_ends_while_the_agent_is_down_is_over) {
  Runaway bench(kPlanned);
  bench.Say("a", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Hours(2);
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(maintenance_that_holds_nothing_ends_early) {
  Runaway bench(kPlanned);
  bench.Say("a", "3", EventType::kFiring);  // 08:00: in use
  bench.Say("a", "3", EventType::kResolved);
  bench.clock.now += absl::Minutes(119);
  bench.Say("b", "3", EventType::kFiring);  // again in use, and as long as it fires
  bench.clock.now += absl::Minutes(119);
  bench.Steps(4);
  bench.clock.now += absl::Minutes(119);
  bench.Say("b", "3", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(121);
  bench.Say("a", "3", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"a3-3"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(muted_and_shadowed_alerts_are_told_when_their_time_comes) {
  Runaway bench(kPlanned);
  bench.Say("c", "9", EventType::kFiring);
  bench.Say("d", "9", EventType::kFiring);
  bench.clock.now += absl::Minutes(59);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(1);  // 10:00 in Berlin
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"c9-1"}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(30);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"d9-1"}, boost::test_tools::per_element());
  // Told before the night: receivers that see levels are not told that it is over.
  bench.clock.now += absl::Hours(20);
  bench.Say("c", "9", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 2u);
}

BOOST_AUTO_TEST_CASE(an_inhibited_alert_is_told_when_its_source_is_over) {
  Runaway bench(kPlanned);
  bench.Say("b", "8", EventType::kFiring);
  bench.Say("a", "8", EventType::kFiring);
  bench.Say("a", "9", EventType::kFiring);
  bench.Say("a", "8", EventType::kEscalated, Severity::kCritical);  // not a target
  BOOST_TEST(bench.Sent() == (Sent{"b8-1", "a9-1", "a8-2"}), boost::test_tools::per_element());
  bench.Say("b", "9", EventType::kFiring);
  bench.Say("a", "9", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{"b9-1"}, boost::test_tools::per_element());
  bench.clock.now += absl::Seconds(2);
  bench.Say("b", "9", EventType::kResolved);
  bench.clock.now += absl::Seconds(2);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"b9-2", "a9-2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_part_that_nothing_replaces_is_told_after_two_minutes) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "2", EventType::kFiring);  // another account
  bench.Say("a", "1", EventType::kUpdated);
  bench.clock.now += absl::Seconds(119);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.clock.now += absl::Seconds(1);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "b2-1", "a1-2"}), boost::test_tools::per_element());
  BOOST_TEST(bench.seen.last_sync == 2u);
  bench.Say("a", "1", EventType::kUpdated);
  BOOST_TEST(bench.Sent() == Sent{"a1-3"}, boost::test_tools::per_element());
  bench.Steps(4);
  BOOST_TEST(bench.store->Outbox()->depth == 0);
}

BOOST_AUTO_TEST_CASE(critical_parts_do_not_wait_and_are_told_beside_the_whole) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("a", "1", EventType::kEscalated, Severity::kCritical);
  BOOST_TEST(bench.Sent() == (Sent{"a1-1", "a1-2"}), boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring, Severity::kCritical);
  BOOST_TEST(bench.Sent() == (Sent{"b1-1", "whole firing"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_part_that_was_told_before_it_was_replaced_is_told) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.clock.now += absl::Minutes(3);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"a1-1"}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kResolved);  // its beginning was not told, so neither is its end; a is known and not told twice
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"whole resolved"}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  BOOST_TEST(bench.Sent() == Sent{"a1-2"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_waits_survives_a_crash_and_the_composite_goes_on) {
  Runaway bench;
  bench.Say("a", "1", EventType::kFiring);
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("b", "1", EventType::kFiring);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.Restart();
  bench.Begin();
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
  bench.Say("a", "1", EventType::kResolved);
  bench.Steps(4);
  const Sent sent = bench.Sent();
  BOOST_TEST((std::count(sent.begin(), sent.end(), "whole resolved") == 1 && std::count(sent.begin(), sent.end(), "b1-1") == 1));
  bench.Restart();
  bench.Begin();
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_crash_between_the_parts_and_their_composite_loses_nothing) {
  Runaway bench;
  // The parts are committed; the composite's step is not.
  for (const char* rule : {"a", "b"}) {
    Commit commit;
    Transition t = Firing(rule, rule[0])->changes.transitions[0];
    t.labels = Labels(std::vector<Label>{{"account", "1"}});
    commit.transitions.push_back({&t, ToCloudEvent(t, "agent", bench.clock.Now())});
    commit.recorded = bench.clock.Now();
    BOOST_REQUIRE(bench.store->Apply(commit).ok());
  }
  bench.Restart();
  bench.Begin();
  bench.Steps(4);
  const Sent sent = bench.Sent();
  BOOST_TEST(std::count(sent.begin(), sent.end(), "whole firing") == 1);
}

BOOST_AUTO_TEST_CASE(what_the_database_does_not_take_at_first_is_told_once_all_the_same) {
  Runaway bench;
  bench.store->full = true;
  bench.Say("a", "1", EventType::kFiring);
  bench.Say("b", "1", EventType::kFiring);
  bench.clock.now += absl::Seconds(2);
  bench.Steps(2);
  bench.store->full = false;
  bench.clock.now += absl::Seconds(2);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{"whole firing"}, boost::test_tools::per_element());
  bench.clock.now += absl::Minutes(5);
  bench.Steps(4);
  BOOST_TEST(bench.Sent() == Sent{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
