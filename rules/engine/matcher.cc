#include "rules/engine/matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "rules/model/probe.h"
#include "rules/model/resource_key.h"

namespace nephoscope {

bool GlobMatches(absl::string_view pattern, absl::string_view text) {
  std::size_t p = 0, t = 0, star = absl::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

LabelMatcher::LabelMatcher(const Matcher& matcher) : matcher_(&matcher) {
  if (matcher.op == Matcher::Op::kRegex || matcher.op == Matcher::Op::kNotRegex) regex_ = std::make_unique<re2::RE2>(matcher.values[0]);
}
LabelMatcher::~LabelMatcher() = default;
LabelMatcher::LabelMatcher(LabelMatcher&&) noexcept = default;

bool LabelMatcher::Holds(absl::string_view value) const {
  const Matcher& m = *matcher_;
  const auto any = [&](const auto& same) { return std::any_of(m.values.begin(), m.values.end(), same); };
  const auto equal = [&](const std::string& v) { return value == v; };
  const auto glob = [&](const std::string& v) { return GlobMatches(v, value); };
  // A label that is no number compares with none.
  const auto number = [&](auto compare) {
    double label = 0, limit = 0;
    return absl::SimpleAtod(value, &label) && absl::SimpleAtod(m.values[0], &limit) && compare(label, limit);
  };
  switch (m.op) {
    case Matcher::Op::kEqual:
    case Matcher::Op::kAnyOf: return any(equal);
    case Matcher::Op::kNotEqual:
    case Matcher::Op::kNotAnyOf: return !any(equal);
    case Matcher::Op::kGlob: return any(glob);
    case Matcher::Op::kNotGlob: return !any(glob);
    case Matcher::Op::kRegex: return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
    case Matcher::Op::kNotRegex: return !re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
    case Matcher::Op::kMissing: return value.empty();
    case Matcher::Op::kPresent: return !value.empty();
    case Matcher::Op::kAtLeast: return number(std::greater_equal<double>());
    case Matcher::Op::kAtMost: return number(std::less_equal<double>());
    case Matcher::Op::kAbove: return number(std::greater<double>());
    case Matcher::Op::kBelow: return number(std::less<double>());
  }
  return false;
}

EventsMatcher::EventsMatcher(const Watch::Events& events) : events_(&events) {
  for (const Matcher& matcher : events.where) where_.emplace_back(matcher);
}

bool EventsMatcher::Matches(const Series& series) const {
  return series.metric == events_->metric && std::all_of(where_.begin(), where_.end(), [&](const LabelMatcher& one) { return one.Holds(series.labels.Get(one.label())); });
}

bool HasAllLabels(const Rule& rule) { return rule.kind == "expr" && !rule.watch.by.empty() && rule.watch.by[0] == kAllBut; }

Labels AllBut(const Rule& rule, const Labels& labels) {
  Labels out = labels;
  for (const std::string& name : rule.watch.by) out = out.With(name, "");
  return out;
}

WatchMatcher::WatchMatcher(const Rule& rule) : rule_(&rule) {
  for (const Watch::Events& events : rule.watch.events) events_.emplace_back(events);
  for (const Matcher& matcher : rule.watch.where) where_.emplace_back(matcher);
  for (const Matcher& matcher : rule.watch.leave_out) leave_out_.emplace_back(matcher);
}
WatchMatcher::~WatchMatcher() = default;
WatchMatcher::WatchMatcher(WatchMatcher&&) noexcept = default;

bool WatchMatcher::Selects(const Labels& labels) const {
  const auto holds = [&](const LabelMatcher& one) { return one.Holds(labels.Get(one.label())); };
  return std::all_of(where_.begin(), where_.end(), holds) && std::none_of(leave_out_.begin(), leave_out_.end(), holds);
}

bool WatchesResource(const Watch& watch, absl::string_view type) {
  return std::any_of(watch.resources.begin(), watch.resources.end(), [&](const std::string& one) { return GlobMatches(one, type); });
}

std::string ResourceOf(const Watch& watch, const Series& series) {
  if (series.metric == kResourceCostMetric) return ResourceKey(series.labels.Get("resource_id"));
  for (const Watch::ResourceMetric& one : watch.resource_metrics)
    if (series.metric == one.metric) return ResourceKey(series.labels.Get(one.label), series.labels.Get("resource_group"));
  return "";
}

// What a rule that makes one alert of each resource leaves out is known when cost and metrics are together: its kind decides.
bool WatchMatcher::MatchesResource(const Series& series) const {
  if (rule_->watch.per_resource && ResourceOf(rule_->watch, series).empty()) return false;
  if (series.metric != kResourceCostMetric) return rule_->watch.per_resource;
  return WatchesResource(rule_->watch, series.labels.Get("resource_type")) && (rule_->watch.per_resource || Selects(series.labels));
}

bool WatchMatcher::Matches(const Series& series) const {
  if (rule_->watch.alerts) return false;
  if (!rule_->watch.resources.empty()) return MatchesResource(series);
  if (!rule_->watch.commitments.empty()) {
    const absl::string_view type = series.labels.Get("commitment_discount_type");
    const std::vector<std::string>& wanted = rule_->watch.commitments;
    return absl::StartsWith(series.metric, kCommitmentPrefix) && Selects(series.labels) &&
           (type.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) { return GlobMatches(one, type); }));
  }
  if (!events_.empty()) return Selects(series.labels) && std::any_of(events_.begin(), events_.end(), [&](const EventsMatcher& one) { return one.Matches(series); });
  // A health check with its own probe sees the samples of that probe.
  if (rule_->watch.metric.empty()) return absl::StartsWith(series.metric, "probe.") && series.labels.Get("rule") == rule_->id;
  return series.metric == rule_->watch.metric && Selects(series.labels);
}

}  // namespace nephoscope
