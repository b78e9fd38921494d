// What an engine does when rules change. A few changes are followed where they are; many, or the first set, make everything anew from what is known.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/hash/hash.h"
#include "rules/engine/engine_impl.h"
#include "rules/engine/series_key.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

constexpr std::size_t kFewChanges = 16;  // or a quarter of the rules

bool SameQuestion(const Rule& a, const Rule& b) { return a.kind == b.kind && a.watch.by == b.watch.by && a.watch.together == b.watch.together; }

using ById = std::map<std::string, std::shared_ptr<const Rule>>;

ById RulesById(const std::vector<std::shared_ptr<const Rule>>& rules) {
  ById out;
  for (const auto& rule : rules) {
    out[rule->id] = rule;
    for (const std::string& before : rule->renamed_from) out.emplace(before, rule);
  }
  return out;
}

// The same series in the same groups, by its one metric.
bool SameSeries(const Rule& a, const Rule& b) {
  const auto plain = [](const Rule& rule) {
    const Watch& watch = rule.watch;
    return rule.mode != RuleMode::kOff && !watch.metric.empty() && !watch.alerts && watch.resources.empty() && watch.commitments.empty() && watch.events.empty() && watch.resource_metrics.empty();
  };
  return plain(a) && plain(b) && SameQuestion(a, b) && SeriesKey(a) == SeriesKey(b);
}

bool Renames(const std::vector<std::shared_ptr<const Rule>>& rules) {
  return std::any_of(rules.begin(), rules.end(), [](const auto& rule) { return !rule->renamed_from.empty(); });
}

}  // namespace

// What was shared before a restart is again, and the intakes that more alerts may join are found.
void Engine::Impl::ShareIntakes() {
  std::map<const Rule*, int> number_of;
  for (const RuleSlot& slot : slots) number_of[slot.rule.get()] = slot.asks;
  shared.clear();
  for (auto& [id, instance] : instances) {
    const int number = number_of.at(&instance->rule());
    if (number != kNone && instance->followed().empty() && !instance->intake()->apart()) shared.try_emplace({number, absl::HashOf(instance->by())}, instance->intake());
  }
  for (auto& [id, instance] : instances) {
    const int number = number_of.at(&instance->rule());
    if (number == kNone || instance->followed().empty()) continue;
    const auto leader = instances.find(instance->followed());
    const bool same = leader != instances.end() && leader->second->followed().empty() && number_of.at(&leader->second->rule()) == number;
    instance->Share(same ? leader->second->intake() : shared.try_emplace({number, absl::HashOf(instance->by())}, instance->intake()).first->second);
  }
}

// The groups that rules from `first` on expect are looked at from `now` on, though no series of theirs may ever come.
void Engine::Impl::AwaitExpected(std::size_t first, absl::Time now) {
  for (std::size_t i = first; i < slots.size(); ++i) {
    if (slots[i].rule == nullptr || slots[i].rule->mode == RuleMode::kOff) continue;
    for (const std::vector<std::string>& group : slots[i].rule->expected) {
      std::vector<Label> by;
      for (std::size_t label = 0; label < group.size(); ++label) by.push_back({slots[i].rule->watch.by[label], group[label]});
      (void)Find(slots[i], Labels(std::move(by)));
    }
  }
  for (auto& [id, instance] : instances)
    if (!instance->rule().expected.empty()) instance->Expect(now);
}

// An edited rule judges what it would not have been quiet about.
void Engine::Impl::WakeEdited(const Edited& edited) {
  QuietCells::Rules positions;
  for (const auto& [position, rule] : edited) positions.push_back(position);
  for (const QuietCells::CellId cell : quiet.With(positions)) {
    const std::string& unit = series.UnitOf(quiet.SeriesOf(cell));
    QuietCells::Rules waking;
    for (const RulePosition position : quiet.RulesOf(cell)) {
      const auto found = edited.find(position);
      if (found == edited.end()) continue;
      const std::optional<QuietRange> range = FindKind(found->second->kind)->QuietBetween(*found->second, unit);
      const bool moved = !range || !QuietCells::SameFamily(*slots[position].rule, *found->second);
      if (moved || quiet.Minds(cell, *range)) waking.push_back(position);
    }
    if (!waking.empty()) Wake(cell, waking);
  }
}

