#include "rules/importing/exporter_names.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nephoscope {
namespace {

// FreeStorageSpace -> free_storage_space, CPUUtilization -> cpuutilization; what is no letter or digit becomes _.
std::string Snake(absl::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i > 0 && absl::ascii_isupper(c) && (absl::ascii_islower(text[i - 1]) || absl::ascii_isdigit(text[i - 1]))) out += '_';
    out += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '_';
  }
  return out;
}

// What a name of CloudWatch's exporters ends with: average, sum, maximum, minimum, p99; empty: none of these.
absl::string_view StatIn(absl::string_view name) {
  const std::size_t at = name.rfind('_');
  if (at == absl::string_view::npos) return "";
  const absl::string_view stat = name.substr(at + 1);
  for (const char* known : {"average", "sum", "maximum", "minimum"})
    if (stat == known) return stat;
  const bool share = stat.size() > 1 && stat[0] == 'p' && std::all_of(stat.begin() + 1, stat.end(), absl::ascii_isdigit);
  return share ? stat : "";
}

struct Names {
  std::map<std::string, const CatalogueMetric*, std::less<>> metrics;
  std::map<std::string, const CatalogueMetric*, std::less<>> other_stats;  // by the name without its statistic
  std::map<std::string, std::string, std::less<>> labels;
};

void AddAws(const CatalogueMetric& metric, const std::string& source, Names& out) {
  absl::string_view service = metric.space;
  absl::ConsumePrefix(&service, "AWS/");
  for (const std::string& space : {Snake(service), absl::AsciiStrToLower(service)}) {  // the second: YACE
    const std::string name = absl::StrCat("aws_", space, "_", Snake(source));
    out.metrics.emplace(absl::StrCat(name, "_", Snake(metric.stat)), &metric);
    out.other_stats.emplace(name, &metric);
  }
  for (const std::string& dimension : metric.dimensions)
    for (const std::string& label : {absl::StrCat("dimension_", dimension), Snake(dimension)}) out.labels.emplace(label, DimensionLabel(dimension));
}

Names Make() {
  Names out;
  for (const CatalogueMetric& metric : AllMetrics())
    for (const MetricSource& source : metric.sources) {
      if (!source.labels.empty()) continue;  // several metrics of the provider are one of ours
      if (absl::StartsWith(metric.name, "aws.")) AddAws(metric, source.name, out);
      if (absl::StartsWith(metric.name, "gcp.")) out.metrics.emplace(absl::StrCat("stackdriver_", Snake(metric.space), "_", Snake(source.name)), &metric);
    }
  return out;
}

const Names& All() {
  static const Names& all = *new Names(Make());
  return all;
}

}  // namespace

ExporterMetric MetricOfExporter(absl::string_view name) {
  const Names& all = All();
  if (const auto found = all.metrics.find(name); found != all.metrics.end()) return {found->second, ""};
  const absl::string_view stat = StatIn(name);
  if (stat.empty()) return {};
  const auto other = all.other_stats.find(name.substr(0, name.size() - stat.size() - 1));
  return other == all.other_stats.end() ? ExporterMetric{} : ExporterMetric{other->second, std::string(stat)};
}

bool IsExporterName(absl::string_view name) {
  if (name == "azurerm_resource_metric" || absl::StartsWith(name, "stackdriver_")) return !absl::StartsWith(name, "stackdriver_monitoring_");
  return absl::StartsWith(name, "aws_") && (!StatIn(name).empty() || absl::EndsWith(name, "_sample_count"));
}

std::vector<std::string> SimilarMetrics(absl::string_view exporter_name) {
  const std::vector<std::string> words = absl::StrSplit(absl::AsciiStrToLower(exporter_name), absl::ByAnyChar("_ /"), absl::SkipEmpty());
  std::vector<std::pair<int, std::string>> scored;
  for (const CatalogueMetric& metric : AllMetrics()) {
    int score = 0;
    for (const std::string& word : words) score += word.size() > 2 && absl::StrContains(metric.name, word);
    if (score > 0) scored.emplace_back(-score, metric.name);
  }
  std::sort(scored.begin(), scored.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < scored.size() && i < 3; ++i) out.push_back(scored[i].second);
  return out;
}

std::string LabelOfExporter(absl::string_view label) {
  const auto found = All().labels.find(label);
  return found == All().labels.end() ? "" : found->second;
}

}  // namespace nephoscope
