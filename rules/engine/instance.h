// Instance: one alert of one rule: its evaluator, its life, its identity. Its series are those of its intake.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/alert_life.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/intake.h"
#include "rules/engine/recent_past.h"
#include "rules/engine/template.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// What became of one series while no rule had anything to say of it.
struct QuietPast {
  absl::Time judged = absl::InfinitePast();  // the newest time that was judged; InfinitePast: none
  Sample last;                               // what was judged then
  absl::Time newest = absl::InfinitePast();  // of all samples
  std::vector<Sample> waiting;               // not yet judged
  std::vector<TimedValue> history;           // of rules that look back: all points that were judged, `last` as well
};

// An alert that rests, in some hundred bytes: what Instance::Pack makes of it. Not for storage.
using PackedAlert = std::string;

// What one group of the rule says depends on the others.
bool GroupsMeet(const Rule& rule);
// The virtual shard of a group of a rule: one for all groups where they meet.
int ShardOf(const Rule& rule, const Labels& by);

class Exposure;

class Instance {
 public:
  // `intake`: that it shares with others; nullptr: one of its own.
  Instance(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule, std::string alert_id, Labels by, std::shared_ptr<Intake> intake = nullptr);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // The same question, asked anew: the rule was edited but keeps its id, kind and `by`. What the evaluator knows is kept.
  void Adopt(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule);

  // Of a new one, or one that Load made: the other groups of its rule.
  void Introduce(std::shared_ptr<RuleCommon> common);
  // What the bill says, for alerts that know no amount; it outlives the instance's use.
  // The second: which sources have answered, for its intake.
  void Ask(const Exposure* exposure, const Answers* answers) { exposure_ = exposure, intake_->Ask(answers); }
  // Of a rule with a list of who is expected.
  void Expect(absl::Time now);
  // Its series are those of another intake from now on.
  void Share(std::shared_ptr<Intake> intake);
  // As if it had been there all the time. Of a new instance only, after its series was defined in the intake. What of the past the intake does not know
  // yet, it learns.
  // `packed`: it was there, and went on as it was since it was packed.
  void BeginQuiet(int slot, const QuietPast& past, const PackedAlert* packed = nullptr);
  // How it would rest in a cell (InCell::how); absent: it has something to do.
  std::optional<int> Steady();
  PackedAlert Pack();
  // A step of an alert that this one is made of; all of them that are not over. Later than what was judged already, whatever their time.
  void AddPart(const Transition& part);
  void SetParts(absl::Span<const Transition* const> present);
  // Judges what is due up to `complete`.
  void JudgeUpTo(absl::Time complete, Changes& out, InstanceCounts& counts) { intake_->JudgeUpTo(complete, out, counts); }
  // For the intake. True: its state changed, so it is to be written down at once.
  bool Judge(absl::Time time, Cause why, Changes& out, InstanceCounts& counts);
  // For the intake. Points came that belong to times judged already. True: there was something to tell.
  bool JudgeLate(absl::Span<const absl::Time> late, Changes& out, InstanceCounts& counts);
  // From when on times may be judged again; InfiniteFuture: none.
  absl::Time past_from() const { return past_ == nullptr ? absl::InfiniteFuture() : past_->times().front(); }
  // After Adopt: what the edited rule says of the newest point.
  void JudgeEdited(Changes& out, InstanceCounts& counts);
  // By the wall clock: absence, and data that stays away. `asked`: since the restart all sources have been asked, so that what was not heard since is silent.
  void JudgeByWall(absl::Time now, bool asked, Changes& out, InstanceCounts& counts);
  void End(absl::Time now, Cause why, Changes& out);

  void SaveInto(Changes& out);
  bool Load(absl::string_view bytes);
  // The beginning of a state, also for alerts that are no instances.
  static void BeginState(absl::string_view kind, StateWriter& out);
  // The kind in a state; "" when it cannot be read.
  static std::string KindIn(absl::string_view bytes);
  // After Load: the state was made for other `by` labels than the rule has now, or counts in another currency.
  bool asks_otherwise() const { return asks_otherwise_ || intake_->CountsOtherwise(*rule_); }

