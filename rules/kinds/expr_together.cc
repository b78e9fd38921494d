#include "rules/kinds/expr_together.h"

#include <algorithm>

#include "rules/engine/matcher.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostTimes = 16;                  // whose answers are kept
constexpr absl::Duration kMostBehind = absl::Hours(6);  // how far one group may be behind another

}  // namespace

Labels ExprGroupOf(const Rule& rule, const Labels& labels) {
  return HasAllLabels(rule) ? AllBut(rule, labels) : labels.Project(rule.watch.by);
}

void ExprTogether::Join(Group* group) {
  groups_.push_back(group);
  known_.clear();
}

void ExprTogether::Leave(Group* group) {
  std::erase(groups_, group);
  known_.clear();
}

void ExprTogether::Changed(absl::Time at) { known_.erase(known_.lower_bound(at), known_.end()); }

std::optional<ExprTogether::Answer> ExprTogether::At(absl::Time time, const Rule& rule, const Expr& expr, const Group& who,
                                                     const Labels& of) {
  if (revision_ != rule.revision) known_.clear(), revision_ = rule.revision;
  auto known = known_.find(time);
  if (known == known_.end()) {
    Forget(time);
    known = known_.emplace(time, Evaluate(time, rule, expr)).first;
    if (known_.size() > kMostTimes) known_.erase(known == known_.begin() ? std::prev(known_.end()) : known_.begin());
  }
  const Answers& answers = known->second;
  if (const auto found = answers.by_group.find(of); found != answers.by_group.end()) return found->second;
  if (answers.failed || !answers.one_is_lost || !who.HasPointAt(time)) return std::nullopt;
  return Answer{};
}

ExprTogether::Answers ExprTogether::Evaluate(absl::Time time, const Rule& rule, const Expr& expr) const {
  std::vector<const ExprSeries*> series;
  for (const Group* group : groups_)
    for (const ExprSeries& one : group->series()) series.push_back(&one);
  Answers out;
  const bool filters_last = FiltersLast(expr);
  const auto all = EvaluateExpr(expr, series, time, ExprFilter::kOff);
  out.one_is_lost = !all.ok();
  if (all.ok())
    for (const ExprElement& one : all->elements) {
      Answer& answer = out.by_group.try_emplace(ExprGroupOf(rule, one.labels), Answer{one.value, false, one.labels}).first->second;
      if (filters_last && one.holds && !answer.holds) answer = {one.value, true, one.labels};
    }
  if (filters_last && all.ok()) return out;
  const auto kept = EvaluateExpr(expr, series, time, ExprFilter::kOn);
  out.failed = !kept.ok();
  if (kept.ok())
    for (const ExprElement& one : kept->elements) {
      Answer& answer = out.by_group[ExprGroupOf(rule, one.labels)];
      if (!answer.holds) answer = {one.value, true, one.labels};
    }
  if (out.failed) out.by_group.clear();
  return out;
}

void ExprTogether::Forget(absl::Time time) {
  absl::Time all_judged = time;
  for (const Group* group : groups_) all_judged = std::min(all_judged, group->judged());
  all_judged = std::max(all_judged, time - kMostBehind);
  for (Group* group : groups_) group->Forget(all_judged);
}

}  // namespace nephoscope
