#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "agent/collectors/aws/cloudwatch_wire.h"
#include "agent/collectors/aws/errors.h"
#include "agent/collectors/aws/metrics.h"
#include "agent/collectors/collector.h"
#include "rules/catalogue/catalogue.h"
#include "tests/agent/collectors/recording_sink.h"

namespace nephoscope {

// Named here and not through the list, so that these tests stand by themselves.
extern const CollectorType aws_cloudwatch_collector;

namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 11, 24, 12, 7, 30), absl::UTCTimeZone());
constexpr char kSecret[] = "S3CR3T-canary";
std::map<std::string, std::string> environment;

std::string FromEnvironment(const char* name) { return environment[name]; }

OptionValues Options(std::vector<std::string> metrics, std::vector<std::string> regions = {"us-east-1"}) {
  OptionValues out(aws_cloudwatch_collector.options);
  auto set = [&](const char* name, OptionValues::Value value) { out.Set(name, {.value = std::move(value), .mark = {}, .given = true}); };
  set("metrics", std::move(metrics));
  set("regions", std::move(regions));
  set("endpoint", std::string("https://monitoring.{region}.amazonaws.com"));
  set("account", std::string("123456789012"));
  set("every", absl::Minutes(5));
  set("timeout", absl::Seconds(30));
  return out;
}

absl::StatusOr<std::unique_ptr<Collector>> TryMake(const OptionValues& values) {
  return aws_cloudwatch_collector.make(values, {.files = nullptr, .environment = &FromEnvironment});
}

std::unique_ptr<Collector> Make(const OptionValues& values) {
  environment = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_SECRET_ACCESS_KEY", kSecret}};
  auto made = TryMake(values);
  BOOST_REQUIRE_MESSAGE(made.ok(), made.status());
  return *std::move(made);
}

// A collector, its sink, and an AWS that is played by the test.
struct Conversation {
  explicit Conversation(const OptionValues& values) : collector(Make(values)) {}

  std::vector<Fetch> Plan(absl::Time now) {
    auto plan = PlanAll(*collector, now);
    BOOST_REQUIRE_MESSAGE(plan.ok(), plan.status());
    return *std::move(plan);
  }
  absl::Status Answer(const Fetch& fetch, std::string body, int status = 200, Headers headers = {}) {
    Fetched fetched;
    fetched.fetch = &fetch;
    fetched.http.status = status;
    fetched.http.body = std::move(body);
    fetched.http.headers = std::move(headers);
    fetched.http.received = kNow;
    next.clear();
    return collector->Decode(fetched, sink, next).status();
  }
  // Discovers two instances; the question for their points.
  Fetch AskForPoints() {
    const std::vector<Fetch> plan = Plan(kNow);
    BOOST_REQUIRE(plan.size() == 1u);
    BOOST_REQUIRE(
        Answer(plan[0],
               R"({"Metrics":[{"Namespace":"AWS/EC2","MetricName":"CPUUtilization","Dimensions":[{"Name":"InstanceId","Value":"i-1"}]},
      {"Dimensions":[{"Name":"InstanceId","Value":"i-2"}]},{"Dimensions":[]},{"Dimensions":[{"Name":"ImageId","Value":"ami"}]}]})")
            .ok());
    BOOST_REQUIRE(next.size() == 1u);
    return next[0];
  }

  std::unique_ptr<Collector> collector;
  RecordingSink sink;
  std::vector<Fetch> next;
};

constexpr char kSource[] = "aws_cloudwatch/us-east-1/aws.ec2.cpu_utilization";

}  // namespace

BOOST_AUTO_TEST_SUITE(aws_cloudwatch_test)

BOOST_AUTO_TEST_CASE(asks_first_what_there_is_signed_and_in_the_right_place) {
  Conversation c(Options({"aws.ec2.cpu_utilization", "aws.rds.free_storage_space"}, {"us-east-1", "eu-west-1"}));
  const std::vector<Fetch> plan = c.Plan(kNow);
  BOOST_REQUIRE(plan.size() == 4u);
  const HttpRequest& http = plan[0].http;
  BOOST_TEST(http.method == "POST");
  BOOST_TEST(http.url == "https://monitoring.us-east-1.amazonaws.com/");
  BOOST_TEST(plan[2].http.url == "https://monitoring.eu-west-1.amazonaws.com/");
  BOOST_TEST(http.body == R"({"Namespace":"AWS/EC2","MetricName":"CPUUtilization","Dimensions":[{"Name":"InstanceId"}]})");
  BOOST_TEST(HeaderValue(http.headers, "X-Amz-Target") == "GraniteServiceVersion20100801.ListMetrics");
  BOOST_TEST(HeaderValue(http.headers, "Content-Type") == "application/x-amz-json-1.0");
  BOOST_TEST(absl::StrContains(
      HeaderValue(http.headers, "Authorization"),
      "AKIDEXAMPLE/20261124/us-east-1/monitoring/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target,"));
  for (const auto& [name, value] : http.headers) BOOST_TEST(!absl::StrContains(value, kSecret));
}

