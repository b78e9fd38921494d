// kind: expr through the reader and the engine.
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"

using namespace nephoscope;

namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767571200);

LoadedRules Load(const std::string& rule) {
  static std::vector<std::unique_ptr<SourceFile>> files;
  files.push_back(std::make_unique<SourceFile>(SourceFile{"t.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n", rule)}));
  return LoadRules({files.back().get(), 1});
}

class Run {
 public:
  explicit Run(const std::string& rule) : engine_({}) {
    const LoadedRules loaded = Load(rule);
    BOOST_TEST_REQUIRE(!HasErrors(loaded.diagnostics), (loaded.diagnostics.empty() ? "" : loaded.diagnostics[0].message));
    engine_.SetRules(loaded.rules, kStart, changes_);
  }
  SeriesId Series(std::string metric, std::vector<Label> labels, absl::Duration cadence = absl::Minutes(1)) {
    nephoscope::Series one;
    one.id = next_++;
    one.cadence = cadence;
    one.metric = std::move(metric);
    one.labels = Labels(std::move(labels));
    engine_.DefineSeries(one);
    return one.id;
  }
  void At(int minute, std::vector<std::pair<SeriesId, double>> values) {
    for (const auto& [id, value] : values) {
      Sample sample;
      sample.series = id;
      sample.time_ms = absl::ToUnixMillis(kStart + absl::Minutes(minute));
      sample.value = value;
      engine_.Observe({&sample, 1}, changes_);
    }
    engine_.Advance(0, kStart + absl::Minutes(minute), changes_);
  }
  std::string Said() {
    std::string out;
    for (const Transition& one : changes_.transitions)
      absl::StrAppend(&out, out.empty() ? "" : "\n", one.type == EventType::kFiring ? "firing " : one.type == EventType::kResolved ? "resolved " : "other ", absl::ToInt64Minutes(one.time - kStart), " ", one.labels.ToString(), " ", one.summary);
    changes_.transitions.clear();
    return out;
  }

 private:
  Engine engine_;
  Changes changes_;
  SeriesId next_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(expr_test)

BOOST_AUTO_TEST_CASE(every_series_is_an_alert_with_its_labels) {
  Run run("  - alert: Hot\n    kind: expr\n    expr: load{env=\"prod\"} > 0.8\n    labels: {severity: critical}\n    annotations: {summary: \"${host} is at ${value}\"}\n");
  const SeriesId a = run.Series("load", {{"host", "a"}, {"env", "prod"}}), b = run.Series("load", {{"host", "b"}, {"env", "prod"}}), c = run.Series("load", {{"host", "c"}, {"env", "dev"}});
  run.At(1, {{a, 0.9}, {b, 0.1}, {c, 1}});
  BOOST_TEST(run.Said() == "firing 1 {env=\"prod\",host=\"a\"} a is at 0.9");
  run.At(2, {{a, 0.5}, {b, 0.1}});
  BOOST_TEST(run.Said() == "resolved 2 {env=\"prod\",host=\"a\"} a is at 0.5");
}

BOOST_AUTO_TEST_CASE(sums_make_alerts_of_their_labels) {
  Run run("  - alert: Share\n    kind: expr\n    expr: |\n      sum by (team) (errors)\n        / sum by (team) (requests) > 0.25\n    unit: ratio\n    summary: \"${team} ${value | percent}\"\n");
  const SeriesId e1 = run.Series("errors", {{"team", "x"}, {"host", "1"}}), e2 = run.Series("errors", {{"team", "x"}, {"host", "2"}}), r = run.Series("requests", {{"team", "x"}, {"zone", "z"}});
  run.At(1, {{e1, 20}, {e2, 10}, {r, 100}});
  BOOST_TEST(run.Said() == "firing 1 {team=\"x\"} x 30%");
}

BOOST_AUTO_TEST_CASE(missing_is_not_false) {
  Run run("  - alert: Gap\n    kind: expr\n    expr: errors > 5 and requests > 0\n");
  const SeriesId e = run.Series("errors", {{"host", "1"}}), r = run.Series("requests", {{"host", "1"}});
  run.At(1, {{e, 9}, {r, 1}});
  BOOST_TEST(absl::StartsWith(run.Said(), "firing 1"));
  // No requests are known any more: the alert stays.
  for (int minute = 2; minute < 8; ++minute) run.At(minute, {{e, 9}});
  BOOST_TEST(run.Said() == "");
  run.At(8, {{e, 9}, {r, 0}});
  BOOST_TEST(absl::StartsWith(run.Said(), "resolved 8"));
}

BOOST_AUTO_TEST_CASE(the_newest_value_counts_for_two_cadences) {
  Run run("  - alert: Slow\n    kind: expr\n    expr: slow + on (host) fast > 10\n");
  const SeriesId slow = run.Series("slow", {{"host", "1"}}, absl::Minutes(30)), fast = run.Series("fast", {{"host", "1"}});
  run.At(30, {{slow, 9}, {fast, 0}});
  run.At(80, {{fast, 5}});
  BOOST_TEST(absl::StartsWith(run.Said(), "firing 80"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_is_refused_where_it_stands) {
  const struct { const char* expr; const char* code; int line, column; const char* says; } rows[] = {
      {"expr: errors >", "R510", 5, 19, "in expr, line 1, column 9: the expression ends"},
      {"expr: |\n      sum by (team) (errors)\n        / sum by (team (requests) > 1", "R510", 7, 24, "in expr, line 2, column 18: \"(\" stands"},
      {"expr: 'rate(errors) > 1'", "R513", 5, 17, "line 1, column 6"},
      {"expr: histogram_quantile(0.9, errors) > 1", "R511", 5, 11, "write a metric that is a quantile already"},
      {"expr: errors", "R515", 5, 11, "always fire"},
      {"expr: time() > bool 5", "R515", 5, 11, "no metric"},
      {"expr: topk(3, errors) > 1", "R514", 5, 11, "picks alerts"},
      {"expr: absent(errors) > 0", "R514", 5, 11, "absent()"},
      {"expr: errors > 1 and on (host) requests > 2", "R514", 5, 11, "several of them together"},
      {"expr: aws.rds.cpu_utilisation > 1", "R301", 5, 11, ""},
      {"watch: {metric: x}\n    expr: errors > 1", "R108", 0, 0, "itself"},
      {"recover: {}\n    expr: errors > 1", "R452", 0, 0, "own condition"},
      {"labels: {severity: bad}\n    expr: errors > 1", "R214", 5, 14, "no severity"},
      {"summary: \"${nothing}\"\n    expr: sum by (team) (errors) > 1", "R310", 5, 15, "nothing"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.expr) {
    const LoadedRules loaded = Load(absl::StrCat("  - alert: A\n    kind: expr\n    ", row.expr, "\n"));
    BOOST_TEST_REQUIRE(!loaded.diagnostics.empty());
    const Diagnostic& first = loaded.diagnostics[0];
    BOOST_TEST(first.code == row.code);
    BOOST_TEST(absl::StrContains(absl::StrCat(first.message, first.caret_text), row.says), first.message);
    if (row.line > 0) BOOST_TEST(first.mark.line == row.line);
    if (row.column > 0) BOOST_TEST(first.mark.column == row.column);
  }
}

BOOST_AUTO_TEST_SUITE_END()
