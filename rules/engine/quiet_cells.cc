#include "rules/engine/quiet_cells.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/engine/series_key.h"
#include "rules/model/check.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr double kAll = std::numeric_limits<double>::infinity();

constexpr std::size_t kMostInWindow = 50'000;            // points; of more an alert of its own takes care
constexpr std::int64_t kMargin = 5 * 60'000;             // kept beyond what a program looks back, in milliseconds
constexpr std::int64_t kWithoutStep = 15 * 60'000;       // the same, of data without a rhythm

// Equal keys: the same of the same series, at the same times.
// A rule that looks back is a family of its own: what it remembers began when the rule did.
std::string FamilyKey(const Rule& rule, bool looks_back) {
  return absl::StrCat(SeriesKey(rule), "\x05", absl::ToInt64Milliseconds(rule.evaluation_delay), looks_back ? absl::StrCat("\x05", rule.id, "\x05", rule.revision) : "");
}

std::int64_t Millis(absl::Time time) {
  if (time == absl::InfinitePast()) return INT64_MIN;
  return time == absl::InfiniteFuture() ? INT64_MAX : absl::ToUnixMillis(time);
}

}  // namespace

bool QuietCells::SameFamily(const Rule& a, const Rule& b) { return FamilyKey(a, false) == FamilyKey(b, false); }

void QuietCells::AddRule(const Rule& rule) {
  rules_.push_back({&rule, {}, {}});
  std::shared_ptr<const LookBack> program = FindKind(rule.kind)->Program(rule);
  const auto [at, added] = family_by_key_.emplace(FamilyKey(rule, program != nullptr), static_cast<int>(families_.size()));
  if (added) {
    Family family;
    family.key = at->first;
    family.in_columns = program != nullptr && program->InColumns().has_value();
    family.program = std::move(program);
    family.delay = rule.evaluation_delay;
    families_.push_back(std::move(family));
  }
  family_of_.push_back(at->second);
}

const std::optional<QuietRange>& QuietCells::RangeOf(InCell alert, const std::string& unit) {
  OfRule& of = rules_[alert.rule];
  const auto [at, added] = of.ranges.try_emplace({unit, std::max(alert.how, kNothingFires)});
  if (!added) return at->second;
  const RuleKind& kind = *FindKind(of.rule->kind);
  at->second = alert.how > kNothingFires ? kind.SteadyBetween(*of.rule, unit, alert.how) : kind.QuietBetween(*of.rule, unit);
  return at->second;
}

bool QuietCells::CanBeQuiet(RulePosition rule, const Series& series) {
  const LookBack* const program = families_[family_of_[rule]].program.get();
  if (program != nullptr && absl::Milliseconds(program->shortest_ms()) < series.cadence) return false;  // a window may be empty
  return series.type == ValueType::kNumber && series.cadence % absl::Milliseconds(1) == absl::ZeroDuration() && RangeOf({rule}, series.unit).has_value();
}

std::uint32_t QuietCells::SetOf(const Alerts& alerts, const std::string& unit) {
  const auto [at, added] = set_by_alerts_.try_emplace({unit, {alerts.begin(), alerts.end()}}, static_cast<std::uint32_t>(sets_.size()));
  if (!added) return at->second;
  Set set{alerts, unit, -kAll, kAll, false, false};
  for (const InCell alert : alerts) {
    const QuietRange& range = *RangeOf(alert, unit);
    set.low = std::max(set.low, range.low);
    set.high = std::min(set.high, range.high);
    set.rests = set.rests || alert.how >= kNothingFires;
    set.fires = set.fires || alert.how > kNothingFires;
  }
  sets_.push_back(std::move(set));
  for (const InCell alert : alerts) rules_[alert.rule].sets.push_back(at->second);
  return at->second;
}

QuietCells::Rules QuietCells::RulesOf(CellId cell) const {
  Rules out;
  for (const InCell alert : AlertsOf(cell)) out.push_back(alert.rule);
  return out;
}

