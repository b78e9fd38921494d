#include "rules/engine/engine.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/composites.h"
#include "rules/engine/instance.h"
#include "rules/engine/intake.h"
#include "rules/engine/matcher.h"
#include "rules/engine/quiet_cells.h"
#include "rules/engine/rule_index.h"
#include "rules/model/series_store.h"
#include "rules/kinds/kind.h"
#include "rules/model/check.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kIdle = absl::Minutes(10);  // a source this far behind the others of its group does not hold them back

// The group of a series: its `by` values. A rule with its own probe makes one group per target.
Labels GroupOf(const Rule& rule, const Series& series) {
  if (!rule.watch.groups_by_label()) return Labels({{"target", std::string(series.labels.Get("target"))}});
  if (rule.watch.per_resource) return Labels(std::vector<Label>{{kResourceLabel, ResourceOf(rule.watch, series)}});
  if (HasAllLabels(rule)) return AllBut(rule, series.labels);
  return series.labels.Project(rule.watch.by);
}

bool SameQuestion(const Rule& a, const Rule& b) { return a.kind == b.kind && a.watch.by == b.watch.by; }

// The matchers of the rule set that this thread asked for last.
class Interest {
 public:
  std::uint64_t Shards(const RuleSet& set, const Series& series) {
    if (rules_ != set.rules) {
      rules_ = set.rules;
      matchers_.clear();
      index_.clear();
      for (std::size_t i = 0; i < rules_.size(); ++i) matchers_.emplace_back(*rules_[i]), index_.Add(i, *rules_[i]);
    }
    std::uint64_t out = 0;
    for (const std::size_t i : index_.Candidates(series))
      if (rules_[i]->mode != RuleMode::kOff && matchers_[i].Matches(series))
        out |= std::uint64_t{1} << ShardOf(rules_[i]->kind, GroupOf(*rules_[i], series));
    return out;
  }

 private:
  std::vector<std::shared_ptr<const Rule>> rules_;  // kept alive: equal pointers are equal rules
  std::vector<WatchMatcher> matchers_;
  RuleIndex index_;
};

}  // namespace

std::uint64_t InterestedShards(const RuleSet& rules, const Series& series) {
  thread_local Interest interest;
  return interest.Shards(rules, series);
}

std::uint64_t ShardsOfThread(int thread, int threads) {
  std::uint64_t mask = 0;
  for (int shard = thread; shard < kShards; shard += threads) mask |= std::uint64_t{1} << shard;
  return mask;
}

struct Engine::Impl {
  struct RuleSlot {
    std::shared_ptr<const Rule> rule;
    WatchMatcher matcher;
    int asks;  // rules of the same number share intakes; kNone: they share none
  };
  struct Route {
    Intake* intake;
    int slot;
  };
  using GroupKey = std::pair<int, std::size_t>;  // RuleSlot::asks and the hash of the `by` values
  static constexpr int kNone = -1;

  explicit Impl(EngineOptions given) : options(std::move(given)), judges_composites(options.composites && options.shards == ~std::uint64_t{0}), composites(options.agent_group) {}

  bool Owns(const Rule& rule, const Labels& by) const { return (options.shards >> ShardOf(rule.kind, by) & 1) != 0; }
  Instance* Find(const RuleSlot& slot, const Labels& by);
  bool HasInstance(const RuleSlot& slot, const Labels& by) const;
  void ShareIntakes();
  int RouteTo(const Series& series, Instance* instance);
  void Connect(const Series& series, const QuietCells* before);
  void Join(const Series& series, const QuietCells::Rules& quiet, const QuietCells* before);
  void Wake(QuietCells::CellId cell, const QuietCells::Rules& rules);
  void WakeEdited(const std::map<std::string, std::shared_ptr<const Rule>>& by_id);
  void WakeSilent(absl::Time now);
  void ObserveQuiet(const Sample& sample);
  void LookAtQuiet(std::vector<Transition>& out);
  void SetSlots();
  void Reconnect();
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
  RuleIndex index;                     // of `slots`
  QuietCells quiet;                    // alerts that are no instances yet
  absl::flat_hash_set<std::string> with_instances;                     // alert keys of rules
  std::map<std::string, std::unique_ptr<Instance>> instances;          // by alert id: a fixed order
  SeriesStore series;
  absl::flat_hash_map<GroupKey, std::shared_ptr<Intake>> shared;       // that more alerts may join
  std::vector<absl::InlinedVector<Route, 1>> routes;                   // by series id
  std::vector<std::vector<Intake*>> by_source;                         // by source id
  absl::flat_hash_set<std::pair<SourceId, const Intake*>> in_source;   // the same
  std::vector<absl::Time> watermarks;                                  // by source id
  InstanceCounts counts;
  std::uint64_t samples = 0;
};

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

