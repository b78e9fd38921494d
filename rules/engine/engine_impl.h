// What an Engine is made of. Read engine.cc for samples and judgements, engine_rules.cc for what happens when rules change,
// engine_gone.cc for series that are gone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "rules/engine/answers.h"
#include "rules/engine/composites.h"
#include "rules/engine/engine.h"
#include "rules/engine/exposure.h"
#include "rules/engine/instance.h"
#include "rules/engine/intake.h"
#include "rules/engine/matcher.h"
#include "rules/engine/quiet_cells.h"
#include "rules/engine/rule_changes.h"
#include "rules/engine/rule_index.h"
#include "rules/model/series_store.h"

namespace nephoscope {

// The group of a series: its `by` values. A rule with its own probe makes one group per target.
Labels GroupOf(const Rule& rule, const Series& series);

struct Engine::Impl {
  struct RuleSlot {
    std::shared_ptr<const Rule> rule;  // nullptr: it is gone, and its place is not used again
    WatchMatcher matcher;
    int asks;  // rules of the same number share intakes; kNone: they share none
  };
  struct Resting {
    QuietCells::CellId cell;
    RulePosition rule;
    std::unique_ptr<const char[]> packed;  // its length in the first byte
  };
  struct Route {
    Intake* intake;  // nullptr: `slot` is a position of `exposure`, or kGone
    int slot;
  };
  static constexpr int kGone = -1;  // the series has left a group, to which it comes back with its next point
  using GroupKey = std::pair<int, std::size_t>;  // RuleSlot::asks and the hash of the `by` values
  static constexpr int kNone = -1;

  explicit Impl(EngineOptions given) : options(std::move(given)), judges_composites(options.composites && options.shards == ~std::uint64_t{0}), composites(options.agent_group) {}

  bool Owns(const Rule& rule, const Labels& by) const { return (options.shards >> ShardOf(rule, by) & 1) != 0; }
  Instance* Find(const RuleSlot& slot, const Labels& by);
  void Introduce(Instance& instance);
  void AwaitExpected(std::size_t first, absl::Time now);
  bool HasInstance(const RuleSlot& slot, const Labels& by) const;
  void ShareIntakes();
  void NoteRates(Intake& intake);
  int RouteTo(const Series& series, Instance* instance);
  void Connect(const Series& series, const QuietCells* before);
  void Join(const Series& series, const QuietCells::Rules& quiet, const QuietCells* before);
  void Wake(QuietCells::CellId cell, const QuietCells::Rules& rules);
  bool Rest(Intake& intake, Changes& out);
  void LetRest(SourceId source, Changes& out);
  bool IsResting(const std::string& alert_id) const;
  std::optional<PackedAlert> PackedOf(const std::string& alert_id) const;
  void WakeOne(const std::string& alert_id);
  void Rise(const std::string& alert_id);
  void WakeResting(absl::Span<const QuietCells::CellId> cells, const QuietCells::Rules& rules);
  bool AnyToWake() const { return !resting.empty() || quiet.any_windows(); }
  void WakeAllResting();
  using Edited = std::map<RulePosition, std::shared_ptr<const Rule>>;  // the position of what it was
  void WakeEdited(const Edited& edited);
  void WakeSilent(absl::Time now);
  void ObserveQuiet(const Sample& sample);
  void WakeFromLanes();
  std::unique_ptr<Instance> CopyOf(RulePosition position, const Series& one, const QuietPast& past);
  void LookAtQuiet(std::vector<Transition>& out);
  void TakePresentAtRest(std::size_t most, std::vector<AlertPresent>& out);
  void AddSlot(const std::shared_ptr<const Rule>& rule);
  void SetSlots();
  void Reconnect();
  void TakeAll(const std::shared_ptr<const RuleSet>& next, absl::Time now, Changes& out);
  bool TakeChanges(const std::shared_ptr<const RuleSet>& next, absl::Time now, bool& composites, Changes& out);
  void Follow(const RuleChanges& changes, std::vector<SeriesId> known);
  using Unasked = absl::flat_hash_set<const Intake*>;
  void Detach(const Unasked& intakes);
  void Expire(absl::Time now, Changes& out);
  void LetGo(Intake& intake, int slot);
  void EndAll(absl::Span<const std::shared_ptr<Intake>> intakes, Changes& out);
  void ComeBack(const Sample& sample);
  void Forget(SeriesId id, std::vector<std::shared_ptr<Intake>>& over);
  void ConnectTo(const Series& series, absl::Span<const std::size_t> positions, const QuietCells* before);
  absl::Time CompleteFor(const Intake& intake) const;
  void Sort(std::size_t from, Changes& out) const;
  void Hear(std::size_t from, const Changes& out);
  void CatchUp(Changes& out);
  void EndRound(Changes& out);

  EngineOptions options;
  const bool judges_composites;
  Composites composites;
  std::vector<Transition> said;        // since the last round
  bool restored = false;               // composites have not yet seen what fires
  std::shared_ptr<const RuleSet> rules = std::make_shared<RuleSet>();
  std::vector<RuleSlot> slots;
  absl::flat_hash_map<const Rule*, RulePosition> position_of;          // of the rules in force
  absl::flat_hash_map<std::string, int> asks;                          // by IntakeKey
  bool renames = false;                                                // some rule has had another id
  RuleIndex index;                     // of `slots`
  QuietCells quiet;                    // alerts that are no instances yet
  absl::flat_hash_map<std::uint64_t, Resting> resting;                 // alerts that rest in cells, by the number of the alert's id
  absl::flat_hash_set<std::string> with_instances;                     // alert keys of rules
  std::map<std::string, std::unique_ptr<Instance>> instances;          // by alert id: a fixed order
  std::map<std::string, std::weak_ptr<RuleCommon>> commons;            // by rule id, where groups meet
  SeriesStore series;
  Exposure exposure;
  Answers answers;
  absl::Time next_expiry = absl::InfinitePast();
  absl::flat_hash_map<GroupKey, std::shared_ptr<Intake>> shared;       // that more alerts may join
  std::vector<absl::InlinedVector<Route, 1>> routes;                   // by series id
  std::vector<std::vector<Intake*>> by_source;                         // by source id
  absl::flat_hash_set<std::pair<SourceId, const Intake*>> in_source;   // the same
  absl::flat_hash_map<SeriesId, ArrivalDelay> delays;                  // of series that are late
  std::vector<NoRate> no_rates;         // that were told or are to be
  std::size_t no_rates_told = 0;
  std::vector<absl::Time> watermarks;                                  // by source id
  InstanceCounts counts;
  std::string present_after;           // the id of the alert that TakePresent goes on behind
  std::size_t present_cell = 0;        // and the place among the live cells
  absl::flat_hash_map<QuietCells::CellId, absl::Time> present_at;      // cells that fire: how far they were judged when they were last handed out
  std::uint64_t samples = 0;
  // From then on what was restored and not heard since is silent. InfiniteFuture: the clock has not been told since.
  absl::Time asked_from = absl::InfinitePast();
};

}  // namespace nephoscope
