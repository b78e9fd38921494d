// aws_cloudwatch: what series there are (ListMetrics, each hour), and their points (GetMetricData). Asking every five minutes for five
// one-minute points costs a fifth of asking every minute: AWS bills per metric asked for, not per point (providers.md 1.2).
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/collectors/aws/cloudwatch_wire.h"
#include "agent/collectors/aws/errors.h"
#include "agent/collectors/aws/metrics.h"
#include "agent/collectors/collector.h"
#include "agent/net/sigv4.h"
#include "rules/catalogue/catalogue.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostQueries = 500;      // of one request
constexpr std::int64_t kMostPoints = 100'800;  // of one answer, so that there is no second page
constexpr std::size_t kMostSeries = 5'000;     // of one metric in one region; the rest is not asked for, and said
constexpr std::size_t kRemembered = 8;         // points of a series that are known, so that only changes are sent again
constexpr std::size_t kMostPages = 200;        // of one question; ListMetrics has 500 series a page
constexpr int kReadAgain = 3;                  // points that may still change or come late
constexpr absl::Duration kDiscoverEvery = absl::Hours(1);
constexpr absl::Duration kFirstLook = absl::Hours(3);    // full resolution is kept for three hours whatever the period
constexpr absl::Duration kLongestGap = absl::Hours(24);  // of an outage that is filled afterwards
constexpr char kPermissions[] = "cloudwatch:GetMetricData and cloudwatch:ListMetrics";

const Option kCustomOptions[] = {
    {.name = "namespace", .type = OptionType::kText, .sentence = "CloudWatch's namespace.", .example = "Custom/App", .required = true},
    {.name = "metric",
     .type = OptionType::kText,
     .sentence = "CloudWatch's name of the metric.",
     .example = "QueueDepth",
     .required = true},
    {.name = "as", .type = OptionType::kText, .sentence = "How rules call it.", .example = "app.queue_depth", .required = true},
    {.name = "stat",
     .type = OptionType::kText,
     .sentence = "Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99.",
     .default_text = "Average"},
    {.name = "unit", .type = OptionType::kText, .sentence = "The unit of its values: %, B, s, count or a word.", .example = "count"},
    {.name = "period",
     .type = OptionType::kDuration,
     .sentence = "The time of one point, whole minutes.",
     .default_text = "1m",
     .minimum = 60},
};
const OptionTable kCustomTable = {"custom", "A CloudWatch metric that has no name of ours.", kCustomOptions};

const Option kOptions[] = {
    {.name = "name",
     .type = OptionType::kText,
     .sentence = "What this collector is called, where there are several.",
     .example = "production"},
    {.name = "regions",
     .type = OptionType::kTextList,
     .sentence = "AWS regions; without it the one of AWS_REGION or AWS_DEFAULT_REGION.",
     .example = "[us-east-1, eu-west-1]"},
    {.name = "metrics", .type = OptionType::kTextList, .sentence = "Metrics by our names.", .example = "[aws.ec2.cpu_utilization]"},
    {.name = "custom",
     .type = OptionType::kMapList,
     .sentence = "Metrics by CloudWatch's names.",
     .example = "[{namespace: Custom/App, metric: QueueDepth, as: app.queue_depth}]",
     .fields = &kCustomTable},
    {.name = "account",
     .type = OptionType::kText,
     .sentence = "The account of the key: a label of every series.",
     .example = "\"123456789012\""},
    {.name = "period",
     .type = OptionType::kDuration,
     .sentence = "The time of one point, whole minutes; shorter than a metric has is taken as what it has.",
     .default_text = "auto",
     .minimum = 60},
    {.name = "every",
     .type = OptionType::kDuration,
     .sentence = "How often to ask, for all points since.",
     .default_text = "5m",
     .minimum = 1},
    {.name = "timeout",
     .type = OptionType::kDuration,
     .sentence = "How long to wait for an answer.",
     .default_text = "30s",
     .minimum = 0.1},
    {.name = "endpoint",
     .type = OptionType::kText,
     .sentence = "Where CloudWatch is; {region} is replaced.",
     .default_text = "https://monitoring.{region}.amazonaws.com",
     .example = "http://127.0.0.1:5000"},
};
const OptionTable kTable = {"aws_cloudwatch", "Reads metrics from AWS CloudWatch.", kOptions};