Instance* Engine::Impl::Find(const RuleSlot& slot, const Labels& by) {
  if (!Owns(*slot.rule, by)) return nullptr;
  std::string id = AlertId(options.agent_group, slot.rule->alert_key(), by);
  std::unique_ptr<Instance>& place = instances[id];
  if (!place) {
    if (slot.asks == kNone) {
      place = std::make_unique<Instance>(rules, slot.rule, id, by);
    } else {
      std::shared_ptr<Intake>& intake = shared[{slot.asks, absl::HashOf(by)}];
      place = std::make_unique<Instance>(rules, slot.rule, id, by, intake);
      intake = place->intake();
    }
  }
  with_instances.insert(slot.rule->alert_key());
  return place.get();
}

// What was shared before a restart is again, and the intakes that more alerts may join are found.
void Engine::Impl::ShareIntakes() {
  std::map<const Rule*, int> asks;
  for (const RuleSlot& slot : slots) asks[slot.rule.get()] = slot.asks;
  shared.clear();
  for (auto& [id, instance] : instances) {
    const int number = asks.at(&instance->rule());
    if (number != kNone && instance->followed().empty() && !instance->intake()->apart()) shared.try_emplace({number, absl::HashOf(instance->by())}, instance->intake());
  }
  for (auto& [id, instance] : instances) {
    const int number = asks.at(&instance->rule());
    if (number == kNone || instance->followed().empty()) continue;
    const auto leader = instances.find(instance->followed());
    const bool same = leader != instances.end() && leader->second->followed().empty() && asks.at(&leader->second->rule()) == number;
    instance->Share(same ? leader->second->intake() : shared.try_emplace({number, absl::HashOf(instance->by())}, instance->intake()).first->second);
  }
}

bool Engine::Impl::HasInstance(const RuleSlot& slot, const Labels& by) const {
  return with_instances.contains(slot.rule->alert_key()) && instances.count(AlertId(options.agent_group, slot.rule->alert_key(), by)) != 0;
}

int Engine::Impl::RouteTo(const Series& one, Instance* instance) {
  Intake* const intake = instance->intake().get();
  for (const Route& route : routes[one.id])
    if (route.intake == intake) return route.slot;
  const int member = intake->Define(one);
  routes[one.id].push_back({intake, member});
  if (by_source.size() <= one.source) by_source.resize(one.source + 1);
  if (in_source.emplace(one.source, intake).second) by_source[one.source].push_back(intake);
  return member;
}

void Engine::Impl::Connect(const Series& one, const QuietCells* before) {
  routes[one.id].clear();
  quiet.Leave(one.id);
  std::map<int, QuietCells::Rules> by_family;
  for (const std::size_t i : index.Candidates(one)) {
    const RuleSlot& slot = slots[i];
    if (slot.rule->mode == RuleMode::kOff || !slot.matcher.Matches(one)) continue;
    const Labels by = GroupOf(*slot.rule, one);
    const auto position = static_cast<RulePosition>(i);
    if (options.quiet_cells && quiet.CanBeQuiet(position, one) && !HasInstance(slot, by)) {
      if (Owns(*slot.rule, by)) by_family[quiet.FamilyOf(position)].push_back(position);
    } else if (Instance* instance = Find(slot, by)) {
      RouteTo(one, instance);
    }
  }
  for (const auto& [family, rules] : by_family) Join(one, rules, before);
}

// A cell is of one series. A second one in its group makes alerts of both.
void Engine::Impl::Join(const Series& one, const QuietCells::Rules& joining, const QuietCells* before) {
  const std::uint64_t group = absl::HashOf(GroupOf(*slots[joining[0]].rule, one));
  const QuietCells::CellId other = quiet.Join(one, joining, group, before);
  if (other == QuietCells::kNone) return;
  Wake(other, quiet.RulesOf(other));
  const QuietCells::CellId own = quiet.FirstOf(one.id);
  Wake(own, quiet.RulesOf(own));
}

