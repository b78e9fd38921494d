// Intake: the series of one group and what of them is still to be judged. Alerts whose rules ask the same of the same series share one, with its
// windows: a hundred limits on one sum cost one sum and a hundred comparisons.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/answers.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/evaluator.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

class Instance;

struct InstanceCounts {
  std::uint64_t late = 0, restated = 0, evaluations = 0;
};

// How long data of a series that is no money may stay away from a rule without a patience of its kind's own.
absl::Duration NoDataAfterOf(const Rule& rule, const Series& series);

// How long a series may be absent from its source, which answers, before it is gone; infinite: it never is.
// `missed_after`: when its data are missing for the rule. Nothing is gone before it was missed, and without
// `expire_after` not before it was missed for as long again.
absl::Duration ExpireAfterOf(const Rule& rule, absl::Duration missed_after);

// Rules with equal keys ask the same of the same series, at the same times, and their alerts of one group share an intake; "" shares with none.
std::string IntakeKey(const Rule& rule);

// The alerts of an intake are of one shard and are saved together; the first of them saves the intake as well.
class Intake {
 public:
  // `rule`: that of any of its alerts.
  explicit Intake(std::shared_ptr<const Rule> rule);

  void Join(Instance* alert);
  void Leave(Instance* alert);
  // Keeps the points that the past of one of its alerts may be judged by again.
  void KeepPast();
  // It is to be judged each time again.
  void Wake(Instance* alert);
  // Until when alerts that sleep have had nothing to say.
  absl::Time slept() const { return slept_; }
  double slept_value() const { return slept_value_; }
  const std::vector<Instance*>& alerts() const { return alerts_; }
  // Windows that the alerts share; nullptr: the one alert has its own.
  Input* input() const { return input_.get(); }
  // The same points, asked by an edited rule; judged as far as the alert was that joins it. Others do not join: they never asked what it asked before.
  std::shared_ptr<Intake> For(std::shared_ptr<const Rule> rule) const;
  bool apart() const { return apart_; }
  // The rule was edited, but not what it asks of its series; or the intake is of one alert only.
  void Adopt(std::shared_ptr<const Rule> rule);

  // The slot for a series of this group; the same series keeps its slot. Money is converted to the currency that the rule compares in.
  int Define(const Series& series);
  // What has no rate and was not taken yet.
  std::vector<NoRate> TakeNoRates() { return std::exchange(no_rates_, {}); }
  // "EUR is converted at 1.08 USD, the rate of 2026-11-01."; empty: nothing is converted.
  std::string RatesText() const;
  // Its money is counted in another currency than this rule would.
  bool CountsOtherwise(const Rule& rule) const;
  // How late the points of a series usually are.
  void SetDelay(int slot, ArrivalDelay delay);
  void Add(int slot, const Sample& sample, InstanceCounts& counts);
  void AddDue(absl::Time time);
  // Members that have been silent for longer than no_data.after, while others have not; by slot. Looks at all members
  // only when the first of them can be overdue. `asked`: all sources were asked since the start; before, only members
  // that were heard since then can be silent.
  absl::Span<const int> SilentMembers(absl::Time now, bool asked);
  // Those of the newest look that were not heard of since.
  absl::Span<const int> silent() const { return silent_; }
  // When one was heard of last; InfinitePast: never, or it left.
  absl::Time HeardOf(int slot) const;
  // The series is of another group now.
  void LeaveMember(int slot);
  // The source answers without it: it leaves, and its slot may be taken by another.
  void LetGo(int slot);
  // Which sources have answered; it outlives the intake's use.
  void Ask(const Answers* answers) { answers_ = answers; }
  // Members that are gone by now, by slot. True: there is no other.
  bool FindGone(std::vector<int>& gone);
  // When the newest member that is gone by now was.
  absl::Time GoneAt() const { return silent_from() + Expiry(); }
  // How long one may be absent.
  absl::Duration Expiry() const;
  bool IsGone(int slot) const { return static_cast<std::size_t>(slot) < gone_.size() && gone_[static_cast<std::size_t>(slot)]; }
  std::size_t present() const { return members_.size() - free_.size(); }
  // A new one goes on after what was judged and seen already.
  void BeginAfter(absl::Time judged) { judged_ = judged, due_.clear(); }
  void SetNewest(absl::Time newest) { newest_sample_ = heard_to_ = newest, since_start_ = since_start_ || newest != absl::InfinitePast(); }
  // Its alerts may rest in the cell of its one series (QuietCells) when they have nothing to do.
  bool may_rest() const { return may_rest_ && due_.empty() && !rejudge_ && !apart_ && !led_anew_ && !late_; }
  // Judges what is due up to `complete`.
  void JudgeUpTo(absl::Time complete, Changes& out, InstanceCounts& counts);
  // Saves the alerts that changed, to be written down at once.
  void SaveUrgent(Changes& out);

