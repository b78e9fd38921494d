#include "rules/expr/parser.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

using namespace nephoscope;

namespace {

// The tree with all its brackets: ((2^3)*x).
std::string Shape(const Expr& expr) {
  std::vector<std::string> args;
  for (const auto& arg : expr.args) args.push_back(Shape(*arg));
  switch (expr.kind) {
    case Expr::Kind::kNumber: return absl::StrCat(expr.number);
    case Expr::Kind::kText: return absl::StrCat("'", expr.name, "'");
    case Expr::Kind::kSelector:
      return absl::StrCat(expr.name, expr.matchers.empty() ? "" : absl::StrCat("{", expr.matchers.size(), "}"), expr.range > absl::ZeroDuration() ? absl::StrCat("[", absl::FormatDuration(expr.range), "]") : "",
                          expr.offset > absl::ZeroDuration() ? absl::StrCat("@-", absl::FormatDuration(expr.offset)) : "");
    case Expr::Kind::kNegative: return absl::StrCat("(-", args[0], ")");
    case Expr::Kind::kBinary: return absl::StrCat("(", args[0], " ", static_cast<int>(expr.op), expr.as_bool ? "b" : "", expr.labels.empty() ? "" : absl::StrCat(expr.keeps ? "on:" : "not:", absl::StrJoin(expr.labels, "+")), " ", args[1], ")");
    case Expr::Kind::kAggregate: return absl::StrCat(expr.name, expr.keeps ? "+" : "-", absl::StrJoin(expr.labels, ","), "(", absl::StrJoin(args, ";"), ")");
    case Expr::Kind::kCall: return absl::StrCat(expr.name, "(", absl::StrJoin(args, ";"), ")");
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parser_test)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_as_promql_reads_it) {
  const struct { const char* text; const char* want; } rows[] = {
      {"1 + 2 * 3", "(1 0 (2 2 3))"},
      {"2 ^ 3 ^ 2", "(2 5 (3 5 2))"},
      {"-2 ^ 2", "(-(2 5 2))"},
      {"-a * b", "((-a) 2 b)"},
      {"a or b and c unless d", "(a 13 ((b 12 c) 14 d))"},
      {"a > bool 1", "(a 10b 1)"},
      {"a / on(x, y) b", "(a 3on:x+y b)"},
      {"a / ignoring(x) b", "(a 3not:x b)"},
      {"SUM(x) BY (job)", "sum+job(x)"},
      {"sum without (b, a) (x)", "sum-a,b(x)"},
      {"sum(x)", "sum+(x)"},
      {"topk(3, x)", "topk+(3;x)"},
      {"rate(x{a=\"1\", b!~'2|3',}[1h30m] offset 1d)", "rate(x{2}[1h30m]@-24h)"},
      {"x offset +1h + 5m", "(x@-1h 0 300)"},
      {"offset > 1", "(offset 10 1)"},
      {"aws.rds.cpu_utilization > 0.8", "(aws.rds.cpu_utilization 10 0.8)"},
      {"sum by (team) (sum_over_time(cost_effective{service_category=\"Networking\"}[1d]))", "sum+team(sum_over_time(cost.effective{1}[24h]))"},
      {"disk_free < 10KiB", "(disk_free 8 10240)"},
      {"time() - started > 1h", "((time() 1 started) 10 3600)"},
      {"x > 1_000 # comment\n", "(x 10 1000)"},
      {"sum", "sum"},
      {"count_values_total", "count_values_total"},
      {"round(x, 0.5)", "round(x;0.5)"},
      {"quantile_over_time(0.9, x[5m])", "quantile_over_time(0.9;x[5m])"},
      {"x{a=\"\\\"q\\\"\"}", "x{1}"},
      {"job:latency:mean5m > 1e-3", "(job:latency:mean5m 10 0.001)"},
      {"((((1))))", "1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const ParsedExpr parsed = ParseExpr(row.text);
    BOOST_TEST_REQUIRE(parsed.expr != nullptr, parsed.error.message);
    BOOST_TEST(Shape(*parsed.expr) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_said_with_its_place) {
  const struct { const char* text; const char* code; int begin; const char* says; } rows[] = {
      {"", "R510", 0, "the expression ends"},
      {"sum(x > 1", "R510", 3, "unclosed \"(\""},
      {"x{a=\"b\" > 1", "R510", 8, "\">\" stands"},
      {"x > > 1", "R510", 4, "\">\" stands where a metric"},
      {"x $ 1", "R510", 2, "no meaning"},
      {"x > 5q", "R510", 4, "\"5q\" is not a number"},
      {"x{a=\"b}", "R510", 4, "does not end"},
      {"x{a=b}", "R510", 4, "a text in quotes"},
      {"x{a=~\"(\"} > 1", "R510", 5, "not a regular expression"},
      {"rat(x[5m]) > 1", "R510", 0, "no function \"rat\""},
      {"x y", "R510", 2, "\"y\" stands"},
      {"x + bool 1", "R510", 4, "only comparisons have bool"},
      {"max_over_time(x[1h:5m]) > 1", "R511", 15, "a subquery is not supported here; write"},
      {"a * group_left(y) b", "R510", 4, "stands without on(...)"},
      {"a and on(x) group_left b", "R510", 12, "have no group_left"},
      {"a * on(x) group_right(x) b", "R510", 10, "stands in on(...) and in group_right(...)"},
      {"a * on(x) group_left(1) b", "R510", 21, "the name of a label"},
      {"histogram_quantile(x, 0.9) > 1", "R513", 19, "takes a number, and this is the values of a metric"},
      {"histogram_avg(x) > 1", "R511", 0, "histogram_avg() is not supported here; write"},
      {"label_replace(x, \"a\", \"b\", \"c\")", "R513", 0, "takes 5 arguments, and 4 are given"},
      {"label_replace(x, \"a b\", \"b\", \"c\", \"d\")", "R510", 17, "is not the name of a label"},
      {"label_replace(x, \"a\", \"b\", \"c\", \"(\")", "R510", 32, "is not a regular expression"},
      {"label_replace(x, \"__name__\", \"b\", \"c\", \"d\")", "R511", 17, "another name for a metric"},
      {"x @ 1", "R511", 2, "@ is not supported here; write an offset"},
      {"x offset -5m", "R511", 2, "into the future"},
      {"x[step()] > 1", "R511", 2, "arithmetic of windows and offsets is not supported here; write the length itself"},
      {"x[5m * 2] > 1", "R511", 5, "arithmetic of windows"},
      {"x[(5m)] > 1", "R511", 2, "arithmetic of windows"},
      {"x offset (5m) > 1", "R511", 9, "arithmetic of windows"},
      {"x offset MAX_OF(5m, 1h) > 1", "R511", 9, "arithmetic of windows"},
      {"x offset step > 1", "R510", 9, "a length of time"},
      {"ts_of_last_over_time(x[5m]) > 1", "R511", 0, "write kind: absence"},
      {"{a=\"b\"} > 1", "R511", 0, "without a metric"},
      {"sum by (__name__) (x)", "R511", 8, "__name__ is not supported"},
      {"x[200d] > 1", "R512", 2, "between 1ms and 92d"},
      {"x[5m]", "R513", 0, "the whole expression takes"},
      {"rate(x)", "R513", 5, "rate() takes a metric with a window"},
      {"sum(x[5m])", "R513", 4, "sum() takes the values of a metric"},
      {"1 > 2", "R513", 0, "two numbers are compared"},
      {"x and 1", "R513", 6, "on both sides"},
      {"clamp(x, 1)", "R513", 0, "takes 3 arguments, and 2 are given"},
      {"rate(sum(x)[5m])", "R513", 11, "not behind an operation"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const ParsedExpr parsed = ParseExpr(row.text);
    BOOST_TEST_REQUIRE((parsed.expr == nullptr));
    BOOST_TEST(parsed.error.code == row.code);
    BOOST_TEST(parsed.error.begin == row.begin);
    BOOST_TEST(absl::StrContains(parsed.error.message, row.says), parsed.error.message);
    BOOST_TEST(parsed.error.end > parsed.error.begin);
  }
}

BOOST_AUTO_TEST_CASE(what_other_languages_have_is_answered_with_what_to_write) {
  const struct { const char* text; const char* hint; } rows[] = {
      {"x > 80%", "% is the rest of a division; a percentage is a plain number, 80 for 80 %"},
      {"x > 80% and y > 1", "% is the rest of a division; a percentage is a plain number, 80 for 80 %"},
      {"x > 80 percent", "take it out: a percentage is a plain number, 80 for 80 %"},
      {"x > 100 USD", "take it out: amounts are plain numbers, in the currency of the bill: 100"},
      {"x > 5,000", "write a number without commas, such as 5000"},
      {"x[5 m] > 1", "write them together: 5m"},
      {"x = 5", "write == to compare"},
      {"x => 5", "write >="},
      {"x =< 5", "write <="},
      {"x{team=shop} > 5", "write \"shop\""},
      {"x > 1 && y > 1", "write and"},
      {"x > 1 || y > 1", "write or"},
      {"x is above 5", "write > or <"},
      {"x Below 5", "write <"},
      {"sum by team (x) > 5", "write by (team)"},
      {"sum(x by team) > 5", "write by (...) behind the function: sum by (label) (metric)"},
      {"average(x) > 5", "write avg"},
      {"nonsense(x) > 5", ""},
      {"x > 5 nonsense", ""},
      {"x $ 5", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const ParsedExpr parsed = ParseExpr(row.text);
    BOOST_TEST(parsed.error.code == "R510");
    BOOST_TEST(parsed.error.hint == row.hint);
  }
}

BOOST_AUTO_TEST_CASE(no_expression_is_too_large_to_refuse) {
  const auto repeated = [](const char* text, int times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
  };
  const struct { const char* what; std::string text; } rows[] = {
      {"long", std::string(20'000, 'x')},
      {"deep brackets", repeated("(", 5'000)},
      {"many powers", "1" + repeated("^1", 5'000)},
      {"a long sum", "1" + repeated("+1", 5'000)},
      {"a sum that is deep on its left", "1" + repeated("+1", 400)},
      {"signs and powers", repeated("-1^", 4'000) + "1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const ParsedExpr parsed = ParseExpr(row.text);
    BOOST_TEST_REQUIRE((parsed.expr == nullptr));
    BOOST_TEST(parsed.error.code == "R512");
  }
  BOOST_TEST((ParseExpr(repeated("-", 5'000) + "1").expr != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
