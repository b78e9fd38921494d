// The newest judgements of alerts that are shown, a bounded number at a time.
#include <algorithm>
#include <utility>

#include "rules/engine/engine_impl.h"

namespace nephoscope {
namespace {

constexpr std::size_t kCellsAtOnce = 100'000;  // that are looked at in one call

}  // namespace

// Alerts that fire and rest in cells: as they would be if they were made now.
void Engine::Impl::TakePresentAtRest(std::size_t most, std::vector<AlertPresent>& out) {
  if (quiet.firing() == 0) return present_at.clear();
  if (present_at.size() > 2 * quiet.firing()) present_at.clear();
  const std::vector<QuietCells::CellId> cells = quiet.Live();
  for (std::size_t looked = 0; looked < std::min(cells.size(), kCellsAtOnce) && out.size() < most; ++looked) {
    if (present_cell >= cells.size()) present_cell = 0;
    const QuietCells::CellId cell = cells[present_cell++];
    const QuietCells::Alerts alerts = quiet.AlertsOf(cell);
    if (std::none_of(alerts.begin(), alerts.end(), [](InCell alert) { return alert.how >= 0; })) continue;
    const Series one = series.Get(quiet.SeriesOf(cell));
    const QuietPast past = quiet.PastOf(cell, counts);
    if (absl::Time& at = present_at[cell]; std::exchange(at, past.judged) == past.judged) continue;
    for (const InCell alert : alerts) {
      if (alert.how < 0) continue;
      if (std::optional<AlertPresent> present = CopyOf(alert.rule, one, past)->TakePresent()) out.push_back(*std::move(present));
    }
  }
}

void Engine::TakePresent(std::size_t most, std::vector<AlertPresent>& out) {
  most += out.size();
  const auto take = [&](auto from, auto to) {
    for (auto at = from; at != to && out.size() < most; ++at) {
      if (!at->second->HasPresent()) continue;
      if (std::optional<AlertPresent> present = at->second->TakePresent()) out.push_back(*std::move(present)), impl_->present_after = at->first;
    }
  };
  auto& instances = impl_->instances;
  const auto middle = instances.upper_bound(impl_->present_after);
  take(middle, instances.end());
  take(instances.begin(), instances.upper_bound(impl_->present_after));
  impl_->TakePresentAtRest(most, out);
  impl_->composites.TakePresent(most, out);
}

}  // namespace nephoscope
