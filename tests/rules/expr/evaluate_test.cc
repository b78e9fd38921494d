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

BOOST_AUTO_TEST_CASE(operators_and_functions_of_values) {
  const struct { const char *text, *want; } rows[] = {
      {"load{host='a'} >= 3", "load{host=\"a\",zone=\"1\"}=3"},
      {"load{host='a'} > 3", ""},
      {"load{host='a'} <= 3", "load{host=\"a\",zone=\"1\"}=3"},
      {"load{host='a'} < 3", ""},
      {"load{host='a'} == 3", "load{host=\"a\",zone=\"1\"}=3"},
      {"load{host='a'} != 3", ""},
      {"load{host='a'} >= bool 3", "{host=\"a\",zone=\"1\"}=1"},
      {"load{host='a'} > bool 3", "{host=\"a\",zone=\"1\"}=0"},
      {"10 >= load", "load{host=\"a\",zone=\"1\"}=3 load{host=\"b\",zone=\"1\"}=9"},
      {"limit > load", "limit{host=\"a\",zone=\"1\"}=10"},
      {"load{host='b'} % 4", "{host=\"b\",zone=\"1\"}=1"},
      {"2 ^ load{host='a'}", "{host=\"a\",zone=\"1\"}=8"},
      {"-load{host='a'}", "{host=\"a\",zone=\"1\"}=-3"},
      {"topk(1, load)", "load{host=\"b\",zone=\"1\"}=9"},
      {"topk(5, load)", "load{host=\"b\",zone=\"1\"}=9 load{host=\"a\",zone=\"1\"}=3"},
      {"bottomk(1, load)", "load{host=\"a\",zone=\"1\"}=3"},
      {"topk(0.9, load)", ""},
      {"topk(NaN, load)", "the number of topk is not a number"},
      {"topk(1, load{host='b'} / 0 * 0 or load{host='a'})", "load{host=\"a\",zone=\"1\"}=3"},
      {"min(load)", "{}=3"},
      {"max(load)", "{}=9"},
      {"min(load / (load != 3) or limit - limit / 0 * 0)", "{}=1"},
      {"max by (host) (load - load / 0 * 0)", "{host=\"a\"}=nan {host=\"b\"}=nan"},
      {"avg(load)", "{}=6"},
      {"stddev(load)", "{}=3"},
      {"count without (host) (load)", "{zone=\"1\"}=2"},
      {"quantile(0.5, load)", "{}=6"},
      {"clamp(load, 4, 8)", "{host=\"a\",zone=\"1\"}=4 {host=\"b\",zone=\"1\"}=8"},
      {"clamp(load, 8, 4)", ""},
      {"clamp(load, 4, 4)", "{host=\"a\",zone=\"1\"}=4 {host=\"b\",zone=\"1\"}=4"},
      {"clamp_min(load, 4)", "{host=\"a\",zone=\"1\"}=4 {host=\"b\",zone=\"1\"}=9"},
      {"clamp_max(load, 4)", "{host=\"a\",zone=\"1\"}=3 {host=\"b\",zone=\"1\"}=4"},
      {"round(load{host='b'}, 5)", "{host=\"b\",zone=\"1\"}=10"},
      {"round(load{host='b'} / 2)", "{host=\"b\",zone=\"1\"}=5"},
      {"ceil(load{host='b'} / 2)", "{host=\"b\",zone=\"1\"}=5"},
      {"floor(load{host='b'} / 2)", "{host=\"b\",zone=\"1\"}=4"},
      {"abs(-load{host='b'})", "{host=\"b\",zone=\"1\"}=9"},
      {"last_over_time(load{host='a'}[2m])", "load{host=\"a\",zone=\"1\"}=3"},
      {"quantile_over_time(0.5, load{host='a'}[2m])", "{host=\"a\",zone=\"1\"}=2.5"},
      {"predict_linear(load{host='a'}[2m], 120)", "{host=\"a\",zone=\"1\"}=5"},
      {"predict_linear(load{host='a'}[2m] offset 1m, 120)", "{host=\"a\",zone=\"1\"}=5"},
      {"load or limit", "load{host=\"a\",zone=\"1\"}=3 load{host=\"b\",zone=\"1\"}=9"},
      {"limit or load", "limit{host=\"a\",zone=\"1\"}=10 load{host=\"b\",zone=\"1\"}=9"},
      {"load and on (zone) limit", "load{host=\"a\",zone=\"1\"}=3 load{host=\"b\",zone=\"1\"}=9"},
      {"load unless limit", "load{host=\"b\",zone=\"1\"}=9"},
      {"limit / on (zone) load", "several series on the right side have the labels {zone=\"1\"}, where one is joined with one"},
      {"load > on (zone) limit", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Said(row.text, absl::Minutes(2)) == row.want); }
}

BOOST_AUTO_TEST_CASE(several_are_joined_with_one) {
  const struct { const char *text, *want; } rows[] = {
      {"load * on (zone) group_left () limit", "{host=\"a\",zone=\"1\"}=30 {host=\"b\",zone=\"1\"}=90"},
      {"load < on (zone) group_left () limit", "load{host=\"a\",zone=\"1\"}=3 load{host=\"b\",zone=\"1\"}=9"},
      {"limit > on (zone) group_right () load", "load{host=\"a\",zone=\"1\"}=10 load{host=\"b\",zone=\"1\"}=10"},
      {"load * on (zone) group_left (host) limit", "several series on the left side have the labels {host=\"a\",zone=\"1\"}, where one is joined with one"},
      {"limit * on (zone) group_left () load", "several series on the right side have the labels {zone=\"1\"}, where one is joined with one"},
      {"label_replace(load, 'h', '$1-${n}$$', 'host', '(?P<n>.)')", "load{h=\"a-a$\",host=\"a\",zone=\"1\"}=3 load{h=\"b-b$\",host=\"b\",zone=\"1\"}=9"},
      {"label_replace(load, 'host', '', 'zone', '2')", "load{host=\"a\",zone=\"1\"}=3 load{host=\"b\",zone=\"1\"}=9"},
      {"label_join(load, 'j', '/', 'host', 'zone')", "load{host=\"a\",j=\"a/1\",zone=\"1\"}=3 load{host=\"b\",j=\"b/1\",zone=\"1\"}=9"},
      {"hour()", "{}=0"},
      {"day_of_week(vector(259200))", "{}=0"},
      {"days_in_month(vector(2851200))", "{}=28"},
      {"load{host='a'} + scalar(limit)", "{host=\"a\",zone=\"1\"}=13"},
      {"sgn(load{host='a'} - 5)", "{host=\"a\",zone=\"1\"}=-1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Said(row.text, absl::Minutes(2)) == row.want); }
}

BOOST_AUTO_TEST_SUITE_END()
