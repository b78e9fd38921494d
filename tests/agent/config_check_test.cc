#include "agent/config_check.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

const char kBudget[] =
    "apiVersion: rules/v1\nrules:\n  - alert: Spend\n    kind: budget\n    watch: {cost: effective}\n    budget: {amount: 9 USD}\n    when: {forecast: 100%}\n"
    "  - {alert: Cpu, kind: threshold, watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}, when: {above: 80%}}\n"
    "  - {alert: Web, kind: threshold, watch: {metric: azure.app_service.requests, by: [app]}, when: {above: 80}}\n"
    "  - {alert: Load, kind: threshold, watch: {metric: node_load1, by: [host]}, when: {above: 80}}\n";

// "A014 9: message" of each finding.
std::string Found(const std::string& config, const std::string& rules = "") {
  const SourceFile file{"agent.yaml", absl::StrCat("apiVersion: agent/v1\n", config)};
  const LoadedConfig loaded = ParseAgentConfig(file);
  BOOST_REQUIRE_MESSAGE(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  const SourceFile rule_file{"rules.yaml", rules};
  const LoadedRules read = rules.empty() ? LoadedRules{std::make_shared<RuleSet>()} : LoadRules({&rule_file, 1});
  BOOST_REQUIRE(!HasErrors(read.diagnostics));
  std::string out;
  for (const Diagnostic& one : CheckConfig(loaded.config, file, *read.rules, {&rule_file, 1})) absl::StrAppend(&out, one.code, " ", one.mark.line, ":", one.mark.column, " ", one.message, "\n");
  return out;
}

BOOST_AUTO_TEST_SUITE(config_check_test)

BOOST_AUTO_TEST_CASE(what_run_refuses_is_found_at_its_place) {
  const std::string kafka = Found("exporters:\n  - kafka:\n      brokers: [\"kafka:9092\"]\n      properties:\n        sasl.mechansim: PLAIN\n");
  BOOST_TEST(absl::StartsWith(kafka, "A011 6:9 exporter kafka: librdkafka"), kafka);
  BOOST_TEST(absl::StrContains(kafka, "has no property \"sasl.mechansim\""), kafka);
  const std::string alertmanager = Found("exporters:\n  - alertmanager: {urls: [\"alertmanager:9093\"]}\n");
  BOOST_TEST(absl::StartsWith(alertmanager, "A011 3:"), alertmanager);
  BOOST_TEST(Found("exporters:\n  - kafka: {brokers: [\"kafka:9092\"], properties: {sasl.mechanism: PLAIN}}\n") == "");
}

BOOST_AUTO_TEST_CASE(a_secret_in_plain_text_is_warned_of_and_never_shown) {
  const struct { const char* what; const char* line; bool told; } rows[] = {
      {"a password", "sasl.password: hunter2", true},
      {"in quotes", "sasl.password: 'hunter2'", true},
      {"from the environment", "sasl.password: ${NEPHOSCOPE_TEST_NO_SUCH:-}", false},
      {"of a key", "ssl.key.password: hunter2", true},
      {"a comment", "# sasl.password: hunter2", false},
      {"a user's name", "sasl.username: hunter2", false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const std::string found = Found(absl::StrCat("exporters:\n  - kafka:\n      brokers: [\"kafka:9092\"]\n      properties:\n        sasl.mechanism: PLAIN\n        ", row.line, "\n"));
    BOOST_TEST(absl::StrContains(found, "A014 7:") == row.told, found);
    BOOST_TEST(!absl::StrContains(found, "hunter2"), found);
  }
  const std::string address = Found("collectors:\n  - prometheus: {targets: [\"http://bob:hunter2@127.0.0.1:9100/metrics\"]}\n");
  BOOST_TEST(absl::StartsWith(address, "A014 3:"), address);
  BOOST_TEST(!absl::StrContains(address, "hunter2"));
}

BOOST_AUTO_TEST_CASE(lines_are_shown_without_their_secrets) {
  const struct { const char *text, *want; } rows[] = {
      {"sasl.password: hunter2\nname: a", "sasl.password: *******\nname: a"},
      {"properties: {sasl.password: \"hunter2\", b: c}", "properties: {sasl.password: \"*******\", b: c}"},
      {"urls: [\"http://bob:hunter2@am:9093/x\", \"https://a:b@c\"]", "urls: [\"http://bob:*******@am:9093/x\", \"https://a:*@c\"]"},
      {"sasl.password: ${PASSWORD}", "sasl.password: ${PASSWORD}"},
      {"token_file: /etc/token", "token_file: /etc/token"},
      {"# password: old", "# password: old"},
  };
  for (const auto& row : rows) BOOST_TEST(WithoutSecrets(row.text) == row.want);
}

BOOST_AUTO_TEST_CASE(rules_that_lie_nowhere_and_addresses_that_are_none_are_found) {
  BOOST_TEST(absl::StartsWith(Found("rules: [ruls]\n"), "A011 2:1 there is no file or folder ruls"));
  BOOST_TEST(Found("rules: [/etc/nephoscope/elsewhere]\n") == "");
  BOOST_TEST(absl::StartsWith(Found("listen: 127.0.0.1:99999\n"), "A011 2:1 "));
  BOOST_TEST(absl::StartsWith(Found("listen: 127.0.0.1\n"), "A011 2:1 "));
}

BOOST_AUTO_TEST_CASE(two_entries_are_two_sources_with_two_names) {
  BOOST_TEST(absl::StartsWith(Found("collectors:\n  - focus: {files: [a.csv]}\n  - focus: {files: [b.csv]}\n"), "A012 4:"));
  BOOST_TEST(absl::StartsWith(Found("collectors:\n  - focus: {files: [a.csv]}\n  - focus: {files: [a.csv], every: 5m, name: again}\n"), "A013 4:"));
  BOOST_TEST(Found("collectors:\n  - focus: {files: [a.csv]}\n  - focus: {files: [b.csv], name: other}\n") == "");
}

BOOST_AUTO_TEST_CASE(rules_whose_data_nobody_collects_are_named) {
  const std::string none = Found("name: x\n", kBudget);
  BOOST_TEST(none ==
             "A015 3:12 Spend looks at a bill, and the configuration reads none: it can never fire\n"
             "A015 8:13 Cpu looks at aws.rds.cpu_utilization, and nobody collects aws.*: it can never fire\n"
             "A015 9:13 Web looks at azure.app_service.requests, and nobody collects azure.*: it can never fire\n"
             "A015 10:13 Load looks at node_load1, and nobody collects node_load1: it can never fire\n");
  const std::string some = Found("collectors:\n  - focus: {files: [a.csv]}\n  - prometheus: {targets: [\"127.0.0.1:9100\"]}\n  - aws_cloudwatch: {regions: [us-east-1], metrics: [aws.ec2.cpu_utilization]}\n", kBudget);
  BOOST_TEST(some ==
             "A015 8:13 Cpu looks at aws.rds.cpu_utilization, and nobody collects aws.rds.cpu_utilization: it can never fire\n"
             "A015 9:13 Web looks at azure.app_service.requests, and nobody collects azure.*: it can never fire\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
