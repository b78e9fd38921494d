#include "rules/expr/memory.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "rules/expr/evaluate.h"
#include "rules/expr/parser.h"

namespace nephoscope {
namespace {

const char* const kExpressions[] = {
    "sum_over_time(m[30s]) > 50",
    "avg_over_time(m[60s])",
    "(m - avg_over_time(m[45s])) / stddev_over_time(m[45s]) > 1",
    "max_over_time(m[40s] offset 5s) - min_over_time(m[20s])",
    "rate(m[50s]) > 0.5 or increase(m[20s])",
    "sum by (host) (rate(m[30s])) / on (host) sum by (host) (n)",
    "m > on (host) group_left_is_not_here",
    "m / ignoring (zone) n > 1",
    "m and on (host) n > 3",
    "n unless m > 50",
    "delta(m[30s]) + quantile_over_time(0.5, m[30s]) + changes(m[30s])",
};

bool Same(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b || std::fabs(a - b) <= 1e-9 * std::max({1.0, std::fabs(a), std::fabs(b)}); }

void Compare(const absl::StatusOr<ExprValue>& got, const absl::StatusOr<ExprValue>& want) {
  BOOST_TEST_REQUIRE(got.ok() == want.ok());
  if (!got.ok()) return;
  BOOST_TEST_REQUIRE(got->elements.size() == want->elements.size());
  for (std::size_t i = 0; i < got->elements.size(); ++i) {
    const ExprElement &a = got->elements[i], &b = want->elements[i];
    BOOST_TEST_REQUIRE(a.metric == b.metric);
    BOOST_TEST_REQUIRE((a.labels == b.labels));
    BOOST_TEST_REQUIRE(a.holds == b.holds);
    BOOST_TEST_REQUIRE(Same(a.value, b.value), a.value << " is not " << b.value);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_test)

BOOST_AUTO_TEST_CASE(an_evaluation_that_goes_on_gives_what_a_new_one_gives) {
  int compared = 0;
  for (unsigned seed = 0; seed < 330; ++seed) {
    const char* text = kExpressions[seed % std::size(kExpressions)];
    BOOST_TEST_CONTEXT(text << ", seed " << seed) {
      const ParsedExpr parsed = ParseExpr(text);
      BOOST_TEST_REQUIRE(parsed.expr != nullptr);
      std::mt19937 random(seed);
      std::vector<ExprSeries> series(3);
      for (std::size_t i = 0; i < series.size(); ++i) {
        series[i].metric = i < 2 ? "m" : "n";
        series[i].labels = Labels({{"host", absl::StrCat("h", i % 2)}, {"zone", i == 2 ? "b" : "a"}});
      }
      ExprMemory memory;
      for (std::int64_t second = 1; second < 200; ++second) {
        const std::size_t at = random() % series.size();
        auto& points = series[at].points;
        const ExprPoint point{second * 1000, static_cast<double>(random() % 100)};
        if (!points.empty() && random() % 15 == 0) points[random() % points.size()].value = point.value, memory.Changed(at);
        else points.push_back(point);
        if (random() % 10 == 0 && points.size() > 70) {
          points.erase(points.begin(), points.begin() + 3);
          memory.Dropped(at, 3);
        }
        if (random() % 3 != 0) continue;
        for (const ExprFilter filter : {ExprFilter::kOff, ExprFilter::kOn}) {
          const absl::Time time = absl::FromUnixMillis(second * 1000);
          Compare(EvaluateExpr(*parsed.expr, series, time, filter, &memory), EvaluateExpr(*parsed.expr, series, time, filter));
          ++compared;
        }
      }
    }
  }
  BOOST_TEST(compared > 30'000);
}

BOOST_AUTO_TEST_CASE(of_series_that_have_others_names_each_time_no_more_is_kept_than_of_those_there_are) {
  const ParsedExpr parsed = ParseExpr("sum by (host) (m) / on (host) sum by (host) (n)");
  BOOST_TEST_REQUIRE(parsed.expr != nullptr);
  ExprMemory memory;
  std::vector<ExprSeries> series(60);
  for (int round = 1; round <= 500; ++round) {
    for (std::size_t i = 0; i < series.size(); ++i) {
      series[i].metric = i % 2 == 0 ? "m" : "n";
      series[i].labels = Labels({{"host", absl::StrCat("h", i / 6)}, {"pod", absl::StrCat(round, "-", i)}});
      series[i].points = {{round * 1000, static_cast<double>(i + 1)}};
    }
    const absl::Time time = absl::FromUnixSeconds(round);
    Compare(EvaluateExpr(*parsed.expr, series, time, ExprFilter::kOff, &memory), EvaluateExpr(*parsed.expr, series, time, ExprFilter::kOff));
    BOOST_TEST_REQUIRE(memory.keys().size() <= 6 * series.size());
  }
  BOOST_TEST(!memory.keys().empty());
}

BOOST_AUTO_TEST_CASE(where_only_the_last_operation_leaves_elements_out_one_evaluation_says_all) {
  const struct { const char* expr; bool last; } rows[] = {
      {"m > 5", true}, {"m", true}, {"m / n > bool 5", true}, {"rate(m[5m]) * 60 <= 3", true}, {"sum by (host) (m) > 5", true}, {"(m > bool 3) == 1", true},
      {"m > 5 and n", false}, {"(m > 5) * 2", false}, {"sum(m > 5)", false}, {"(m > 3) < 9", false}, {"m or n", false}, {"abs(m > 3)", false},
  };
  for (const auto& row : rows) {
    const ParsedExpr parsed = ParseExpr(row.expr);
    BOOST_TEST_REQUIRE(parsed.expr != nullptr, row.expr);
    BOOST_TEST(FiltersLast(*parsed.expr) == row.last, row.expr);
  }
}

BOOST_AUTO_TEST_CASE(what_the_last_operation_would_leave_out_says_so) {
  std::vector<ExprSeries> series(2);
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i].metric = i == 0 ? "m" : "n";
    series[i].labels = Labels(std::vector<Label>{{"host", i == 0 ? "a" : "b"}});
    series[i].points = {{1000, 4}};
  }
  const auto ask = [&](const char* text) {
    const absl::StatusOr<ExprValue> value = EvaluateExpr(*ParseExpr(text).expr, series, absl::FromUnixSeconds(1), ExprFilter::kOff);
    BOOST_TEST_REQUIRE(value.ok());
    std::string out;
    for (const ExprElement& one : value->elements) absl::StrAppend(&out, one.value, one.holds ? " holds" : " does not");
    return out;
  };
  BOOST_TEST(ask("m > 5") == "4 does not");
  BOOST_TEST(ask("m > 3") == "4 holds");
  BOOST_TEST(ask("m > bool 5") == "0 holds");
  BOOST_TEST(ask("m > ignoring (host) n") == "4 does not");
  BOOST_TEST(ask("m >= ignoring (host) n") == "4 holds");
  BOOST_TEST(ask("m >= n") == "");  // of different hosts
  BOOST_TEST(ask("m >= on (host) n") == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