  const std::vector<Series>& members() const { return members_; }
  const absl::InlinedVector<SourceId, 2>& sources() const { return sources_; }
  // Some series of it has no points where there is nothing, so that time alone brings points of 0.
  bool fills() const { return fills_; }
  bool has_due() const { return rejudge_ || !late_times_.empty() || !due_.empty(); }
  absl::Time judged() const { return judged_; }
  void NoteJudged(absl::Time time) { judged_ = std::max(judged_, time); }
  absl::Time newest_sample() const { return newest_sample_; }
  // Up to when there are data: the newest point, or the end of the newest cell. Silence counts from then on.
  absl::Time heard_to() const { return heard_to_; }
  // The same; where nothing was heard, the newest judgement.
  absl::Time silent_from() const { return heard_to_ == absl::InfinitePast() ? judged_ : heard_to_; }
  // heard_to; InfinitePast where these data were overdue themselves when they came.
  absl::Time heard_in_time() const;
  // Something came since the restart.
  bool heard_since_start() const { return since_start_; }
  // How late its points usually are (that of the latest series).
  absl::Duration arrival_delay() const { return delay_.arrival; }
  // How long windows wait behind the watermark: what the rule says, or what was learned.
  absl::Duration evaluation_delay() const { return std::max(rule_->evaluation_delay, delay_.lag); }
  absl::Duration NoDataAfter() const;
  absl::Duration cadence() const { return cadence_; }
  bool dirty() const { return dirty_; }

  void Save(StateWriter& out);
  // Who saves it is gone: it has to be saved anew, at once.
  bool led_anew() const { return led_anew_; }
  // Of a new one, after Join.
  void Load(StateReader& in);

 private:
  int FindMember(const Series& series);
  int TakeSlot(const Series& series);
  void SetGone(int slot, bool gone);
  bool SourceOf(std::size_t slot, SourceId& source);
  Currency CurrencyFor(const Series& series) const;
  void Convert(Series& series, int slot);
  void ConvertAll();
  void NoteCadence(const Series& series);
  Input& asked();
  void NoteHeard(int slot, std::int64_t time_ms);
  void LookForSilent(std::int64_t now_ms);
  std::int64_t PatienceOf(std::size_t slot, std::int64_t after_ms) const;
  void CopyInto(const Input& from, Input& to) const;
  void Take(int slot, const Sample& sample, InstanceCounts& counts);
  void FillSilence(absl::Time complete, InstanceCounts& counts);
  void NoteLate(absl::Time time);
  void JudgeLate(Changes& out, InstanceCounts& counts);
  void JudgeAll(absl::Time time, Cause why, Changes& out, InstanceCounts& counts);
  void WakeBy(absl::Time time, InstanceCounts& counts);
  void LetSleep(absl::Time time);
  void Narrow();

  // An alert at rest, and the numbers that leave it there.
  struct Sleeper {
    Instance* alert;
    QuietRange range;
  };

  std::shared_ptr<const Rule> rule_;
  std::unique_ptr<Input> input_;
  std::vector<Instance*> alerts_;
  std::vector<Instance*> awake_;       // of these; the others sleep
  std::vector<Sleeper> asleep_;
  QuietRange all_sleep_{};             // numbers that wake none
  absl::Time slept_ = absl::InfinitePast();
  double slept_value_ = 0;             // the number then
  std::vector<Series> members_;
  struct Converted {
    double rate = 1;  // NaN: there is none
    Currency from;
  };
  std::vector<Converted> converted_;   // by slot, up to the last one that is in another currency
  std::vector<NoRate> no_rates_;
  std::vector<int> free_;              // slots whose members are gone
  std::vector<bool> gone_;             // the same by slot, up to the last one
  const Answers* answers_ = nullptr;
  std::vector<std::string> source_of_;  // by slot: names of sources of members that were restored; "": its id is known
  std::multimap<std::size_t, int> slot_by_hash_;  // of large groups: a new series is not compared with every other
  absl::InlinedVector<SourceId, 2> sources_;
  absl::Duration cadence_ = absl::ZeroDuration();  // the slowest of the members'
  std::vector<absl::Time> due_;        // sorted, unique
  std::vector<absl::Time> new_due_;    // scratch
  bool rejudge_ = false;               // a cell before the newest judgement was restated
  absl::Time judged_ = absl::InfinitePast();
  absl::Time newest_sample_ = absl::InfinitePast();
  absl::Time heard_to_ = absl::InfinitePast();
  absl::Time watermark_ = absl::InfinitePast();  // of the newest JudgeUpTo
  bool since_start_ = false;
  // Of a series whose silence is zero; kNever: it has not been heard of, or is another.
  struct Silent {
    bool counts = false;               // its silence does
    std::int64_t real_ms = kNever, to_ms = kNever;  // the newest point, and the newest that was filled in
  };
  std::vector<Silent> zeros_;         // by slot, up to the last one
  bool fills_ = false;
  ArrivalDelay delay_;                 // the longest of delays_
  std::vector<ArrivalDelay> delays_;   // by slot, up to the last one that is late
  absl::Time saved_newest_ = absl::InfinitePast();  // newest_sample_, when it last had to be saved for its own sake
  bool dirty_ = false, led_anew_ = false, apart_ = false;
  bool late_ = false;                  // what was judged last would be judged otherwise now
  absl::Time kept_from_ = absl::InfiniteFuture();  // as input or evaluator were told by KeepFrom
  std::vector<absl::Time> late_times_;  // sorted, unique: were judged without points that have come since; the newest of them
  // Of several members: when each was heard of last, and how long after the time before. kNever: not yet.
  static constexpr std::int64_t kNever = INT64_MIN;
  struct Heard {
    std::int64_t at_ms = kNever, gap_ms = 0;
    bool since_start = false;          // not saved
  };
  std::vector<Heard> heard_;
  bool asked_ = false;                 // as SilentMembers was told last
  std::int64_t look_again_ms_ = kNever;  // before that no other member is overdue
  std::int64_t looked_ms_ = kNever;
  std::vector<int> silent_;
  bool may_rest_ = false;              // one series, and rules that judge each point by itself
  bool by_wall_ = false;               // when something was last heard is what it remembers
};

}  // namespace nephoscope