// When CloudWatch has a point, after its end.
absl::Duration PublishedAfter(absl::Duration period) {
  if (period < absl::Minutes(5)) return absl::Minutes(2);
  return period < absl::Hours(1) ? absl::Minutes(5) : absl::Hours(1);
}


struct Config {
  std::string name, account, endpoint;
  std::vector<std::string> regions;
  std::vector<AwsMetric> metrics;
  absl::Duration every, timeout;
  AwsCredentials credentials;
};

class CloudWatchCollector : public Collector {
 public:
  explicit CloudWatchCollector(Config config) : config_(std::move(config)) {
    name_ = config_.name.empty() ? "aws_cloudwatch" : absl::StrCat("aws_cloudwatch/", config_.name);
    for (const std::string& region : config_.regions) signers_.emplace_back(config_.credentials, region, "monitoring");
    for (std::size_t region = 0; region < config_.regions.size(); ++region)
      for (const AwsMetric& metric : config_.metrics) topics_.push_back({.region = region, .metric = &metric});
  }

  const std::string& name() const override { return name_; }
  std::vector<std::string> Targets() const override { return config_.regions; }
  absl::Duration every(std::size_t) const override { return config_.every; }

  void Resume(absl::string_view source, absl::Time complete) override {
    for (Topic& topic : topics_)
      if (SourceName(topic) == source) topic.resumed = complete;
  }

  bool Forget() override {
    for (Topic& topic : topics_) {
      topic.complete = absl::InfinitePast();
      for (OneSeries& one : topic.series) one.known.clear();
    }
    return true;
  }