BOOST_AUTO_TEST_CASE(asks_for_whole_points_of_the_series_it_was_told_and_of_no_totals) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  const Fetch points = c.AskForPoints();
  // 12:07:30, five-minute points published five minutes late: [09:00, 12:00).
  BOOST_TEST(
      points.http.body ==
      R"({"StartTime":1795510800,"EndTime":1795521600,"ScanBy":"TimestampAscending","MetricDataQueries":[{"Id":"q0","MetricStat":{"Metric":{"Namespace":"AWS/EC2","MetricName":"CPUUtilization","Dimensions":[{"Name":"InstanceId","Value":"i-1"}]},"Period":300,"Stat":"Average"}},)"
      R"({"Id":"q1","MetricStat":{"Metric":{"Namespace":"AWS/EC2","MetricName":"CPUUtilization","Dimensions":[{"Name":"InstanceId","Value":"i-2"}]},"Period":300,"Stat":"Average"}}]})");
  BOOST_TEST(HeaderValue(points.http.headers, "X-Amz-Target") == "GraniteServiceVersion20100801.GetMetricData");
}

BOOST_AUTO_TEST_CASE(partial_data_goes_on_with_the_next_page_and_only_then_is_the_window_complete) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  const Fetch points = c.AskForPoints();
  BOOST_TEST(
      c.Answer(
           points,
           R"({"NextToken":"page\"2","MetricDataResults":[{"Id":"q0","StatusCode":"PartialData","Timestamps":[1795510800],"Values":[42.5]}],"Messages":[]})")
          .ok());
  BOOST_TEST(c.sink.watermarks.empty());
  BOOST_REQUIRE(c.next.size() == 1u);
  const Fetch page = c.next[0];
  BOOST_TEST(absl::StrContains(page.http.body, R"("NextToken":"page\"2")"));
  // Members in another order, times as fractions and exponents.
  BOOST_TEST(
      c.Answer(
           page,
           R"({"MetricDataResults":[{"Values":[1,2e0],"Timestamps":[1795511100.0,1.7955114e9],"StatusCode":"Complete","Id":"q0"},{"Id":"q1","Timestamps":[1795510800],"Values":[7]}]})")
          .ok());
  BOOST_TEST(c.next.empty());
  BOOST_REQUIRE(c.sink.samples.size() == 4u);
  BOOST_TEST(c.sink.samples[0].value == 42.5);
  BOOST_TEST(c.sink.samples[2].time_ms == 1795511400000);
  BOOST_TEST(c.sink.samples[3].series != c.sink.samples[0].series);
  BOOST_TEST(c.sink.series[0].labels.ToString() == R"({account="123456789012",instance_id="i-1",provider="aws",region="us-east-1"})");
  BOOST_TEST(c.sink.series[0].metric == "aws.ec2.cpu_utilization");
  BOOST_TEST(c.sink.series[0].unit == "%");
  BOOST_TEST((c.sink.series[0].period == absl::Minutes(5)));
  BOOST_TEST((c.sink.watermarks[kSource] == absl::FromUnixSeconds(1795521600)));
}

BOOST_AUTO_TEST_CASE(a_page_that_leads_back_ends_the_round_instead_of_being_paid_for_again) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  Fetch points = c.AskForPoints();
  const auto answer = [](const char* token) { return absl::StrCat(R"({"NextToken":")", token, R"(","MetricDataResults":[]})"); };
  for (const char* token : {"a", "b"}) {
    BOOST_TEST(c.Answer(points, answer(token)).ok());
    BOOST_REQUIRE(c.next.size() == 1u);
    points = c.next[0];
  }
  const absl::Status status = c.Answer(points, answer("a"));
  BOOST_TEST(absl::StrContains(status.message(), "page 3 leads back to a page that was read"), status);
  BOOST_TEST(c.next.empty());
  // The list of series the same.
  Conversation list(Options({"aws.ec2.cpu_utilization"}));
  Fetch page = list.Plan(kNow)[0];
  BOOST_TEST(list.Answer(page, R"({"NextToken":"a","Metrics":[]})").ok());
  BOOST_REQUIRE(list.next.size() == 1u);
  page = list.next[0];
  BOOST_TEST(!list.Answer(page, R"({"NextToken":"a","Metrics":[]})").ok());
  BOOST_TEST(list.next.empty());
}

