#include "rules/kinds/idle_conditions.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/catalogue/catalogue.h"
#include "rules/catalogue/resources.h"
#include "rules/engine/matcher.h"
#include "rules/engine/template.h"
#include "rules/kinds/say_words.h"

namespace nephoscope {
namespace {

constexpr const char* kStats[] = {"avg", "max", "min", "sum", "count", "last"};
constexpr const char* kPer[] = {"day"};

const Option kLineOptions[] = {
    {.name = "metric", .type = OptionType::kText, .sentence = "A metric of the resource, without the service (cpu_utilization, network_bytes), or its whole name", .example = "cpu_utilization", .required = true},
    {.name = "stat", .type = OptionType::kChoice, .sentence = "What is made of its points", .default_text = "avg", .choices = kStats},
    {.name = "per", .type = OptionType::kChoice, .sentence = "The limit holds on each day by itself, instead of for all days at once", .example = "day", .choices = kPer},
    {.name = "label", .type = OptionType::kText, .sentence = "The label of the metric that names the resource; those of the catalogue are known", .example = "instance_id"},
    kLimitOptions[0], kLimitOptions[1], kLimitOptions[2], kLimitOptions[3], kLimitOptions[4],
};
const OptionTable kLine = {"all_of", "One sign that a resource does nothing.", kLineOptions};

const Option kOptionList[] = {
    {.name = "over", .type = OptionType::kDuration, .sentence = "For how long it does nothing, in whole days", .default_text = "14d", .minimum = 86400, .maximum = 366 * 86400.0},
    {.name = "min_age", .type = OptionType::kDuration, .sentence = "Newer resources are not judged", .default_text = "14d"},
    {.name = "data_coverage", .type = OptionType::kRatio, .sentence = "With a smaller share of the expected points a resource is unknown, not idle", .default_text = "90%", .minimum = 0.01, .maximum = 1},
    {.name = "days", .type = OptionType::kInteger, .sentence = "On how many of the days all conditions hold; without it, on all", .example = "4", .minimum = 1, .maximum = 366},
    {.name = "all_of", .type = OptionType::kMapList, .sentence = "The signs that it does nothing; all must hold", .example = "[{metric: cpu_utilization, stat: max, below: 5%}]", .required = true, .fields = &kLine},
};

// One word for what several metrics count together.
struct Together {
  const char* word;
  const char* parts[4];
};
constexpr Together kTogether[] = {
    {"network_bytes", {"network_in", "network_out", "bytes_in", "bytes_out"}},
    {"network_packets", {"network_packets_in", "network_packets_out"}},
    {"disk_bytes", {"disk_read_bytes", "disk_write_bytes", "read_bytes", "write_bytes"}},
    {"disk_operations", {"disk_read_ops", "disk_write_ops", "read_ops", "write_ops"}},
};

std::vector<std::string> PartsOf(const std::string& word) {
  std::vector<std::string> out = {word};
  for (const Together& one : kTogether)
    if (word == one.word)
      for (const char* part : one.parts)
        if (part != nullptr) out.emplace_back(part);
  return out;
}

// The types of resources that a rule watches and that have metrics.
std::vector<const ResourceType*> TypesOf(const Rule& rule) {
  std::vector<const ResourceType*> out;
  for (const ResourceType& type : AllResourceTypes())
    if (*type.metrics != 0 && WatchesResource(rule.watch, type.name)) out.push_back(&type);
  return out;
}

// The metrics that one line means.
std::vector<Watch::ResourceMetric> MetricsOf(const Rule& rule, const OptionValues& line, int condition) {
  const std::string& metric = line.Text("metric");
  std::vector<Watch::ResourceMetric> out;
  for (const ResourceType* type : TypesOf(rule)) {
    const std::string label = line.Has("label") ? line.Text("label") : type->label;
    for (const std::string& part : PartsOf(metric))
      if (const std::string name = absl::StrCat(type->metrics, ".", part); FindMetric(name) != nullptr) out.push_back({name, label, condition});
    if (absl::StartsWith(metric, absl::StrCat(type->metrics, ".")) && FindMetric(metric) != nullptr) out.push_back({metric, label, condition});
  }
  if (out.empty() && line.Has("label") && (!IsProviderName(metric) || FindMetric(metric) != nullptr)) out.push_back({metric, line.Text("label"), condition});
  return out;
}

std::string UnitOf(const std::string& metric) {
  const CatalogueMetric* known = FindMetric(metric);
  return known == nullptr ? "" : known->unit;
}

// The words that metrics of these types end with, for "did you mean".
std::string Closest(const Rule& rule, const std::string& word) {
  std::string best;
  std::size_t most = 2;
  for (const ResourceType* type : TypesOf(rule)) {
    for (const CatalogueMetric& metric : AllMetrics()) {
      if (!absl::StartsWith(metric.name, absl::StrCat(type->metrics, "."))) continue;
      const std::string name = metric.name.substr(metric.name.rfind('.') + 1);
      std::size_t same = 0;
      while (same < name.size() && same < word.size() && name[same] == word[same]) ++same;
      if (same > most) best = name, most = same;
    }
  }
  return best;
}

void CheckLine(const Rule& rule, const OptionValues& line, int condition, std::vector<Diagnostic>& out) {
  const std::string& metric = line.Text("metric");
  const std::vector<Watch::ResourceMetric> metrics = MetricsOf(rule, line, condition);
  if (metrics.empty()) {
    const std::string closest = Closest(rule, metric);
    Diagnostic told = LogicError("R455", line.MarkOf("metric"), absl::StrCat("the resources have no metric \"", metric, "\""));
    told.caret_text = closest.empty() ? "a metric of your own needs label: the label that names the resource" : absl::StrCat("did you mean \"", closest, "\"?");
    if (!closest.empty()) told.suggestion = closest;
    out.push_back(std::move(told));
    return;
  }
  const Limits limits(line, false, 1);
  if (limits.empty()) return out.push_back(LogicError("R401", line.mark, "nothing is compared here: write below or at_most, such as below: 5%"));
  const std::string unit = line.Text("stat") == "count" ? "count" : UnitOf(metrics[0].metric);
  for (const Option& option : kLimitOptions) {
    if (!line.Has(option.name)) continue;
    const Quantity& quantity = line.AsQuantity(option.name);
    if (quantity.value == 0 && quantity.base.empty()) continue;
    if (unit == "%" && quantity.base.empty()) out.push_back(LogicError("R204", line.MarkOf(option.name), absl::StrCat("\"", quantity.text, "\" needs a unit: ", metric, " is a percentage; write ", quantity.text, "%")));
    else if (unit == "B" && quantity.base.empty()) out.push_back(LogicError("R204", line.MarkOf(option.name), absl::StrCat("\"", quantity.text, "\" needs a unit: ", metric, " counts bytes; write a size, such as 5 MB")));
    else if ((unit == "%" && quantity.base != "ratio") || (unit == "B" && quantity.base != "B") || (unit == "count" && !quantity.base.empty()) || (unit == "s" && quantity.base != "s"))
      out.push_back(LogicError("R215", line.MarkOf(option.name), absl::StrCat("\"", quantity.text, "\" does not fit ", metric, unit == "count" ? ", which counts things" : absl::StrCat(", whose unit is ", unit))));
  }
}

}  // namespace

const OptionTable kIdleOptions = {"idle", "When a resource does nothing.", kOptionList};

std::vector<Watch::ResourceMetric> IdleMetrics(const Rule& rule) {
  std::vector<Watch::ResourceMetric> out;
  int condition = 0;
  for (const OptionValues& line : rule.options.Map("idle").MapList("all_of")) {
    for (Watch::ResourceMetric& one : MetricsOf(rule, line, condition)) out.push_back(std::move(one));
    ++condition;
  }
  return out;
}

std::vector<std::string> SayIdle(const Rule& rule) {
  std::vector<std::string> signs;
  for (const OptionValues& line : rule.options.Map("idle").MapList("all_of"))
    signs.push_back(absl::StrCat(SayStat(line.Text("stat")), SayName(line.Text("metric")), line.Has("label") ? absl::StrCat(" (by its label ", SayName(line.Text("label")), ")") : "",
                                 line.Has("per") ? absl::StrCat(" of each ", line.Text("per")) : "", " is ", Limits(line, false, 1).text()));
  return {absl::StrCat("It does nothing when ", SayList(std::move(signs), "and"), ".")};
}

void CheckIdle(const Rule& rule, std::vector<Diagnostic>& out) {
  const OptionValues& idle = rule.options.Map("idle");
  if (idle.MapList("all_of").empty()) return out.push_back(LogicError("R455", idle.MarkOf("all_of"), "nothing is a sign of idleness here: write lines such as - {metric: cpu_utilization, stat: max, below: 5%}"));
  int condition = 0;
  for (const OptionValues& line : idle.MapList("all_of")) CheckLine(rule, line, condition++, out);
  if (absl::Floor(idle.Duration("over"), absl::Hours(24)) != idle.Duration("over")) out.push_back(LogicError("R456", idle.MarkOf("over"), "idleness is judged by whole days, such as over: 14d"));
  if (idle.Has("days") && idle.Integer("days") > idle.Duration("over") / absl::Hours(24))
    out.push_back(LogicError("R456", idle.MarkOf("days"), absl::StrCat(idle.Integer("days"), " of ", idle.Duration("over") / absl::Hours(24), " days can never be")));
}

IdleCondition::IdleCondition(const OptionValues& line, const std::string& unit)
    : stat_(line.Text("stat")), unit_(unit), per_day_(line.Has("per")), limits_(line, false, unit == "%" ? 100 : 1) {
  text_ = absl::StrCat(line.Text("metric"), " ", stat_, per_day_ ? " per day " : " ", limits_.text());
}

double IdleCondition::Together(const std::vector<const DayStats*>& series, std::int64_t from, std::int64_t to, bool silent_is_zero) const {
  double out = silent_is_zero ? 0 : std::nan("");
  for (const DayStats* one : series) {
    const double value = one->Of(from, to).Stat(stat_);
    if (std::isnan(value)) continue;
    out = std::isnan(out) ? value : stat_ == "sum" || stat_ == "count" ? out + value : std::max(out, value);
  }
  return out;
}

bool IdleCondition::Holds(const std::vector<const DayStats*>& series, std::int64_t from, std::int64_t to, double& value, bool silent_is_zero) const {
  if (!per_day_ || to - from == 1) {
    value = Together(series, from, to, silent_is_zero);
    return limits_.Hold(value);
  }
  value = std::nan("");
  for (std::int64_t day = from; day < to; ++day) {
    const double one = Together(series, day, day + 1, silent_is_zero);
    if (std::isnan(one)) continue;  // a day without points; how many there may be is a matter of data_coverage
    value = std::isnan(value) ? one : std::max(value, one);
    if (!limits_.Hold(one)) {
      value = one;
      return false;
    }
  }
  return !std::isnan(value);
}

std::string IdleCondition::Shown(double value) const { return ValueText(value, stat_ == "count" ? "" : unit_); }

}  // namespace nephoscope
