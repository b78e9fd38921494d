#include "rules/catalogue/catalogue.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/catalogue/tables.h"
#include "rules/model/check.h"
#include "rules/model/labels.h"

namespace nephoscope {
namespace {

// Labels that every series of a provider has; they come before those of its dimensions.
struct Provider {
  const char* prefix;
  const char* labels;
};
constexpr Provider kProviders[] = {
    {"aws.", "provider,account,region"},
    {"azure.", "provider,subscription,resource_group,region"},
    {"gcp.", "provider,project"},
    {"cost.", ""},
};

std::vector<std::string> Words(const char* list) { return absl::StrSplit(list, ',', absl::SkipEmpty()); }

std::vector<std::string> LabelsOf(const CatalogueMetric& metric) {
  std::vector<std::string> out;
  for (const Provider& provider : kProviders)
    if (absl::StartsWith(metric.name, provider.prefix)) out = Words(provider.labels);
  for (const std::string& dimension : metric.dimensions) out.push_back(DimensionLabel(dimension));
  return out;
}

MetricSource SourceOf(const MetricRow& row) {
  MetricSource out{row.source, {}};
  for (const std::string& set : Words(row.sets == nullptr ? "" : row.sets))
    out.labels.push_back(absl::StrSplit(set, absl::MaxSplits('=', 1)));
  return out;
}

CatalogueMetric Made(const MetricService& service, const MetricRow& row) {
  CatalogueMetric out;
  out.name = absl::StrCat(service.name, ".", row.name);
  out.service = service.words;
  out.space = service.space;
  out.stat = row.stat;
  out.unit = row.unit;
  out.factor = row.factor;
  out.cadence = absl::Seconds(row.cadence_s > 0 ? row.cadence_s : service.cadence_s);
  out.dimensions = Words(row.dimensions == nullptr ? service.dimensions : row.dimensions);
  out.labels = LabelsOf(out);
  out.sentence = row.sentence;
  return out;
}

void AddRow(const MetricService& service, const MetricRow& row, std::vector<CatalogueMetric>& out) {
  CatalogueMetric metric = Made(service, row);
  const bool more = !out.empty() && out.back().name == metric.name;
  CHECK(!more || row.sets != nullptr);
  if (!more) out.push_back(std::move(metric));
  out.back().sources.push_back(SourceOf(row));
  std::vector<std::string>& labels = out.back().labels;
  for (const auto& [label, value] : out.back().sources.back().labels)
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
}

std::vector<CatalogueMetric> Make() {
  std::vector<CatalogueMetric> out;
  for (const auto& services : {AwsServices(), AzureServices(), GcpServices(), BillServices()})
    for (const MetricService& service : services)
      for (const MetricRow& row : service.rows) AddRow(service, row, out);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < out.size(); ++i) CHECK(out[i - 1].name != out[i].name);
  for (const SilentMetrics& silent : MetricsSilentWhenZero())
    for (const std::string& metric : Words(silent.metrics)) {
      const std::string name = absl::StrCat(silent.service, ".", metric);
      const auto found = std::find_if(out.begin(), out.end(), [&](const CatalogueMetric& one) { return one.name == name; });
      CHECK(found != out.end());
      found->silent_when_zero = true;
    }
  return out;
}

struct KnownLabel {
  const char* dimension;
  const char* label;
};
constexpr KnownLabel kLabels[] = {
    {"DBInstanceIdentifier", "db_instance"},
    {"DBClusterIdentifier", "db_cluster"},
    {"Region", "measured_region"},  // where a request came from or was measured; `region` is where CloudWatch keeps the metric
};

}  // namespace

absl::Span<const CatalogueMetric> AllMetrics() {
  static const auto& all = *new std::vector<CatalogueMetric>(Make());
  return all;
}

const CatalogueMetric* FindMetric(absl::string_view name) {
  if (!absl::StrContains(name, '.')) return nullptr;  // whoever scrapes Prometheus only never needs the catalogue
  const auto all = AllMetrics();
  const auto found =
      std::lower_bound(all.begin(), all.end(), name, [](const CatalogueMetric& a, absl::string_view b) { return a.name < b; });
  return found != all.end() && found->name == name ? &*found : nullptr;
}

bool IsSilentWhenZero(absl::string_view metric) {
  const CatalogueMetric* known = FindMetric(metric);
  return known != nullptr && known->silent_when_zero;
}

bool IsProviderName(absl::string_view metric) {
  return absl::StartsWith(metric, "aws.") || absl::StartsWith(metric, "azure.") || absl::StartsWith(metric, "gcp.");
}

// A capital begins a word when it follows a small letter, or ends a run of capitals: DBClusterId -> db_cluster_id.
std::string DimensionLabel(absl::string_view dimension) {
  for (const KnownLabel& known : kLabels)
    if (dimension == known.dimension) return known.label;
  const auto at = [&](std::size_t i) { return i < dimension.size() ? static_cast<unsigned char>(dimension[i]) : 0; };
  std::string out;
  for (std::size_t i = 0; i < dimension.size(); ++i) {
    const bool after_small = i > 0 && (absl::ascii_islower(at(i - 1)) || absl::ascii_isdigit(at(i - 1)));
    const bool ends_run = i > 0 && absl::ascii_isupper(at(i - 1)) && absl::ascii_islower(at(i + 1));
    if (absl::ascii_isupper(at(i)) && (after_small || ends_run)) out += '_';
    out += absl::ascii_tolower(at(i));
  }
  return SanitiseLabelName(out);
}

}  // namespace nephoscope