BOOST_AUTO_TEST_CASE(a_point_is_sent_again_only_when_it_changed_or_is_asked_for_again) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  BOOST_TEST(c.Answer(c.AskForPoints(), R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795521000,1795521300],"Values":[1,2]}]})").ok());
  BOOST_TEST(c.sink.samples.size() == 2u);
  std::vector<Fetch> plan = c.Plan(kNow + absl::Minutes(5));
  BOOST_REQUIRE(plan.size() == 1u);
  BOOST_TEST(absl::StrContains(plan[0].http.body, R"("StartTime":1795520700,"EndTime":1795521900,)"));  // the last three again
  BOOST_TEST(
      c.Answer(plan[0], R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795521000,1795521300,1795521600],"Values":[1,2.5,3]}]})").ok());
  BOOST_REQUIRE(c.sink.samples.size() == 4u);
  BOOST_TEST(c.sink.samples[2].value == 2.5);
  BOOST_TEST(c.sink.samples[3].value == 3);
  c.collector->Forget();
  plan = c.Plan(kNow + absl::Minutes(10));
  BOOST_TEST(absl::StrContains(plan[0].http.body, R"("EndTime":1795522200,)"));
  BOOST_TEST(
      c.Answer(plan[0], R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795521000,1795521300,1795521600],"Values":[1,2.5,3]}]})").ok());
  BOOST_TEST(c.sink.samples.size() == 7u);
}

BOOST_AUTO_TEST_CASE(an_unanswered_round_is_asked_for_again_up_to_a_bound) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  BOOST_TEST(c.Answer(c.AskForPoints(), R"({"MetricDataResults":[]})").ok());
  BOOST_TEST(!c.Answer(c.Plan(kNow + absl::Minutes(5))[0], "", 500).ok());
  BOOST_TEST(absl::StrContains(c.Plan(kNow + absl::Minutes(50))[0].http.body, R"("StartTime":1795520700,"EndTime":1795524600,)"));
  BOOST_TEST((c.sink.watermarks[kSource] == absl::FromUnixSeconds(1795521600)));
}

BOOST_AUTO_TEST_CASE(after_a_restart_the_gap_is_asked_for_up_to_a_day) {
  // [.., 12:00) as above; three points before the end of what was read are read again.
  const std::vector<std::pair<absl::Duration, std::string>> rows = {{absl::Hours(1), "\"StartTime\":1795510800,"},    // 09:00, as without it
                                                                   {absl::Hours(10), "\"StartTime\":1795485000,"},   // 01:50
                                                                   {absl::Hours(100), "\"StartTime\":1795435200,"}};  // 12:00 the day before
  for (const auto& [ago, start] : rows)
    BOOST_TEST_CONTEXT("read to " << ago << " ago") {
      Conversation c(Options({"aws.ec2.cpu_utilization"}));
      c.collector->Resume("aws_cloudwatch/eu-west-1/aws.ec2.cpu_utilization", kNow - absl::Hours(20));
      c.collector->Resume(kSource, kNow - ago);
      c.collector->Forget();  // the start's first rules
      const std::string body = c.AskForPoints().http.body;
      BOOST_TEST(absl::StrContains(body, start), body.substr(0, 60));
    }
}

