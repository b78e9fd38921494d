#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "agent/commands/commands.h"
#include "rules/catalogue/catalogue.h"
#include "rules/language/language.h"
#include "rules/language/words/wrap_text.h"

namespace nephoscope {
namespace {

std::string Sources(const CatalogueMetric& metric) {
  return absl::StrJoin(metric.sources, ", ", [](std::string* out, const MetricSource& source) { *out += source.name; });
}

bool Holds(const CatalogueMetric& metric, const std::vector<std::string>& words) {
  const std::string all = absl::AsciiStrToLower(
      absl::StrCat(metric.name, "\n", metric.service, "\n", metric.space, "\n", Sources(metric), "\n", metric.sentence));
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& word) { return absl::StrContains(all, absl::AsciiStrToLower(word)); });
}

std::string Every(absl::Duration cadence) { return absl::StrReplaceAll(absl::FormatDuration(cadence), {{"h0m0s", "h"}, {"m0s", "m"}}); }

nlohmann::ordered_json AsJson(const CatalogueMetric& metric) {
  nlohmann::ordered_json sources = nlohmann::ordered_json::array();
  for (const MetricSource& source : metric.sources) {
    nlohmann::ordered_json labels = nlohmann::ordered_json::object();
    for (const auto& [label, value] : source.labels) labels[label] = value;
    sources.push_back({{"name", source.name}, {"labels", labels}});
  }
  return {{"name", metric.name},       {"service", metric.service},
          {"namespace", metric.space}, {"sources", sources},
          {"statistic", metric.stat},  {"unit", metric.unit},
          {"factor", metric.factor},   {"every_seconds", absl::ToInt64Seconds(metric.cadence)},
          {"labels", metric.labels},   {"sentence", metric.sentence},
          {"silent_when_zero", metric.silent_when_zero}};
}

void PrintLong(const CatalogueMetric& metric) {
  std::printf("%s (%s, every %s)\n%s", metric.name.c_str(), metric.unit.c_str(), Every(metric.cadence).c_str(),
              absl::StrCat(WrapText(metric.sentence, "    ", "    "), WrapText(absl::StrCat(metric.service, ": ", metric.space, " ", Sources(metric), ", ", metric.stat), "    ", "      "),
                           WrapText(absl::StrCat("labels: ", absl::StrJoin(metric.labels, ", ")), "    ", "      ")).c_str());
  if (metric.silent_when_zero)
    std::printf("%s", WrapText("not reported where nothing happened: silence of what is there is read as 0", "    ", "    ").c_str());
}

void PrintShort(absl::Span<const CatalogueMetric* const> metrics) {
  for (const CatalogueMetric* metric : metrics)
    std::printf("%s", WrapText(absl::StrCat(metric->name, " (", metric->unit, "): ", metric->sentence), "", "    ").c_str());
}

// A word of a name or a sentence that was probably meant; empty: none.
std::string Meant(const std::string& word) {
  std::vector<std::string> words;
  for (const CatalogueMetric& metric : AllMetrics()) {
    words.push_back(metric.name);
    for (absl::string_view part : absl::StrSplit(metric.name, absl::ByAnyChar("._"))) words.emplace_back(part);
    for (absl::string_view part : absl::StrSplit(metric.sentence, absl::ByAnyChar(" ,;.()"), absl::SkipEmpty())) words.emplace_back(part);
  }
  return Nearest(word, words);
}

bool Any(const std::vector<std::string>& words) {
  const auto all = AllMetrics();
  return std::any_of(all.begin(), all.end(), [&](const CatalogueMetric& metric) { return Holds(metric, words); });
}

int NothingFound(const MetricsArguments& arguments) {
  std::fprintf(stderr, "no metric has %s in its name, its provider's name or its sentence\n",
               absl::StrJoin(arguments.words, " and ").c_str());
  std::vector<std::string> meant = arguments.words;
  for (std::string& word : meant)
    if (std::string nearest = Any({word}) ? "" : Meant(word); !nearest.empty()) word = std::move(nearest);
  if (meant != arguments.words && Any(meant))
    std::fprintf(stderr, "did you mean: nephoscope metrics %s\n", absl::StrJoin(meant, " ").c_str());
  std::fprintf(stderr, "a metric that is scraped from Prometheus is named in rules as it is, and not listed here\n");
  return kExitFindings;
}

}  // namespace

int Metrics(const MetricsArguments& arguments) {
  std::vector<const CatalogueMetric*> found;
  for (const CatalogueMetric& metric : AllMetrics())
    if (Holds(metric, arguments.words)) found.push_back(&metric);
  if (arguments.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const CatalogueMetric* metric : found) out.push_back(AsJson(*metric));
    std::printf("%s\n", nlohmann::ordered_json{{"metrics", out}}.dump(2).c_str());
    return found.empty() ? kExitFindings : kExitOk;
  }
  if (found.empty()) return NothingFound(arguments);
  constexpr std::size_t kFew = 8;  // are shown with everything that is known of them
  if (found.size() > kFew || arguments.words.empty()) {
    PrintShort(found);
    std::fprintf(stderr, "%zu metrics; more about a few of them: nephoscope metrics NAME\n", found.size());
  } else {
    for (const CatalogueMetric* metric : found) PrintLong(*metric);
  }
  return kExitOk;
}

}  // namespace nephoscope
