// ExprTogether: the groups of a rule of kind expr that are evaluated together, as what one of them says depends on the series
// of others: x > 1 and on (host) y > 2, where alerts have all labels of x.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/evaluator.h"
#include "rules/expr/evaluate.h"
#include "rules/model/labels.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The labels of the alert that a series, or an element of the result, belongs to.
Labels ExprGroupOf(const Rule& rule, const Labels& labels);

// One evaluation of all series serves all groups that are judged at the same time: they are judged on one grid, so a step
// costs what all of them have, once.
class ExprTogether : public RuleCommon {
 public:
  struct Answer {
    double value = 0;
    bool holds = false;
    Labels labels;  // of the element, those that it took from another metric as well
  };
  class Group {
   public:
    virtual ~Group() = default;
    virtual absl::Span<const ExprSeries> series() const = 0;
    virtual absl::Time judged() const = 0;  // the newest time; InfinitePast: none
    virtual bool HasPointAt(absl::Time time) const = 0;
    // Nobody asks what was before `time`, but for what reaches back from there.
    virtual void Forget(absl::Time time) = 0;
  };

  void Join(Group* group);
  void Leave(Group* group);
  // A point came, or was changed.
  void Changed(absl::Time at);
  // Nothing: there are no data for it. `who` asks for its alert, `of`.
  std::optional<Answer> At(absl::Time time, const Rule& rule, const Expr& expr, const Group& who, const Labels& of);

 private:
  struct Answers {
    absl::flat_hash_map<Labels, Answer> by_group;
    bool one_is_lost = false;  // what is false and what is missing look the same
    bool failed = false;       // more than one element where one is joined
  };

  Answers Evaluate(absl::Time time, const Rule& rule, const Expr& expr) const;
  void Forget(absl::Time time);

  std::vector<Group*> groups_;
  std::string revision_;               // of the rule that was asked
  std::map<absl::Time, Answers> known_;  // at most kMostTimes
};

}  // namespace nephoscope
