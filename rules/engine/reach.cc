#include "rules/engine/reach.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "rules/model/probe.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLookedAt = 1'000;  // series without a fit, of one rule
constexpr std::size_t kValues = 20, kLabels = 50;

bool Needs(const Rule& rule) { return rule.mode != RuleMode::kOff && rule.watch.groups_by_label() && !rule.watch.alerts && rule.expected.empty(); }

// Under which name the series of a rule are filed; all metrics of commitments are one.
std::string FiledUnder(const std::string& metric) { return absl::StartsWith(metric, kCommitmentPrefix) ? kCommitmentPrefix : metric; }

std::string MetricOf(const Watch& watch) {
  if (!watch.resources.empty()) return kResourceCostMetric;
  if (!watch.commitments.empty()) return kCommitmentPrefix;
  return watch.events.empty() ? watch.metric : watch.events.back().metric;
}

std::vector<Matcher> WhereOf(const Watch& watch) {
  std::vector<Matcher> out = watch.where;
  if (!watch.events.empty()) out.insert(out.end(), watch.events.back().where.begin(), watch.events.back().where.end());
  return out;
}

template <typename Set>
void AddUpTo(std::size_t most, absl::string_view value, Set& to) {
  if (to.size() < most) to.emplace(value);
}

}  // namespace

Reach::Reach(std::shared_ptr<const RuleSet> rules)
    : rules_(std::move(rules)), counts_(rules_->rules.size()), resource_metrics_(rules_->rules.size()), misses_(rules_->rules.size()) {
  for (const auto& rule : rules_->rules) wanted_.push_back(WhereOf(rule->watch));
  for (std::size_t i = 0; i < rules_->rules.size(); ++i) {
    const Rule& rule = *rules_->rules[i];
    groups_.push_back(Needs(rule) && !rule.watch.per_resource ? rule.watch.by : std::vector<std::string>());
    std::erase(groups_.back(), "owner");  // found by the steps of ownership, besides the label
    selects_.emplace_back(rule);
    std::vector<LabelMatcher>& where = where_.emplace_back();
    for (const Matcher& one : wanted_[i]) where.emplace_back(one);
    if (const std::string metric = MetricOf(rule.watch); Needs(rule) && !metric.empty()) without_[metric].push_back(i);
  }
}

void Reach::Add(const Series& series, absl::Span<const std::size_t> matching) {
  for (const std::size_t rule : matching) {
    // Of one alert for each resource, `where` may be about a tag that only the bill knows.
    const bool each = rules_->rules[rule]->watch.per_resource;
    if (each && series.metric != kResourceCostMetric) ++resource_metrics_[rule];
    if (!each || selects_[rule].Selects(series.labels)) ++counts_[rule];
    if (!groups_[rule].empty()) NoteGroups(rule, series);
    ++version_;
  }
  const auto found = without_.find(FiledUnder(series.metric));
  if (found == without_.end()) return;
  std::erase_if(found->second, [&](std::size_t rule) {
    if (counts_[rule] > 0 || misses_[rule].looked_at >= kLookedAt) return true;
    NoteMiss(rule, series);
    return false;
  });
  if (found->second.empty()) without_.erase(found);
}

void Reach::Remove(SeriesId id, absl::Span<const std::size_t> matching) {
  for (const std::size_t rule : matching) {
    if (counts_[rule] > 0) --counts_[rule];
    if (const auto late = late_.find(rule); late != late_.end()) late->second.erase(id);
  }
  if (!matching.empty()) ++version_;
}

void Reach::NoteDelay(SeriesId id, absl::Span<const std::size_t> matching, ArrivalDelay delay) {
  for (const std::size_t rule : matching) {
    if (delay.none()) late_[rule].erase(id);
    else late_[rule][id] = delay;
    ++version_;
  }
}

ArrivalDelay Reach::delay(std::size_t rule) const {
  ArrivalDelay out;
  const auto found = late_.find(rule);
  if (found == late_.end()) return out;
  for (const auto& [id, one] : found->second) out = {std::max(out.arrival, one.arrival), std::max(out.lag, one.lag)};
  return out;
}

void Reach::NoteGroups(std::size_t rule, const Series& series) {
  std::erase_if(groups_[rule], [&](const std::string& label) { return series.labels.Has(label); });
  if (groups_[rule].empty() || misses_[rule].labels.size() >= kLabels) return;
  for (const LabelView one : series.labels.pairs()) AddUpTo(kLabels, one.name, misses_[rule].labels);
}

void Reach::NoteMiss(std::size_t rule, const Series& series) {
  Misses& misses = misses_[rule];
  ++misses.looked_at;
  ++version_;
  for (const LabelView one : series.labels.pairs()) AddUpTo(kLabels, one.name, misses.labels);
  for (const LabelMatcher& one : where_[rule]) {
    const absl::string_view value = series.labels.Get(one.label());
    if (one.Holds(value)) misses.fits.emplace(one.label());
    if (!value.empty()) AddUpTo(kValues, value, misses.values[one.label()]);
  }
}

bool Reach::IsBlind(std::size_t rule) const {
  const Rule& one = *rules_->rules[rule];
  if (!Needs(one)) return false;
  return counts_[rule] == 0 || !groups_[rule].empty() || (!one.watch.resource_metrics.empty() && resource_metrics_[rule] == 0);
}

BlindRule Reach::Why(std::size_t rule) const {
  const Watch& watch = rules_->rules[rule]->watch;
  const Misses& misses = misses_[rule];
  BlindRule out;
  out.metric = MetricOf(watch);
  out.metric_seen = misses.looked_at > 0 || counts_[rule] > 0;
  out.resource_metrics = counts_[rule] > 0;
  out.labels = misses.labels;
  out.series = counts_[rule];
  const bool unused = !watch.resource_metrics.empty() && resource_metrics_[rule] == 0;
  if (counts_[rule] > 0 && !unused && !groups_[rule].empty()) {
    out.resource_metrics = false;
    out.group = groups_[rule][0];
    return out;
  }
  if (!out.metric_seen || out.resource_metrics) return out;
  for (const Matcher& one : wanted_[rule]) {
    if (misses.fits.count(one.label) != 0) continue;
    out.label = one.label;
    out.wanted = one.values;
    if (const auto values = misses.values.find(one.label); values != misses.values.end()) out.values = values->second;
    break;
  }
  return out;
}

}  // namespace nephoscope
