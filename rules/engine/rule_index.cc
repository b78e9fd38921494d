#include "rules/engine/rule_index.h"

#include <algorithm>

namespace nephoscope {
namespace {

// It matches one metric and nothing else.
bool IsOfOneMetric(const Watch& watch) {
  return !watch.metric.empty() && !watch.alerts && watch.resources.empty() && watch.commitments.empty() && watch.resource_metrics.empty();
}

const Matcher* FirstNamed(const Watch& watch) {
  const auto names = [](const Matcher& m) {
    return (m.op == Matcher::Op::kEqual || m.op == Matcher::Op::kAnyOf) && std::none_of(m.values.begin(), m.values.end(), [](const std::string& v) { return v.empty(); });
  };
  const auto found = std::find_if(watch.where.begin(), watch.where.end(), names);
  return found == watch.where.end() ? nullptr : &*found;
}

}  // namespace

void RuleIndex::Add(std::size_t position, const Rule& rule) {
  if (!IsOfOneMetric(rule.watch)) return always_.push_back(position);
  OfMetric& there = of_metric_[rule.watch.metric];
  const Matcher* named = FirstNamed(rule.watch);
  if (named == nullptr) return there.any.push_back(position);
  for (const std::string& value : named->values) there.by_label[named->label][value].push_back(position);
}

void RuleIndex::Remove(std::size_t position, const Rule& rule) {
  const auto remove = [&](Positions& from) { std::erase(from, position); };
  if (!IsOfOneMetric(rule.watch)) return remove(always_);
  OfMetric& there = of_metric_[rule.watch.metric];
  const Matcher* named = FirstNamed(rule.watch);
  if (named == nullptr) return remove(there.any);
  for (const std::string& value : named->values) remove(there.by_label[named->label][value]);
}

absl::Span<const std::size_t> RuleIndex::Candidates(const std::string& name, const Labels& labels) {
  found_ = always_;
  if (const auto metric = of_metric_.find(name); metric != of_metric_.end()) {
    found_.insert(found_.end(), metric->second.any.begin(), metric->second.any.end());
    for (const auto& [label, by_value] : metric->second.by_label) {
      const absl::string_view value = labels.Get(label);
      if (const auto there = by_value.find(value); there != by_value.end()) found_.insert(found_.end(), there->second.begin(), there->second.end());
    }
  }
  std::sort(found_.begin(), found_.end());
  found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  return found_;
}

}  // namespace nephoscope