  const std::string& alert_id() const { return alert_id_; }
  int shard() const { return shard_; }
  const Rule& rule() const { return *rule_; }
  const Labels& by() const { return by_; }
  // After Load, until Share: the alert that saved the intake for both; "": this one did.
  const std::string& followed() const { return followed_; }
  const AlertLife& life() const { return life_; }
  Evaluator& evaluator() { return *evaluator_; }
  const std::shared_ptr<Intake>& intake() const { return intake_; }
  // Its own rule is the same.
  void SetRules(std::shared_ptr<const RuleSet> rules) { rules_ = std::move(rules); }
  // For the intake. Nothing happens to it, and nothing will while the number of its intake stays where it is.
  bool AtRest(absl::Time time) const { return past_ == nullptr && life_.AtRest() && life_.newest() == time; }
  void FallAsleep() { asleep_ = true; }
  void WakeUp();
  bool asleep() const { return asleep_; }
  bool dirty() const { return dirty_ || (leads() && intake_->dirty()); }
  // The alert as it is, as if it were told of now.
  Transition Present();
  // The alert, if it is shown (or was, until now) and was judged since this was last asked.
  std::optional<AlertPresent> TakePresent();
  // Whether TakePresent has something to give.
  bool HasPresent() const { return (firing() || shows_quiet_) && (judgements_ != shown_judgements_ || intake_->judged() != shown_at_) && life_.time() != absl::InfinitePast(); }
  bool firing() const { return life_.firing(); }

 private:
  void Attach(std::shared_ptr<Intake> intake);
  void SleptOn();
  void JudgeSilence(absl::Time silent_to, Changes& out, InstanceCounts& counts);
  void Unpack(const PackedAlert& packed, absl::Time judged);
  void Rest();  // what it slept through is what it has been through
  void Meet();  // the evaluator gets to know the series
  bool leads() const { return intake_->alerts().front() == this; }
  // True: a period was over, and the same time is to be judged for the next one.
  bool JudgeOnce(absl::Time time, Cause why, Changes& out, InstanceCounts& counts, bool& urgent);
  void StepLife(AlertLife& life, const Judgement& judgement, Cause why, std::vector<LifeStep>& out) const;
  // Whether `judgement` is to be remembered for points that come late.
  bool Worsens(const Judgement& judgement) const;
  void NotePast(absl::Time time);
  void EmitWrong(RecentPast::Told told, absl::Time against, Changes& out);
  bool TellPast(Changes& out);
  void Emit(const std::vector<LifeStep>& steps, Changes& out);
  Transition Describe(const LifeStep& step);
  Transition Shape(const LifeStep& step) const;
  void Words(Transition& out) const;
  void NoteSilentMembers(absl::Time now, bool asked, Changes& out);
  std::string MissingText() const;
  static bool EndsWithoutRecovery(Cause cause);
  void TellEnd(Cause cause, Transition& out) const;
  std::string EndReason(Cause cause) const;
  std::string EndSummary(Cause cause) const;
  std::string DefaultSummary(bool over, const Places& places) const;
  Owner OwnerOf(const Transition& out) const;
  void AddContributors(Transition& out) const;

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const Rule> rule_;
  std::string alert_id_;
  int shard_;
  Labels by_;
  std::shared_ptr<RuleCommon> common_;  // nullptr: groups do not meet
  std::unique_ptr<Evaluator> evaluator_;
  AlertLife life_;
  std::unique_ptr<RecentPast> past_;   // nullptr: late points change nothing
  std::shared_ptr<Intake> intake_;
  const Exposure* exposure_ = nullptr;
  std::vector<LifeStep> steps_;        // scratch
  bool edited_ = false;                // the rule was edited and the newest point not yet judged by it
  bool asks_otherwise_ = false, asleep_ = false, was_asleep_ = false;
  std::string followed_;
  std::uint64_t sequence_ = 0;
  std::string last_event_;
  bool dirty_ = false;
  const bool shows_quiet_;              // RuleKind::shows_quiet
  bool restored_ = false;               // nothing was judged since Load
  std::uint32_t judgements_ = 0, shown_judgements_ = 0;
  absl::Time shown_at_ = absl::InfinitePast();
};

}  // namespace nephoscope
