// Rules that a reload keeps as they are (KeepUnchanged), while something around them changes.
#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

std::shared_ptr<const RuleSet> Loaded(const std::string& text, const RuleSet* before) {
  const SourceFile file = {"a.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n  - {alert: A, kind: threshold, watch: {metric: m, by: [team]}, when: {above: 1}}\n", text)};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return before == nullptr ? loaded.rules : KeepUnchanged(*before, loaded.rules);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_rules_test)

BOOST_AUTO_TEST_CASE(a_rule_that_is_the_same_sees_new_settings_and_new_rules_that_are_made_of_it) {
  const auto settings = [](const char* owner) { return absl::StrCat("ownership: [{default: {owner: ", owner, "}}]\n"); };
  const std::shared_ptr<const RuleSet> first = Loaded(settings("old"), nullptr);
  Engine engine(EngineOptions{});
  Changes out;
  absl::Time now = absl::FromUnixSeconds(1'767'571'200);
  engine.SetRules(first, now, out);
  Series series;
  series.metric = "m";
  series.cadence = absl::Minutes(1);
  series.labels = Labels(std::vector<Label>{{"team", "x"}});
  engine.DefineSeries(series);
  const auto step = [&](double value) {
    now += absl::Minutes(1);
    Sample sample{.series = 0, .time_ms = absl::ToUnixMillis(now)};
    sample.value = value;
    out.clear();
    engine.Observe({&sample, 1}, out);
    engine.Advance(0, now, out);
    engine.AdvanceClock(now, out);
  };
  step(5);
  BOOST_TEST_REQUIRE(out.transitions.size() == 1u);
  BOOST_TEST(out.transitions[0].owner.name == "old");
  const std::shared_ptr<const RuleSet> second = Loaded("  - {alert: Whole, kind: composite, any_of: [A], same: [team]}\n" + settings("new"), first.get());
  BOOST_TEST_REQUIRE((second->rules[0] == first->rules[0]));
  out.clear();
  engine.SetRules(second, now, out);
  BOOST_TEST((out.retired == std::vector<std::shared_ptr<const void>>{first}));
  step(6);
  std::vector<Transition> present;
  engine.Look(present);
  BOOST_TEST_REQUIRE(present.size() == 2u);
  for (const Transition& t : present) {
    BOOST_TEST((t.status == AlertState::kFiring), t.rule.name);
    BOOST_TEST(t.owner.name == "new", t.rule.name);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
