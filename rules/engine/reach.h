// Reach: how many series each rule looks at, and why a rule looks at none: it can never fire, and nobody would notice.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/matcher.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// What a rule without series would have to find, and what there is instead.
struct BlindRule {
  std::string metric;             // that it looks at; for good and total of `total`
  bool metric_seen = false;       // series of it have come
  bool resource_metrics = false;  // its resources are billed, but no metric of theirs has come
  std::string label;              // the first of `where` that no series fits; empty: leave_out takes all
  std::vector<std::string> wanted;  // the values that `where` wants of it
  std::set<std::string> values;   // the values there are, some of them
  std::set<std::string> labels;   // the names of labels there are, some of them
  std::size_t series = 0;         // that it looks at
  std::string group;              // a label of `by` that none of them has: all are one group, (none)
};

// Each series is added once for a set of rules. Looks at a bounded number of series for each rule that has none yet, so
// it costs nothing for rules that have some.
class Reach {
 public:
  explicit Reach(std::shared_ptr<const RuleSet> rules);

  // `matching`: positions of the rules that look at it.
  void Add(const Series& series, absl::Span<const std::size_t> matching);

  // It is gone.
  void Remove(SeriesId id, absl::Span<const std::size_t> matching);

  // The series is late by so much (ArrivalDelays), until this is said anew.
  void NoteDelay(SeriesId id, absl::Span<const std::size_t> matching, ArrivalDelay delay);

  // By position in the set. The delays are the longest of its series.
  ArrivalDelay delay(std::size_t rule) const;
  std::size_t series(std::size_t rule) const { return counts_[rule]; }
  // True: the rule needs series and none can make it fire, or none has a label of its `by`. Rules that are off, that are made of alerts or that expect
  // a list of names are never blind.
  bool IsBlind(std::size_t rule) const;
  // Of a blind rule.
  BlindRule Why(std::size_t rule) const;
  // Grows whenever an answer changed.
  std::uint64_t version() const { return version_; }

 private:
  struct Misses {
    std::size_t looked_at = 0;  // series of its metric
    std::map<std::string, std::set<std::string>> values;  // by label of `where`
    std::set<std::string> fits, labels;                   // labels of `where` that some series fits; names of labels
  };

  void NoteMiss(std::size_t rule, const Series& series);
  void NoteGroups(std::size_t rule, const Series& series);

  std::shared_ptr<const RuleSet> rules_;
  std::vector<WatchMatcher> selects_;
  std::vector<std::vector<Matcher>> wanted_;      // of each rule, all that `where` says
  std::vector<std::vector<LabelMatcher>> where_;  // the same, compiled; it points into wanted_
  std::vector<std::size_t> counts_;
  std::vector<std::size_t> resource_metrics_;  // of each rule: series of metrics of its resources
  std::vector<Misses> misses_;
  std::vector<std::vector<std::string>> groups_;  // of each rule: labels of `by` that no series has had yet
  absl::flat_hash_map<std::string, std::vector<std::size_t>> without_;  // metric -> rules that have no series of it yet
  std::map<std::size_t, absl::flat_hash_map<SeriesId, ArrivalDelay>> late_;  // by rule
  std::uint64_t version_ = 0;
};

}  // namespace nephoscope
