// Which series a rule looks at: `where`, `leave_out`, metric name; compiled once per rule set.
#pragma once

#include <memory>
#include <vector>

#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace re2 {
class RE2;
}

namespace nephoscope {

// One condition on one value; compiled once.
class LabelMatcher {
 public:
  explicit LabelMatcher(const Matcher& matcher);
  ~LabelMatcher();
  LabelMatcher(LabelMatcher&&) noexcept;

  const std::string& label() const { return matcher_->label; }
  // An empty value is the same as no label.
  bool Holds(absl::string_view value) const;

 private:
  const Matcher* matcher_;  // not owned
  std::unique_ptr<re2::RE2> regex_;
};

// Whether a series counts the events that one side of an objective asks for.
class EventsMatcher {
 public:
  explicit EventsMatcher(const Watch::Events& events);
  bool Matches(const Series& series) const;

 private:
  const Watch::Events* events_;  // not owned
  std::vector<LabelMatcher> where_;
};

// Whether the rule of a set looks at a series. Regular expressions are RE2 (linear time) and must match the whole value.
class WatchMatcher {
 public:
  explicit WatchMatcher(const Rule& rule);
  ~WatchMatcher();
  WatchMatcher(WatchMatcher&&) noexcept;

  bool Matches(const Series& series) const;
  // `where` holds and `leave_out` does not.
  bool Selects(const Labels& labels) const;

 private:
  bool MatchesResource(const Series& series) const;

  const Rule* rule_;
  std::vector<LabelMatcher> where_, leave_out_;
  std::vector<EventsMatcher> events_;
};

// Whether a rule that watches resources looks at this type ("" : no resource).
bool WatchesResource(const Watch& watch, absl::string_view type);
// The short name of the resource that a series is about; "" where the rule does not find one.
std::string ResourceOf(const Watch& watch, const Series& series);

// The first of `by` in a rule of the kind expr whose alerts have all labels of their series, but those that follow.
inline constexpr char kAllBut[] = "*";
bool HasAllLabels(const Rule& rule);
// The labels of the alert of such a rule.
Labels AllBut(const Rule& rule, const Labels& labels);

// `*` stands for any text.
bool GlobMatches(absl::string_view pattern, absl::string_view text);

}  // namespace nephoscope
