#include "rules/notify/dependencies.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

constexpr char kRules[] = R"(apiVersion: rules/v1
rules:
  - {alert: region, kind: threshold, watch: {metric: r, by: [region]}, when: {above: 1}}
  - alert: host
    kind: threshold
    watch: {metric: h, by: [region, host]}
    when: {above: 1}
    depends_on: {alert: region, same: [region]}
  - {alert: whole, kind: composite, all_of: [region, host], same: [region], replaces_parts: true, severity: critical}
)";

Transition Of(const std::string& rule, std::vector<Label> labels, AlertState status) {
  Transition out;
  out.rule.name = out.rule.id = rule;
  out.labels = Labels(std::move(labels));
  out.alert_id = absl::StrCat(rule, out.labels.Canonical());
  out.status = status;
  return out;
}

struct Rules {
  Rules() : rules(LoadRules({&file, 1}).rules) { dependencies.SetRules(*rules); }
  SourceFile file{"r.yaml", kRules};
  std::shared_ptr<const RuleSet> rules;
  Dependencies dependencies;
};

BOOST_AUTO_TEST_SUITE(dependencies_test)

BOOST_AUTO_TEST_CASE(an_alert_is_explained_while_the_other_fires_for_the_same_labels) {
  Rules r;
  const Transition here = Of("host", {{"region", "eu"}, {"host", "a"}}, AlertState::kFiring);
  const Transition there = Of("host", {{"region", "us"}, {"host", "b"}}, AlertState::kFiring);
  r.dependencies.Note(here), r.dependencies.Note(there);
  BOOST_TEST(!r.dependencies.IsExplained(here));
  const Transition down = Of("region", {{"region", "eu"}}, AlertState::kRecovering);
  r.dependencies.Note(down);
  BOOST_TEST(r.dependencies.IsExplained(here));
  BOOST_TEST(!r.dependencies.IsExplained(there));
  BOOST_TEST(!r.dependencies.IsExplained(down));
  BOOST_TEST(r.dependencies.ExplainedBy(down) == std::vector<std::string>{here.alert_id}, boost::test_tools::per_element());
  r.dependencies.Note(Of("host", {{"region", "eu"}, {"host", "a"}}, AlertState::kInactive));
  BOOST_TEST(r.dependencies.ExplainedBy(down).empty());
  r.dependencies.Note(Of("region", {{"region", "eu"}}, AlertState::kInactive));
  BOOST_TEST(!r.dependencies.IsExplained(here));
}

BOOST_AUTO_TEST_CASE(a_composite_stands_for_the_parts_with_its_labels) {
  Rules r;
  const Transition part = Of("host", {{"region", "eu"}, {"host", "a"}}, AlertState::kFiring);
  r.dependencies.Note(part);
  r.dependencies.Note(Of("host", {{"region", "us"}, {"host", "b"}}, AlertState::kFiring));
  const Transition whole = Of("whole", {{"region", "eu"}}, AlertState::kFiring);
  BOOST_TEST((r.dependencies.IsWhole(whole) && r.dependencies.IsPart(part) && !r.dependencies.IsPart(whole)));
  BOOST_TEST(!r.dependencies.WholeFires(part));
  r.dependencies.NoteWhole(whole, true);
  BOOST_TEST(r.dependencies.WholeFires(part));
  BOOST_TEST(r.dependencies.PartsOf(whole) == std::vector<std::string>{part.alert_id}, boost::test_tools::per_element());
  r.dependencies.NoteWhole(whole, false);
  BOOST_TEST(!r.dependencies.WholeFires(part));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
