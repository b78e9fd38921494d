#include "agent/stages/composite_stage.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace nephoscope {
namespace {

constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

}  // namespace

std::vector<Engine::Unrestored> CompositeStage::Start(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states, absl::Span<const Transition> present, Changes& out) {
  rules_ = rules;
  composites_.SetRules(std::move(rules), absl::InfinitePast(), out);
  std::vector<Engine::Unrestored> lost = composites_.Restore(states);
  composites_.CatchUp(present, out);
  rounds_ = NeedsRounds(*rules_);
  return lost;
}

void CompositeStage::Take(std::size_t thread, const Evaluation& evaluation) {
  Thread& from = threads_[thread];
  if (evaluation.rules && evaluation.rules != rules_) {
    from.open.rules = evaluation.rules;
    rules_wait_ = true;
  }
  const std::vector<Transition>& said = evaluation.changes.transitions;
  if (!rounds_ && !rules_wait_) {
    composites_.Round(said, evaluation.newest, at_once_);
    from.last = std::max(from.last, evaluation.round);
    return;
  }
  from.open.said.insert(from.open.said.end(), said.begin(), said.end());
  from.open.newest = std::max(from.open.newest, evaluation.newest);
  if (evaluation.round == 0) return;
  from.last = from.open.number = evaluation.round;
  from.done.push_back(std::exchange(from.open, {}));
}

void CompositeStage::Close(std::size_t thread) {
  Thread& from = threads_[thread];
  if (std::exchange(from.last, kEnd) == kEnd) return;
  from.open.number = kEnd;
  from.done.push_back(std::exchange(from.open, {}));
}

std::unique_ptr<Evaluation> CompositeStage::Next() {
  std::uint64_t complete = kEnd;
  for (const Thread& thread : threads_) complete = std::min(complete, thread.last);
  std::map<std::uint64_t, Round> rounds;
  for (Thread& thread : threads_) {
    for (; !thread.done.empty() && thread.done.front().number <= complete; thread.done.pop_front()) {
      Round& one = thread.done.front();
      Round& all = rounds[one.number];
      all.said.insert(all.said.end(), std::make_move_iterator(one.said.begin()), std::make_move_iterator(one.said.end()));
      if (one.rules) all.rules = one.rules;
      all.newest = std::max(all.newest, one.newest);
    }
  }
  auto out = std::make_unique<Evaluation>();
  out->changes = std::exchange(at_once_, {});
  for (auto& [number, round] : rounds) Judge(round, out->changes);
  return out->changes.empty() ? nullptr : std::move(out);
}

void CompositeStage::Judge(Round& round, Changes& out) {
  if (round.rules && round.rules != rules_) {
    rules_ = round.rules;
    composites_.SetRules(rules_, round.newest, out);
    rounds_ = NeedsRounds(*rules_);
    rules_wait_ = std::any_of(threads_.begin(), threads_.end(), [this](const Thread& thread) {
      const auto waits = [this](const Round& one) { return one.rules && one.rules != rules_; };
      return waits(thread.open) || std::any_of(thread.done.begin(), thread.done.end(), waits);
    });
  }
  composites_.Round(round.said, round.newest, out);
}

}  // namespace nephoscope