void Engine::Impl::Reconnect() {
  by_source.clear();
  in_source.clear();
  with_instances.clear();
  for (const auto& [id, instance] : instances) with_instances.insert(instance->rule().alert_key());
  std::erase_if(commons, [](const auto& one) { return one.second.expired(); });
  for (const auto& [id, instance] : instances) Introduce(*instance);
  const QuietCells before = std::move(quiet);
  SetSlots();
  ShareIntakes();
  quiet.GoOnFrom(before);
  for (SeriesId id = 0; id < series.end(); ++id)
    if (series.Has(id)) Connect(series.Get(id), &before);
}

void Engine::Impl::AddSlot(const std::shared_ptr<const Rule>& rule) {
  position_of[rule.get()] = static_cast<RulePosition>(slots.size());
  index.Add(slots.size(), *rule);
  quiet.AddRule(*rule);
  const std::string key = IntakeKey(*rule);
  slots.push_back({rule, WatchMatcher(*rule), key.empty() ? kNone : asks.try_emplace(key, static_cast<int>(asks.size())).first->second});
}

void Engine::Impl::SetSlots() {
  slots.clear();
  index.clear();
  position_of.clear();
  asks.clear();
  quiet = QuietCells();
  for (const auto& rule : rules->rules) AddSlot(rule);
  renames = Renames(rules->rules);
}

void Engine::Impl::TakeAll(const std::shared_ptr<const RuleSet>& next, absl::Time now, Changes& out) {
  WakeAllResting();
  const ById by_id = RulesById(next->rules);
  Edited edited;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].rule == nullptr) continue;
    const auto found = by_id.find(slots[i].rule->id);
    if (found != by_id.end() && found->second->revision != slots[i].rule->revision && SameQuestion(*found->second, *slots[i].rule)) edited[static_cast<RulePosition>(i)] = found->second;
  }
  WakeEdited(edited);
  out.retired.push_back(std::exchange(rules, next));  // until nothing remembers it
  for (auto at = instances.begin(); at != instances.end();) {
    const auto found = by_id.find(at->second->rule().id);
    if (found == by_id.end() || found->second->mode == RuleMode::kOff || !SameQuestion(*found->second, at->second->rule()) || at->second->intake()->CountsOtherwise(*found->second)) {
      at->second->End(now, Cause::kRuleRemoved, out);
      at = instances.erase(at);
    } else {
      at->second->Adopt(next, found->second);
      NoteRates(*at->second->intake());
      ++at;
    }
  }
  Reconnect();
  AwaitExpected(0, now);
  for (auto& [id, instance] : instances) {
    if (instance->intake()->led_anew()) instance->intake()->SaveUrgent(out);
    instance->JudgeEdited(out, counts);
  }
  for (SourceId source = 0; source < by_source.size(); ++source) LetRest(source, out);
}

