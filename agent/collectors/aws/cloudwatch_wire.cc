#include "agent/collectors/aws/cloudwatch_wire.h"

#include <simdjson.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nephoscope {
namespace {

using simdjson::ondemand::array;
using simdjson::ondemand::object;
using simdjson::ondemand::value;

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppend(&out, "\\u00", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string NextToken(absl::string_view next) { return next.empty() ? "" : absl::StrCat(",\"NextToken\":", Quoted(next)); }

std::string Text(std::string_view text) { return std::string(text); }

// Seconds since 1970 as a number of any form; some servers answer with ISO 8601 text.
std::int64_t TimeOf(value time) {
  if (time.type() == simdjson::ondemand::json_type::string) {
    absl::Time parsed;
    std::string error;
    const std::string text = Text(time.get_string());
    if (!absl::ParseTime(absl::RFC3339_full, text, &parsed, &error)) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
    return absl::ToUnixMillis(parsed);
  }
  return absl::ToUnixMillis(absl::UnixEpoch() + absl::Seconds(static_cast<double>(time.get_double())));
}

AwsDimensions ReadDimensions(array list) {
  AwsDimensions out;
  for (object pair : list) {
    std::pair<std::string, std::string> dimension;
    for (auto field : pair) {
      const std::string_view key = field.unescaped_key();
      if (key == "Name") dimension.first = Text(field.value().get_string());
      if (key == "Value") dimension.second = Text(field.value().get_string());
    }
    out.push_back(std::move(dimension));
  }
  return out;
}

void ReadMetrics(array list, ListMetricsPage& out) {
  for (object metric : list) {
    AwsDimensions& dimensions = out.series.emplace_back();
    for (auto field : metric) {
      const std::string_view key = field.unescaped_key();
      if (key == "Dimensions") dimensions = ReadDimensions(field.value().get_array());
    }
  }
}

// What CloudWatch says about one query, or about all of them.
std::string ReadMessages(array list) {
  std::string out;
  for (object message : list) {
    for (auto field : message) {
      std::string_view text;
      if (field.value().get_string().get(text) == simdjson::SUCCESS)
        absl::StrAppend(&out, out.empty() ? "" : " ", Text(text.substr(0, 200)));
    }
  }
  return out.substr(0, 500);
}

struct QueryResult {
  std::size_t query = 0;
  std::vector<std::int64_t> times;
  std::vector<double> values;
  std::string status, messages;
};

QueryResult ReadResult(object result) {
  QueryResult out;
  for (auto field : result) {
    const std::string_view key = field.unescaped_key();
    if (key == "Id") {
      const std::string id = Text(field.value().get_string());
      if (id.size() < 2 || !absl::SimpleAtoi(absl::string_view(id).substr(1), &out.query))
        throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
    } else if (key == "Timestamps") {
      for (auto time : field.value().get_array()) out.times.push_back(TimeOf(time.value()));
    } else if (key == "Values") {
      for (double number : field.value().get_array()) out.values.push_back(number);
    } else if (key == "StatusCode") {
      out.status = Text(field.value().get_string());
    } else if (key == "Messages") {
      out.messages = ReadMessages(field.value().get_array());
    }
  }
  if (out.times.size() != out.values.size()) throw simdjson::simdjson_error(simdjson::NUMBER_ERROR);
  return out;
}

void TakeResult(const QueryResult& result, MetricDataPage& out) {
  for (std::size_t i = 0; i < result.times.size(); ++i) out.points.push_back({result.query, result.times[i], result.values[i]});
  const bool good = result.status.empty() || result.status == "Complete" || result.status == "PartialData";
  if (!good) out.problem = absl::StrCat(result.status, result.messages.empty() ? "" : ": ", result.messages);
}

// Calls take(key, value) for each field of the body's object. A library's exceptions end here.
template <typename Take>
absl::Status ReadBody(std::string& body, const Take& take) {
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  try {
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document = parser.iterate(simdjson::padded_string_view(body.data(), body.size(), body.capacity()));
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      value content = field.value();
      take(key, content);
    }
    return absl::OkStatus();
  } catch (const simdjson::simdjson_error& error) {
    return absl::DataLossError(absl::StrCat("its answer cannot be read as CloudWatch's JSON: ", error.what(), "; it begins with \"",
                                            absl::CHexEscape(body.substr(0, 60)), "\""));
  }
}

void TakeToken(value content, std::string& next) {
  if (!content.is_null()) next = Text(content.get_string());
}

}  // namespace

std::string ListMetricsBody(const AwsMetric& metric, absl::string_view next) {
  const std::string dimensions = absl::StrJoin(
      metric.dimensions, ",", [](std::string* out, const std::string& name) { absl::StrAppend(out, "{\"Name\":", Quoted(name), "}"); });
  return absl::StrCat("{\"Namespace\":", Quoted(metric.space), ",\"MetricName\":", Quoted(metric.metric),
                      dimensions.empty() ? "" : absl::StrCat(",\"Dimensions\":[", dimensions, "]"), NextToken(next), "}");
}

absl::StatusOr<ListMetricsPage> ReadListMetrics(std::string& body) {
  ListMetricsPage out;
  const absl::Status status = ReadBody(body, [&](std::string_view key, value& content) {
    if (key == "Metrics") ReadMetrics(content.get_array(), out);
    if (key == "NextToken") TakeToken(content, out.next);
  });
  if (!status.ok()) return status;
  return out;
}

std::string GetMetricDataBody(const AwsMetric& metric, absl::Span<const AwsDimensions> series, TimeWindow window, absl::string_view next) {
  std::string out = absl::StrCat("{\"StartTime\":", absl::ToUnixSeconds(window.start), ",\"EndTime\":", absl::ToUnixSeconds(window.end),
                                 ",\"ScanBy\":\"TimestampAscending\"", NextToken(next), ",\"MetricDataQueries\":[");
  for (std::size_t i = 0; i < series.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ",", "{\"Id\":\"q", i, "\",\"MetricStat\":{\"Metric\":{\"Namespace\":", Quoted(metric.space),
                    ",\"MetricName\":", Quoted(metric.metric), ",\"Dimensions\":[");
    for (std::size_t d = 0; d < series[i].size(); ++d)
      absl::StrAppend(&out, d == 0 ? "" : ",", "{\"Name\":", Quoted(series[i][d].first), ",\"Value\":", Quoted(series[i][d].second), "}");
    absl::StrAppend(&out, "]},\"Period\":", absl::ToInt64Seconds(metric.period), ",\"Stat\":", Quoted(metric.stat), "}}");
  }
  return out += "]}";
}

absl::StatusOr<MetricDataPage> ReadMetricData(std::string& body) {
  MetricDataPage out;
  const absl::Status status = ReadBody(body, [&](std::string_view key, value& content) {
    if (key == "MetricDataResults")
      for (object result : content.get_array()) TakeResult(ReadResult(result), out);
    if (key == "NextToken") TakeToken(content, out.next);
  });
  if (!status.ok()) return status;
  return out;
}

}  // namespace nephoscope