QuietCells::CellId QuietCells::Remembered(CellId first, const std::string& family) const {
  for (CellId id = first; id != kNone; id = NextOf(id))
    if (families_[cells_[id].family].key == family) return id;  // one at most, or the newest
  return kNone;
}

// By its rules: how long data may stay away.
void QuietCells::SetRhythm(Cell& cell, const Series& series) {
  absl::Duration patience = absl::InfiniteDuration();
  for (const InCell alert : sets_[cell.set].alerts) patience = std::min(patience, NoDataAfterOf(*rules_[alert.rule].rule, series));
  const auto late = delays_.find(series.id);
  const ArrivalDelay delay = late == delays_.end() ? ArrivalDelay() : late->second;
  const Rhythm rhythm{absl::ToInt64Milliseconds(series.cadence), absl::ToInt64Milliseconds(patience + delay.arrival), absl::ToInt64Milliseconds(delay.lag)};
  const auto [known, is_new] = rhythm_ids_.try_emplace(rhythm, static_cast<std::uint32_t>(rhythms_.size()));
  if (is_new) rhythms_.push_back(rhythm);
  cell.rhythm = known->second;
}

// The same place, nothing remembered.
void QuietCells::Renew(Cell& cell) {
  CloseWindow(cell);
  Cell out;
  out.family = cell.family, out.series = cell.series, out.next = cell.next, out.source = cell.source;
  cell = std::move(out);
  OpenWindow(cell);
}

void QuietCells::OpenWindow(Cell& cell) {
  if (families_[cell.family].program == nullptr || cell.place != kNone) return;
  if (free_windows_.empty()) {
    cell.place = static_cast<std::uint32_t>(windows_.size());
    windows_.emplace_back();
  } else {
    cell.place = free_windows_.back();
    free_windows_.pop_back();
  }
}

// Of a cell that is in no lane.
void QuietCells::CloseWindow(Cell& cell) {
  if (cell.place == kNone) return;
  free_windows_.push_back(cell.place);
  windows_[std::exchange(cell.place, kNone)] = Window();
}

QuietCells::Joined QuietCells::Join(const Series& series, const Rules& rules, std::uint64_t group, const QuietCells* before) {
  const int index = family_of_[rules[0]];
  Family& family = families_[index];
  no_silence_before_ = absl::InfinitePast();
  if (const CellId own = before == nullptr ? Remembered(FirstOf(series.id), family.key) : kNone; own != kNone) {
    Alerts all = AlertsOf(own);
    for (const RulePosition rule : rules) all.push_back({rule});
    std::sort(all.begin(), all.end());
    LeaveLane(own);
    Cell& cell = cells_[own];
    if (cell.stale) Renew(cell);
    cell.set = SetOf(all, series.unit);
    SetRhythm(cell, series);
    const CellId first = family.cell_of_group.try_emplace(group, own).first->second;
    return {own, cells_[first].series == series.id ? kNone : first};
  }
  const CellId made = free_.empty() ? static_cast<CellId>(cells_.size()) : free_.back();
  auto [at, added] = family.cell_of_group.try_emplace(group, made);
  if (!added && cells_[at->second].series == series.id) at->second = made, added = true;  // defined anew
  Cell cell;
  Window window;
  if (before != nullptr)
    if (const CellId known = before->Remembered(before == this ? left_ : before->FirstOf(series.id), family.key); known != kNone && !before->cells_[known].stale) std::tie(cell, window) = before->Apart(known);
  Alerts alerts;
  for (const RulePosition rule : rules) alerts.push_back({rule});
  cell.set = SetOf(alerts, series.unit);
  cell.family = static_cast<std::uint32_t>(index);
  cell.series = series.id;
  cell.group = group;
  cell.source = series.source;
  OpenWindow(cell);
  if (HasWindow(cell)) windows_[cell.place] = std::move(window);
  SetRhythm(cell, series);
  if (first_of_.size() <= series.id) first_of_.resize(series.id + 1, kNone);
  cell.next = std::exchange(first_of_[series.id], made);
  if (family.complete_ms.size() <= series.source) family.complete_ms.resize(series.source + 1, kNever);
  if (series.source < watermarks_.size() && watermarks_[series.source] != absl::InfinitePast()) family.complete_ms[series.source] = Millis(watermarks_[series.source] - family.delay);
  if (!free_.empty()) {
    free_.pop_back();
    cells_[made] = std::move(cell);
    return {made, added ? kNone : at->second};
  }
  if (cells_.size() == cells_.capacity()) cells_.reserve(cells_.size() + cells_.size() / 4 + 16);  // of many, a quarter is spare and not half
  cells_.push_back(std::move(cell));
  return {first_of_[series.id], added ? kNone : at->second};
}