BOOST_AUTO_TEST_CASE(a_large_fleet_is_asked_for_in_requests_of_five_hundred) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  std::string body = R"({"Metrics":[)";
  for (int i = 0; i < 1100; ++i)
    absl::StrAppend(&body, i == 0 ? "" : ",", R"({"Dimensions":[{"Name":"InstanceId","Value":"i-)", i, R"("}]})");
  BOOST_TEST(c.Answer(c.Plan(kNow)[0], body + "]}").ok());
  BOOST_REQUIRE(c.next.size() == 3u);
  const std::vector<Fetch> requests = c.next;
  BOOST_TEST(absl::StrContains(requests[2].http.body, "i-1099"));
  BOOST_TEST(!absl::StrContains(requests[2].http.body, "q100\""));
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(c.sink.watermarks.empty());
    BOOST_TEST(c.Answer(requests[i], R"({"MetricDataResults":[{"Id":"q99","Timestamps":[1795521000],"Values":[1]}]})").ok());
  }
  BOOST_TEST(c.sink.watermarks.size() == 1u);
  BOOST_TEST(c.sink.series.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_list_beyond_the_bound_is_cut_and_said) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  Fetch fetch = c.Plan(kNow)[0];
  int pages = 0;
  for (; pages < 20; ++pages) {
    std::string body = absl::StrCat(R"({"NextToken":"page )", pages, R"(","Metrics":[)");
    for (int i = 0; i < 500; ++i)
      absl::StrAppend(&body, i == 0 ? "" : ",", R"({"Dimensions":[{"Name":"InstanceId","Value":"i-)", pages * 500 + i, R"("}]})");
    BOOST_TEST(c.Answer(fetch, body + "]}").ok());
    fetch = c.next.at(0);
    if (absl::StrContains(fetch.http.body, "MetricDataQueries")) break;
  }
  BOOST_TEST(pages == 10);
  BOOST_TEST(c.next.size() == 10u);
  BOOST_REQUIRE(c.sink.rejected.size() == 1u);
  BOOST_TEST(absl::StrContains(c.sink.rejected[0], "more than 5000 series"));
}

