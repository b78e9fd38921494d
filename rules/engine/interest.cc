#include "rules/engine/interest.h"

#include <algorithm>
#include <utility>

#include "rules/engine/engine_impl.h"
#include "rules/engine/exposure.h"
#include "rules/model/alert.h"

namespace nephoscope {

Interest::Interest(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)), reach_(rules_) {
  for (std::size_t i = 0; i < rules_->rules.size(); ++i) matchers_.emplace_back(*rules_->rules[i]), index_.Add(i, *rules_->rules[i]), exposes_ = exposes_ || Exposure::Serves(*rules_->rules[i]);
}

std::uint64_t Interest::ShardsOf(const Series& series) {
  matching_.clear();
  std::uint64_t out = 0;
  for (const std::size_t i : index_.Candidates(series)) {
    const Rule& rule = *rules_->rules[i];
    if (rule.mode == RuleMode::kOff || !matchers_[i].Matches(series)) continue;
    out |= std::uint64_t{1} << ShardOf(rule, GroupOf(rule, series));
    matching_.push_back(i);
  }
  reach_.Add(series, matching_);
  return exposes_ && Exposure::Reads(series) ? ~std::uint64_t{0} : out;
}

void Interest::Match(const Series& series) {
  matching_.clear();
  for (const std::size_t i : index_.Candidates(series))
    if (rules_->rules[i]->mode != RuleMode::kOff && matchers_[i].Matches(series)) matching_.push_back(i);
}

void Interest::NoteDelay(const Series& series, ArrivalDelay delay) {
  Match(series);
  reach_.NoteDelay(series.id, matching_, delay);
}

void Interest::Forget(const Series& series) {
  Match(series);
  reach_.Remove(series.id, matching_);
}

absl::Duration Interest::ExpiryOf(const Series& series) {
  Match(series);
  absl::Duration out = absl::ZeroDuration();
  for (const std::size_t i : matching_) {
    const Rule& rule = *rules_->rules[i];
    // Not before its alerts are over, whatever the patience of their kind.
    out = std::max(out, 2 * ExpireAfterOf(rule, NoDataAfterOf(rule, series)));
  }
  return out;
}

}  // namespace nephoscope