std::vector<QuietCells::CellId> QuietCells::With(const Rules& rules) const {
  std::vector<bool> wanted(sets_.size());
  for (const RulePosition rule : rules)
    for (const std::uint32_t set : rules_[rule].sets) wanted[set] = true;
  std::vector<CellId> out;
  for (CellId id = 0; id < cells_.size(); ++id)
    if (wanted[cells_[id].set]) out.push_back(id);
  return out;
}

void QuietCells::Forget(const Rules& rules) {
  Rules sorted = rules;
  std::sort(sorted.begin(), sorted.end());
  forgotten_ = With(sorted);
  for (const CellId id : forgotten_) TakeOut(id, sorted);
}

void QuietCells::Settled(const SeriesStore& series) {
  for (const CellId id : forgotten_) {
    Cell& cell = cells_[id];
    cell.stale = RulesOf(id).empty();
    if (cell.stale) CloseWindow(cell);
    else SetRhythm(cell, series.Get(cell.series));
  }
  forgotten_.clear();
}

void QuietCells::Leave(SeriesId series) {
  GiveBack(std::exchange(left_, kNone));
  for (CellId id = FirstOf(series); id != kNone; id = NextOf(id)) LeaveLane(id);
  left_ = FirstOf(series);
  if (left_ != kNone) first_of_[series] = kNone;
  for (CellId id = left_; id != kNone; id = NextOf(id)) cells_[id].set = SetOf({}, "");
}

// From `first` on, which are in no lane and have no alerts.
void QuietCells::GiveBack(CellId first) {
  for (CellId id = first; id != kNone;) {
    Cell& cell = cells_[id];
    const CellId next = cell.next;
    auto& cell_of = families_[cell.family].cell_of_group;
    if (const auto at = cell_of.find(cell.group); at != cell_of.end() && at->second == id) cell_of.erase(at);
    CloseWindow(cell);
    Cell none;
    none.family = cell.family;
    none.set = SetOf({}, "");
    cell = std::move(none);
    free_.push_back(id);
    id = next;
  }
}

void QuietCells::Forget(SeriesId series) {
  Leave(series);
  GiveBack(std::exchange(left_, kNone));
  delays_.erase(series);
}

void QuietCells::Advance(SourceId source, absl::Time watermark) {
  if (watermarks_.size() <= source) watermarks_.resize(source + 1, absl::InfinitePast()), rounds_.resize(source + 1, 0);
  watermarks_[source] = watermark;
  ++rounds_[source];
  for (Family& family : families_)
    if (source < family.complete_ms.size()) family.complete_ms[source] = Millis(watermark - family.delay);
}

std::int64_t QuietCells::DueOf(const Cell& cell, std::int64_t time_ms) const {
  const std::int64_t step = rhythms_[cell.rhythm].step_ms;
  return step <= 0 ? time_ms : GridUp(time_ms, step);
}

std::int64_t QuietCells::CompleteOf(const Cell& cell) const {
  const std::int64_t complete = families_[cell.family].complete_ms[cell.source], lag = rhythms_[cell.rhythm].lag_ms;
  if (lag == 0 || complete == kNever) return complete;
  return Millis(watermarks_[cell.source]) - std::max(absl::ToInt64Milliseconds(families_[cell.family].delay), lag);
}

