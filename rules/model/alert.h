// Alert: what a rule says about one group; Transition: one step of its life, all that the outside world is told.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/model/labels.h"
#include "rules/model/money.h"
#include "rules/model/rule.h"
#include "rules/model/severity.h"
#include "rules/model/why_not.h"

namespace nephoscope {

enum class AlertState : std::uint8_t { kInactive, kPending, kFiring, kRecovering };
enum class DataState : std::uint8_t { kFresh, kLate, kMissing, kError };
enum class EventType : std::uint8_t {
  kPending, kFiring, kUpdated, kEscalated, kDeescalated, kResolved, kCorrected, kNoData, kDataReturned, kFlapping, kReminder,
  kMissed, kUnsuppressed,  // of notices alone: it came and went during an outage; people are notified after all
};
inline constexpr EventType kLastEventType = EventType::kUnsuppressed;
// condition, no_data, rule_removed, rule_changed, restated, period_end, steady (no longer flapping), in_use (no longer idle), resource_gone
// (it was deleted), series_gone (its source answers without it), condition_added (another condition of a level that is already reached): why a transition happened.
enum class Cause : std::uint8_t {
  kCondition, kNoData, kRuleRemoved, kRuleChanged, kRestated, kPeriodEnd, kSteady, kInUse, kResourceGone, kSeriesGone, kConditionAdded,
};

const char* ToText(AlertState s);  // inactive, pending, firing, recovering
const char* ToText(DataState s);   // fresh, late, missing, error
const char* ToText(EventType t);   // pending, firing, ..., no_data, data_returned, flapping, reminder
const char* ToText(Cause c);       // condition, no_data, rule_removed, ...

// A number for people and machines: decimal text and its unit; a band where it is an estimate.
struct NamedValue {
  std::string name;   // actual, amount, forecast, expected, threshold, value, failures
  std::string value;  // "42310.55"
  std::string unit;   // "USD", "%", "s", "B", ""
  std::string low, high;
};

struct Impact {
  Money amount;
  std::string basis;   // projected_overrun, overrun, excess, downtime, exposed, blind_spend, ...; empty: no figure known
  std::optional<Money> low, high;
  std::string method;  // one phrase: forecast minus budget
};

struct Contributor {
  Labels labels;
  Money amount;
};

struct RuleRef {
  std::string name, id, kind, file, revision;
  int line = 0;
};

// Everything of `data` in rules.md section 5, and the identity of the event. `time` is event time (when it became true in the
// data); the time at which we knew is added by whoever writes it down.
struct Transition {
  std::string event_id;   // 32 hex digits: SHA-256(alert_id | episode | sequence | type)
  std::string alert_id;   // 16 hex digits: SHA-256(agent group | rule id | sorted `by` values)
  std::uint64_t sequence = 0;         // gapless per alert, from 1
  std::string causation_id;           // event id of the one before in this episode; empty for the first
  EventType type = EventType::kFiring;
  absl::Time time;

  RuleRef rule;
  AlertState status = AlertState::kInactive;
  AlertState previous_status = AlertState::kInactive;
  std::optional<Severity> previous_severity;
  Severity severity = Severity::kWarning;
  Cause cause = Cause::kCondition;
  absl::Time starts_at = absl::InfinitePast();     // the episode: first true point; InfinitePast: never began
  std::optional<absl::Time> ends_at;
  Labels labels;                      // `by` labels and the rule's own labels; not alertname or severity
  std::vector<std::pair<std::string, std::string>> annotations;
  std::vector<NamedValue> values;
  std::string condition_text;         // "actual at least 100% of 42000 USD"
  // By level of the rule: the conditions that the step is about, a bit each, where a level has several; 0: all. Not in events.
  std::array<std::uint32_t, 3> conditions{};
  std::optional<NamedValue> threshold;
  std::optional<std::pair<absl::Time, absl::Time>> window;
  DataState data_state = DataState::kFresh;
  absl::Time as_of = absl::InfinitePast();         // newest point used
  absl::Time watermark = absl::InfinitePast();
  bool provisional = false;
  Impact impact;
  std::string summary;                // one line: what people read first
  std::string explanation;            // plain words: what, how much, since when, why
  std::vector<Contributor> contributors;
  Owner owner;
  std::string runbook;
  bool flapping = false;
  std::vector<std::string> notify;
};

// The newest judgement of an alert that is shown. Not a step: nobody is notified of it and it is not stored.
struct AlertPresent {
  Transition now;
  // Without a newer point, the data are late and missing from these moments of the wall clock on.
  absl::Time late_from = absl::InfiniteFuture(), missing_from = absl::InfiniteFuture();
};

// Who was notified of an alert, of which step and when; and why people are not notified of its newest step.
struct Notice {
  WhyNot why_not = WhyNot::kNone;
  std::optional<EventType> of;             // of the newest notice; absent: there was none yet
  absl::Time at = absl::InfinitePast();
  std::vector<std::string> who;
};

// The present state of one alert, as lists, pages and gauges show it.
struct AlertSnapshot {
  Transition last;                         // the newest transition
  absl::Time recorded;                     // when we knew
  Notice notice = {};
  std::shared_ptr<const Transition> now = nullptr;  // `last` with the figures of the newest judgement; nullptr: `last` is the newest
  absl::Time late_from = absl::InfiniteFuture(), missing_from = absl::InfiniteFuture();  // as AlertPresent

  const Transition& shown() const { return now == nullptr ? last : *now; }
  // Whether its data are fresh at `at`.
  DataState DataAt(absl::Time at) const;
};

// What must be written down of one alert instance so that a restart goes on where it stood.
struct InstanceState {
  std::string alert_id;
  std::string rule_id;
  int shard = 0;
  std::string bytes;   // opaque, versioned; empty: the instance is gone
  bool urgent = false; // its alert state changed, or its input cannot be fetched again: commit now, not with the next snapshot
};

// What one evaluation changed; committed as one transaction.
// Costs are left out of a rule: their currency `from` has no rate to `to`, in which the rule compares.
struct NoRate {
  std::string rule;
  Currency from, to;
  friend bool operator==(const NoRate&, const NoRate&) = default;
};
// "costs in GBP are left out of Spend, which compares in USD: ..."
std::string ToText(const NoRate& one);

struct Changes {
  std::vector<Transition> transitions;
  std::vector<InstanceState> instances;
  std::vector<std::shared_ptr<const void>> retired;  // rules that are not in force any more; whoever takes the changes frees them, not the engine

  std::vector<NoRate> no_rates;                      // each once

  bool empty() const { return transitions.empty() && instances.empty(); }
  void clear() { transitions.clear(), instances.clear(), retired.clear(), no_rates.clear(); }
};

inline constexpr int kShards = 64;  // virtual shards: never changes; groups are spread over them by hash

std::string AlertId(absl::string_view agent_group, absl::string_view rule_id, const Labels& by);
std::string EventId(absl::string_view alert_id, absl::Time episode, std::uint64_t sequence, EventType type);
// Alerts of one kind and one group are of one shard, so that they can share what they are made of. An edit of the rule moves none.
int ShardOf(absl::string_view kind, const Labels& by);
// Of the reminder that was due at `due`, of the step with this sequence number.
std::string ReminderId(absl::string_view alert_id, absl::Time episode, std::uint64_t sequence, absl::Time due);
// Of a notice about a step that has its own event: kMissed, kUnsuppressed.
std::string NoticeId(absl::string_view event_id, EventType type);

}  // namespace nephoscope
