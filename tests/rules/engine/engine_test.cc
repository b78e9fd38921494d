#include "rules/engine/engine.h"
#include "rules/engine/interest.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <random>

#include "absl/strings/str_format.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'571'200);

struct Agent {
  explicit Agent(std::shared_ptr<const RuleSet> the_rules) : rules(std::move(the_rules)), engine(std::make_unique<Engine>(EngineOptions{.agent_group = "g"})) {
    engine->SetRules(rules, kStart, out);
  }
  void Minute(int minute, const std::vector<double>& values) {
    const absl::Time time = kStart + absl::Minutes(minute);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) continue;
      const Sample sample = At(static_cast<SeriesId>(i), time, values[i]);
      engine->Observe({&sample, 1}, out);
    }
    engine->Advance(1, time, out);
  }
  void Define(int queues) {
    for (int i = 0; i < queues; ++i) engine->DefineSeries(QueueSeries(static_cast<SeriesId>(i), absl::StrCat("q", i)));
  }

  std::shared_ptr<const RuleSet> rules;
  std::unique_ptr<Engine> engine;
  Changes out;
};

// Values that wander around the limit, with gaps.
std::vector<std::vector<double>> Wandering(unsigned seed, int minutes, int queues) {
  std::mt19937 random(seed);
  std::vector<std::vector<double>> out;
  for (int m = 0; m < minutes; ++m) {
    out.emplace_back();
    for (int q = 0; q < queues; ++q) out.back().push_back(random() % 10 == 0 ? NAN : 60 + random() % 40);
  }
  return out;
}

Rule HeldRule() {
  Rule rule = QueueRule();
  rule.levels[0].hold = absl::Minutes(2);
  rule.levels[0].recover = Below(75);
  rule.keep_firing_for = absl::Minutes(1);
  return rule;
}

// Flapping once more: all points so far are counted again.
bool Flaps(const std::vector<bool>& on, bool before) {
  const auto changes = [&](std::size_t steps) {
    int out = 0;
    for (std::size_t i = on.size() - 1; i > 0 && on.size() - i <= steps; --i) out += on[i] != on[i - 1];
    return out;
  };
  return before ? changes(20) >= 5 : changes(20) >= 10 || changes(6) > 4;
}

// The state machine once more, from scratch: all points so far are read again at every step.
std::vector<std::string> Naive(const std::vector<std::vector<double>>& values, int queue) {
  std::vector<std::string> out;
  bool firing = false;
  bool flapping = false;
  std::vector<bool> on = {false};  // before the first point nothing fires
  int held_since = -1, clear_since = -1, held = 0, clear = 0, last = -1;
  for (int m = 0; m < static_cast<int>(values.size()); ++m) {
    const double value = values[m][queue];
    if (std::isnan(value)) continue;
    const int gap = last < 0 || m - last > 3 ? 0 : m - last;
    last = m;
    if (value > 80) {
      held = held_since < 0 ? 0 : held + gap;
      if (held_since < 0) held_since = m;
    } else {
      held_since = -1;
    }
    if (!firing) {
      if (value > 80 && held >= 2) firing = true, clear_since = -1, out.push_back(absl::StrCat(m, " firing"));
    } else if (value >= 75) {
      clear_since = -1;
    } else {
      clear = clear_since < 0 ? 0 : clear + gap;
      if (clear_since < 0) clear_since = m;
      if (clear >= 1) firing = false, held_since = -1, out.push_back(absl::StrCat(m, " resolved"));
    }
    on.push_back(firing && clear_since < 0);
    const bool flaps = Flaps(on, flapping);
    if (flaps != flapping) out.push_back(absl::StrCat(m, flaps ? " flapping" : " updated"));
    flapping = flaps;
  }
  return out;
}

std::string Line(const Transition& t) {
  return absl::StrCat(t.event_id, " ", t.alert_id, " ", t.sequence, " ", ToText(t.type), " ", absl::FormatTime(t.time), " ", absl::FormatTime(t.starts_at), " ", t.causation_id, " ", t.summary, " ", t.explanation);
}

std::vector<std::string> Lines(const Changes& changes) {
  std::vector<std::string> out;
  for (const Transition& t : changes.transitions) out.push_back(Line(t));
  return out;
}

BOOST_AUTO_TEST_SUITE(engine_test)

