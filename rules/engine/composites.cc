#include "rules/engine/composites.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

bool Earlier(const Transition& a, const Transition& b) { return std::tie(a.time, a.alert_id, a.sequence) < std::tie(b.time, b.alert_id, b.sequence); }
bool Over(const Transition& t) { return t.status == AlertState::kInactive || t.status == AlertState::kPending; }

}  // namespace

bool IsComposite(const Rule& rule) { return rule.watch.alerts; }

bool HasComposites(const RuleSet& rules) {
  return std::any_of(rules.rules.begin(), rules.rules.end(), [](const auto& rule) { return IsComposite(*rule) && rule->mode != RuleMode::kOff; });
}

bool NeedsRounds(const RuleSet& rules) {
  const int unwritten = Rule().limit;
  return HasComposites(rules) || std::any_of(rules.rules.begin(), rules.rules.end(), [&](const auto& rule) { return rule->limit < unwritten; });
}

// A composite comes after those that it is made of; `check` has refused cycles, and here a cycle ends where it is met again.
void Composites::Place(const Rule& rule, const std::map<std::string, std::shared_ptr<const Rule>>& by_name, std::set<std::string>& done) {
  if (!done.insert(rule.id).second) return;
  Slot slot;
  for (const std::string& name : FindKind(rule.kind)->Parts(rule)) {
    const auto part = by_name.find(name);
    if (part == by_name.end()) continue;  // its file was rejected
    slot.parts.insert(part->second->id);
    if (IsComposite(*part->second) && part->second->mode != RuleMode::kOff) Place(*part->second, by_name, done);
  }
  slot.rule = by_name.at(rule.name);
  slots_.push_back(std::move(slot));
}

void Composites::MakeSlots() {
  std::map<std::string, std::shared_ptr<const Rule>> by_name;
  std::map<std::string, const Rule*> by_id;
  for (const auto& rule : rules_->rules) {
    by_name[rule->name] = rule;
    by_id[rule->id] = rule.get();
    for (const std::string& before : rule->renamed_from) by_id.emplace(before, rule.get());
  }
  slots_.clear();
  std::set<std::string> done;
  for (const auto& rule : rules_->rules)
    if (IsComposite(*rule) && rule->mode != RuleMode::kOff) Place(*rule, by_name, done);
  for (auto& [id, transition] : present_)  // a part may have a new name
    if (const auto rule = by_id.find(transition.rule.id); rule != by_id.end()) transition.rule.name = rule->second->name, transition.rule.id = rule->second->id;
}

void Composites::SetRules(std::shared_ptr<const RuleSet> rules, absl::Time now, Changes& out) {
  const std::size_t from = out.transitions.size();
  std::vector<Slot> before = std::exchange(slots_, {});
  rules_ = std::move(rules);
  MakeSlots();
  for (Slot& old : before) {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.rule->IsOrWas(old.rule->id); });
    const bool same = slot != slots_.end() && slot->rule->watch.by == old.rule->watch.by;
    for (auto& [id, instance] : old.instances) {
      if (same) {
        instance->Adopt(rules_, slot->rule);
        slot->instances[id] = std::move(instance);
      } else {
        instance->End(now, Cause::kRuleRemoved, out);
        present_.erase(id);  // limits are counted anew below
      }
    }
  }
  for (Slot& slot : slots_) Refresh(slot, out);
  limits_.SetRules(*rules_, now, out);
  for (const auto& [id, transition] : present_) limits_.Begin(transition.rule.id);
  limits_.JudgeAll(newest_, out, Cause::kRuleChanged);
  Finish(from, out);
}

// What fires now is what the slot is made of; what was not known of it is judged.
void Composites::Refresh(Slot& slot, Changes& out) {
  std::map<Instance*, Steps> of;
  for (auto& [id, instance] : slot.instances) of[instance.get()];
  for (const auto& [id, transition] : present_)
    if (slot.parts.count(transition.rule.id) != 0) of[Find(slot, transition)].push_back(&transition);
  const std::size_t from = out.transitions.size();
  for (auto& [id, instance] : slot.instances) {
    instance->SetParts(of[instance.get()]);
    instance->JudgeEdited(out, counts_);
    instance->JudgeUpTo(newest_, out, counts_);
    if (instance->dirty()) instance->SaveInto(out);
  }
  for (std::size_t i = from; i < out.transitions.size(); ++i) Note(out.transitions[i]);
}

std::vector<Engine::Unrestored> Composites::Restore(absl::Span<const InstanceState> states) {
  std::vector<Engine::Unrestored> lost;
  for (const InstanceState& state : states) {
    if (LimitAlerts::Owns(state)) limits_.Restore(state);
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.rule->IsOrWas(state.rule_id); });
    if (slot == slots_.end() || Instance::KindIn(state.bytes) != slot->rule->kind) continue;
    auto instance = std::make_unique<Instance>(rules_, slot->rule, state.alert_id, Labels());
    const bool readable = instance->Load(state.bytes);
    if (readable && instance->asks_otherwise()) {
      lost.push_back({state.alert_id, absl::StrCat("the rule ", slot->rule->name, " asks another question now; alert ", state.alert_id, " is over"), true});
    } else if (!readable) {
      lost.push_back({state.alert_id, absl::StrCat("the state of alert ", state.alert_id, " of rule ", slot->rule->name, " cannot be read; it starts anew"), false});
    } else {
      slot->instances[state.alert_id] = std::move(instance);
    }
  }
  return lost;
}

