#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "rules/language/language.h"

using namespace nephoscope;
using nlohmann::json;

namespace {

Diagnostic Made(Diagnostic::Severity severity, const char* code, const char* file, int line) {
  Diagnostic out;
  out.severity = severity;
  out.code = code;
  out.file = file;
  out.mark = {line, 5, 9};
  out.message = "wrong";
  out.caret_text = "write it right";
  return out;
}

json Sarif(const std::vector<Diagnostic>& all) { return json::parse(DiagnosticsToSarif(all, "1.2.3")); }

}  // namespace

BOOST_AUTO_TEST_SUITE(sarif_test)

BOOST_AUTO_TEST_CASE(a_check_without_findings_is_one_run_without_results) {
  const json out = Sarif({});
  BOOST_TEST(out["version"] == "2.1.0");
  BOOST_TEST(out["runs"].size() == 1u);
  BOOST_TEST(out["runs"][0]["results"].empty());
  BOOST_TEST(out["runs"][0]["tool"]["driver"]["name"] == "nephoscope");
  BOOST_TEST(out["runs"][0]["tool"]["driver"]["version"] == "1.2.3");
}

BOOST_AUTO_TEST_CASE(each_finding_is_a_result_at_its_place_and_each_code_one_rule) {
  using S = Diagnostic::Severity;
  const json run = Sarif({Made(S::kError, "R102", "a.yaml", 3), Made(S::kWarning, "R212", "b c.yaml", 4), Made(S::kError, "R102", "/abs/a.yaml", 5)})["runs"][0];
  BOOST_TEST(run["columnKind"] == "unicodeCodePoints");
  BOOST_TEST(run["tool"]["driver"]["rules"].size() == 2u);
  BOOST_REQUIRE(run["results"].size() == 3u);
  const json& first = run["results"][0];
  BOOST_TEST(first["ruleId"] == "R102");
  BOOST_TEST(first["level"] == "error");
  BOOST_TEST(first["message"]["text"] == "wrong; write it right");
  const json& place = first["locations"][0]["physicalLocation"];
  BOOST_TEST(place["artifactLocation"]["uri"] == "a.yaml");
  BOOST_TEST(place["region"]["startLine"] == 3);
  BOOST_TEST(place["region"]["startColumn"] == 5);
  BOOST_TEST(place["region"]["endColumn"] == 9);
  BOOST_TEST(run["results"][1]["level"] == "warning");
  BOOST_TEST(run["results"][1]["ruleIndex"] == 1);
  BOOST_TEST(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%20c.yaml");
  BOOST_TEST(run["results"][2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///abs/a.yaml");
  for (const json& result : run["results"]) BOOST_TEST(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"] == result["ruleId"]);
}

BOOST_AUTO_TEST_CASE(a_finding_without_a_line_has_no_region_and_odd_bytes_do_no_harm) {
  Diagnostic d = Made(Diagnostic::Severity::kError, "R001", "a\xFF.yaml", 0);
  d.message = "broken \xFF byte";
  const json run = Sarif({d})["runs"][0];
  BOOST_TEST(!run["results"][0]["locations"][0]["physicalLocation"].contains("region"));
  BOOST_TEST(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%ff.yaml");
}

BOOST_AUTO_TEST_SUITE_END()
