#include "rules/engine/engine.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/engine_impl.h"
#include "rules/engine/kind.h"
#include "rules/model/check.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kAskAll = absl::Minutes(10);  // after a restart, until all sources have been asked
constexpr absl::Duration kIdle = absl::Minutes(10);  // a source this far behind the others of its group does not hold them back

}  // namespace

Labels GroupOf(const Rule& rule, const Series& series) {
  if (!rule.watch.groups_by_label()) return Labels({{"target", std::string(series.labels.Get("target"))}});
  if (rule.watch.per_resource) return Labels(std::vector<Label>{{kResourceLabel, ResourceOf(rule.watch, series)}});
  if (HasAllLabels(rule)) return AllBut(rule, series.labels);
  return series.labels.Project(rule.watch.by);
}

std::uint64_t ShardsOfThread(int thread, int threads) {
  std::uint64_t mask = 0;
  for (int shard = thread; shard < kShards; shard += threads) mask |= std::uint64_t{1} << shard;
  return mask;
}

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

Instance* Engine::Impl::Find(const RuleSlot& slot, const Labels& by) {
  if (!Owns(*slot.rule, by)) return nullptr;
  std::string id = AlertId(options.agent_group, slot.rule->alert_key(), by);
  WakeOne(id);
  std::unique_ptr<Instance>& place = instances[id];
  if (!place) {
    if (slot.asks == kNone) {
      place = std::make_unique<Instance>(rules, slot.rule, id, by);
    } else {
      std::shared_ptr<Intake>& intake = shared[{slot.asks, absl::HashOf(by)}];
      place = std::make_unique<Instance>(rules, slot.rule, id, by, intake);
      intake = place->intake();
    }
    Introduce(*place);
  }
  with_instances.insert(slot.rule->alert_key());
  return place.get();
}

void Engine::Impl::Introduce(Instance& instance) {
  instance.Ask(&exposure, &answers);
  const RuleKind& kind = *FindKind(instance.rule().kind);
  if (!GroupsMeet(instance.rule())) return;
  std::weak_ptr<RuleCommon>& place = commons[instance.rule().id];
  std::shared_ptr<RuleCommon> common = place.lock();
  if (common == nullptr) place = common = kind.MakeCommon();
  instance.Introduce(std::move(common));
}

bool Engine::Impl::HasInstance(const RuleSlot& slot, const Labels& by) const {
  if (!with_instances.contains(slot.rule->alert_key())) return false;
  const std::string id = AlertId(options.agent_group, slot.rule->alert_key(), by);
  return instances.count(id) != 0 || IsResting(id);
}

void Engine::Impl::NoteRates(Intake& intake) {
  for (NoRate& one : intake.TakeNoRates())
    if (std::find(no_rates.begin(), no_rates.end(), one) == no_rates.end()) no_rates.push_back(std::move(one));
}

int Engine::Impl::RouteTo(const Series& one, Instance* instance) {
  Intake* const intake = instance->intake().get();
  for (const Route& route : routes[one.id])
    if (route.intake == intake) return route.slot;
  const int member = intake->Define(one);
  NoteRates(*intake);
  routes[one.id].push_back({intake, member});
  if (const auto late = delays.find(one.id); late != delays.end()) intake->SetDelay(member, late->second);
  if (by_source.size() <= one.source) by_source.resize(one.source + 1);
  if (in_source.emplace(one.source, intake).second) by_source[one.source].push_back(intake);
  return member;
}

void Engine::Impl::Connect(const Series& one, const QuietCells* before) {
  if (AnyToWake())
    for (QuietCells::CellId cell = quiet.FirstOf(one.id); cell != QuietCells::kNone; cell = quiet.NextOf(cell)) WakeResting({&cell, 1}, quiet.RulesOf(cell));
  routes[one.id].clear();
  quiet.Leave(one.id);
  if (Exposure::Reads(one)) routes[one.id].push_back({nullptr, exposure.Define(one)});
  ConnectTo(one, index.Candidates(one), before);
}

