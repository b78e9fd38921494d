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

// Whether the rule of a set looks at a series. Regular expressions are RE2 (linear time) and must match the whole value.
class WatchMatcher {
 public:
  explicit WatchMatcher(const Rule& rule);
  ~WatchMatcher();
  WatchMatcher(WatchMatcher&&) noexcept;

  bool Matches(const Series& series) const;

 private:
  struct Compiled {
    const Matcher* matcher;
    std::unique_ptr<re2::RE2> regex;
  };
  static Compiled Compile(const Matcher& matcher);
  static bool Holds(const Compiled& one, const Labels& labels);

  const Rule* rule_;
  std::vector<Compiled> where_, leave_out_;
};

// `*` stands for any text.
bool GlobMatches(absl::string_view pattern, absl::string_view text);

}  // namespace nephoscope