void Engine::Impl::Wake(QuietCells::CellId cell, const QuietCells::Rules& waking) {
  const Series one = series.Get(quiet.SeriesOf(cell));
  const QuietPast past = quiet.PastOf(cell, counts);
  for (const RulePosition position : waking) {
    const RuleSlot& slot = slots[position];
    const Labels by = GroupOf(*slot.rule, one);
    const bool is_new = !HasInstance(slot, by);  // else this is a second series of its group, which has no past yet
    Instance* instance = Find(slot, by);
    const int member = RouteTo(one, instance);
    if (is_new) instance->BeginQuiet(member, past);
  }
  quiet.Wake(cell, waking);
}

// An edited rule judges what it would not have been quiet about.
void Engine::Impl::WakeEdited(const std::map<std::string, std::shared_ptr<const Rule>>& by_id) {
  std::vector<std::shared_ptr<const Rule>> edited(slots.size());
  bool any = false;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto found = by_id.find(slots[i].rule->id);
    if (found == by_id.end() || found->second->revision == slots[i].rule->revision || !SameQuestion(*found->second, *slots[i].rule)) continue;
    edited[i] = found->second;
    any = true;
  }
  if (!any) return;
  for (const QuietCells::CellId cell : quiet.Live()) {
    const std::string& unit = series.UnitOf(quiet.SeriesOf(cell));
    QuietCells::Rules waking;
    for (const RulePosition position : quiet.RulesOf(cell)) {
      if (!edited[position]) continue;
      const std::optional<QuietRange> range = FindKind(edited[position]->kind)->QuietBetween(*edited[position], unit);
      const bool moved = !range || !QuietCells::SameFamily(*slots[position].rule, *edited[position]);
      if (moved || quiet.Minds(cell, *range)) waking.push_back(position);
    }
    if (!waking.empty()) Wake(cell, waking);
  }
}

void Engine::Impl::WakeSilent(absl::Time now) {
  std::vector<QuietCells::CellId> silent;
  quiet.FindSilent(now, counts, silent);
  for (const QuietCells::CellId cell : silent) Wake(cell, quiet.RulesOf(cell));
}

void Engine::Impl::ObserveQuiet(const Sample& sample) {
  for (QuietCells::CellId cell = quiet.FirstOf(sample.series); cell != QuietCells::kNone; cell = quiet.NextOf(cell)) {
    if (quiet.Take(cell, sample, counts)) continue;
    const std::size_t before = routes[sample.series].size();
    Wake(cell, quiet.NotQuietAt(cell, sample.value));
    for (std::size_t i = before; i < routes[sample.series].size(); ++i) routes[sample.series][i].intake->Add(routes[sample.series][i].slot, sample, counts);
    quiet.Take(cell, sample, counts);
  }
}

void Engine::Impl::LookAtQuiet(std::vector<Transition>& out) {
  for (const QuietCells::CellId cell : quiet.Live()) {
    const Series one = series.Get(quiet.SeriesOf(cell));
    const QuietPast past = quiet.PastOf(cell, counts);
    for (const RulePosition position : quiet.RulesOf(cell)) {
      const Labels by = GroupOf(*slots[position].rule, one);
      Instance instance(rules, slots[position].rule, AlertId(options.agent_group, slots[position].rule->alert_key(), by), by);
      instance.BeginQuiet(instance.intake()->Define(one), past);
      out.push_back(instance.Present());
    }
  }
}

void Engine::Impl::Reconnect() {
  by_source.clear();
  in_source.clear();
  with_instances.clear();
  for (const auto& [id, instance] : instances) with_instances.insert(instance->rule().alert_key());
  const QuietCells before = std::move(quiet);
  SetSlots();
  ShareIntakes();
  quiet.GoOnFrom(before);
  for (SeriesId id = 0; id < series.end(); ++id)
    if (series.Has(id)) Connect(series.Get(id), &before);
}

