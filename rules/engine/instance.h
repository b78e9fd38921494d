// Instance: one alert of one rule: its evaluator, its life, its identity.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/alert_life.h"
#include "rules/engine/evaluator.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

struct InstanceCounts {
  std::uint64_t late = 0, restated = 0, evaluations = 0;
};

// What became of one series while no rule had anything to say of it.
struct QuietPast {
  absl::Time judged = absl::InfinitePast();  // the newest time that was judged; InfinitePast: none
  Sample last;                               // what was judged then
  absl::Time newest = absl::InfinitePast();  // of all samples
  std::vector<Sample> waiting;               // not yet judged
};

// How long data of a series that is no money may stay away from a rule without a patience of its kind's own.
absl::Duration NoDataAfterOf(const Rule& rule, const Series& series);

class Instance {
 public:
  Instance(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule, std::string alert_id, Labels by);

  // The same question, asked anew: the rule was edited but keeps its id, kind and `by`. What the evaluator knows is kept.
  void Adopt(std::shared_ptr<const RuleSet> rules, std::shared_ptr<const Rule> rule);

  // The slot for a series of this group; the same series keeps its slot.
  int Define(const Series& series);
  void Add(int slot, const Sample& sample, InstanceCounts& counts);
  // As if it had been there all the time. Of a new instance only, after Define.
  void BeginQuiet(int slot, const QuietPast& past);
  // A step of an alert that this one is made of; all of them that are not over. Later than what was judged already, whatever their time.
  void AddPart(const Transition& part);
  void SetParts(absl::Span<const Transition* const> present);
  // Judges what is due up to `complete`.
  void JudgeUpTo(absl::Time complete, Changes& out, InstanceCounts& counts);
  // After Adopt: what the edited rule says of the newest point.
  void JudgeEdited(Changes& out, InstanceCounts& counts);
  // By the wall clock: absence, and data that stays away.
  void JudgeByWall(absl::Time now, Changes& out, InstanceCounts& counts);
  void End(absl::Time now, Changes& out);

  void SaveInto(Changes& out);
  bool Load(absl::string_view bytes);
  // The kind in a state; "" when it cannot be read.
  static std::string KindIn(absl::string_view bytes);
  // After Load: the state was made for other `by` labels than the rule has now.
  bool asks_otherwise() const;

  const std::string& alert_id() const { return alert_id_; }
  int shard() const { return shard_; }
  const Rule& rule() const { return *rule_; }
  const AlertLife& life() const { return life_; }
  const absl::InlinedVector<SourceId, 2>& sources() const { return sources_; }
  bool has_due() const { return rejudge_ || !due_.empty(); }
  bool dirty() const { return dirty_; }
  absl::Duration NoDataAfter() const;
  absl::Time newest_sample() const { return newest_sample_; }
  // The alert as it is, as if it were told of now.
  Transition Present() const;
  bool firing() const { return life_.state() == AlertState::kFiring || life_.state() == AlertState::kRecovering; }

 private:
  int FindMember(const Series& series);
  void AddDue(absl::Time time);
  void Judge(absl::Time time, Cause why, Changes& out, InstanceCounts& counts);
  void Emit(const std::vector<LifeStep>& steps, Changes& out);
  Transition Describe(const LifeStep& step);
  Transition Shape(const LifeStep& step) const;
  void Words(Transition& out) const;

  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const Rule> rule_;
  std::string alert_id_;
  int shard_;
  Labels by_;
  std::unique_ptr<Evaluator> evaluator_;
  AlertLife life_;
  std::vector<Series> members_;
  std::multimap<std::size_t, int> slot_by_hash_;  // of large groups: a new series is not compared with every other
  absl::InlinedVector<SourceId, 2> sources_;
  std::vector<absl::Time> due_;        // sorted, unique
  std::vector<absl::Time> new_due_;    // scratch
  std::vector<LifeStep> steps_;        // scratch
  bool edited_ = false;                // the rule was edited and the newest point not yet judged by it
  bool rejudge_ = false;               // a cell before the newest judgement was restated
  absl::Time judged_ = absl::InfinitePast();
  absl::Time newest_sample_ = absl::InfinitePast();
  std::uint64_t sequence_ = 0;
  std::string last_event_;
  bool dirty_ = false;
};

}  // namespace nephoscope