void QuietCells::SetDelay(const Series& series, ArrivalDelay delay) {
  if (delay.none()) delays_.erase(series.id);
  else delays_[series.id] = delay;
  no_silence_before_ = absl::InfinitePast();
  for (CellId id = FirstOf(series.id); id != kNone; id = NextOf(id)) {
    LeaveLane(id);
    SetRhythm(cells_[id], series);
  }
}

// Judges what has become complete since.
void QuietCells::Settle(Cell& cell, InstanceCounts& counts) {
  const std::uint32_t round = cell.source < rounds_.size() ? rounds_[cell.source] : 0;
  if (std::exchange(cell.round, round) == round) return;
  const std::int64_t complete = CompleteOf(cell);
  auto at = cell.waiting.begin();
  for (; at != cell.waiting.end(); ++at) {
    const std::int64_t due = DueOf(cell, at->time_ms);
    if (due > complete) break;
    counts.evaluations += due != cell.judged_ms;
    cell.judged_ms = due;
    cell.last = *at;
  }
  cell.waiting.erase(cell.waiting.begin(), at);
}

// A point that alerts have spoken of, or may speak of, comes again with another value.
bool QuietCells::ChangesJudged(const Cell& cell, const Point& point) const {
  return sets_[cell.set].rests && DueOf(cell, point.time_ms) == cell.judged_ms && point.time_ms >= cell.last.time_ms && point.value != cell.last.value;
}

double QuietCells::AnswerIn(const Cell& cell, std::int64_t due) { return families_[cell.family].program->AnswerAt(due, windows_[cell.place].memory); }

// How long points are kept beyond what a program looks back.
std::int64_t QuietCells::SlackOf(const Cell& cell) const {
  const std::int64_t step = rhythms_[cell.rhythm].step_ms;
  return (step > 0 ? 2 * step : kWithoutStep) + kMargin;
}

// A point out of order, and one that was judged without, is a matter for an alert of its own.
bool QuietCells::TakeIntoWindow(CellId id, const Point& point) {
  Cell& cell = cells_[id];
  Window& window = windows_[cell.place];
  SeriesMemory& memory = window.memory;
  if (!memory.points.empty() && point.time_ms <= memory.points.back().time_ms) {
    const auto at = std::lower_bound(memory.points.begin(), memory.points.end(), point.time_ms, [](const TimedValue& known, std::int64_t t) { return known.time_ms < t; });
    return at->time_ms == point.time_ms && at->value == point.value;
  }
  const std::int64_t due = DueOf(cell, point.time_ms);
  if (due <= cell.judged_ms || memory.points.size() >= kMostInWindow) return false;
  memory.Append({point.time_ms, point.value}, (cell.waiting.empty() ? point.time_ms : cell.waiting.front().time_ms) - families_[cell.family].program->reach_ms() - SlackOf(cell));
  window.unsaved = true;
  cell.newest_ms = point.time_ms;
  cell.waiting.push_back(point);
  const Set& set = sets_[cell.set];
  const double answer = AnswerIn(cell, due);
  if (answer < set.low || answer > set.high) return false;
  if (++window.taken >= window.next_try) SeekLane(id);
  return true;
}

