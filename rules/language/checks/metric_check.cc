#include "rules/language/checks/metric_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/language/checks/label_check.h"
#include "rules/language/language.h"
#include "rules/language/words/nearest.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

void Tell(DiagnosticSink& sink, Mark mark, const char* code, std::string message, std::string caret,
          std::optional<std::string> suggestion = std::nullopt, std::string help = "") {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  out.help = std::move(help);
  sink.Add(std::move(out));
}

std::vector<std::string> Names() {
  std::vector<std::string> out;
  for (const CatalogueMetric& metric : AllMetrics())
    if (IsProviderName(metric.name)) out.push_back(metric.name);
  return out;
}

// Its first word is nearly that of a provider: awz.rds.cpu_utilization.
bool MayBeProviderName(absl::string_view name) {
  const std::size_t dot = name.find('.');
  static const auto& providers = *new std::vector<std::string>{"aws", "azure", "gcp"};
  return dot != absl::string_view::npos && !Nearest(name.substr(0, dot), providers).empty();
}

// Letters and digits alone, small: "AWS/EC2 CPUUtilization" -> awsec2cpuutilization.
std::string Squashed(absl::string_view name) {
  std::string out;
  for (const char c : name)
    if (absl::ascii_isalnum(c)) out += absl::ascii_tolower(c);
  return out;
}

// Metrics of ours that a provider calls `name`, alone or behind its namespace; or whose name lacks the provider's word.
std::vector<std::string> OfProvidersName(const std::string& name) {
  std::vector<std::string> out;
  const std::string squashed = Squashed(name);
  for (const CatalogueMetric& metric : AllMetrics()) {
    bool same = absl::StrContains(name, '.') && absl::EndsWith(metric.name, absl::StrCat(".", name));
    for (const MetricSource& source : metric.sources) same = same || squashed == Squashed(source.name) || squashed == Squashed(absl::StrCat(metric.space, source.name));
    if (same) out.push_back(metric.name);
  }
  return out;
}

// Metrics of the service of `name` whose own names hold its last word: aws.rds.cpu, rds.memory. A share of the whole comes first.
std::vector<std::string> OfServiceWith(absl::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos || dot == 0 || name.size() - dot < 4) return {};
  const std::string service = absl::StrCat(".", name.substr(0, dot), "."), word(name.substr(dot + 1));
  std::vector<std::string> out;
  for (const CatalogueMetric& metric : AllMetrics()) {
    const std::string in = absl::StrCat(".", metric.name);
    const bool same = absl::StrContains(in, service) && absl::StrContains(in.substr(in.rfind('.')), word);
    if (same) out.insert(metric.unit == "%" ? out.begin() : out.end(), metric.name);
  }
  return out;
}

// Metrics that `name` may stand for: slips of one, else those with its words.
std::vector<std::string> MeantMetrics(const std::string& name) {
  std::vector<std::string> near = NearestOf(name, Names());
  const bool begins = near.size() > 1 && absl::StartsWith(near[0], name);
  if (!near.empty() && !begins) return near;
  std::vector<std::string> with = OfServiceWith(name);
  return with.empty() ? near : with;
}

// A name that no scraped metric has: spaces, slashes, words run together with capitals, or one of ours without its first word.
bool LooksLikeProviders(absl::string_view name) {
  const bool mixed = absl::ascii_isupper(name.empty() ? 'a' : name[0]) && std::any_of(name.begin(), name.end(), [](char c) { return absl::ascii_islower(c); });
  return mixed || name.find_first_of(" /.") != absl::string_view::npos;
}

// R305: taken as a scraped metric, which it surely is not.
void WarnOfProvidersName(const std::string& name, Mark mark, DiagnosticSink& sink) {
  const bool expression = name.find_first_of("({[<>*+") != std::string::npos;
  if (!expression && !LooksLikeProviders(name)) return;
  std::vector<std::string> ours = OfProvidersName(name);
  if (ours.empty() && !expression) ours = OfServiceWith(name);
  if (!expression && ours.empty() && name.find_first_of(" /") == std::string::npos) return;
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "R305";
  out.mark = mark;
  out.message = absl::StrCat("\"", name, "\" is ", expression ? "an expression" : ours.empty() ? "no name that a metric has" : "a name of the provider", ", and is taken for ", expression ? "the name of a metric" : "a metric that is scraped");
  constexpr std::size_t kShown = 4;
  const std::vector<std::string> shown(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(std::min(ours.size(), kShown)));
  out.caret_text = expression ? "write kind: expr with expr: ..., or the metric alone, with where: for its labels" : ours.empty() ? "find its name here with: nephoscope metrics WORD" : absl::StrCat("write ", absl::StrJoin(shown, " or "), ours.size() > kShown ? ", or another of that name: nephoscope metrics" : "");
  if (ours.size() == 1) out.suggestion = ours[0];
  sink.Add(std::move(out));
}