// `before`: as QuietCells::Join.
void Engine::Impl::ConnectTo(const Series& one, absl::Span<const std::size_t> positions, const QuietCells* before) {
  std::map<int, QuietCells::Rules> by_family;
  for (const std::size_t i : positions) {
    const RuleSlot& slot = slots[i];
    if (slot.rule->mode == RuleMode::kOff || !slot.matcher.Matches(one)) continue;
    const Labels by = GroupOf(*slot.rule, one);
    const auto position = static_cast<RulePosition>(i);
    const bool fills = FindKind(slot.rule->kind)->reads_silence_as_zero() && IsSilentWhenZero(one.metric);
    if (options.quiet_cells && !fills && quiet.CanBeQuiet(position, one) && !HasInstance(slot, by)) {
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
  // A new rule knows of the past what alerts know that were never made; those that rest are made, and keep it to themselves.
  if (const QuietCells::CellId own = before == nullptr && !resting.empty() ? quiet.CellIn(one.id, quiet.FamilyOf(joining[0])) : QuietCells::kNone; own != QuietCells::kNone && !quiet.KnowsForAll(own))
    WakeResting({&own, 1}, quiet.RulesOf(own));
  const auto [own, other] = quiet.Join(one, joining, group, before);
  if (other == QuietCells::kNone) return;
  Wake(other, quiet.RulesOf(other));
  Wake(own, quiet.RulesOf(own));
}

void Engine::Impl::Wake(QuietCells::CellId cell, const QuietCells::Rules& waking) {
  const Series one = series.Get(quiet.SeriesOf(cell));
  const QuietPast past = quiet.PastOf(cell, counts);
  for (const RulePosition position : waking) {
    const RuleSlot& slot = slots[position];
    const Labels by = GroupOf(*slot.rule, one);
    const std::string id = AlertId(options.agent_group, slot.rule->alert_key(), by);
    const std::optional<PackedAlert> packed = PackedOf(id);
    if (packed) Rise(id);
    const bool is_new = packed || !HasInstance(slot, by);  // else this is a second series of its group, which has no past yet
    Instance* instance = Find(slot, by);
    const int member = RouteTo(one, instance);
    if (is_new) instance->BeginQuiet(member, past, packed ? &*packed : nullptr);
  }
  quiet.Wake(cell, waking, one);
}

void Engine::Impl::WakeSilent(absl::Time now) {
  std::vector<QuietCells::CellId> silent;
  quiet.FindSilent(now, counts, silent);
  for (const QuietCells::CellId cell : silent) Wake(cell, quiet.RulesOf(cell));
}

void Engine::Impl::ObserveQuiet(const Sample& sample) {
  for (QuietCells::Link link = quiet.FirstLink(sample.series); link != QuietCells::kNone;) {
    const QuietCells::Link next = quiet.NextLink(link);
    if (const QuietCells::CellId cell = quiet.Take(link, sample, counts); cell != QuietCells::kNone) {
      const std::size_t before = routes[sample.series].size();
      Wake(cell, quiet.NotQuietAt(cell, sample));
      for (std::size_t i = before; i < routes[sample.series].size(); ++i) routes[sample.series][i].intake->Add(routes[sample.series][i].slot, sample, counts);
      (void)quiet.Take(cell, sample, counts);
    }
    link = next;
  }
}

void Engine::Impl::WakeFromLanes() {
  for (const QuietCells::CellId cell : quiet.JudgeLanes(counts))
    if (const QuietCells::Rules waking = quiet.RulesOf(cell); !waking.empty()) Wake(cell, waking);
  quiet.LanesJudged();
}

// The alert of a cell, as if it were made now.
std::unique_ptr<Instance> Engine::Impl::CopyOf(RulePosition position, const Series& one, const QuietPast& past) {
  const Labels by = GroupOf(*slots[position].rule, one);
  auto out = std::make_unique<Instance>(rules, slots[position].rule, AlertId(options.agent_group, slots[position].rule->alert_key(), by), by);
  out->Ask(&exposure, &answers);
  const std::optional<PackedAlert> packed = PackedOf(out->alert_id());
  out->BeginQuiet(out->intake()->Define(one), past, packed ? &*packed : nullptr);
  return out;
}

void Engine::Impl::LookAtQuiet(std::vector<Transition>& out) {
  for (const QuietCells::CellId cell : quiet.Live()) {
    const Series one = series.Get(quiet.SeriesOf(cell));
    const QuietPast past = quiet.PastOf(cell, counts);
    for (const RulePosition position : quiet.RulesOf(cell)) out.push_back(CopyOf(position, one, past)->Present());
  }
}

// Transitions of one call come in an order that no batch, shard or hash decides.
void Engine::Impl::Sort(std::size_t from, Changes& out) const {
  std::stable_sort(out.transitions.begin() + static_cast<std::ptrdiff_t>(from), out.transitions.end(), [](const Transition& a, const Transition& b) {
    return std::tie(a.time, a.alert_id, a.sequence) < std::tie(b.time, b.alert_id, b.sequence);
  });
}

void Engine::Impl::Hear(std::size_t from, const Changes& out) {
  if (judges_composites) said.insert(said.end(), out.transitions.begin() + static_cast<std::ptrdiff_t>(from), out.transitions.end());
}

// Before anything else happens to the alerts that fire.
void Engine::Impl::CatchUp(Changes& out) {
  if (!std::exchange(restored, false)) return;
  std::vector<Transition> present;
  if (composites.any()) WakeAllResting();
  for (const auto& [id, instance] : instances)
    if (instance->firing()) present.push_back(instance->Present());
  composites.CatchUp(present, out);
}

void Engine::Impl::EndRound(Changes& out) {
  if (!judges_composites) return;
  absl::Time newest = absl::InfinitePast();
  for (const absl::Time watermark : watermarks) newest = std::max(newest, watermark);
  composites.Round(said, newest, out);
  said.clear();
}

void Engine::DefineSeries(const Series& series) {
  std::vector<absl::InlinedVector<Impl::Route, 1>>& routes = impl_->routes;
  if (routes.capacity() <= series.id) routes.reserve(series.id + series.id / 4 + 16);  // of many, a quarter is spare and not half
  if (routes.size() <= series.id) routes.resize(series.id + 1);
  CHECK(!series.metric.empty());
  impl_->series.Put(series);
  const absl::InlinedVector<Impl::Route, 1> before = routes[series.id];
  impl_->Connect(series, &impl_->quiet);
  for (const Impl::Route& was : before) {
    const auto same = [&](const Impl::Route& now) { return now.intake == was.intake; };
    if (was.intake != nullptr && std::none_of(routes[series.id].begin(), routes[series.id].end(), same)) was.intake->LeaveMember(was.slot);
  }
}

void Engine::Observe(absl::Span<const Sample> samples, Changes& out) {
  (void)out;  // judgements wait for the watermark
  // Of many series a sample is rarely near the one before it in memory: what it will read is fetched some samples ahead.
  constexpr std::size_t kFirst = 40, kCell = 28, kWindow = 18, kPoints = 9;
  const bool windows = impl_->quiet.any_apart();
  std::size_t taken = 0;  // those before it
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (i + kFirst < samples.size()) {
      __builtin_prefetch(impl_->routes.data() + samples[i + kFirst].series);
      impl_->quiet.FetchFirst(samples[i + kFirst].series);
    }
    if (i + kCell < samples.size()) impl_->quiet.FetchCell(samples[i + kCell].series);
    if (windows && i + kWindow < samples.size()) impl_->quiet.FetchWindow(samples[i + kWindow].series);
    if (windows && i + kPoints < samples.size()) impl_->quiet.FetchPoints(samples[i + kPoints].series);
    if (i < taken) continue;
    const Sample& sample = samples[i];
    CHECK(sample.series < impl_->routes.size());
    taken = i + impl_->quiet.TakeInStep(samples.subspan(i), [&](SeriesId series) { return impl_->routes[series].empty(); });
    if (i < taken) continue;
    bool back = false;
    for (const Impl::Route& route : impl_->routes[sample.series]) {
      if (route.intake != nullptr) route.intake->Add(route.slot, sample, impl_->counts);
      else if (route.slot != Impl::kGone) impl_->exposure.Add(route.slot, sample);
      else back = true;
    }
    if (back) [[unlikely]] impl_->ComeBack(sample);
    impl_->ObserveQuiet(sample);
  }
  impl_->WakeFromLanes();
  impl_->samples += samples.size();
}

void Engine::SetDelay(SeriesId id, ArrivalDelay delay) {
  if (id >= impl_->series.end() || !impl_->series.Has(id)) return;
  if (delay.none()) impl_->delays.erase(id);
  else impl_->delays[id] = delay;
  for (const Impl::Route& route : impl_->routes[id])
    if (route.intake != nullptr) route.intake->SetDelay(route.slot, delay);
  impl_->quiet.SetDelay(impl_->series.Get(id), delay);
}

namespace {

constexpr absl::Duration kSparse = absl::Hours(8 * 24);  // a week without a line, and a day

bool WatchesBill(Instance& alert) {
  const std::vector<Series>& members = alert.intake()->members();
  const bool money = !members.empty() && members[0].type == ValueType::kMoney;
  return money && alert.rule().no_data_after <= absl::ZeroDuration() && !alert.evaluator().judges_by_wall();
}

// A bill that goes on (`complete`) without a line of this group says that it cost nothing on those days. That is no silence, until it is longer than
// anything that comes by the week.
bool CostsNothing(Instance& alert, absl::Time complete, absl::Time now) {
  const Intake& intake = *alert.intake();
  const absl::Time newest = intake.silent_from();
  return newest != absl::InfinitePast() && now - std::min(complete, newest + kSparse) <= intake.NoDataAfter();
}

// Where groups meet, one without data is judged as far as the others have theirs.
void JudgeUnheard(Instance& alert, absl::Time complete, Changes& out, InstanceCounts& counts) {
  Intake& intake = *alert.intake();
  if (alert.evaluator().judges_by_wall() || intake.judged() == absl::InfinitePast()) return;
  for (;;) {
    const std::optional<absl::Time> next = alert.evaluator().NextByWall(intake.judged(), complete, false);
    if (!next || *next > complete) return;
    intake.AddDue(*next);
    intake.JudgeUpTo(complete, out, counts);
  }
}

}  // namespace

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

void Engine::Advance(SourceId source, absl::Time watermark, Changes& out, bool answers) {
  if (answers) impl_->answers.Note(source, watermark);
  if (impl_->watermarks.size() <= source) impl_->watermarks.resize(source + 1, absl::InfinitePast());
  impl_->watermarks[source] = std::max(impl_->watermarks[source], watermark);
  impl_->quiet.Advance(source, impl_->watermarks[source]);
  if (source >= impl_->by_source.size()) return;
  impl_->CatchUp(out);
  const std::size_t from = out.transitions.size();
  for (Intake* intake : impl_->by_source[source])
    if (intake->has_due() || intake->fills()) intake->JudgeUpTo(impl_->CompleteFor(*intake), out, impl_->counts);
  impl_->LetRest(source, out);
  impl_->Sort(from, out);
  impl_->Hear(from, out);
}

void Engine::AdvanceClock(absl::Time now, Changes& out) {
  impl_->CatchUp(out);
  const std::size_t from = out.transitions.size();
  impl_->WakeSilent(now);
  if (impl_->asked_from == absl::InfiniteFuture()) impl_->asked_from = now + kAskAll;
  const auto costs_nothing = [&](Instance& one) { return WatchesBill(one) && CostsNothing(one, impl_->CompleteFor(*one.intake()), now); };
  for (auto& [id, instance] : impl_->instances)
    if (GroupsMeet(instance->rule())) JudgeUnheard(*instance, impl_->CompleteFor(*instance->intake()), out, impl_->counts);
  for (auto& [id, instance] : impl_->instances)
    if (!costs_nothing(*instance)) instance->JudgeByWall(now, now >= impl_->asked_from, out, impl_->counts);
  impl_->Expire(now, out);
  impl_->Sort(from, out);
  impl_->Hear(from, out);
  impl_->EndRound(out);
  out.no_rates.insert(out.no_rates.end(), impl_->no_rates.begin() + static_cast<std::ptrdiff_t>(impl_->no_rates_told), impl_->no_rates.end());
  impl_->no_rates_told = impl_->no_rates.size();
}

std::vector<Engine::Unrestored> Engine::Restore(absl::Span<const InstanceState> states) {
  std::vector<Unrestored> lost;
  for (const InstanceState& state : states) {
    const auto slot = std::find_if(impl_->slots.begin(), impl_->slots.end(), [&](const Impl::RuleSlot& s) { return s.rule != nullptr && s.rule->IsOrWas(state.rule_id); });
    if (slot == impl_->slots.end() || slot->rule->mode == RuleMode::kOff) {
      lost.push_back({state.alert_id, absl::StrCat("the rule ", state.rule_id, " of alert ", state.alert_id, " is not loaded any more"), true});
      continue;
    }
    const std::string kind = Instance::KindIn(state.bytes);
    if (LimitAlerts::Owns(state)) continue;  // restored below
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
  impl_->asked_from = absl::InfiniteFuture();
  if (!impl_->instances.empty()) impl_->Reconnect();
  impl_->AwaitExpected(impl_->slots.size(), absl::InfinitePast());
  if (!impl_->judges_composites) return lost;
  for (Engine::Unrestored& one : impl_->composites.Restore(states)) lost.push_back(std::move(one));
  impl_->restored = true;
  return lost;
}

void Engine::Snapshot(Changes& out) {
  for (auto& [id, instance] : impl_->instances)
    if (instance->dirty()) instance->SaveInto(out);
  for (const QuietCells::CellId cell : impl_->quiet.TakeUnsaved()) {
    const Series one = impl_->series.Get(impl_->quiet.SeriesOf(cell));
    const QuietPast past = impl_->quiet.PastOf(cell, impl_->counts);
    for (const RulePosition position : impl_->quiet.RulesOf(cell)) impl_->CopyOf(position, one, past)->SaveInto(out);
  }
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
  out.firing += impl_->quiet.firing() + impl_->composites.firing();
  return out;
}

}  // namespace nephoscope
