// Alerts that rest. One that fires and goes on firing, or is long over, costs an Instance for nothing: while the number of its one series stays where it is,
// a cell (QuietCells) and some hundred bytes know all there is to know.
#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/numbers.h"
#include "rules/engine/engine_impl.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLongestPacked = 255;
constexpr std::size_t kMany = 1000;  // that rest at once: what they leave empty is given back

std::uint64_t NumberOf(const std::string& alert_id) {
  std::uint64_t out = 0;
  CHECK(absl::SimpleHexAtoi(alert_id, &out));
  return out;
}

std::unique_ptr<const char[]> Kept(const PackedAlert& packed) {
  auto out = std::make_unique<char[]>(packed.size() + 1);
  out[0] = static_cast<char>(packed.size());
  std::memcpy(out.get() + 1, packed.data(), packed.size());
  return out;
}

PackedAlert Given(const char* kept) { return {kept + 1, static_cast<unsigned char>(kept[0])}; }

}  // namespace

bool Engine::Impl::IsResting(const std::string& alert_id) const { return !resting.empty() && resting.contains(NumberOf(alert_id)); }

std::optional<PackedAlert> Engine::Impl::PackedOf(const std::string& alert_id) const {
  if (resting.empty()) return std::nullopt;
  const auto at = resting.find(NumberOf(alert_id));
  return at == resting.end() ? std::nullopt : std::optional<PackedAlert>(Given(at->second.packed.get()));
}

void Engine::Impl::WakeOne(const std::string& alert_id) {
  if (resting.empty()) return;
  const auto at = resting.find(NumberOf(alert_id));
  if (at != resting.end()) Wake(at->second.cell, {at->second.rule});
}

void Engine::Impl::Rise(const std::string& alert_id) {
  if (!resting.empty()) resting.erase(NumberOf(alert_id));
}

// Those of these rules that rest in these cells, or have windows there.
void Engine::Impl::WakeResting(absl::Span<const QuietCells::CellId> cells, const QuietCells::Rules& rules) {
  for (const QuietCells::CellId cell : cells) {
    QuietCells::Rules waking;
    for (const InCell alert : quiet.AlertsOf(cell))
      if ((alert.how != kNeverMade || quiet.HasWindows(alert.rule)) && std::binary_search(rules.begin(), rules.end(), alert.rule)) waking.push_back(alert.rule);
    if (!waking.empty()) Wake(cell, waking);
  }
}

void Engine::Impl::WakeAllResting() {
  if (!AnyToWake()) return;
  for (const QuietCells::CellId cell : quiet.Live()) WakeResting({&cell, 1}, quiet.RulesOf(cell));
}

// True: all alerts of the intake rest now, and it is gone. Its place among those of its source is the caller's.
bool Engine::Impl::Rest(Intake& intake, Changes& out) {
  // After a restart what was not heard since is not known to be silent, which a cell could not say.
  if (!intake.may_rest() || !intake.heard_since_start() || intake.sources().size() != 1) return false;
  const bool looks_back = intake.input() == nullptr;
  const std::optional<double> value = looks_back ? std::nullopt : intake.input()->ValueAt(intake.judged());
  if (!looks_back && !value) return false;
  QuietCells::Alerts alerts;
  for (Instance* alert : intake.alerts()) {
    const std::optional<int> how = alert->Steady();
    const auto position = position_of.find(&alert->rule());
    if (!how || position == position_of.end() || (looks_back && *how >= 0) || !quiet.CanBeQuiet(position->second, intake.members()[0])) return false;
    alerts.push_back({position->second, static_cast<std::int8_t>(*how)});
  }
  std::sort(alerts.begin(), alerts.end());
  const Series one = intake.members()[0];
  QuietPast past;
  past.judged = intake.judged();
  past.newest = intake.newest_sample();
  past.last.series = one.id;
  past.last.time_ms = absl::ToUnixMillis(past.newest);
  if (looks_back) past.history = intake.alerts().front()->evaluator().History();
  if (looks_back && past.history.empty()) return false;
  past.last.value = looks_back ? past.history.back().value : *value;
  const Labels by = intake.alerts().front()->by();
  std::vector<std::pair<std::string, PackedAlert>> packed;
  for (Instance* alert : intake.alerts()) packed.emplace_back(alert->alert_id(), alert->Pack());
  if (std::any_of(packed.begin(), packed.end(), [](const auto& alert) { return alert.second.size() > kLongestPacked; })) return false;
  const QuietCells::CellId cell = quiet.Rest(one, alerts, absl::HashOf(by), past, counts);
  if (cell == QuietCells::kNone) return false;
  const std::shared_ptr<Intake> kept = intake.alerts().front()->intake();
  for (Instance* alert : intake.alerts())
    if (alert->dirty()) alert->SaveInto(out);
  for (auto& [id, bytes] : packed) {
    const RulePosition rule = position_of.at(&instances.at(id)->rule());
    resting[NumberOf(id)] = {cell, rule, Kept(bytes)};
    instances.erase(id);
  }
  if (const auto at = shared.find({slots[alerts[0].rule].asks, absl::HashOf(by)}); at != shared.end() && at->second == kept) shared.erase(at);
  auto& there = routes[one.id];
  there.erase(std::remove_if(there.begin(), there.end(), [&](const Route& route) { return route.intake == kept.get(); }), there.end());
  in_source.erase({one.source, kept.get()});
  return true;
}

// Those of one source that can.
void Engine::Impl::LetRest(SourceId source, Changes& out) {
  if (!options.quiet_cells || std::erase_if(by_source[source], [&](Intake* intake) { return Rest(*intake, out); }) < kMany) return;
  by_source[source].shrink_to_fit();
  if (shared.size() < shared.capacity() / 8) shared.rehash(0);
  if (in_source.size() < in_source.capacity() / 8) in_source.rehash(0);
}

}  // namespace nephoscope