// Shares of what was reserved or asked for, which use may exceed.
bool MayExceedAll(absl::string_view metric) {
  return absl::StartsWith(metric, "aws.ecs.") || absl::StartsWith(metric, "azure.container_app.") || absl::StartsWith(metric, "gcp.gke.") || metric == "gcp.compute.cpu_utilization" ||
         absl::StrContains(metric, "consumed") || absl::EndsWith(metric, ".capacity");
}

// R218: `above: 800%` of what is never more than all of it.
void WarnOfMoreThanAll(const std::string& metric, const Quantity& quantity, Mark mark, DiagnosticSink& sink) {
  if (quantity.value <= 1 || FindMetric(metric) == nullptr || MayExceedAll(metric)) return;
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "R218";
  out.mark = mark;
  out.message = absl::StrCat("\"", quantity.text, "\" is never reached: ", metric, " is a share of the whole, which ends at 100%");
  out.caret_text = "write a percentage from 0% to 100%";
  sink.Add(std::move(out));
}

// How to find what was meant: the metrics of the service, or all.
std::string WhereToLook(const std::string& name) {
  const std::string service = name.substr(0, name.rfind('.'));
  const auto all = AllMetrics();
  const auto count =
      std::count_if(all.begin(), all.end(), [&](const CatalogueMetric& one) { return absl::StartsWith(one.name, service + "."); });
  if (count == 0) return "list the metrics there are with: nephoscope metrics WORD";
  return absl::StrCat(service, " has ", count, count == 1 ? " metric" : " metrics", "; list them with: nephoscope metrics ", service);
}

// What a unit of the catalogue is called in a sentence, and how a number without a unit may have been meant.
struct UnitWords {
  const char* unit;
  const char* base;   // of Quantity; "": a bare number
  const char* is;     // the metric ... is a percentage
  const char* write;  // an example
  const char* first;  // the unit that a bare number probably lacks
  const char* other;  // the one it may lack as well
};
constexpr UnitWords kUnits[] = {
    {"%", "ratio", "is a percentage", "a number and %, such as 80%", "%", ""},
    {"B", "B", "counts bytes", "a size, such as 20 GiB", " GiB", " B"},
    {"s", "s", "is a time", "a time, such as 500 ms or 5m", "s", "ms"},
    {"B/s", "B/s", "counts bytes a second", "a size per time, such as 20 MB/s", " MB/s", " B/s"},
    {"/s", "/s", "counts per second", "a number per time, such as 100/s", "/s", "/min"},
    {"USD", "USD", "is an amount in USD", "an amount, such as 500 USD", " USD", ""},
    {"count", "", "counts things", "a plain number, such as 100", "", ""},
};

const UnitWords* WordsOf(const std::string& unit) {
  for (const UnitWords& one : kUnits)
    if (unit == one.unit) return &one;
  return nullptr;
}

// 80 -> 80% and 0.8 -> 80%: both readings of a bare number where a percentage is compared.
void TellBarePercentage(const std::string& metric, const Quantity& quantity, Mark mark, DiagnosticSink& sink) {
  Problem problem;
  FailBarePercentage(quantity.text, quantity.value, absl::StrCat("needs a unit: the metric ", metric, " is a percentage"), problem);
  Tell(sink, mark, problem.code, absl::StrCat("\"", quantity.text, "\" ", problem.what), problem.caret, problem.suggestion);
}

void TellBare(const std::string& metric, const UnitWords& words, const Quantity& quantity, Mark mark, DiagnosticSink& sink) {
  // Nobody means a hundred million GiB: a large number is in the unit of the metric itself.
  const bool large = quantity.value >= 1e6 && absl::StrContains(words.unit, 'B');
  const std::string first = absl::StrCat(quantity.text, large ? words.other : words.first);
  const std::string other = large ? "" : absl::StrCat(quantity.text, words.other);
  const bool one = other.empty() || *words.other == 0;
  Tell(sink, mark, "R204", absl::StrCat("\"", quantity.text, "\" needs a unit: the metric ", metric, " ", words.is),
       one ? absl::StrCat("write ", first) : absl::StrCat("write ", first, "  (or ", other, " if that is meant)"),
       one ? std::optional<std::string>(first) : std::nullopt);
}