bool QuietCells::TakeInCell(CellId id, const Sample& sample, InstanceCounts& counts) {
  Cell& cell = cells_[id];
  const Set& set = sets_[cell.set];
  if (set.alerts.empty()) return true;
  Settle(cell, counts);
  if (cell.newest_ms == kNever) no_silence_before_ = absl::InfinitePast();
  const Point point{sample.time_ms, sample.value};
  if (HasWindow(cell)) return TakeIntoWindow(id, point);
  if (const std::int64_t due = DueOf(cell, point.time_ms); due <= cell.judged_ms) {
    if (ChangesJudged(cell, point)) return false;
    counts.late += point.time_ms != cell.last.time_ms || point.value != cell.last.value;
    if (due == cell.judged_ms && point.time_ms >= cell.last.time_ms) cell.last = point;  // what an edited rule will judge
    cell.newest_ms = std::max(cell.newest_ms, sample.time_ms);
    return true;
  }
  if (!(point.value >= set.low && point.value <= set.high)) return false;
  cell.newest_ms = std::max(cell.newest_ms, sample.time_ms);
  if (cell.waiting.empty() || cell.waiting.back().time_ms < point.time_ms) {
    cell.waiting.push_back(point);
    return true;
  }
  const auto at = std::lower_bound(cell.waiting.begin(), cell.waiting.end(), point.time_ms, [](const Point& p, std::int64_t t) { return p.time_ms < t; });
  if (at->time_ms == point.time_ms) {
    at->value = point.value;
  } else {
    cell.waiting.insert(at, point);
  }
  return true;
}

QuietCells::Rules QuietCells::NotQuietAt(CellId id, const Sample& sample) const {
  const Cell& cell = cells_[id];
  const Set& set = sets_[cell.set];
  if (cell.place != kNone) return RulesOf(id);
  const bool changes = ChangesJudged(cell, {sample.time_ms, sample.value});
  Rules out;
  for (const InCell alert : set.alerts) {
    const QuietRange& range = *rules_[alert.rule].ranges.at({set.unit, std::max(alert.how, kNothingFires)});
    const bool wakes = changes ? alert.how >= kNothingFires : !(sample.value >= range.low && sample.value <= range.high);
    if (wakes) out.push_back(alert.rule);
  }
  return out;
}

QuietCells::CellId QuietCells::Rest(const Series& series, const Alerts& alerts, std::uint64_t group, const QuietPast& past, InstanceCounts& counts) {
  for (const InCell alert : alerts)
    if (const std::optional<QuietRange>& range = RangeOf(alert, series.unit); !range || (past.history.empty() && !(past.last.value >= range->low && past.last.value <= range->high))) return kNone;
  Family& family = families_[family_of_[alerts[0].rule]];
  CellId own = Remembered(FirstOf(series.id), family.key);
  if (own == kNone) {
    if (const auto other = family.cell_of_group.find(group); other != family.cell_of_group.end() && cells_[other->second].series != series.id) return kNone;
    own = Join(series, {alerts[0].rule}, group, nullptr).own;
    TakeOut(own, {alerts[0].rule});
    cells_[own].stale = true;
  }
  LeaveLane(own);
  Cell& cell = cells_[own];
  Settle(cell, counts);
  const Point last{past.last.time_ms, past.last.value};
  Alerts all = AlertsOf(own);
  if (cell.stale) {
    Renew(cell);
    cell.round = cell.source < rounds_.size() ? rounds_[cell.source] : 0;
    cell.judged_ms = Millis(past.judged);
    cell.newest_ms = Millis(past.newest);
    cell.last = last;
    if (HasWindow(cell)) windows_[cell.place] = {{past.history, {}}, true};
  } else if (!cell.waiting.empty() || cell.judged_ms != Millis(past.judged) || cell.newest_ms != Millis(past.newest) || cell.last.time_ms != last.time_ms || cell.last.value != last.value) {
    return kNone;
  }
  all.insert(all.end(), alerts.begin(), alerts.end());
  std::sort(all.begin(), all.end());
  cell.set = SetOf(all, series.unit);
  SetRhythm(cell, series);
  no_silence_before_ = absl::InfinitePast();
  return own;
}

