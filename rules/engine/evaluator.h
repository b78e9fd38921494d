// Evaluator: one group of one rule: its windows or cells, and what they say at a point of event time.
#pragma once

#include <array>
#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/state_bytes.h"
#include "rules/engine/kind.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/running_stats.h"
#include "rules/model/series.h"

namespace nephoscope {

inline constexpr int kMaxLevels = 3;  // info, warning, critical
// By level, a bit for each of its conditions, where a level has several and one of them is enough.
using LevelBits = std::array<std::uint32_t, kMaxLevels>;

// What the data say at one point of time. Level i is rule.levels[i].
struct Judgement {
  absl::Time time;
  bool known = true;                     // false: this point is missing; timers stand still
  bool error = false;                    // we could not look (a check that did not run): missing, and our fault
  // Some members of the group are missing: a level holds where the others alone prove it, and has recovered where
  // that is possible. Nothing recovers by such a judgement.
  bool partial = false;
  bool awaits = false;  // a member is silent, so the data are not back
  std::bitset<kMaxLevels> holds;         // the condition of a level is true
  std::bitset<kMaxLevels> recovered;     // the recovery condition of a level is true
  LevelBits met{};                       // conditions that hold; 0: the level has one, and that is `holds`
  LevelBits left{};                      // conditions that count as left: notified anew when they are met again
  bool latched = false;                  // what fires ends by `recovered` alone, also with `for: n of m points`
  absl::Time began = absl::InfinitePast();  // what the condition is about began then, before it held (the first failure of several)
  std::int64_t stake_micros = 0;         // money at stake that adds up while it fires; 0: does not. Told again each time it has doubled
  bool period_end = false;               // a budget period is over: what fires is resolved for that reason, and the same time is judged again
  Cause end_cause = Cause::kCondition;   // why an alert that is over by this judgement is over
  bool restated = false;                 // what was known of the past has changed: an alert that is over by that is corrected
};

// Where the points of one group's series go: windows, cells.
class Input {
 public:
  virtual ~Input() = default;

  // `slot` counts from 0 in order of definition within the group.
  virtual void Define(int slot, const Series& series) = 0;

  // One point. Adds to `due` the times that are to be judged because of it (once the watermark has passed them).
  virtual void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) = 0;

  // The series of this slot is not of the group any more, until its next point.
  virtual void Leave(int slot) { (void)slot; }

  // The number that the alerts compare, for inputs that alerts share; absent: it is not known at that time.
  virtual std::optional<double> ValueAt(absl::Time time) { return (void)time, std::nullopt; }
  // No member is missing from that number.
  virtual bool WholeAt(absl::Time time) { return (void)time, true; }

  // Times from this one on may be judged again (Evaluator::judges_past); InfiniteFuture: none.
  virtual void KeepFrom(absl::Time from) { (void)from; }

  virtual void Save(StateWriter& out) const = 0;
  virtual void Load(StateReader& in) = 0;
};

// What the groups of one rule know together. Made by RuleKind::MakeCommon.
class RuleCommon {
 public:
  virtual ~RuleCommon() = default;
};

// The rule and settings outlive the evaluator's use. Most are their own input; one whose kind makes an input (RuleKind::MakeInput) is told of the series
// of its group, but their points go there, and it saves only what is its own.
class Evaluator : public Input {
 public:
  // Before the first Define, and again when another input takes its place; it outlives the evaluator's use.
  virtual void Use(Input* input) { (void)input; }
  // Where groups meet: before the first point.
  virtual void Meet(std::shared_ptr<RuleCommon> common) { (void)common; }
  // Of a rule with a list of who is expected: whether its group is in it, when the alert begins, is restored, or its rule is edited. `now`: it is
  // expected from then on, if it was not before.
  virtual void Expect(bool listed, absl::Time now) { (void)listed, (void)now; }
  // While the number of its input lies in it, no level holds, and that is all there is to say. Absent: it has to be asked.
  virtual std::optional<QuietRange> quiet() const { return std::nullopt; }
  // Of a rule that looks back at one series: its points up to the newest judgement. Empty: it has to be asked.
  virtual std::vector<TimedValue> History() const { return {}; }
  // Of a new one: what History gave of its series.
  virtual void Remember(int slot, const std::vector<TimedValue>& points) { (void)slot, (void)points; }
  // It was left alone, and this was the newest number.
  virtual void SleptAt(double value) { (void)value; }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { (void)slot, (void)sample, (void)due; }

  // For rules that are made of alerts: a step of one of them. And all of them that are not over: others are.
  virtual void AddPart(const Transition& part, std::vector<absl::Time>& due) { (void)part, (void)due; }
  virtual void SetParts(absl::Span<const Transition* const> present, std::vector<absl::Time>& due) { (void)present, (void)due; }

  // All data up to `time` is there.
  virtual Judgement Judge(absl::Time time) = 0;
  // It says of an earlier time what it would have said then, had the points come in time, and it keeps for that what KeepFrom asks for. Of those that do
  // not, late points count from the next judgement on.
  virtual bool judges_past() const { return false; }
  // What the next judgement takes from those before it, besides what they were judged by.
  virtual std::int64_t Carry() const { return 0; }
  // The times from `from` on are judged again, in their order, or only the newest once more; `carry`: what Carry was before the first of them.
  virtual void GoBack(absl::Time from, std::int64_t carry) { (void)from, (void)carry; }
  // Asked when what was judged is restated, until it has no more to say: something that was over is not what was told of it, which is to be told with
  // this severity. Until the next Judge, Describe and Places speak of that.
  virtual std::optional<Severity> Restated() { return std::nullopt; }
  // Members that its newest judgement had to do without, by slot.
  virtual absl::Span<const int> missing() const { return {}; }
  // A group of several series is judged on all of them: one that falls silent is reported.
  virtual bool awaits_members() const { return false; }
  // A series of its group may leave, and another take its slot.
  virtual bool lets_leave() const { return awaits_members(); }
  // How long data may stay away where the rule does not say; zero: by the rhythm of the data.
  virtual absl::Duration patience() const { return absl::ZeroDuration(); }
  // How far apart its judgements are, where that is not the rhythm of the data; zero: it is.
  virtual absl::Duration rhythm() const { return absl::ZeroDuration(); }
  // Judgements by the wall clock (absence). Default: none.
  virtual bool judges_by_wall() const { return false; }
  // Of such: the next time of event time that is to be judged after `judged`, now that nothing has come up to `silent_to`; absent: there is none. `idle`:
  // nothing fires or is about to, so that what ends an alert is of no interest.
  virtual std::optional<absl::Time> NextByWall(absl::Time judged, absl::Time silent_to, bool idle) const { return (void)judged, (void)silent_to, (void)idle, std::nullopt; }

  // Fills values, condition, impact, explanation and contributors of the newest judgement; `owner` only where it knows better than tags do.
  virtual void Describe(Transition& out) const = 0;

  // Of a sum of money: what each series of the group gave to it, by slot; NaN: nothing.
  virtual absl::Span<const double> shares() const { return {}; }

  // True: the contributors are a list of cases, not shares of one thing, so the largest does not own it.
  virtual bool lists_cases() const { return false; }

  // The places of templates besides those of every kind.
  virtual void Places(std::vector<std::pair<std::string, std::string>>& out) const { (void)out; }

  // Its input cannot be asked for again (probes): its state is written down at once.
  virtual bool volatile_input() const { return false; }
};

}  // namespace nephoscope
