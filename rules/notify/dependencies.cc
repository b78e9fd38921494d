#include "rules/notify/dependencies.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

bool Fires(const Transition& transition) {
  return transition.status == AlertState::kFiring || transition.status == AlertState::kRecovering;
}

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return names;
}

// A composite that notifies nobody replaces nothing.
bool Replaces(const Rule& rule) {
  const bool notifies = rule.mode == RuleMode::kLive && !rule.notify.empty();
  return rule.watch.alerts && notifies && FindKind(rule.kind)->ReplacesParts(rule);
}

}  // namespace

void Dependencies::SetRules(const RuleSet& rules) {
  depends_.clear(), explains_.clear(), explaining_.clear(), explained_.clear();
  wholes_.clear(), wholes_of_.clear(), parts_.clear();
  absl::flat_hash_map<std::string, std::string> id_of;
  for (const auto& rule : rules.rules) id_of[rule->name] = rule->id;
  for (const auto& rule : rules.rules) {
    const auto other = rule->depends_on ? id_of.find(rule->depends_on->alert) : id_of.end();
    if (other != id_of.end()) {
      const Link link{other->second, Sorted(rule->depends_on->same)};
      depends_[rule->id] = link;
      explains_[other->second].push_back(link);
    }
    if (!Replaces(*rule)) continue;
    const Link link{rule->id, Sorted(rule->watch.by)};
    wholes_[rule->id] = link;
    for (const std::string& part : FindKind(rule->kind)->Parts(*rule))
      if (const auto id = id_of.find(part); id != id_of.end()) wholes_of_[id->second].push_back(link);
  }
}

std::string Dependencies::KeyOf(const Link& link, const Transition& transition) {
  return absl::StrCat(link.other, " ", transition.labels.Project(link.same).Canonical());
}

void Dependencies::Put(const std::string& key, const std::string& alert_id, bool there, ByKey& out) {
  if (there) {
    out[key].insert(alert_id);
    return;
  }
  const auto found = out.find(key);
  if (found == out.end()) return;
  found->second.erase(alert_id);
  if (found->second.empty()) out.erase(found);
}

void Dependencies::Find(const std::string& key, const ByKey& in, std::vector<std::string>& out) {
  const auto found = in.find(key);
  if (found != in.end()) out.insert(out.end(), found->second.begin(), found->second.end());
}

void Dependencies::Note(const Transition& transition) {
  const bool fires = Fires(transition);
  if (const auto links = explains_.find(transition.rule.id); links != explains_.end())
    for (const Link& link : links->second) Put(KeyOf(link, transition), transition.alert_id, fires, explaining_);
  if (const auto link = depends_.find(transition.rule.id); link != depends_.end())
    Put(KeyOf(link->second, transition), transition.alert_id, fires, explained_);
  if (const auto links = wholes_of_.find(transition.rule.id); links != wholes_of_.end())
    for (const Link& link : links->second)
      Put(KeyOf(link, transition), transition.alert_id, transition.status != AlertState::kInactive, parts_);
}

bool Dependencies::IsExplained(const Transition& transition) const {
  const auto link = depends_.find(transition.rule.id);
  return link != depends_.end() && explaining_.contains(KeyOf(link->second, transition));
}

std::vector<std::string> Dependencies::ExplainedBy(const Transition& other) const {
  std::vector<std::string> out;
  if (const auto links = explains_.find(other.rule.id); links != explains_.end())
    for (const Link& link : links->second) Find(KeyOf(link, other), explained_, out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Dependencies::NoteWhole(const Transition& whole, bool fires) {
  const auto link = wholes_.find(whole.rule.id);
  if (link == wholes_.end()) return;
  const std::string key = KeyOf(link->second, whole);
  if (fires) firing_wholes_.insert(key);
  else firing_wholes_.erase(key);
}

bool Dependencies::WholeFires(const Transition& part) const {
  const auto links = wholes_of_.find(part.rule.id);
  if (links == wholes_of_.end()) return false;
  const auto fires = [&](const Link& link) { return firing_wholes_.contains(KeyOf(link, part)); };
  return std::any_of(links->second.begin(), links->second.end(), fires);
}

std::vector<std::string> Dependencies::PartsOf(const Transition& whole) const {
  std::vector<std::string> out;
  if (const auto link = wholes_.find(whole.rule.id); link != wholes_.end()) Find(KeyOf(link->second, whole), parts_, out);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace nephoscope
