#include "rules/language/tests/test_points.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"

using namespace nephoscope;

namespace {

constexpr char kSpend[] = "apiVersion: rules/v1\nrules:\n  - alert: Spend\n    kind: threshold\n    watch: {cost: billed, by: [team]}\n    when: {above: 100 USD}\n    tests:\n      - name: one\n";
constexpr char kLoad[] = "apiVersion: rules/v1\nrules:\n  - alert: Load\n    kind: threshold\n    watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\n    when: {above: 80%}\n    tests:\n      - name: one\n";

LoadedRules Load(const char* rule, const std::string& series, const char* table = nullptr) {
  std::vector<SourceFile> files = {{"team/rules.yaml", absl::StrCat(rule, "        series: [", series, "]\n        expect: []\n")}};
  if (table != nullptr) files.push_back({"team/fixtures/jan.csv", table});
  return LoadRules(files);
}

// "2026-01-01 00:00 100 | ...", or what was said.
std::string Points(const LoadedRules& loaded) {
  std::string out;
  for (const Diagnostic& one : loaded.diagnostics) absl::StrAppend(&out, one.code, " ", one.file, ":", one.mark.line, ":", one.mark.column, " ");
  if (loaded.tests.size() != 1 || loaded.tests[0].series.empty()) return out;
  for (const TestPoint& one : loaded.tests[0].series[0].points)
    absl::StrAppend(&out, absl::FormatTime("%m-%d %H:%M", one.at, absl::UTCTimeZone()), " ", one.value.micros != 0 ? static_cast<double>(one.value.micros) / 1e6 : one.value.value, " | ");
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(test_points_test)

BOOST_AUTO_TEST_CASE(a_table_is_read_in_the_unit_of_the_series) {
  const struct { const char *what, *rule, *series, *want; } rows[] = {
      {"money by days", kSpend, "{points: [[2026-01-01 09:00, 100 USD], [2026-01-02, 50 USD]]}", "01-01 00:00 100 | 01-02 00:00 50 | "},
      {"a metric at its moments, in any order", kLoad, "{points: [[2026-01-05 09:05, 99%], [2026-01-05 09:00, 40%]]}", "01-05 09:00 40 | 01-05 09:05 99 | "},
      {"since the start", kLoad, "{points: [[1h30m, 40%], [day 2 10:00, 50%]]}", "01-05 01:30 40 | 01-06 10:00 50 | "},
      {"with keys", kLoad, "{points: [{at: 1h, value: 40%}]}", "01-05 01:00 40 | "},
      {"a number without its unit", kLoad, "{points: [[1h, 40]]}", "R204 team/rules.yaml:9:33 "},
      {"no moment", kLoad, "{points: [[noon, 40%]]}", "R501 team/rules.yaml:9:29 "},
      {"a row too long", kLoad, "{points: [[1h, 40%, 50%]]}", "R104 team/rules.yaml:9:28 "},
      {"no list", kLoad, "{points: 1h}", "R104 team/rules.yaml:9:27 "},
      {"twice", kLoad, "{points: [[1h, 40%], [60m, 50%]]}", "R501 team/rules.yaml:9:40 "},
      {"two cells of one day", kSpend, "{points: [[2026-01-01 09:00, 1 USD], [2026-01-01 10:00, 1 USD]]}", "R501 team/rules.yaml:9:56 "},
      {"phrases as well", kLoad, "{values: 40% for 1h, points: [[1h, 40%]]}", "R107 team/rules.yaml:9:47 "},
      {"nothing", kLoad, "{labels: {db_instance: a}}", "R103 team/rules.yaml:9:18 "},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Points(Load(row.rule, row.series)) == row.want); }
}

BOOST_AUTO_TEST_CASE(a_file_is_read_by_the_names_of_its_columns) {
  const char* const from = "{labels: {team: a}, from: fixtures/jan.csv}";
  const struct { const char *what, *table, *want; } rows[] = {
      {"numbers alone, and with a unit", "time,value\n2026-01-01,100\n2026-01-02T00:00:00Z,\"50 USD\"\n", "01-01 00:00 100 | 01-02 00:00 50 | "},
      {"rows of this series", "team,value,time\na,100,2026-01-01\nb,7,2026-01-01\n", "01-01 00:00 100 | "},
      {"columns of other things", "time,note,value\n2026-01-01,\"new year, quiet\",100\n", "01-01 00:00 100 | "},
      {"no names", "2026-01-01,100\n", "R507 team/rules.yaml:9:44 R501 team/fixtures/jan.csv:1:1 "},
      {"a row too short", "time,value\n2026-01-01\n", "R507 team/rules.yaml:9:44 R501 team/fixtures/jan.csv:2:1 "},
      {"no moment", "time,value\nsoon,100\n", "R507 team/rules.yaml:9:44 R501 team/fixtures/jan.csv:2:1 "},
      {"no value", "time,value\n2026-01-01,many\n", "R507 team/rules.yaml:9:44 R206 team/fixtures/jan.csv:2:12 "},
      {"no row of this series", "time,value,team\n2026-01-01,1,b\n", "R507 team/rules.yaml:9:44 "},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Points(Load(kSpend, from, row.table)) == row.want); }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_no_error_of_the_rule) {
  const LoadedRules loaded = Load(kSpend, "{from: fixtures/jan.csv}");
  BOOST_TEST(Points(loaded) == "R507 team/rules.yaml:9:25 ");
  BOOST_TEST(!HasErrors(loaded.diagnostics));
  BOOST_TEST(loaded.tests.empty());
  BOOST_TEST(loaded.rules->rules.size() == 1u);
}

BOOST_AUTO_TEST_CASE(time_begins_on_the_day_of_the_first_row_unless_start_says_otherwise) {
  BOOST_TEST(absl::FormatTime(Load(kLoad, "{points: [[2026-03-04 09:00, 40%]]}").tests.at(0).start, absl::UTCTimeZone()) == "2026-03-04T00:00:00+00:00");
  BOOST_TEST(Points(Load((std::string(kLoad) + "        start: 2026-04-01\n").c_str(), "{points: [[2026-03-04 09:00, 40%]]}")) == "R501 team/rules.yaml:10:29 ");
}

BOOST_AUTO_TEST_CASE(the_tables_of_a_file_are_named_as_seen_from_it) {
  const SourceFile file{"team/rules.yaml", "rules:\n  - tests:\n      - series: [{from: fixtures/jan.csv}, {from: ../feb.csv}]\n"};
  BOOST_TEST(TablesNamedBy(file) == (std::vector<std::string>{"team/fixtures/jan.csv", "feb.csv"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
