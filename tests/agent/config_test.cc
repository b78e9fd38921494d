#include "agent/config.h"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

LoadedConfig Parse(const std::string& text) { return ParseAgentConfig({"/etc/nephoscope/agent.yaml", text}); }

std::string Errors(const LoadedConfig& loaded) {
  std::string out;
  for (const Diagnostic& d : loaded.diagnostics) out += d.code + " " + std::to_string(d.mark.line) + " " + d.message + " " + d.caret_text + "\n";
  return out;
}

BOOST_AUTO_TEST_SUITE(config_test)

BOOST_AUTO_TEST_CASE(everything_has_a_default_but_the_version) {
  const LoadedConfig loaded = Parse("apiVersion: agent/v1\n");
  BOOST_TEST(Errors(loaded) == "");
  BOOST_TEST(loaded.config.name == "nephoscope");
  BOOST_TEST(loaded.config.data_dir == "/var/lib/nephoscope");
  BOOST_TEST(loaded.config.listen == "127.0.0.1:9464");
  BOOST_REQUIRE(loaded.config.rules.size() == 1u);
  BOOST_TEST(loaded.config.rules[0] == "/etc/nephoscope/rules");
  BOOST_TEST(loaded.config.log_level == "info");
  BOOST_TEST(loaded.config.log_format == "text");
  BOOST_TEST(loaded.config.collectors.empty());
}

BOOST_AUTO_TEST_CASE(the_example_of_the_design_is_read_whole) {
  const LoadedConfig loaded = Parse(R"(apiVersion: agent/v1
name: finops-eu-1
data_dir: data
listen: 127.0.0.1:9999
rules: [rules, /opt/more.yaml]
collectors:
  - focus: {files: ["bills/*.csv.gz"], every: 1h}
  - prometheus: {targets: ["127.0.0.1:9100"], every: 15s}
exporters:
  - kafka: {brokers: ["kafka:9092"]}
  - alertmanager: {urls: ["http://alertmanager:9093"]}
  - stdout: {}
probes: {allow: [127.0.0.0/8]}
evaluators: 2
max_series: 5000
log: {level: debug, format: json}
)");
  BOOST_TEST(Errors(loaded) == "");
  const AgentConfig& config = loaded.config;
  BOOST_TEST(config.name == "finops-eu-1");
  BOOST_TEST(config.data_dir == "/etc/nephoscope/data");
  BOOST_TEST(config.rules[0] == "/etc/nephoscope/rules");
  BOOST_TEST(config.rules[1] == "/opt/more.yaml");
  BOOST_REQUIRE(config.collectors.size() == 2u);
  BOOST_TEST(config.collectors[0].kind == "focus");
  BOOST_TEST(config.collectors[0].options.TextList("files")[0] == "bills/*.csv.gz");
  BOOST_TEST((config.collectors[1].options.Duration("every") == absl::Seconds(15)));
  BOOST_REQUIRE(config.exporters.size() == 3u);
  BOOST_TEST(config.exporters[2].kind == "stdout");
  BOOST_TEST(config.probes.options.TextList("allow")[0] == "127.0.0.0/8");
  BOOST_TEST(config.evaluators == 2);
  BOOST_TEST(config.max_series == 5000u);
  BOOST_TEST(config.max_series_per_target == 2500u);  // half of them, where nothing else is said
  BOOST_TEST(config.log_level == "debug");
}

BOOST_AUTO_TEST_CASE(values_come_from_the_environment_and_from_files) {
  TempDir dir;
  setenv("NEPHOSCOPE_TEST_NAME", "from-environment", 1);
  unsetenv("NEPHOSCOPE_TEST_NOT_SET");
  const std::string secret = dir.Write("secret", "from-file\n");
  BOOST_TEST(Parse("apiVersion: agent/v1\nname: ${NEPHOSCOPE_TEST_NAME}\n").config.name == "from-environment");
  BOOST_TEST(Parse("apiVersion: agent/v1\nname: ${file:" + secret + "}\n").config.name == "from-file");
  BOOST_TEST(Parse("apiVersion: agent/v1\nname: ${NEPHOSCOPE_TEST_NOT_SET:-fallback}\n").config.name == "fallback");
  const LoadedConfig wrong = Parse("apiVersion: agent/v1\nname: ${NEPHOSCOPE_TEST_NOT_SET}\n");
  BOOST_TEST(HasErrors(wrong.diagnostics));
  BOOST_TEST(Errors(wrong).find("NEPHOSCOPE_TEST_NOT_SET") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told_with_its_line) {
  const struct { const char* what; const char* text; int line; const char* says; } rows[] = {
      {"misspelt key", "apiVersion: agent/v1\nlissten: 127.0.0.1:1\n", 2, "listen"},
      {"misspelt collector", "apiVersion: agent/v1\ncollectors:\n  - focsu: {files: [a.csv]}\n", 3, "focus"},
      {"misspelt option", "apiVersion: agent/v1\ncollectors:\n  - focus: {flies: [a.csv]}\n", 3, "files"},
      {"two parts in one entry", "apiVersion: agent/v1\nexporters:\n  - stdout: {}\n    kafka: {brokers: [a]}\n", 3, "exactly one part"},
      {"version missing", "name: x\n", 1, "apiVersion"},
      {"wrong version", "apiVersion: agent/v9\n", 1, "agent/v1"},
      {"not a duration", "apiVersion: agent/v1\ncollectors:\n  - focus: {files: [a], every: 5q}\n", 3, "duration"},
      {"too many evaluators", "apiVersion: agent/v1\nevaluators: 65\n", 2, "64"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const LoadedConfig loaded = Parse(row.text);
    BOOST_REQUIRE(!loaded.diagnostics.empty());
    BOOST_TEST(loaded.diagnostics[0].mark.line == row.line);
    BOOST_TEST(Errors(loaded).find(row.says) != std::string::npos, Errors(loaded));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
