// Composites: the rules that are made of other rules' alerts, and AlertLimitReached, judged in one place behind all engines.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/engine.h"
#include "rules/engine/instance.h"
#include "rules/engine/limit_alerts.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The rule is made of alerts; engines leave it alone.
bool IsComposite(const Rule& rule);
bool HasComposites(const RuleSet& rules);
// Whether anything is made of the alerts of several threads in a way that depends on their order: composites, and limits that were written.
bool NeedsRounds(const RuleSet& rules);

// Parts live on different shards, so their steps meet here. They come in rounds: all that the engines said of what arrived together. Within
// a round the steps are ordered by event time, so neither the number of engines nor the order in which they finish decides anything.
//
//   composites.SetRules(rules, now, out);
//   composites.Restore(states);
//   composites.CatchUp(present, out);
//   composites.Round(said, newest_event_time, out);
class Composites {
 public:
  explicit Composites(std::string agent_group) : agent_group_(std::move(agent_group)), limits_(agent_group_) {}

  // As Engine::SetRules.
  void SetRules(std::shared_ptr<const RuleSet> rules, absl::Time now, Changes& out);
  bool any() const { return !slots_.empty(); }

  // As Engine::Restore; states of other rules are left alone.
  std::vector<Engine::Unrestored> Restore(absl::Span<const InstanceState> states);
  // After Restore: all alerts that are not over. What became of the parts and was not judged before a crash is judged now.
  void CatchUp(absl::Span<const Transition> present, Changes& out);

  // The transitions of one round, in any order; `newest`: the newest watermark. Adds the composites' own, in order of time.
  void Round(absl::Span<const Transition> said, absl::Time newest, Changes& out);

  // As Engine::TakePresent.
  void TakePresent(std::size_t most, std::vector<AlertPresent>& out);
  // As Engine::Look.
  void Look(std::vector<Transition>& out) const;

  std::size_t instances() const;
  std::size_t firing() const;

 private:
  struct Slot {
    std::shared_ptr<const Rule> rule;
    std::set<std::string> parts;  // ids of rules
    std::map<std::string, std::unique_ptr<Instance>> instances;  // by alert id
  };
  using Steps = std::vector<const Transition*>;

  void MakeSlots();
  void Place(const Rule& rule, const std::map<std::string, std::shared_ptr<const Rule>>& by_name, std::set<std::string>& done);
  Instance* Find(Slot& slot, const Transition& part);
  void Note(const Transition& transition);
  void Refresh(Slot& slot, Changes& out);
  void Judge(Slot& slot, const Steps& steps, Changes& out);
  void Finish(std::size_t from, Changes& out);

  std::string agent_group_;
  LimitAlerts limits_;
  std::shared_ptr<const RuleSet> rules_;
  std::vector<Slot> slots_;                    // parts before wholes
  std::map<std::string, Transition> present_;  // all alerts that are not over, by alert id
  absl::Time newest_ = absl::InfinitePast();
  InstanceCounts counts_;
};

}  // namespace nephoscope