void Composites::CatchUp(absl::Span<const Transition> present, Changes& out) {
  const std::size_t from = out.transitions.size();
  const auto ours = [this](const Transition& t) { return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.rule->id == t.rule.id; }); };
  for (const Transition& transition : present) {
    if (ours(transition)) continue;  // our own states say it better
    Note(transition);
    newest_ = std::max(newest_, transition.time);
  }
  for (const Slot& slot : slots_)
    for (const auto& [id, instance] : slot.instances)
      if (instance->firing()) Note(instance->Present());
  for (Slot& slot : slots_) Refresh(slot, out);
  limits_.JudgeAll(newest_, out);
  Finish(from, out);
}

void Composites::Note(const Transition& transition) {
  const auto known = present_.find(transition.alert_id);
  if (known != present_.end()) limits_.End(known->second.rule.id);
  if (!Over(transition)) {
    limits_.Begin(transition.rule.id);
    present_[transition.alert_id] = transition;
  } else if (known != present_.end()) {
    present_.erase(known);
  }
}

// The group of a part; made with the first part of it that fires.
Instance* Composites::Find(Slot& slot, const Transition& part) {
  const Labels by = part.labels.Project(slot.rule->watch.by);
  std::string id = AlertId(agent_group_, slot.rule->alert_key(), by);
  const auto known = slot.instances.find(id);
  if (known != slot.instances.end()) return known->second.get();
  if (Over(part)) return nullptr;
  auto instance = std::make_unique<Instance>(rules_, slot.rule, id, by);
  return slot.instances.emplace(std::move(id), std::move(instance)).first->second.get();
}

void Composites::Round(absl::Span<const Transition> said, absl::Time newest, Changes& out) {
  const std::size_t from = out.transitions.size();
  std::vector<Transition> steps(said.begin(), said.end());
  newest_ = std::max(newest_, newest);
  for (const Transition& step : steps) newest_ = std::max(newest_, step.time);
  for (Slot& slot : slots_) {
    Steps mine;
    for (const Transition& step : steps)
      if (slot.parts.count(step.rule.id) != 0) mine.push_back(&step);
    std::sort(mine.begin(), mine.end(), [](const Transition* a, const Transition* b) { return Earlier(*a, *b); });
    const std::size_t made = out.transitions.size();
    Judge(slot, mine, out);
    steps.insert(steps.end(), out.transitions.begin() + static_cast<std::ptrdiff_t>(made), out.transitions.end());
  }
  std::stable_sort(steps.begin(), steps.end(), Earlier);
  for (const Transition& step : steps) {
    Note(step);
    limits_.Judge(step.rule.id, step.time, out);
  }
  Finish(from, out);
}

// Each step is judged before what follows it; what was due before it, before.
void Composites::Judge(Slot& slot, const Steps& steps, Changes& out) {
  std::map<Instance*, Steps> of;
  for (const Transition* step : steps)
    if (Instance* instance = Find(slot, *step); instance != nullptr) of[instance].push_back(step);
  for (auto& [id, instance] : slot.instances) {
    const auto mine = of.find(instance.get());
    if (mine != of.end()) {
      for (const Transition* step : mine->second) {
        instance->JudgeUpTo(step->time - absl::Microseconds(1), out, counts_);
        instance->AddPart(*step);
      }
    }
    instance->JudgeUpTo(newest_, out, counts_);
    if (instance->dirty()) instance->SaveInto(out);
  }
}

void Composites::Finish(std::size_t from, Changes& out) {
  std::stable_sort(out.transitions.begin() + static_cast<std::ptrdiff_t>(from), out.transitions.end(), Earlier);
}

void Composites::TakePresent(std::size_t most, std::vector<AlertPresent>& out) {
  for (Slot& slot : slots_)
    for (const auto& [id, instance] : slot.instances)
      if (out.size() < most && instance->HasPresent())
        if (std::optional<AlertPresent> present = instance->TakePresent()) out.push_back(*std::move(present));
}

void Composites::Look(std::vector<Transition>& out) const {
  for (const Slot& slot : slots_)
    for (const auto& [id, instance] : slot.instances) out.push_back(instance->Present());
  limits_.Look(out);
}

std::size_t Composites::instances() const {
  std::size_t out = 0;
  for (const Slot& slot : slots_) out += slot.instances.size();
  return out;
}

std::size_t Composites::firing() const {
  std::size_t out = 0;
  for (const Slot& slot : slots_)
    for (const auto& [id, instance] : slot.instances) out += instance->firing();
  return out;
}

}  // namespace nephoscope