  absl::StatusOr<std::vector<Fetch>> Plan(std::size_t region, absl::Time now) override {
    if (config_.credentials.access_key_id.empty() || config_.credentials.secret_access_key.empty())
      return absl::FailedPreconditionError(
          "there is no key for AWS: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the agent's environment (and AWS_SESSION_TOKEN, if "
          "the key is a temporary one)");
    now_ = now;
    std::erase_if(asked_, [&](const auto& one) { return topics_[one.second.topic].region == region; });
    std::vector<Fetch> out;
    for (std::size_t i = 0; i < topics_.size(); ++i) {
      if (topics_[i].region != region) continue;
      topics_[i].open = 0;
      if (now - topics_[i].discovered >= kDiscoverEvery) {
        topics_[i].found.clear();
        out.push_back(Ask({.topic = i, .list = true}, now));
      } else {
        PlanData(i, now, out);
      }
    }
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>& next) override {
    const auto found = asked_.find(fetched.fetch->tag);
    if (found == asked_.end()) return absl::InternalError("an answer to a question that was not asked in this round");
    const Question question = found->second;
    HttpResponse& http = fetched.http;
    const absl::Time now = http.received == absl::UnixEpoch() ? now_ : http.received;
    if (!http.transport.ok() || http.status != 200) return Refused(question, http, now, next);
    const absl::Status status =
        question.list ? TakeList(question, http.body, now, sink, next) : TakeData(question, http.body, now, sink, next);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(Where(topics_[question.topic]), ": ", status.message()));
    asked_.erase(fetched.fetch->tag);
    return Progress::kDone;
  }

  std::string ErrorCode(const Fetched& fetched) const override {
    return fetched.http.status == 200 ? std::string() : ReadAwsError(fetched.http).code;
  }

 private:
  struct OneSeries {
    AwsDimensions dimensions;
    std::vector<std::pair<std::int64_t, double>> known;  // newest points, by time
  };
  // One metric in one region: what has a watermark.
  struct Topic {
    std::size_t region = 0;
    const AwsMetric* metric = nullptr;
    std::vector<OneSeries> series;
    std::vector<AwsDimensions> found;  // pages of a discovery that goes on
    absl::Time discovered = absl::InfinitePast();
    absl::Time complete = absl::InfinitePast();  // every point before is there
    absl::Time resumed = absl::InfinitePast();   // the same, of the run before
    int open = 0;                                // questions without a full answer in this round
  };
  struct Question {
    std::size_t topic = 0;
    bool list = false;
    std::size_t first = 0, count = 0;  // of the topic's series
    TimeWindow window = {};
    std::string token;
    std::vector<std::string> earlier;  // tokens of the pages before
    bool signed_again = false;
  };

  // A metric made of several of CloudWatch is told apart by what those are called there.
  static std::string Called(const AwsMetric& metric) { return metric.labels.empty() ? metric.name : absl::StrCat(metric.name, "/", metric.metric); }

  std::string SourceName(const Topic& topic) const {
    return absl::StrCat(name_, "/", config_.regions[topic.region], "/", Called(*topic.metric));
  }

  std::string Where(const Topic& topic) const {
    return absl::StrCat("CloudWatch, region ", config_.regions[topic.region], ", metric ", Called(*topic.metric));
  }

  Fetch Ask(Question question, absl::Time now) {
    Topic& topic = topics_[question.topic];
    std::vector<AwsDimensions> series;
    for (std::size_t i = question.first; i < question.first + question.count; ++i) series.push_back(topic.series[i].dimensions);
    Fetch out;
    out.tag = ++last_tag_;
    out.http.method = "POST";
    out.http.url = absl::StrCat(absl::StrReplaceAll(config_.endpoint, {{"{region}", config_.regions[topic.region]}}), "/");
    out.http.timeout = config_.timeout;
    out.http.headers = {{"Content-Type", "application/x-amz-json-1.0"},
                        {"X-Amz-Target", absl::StrCat("GraniteServiceVersion20100801.", question.list ? "ListMetrics" : "GetMetricData")}};
    out.http.body = question.list ? ListMetricsBody(*topic.metric, question.token)
                                  : GetMetricDataBody(*topic.metric, series, question.window, question.token);
    signers_[topic.region].Sign(out.http, now + aws_ahead_);
    asked_.emplace(out.tag, std::move(question));
    return out;
  }

  // All points since the last full answer, and the newest few again: they may have changed.
  TimeWindow WindowOf(const Topic& topic, absl::Time now) const {
    const absl::Duration period = topic.metric->period;
    const absl::Time end = GridDown(now - PublishedAfter(period), period);
    const auto since = [&](absl::Time complete) { return std::max(GridDown(complete, period) - kReadAgain * period, end - std::max(kLongestGap, kReadAgain * period)); };
    if (topic.complete != absl::InfinitePast()) return {since(topic.complete), end};
    const absl::Time first_look = GridDown(end - std::max(kFirstLook, kReadAgain * period), period);
    return {topic.resumed == absl::InfinitePast() ? first_look : std::min(first_look, since(topic.resumed)), end};
  }

  void PlanData(std::size_t index, absl::Time now, std::vector<Fetch>& out) {
    Topic& topic = topics_[index];
    const TimeWindow window = WindowOf(topic, now);
    if (window.end <= window.start) return;
    const std::int64_t points = std::max<std::int64_t>(1, (window.end - window.start) / topic.metric->period);
    const std::size_t at_once = std::max<std::size_t>(1, std::min(kMostQueries, static_cast<std::size_t>(kMostPoints / points)));
    for (std::size_t first = 0; first < topic.series.size(); first += at_once) {
      out.push_back(Ask({.topic = index, .first = first, .count = std::min(at_once, topic.series.size() - first), .window = window}, now));
      ++topic.open;
    }
  }

  absl::StatusOr<Progress> Refused(const Question& question, const HttpResponse& http, absl::Time now, std::vector<Fetch>& next) {
    absl::Time theirs;
    std::string error;
    const bool skew = http.transport.ok() && IsClockSkew(ReadAwsError(http).code) && !question.signed_again;
    if (skew && absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", HeaderValue(http.headers, "Date"), &theirs, &error)) {
      aws_ahead_ = theirs - now;
      Question again = question;
      again.signed_again = true;
      next.push_back(Ask(std::move(again), now));
      return Progress::kDone;
    }
    return AwsRefusal(http, config_.account, config_.regions[topics_[question.topic].region], kPermissions);
  }

  // Asks for the next page. A token that came before would be asked for, and paid for, again and again: it ends the round.
  absl::Status AskOn(const Question& question, const std::string& token, absl::Time now, std::vector<Fetch>& next) {
    Question more = question;
    more.earlier.push_back(question.token);
    if (std::find(more.earlier.begin(), more.earlier.end(), token) != more.earlier.end() || more.earlier.size() >= kMostPages)
      return absl::DataLossError(absl::StrCat(more.earlier.size() >= kMostPages ? absl::StrCat("it has more than ", kMostPages, " pages")
                                                                               : absl::StrCat("page ", more.earlier.size(), " leads back to a page that was read"),
                                              "; nothing more is asked in this round, as every call is paid for"));
    more.token = token;
    next.push_back(Ask(std::move(more), now));
    return absl::OkStatus();
  }

  absl::Status TakeList(const Question& question, std::string& body, absl::Time now, SampleSink& sink, std::vector<Fetch>& next) {
    absl::StatusOr<ListMetricsPage> page = ReadListMetrics(body);
    if (!page.ok()) return page.status();
    Topic& topic = topics_[question.topic];
    for (AwsDimensions& dimensions : page->series)
      if (IsWanted(*topic.metric, dimensions)) topic.found.push_back(std::move(dimensions));
    const bool full = topic.found.size() > kMostSeries;
    if (full)
      sink.Reject(Where(topic), absl::StrCat("there are more than ", kMostSeries, " series; only the first ", kMostSeries, " are read"));
    if (!page->next.empty() && !full) return AskOn(question, page->next, now, next);
    if (full) topic.found.resize(kMostSeries);
    Adopt(topic);
    topic.discovered = now;
    PlanData(question.topic, now, next);
    return absl::OkStatus();
  }

  // CloudWatch keeps the same measurement under several sets of dimensions; one set is read, so that sums are not doubled.
  static bool IsWanted(const AwsMetric& metric, const AwsDimensions& dimensions) {
    if (metric.dimensions.empty()) return true;
    if (metric.dimensions.size() != dimensions.size()) return false;
    for (const auto& [name, value] : dimensions)
      if (std::find(metric.dimensions.begin(), metric.dimensions.end(), name) == metric.dimensions.end()) return false;
    return true;
  }

  // What is known of a series is kept when it is found again.
  static void Adopt(Topic& topic) {
    std::map<AwsDimensions, OneSeries> before;
    for (OneSeries& one : topic.series) before.emplace(one.dimensions, std::move(one));
    topic.series.clear();
    for (AwsDimensions& dimensions : std::exchange(topic.found, {})) {
      const auto known = before.find(dimensions);
      if (known != before.end()) {
        topic.series.push_back(std::move(known->second));
        before.erase(known);
      } else {
        topic.series.push_back({std::move(dimensions), {}});
      }
    }
  }

  absl::Status TakeData(const Question& question, std::string& body, absl::Time now, SampleSink& sink, std::vector<Fetch>& next) {
    absl::StatusOr<MetricDataPage> page = ReadMetricData(body);
    if (!page.ok()) return page.status();
    Topic& topic = topics_[question.topic];
    const SourceId source = sink.Source(SourceName(topic));
    for (const MetricPoint& point : page->points) {
      if (point.query >= question.count)
        return absl::DataLossError(absl::StrCat("it answered query q", point.query, ", which was not asked"));
      TakePoint(topic, topic.series[question.first + point.query], point, source, sink);
    }
    if (!page->problem.empty()) return absl::UnavailableError(absl::StrCat("a query was not answered: ", page->problem));
    if (!page->next.empty()) return AskOn(question, page->next, now, next);
    if (--topic.open > 0) return absl::OkStatus();
    topic.complete = question.window.end;
    sink.Watermark(source, topic.complete);
    return absl::OkStatus();
  }

  void TakePoint(const Topic& topic, OneSeries& one, const MetricPoint& point, SourceId source, SampleSink& sink) const {
    const auto at = std::lower_bound(one.known.begin(), one.known.end(), point.time_ms,
                                     [](const auto& known, std::int64_t time) { return known.first < time; });
    const bool again = at != one.known.end() && at->first == point.time_ms;
    if (again && at->second == point.value) return;
    if (!again && at == one.known.begin() && one.known.size() == kRemembered) return;  // older than what may change
    Sample sample{.series = sink.Intern(SeriesOf(topic, one, source)), .time_ms = point.time_ms};
    sample.value = point.value * topic.metric->factor;
    sink.Add(sample);
    if (again) {
      at->second = point.value;
      return;
    }
    one.known.insert(at, {point.time_ms, point.value});
    if (one.known.size() > kRemembered) one.known.erase(one.known.begin());
  }

  Series SeriesOf(const Topic& topic, const OneSeries& one, SourceId source) const {
    std::vector<Label> labels;
    for (const auto& [name, value] : one.dimensions) labels.push_back({DimensionLabel(name), value});
    for (const auto& [name, value] : topic.metric->labels) labels.push_back({name, value});
    labels.push_back({"account", config_.account});
    labels.push_back({"region", config_.regions[topic.region]});
    labels.push_back({"provider", "aws"});
    const AwsMetric& metric = *topic.metric;
    return {.source = source,
            .cadence = metric.period,
            .period = metric.period,
            .metric = metric.name,
            .unit = metric.unit,
            .labels = Labels(std::move(labels))};
  }

  Config config_;
  std::string name_;
  std::vector<SigV4Signer> signers_;  // by region
  std::vector<Topic> topics_;
  std::map<std::uint64_t, Question> asked_;
  std::uint64_t last_tag_ = 0;
  absl::Duration aws_ahead_ = absl::ZeroDuration();  // of our clock
  absl::Time now_;
};

