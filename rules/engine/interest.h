// Interest: which virtual shards a series feeds. For the thread that reads providers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rules/engine/matcher.h"
#include "rules/engine/reach.h"
#include "rules/engine/rule_index.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// Made once for a set of rules, asked once for each new series.
class Interest {
 public:
  explicit Interest(std::shared_ptr<const RuleSet> rules);

  // The shards (bit i = shard i) whose alerts the series feeds; 0: no rule looks at it.
  // Once for each series: what is asked is counted in reach().
  std::uint64_t ShardsOf(const Series& series);

  // For reach(): the series is late by so much.
  void NoteDelay(const Series& series, ArrivalDelay delay);

  // It is gone; it was asked about with ShardsOf.
  void Forget(const Series& series);

  // How long the series may be absent from its source, which answers, until no rule minds that it is forgotten; infinite:
  // never. Zero: no rule looks at it.
  absl::Duration ExpiryOf(const Series& series);

  const RuleSet& rules() const { return *rules_; }
  const Reach& reach() const { return reach_; }

 private:
  void Match(const Series& series);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<WatchMatcher> matchers_;  // of each rule
  RuleIndex index_;
  Reach reach_;
  std::vector<std::size_t> matching_;  // scratch
  bool exposes_ = false;  // alerts of some rule ask the bill what they are about costs
};

}  // namespace nephoscope