BOOST_AUTO_TEST_CASE(identities_come_from_the_data_alone) {
  const Labels by(std::vector<Label>{{"department", "payments"}});
  // printf 'g|r|department\xffpayments\xff' | sha256sum
  BOOST_TEST(AlertId("g", "r", by) == "d14a8744fe1b9e0a");
  BOOST_TEST(AlertId("g", "r", by) == AlertId("g", "r", by));
  BOOST_TEST(AlertId("g", "r", by) != AlertId("h", "r", by));
  BOOST_TEST(AlertId("g", "r", by) != AlertId("g", "r", Labels()));
  // printf '3b0d7c5f9a1e42d8|2026-06-11T00:00:00Z|7|escalated' | sha256sum | cut -c1-32
  BOOST_TEST(EventId("3b0d7c5f9a1e42d8", absl::FromUnixSeconds(1'781'136'000), 7, EventType::kEscalated) == "580545d964912ba94e39f3a309a93127");
  BOOST_TEST(ShardOf("budget", by) == ShardOf("budget", by));
}

// Names are mostly numbered; the threads have about as many of them each.
BOOST_AUTO_TEST_CASE(groups_whose_names_are_numbered_are_spread_evenly) {
  for (const int threads : {2, 4}) {
    std::vector<int> groups(static_cast<std::size_t>(threads));
    for (int team = 0; team < 100; ++team) ++groups[static_cast<std::size_t>(ShardOf("threshold", Labels(std::vector<Label>{{"region", absl::StrFormat("region-%02d", team % 20)}, {"team", absl::StrFormat("team-%03d", team)}})) % threads)];
    for (const int count : groups) BOOST_TEST(std::abs(count - 100 / threads) <= 40 / threads);
  }
}

BOOST_AUTO_TEST_CASE(one_series_one_alert_one_end) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(2);
  agent.Minute(0, {10, 10});
  agent.Minute(1, {90, 10});
  agent.Minute(2, {95, 10});
  agent.Minute(3, {70, 10});
  BOOST_REQUIRE(agent.out.transitions.size() == 2u);
  const Transition& firing = agent.out.transitions[0];
  BOOST_TEST((firing.type == EventType::kFiring));
  BOOST_TEST(firing.summary == "q0 has 90 waiting");
  BOOST_TEST(firing.labels.ToString() == "{queue=\"q0\"}");
  BOOST_TEST(firing.sequence == 1u);
  BOOST_TEST(firing.causation_id == "");
  const Transition& resolved = agent.out.transitions[1];
  BOOST_TEST((resolved.type == EventType::kResolved && resolved.status == AlertState::kInactive));
  BOOST_TEST(resolved.sequence == 2u);
  BOOST_TEST(resolved.causation_id == firing.event_id);
  BOOST_TEST((resolved.starts_at == firing.starts_at && resolved.ends_at == kStart + absl::Minutes(3)));
}

BOOST_AUTO_TEST_CASE(it_agrees_with_the_naive_twin) {
  const unsigned seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  for (unsigned round = 0; round < 200; ++round) BOOST_TEST_CONTEXT("seed " << seed + round) {
    const auto values = Wandering(seed + round, 120, 3);
    Agent agent(SetOf({HeldRule()}));
    agent.Define(3);
    for (int m = 0; m < 120; ++m) agent.Minute(m, values[m]);
    for (int q = 0; q < 3; ++q) {
      std::vector<std::string> got;
      for (const Transition& t : agent.out.transitions)
        if (t.labels.Get("queue") == absl::StrCat("q", q) && t.type != EventType::kNoData && t.type != EventType::kDataReturned)
          got.push_back(absl::StrCat(absl::ToInt64Minutes(t.time - kStart), " ", ToText(t.type)));
      BOOST_TEST(got == Naive(values, q), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(saved_and_restored_at_every_step_it_goes_on_byte_for_byte) {
  const auto values = Wandering(7, 60, 3);
  Agent whole(SetOf({HeldRule()}));
  whole.Define(3);
  for (int m = 0; m < 60; ++m) whole.Minute(m, values[m]);
  BOOST_TEST(whole.out.transitions.size() > 4u);
  for (int cut = 0; cut <= 60; ++cut) BOOST_TEST_CONTEXT("cut at " << cut) {
    Agent first(whole.rules);
    first.Define(3);
    for (int m = 0; m < cut; ++m) first.Minute(m, values[m]);
    Changes saved;
    first.engine->Snapshot(saved);
    std::map<std::string, InstanceState> newest;
    for (const Changes* changes : {&first.out, &saved})
      for (const InstanceState& state : changes->instances) newest[state.alert_id] = state;
    std::vector<InstanceState> states;
    for (const auto& [id, state] : newest) states.push_back(state);
    Agent second(whole.rules);
    BOOST_TEST(second.engine->Restore(states).empty());
    second.Define(3);
    for (int m = cut; m < 60; ++m) second.Minute(m, values[m]);
    std::vector<std::string> got = Lines(first.out);
    for (const std::string& line : Lines(second.out)) got.push_back(line);
    BOOST_TEST(got == Lines(whole.out), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(an_alert_lives_on_when_its_rule_gets_a_new_name) {
  const auto values = Wandering(7, 60, 3);
  Agent before(SetOf({HeldRule()}));
  before.Define(3);
  for (int m = 0; m < 30; ++m) before.Minute(m, values[m]);
  Changes saved;
  before.engine->Snapshot(saved);
  Rule renamed = HeldRule();
  renamed.renamed_from = {renamed.id};
  renamed.id = "backlog";
  renamed.name = "Backlog";
  Agent after(SetOf({renamed}));
  BOOST_TEST(after.engine->Restore(saved.instances).empty());
  after.Define(3);
  std::vector<Transition> look;
  after.engine->Look(look);
  BOOST_REQUIRE(!look.empty());
  for (const Transition& one : look) {
    BOOST_TEST(one.rule.id == "backlog");
    BOOST_TEST(one.alert_id == AlertId("g", "queue-long", one.labels.Project({"queue"})));
  }
  // While the agent runs, too: nothing ends for the name alone.
  Changes reload;
  before.engine->SetRules(SetOf({renamed}), absl::FromUnixSeconds(1'800'000'000), reload);
  for (const Transition& one : reload.transitions) BOOST_TEST((one.cause != Cause::kRuleRemoved));
}

BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_read_is_told_and_starts_anew) {
  Agent agent(SetOf({QueueRule()}));
  const std::string id = AlertId("g", "queue-long", Labels(std::vector<Label>{{"queue", "q0"}}));
  std::vector<InstanceState> states = {{id, "queue-long", 0, "not a state", false}, {id, "gone", 0, "", false}};
  const std::vector<Engine::Unrestored> lost = agent.engine->Restore(states);
  BOOST_REQUIRE(lost.size() == 2u);
  BOOST_TEST(lost[0].reason.find("cannot be read") != std::string::npos);
  BOOST_TEST(!lost[0].over);
  BOOST_TEST(lost[1].reason.find("not loaded any more") != std::string::npos);
  BOOST_TEST(lost[1].over);
  agent.Define(1);
  agent.Minute(0, {90});
  BOOST_TEST(agent.out.transitions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_alert_whose_rule_was_changed_or_switched_off_meanwhile_is_over) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(1);
  agent.Minute(0, {90});
  const InstanceState state = agent.out.instances.back();
  Rule off = QueueRule(), other_by = QueueRule(), other_kind = QueueRule();
  off.mode = RuleMode::kOff;
  other_by.watch.by = {"queue", "region"};
  other_kind.kind = "absence";
  other_kind.options = OptionValues(&FindKind("absence")->options());
  other_kind.levels[0].condition = OptionValues(&FindKind("absence")->condition());
  for (const Rule& rule : {off, other_by, other_kind}) {
    Agent later(SetOf({rule}));
    const std::vector<Engine::Unrestored> lost = later.engine->Restore({&state, 1});
    BOOST_REQUIRE(lost.size() == 1u);
    BOOST_TEST(lost[0].over, lost[0].reason);
    BOOST_TEST(lost[0].alert_id == state.alert_id);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_state_is_refused_and_never_crashes) {
  Agent agent(SetOf({HeldRule()}));
  agent.Define(1);
  for (int m = 0; m < 5; ++m) agent.Minute(m, {90});
  Changes saved;
  agent.engine->Snapshot(saved);
  InstanceState state = agent.out.instances.back();
  for (std::size_t size = 0; size < state.bytes.size(); ++size) {
    InstanceState cut = state;
    cut.bytes.resize(size);
    Agent other(agent.rules);
    BOOST_TEST(other.engine->Restore({&cut, 1}).size() == 1u, "size " << size);
  }
}

BOOST_AUTO_TEST_CASE(a_removed_rule_is_resolved_once_for_that_reason) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(1);
  agent.Minute(0, {90});
  agent.out.clear();
  agent.engine->SetRules(SetOf({}), kStart + absl::Hours(1), agent.out);
  BOOST_REQUIRE(agent.out.transitions.size() == 1u);
  BOOST_TEST((agent.out.transitions[0].cause == Cause::kRuleRemoved));
  BOOST_REQUIRE(agent.out.instances.size() == 1u);
  BOOST_TEST(agent.out.instances[0].bytes.empty());
  agent.engine->SetRules(SetOf({}), kStart + absl::Hours(2), agent.out);
  BOOST_TEST(agent.out.transitions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_edited_rule_with_the_same_groups_keeps_its_alert) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(1);
  agent.Minute(0, {90});
  Rule edited = QueueRule();
  edited.levels[0].condition = Above(70);
  edited.revision = "sha256:2";
  agent.out.clear();
  agent.engine->SetRules(SetOf({edited}), kStart + absl::Minutes(1), agent.out);
  BOOST_TEST(agent.out.transitions.empty());
  agent.Minute(1, {75});
  BOOST_TEST(agent.out.transitions.empty());
  agent.Minute(2, {65});
  BOOST_REQUIRE(agent.out.transitions.size() == 1u);
  BOOST_TEST(agent.out.transitions[0].sequence == 2u);
}

BOOST_AUTO_TEST_CASE(an_edited_rule_answers_at_once_for_the_newest_point) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(1);
  agent.Minute(0, {75});
  BOOST_TEST(agent.out.transitions.empty());
  Rule edited = QueueRule();
  edited.levels[0].condition = Above(70);
  edited.revision = "sha256:2";
  agent.engine->SetRules(SetOf({edited}), kStart + absl::Minutes(1), agent.out);
  BOOST_REQUIRE(agent.out.transitions.size() == 1u);
  BOOST_TEST((agent.out.transitions[0].type == EventType::kFiring && agent.out.transitions[0].cause == Cause::kRuleChanged));
  agent.engine->SetRules(SetOf({QueueRule()}), kStart + absl::Minutes(1), agent.out);
  BOOST_REQUIRE(agent.out.transitions.size() == 2u);
  BOOST_TEST((agent.out.transitions[1].type == EventType::kResolved && agent.out.transitions[1].cause == Cause::kRuleChanged));
}

BOOST_AUTO_TEST_CASE(wild_input_is_bounded_and_changes_nothing_wrongly) {
  Agent agent(SetOf({QueueRule()}));
  agent.Define(1);
  agent.Minute(0, {10});
  for (double wild : {double(NAN), double(INFINITY), -double(INFINITY)}) {
    const Sample sample = At(0, kStart + absl::Minutes(1), wild);
    agent.engine->Observe({&sample, 1}, agent.out);
  }
  agent.engine->Advance(1, kStart + absl::Minutes(1), agent.out);
  BOOST_TEST(agent.out.transitions.empty());
  const Sample back = At(0, kStart - absl::Hours(1000), 99);
  agent.engine->Observe({&back, 1}, agent.out);
  agent.engine->Advance(1, kStart - absl::Hours(900), agent.out);
  BOOST_TEST(agent.out.transitions.empty());
  BOOST_TEST(agent.engine->stats().late == 1u);
  agent.Minute(2, {1e300});
  BOOST_TEST(agent.out.transitions.size() == 1u);
}

BOOST_AUTO_TEST_CASE(only_its_own_shards_are_judged) {
  const auto rules = SetOf({QueueRule()});
  Interest interest(rules);
  std::size_t alerts = 0;
  for (int shard = 0; shard < kShards; ++shard) {
    Engine engine({.agent_group = "g", .shards = std::uint64_t{1} << shard});
    Changes out;
    engine.SetRules(rules, kStart, out);
    for (SeriesId id = 0; id < 20; ++id) {
      const Series series = QueueSeries(id, absl::StrCat("q", id));
      const bool wanted = interest.ShardsOf(series) >> shard & 1;
      engine.DefineSeries(series);
      const Sample sample = At(id, kStart, 90);
      engine.Observe({&sample, 1}, out);
      const std::size_t before = out.transitions.size();
      engine.Advance(1, kStart, out);
      BOOST_TEST((out.transitions.size() > before) == wanted);
    }
    alerts += out.transitions.size();
  }
  BOOST_TEST(alerts == 20u);
}

// As after a restart of its collector: 40 series of one group come again under other ids.
BOOST_AUTO_TEST_CASE(series_that_come_again_are_the_members_they_were) {
  Rule rule = QueueRule();
  rule.watch.by = {};
  rule.watch.combine = "sum";
  rule.levels[0].condition = Above(39.5);
  Engine engine(EngineOptions{});
  Changes out;
  engine.SetRules(SetOf({rule}), kStart, out);
  for (SeriesId id = 0; id < 80; ++id) {
    engine.DefineSeries(QueueSeries(id, absl::StrCat("q", id % 40)));
    const Sample one = At(id, kStart + absl::Seconds(id < 40 ? 70 : 90), 1);
    engine.Observe({&one, 1}, out);
  }
  engine.Advance(1, kStart + absl::Minutes(2), out);
  std::vector<Transition> alerts;
  engine.Look(alerts);
  BOOST_REQUIRE(alerts.size() == 1u);
  BOOST_TEST(alerts[0].values[0].value == "40", "each counts once, not twice");
  BOOST_TEST((alerts[0].status == AlertState::kFiring));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