// The key `word` was meant as `label`: a slip, or the label without its last word.
bool IsMeantAs(absl::string_view word, absl::string_view label) {
  if (label == absl::StrCat(word, "_name") || label == absl::StrCat(word, "_id")) return true;
  const bool prefix = absl::StartsWith(label, word) || absl::StartsWith(word, label);
  return !prefix || std::max(label.size(), word.size()) - std::min(label.size(), word.size()) <= 1;
}

void CheckLabel(const CatalogueMetric& metric, const YamlNode& at, DiagnosticSink& sink) {
  const std::string word(at.text);
  const std::vector<std::string>& labels = metric.labels;
  if (word.size() < 3 || std::find(labels.begin(), labels.end(), word) != labels.end()) return;
  const std::string nearest = Nearest(word, labels);
  // These have warnings of their own.
  if (absl::EqualsIgnoreCase(word, nearest) || !LabelOfProvidersWord(word, metric.unit == "money").empty()) return;
  if (nearest.empty() || !IsMeantAs(word, nearest)) return;
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "R304";
  out.mark = sink.text().MarkOf(at.begin, at.end);
  out.message = absl::StrCat("the metric ", metric.name, " has no label \"", word, "\" of its own");
  out.caret_text = absl::StrCat("did you mean \"", nearest, "\"?  (fine if it is a tag)");
  out.suggestion = nearest;
  out.help = absl::StrCat("its labels: ", absl::StrJoin(labels, ", "), "; tags come on top");
  sink.Add(std::move(out));
}

}  // namespace

bool CheckMetricName(const std::string& name, Mark mark, DiagnosticSink& sink) {
  if (FindMetric(name) != nullptr) return true;
  const bool ours = IsProviderName(name);
  // A scraped name has no dot; a custom one may, and is only questioned when it is a slip away from a known one.
  if (!ours && !MayBeProviderName(name)) return WarnOfProvidersName(name, mark, sink), true;
  // What is not shown needs no suggestion, and comparing with every name takes its time.
  const std::vector<std::string> theirs = sink.errors() < DiagnosticSink::kMost ? OfProvidersName(name) : std::vector<std::string>();
  const std::vector<std::string> near = theirs.size() == 1 ? theirs : sink.errors() < DiagnosticSink::kMost ? MeantMetrics(name) : theirs;
  const std::string nearest = near.empty() ? "" : near[0];
  if (!ours && (nearest.empty() || absl::StartsWith(nearest, name) || absl::StartsWith(name, nearest))) return true;
  Tell(sink, mark, "R301", absl::StrCat("no metric \"", name, "\""), near.empty() ? "" : InQuestion(near),
       near.size() == 1 ? std::optional<std::string>(nearest) : std::nullopt, WhereToLook(name));
  return false;
}

std::string UnitOfMetric(const std::string& metric) {
  if (const CatalogueMetric* known = FindMetric(metric); known != nullptr) return known->unit;
  // Scraped names carry no unit, and their values are mostly ratios: 0.8.
  if (!absl::StrContains(metric, '.')) return "";
  for (absl::string_view end : {"_utilization", "_percent", "_percentage", "_utilisation"})
    if (absl::EndsWith(metric, end)) return "%";
  return "";
}

void CheckMetricUnit(const std::string& metric, const std::string& unit, const Quantity& quantity, Mark mark, DiagnosticSink& sink) {
  const UnitWords* words = WordsOf(unit);
  if (unit == "%" && quantity.base == "ratio") WarnOfMoreThanAll(metric, quantity, mark, sink);
  if (words == nullptr || quantity.base == words->base || (quantity.base.empty() && quantity.value == 0)) return;
  if (!quantity.base.empty())
    return Tell(sink, mark, "R215", absl::StrCat("\"", quantity.text, "\" does not fit: the metric ", metric, " ", words->is),
                absl::StrCat("write ", words->write));
  if (unit == "%") return TellBarePercentage(metric, quantity, mark, sink);
  TellBare(metric, *words, quantity, mark, sink);
}

void CheckMetricLabels(const CatalogueMetric& metric, const YamlNode& watch, DiagnosticSink& sink) {
  if (const YamlNode* by = watch.Find("by"); by != nullptr) {
    if (by->kind == YamlNode::kText) CheckLabel(metric, *by, sink);
    for (const YamlNode* item : by->kind == YamlNode::kList ? by->items : std::vector<YamlNode*>())
      if (item->kind == YamlNode::kText) CheckLabel(metric, *item, sink);
  }
  for (const char* key : {"where", "leave_out"}) {
    const YamlNode* matchers = watch.Find(key);
    if (matchers == nullptr || matchers->kind != YamlNode::kMap) continue;
    for (std::size_t i = 0; i + 1 < matchers->items.size(); i += 2) CheckLabel(metric, *matchers->items[i], sink);
  }
}

}  // namespace nephoscope
