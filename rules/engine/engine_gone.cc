// Series that are gone: their source answers without them for as long as their rule allows. They leave their groups, an
// alert of nothing else ends, and what they took is given back. One that comes back begins anew.
#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "rules/engine/engine_impl.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kLookEvery = absl::Minutes(1);

}  // namespace

void Engine::Impl::Expire(absl::Time now, Changes& out) {
  if (now < next_expiry) return;
  next_expiry = now + kLookEvery;
  std::vector<std::shared_ptr<Intake>> over;
  std::vector<int> gone;
  for (auto& [id, instance] : instances) {
    const std::shared_ptr<Intake>& intake = instance->intake();
    if (intake->alerts().front() != instance.get()) continue;
    gone.clear();
    const bool all = intake->FindGone(gone);
    if (all && instance->rule().expected.empty()) {
      over.push_back(intake);
      continue;
    }
    if (!instance->evaluator().lets_leave()) continue;
    for (const int slot : gone) LetGo(*intake, slot);
  }
  EndAll(over, out);
}

void Engine::Impl::LetGo(Intake& intake, int slot) {
  const SeriesId id = intake.members()[static_cast<std::size_t>(slot)].id;
  intake.LetGo(slot);
  if (id >= routes.size() || !series.Has(id)) return;
  auto& there = routes[id];
  const auto same = [&](const Route& route) { return route.intake == &intake && route.slot == slot; };
  const auto left = std::remove_if(there.begin(), there.end(), same);
  if (left == there.end()) return;
  there.erase(left, there.end());
  const auto marks = [](const Route& route) { return route.intake == nullptr && route.slot == kGone; };
  if (std::none_of(there.begin(), there.end(), marks)) there.push_back({nullptr, kGone});
}

// The alerts of these intakes are over: nothing is left that they could be about.
void Engine::Impl::EndAll(absl::Span<const std::shared_ptr<Intake>> intakes, Changes& out) {
  Unasked unasked;
  for (const std::shared_ptr<Intake>& intake : intakes) {
    const absl::Time gone_at = intake->GoneAt();
    const std::vector<Instance*> alerts = intake->alerts();
    for (Instance* alert : alerts) alert->End(gone_at, Cause::kSeriesGone, out);
    for (std::size_t slot = 0; slot < intake->members().size(); ++slot)
      if (!intake->IsGone(static_cast<int>(slot))) LetGo(*intake, static_cast<int>(slot));
    for (Instance* alert : alerts) instances.erase(std::string(alert->alert_id()));
    unasked.insert(intake.get());
  }
  if (!unasked.empty()) Detach(unasked);
}

// Nobody asks them any more.
void Engine::Impl::Detach(const Unasked& intakes) {
  if (intakes.empty()) return;
  absl::flat_hash_set<SourceId> sources;
  for (const Intake* intake : intakes) {
    for (const Series& member : intake->members()) {
      if (member.id >= routes.size()) continue;
      auto& there = routes[member.id];
      const auto asks = [&](const Route& route) { return route.intake == intake; };
      there.erase(std::remove_if(there.begin(), there.end(), asks), there.end());
    }
    for (const SourceId source : intake->sources()) {
      sources.insert(source);
      in_source.erase({source, intake});
    }
  }
  const auto is_among = [&](const Intake* intake) { return intakes.contains(intake); };
  for (const SourceId source : sources)
    if (source < by_source.size()) std::erase_if(by_source[source], is_among);
  absl::erase_if(shared, [&](const auto& one) { return is_among(one.second.get()); });
}

// A series that had left a group has a point again: it is looked at as if it were new.
void Engine::Impl::ComeBack(const Sample& sample) {
  const Series one = series.Get(sample.series);
  const absl::InlinedVector<Route, 1> before = routes[sample.series];
  Connect(one, &quiet);
  for (const Route& route : routes[sample.series]) {
    if (route.intake == nullptr) continue;
    const auto had = [&](const Route& was) { return was.intake == route.intake; };
    if (std::none_of(before.begin(), before.end(), had)) route.intake->Add(route.slot, sample, counts);
  }
}

void Engine::Impl::Forget(SeriesId id, std::vector<std::shared_ptr<Intake>>& over) {
  if (id >= series.end() || !series.Has(id)) return;
  for (QuietCells::CellId cell = quiet.FirstOf(id); cell != QuietCells::kNone; cell = quiet.NextOf(cell)) {
    QuietCells::Rules made;
    for (const InCell alert : quiet.AlertsOf(cell))
      if (alert.how != kNeverMade) made.push_back(alert.rule);
    if (!made.empty()) Wake(cell, made);
  }
  const absl::InlinedVector<Route, 1> there = routes[id];
  for (const Route& route : there) {
    if (route.intake == nullptr) continue;
    std::shared_ptr<Intake> intake = route.intake->alerts().front()->intake();
    if (intake->present() > 1) LetGo(*intake, route.slot);
    else over.push_back(std::move(intake));
  }
  quiet.Forget(id);
  routes[id] = {};
  delays.erase(id);
  series.Drop(id);
}

void Engine::Forget(absl::Span<const SeriesId> ids, Changes& out) {
  if (ids.empty()) return;
  const std::size_t from = out.transitions.size();
  std::vector<std::shared_ptr<Intake>> over;
  for (const SeriesId id : ids) impl_->Forget(id, over);
  impl_->EndAll(over, out);
  impl_->Sort(from, out);
  impl_->Hear(from, out);
}

void Engine::NameSource(SourceId source, absl::string_view name) { impl_->answers.Name(source, name); }

}  // namespace nephoscope
