#include "rules/expr/groups.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

using namespace nephoscope;

namespace {

// "all", "all but a", "a b", "one"; "together" where alerts depend on each other's series, "+ c" of labels that are taken
// over; the code and what it is about after an error.
std::string Said(const std::string& text) {
  const ParsedExpr parsed = ParseExpr(text);
  if (parsed.expr == nullptr) return parsed.error.message;
  const ExprGroups groups = GroupsOf(*parsed.expr);
  if (!groups.error.code.empty()) return absl::StrCat(groups.error.code, " ", text.substr(groups.error.begin, groups.error.end - groups.error.begin));
  const std::string labels = absl::StrJoin(groups.labels, " ");
  const std::string form = groups.all ? absl::StrCat("all", labels.empty() ? "" : " but ", labels) : labels.empty() ? "one" : labels;
  return absl::StrCat(form, groups.taken.empty() ? "" : " + ", absl::StrJoin(groups.taken, " "), groups.together ? ", together" : "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(groups_test)

BOOST_AUTO_TEST_CASE(alerts_have_the_labels_of_the_result) {
  const struct { const char *text, *want; } rows[] = {
      {"x > 1", "all"},
      {"1 < x", "all"},
      {"-(x > 1)", "all"},
      {"abs(x > 1)", "all"},
      {"predict_linear(x[1h], 60) > 1", "all"},
      {"quantile_over_time(0.9, x[5m]) > 1", "all"},
      {"sum(x) > 1", "one"},
      {"sum(x > 1)", "one"},
      {"sum by (team) (x) > 1", "team"},
      {"quantile by (team) (0.9, x) > 1", "team"},
      {"round(sum by (team) (x), 5) > 1", "team"},
      {"sum without (host) (x) > 1", "all but host"},
      {"sum by (a, b) (sum by (b, c) (x)) > 1", "b"},
      {"sum by (a, b) (sum without (b) (x)) > 1", "a"},
      {"sum without (a) (sum by (a, b) (x)) > 1", "b"},
      {"sum without (a) (sum without (b) (x)) > 1", "all but a b"},
      {"sum by (a, b) (x) / sum by (a, c) (y) > 1", "a"},
      {"x / y > 1", "all"},
      {"x / on (host) y > 1", "host"},
      {"x / ignoring (host) y > 1", "all but host"},
      {"x and y", "all"},
      {"x unless y", "all"},
      {"sum by (a) (x) and ignoring (b) y", "a"},
      {"max by (host) (x) > 1 and on (host) y > 2", "host"},
      {"max by (host) (x) > 1 and on (host, zone) y > 2", "host"},
      {"sum without (a) (x) > 1 and ignoring (a) y > 1", "all but a"},
      {"x > 1 or y > 1", "all"},
      {"sum by (a) (x) > 1 or sum by (a) (y) > 1", "a"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Said(row.text) == row.want); }
}

BOOST_AUTO_TEST_CASE(alerts_that_depend_on_each_other_are_evaluated_together) {
  const struct { const char *text, *want; } rows[] = {
      {"x > 1 and on (host) y > 2", "all, together"},
      {"x > 1 and ignoring (host) y > 2", "all, together"},
      {"sum by (a) (x) and ignoring (a) y", "a, together"},
      {"sum by (a, b) (x) unless on (a) y", "a b, together"},
      {"x > 1 and y > avg by (zone) (x)", "all, together"},
      {"x * on (host) group_left (team) info > 1", "all but team + team, together"},
      {"x * on (host) group_left info > 1", "all, together"},
      {"info * on (host) group_right (team) x > 1", "all but team + team, together"},
      {"sum by (host, cpu) (x) * on (host) group_left (team) info > 1", "cpu host + team, together"},
      // Sums by what the info metric has: its series make the alerts.
      {"sum by (host, team) (x * on (host) group_left (team) info) > 1", "host team, together"},
      {"sum by (team) (x * on (host) group_left (team) info) > 1", "team, together"},
      {"sum by (cpu, team) (x * on (host) group_left (team) info) > 1", "cpu + team, together"},
      {"x > 1 and on () hour() > 8", "all, together"},
      {"x > 1 and on () vector(1)", "all, together"},
      {"x > scalar(avg(x))", "all, together"},
      {"x * on (host) group_left (pod) topk by (host) (1, info) > 1", "all but pod + pod, together"},
      {"histogram_quantile(0.9, rate(x_bucket[5m])) > 1", "all but le"},
      {"histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1", "one"},
      {"histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m]))) > 1", "job"},
      {"histogram_quantile(0.9, sum without (pod) (rate(x_bucket[5m]))) > 1", "all but le pod"},
      {"label_replace(x, 'a', 'b', '', '') > 1", "all but a + a"},
      {"label_replace(x, 'a', '$1', 'host', '(.*):.*') > 1", "all but a + a"},
      {"sum by (a) (label_replace(x, 'a', 'b', '', '')) > 1", "one + a"},
      {"count(x) or vector(0) > 1", "one"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Said(row.text) == row.want); }
}

BOOST_AUTO_TEST_CASE(what_looks_at_several_alerts_or_is_always_true_is_refused) {
  const struct { const char *text, *want; } rows[] = {
      {"sum by (a) (x) > 1 or y > 1", "R514 sum by (a) (x) > 1 or y > 1"},
      {"topk(3, x) > 1", "R514 topk(3, x)"},
      {"bottomk(3, x) > 1", "R514 bottomk(3, x)"},
      {"absent(x) > 0", "R514 absent(x)"},
      {"absent_over_time(x[5m]) > 0", "R514 absent_over_time(x[5m])"},
      {"sum by (a) (label_replace(x, 'a', '$1', 'host', '(.*):.*')) > 1", "R514 label_replace(x, 'a', '$1', 'host', '(.*):.*')"},
      {"x", "R515 x"},
      {"x > bool 1", "R515 x > bool 1"},
      {"x or y", "R515 x or y"},
      {"x + (1 > bool 2)", "R515 x + (1 > bool 2)"},
      {"time() > bool 5", "R515 time() > bool 5"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Said(row.text) == row.want); }
}

BOOST_AUTO_TEST_SUITE_END()
