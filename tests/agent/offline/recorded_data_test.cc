#include "agent/offline/recorded_data.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

absl::StatusOr<RecordedData> Read(const std::string& text, const std::string& name = "data.csv", const RuleSet& rules = {}) {
  TempDir dir;
  dir.Write(name, text);
  const std::unique_ptr<FileReader> files = MakeFileReader();
  return ReadRecordedData({dir.path() + "/" + name}, rules, *files);
}

// "metric{labels} minute@arrival=value ..." of every point, minutes since the first.
std::string Points(const RecordedData& data) {
  std::string out;
  for (const TrialPoint& point : data.input.points) {
    const Series& series = data.input.series[point.sample.series];
    const double value = series.type == ValueType::kMoney ? static_cast<double>(point.sample.micros) / 1e6 : point.sample.value;
    absl::StrAppend(&out, out.empty() ? "" : " | ", series.metric, series.labels.ToString(), " ", absl::ToUnixSeconds(point.sample.time()), "@", absl::ToUnixSeconds(point.arrives), "=", value);
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(recorded_data_test)

BOOST_AUTO_TEST_CASE(unix_seconds_with_decimals_are_exact) {
  const auto data = Read("time,metric,value\n1767225600.123,load,1\n1767225600.001,load,2\n-1.5,load,3\n");
  BOOST_REQUIRE(data.ok());
  std::vector<std::int64_t> times;
  for (const TrialPoint& point : data->input.points) {
    times.push_back(point.sample.time_ms);
    BOOST_TEST((point.arrives == point.sample.time()));
  }
  BOOST_TEST(times == (std::vector<std::int64_t>{1767225600123, 1767225600001, -1500}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_columns_of_one_name_are_named) {
  for (const char* header : {"time,metric,value,Value", "time,metric,value,team, team"}) {
    const auto data = Read(absl::StrCat(header, "\n60,load,1,2,3\n"));
    BOOST_REQUIRE(!data.ok());
    BOOST_TEST(absl::StrContains(data.status().message(), "has two columns \""), data.status().message());
  }
}

BOOST_AUTO_TEST_CASE(each_kind_of_file_is_known_by_its_beginning) {
  const struct { const char *what, *name, *text, *want; } rows[] = {
      {"seconds", "a.csv", "time,metric,value\n60,load,1.5\n120,load,2\n", "load{} 60@60=1.5 | load{} 120@120=2"},
      {"dates, labels and a late arrival", "a.csv", "host,time,arrived,metric,value\na,1970-01-01T00:01:00Z,1970-01-01T00:05:00Z,load,1\nb,1970-01-01 00:02:00,,load,2\n",
       "load{host=\"a\"} 60@300=1 | load{host=\"b\"} 120@120=2"},
      {"money comes at the end of its day", "a.csv", "time,metric,value,unit,team\n1970-01-02,cost.billed,12.5,EUR,web\n", "cost.billed{team=\"web\"} 86400@172800=12.5"},
      {"OpenMetrics, in seconds", "a.txt", "# TYPE load gauge\nload{host=\"a\"} 3 60.5\n# EOF\n", "load{host=\"a\"} 60@60=3"},
      {"Prometheus text, in milliseconds", "a.prom", "load{host=\"a\"} 3 60000\nload{host=\"a\"} 4 120000\n", "load{host=\"a\"} 60@60=3 | load{host=\"a\"} 120@120=4"},
      {"blanks around values", "a.csv", "time,metric,value,team\n60 , load,1.5,web \n120,load,2,\xC2\xA0web\n", "load{team=\"web\"} 60@60=1.5 | load{team=\"web\"} 120@120=2"},
      {"words in capitals", "a.csv", "Time,Metric,VALUE,Host\n60,load,1.5,a\n", "load{Host=\"a\"} 60@60=1.5"},
      {"Prometheus text that looks like a header", "a.prom", "metrics_value{a=\"b\",c=\"d\"} 3 60000\n", "metrics_value{a=\"b\",c=\"d\"} 60@60=3"},
      {"a comment that looks like one", "a.prom", "# HELP load metric, value\nload 3 60000\n", "load{} 60@60=3"},
      {"a bill", "bill.csv", "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ServiceName,Tags\n2,1,USD,2026-01-03T00:00:00Z,2026-01-04T00:00:00Z,S3,{}\n",
       "cost.billed{service=\"S3\"} 1767398400@1767484800=2 | cost.effective{service=\"S3\"} 1767398400@1767484800=1 | cost.list{service=\"S3\"} 1767398400@1767484800=0 | cost.contracted{service=\"S3\"} 1767398400@1767484800=0"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const absl::StatusOr<RecordedData> data = Read(row.text, row.name);
    BOOST_REQUIRE_MESSAGE(data.ok(), std::string(data.status().message()));
    BOOST_TEST(Points(*data) == row.want);
    BOOST_TEST(data->rejected == 0u);
  }
}

BOOST_AUTO_TEST_CASE(the_rhythm_is_that_of_the_catalogue_or_of_the_points) {
  const RecordedData data = *Read("time,metric,value\n0,load,1\n30,load,1\n60,load,1\n600,load,1\n630,load,1\n0,aws.rds.cpu_utilization,1\n", "a.csv");
  BOOST_REQUIRE(data.input.series.size() == 2u);
  BOOST_TEST((data.input.series[0].cadence == absl::Seconds(30)));
  BOOST_TEST((data.input.series[1].cadence == absl::Minutes(1)));
  BOOST_TEST(data.input.series[1].unit == "%");
}

BOOST_AUTO_TEST_CASE(the_clock_ticks_while_nothing_comes) {
  const RecordedData data = *Read("time,metric,value\n0,load,1\n36000,load,1\n", "a.csv");
  BOOST_TEST(data.input.ticks.size() == 10u);
  BOOST_TEST((data.end - data.begin == absl::Hours(10)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_and_the_rest_counts) {
  const struct { const char *what, *text, *want; } rows[] = {
      {"time", "soon,load,1", "a.csv row 2: \"soon\" is not a time"},
      {"number", "60,load,much", "a.csv row 2: \"much\" is not a number"},
      {"fields", "60,load", "a.csv row 2: it has 2 fields, the header 3"},
      {"metric", "60,,1", "a.csv row 2: it names no metric"},
      {"money", "60,cost.billed,much", "a.csv row 2: "},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const RecordedData data = *Read(absl::StrCat("time,metric,value\n", row.text, "\n60,load,1\n"), "a.csv");
    BOOST_TEST(data.input.points.size() == 1u);
    BOOST_REQUIRE(data.rejected == 1u);
    BOOST_TEST(absl::StrContains(data.examples[0], row.want), data.examples[0]);
  }
  const RecordedData page = *Read("load 1 60000\nload 2\n", "a.prom");
  BOOST_REQUIRE(page.rejected == 1u);
  BOOST_TEST(absl::StrContains(page.examples[0], "it has no time"));
}

BOOST_AUTO_TEST_CASE(a_file_of_another_kind_is_refused_with_what_is_expected) {
  const struct { const char *what, *text, *want; } rows[] = {
      {"prose", "Dear,reader\n", "a FOCUS bill, a CSV with the columns time, metric and value, or Prometheus text"},
      {"empty", "", "a FOCUS bill"},
      {"no time", "metric,value\nload,1\n", "has no column \"time\"; its columns are: metric, value"},
      {"no rows", "time,metric,value\n", "there is not one point in the data"},
      {"a page that is cut", "# TYPE load gauge\nload{ 1\n", "line 2"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const absl::StatusOr<RecordedData> data = Read(row.text, "a.csv");
    BOOST_REQUIRE(!data.ok());
    BOOST_TEST(absl::StrContains(data.status().message(), row.want), std::string(data.status().message()));
  }
  const std::unique_ptr<FileReader> files = MakeFileReader();
  const absl::StatusOr<RecordedData> missing = ReadRecordedData({"/nowhere/bill.csv"}, {}, *files);
  BOOST_TEST(absl::StrContains(missing.status().message(), "/nowhere/bill.csv"));
}


BOOST_AUTO_TEST_CASE(the_rhythm_does_not_depend_on_the_order_in_the_file) {
  std::string head = "time,metric,value\n", forward, backward;
  for (int i = 0; i < 300; ++i) {
    const std::string row = absl::StrCat(60 * (i < 250 ? 5 * i : 1250 + i), ",load,1\n");
    forward = absl::StrCat(forward, row);
    backward = absl::StrCat(row, backward);
  }
  BOOST_TEST((Read(head + forward)->input.series[0].cadence == absl::Minutes(5)));
  BOOST_TEST((Read(head + backward)->input.series[0].cadence == absl::Minutes(5)));
}

// Points of each hour of what is silent when it is zero are no rhythm; those of an hour's average are.
BOOST_AUTO_TEST_CASE(what_is_silent_when_it_is_zero_keeps_the_rhythm_of_the_catalogue) {
  std::string text = "time,metric,value\n";
  for (int hour = 0; hour < 10; ++hour) absl::StrAppend(&text, 3600 * hour, ",aws.lambda.errors,5\n", 3600 * hour, ",aws.lambda.duration,5\n");
  const absl::StatusOr<RecordedData> data = Read(text);
  BOOST_REQUIRE(data.ok() && data->input.series.size() == 2u);
  BOOST_TEST((data->input.series[0].cadence == absl::Minutes(1)));
  BOOST_TEST((data->input.series[1].cadence == absl::Hours(1)));
}

BOOST_AUTO_TEST_CASE(costs_and_metrics_of_one_file_have_watermarks_of_their_own) {
  const absl::StatusOr<RecordedData> data = Read("time,metric,value,unit\n1970-01-02,cost.billed,12.5,USD\n1970-01-02,load,1,\n");
  BOOST_REQUIRE(data.ok() && data->input.series.size() == 2u);
  BOOST_TEST(data->input.series[0].source != data->input.series[1].source);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