void Engine::Impl::SetSlots() {
  slots.clear();
  index.clear();
  quiet = QuietCells();
  std::map<std::string, int> asks;  // by key
  for (const auto& rule : rules->rules) {
    index.Add(slots.size(), *rule);
    quiet.AddRule(*rule);
    const std::string key = IntakeKey(*rule);
    slots.push_back({rule, WatchMatcher(*rule), key.empty() ? kNone : asks.try_emplace(key, static_cast<int>(asks.size())).first->second});
  }
}

// Transitions of one call come in an order that no batch, shard or hash decides.
void Engine::Impl::Sort(std::size_t from, Changes& out) const {
  std::stable_sort(out.transitions.begin() + static_cast<std::ptrdiff_t>(from), out.transitions.end(), [](const Transition& a, const Transition& b) {
    return std::tie(a.time, a.alert_id, a.sequence) < std::tie(b.time, b.alert_id, b.sequence);
  });
}

void Engine::Impl::Hear(std::size_t from, const Changes& out) {
  if (judges_composites && composites.any()) said.insert(said.end(), out.transitions.begin() + static_cast<std::ptrdiff_t>(from), out.transitions.end());
}

// Before anything else happens to the alerts that fire.
void Engine::Impl::CatchUp(Changes& out) {
  if (!std::exchange(restored, false) || !composites.any()) return;
  std::vector<Transition> present;
  for (const auto& [id, instance] : instances)
    if (instance->firing()) present.push_back(instance->Present());
  composites.CatchUp(present, out);
}

void Engine::Impl::EndRound(Changes& out) {
  if (!composites.any()) return;
  absl::Time newest = absl::InfinitePast();
  for (const absl::Time watermark : watermarks) newest = std::max(newest, watermark);
  composites.Round(said, newest, out);
  said.clear();
}

void Engine::SetRules(std::shared_ptr<const RuleSet> rules, absl::Time now, Changes& out) {
  const std::size_t from = out.transitions.size();
  impl_->CatchUp(out);
  std::map<std::string, std::shared_ptr<const Rule>> by_id;
  for (const auto& rule : rules->rules) {
    by_id[rule->id] = rule;
    for (const std::string& before : rule->renamed_from) by_id.emplace(before, rule);
  }
  impl_->WakeEdited(by_id);
  const std::shared_ptr<const RuleSet> replaced = std::exchange(impl_->rules, rules);  // until nothing remembers it
  for (auto at = impl_->instances.begin(); at != impl_->instances.end();) {
    const auto found = by_id.find(at->second->rule().id);
    if (found == by_id.end() || found->second->mode == RuleMode::kOff || !SameQuestion(*found->second, at->second->rule())) {
      at->second->End(now, out);
      at = impl_->instances.erase(at);
    } else {
      at->second->Adopt(rules, found->second);
      ++at;
    }
  }
  impl_->Reconnect();
  for (auto& [id, instance] : impl_->instances) {
    if (instance->intake()->led_anew()) instance->intake()->SaveUrgent(out);
    instance->JudgeEdited(out, impl_->counts);
  }
  impl_->Sort(from, out);
  if (!impl_->judges_composites) return;
  const bool first = !impl_->composites.any();
  impl_->Hear(from, out);
  impl_->composites.SetRules(rules, now, out);
  impl_->restored = first;
  impl_->CatchUp(out);
}

void Engine::DefineSeries(const Series& series) {
  std::vector<absl::InlinedVector<Impl::Route, 1>>& routes = impl_->routes;
  if (routes.capacity() <= series.id) routes.reserve(series.id + series.id / 4 + 16);  // of many, a quarter is spare and not half
  if (routes.size() <= series.id) routes.resize(series.id + 1);
  CHECK(!series.metric.empty());
  impl_->series.Put(series);
  impl_->Connect(series, &impl_->quiet);
}

void Engine::Observe(absl::Span<const Sample> samples, Changes& out) {
  (void)out;  // judgements wait for the watermark
  for (const Sample& sample : samples) {
    CHECK(sample.series < impl_->routes.size());
    for (const Impl::Route& route : impl_->routes[sample.series]) route.intake->Add(route.slot, sample, impl_->counts);
    impl_->ObserveQuiet(sample);
  }
  impl_->samples += samples.size();
}

