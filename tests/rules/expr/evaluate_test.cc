#include "rules/expr/evaluate.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/expr/parser.h"

using namespace nephoscope;

namespace {

ExprSeries Every(absl::Duration step, std::string metric, Labels labels, std::vector<double> values) {
  ExprSeries out{std::move(metric), std::move(labels), 2 * step, {}};
  for (std::size_t i = 0; i < values.size(); ++i) out.points.push_back({absl::ToInt64Milliseconds(step) * static_cast<std::int64_t>(i), values[i]});
  return out;
}

const std::vector<ExprSeries> kSeries = {
    Every(absl::Minutes(1), "load", Labels({{"host", "a"}, {"zone", "1"}}), {1, 2, 3, 4, 5}),
    Every(absl::Minutes(1), "load", Labels({{"host", "b"}, {"zone", "1"}}), {9, 9, 9}),
    Every(absl::Minutes(1), "limit", Labels({{"host", "a"}, {"zone", "1"}}), {10, 10, 10, 10, 10}),
};

std::string Said(const char* text, absl::Duration at, ExprFilter filter = ExprFilter::kOn) {
  const ParsedExpr parsed = ParseExpr(text);
  if (parsed.expr == nullptr) return parsed.error.message;
  const absl::StatusOr<ExprValue> value = EvaluateExpr(*parsed.expr, kSeries, absl::UnixEpoch() + at, filter);
  if (!value.ok()) return std::string(value.status().message());
  if (value->is_number) return absl::StrCat(value->number);
  std::string out;
  for (const ExprElement& one : value->elements) absl::StrAppend(&out, out.empty() ? "" : " ", one.metric, one.labels.ToString(), "=", one.value);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evaluate_test)

BOOST_AUTO_TEST_CASE(the_newest_value_counts_for_as_long_as_the_series_says) {
  BOOST_TEST(Said("load{host='b'}", absl::Minutes(2)) == "load{host=\"b\",zone=\"1\"}=9");
  BOOST_TEST(Said("load{host='b'}", absl::Seconds(239)) == "load{host=\"b\",zone=\"1\"}=9");
  BOOST_TEST(Said("load{host='b'}", absl::Minutes(4)) == "");
}

BOOST_AUTO_TEST_CASE(false_is_not_missing) {
  BOOST_TEST(Said("load > 100", absl::Minutes(2)) == "");
  BOOST_TEST(Said("load{host='a'} > 100", absl::Minutes(2), ExprFilter::kOff) == "load{host=\"a\",zone=\"1\"}=3");
  BOOST_TEST(Said("load{host='b'} > 100", absl::Minutes(5), ExprFilter::kOff) == "");
  BOOST_TEST(Said("load{host='a'} unless limit", absl::Minutes(2)) == "");
  BOOST_TEST(Said("load{host='a'} unless limit", absl::Minutes(2), ExprFilter::kOff) == "load{host=\"a\",zone=\"1\"}=3");
}

BOOST_AUTO_TEST_CASE(windows_are_open_on_the_left) {
  BOOST_TEST(Said("count_over_time(load{host='a'}[2m])", absl::Minutes(4)) == "{host=\"a\",zone=\"1\"}=2");
  BOOST_TEST(Said("sum_over_time(load{host='a'}[2m] offset 1m)", absl::Minutes(4)) == "{host=\"a\",zone=\"1\"}=7");
}

BOOST_AUTO_TEST_CASE(one_is_joined_with_one) {
  BOOST_TEST(Said("load / limit", absl::Minutes(2)) == "{host=\"a\",zone=\"1\"}=0.3");
  BOOST_TEST(Said("load / on(zone) limit", absl::Minutes(2)) == "several series on the left side have the labels {zone=\"1\"}, where one is joined with one");
  BOOST_TEST(Said("sum by (zone) (load) / on(zone) limit", absl::Minutes(2)) == "{zone=\"1\"}=1.2");
}

BOOST_AUTO_TEST_CASE(what_is_absent_has_the_labels_that_were_asked_for) {
  BOOST_TEST(Said("absent(nothing{host='a', zone=~'1'})", absl::Minutes(2)) == "{host=\"a\"}=1");
  BOOST_TEST(Said("absent(load)", absl::Minutes(2)) == "");
  BOOST_TEST(Said("time() / 60", absl::Minutes(2)) == "2");
}

BOOST_AUTO_TEST_SUITE_END()