QuietPast QuietCells::PastOf(CellId id, InstanceCounts& counts) {
  if (!IsLane(cells_[id].place)) Settle(cells_[id], counts);
  const std::pair<Cell, Window> apart = Apart(id);
  const Cell& cell = apart.first;
  const auto sample = [&](const Point& point) {
    Sample out{.series = cell.series, .time_ms = point.time_ms};
    out.value = point.value;
    return out;
  };
  QuietPast out;
  if (cell.judged_ms != kNever) {
    out.judged = absl::FromUnixMillis(cell.judged_ms);
    out.last = sample(cell.last);
  }
  if (cell.newest_ms != kNever) out.newest = absl::FromUnixMillis(cell.newest_ms);
  for (const Point& point : cell.waiting) out.waiting.push_back(sample(point));
  out.history = apart.second.memory.points;
  while (!out.history.empty() && !cell.waiting.empty() && out.history.back().time_ms >= cell.waiting.front().time_ms) out.history.pop_back();
  return out;
}

void QuietCells::TakeOut(CellId id, const Rules& rules) {
  LeaveLane(id);
  const Set& set = sets_[cells_[id].set];
  Alerts left;
  for (const InCell alert : set.alerts)
    if (!std::binary_search(rules.begin(), rules.end(), alert.rule)) left.push_back(alert);
  cells_[id].set = SetOf(left, std::string(set.unit));
}

void QuietCells::Wake(CellId id, const Rules& rules, const Series& series) {
  TakeOut(id, rules);
  Cell& cell = cells_[id];
  cell.stale = RulesOf(id).empty();
  if (cell.stale) CloseWindow(cell);
  else SetRhythm(cell, series);
}

void QuietCells::FindSilent(absl::Time now, InstanceCounts& counts, std::vector<CellId>& out) {
  if (now < no_silence_before_) return;
  const std::int64_t now_ms = Millis(now);
  std::int64_t next = INT64_MAX;
  for (CellId id = 0; id < cells_.size(); ++id) {
    Cell& cell = cells_[id];
    if (cell.newest_ms == kNever || sets_[cell.set].alerts.empty()) continue;
    const bool in_lane = IsLane(cell.place);
    const Lanes::LaneId lane = cell.place & ~kLaneBit;
    if (!in_lane) Settle(cell, counts);
    const std::int64_t newest = in_lane ? lanes_.NewestOf(lane) : cell.newest_ms;
    const std::int64_t patience = rhythms_[cell.rhythm].patience_ms;
    if (now_ms - newest > patience) {
      out.push_back(id);
    } else {
      next = std::min(next, newest + patience);
    }
  }
  // A cell's newest sample only moves on, so none is silent before.
  no_silence_before_ = next == INT64_MAX ? now : absl::FromUnixMillis(next);
}

std::vector<QuietCells::CellId> QuietCells::TakeUnsaved() {
  std::vector<CellId> out;
  for (CellId id = 0; id < cells_.size() && any_windows(); ++id)
    if (const std::uint32_t place = cells_[id].place; place != kNone && (IsLane(place) ? lanes_.TakeUnsaved(place & ~kLaneBit) : std::exchange(windows_[place].unsaved, false))) out.push_back(id);
  return out;
}

std::vector<QuietCells::CellId> QuietCells::Live() const {
  std::vector<CellId> out;
  for (CellId id = 0; id < cells_.size(); ++id)
    if (!AlertsOf(id).empty()) out.push_back(id);
  return out;
}

bool QuietCells::Minds(CellId id, const QuietRange& range) const {
  const Cell& cell = cells_[id];
  const auto outside = [&](const Point& point) { return !(point.value >= range.low && point.value <= range.high); };
  return (cell.judged_ms != kNever && outside(cell.last)) || std::any_of(cell.waiting.begin(), cell.waiting.end(), outside);
}

std::size_t QuietCells::alerts() const {
  std::size_t out = 0;
  for (const Cell& cell : cells_) out += sets_[cell.set].alerts.size();
  return out;
}

std::size_t QuietCells::firing() const {
  std::size_t out = 0;
  for (const Cell& cell : cells_)
    if (const Set& set = sets_[cell.set]; set.fires) out += static_cast<std::size_t>(std::count_if(set.alerts.begin(), set.alerts.end(), [](InCell alert) { return alert.how > kNothingFires; }));
  return out;
}

}  // namespace nephoscope
