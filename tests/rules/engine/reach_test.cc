#include "rules/engine/reach.h"

#include <boost/test/unit_test.hpp>

#include "rules/engine/interest.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

std::shared_ptr<const RuleSet> Rules(const std::string& rules) {
  const SourceFile file{"rules.yaml", "apiVersion: rules/v1\nrules:\n" + rules};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE_MESSAGE(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

Series Of(const std::string& metric, std::vector<Label> labels) {
  Series out;
  out.metric = metric;
  out.labels = Labels(std::move(labels));
  return out;
}

const char kQueue[] = "  - {alert: Queue, kind: threshold, watch: {metric: queue_length, by: [queue], where: {team: web}}, when: {above: 5}}\n";

BOOST_AUTO_TEST_SUITE(reach_test)

BOOST_AUTO_TEST_CASE(series_are_counted_for_each_rule_that_looks_at_them) {
  Interest interest(Rules(kQueue));
  interest.ShardsOf(Of("queue_length", {{"queue", "a"}, {"team", "web"}}));
  interest.ShardsOf(Of("queue_length", {{"queue", "b"}, {"team", "web"}}));
  interest.ShardsOf(Of("queue_length", {{"queue", "c"}, {"team", "data"}}));
  interest.ShardsOf(Of("other", {{"team", "web"}}));
  BOOST_TEST(interest.reach().series(0) == 2u);
  BOOST_TEST(!interest.reach().IsBlind(0));
}

BOOST_AUTO_TEST_CASE(a_value_that_nothing_has_is_named_with_the_values_there_are) {
  Interest interest(Rules(kQueue));
  interest.ShardsOf(Of("queue_length", {{"queue", "a"}, {"team", "data"}}));
  interest.ShardsOf(Of("queue_length", {{"queue", "b"}, {"team", "search"}}));
  BOOST_REQUIRE(interest.reach().IsBlind(0));
  const BlindRule why = interest.reach().Why(0);
  BOOST_TEST(why.metric_seen);
  BOOST_TEST(why.label == "team");
  BOOST_TEST((why.wanted == std::vector<std::string>{"web"}));
  BOOST_TEST((why.values == std::set<std::string>{"data", "search"}));
}

BOOST_AUTO_TEST_CASE(a_label_that_nothing_has_is_named_with_the_labels_there_are) {
  Interest interest(Rules("  - {alert: Queue, kind: threshold, watch: {metric: queue_length, by: [queue], where: {taem: web}}, when: {above: 5}}\n"));
  interest.ShardsOf(Of("queue_length", {{"queue", "a"}, {"team", "web"}}));
  const BlindRule why = interest.reach().Why(0);
  BOOST_TEST(why.label == "taem");
  BOOST_TEST(why.values.empty());
  BOOST_TEST((why.labels == std::set<std::string>{"queue", "team"}));
}

BOOST_AUTO_TEST_CASE(a_label_of_by_that_no_series_has_is_named) {
  Interest interest(Rules("  - {alert: Spend, kind: threshold, watch: {metric: queue_length, by: [departmnt]}, when: {above: 5}}\n"));
  interest.ShardsOf(Of("queue_length", {{"queue", "a"}, {"department", "web"}}));
  interest.ShardsOf(Of("queue_length", {{"queue", "b"}}));
  BOOST_REQUIRE(interest.reach().IsBlind(0));
  const BlindRule why = interest.reach().Why(0);
  BOOST_TEST(why.group == "departmnt");
  BOOST_TEST(why.series == 2u);
  BOOST_TEST((why.labels == std::set<std::string>{"department", "queue"}));
  interest.ShardsOf(Of("queue_length", {{"queue", "c"}, {"departmnt", "x"}}));
  BOOST_TEST(!interest.reach().IsBlind(0));
}

BOOST_AUTO_TEST_CASE(idle_resources_need_the_bill_and_a_metric) {
  Interest interest(Rules("  - {alert: Idle, kind: idle, watch: {resource: [aws.ec2.instance]}, idle: {over: 14d, all_of: [{metric: cpu_utilization, stat: max, below: 5%}]}, when: {monthly_cost: {at_least: 20 USD}}}\n"));
  BOOST_TEST(!interest.reach().Why(0).metric_seen);
  interest.ShardsOf(Of("resource.cost", {{"resource_type", "aws.ec2.instance"}, {"resource_id", "i-1"}}));
  BOOST_REQUIRE(interest.reach().IsBlind(0));
  BOOST_TEST(interest.reach().Why(0).resource_metrics);
  interest.ShardsOf(Of("aws.ec2.cpu_utilization", {{"instance_id", "i-1"}, {"instance", "i-1"}}));
  BOOST_TEST(!interest.reach().IsBlind(0));
}

BOOST_AUTO_TEST_CASE(rules_that_wait_for_silence_or_for_alerts_are_never_blind) {
  const Interest interest(Rules(
      "  - {alert: Silent, kind: absence, watch: {cost: billed, by: [account]}, expected: [\"1\", \"2\"], when: {no_data_for: 36h}}\n"
      "  - {alert: Off, kind: threshold, watch: {metric: load, by: [host]}, when: {above: 5}, mode: off}\n"
      "  - {alert: Both, kind: composite, all_of: [Silent, Off], same: []}\n"
      "  - {alert: Down, kind: health_check, check: {http: \"https://shop.example.com/healthz\"}, when: {failures: 3}}\n"));
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(!interest.reach().IsBlind(i), i);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