// False: they are too many, or of a kind that concerns all the others. Sets `composites` where one of them is made of alerts.
bool Engine::Impl::TakeChanges(const std::shared_ptr<const RuleSet>& next, absl::Time now, bool& composites, Changes& out) {
  if (options.reload_whole || slots.size() > 2 * rules->rules.size() + kFewChanges) return false;
  const RuleChanges changes = ChangesBetween(rules->rules, next->rules, position_of);
  if (changes.removed.size() + changes.added.size() > rules->rules.size() / 4 + kFewChanges || renames || Renames(changes.added)) return false;
  const ById by_id = RulesById(changes.added);
  Edited edited;
  for (const RulePosition position : changes.removed) {
    const Rule& rule = *slots[position].rule;
    const auto found = by_id.find(rule.id);
    if (found != by_id.end() && found->second->revision != rule.revision && SameQuestion(*found->second, rule)) edited[position] = found->second;
  }
  if (AnyToWake()) {
    QuietCells::Rules sorted(changes.removed.begin(), changes.removed.end());
    std::sort(sorted.begin(), sorted.end());
    WakeResting(quiet.With(sorted), sorted);
  }
  composites = composites || std::any_of(changes.added.begin(), changes.added.end(), [](const auto& rule) { return IsComposite(*rule); });
  WakeEdited(edited);
  out.retired.push_back(std::exchange(rules, next));
  absl::flat_hash_set<const Rule*> gone;
  for (const RulePosition position : changes.removed) gone.insert(slots[position].rule.get());
  std::vector<Instance*> adopted;
  std::vector<SeriesId> known;  // series that rules of these had
  std::vector<std::shared_ptr<Intake>> left;
  for (auto at = instances.begin(); at != instances.end();) {
    Instance& instance = *at->second;
    if (!gone.contains(&instance.rule())) {
      instance.SetRules(next);
      ++at;
      continue;
    }
    const auto found = by_id.find(instance.rule().id);
    left.push_back(instance.intake());
    for (const Series& member : left.back()->members()) known.push_back(member.id);
    if (found != by_id.end() && found->second->mode != RuleMode::kOff && SameQuestion(*found->second, instance.rule()) && !instance.intake()->CountsOtherwise(*found->second)) {
      instance.Adopt(next, found->second);
      NoteRates(*instance.intake());
      adopted.push_back(&instance);
      ++at;
    } else {
      instance.End(now, Cause::kRuleRemoved, out);
      at = instances.erase(at);
    }
  }
  Unasked unasked;
  for (const std::shared_ptr<Intake>& intake : left)
    if (intake->alerts().empty()) unasked.insert(intake.get());
  Detach(unasked);
  const std::size_t first = slots.size();
  Follow(changes, std::move(known));
  if (std::any_of(changes.added.begin(), changes.added.end(), [](const auto& rule) { return !rule->expected.empty() || rule->kind == "absence"; })) AwaitExpected(first, now);
  for (const std::shared_ptr<Intake>& intake : left)
    if (!intake->alerts().empty() && intake->led_anew()) intake->SaveUrgent(out);
  for (Instance* instance : adopted) {
    if (instance->intake()->led_anew()) instance->intake()->SaveUrgent(out);
    instance->JudgeEdited(out, counts);
  }
  return true;
}

void Engine::Impl::Follow(const RuleChanges& changes, std::vector<SeriesId> known) {
  quiet.Forget({changes.removed.begin(), changes.removed.end()});
  for (const QuietCells::CellId cell : quiet.Forgotten()) known.push_back(quiet.SeriesOf(cell));
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  std::map<std::string, std::shared_ptr<const Rule>> before;
  for (const RulePosition position : changes.removed) before[slots[position].rule->id] = slots[position].rule;
  for (const RulePosition position : changes.removed) {
    position_of.erase(slots[position].rule.get());
    index.Remove(position, *slots[position].rule);
    slots[position].rule = nullptr;
  }
  RuleIndex edited, other;  // rules that look at the series that they had, and others
  bool any_other = false;
  for (const auto& rule : changes.added) {
    const auto was = before.find(rule->id);
    const bool same = was != before.end() && SameSeries(*was->second, *rule);
    (same ? edited : other).Add(slots.size(), *rule);
    any_other = any_other || !same;
    AddSlot(rule);
  }
  const auto connect = [&](SeriesId id, RuleIndex& rules_of) {
    if (!series.Has(id)) return;
    if (const absl::Span<const std::size_t> candidates = rules_of.Candidates(series.MetricOf(id), series.LabelsOf(id)); !candidates.empty()) ConnectTo(series.Get(id), candidates, nullptr);
  };
  for (const SeriesId id : known) connect(id, edited);
  for (SeriesId id = 0; id < series.end() && any_other; ++id) connect(id, other);
  quiet.Settled(series);
}

void Engine::SetRules(std::shared_ptr<const RuleSet> rules, absl::Time now, Changes& out) {
  const std::size_t from = out.transitions.size();
  impl_->CatchUp(out);
  bool composites = impl_->composites.any();
  if (!impl_->TakeChanges(rules, now, composites, out)) impl_->TakeAll(rules, now, out), composites = true;
  impl_->Sort(from, out);
  if (!impl_->judges_composites) return;
  const bool first = !impl_->composites.any();
  impl_->Hear(from, out);
  impl_->composites.SetRules(rules, now, out);
  impl_->restored = first && impl_->composites.any();
  impl_->CatchUp(out);
}

}  // namespace nephoscope