absl::Status CheckPeriod(absl::Duration period) {
  if (period % absl::Minutes(1) == absl::ZeroDuration()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`period` is ", absl::FormatDuration(period), ", but CloudWatch counts in whole minutes: write 1m, 5m or 1h"));
}

absl::StatusOr<std::vector<AwsMetric>> MetricsOf(const OptionValues& values) {
  std::vector<AwsMetric> out;
  for (const std::string& name : values.TextList("metrics")) {
    absl::StatusOr<std::vector<AwsMetric>> metrics = FindAwsMetrics(name);
    if (!metrics.ok()) return absl::InvalidArgumentError(metrics.status().message());
    for (AwsMetric& metric : *metrics) {
      metric.period = std::max(metric.period, values.Duration("period"));
      out.push_back(std::move(metric));
    }
  }
  for (const OptionValues& custom : values.MapList("custom")) {
    if (IsProviderName(custom.Text("as")))
      return absl::InvalidArgumentError(absl::StrCat("a custom metric is to be called \"", custom.Text("as").substr(0, 100),
                                                     "\", but names that begin with aws., azure. or gcp. are those of `nephoscope metrics`: write "
                                                     "another, such as app.queue_depth"));
    out.push_back({.name = custom.Text("as"),
                   .space = custom.Text("namespace"),
                   .metric = custom.Text("metric"),
                   .stat = custom.Text("stat"),
                   .unit = custom.Text("unit"),
                   .period = std::max(custom.Duration("period"), values.Duration("period"))});
  }
  for (const AwsMetric& metric : out)
    if (absl::Status status = CheckPeriod(metric.period); !status.ok()) return status;
  if (out.empty())
    return absl::InvalidArgumentError("it has nothing to read: write `metrics: [aws.ec2.cpu_utilization]`, or a `custom` metric");
  return out;
}

absl::StatusOr<std::vector<std::string>> RegionsOf(const OptionValues& values, const CollectorContext& context) {
  std::vector<std::string> out = values.TextList("regions");
  for (const char* variable : {"AWS_REGION", "AWS_DEFAULT_REGION"})
    if (out.empty() && !context.environment(variable).empty()) out.push_back(context.environment(variable));
  if (out.empty()) return absl::InvalidArgumentError("it has no region: write `regions: [us-east-1]`, or set AWS_REGION");
  for (const std::string& region : out)
    if (region.empty() || region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
      return absl::InvalidArgumentError(absl::StrCat("\"", region.substr(0, 40), "\" is not a region; write one such as us-east-1"));
  return out;
}

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext& context) {
  absl::StatusOr<std::vector<std::string>> regions = RegionsOf(values, context);
  if (!regions.ok()) return regions.status();
  absl::StatusOr<std::vector<AwsMetric>> metrics = MetricsOf(values);
  if (!metrics.ok()) return metrics.status();
  Config config{.name = values.Text("name"),
                .account = values.Text("account"),
                .endpoint = values.Text("endpoint"),
                .regions = *std::move(regions),
                .metrics = *std::move(metrics),
                .every = values.Duration("every"),
                .timeout = values.Duration("timeout")};
  while (!config.endpoint.empty() && config.endpoint.back() == '/') config.endpoint.pop_back();
  config.credentials = {context.environment("AWS_ACCESS_KEY_ID"), Secret(context.environment("AWS_SECRET_ACCESS_KEY")),
                        Secret(context.environment("AWS_SESSION_TOKEN"))};
  return std::make_unique<CloudWatchCollector>(std::move(config));
}

bool Brings(const OptionValues& values, absl::string_view metric) {
  const absl::StatusOr<std::vector<AwsMetric>> metrics = MetricsOf(values);
  return metrics.ok() && std::any_of(metrics->begin(), metrics->end(), [&](const AwsMetric& one) { return one.name == metric; });
}

}  // namespace

extern const CollectorType aws_cloudwatch_collector;
const CollectorType aws_cloudwatch_collector = {"aws_cloudwatch", &kTable, &Make, &Brings};

}  // namespace nephoscope
