#include <boost/test/unit_test.hpp>

#include "tests/rules/importing/import_helpers.h"

using namespace nephoscope;

namespace {

Imported Import(const std::string& text) {
  const SourceFile file{"values.yaml", text};
  return ImportKubecost({&file, 1});
}
Imported ImportOne(const std::string& alert) { return Import("alerts:\n  - {" + alert + "}\n"); }

}  // namespace

BOOST_AUTO_TEST_SUITE(kubecost_test)

BOOST_AUTO_TEST_CASE(helm_values) {
  const Imported got = Import(R"(global:
  notifications:
    alertConfigs:
      frontendUrl: http://localhost:9090
      globalAlertEmails:
        - recipient@example.com
      alerts:
        - type: budget                 # daily
          threshold: 50
          window: daily
          aggregation: namespace
          filter: kubecost
        - type: budget
          threshold: 600
          window: 3d
          aggregation: cluster
          filter: cluster-one
        - type: spendChange
          relativeThreshold: 0.20
          window: 1d
          baselineWindow: 30d
          aggregation: namespace
          filter: kubecost, default
        - type: recurringUpdate
          window: weekly
          aggregation: namespace
          filter: "*"
kubecostProductConfigs:
  currencyCode: USD
)");
  BOOST_TEST(Sentences(got) ==
             "NamespaceKubecostDailySpend: Warning when the sum of effective cost over 1 day, where namespace is kubecost, is above 50 USD.\n"
             "ClusterClusterOneSpendOf3Days: Warning when the sum of effective cost over 3 days, where cluster is cluster-one, is above 600 USD.\n"
             "NamespaceKubecostDefaultSpendChange: Warning when the sum of effective cost over 1 day, where namespace is kubecost or default, grows by more than 20%. "
             "It is compared with the average of last 4 weeks. One alert for each namespace.\n");
  BOOST_TEST(got.items.at(2).rules.at(0) ==
             "  - alert: NamespaceKubecostDefaultSpendChange\n    kind: change\n    watch:\n      cost: effective\n      by: [namespace]\n"
             "      where: {namespace: [kubecost, default]}\n      stat: sum\n      window: 1d\n    compare_to: average of last 4 weeks\n    when: {increase: {above: 20%}}\n");
  BOOST_TEST(!got.items.at(3).converted());
}

BOOST_AUTO_TEST_CASE(what_becomes_of_what) {
  const struct { const char *what, *alert, *want; } rows[] = {
      {"a month is a budget", "type: budget, threshold: 5000, window: month, aggregation: namespace", "budget: {period: month, amount: 5000 USD}"},
      {"each by itself", "type: budget, threshold: 5000, window: month, aggregation: namespace", "by: [namespace]"},
      {"a label", "type: budget, threshold: 50, window: 7d, aggregation: \"label:cost-center\"", "by: [cost_center]"},
      {"a column of the bill", "type: cloudCostBudget, threshold: 50, window: 7d, aggregation: invoiceEntityID", "by: [billing_account]"},
      {"newer filters", "type: assetBudget, threshold: 50, window: 48h, filter: 'cluster:\"a\",\"b\"+label[team]:\"x\"'", "where: {cluster: [a, b], team: x}"},
      {"two days in hours", "type: budget, threshold: 50, window: 48h, aggregation: cluster", "window: 2d"},
      {"less than before", "type: spendChange, relativeThreshold: -0.5, window: 7d, baselineWindow: 7d, aggregation: cluster", "when: {decrease: {above: 50%}}"},
      {"the window before", "type: spendChange, relativeThreshold: 0.5, window: 7d, baselineWindow: 7d, aggregation: cluster", "compare_to: previous window"},
      {"a name of its own", "type: budget, name: Shop in production, threshold: 50, window: 1d, aggregation: cluster", "alert: ShopInProduction\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.alert);
    BOOST_TEST_CONTEXT(ReportOf(got) << Sentences(got)) { BOOST_TEST(absl::StrContains(RulesOf(got), row.want)); }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_is_refused_with_the_reason) {
  const struct { const char *what, *alert, *why; } rows[] = {
      {"a report", "type: recurringUpdate, window: weekly", "a report"},
      {"efficiency", "type: efficiency, efficiencyThreshold: 0.4, window: 48h, aggregation: namespace", "kind threshold"},
      {"its own health", "type: health, window: 10m, threshold: 5", "kind absence"},
      {"unknown", "type: weather", "budget, assetBudget"},
      {"no type", "window: 1d", "type is missing"},
      {"hours", "type: budget, threshold: 5, window: 4h, aggregation: cluster", "4h"},
      {"no amount", "type: budget, window: 1d, aggregation: cluster", "threshold"},
      {"a name of nothing", "type: budget, threshold: 5, window: 1d, filter: kubecost", "aggregation"},
      {"not these", "type: budget, threshold: 5, window: 1d, filter: 'namespace!:\"a\"'", "where"},
      {"a label of nothing", "type: budget, threshold: 5, window: 1d, aggregation: '\"'", "label"},
      {"no share", "type: spendChange, relativeThreshold: -2, window: 1d, aggregation: cluster", "relativeThreshold"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.alert);
    BOOST_TEST_CONTEXT(ReportOf(got)) {
      BOOST_TEST(absl::StrContains(got.items.at(0).refusal, row.why));
      BOOST_TEST(RulesOf(got) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_list_alone_and_json_are_read_too) {
  BOOST_TEST(Import("- {type: budget, threshold: 5, window: 1d, aggregation: cluster}\n").items.size() == 1u);
  BOOST_TEST(Import(R"({"data": {"alerts": [{"type": "budget", "threshold": 5, "window": "1d", "aggregation": "cluster"}]}})").items.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_without_an_alert_is_told) {
  for (const char* text : {"{}", "alerts: []", "hello", "a: [b"}) BOOST_TEST_CONTEXT(text) { BOOST_TEST(HasErrors(Import(text).diagnostics)); }
}

BOOST_AUTO_TEST_SUITE_END()
