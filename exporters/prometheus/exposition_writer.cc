#include "exporters/prometheus/exposition_writer.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

const char* TypeText(MetricKind kind, bool openmetrics) {
  switch (kind) {
    case MetricKind::kGauge: return "gauge";
    case MetricKind::kCounter: return "counter";
    case MetricKind::kInfo: return openmetrics ? "info" : "gauge";
    case MetricKind::kHistogram: return "histogram";
    case MetricKind::kSummary: return "summary";
    case MetricKind::kUnknown: return openmetrics ? "unknown" : "untyped";
  }
  return "untyped";
}

std::string EscapeHelp(absl::string_view help, bool openmetrics) {
  std::string text = absl::StrReplaceAll(ValidUtf8(help), {{"\\", "\\\\"}, {"\n", "\\n"}});
  return openmetrics ? absl::StrReplaceAll(text, {{"\"", "\\\""}}) : text;
}

}  // namespace

void AppendNumber(double value, std::string& out) {
  if (std::isnan(value)) return out.append("NaN"), void();
  if (std::isinf(value)) return out.append(value > 0 ? "+Inf" : "-Inf"), void();
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

std::string BoundText(double value, bool openmetrics) {
  std::string out;
  AppendNumber(value, out);
  if (openmetrics && std::isfinite(value) && out.find_first_of(".e") == std::string::npos) out.append(".0");
  return out;
}

std::string RenderLabels(absl::Span<const Label> labels) {
  std::string out;
  for (const Label& label : labels) {
    const std::string value = absl::StrReplaceAll(ValidUtf8(label.value), {{"\\", "\\\\"}, {"\n", "\\n"}, {"\"", "\\\""}});
    absl::StrAppend(&out, out.empty() ? "" : ",", label.name, "=\"", value, "\"");
  }
  return out;
}

void ExpositionWriter::Begin(absl::string_view name, MetricKind kind, absl::string_view help) {
  absl::string_view family = name;
  sample_name_ = std::string(name);
  if (openmetrics_ && kind == MetricKind::kCounter && !absl::ConsumeSuffix(&family, "_total")) absl::StrAppend(&sample_name_, "_total");
  if (openmetrics_ && kind == MetricKind::kInfo && !absl::ConsumeSuffix(&family, "_info")) absl::StrAppend(&sample_name_, "_info");
  absl::StrAppend(&out_, "# HELP ", family, " ", EscapeHelp(help, openmetrics_), "\n# TYPE ", family, " ", TypeText(kind, openmetrics_),
                  "\n");
}

void ExpositionWriter::Sample(absl::string_view suffix, absl::string_view labels, double value) {
  absl::StrAppend(&out_, sample_name_, suffix);
  if (!labels.empty()) absl::StrAppend(&out_, "{", labels, "}");
  out_.push_back(' ');
  AppendNumber(value, out_);
  out_.push_back('\n');
}

void ExpositionWriter::SampleAt(absl::string_view suffix, absl::string_view labels, double value, std::int64_t time_ms) {
  Sample(suffix, labels, value);
  out_.back() = ' ';
  if (openmetrics_)
    AppendNumber(static_cast<double>(time_ms) / 1000, out_);  // OpenMetrics: seconds
  else
    absl::StrAppend(&out_, time_ms);
  out_.push_back('\n');
}

void ExpositionWriter::End() {
  if (openmetrics_) out_.append("# EOF\n");
}

}  // namespace nephoscope
