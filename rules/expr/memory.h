// What one evaluation of an expression leaves for the next: windows that only move on, and labels that were put together.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rules/expr/ast.h"
#include "rules/model/labels.h"
#include "rules/model/running_stats.h"

namespace nephoscope {

class ExprMemory {
 public:
  // A point of the series was changed, or put in before the newest.
  void Changed(std::size_t series) {
    if (series < windows_.size())
      for (auto& [call, stats] : windows_[series]) stats->Forget();
  }
  // So many points are gone from the beginning.
  void Dropped(std::size_t series, std::size_t count) {
    if (series < windows_.size())
      for (auto& [call, stats] : windows_[series]) stats->Dropped(count);
  }

  RunningStats& Window(const Expr& call, std::size_t series, unsigned needs) {
    if (windows_.size() <= series) windows_.resize(series + 1);
    for (auto& [known, stats] : windows_[series])
      if (known == &call) return *stats;
    return *windows_[series].emplace_back(&call, std::make_unique<RunningStats>(needs)).second;
  }

  // Keys of series that are gone are not kept for ever: beyond twice what one evaluation asks for, it begins anew.
  void BeginEvaluation() {
    if (std::exchange(refilled_, false)) most_keys_ = 2 * keys_.size() + kSpareKeys;
    if (keys_.size() <= most_keys_) return;
    keys_.clear();
    refilled_ = true;
  }
  using Keys = absl::flat_hash_map<std::pair<const Expr*, Labels>, Labels>;
  Keys& keys() { return keys_; }

 private:
  static constexpr std::size_t kSpareKeys = 64;

  std::vector<std::vector<std::pair<const Expr*, std::unique_ptr<RunningStats>>>> windows_;  // by series
  Keys keys_;
  std::size_t most_keys_ = kSpareKeys;
  bool refilled_ = false;  // by the evaluation before
};

}  // namespace nephoscope