absl::Time Engine::Impl::CompleteFor(const Intake& intake) const {
  absl::Time newest = absl::InfinitePast();
  for (SourceId source : intake.sources())
    if (source < watermarks.size()) newest = std::max(newest, watermarks[source]);
  const absl::Duration patience = std::max(kIdle, intake.NoDataAfter());
  absl::Time complete = newest;
  for (SourceId source : intake.sources())
    if (source < watermarks.size() && watermarks[source] >= newest - patience) complete = std::min(complete, watermarks[source]);
  return complete - intake.evaluation_delay();
}

void Engine::Advance(SourceId source, absl::Time watermark, Changes& out) {
  if (impl_->watermarks.size() <= source) impl_->watermarks.resize(source + 1, absl::InfinitePast());
  impl_->watermarks[source] = std::max(impl_->watermarks[source], watermark);
  impl_->quiet.Advance(source, impl_->watermarks[source]);
  if (source >= impl_->by_source.size()) return;
  impl_->CatchUp(out);
  const std::size_t from = out.transitions.size();
  for (Intake* intake : impl_->by_source[source])
    if (intake->has_due()) intake->JudgeUpTo(impl_->CompleteFor(*intake), out, impl_->counts);
  impl_->Sort(from, out);
  impl_->Hear(from, out);
}

void Engine::AdvanceClock(absl::Time now, Changes& out) {
  impl_->CatchUp(out);
  const std::size_t from = out.transitions.size();
  impl_->WakeSilent(now);
  for (auto& [id, instance] : impl_->instances) instance->JudgeByWall(now, out, impl_->counts);
  impl_->Sort(from, out);
  impl_->Hear(from, out);
  impl_->EndRound(out);
}

std::vector<Engine::Unrestored> Engine::Restore(absl::Span<const InstanceState> states) {
  std::vector<Unrestored> lost;
  for (const InstanceState& state : states) {
    const auto slot = std::find_if(impl_->slots.begin(), impl_->slots.end(), [&](const Impl::RuleSlot& s) { return s.rule->IsOrWas(state.rule_id); });
    if (slot == impl_->slots.end() || slot->rule->mode == RuleMode::kOff) {
      lost.push_back({state.alert_id, absl::StrCat("the rule ", state.rule_id, " of alert ", state.alert_id, " is not loaded any more"), true});
      continue;
    }
    const std::string kind = Instance::KindIn(state.bytes);
    if (kind == slot->rule->kind && IsComposite(*slot->rule)) continue;  // not ours, or restored below
    auto instance = std::make_unique<Instance>(impl_->rules, slot->rule, state.alert_id, Labels());
    const bool readable = instance->Load(state.bytes);
    const bool known_kind = FindKind(kind) != nullptr;
    if ((known_kind && kind != slot->rule->kind) || (readable && instance->asks_otherwise())) {
      lost.push_back({state.alert_id, absl::StrCat("the rule ", slot->rule->name, " asks another question now; alert ", state.alert_id, " is over"), true});
    } else if (!readable) {
      lost.push_back({state.alert_id, absl::StrCat("the state of alert ", state.alert_id, " of rule ", slot->rule->name, " cannot be read; it starts anew"), false});
    } else {
      impl_->instances[state.alert_id] = std::move(instance);
    }
  }
  impl_->Reconnect();
  if (!impl_->judges_composites) return lost;
  for (Engine::Unrestored& one : impl_->composites.Restore(states)) lost.push_back(std::move(one));
  impl_->restored = true;
  return lost;
}

void Engine::Snapshot(Changes& out) {
  for (auto& [id, instance] : impl_->instances)
    if (instance->dirty()) instance->SaveInto(out);
}

void Engine::Look(std::vector<Transition>& out) const {
  for (const auto& [id, instance] : impl_->instances) out.push_back(instance->Present());
  impl_->LookAtQuiet(out);
  impl_->composites.Look(out);
}

Engine::Stats Engine::stats() const {
  Stats out;
  out.samples = impl_->samples;
  out.late = impl_->counts.late;
  out.restated = impl_->counts.restated;
  out.evaluations = impl_->counts.evaluations;
  out.series = impl_->series.count();
  out.instances = impl_->instances.size() + impl_->quiet.alerts() + impl_->composites.instances();
  for (const auto& [id, instance] : impl_->instances) out.firing += instance->firing();
  out.firing += impl_->composites.firing();
  return out;
}

}  // namespace nephoscope
