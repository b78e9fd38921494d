// RuleIndex: which rules of a set may look at a series, without asking each of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// By metric, and by the first label that `where` names values of: 10,000 rules of one resource each cost a new series one look-up. Rules that
// look at more than one metric (resources, commitments, probes) are asked always.
class RuleIndex {
 public:
  void Add(std::size_t position, const Rule& rule);
  // As it was added.
  void Remove(std::size_t position, const Rule& rule);
  void clear() { *this = {}; }

  // Positions of the rules that may match, ascending, each once; WatchMatcher decides. Valid until the next call.
  absl::Span<const std::size_t> Candidates(const std::string& metric, const Labels& labels);
  absl::Span<const std::size_t> Candidates(const Series& series) { return Candidates(series.metric, series.labels); }

 private:
  using Positions = std::vector<std::size_t>;
  struct OfMetric {
    Positions any;
    absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, Positions>> by_label;  // label name -> value -> rules
  };

  absl::flat_hash_map<std::string, OfMetric> of_metric_;
  Positions always_;
  Positions found_;
};

}  // namespace nephoscope