BOOST_AUTO_TEST_CASE(what_is_not_the_answer_is_refused_and_named) {
  const struct {
    const char* what;
    const char* body;
  } rows[] = {
      {"nothing", ""},
      {"HTML", "<html>busy</html>"},
      {"cut off", R"({"MetricDataResults":[{"Id":"q0","Timestamps":[17955)"},
      {"a list", "[]"},
      {"fewer values than times", R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795521000,1795521300],"Values":[1]}]})"},
      {"a query that was not asked", R"({"MetricDataResults":[{"Id":"q2","Timestamps":[1795521000],"Values":[1]}]})"},
      {"an id of another kind", R"({"MetricDataResults":[{"Id":"total","Timestamps":[1795521000],"Values":[1]}]})"},
      {"a time that is none", R"({"MetricDataResults":[{"Id":"q0","Timestamps":["yesterday"],"Values":[1]}]})"},
      {"a forbidden query",
       R"({"MetricDataResults":[{"Id":"q0","StatusCode":"Forbidden","Messages":[{"Code":"Forbidden","Value":"no"}],"Timestamps":[],"Values":[]}]})"},
      {"an internal error", R"({"MetricDataResults":[{"Id":"q0","StatusCode":"InternalError","Timestamps":[],"Values":[]}]})"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      Conversation c(Options({"aws.ec2.cpu_utilization"}));
      const absl::Status status = c.Answer(c.AskForPoints(), row.body);
      BOOST_TEST(!status.ok());
      BOOST_TEST(absl::StrContains(status.message(), "us-east-1"), status);
      BOOST_TEST(c.sink.watermarks.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_names_account_region_and_remedy_and_no_key) {
  const struct {
    const char* code;
    int status;
    const char* remedy;
  } rows[] = {
      {"InvalidClientTokenId", 403, "set AWS_ACCESS_KEY_ID"},      {"UnrecognizedClientException", 400, "set AWS_ACCESS_KEY_ID"},
      {"SignatureDoesNotMatch", 403, "set AWS_SECRET_ACCESS_KEY"}, {"ExpiredTokenException", 400, "AWS_SESSION_TOKEN"},
      {"AccessDeniedException", 400, "cloudwatch:GetMetricData"},  {"ThrottlingException", 400, "ThrottlingException"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.code) {
      Conversation c(Options({"aws.ec2.cpu_utilization"}));
      const Fetch fetch = c.Plan(kNow)[0];
      const std::string authorization(HeaderValue(fetch.http.headers, "Authorization"));
      const std::string body =
          absl::StrCat(R"({"__type":"com.amazon.coral.service#)", row.code, R"(","message":"AKIDEXAMPLE )", kSecret, "\"}");
      const absl::Status status = c.Answer(fetch, body, row.status);
      for (const char* part : {"123456789012", "us-east-1", row.remedy}) BOOST_TEST(absl::StrContains(status.message(), part), status);
      for (const std::string& hidden : {std::string("AKIDEXAMPLE"), std::string(kSecret), authorization})
        BOOST_TEST(!absl::StrContains(status.message(), hidden), status);
      Fetched fetched;
      fetched.fetch = &fetch;
      fetched.http.status = row.status;
      fetched.http.body = body;
      BOOST_TEST(c.collector->ErrorCode(fetched) == row.code);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_clock_is_corrected_once_by_the_time_of_the_answer) {
  Conversation c(Options({"aws.ec2.cpu_utilization"}));
  const Fetch fetch = c.Plan(kNow)[0];
  const Headers date = {{"Date", "Tue, 24 Nov 2026 13:07:30 GMT"}};
  BOOST_TEST(c.Answer(fetch, R"({"__type":"RequestTimeTooSkewed"})", 403, date).ok());
  BOOST_REQUIRE(c.next.size() == 1u);
  const Fetch again = c.next[0];
  BOOST_TEST(HeaderValue(again.http.headers, "X-Amz-Date") == "20261124T130730Z");
  BOOST_TEST(again.http.body == fetch.http.body);
  const absl::Status status = c.Answer(again, R"({"__type":"RequestTimeTooSkewed"})", 403, date);
  BOOST_TEST(absl::StrContains(status.message(), "clock"), status);
}

BOOST_AUTO_TEST_CASE(an_error_code_is_found_in_all_five_places) {
  const struct {
    const char* what;
    Headers headers;
    const char* body;
    const char* want;
  } rows[] = {
      {"__type", {}, R"({"__type":"FooError"})", "FooError"},
      {"__type with a namespace and a place",
       {},
       R"({"__type":"aws.protocoltests.json#FooError:http://internal.amazon.com/x/"})",
       "FooError"},
      {"code", {}, R"({"code":"FooError","message":"m"})", "FooError"},
      {"__type before code", {}, R"({"code":"Other","__type":"FooError"})", "FooError"},
      {"a header", {{"X-Amzn-Errortype", "FooError:http://internal"}}, "", "FooError"},
      {"the header of the former protocol", {{"x-amzn-query-error", "AWS.Foo;Sender"}}, R"({"__type":"FooError"})", "AWS.Foo"},
      {"query XML",
       {},
       "<ErrorResponse><Error><Type>Sender</Type><Code>FooError</Code><Message>m</Message></Error></ErrorResponse>",
       "FooError"},
      {"EC2 XML", {}, "<Response><Errors><Error><Code>FooError</Code></Error></Errors><RequestID>x</RequestID></Response>", "FooError"},
      {"S3 XML", {}, "<?xml version=\"1.0\"?><Error><Code>FooError</Code></Error>", "FooError"},
      {"HTML", {}, "<html>Internal Server Error</html>", ""},
      {"nothing", {}, "", ""},
      {"JSON that is no object", {}, "[1]", ""},
      {"a code that is no text", {}, R"({"__type":5})", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      HttpResponse response;
      response.headers = row.headers;
      response.body = row.body;
      BOOST_TEST(ReadAwsError(response).code == row.want);
    }
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_work_are_refused_with_a_way_out) {
  environment = {{"AWS_ACCESS_KEY_ID", "a"}, {"AWS_SECRET_ACCESS_KEY", "b"}};
  OptionValues odd_period = Options({"aws.ec2.cpu_utilization"});
  odd_period.Set("period", {.value = absl::Seconds(450), .mark = {}, .given = true});
  const struct {
    const char* what;
    OptionValues values;
    const char* says;
  } rows[] = {
      {"an unknown metric", Options({"aws.ec2.cpu_utilisation"}), "aws.ec2.cpu_utilization"},
      {"no metric", Options({}), "nothing to read"},
      {"no region", Options({"aws.ec2.cpu_utilization"}, {}), "AWS_REGION"},
      {"a region that is an address", Options({"aws.ec2.cpu_utilization"}, {"us-east-1.evil.example/"}), "us-east-1"},
      {"a period that is not whole minutes", odd_period, "whole minutes"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const absl::Status status = TryMake(row.values).status();
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(absl::StrContains(status.message(), row.says), status);
    }
  environment["AWS_DEFAULT_REGION"] = "eu-central-1";
  BOOST_TEST(TryMake(Options({"aws.ec2.cpu_utilization"}, {})).ok());
}

BOOST_AUTO_TEST_CASE(without_a_key_the_variables_are_named) {
  environment = {{"AWS_ACCESS_KEY_ID", "AKID"}};
  const absl::Status status = PlanAll(**TryMake(Options({"aws.ec2.cpu_utilization"})), kNow).status();
  BOOST_TEST(absl::IsFailedPrecondition(status));
  BOOST_TEST(absl::StrContains(status.message(), "AWS_SECRET_ACCESS_KEY"));
}

BOOST_AUTO_TEST_CASE(a_custom_metric_keeps_all_its_dimensions_and_a_longer_period_wins) {
  OptionValues values = Options({});
  OptionValues custom(aws_cloudwatch_collector.options->options[3].fields);
  for (const auto& [name, text] :
       {std::pair("namespace", "Custom/\"App\""), std::pair("metric", "Depth"), std::pair("as", "app.depth"), std::pair("stat", "p99")})
    custom.Set(name, {.value = std::string(text), .mark = {}, .given = true});
  custom.Set("period", {.value = absl::Minutes(1), .mark = {}, .given = true});
  values.Set("custom", {.value = std::vector<OptionValues>{custom}, .mark = {}, .given = true});
  values.Set("period", {.value = absl::Minutes(10), .mark = {}, .given = true});
  Conversation c(values);
  const Fetch list = c.Plan(kNow)[0];
  BOOST_TEST(list.http.body == R"({"Namespace":"Custom/\"App\"","MetricName":"Depth"})");
  BOOST_TEST(
      c.Answer(list, R"({"Metrics":[{"Dimensions":[{"Name":"Queue","Value":"a"},{"Name":"Env","Value":"b"}]}],"NextToken":null})").ok());
  BOOST_REQUIRE(c.next.size() == 1u);
  BOOST_TEST(absl::StrContains(c.next[0].http.body, R"("Period":600,"Stat":"p99")"));
}

BOOST_AUTO_TEST_CASE(a_metric_of_several_sources_is_asked_for_by_each_and_its_series_carry_what_sets_them_apart) {
  Conversation c(Options({"aws.alb.requests"}));
  const std::vector<Fetch> plan = c.Plan(kNow);
  BOOST_REQUIRE(plan.size() == 7u);
  BOOST_TEST(absl::StrContains(plan[3].http.body, R"("MetricName":"HTTPCode_Target_5XX_Count")"));
  BOOST_REQUIRE(c.Answer(plan[3], R"({"Metrics":[{"Dimensions":[{"Name":"LoadBalancer","Value":"app/a/1"}]}]})").ok());
  BOOST_REQUIRE(c.next.size() == 1u);
  const Fetch data = c.next[0];
  BOOST_REQUIRE(c.Answer(data, R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795522200],"Values":[3],"StatusCode":"Complete"}]})").ok());
  BOOST_REQUIRE(c.sink.series.size() == 1u);
  BOOST_TEST(c.sink.series[0].metric == "aws.alb.requests");
  BOOST_TEST(c.sink.series[0].labels.Get("code_class") == "5xx");
  BOOST_TEST(c.sink.series[0].labels.Get("answered_by") == "target");
}

BOOST_AUTO_TEST_CASE(milliseconds_become_seconds) {
  Conversation c(Options({"aws.lambda.duration"}));
  const std::vector<Fetch> plan = c.Plan(kNow);
  BOOST_REQUIRE(c.Answer(plan[0], R"({"Metrics":[{"Dimensions":[{"Name":"FunctionName","Value":"f"}]}]})").ok());
  const Fetch data = c.next[0];
  BOOST_REQUIRE(c.Answer(data, R"({"MetricDataResults":[{"Id":"q0","Timestamps":[1795522200],"Values":[1500],"StatusCode":"Complete"}]})").ok());
  BOOST_REQUIRE(c.sink.samples.size() == 1u);
  BOOST_TEST(c.sink.samples[0].value == 1.5);
  BOOST_TEST(c.sink.series[0].unit == "s");
}

BOOST_AUTO_TEST_CASE(every_metric_of_cloudwatch_in_the_catalogue_can_be_asked_for) {
  int asked = 0;
  for (const CatalogueMetric& metric : AllMetrics()) {
    if (!absl::StartsWith(metric.name, "aws.") || metric.name == "aws.ec2.running_instances") continue;
    BOOST_TEST(FindAwsMetrics(metric.name).ok(), metric.name);
    ++asked;
  }
  BOOST_TEST(asked > 250);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
