#include "agent/stages/evaluate_stage.h"

#include <boost/test/unit_test.hpp>
#include <prometheus/registry.h>

#include "agent/status/self_metrics.h"
#include "rules/language/language.h"
#include "tests/agent/fakes.h"

namespace nephoscope {
namespace {

// Of the family `name`, the sum over its labels.
double Sum(const SelfMetrics& metrics, const std::string& name) {
  double out = 0;
  for (const auto& family : metrics.registry().Collect())
    for (const auto& metric : family.metric) out += family.name == name ? metric.counter.value : 0;
  return out;
}

BOOST_AUTO_TEST_SUITE(evaluate_stage_test)

BOOST_AUTO_TEST_CASE(costs_that_have_no_rate_are_counted_once) {
  FakeClock clock;
  SelfMetrics metrics;
  BatchChannel in(4);
  Channel<Evaluation> out(4);
  EvaluateStage stage(0, 1, "test", in, out, clock, metrics, [] {});
  const SourceFile file = {"rules.yaml", "apiVersion: rules/v1\nrules:\n  - {alert: Spend, kind: threshold, watch: {cost: effective, by: [team]}, when: {above: 5 USD}}\n"};
  BOOST_TEST(stage.Start(LoadRules({&file, 1}).rules, {}).empty());
  Series series;
  series.metric = "cost.effective";
  series.type = ValueType::kMoney;
  series.currency = *Currency::Parse("EUR");
  series.labels = Labels(std::vector<Label>{{"team", "a"}});
  for (int i = 0; i < 3; ++i) {
    auto batch = in.Take();
    batch->series.push_back(series);
    batch->wall = absl::FromUnixSeconds(1'800'000'000 + i);
    in.Send(std::move(batch));
    BOOST_TEST(stage.Step(absl::ZeroDuration()));
  }
  BOOST_TEST(Sum(metrics, "nephoscope_rule_errors_total") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
