// LimitAlerts: AlertLimitReached, the alert that says that a rule has more alerts at once than its `limit`, so that people hear of some only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace nephoscope {

inline constexpr char kLimitAlert[] = "AlertLimitReached";
inline constexpr char kLimitAlertId[] = "alert-limit-reached";  // of its rule, and its kind
inline constexpr char kLimitAlertOf[] = "alert";                // the label that names the rule whose limit it is

// One alert for each rule, however many there are beyond the limit. It fires with the first alert too many and ends when there are no more than
// the limit. It counts what fires, not who is notified.
class LimitAlerts {
 public:
  explicit LimitAlerts(std::string agent_group) : agent_group_(std::move(agent_group)) {}

  // Counts what is said of each rule anew: Begin follows for all that fires.
  void SetRules(const RuleSet& rules, absl::Time now, Changes& out);
  // An alert of a rule fires from `time` on, or no longer.
  void Begin(const std::string& rule_id) { Count(rule_id, 1); }
  void End(const std::string& rule_id) { Count(rule_id, -1); }
  // After each step of an alert of that rule; after SetRules, of all.
  void Judge(const std::string& rule_id, absl::Time time, Changes& out, Cause why = Cause::kCondition);
  void JudgeAll(absl::Time time, Changes& out, Cause why = Cause::kCondition);

  // States of its own alerts; true: it was one.
  static bool Owns(const InstanceState& state);
  void Restore(const InstanceState& state);
  // Its alerts that are not over.
  void Look(std::vector<Transition>& out) const;

 private:
  struct One {
    std::shared_ptr<const Rule> rule;
    std::int64_t present = 0;
    bool firing = false;
    std::uint64_t sequence = 0;
    absl::Time starts_at = absl::InfinitePast(), time = absl::InfinitePast();
    std::string last_event;
  };
  void Count(const std::string& rule_id, int by);
  Transition Describe(const One& one, EventType type, Cause cause) const;
  void Say(One& one, EventType type, Cause cause, absl::Time time, Changes& out);

  std::string agent_group_;
  Owner default_owner_;
  std::map<std::string, One> all_;  // by rule id
};

}  // namespace nephoscope
