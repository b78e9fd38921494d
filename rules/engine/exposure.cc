#include "rules/engine/exposure.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/model/grid.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr char kGroupMetric[] = "cost.effective";
constexpr std::int64_t kDays = 14;       // of the bill that a month is worked out of
constexpr std::int64_t kKeptDays = 21;   // of it: an alert may be about a time before its newest day
constexpr std::int64_t kOld = 45;        // days without a line in the bill after which it says nothing any more

// One name may stand in several accounts and regions.
bool InAnotherPlace(const Labels& a, const Labels& b) {
  for (const char* label : {"account", "region"})
    if (const absl::string_view one = a.Get(label), other = b.Get(label); !one.empty() && !other.empty() && one != other) return true;
  return false;
}

}  // namespace

bool Exposure::Serves(const Rule& rule) {
  const Watch& watch = rule.watch;
  return rule.mode != RuleMode::kOff && !watch.is_cost && !watch.alerts && watch.resources.empty() && watch.commitments.empty();
}

bool Exposure::Reads(const Series& series) { return series.type == ValueType::kMoney && (series.metric == kGroupMetric || series.metric == kResourceCostMetric); }

int Exposure::Define(const Series& series) {
  const auto [at, is_new] = position_of_.try_emplace({series.metric, series.labels}, static_cast<int>(bills_.size()));
  if (!is_new) {
    bills_[static_cast<std::size_t>(at->second)].series = series;
    return at->second;
  }
  bills_.push_back({series, {}});
  if (series.metric == kGroupMetric) {
    groups_.push_back(at->second);
  } else if (std::string key = ResourceKey(series.labels.Get("resource_id")); !key.empty()) {
    resources_[std::move(key)].push_back(at->second);
  }
  return at->second;
}

void Exposure::Add(int position, const Sample& sample) {
  DayCells& cells = bills_[static_cast<std::size_t>(position)].cells;
  cells.Set(DayOf(sample.time()), sample.micros, sample.provisional());
  cells.DropBefore(cells.last() - kKeptDays);
}

const Exposure::Positions* Exposure::OfGroup(const Labels& by) const {
  std::vector<std::string> names;
  for (const LabelView label : by.pairs()) {
    if (label.value.empty()) return nullptr;
    names.emplace_back(label.name);
  }
  if (names.empty()) return nullptr;
  ByLabels& index = by_names_[names];
  for (; index.known < groups_.size(); ++index.known) {
    const int position = groups_[index.known];
    index.positions[bills_[static_cast<std::size_t>(position)].series.labels.Project(names)].push_back(position);
  }
  const auto found = index.positions.find(by);
  return found == index.positions.end() ? nullptr : &found->second;
}

Exposure::Positions Exposure::OfResource(const Watch& watch, absl::Span<const Series> members, std::string& name) const {
  if (watch.resource_type.empty()) return {};
  std::string key;
  for (const Series& member : members) {
    name = std::string(member.labels.Get(watch.resource_label));
    std::string one = ResourceKey(name, member.labels.Get("resource_group"));
    if (one.empty() || (!key.empty() && one != key)) return {};
    key = std::move(one);
  }
  const auto found = resources_.find(key);
  if (found == resources_.end()) return {};
  Positions out;
  for (const int position : found->second) {
    const Labels& labels = bills_[static_cast<std::size_t>(position)].series.labels;
    if (labels.Get("resource_type") == watch.resource_type && !InAnotherPlace(labels, members[0].labels)) out.push_back(position);
  }
  return out;
}

// Absent: too old, or nothing.
std::optional<Money> Exposure::Monthly(const Rule& rule, const Positions& positions, absl::Time time, int& days) const {
  std::int64_t last = INT32_MIN, first = INT32_MAX;
  for (const int position : positions) {
    const DayCells& cells = bills_[static_cast<std::size_t>(position)].cells;
    if (cells.empty()) continue;
    last = std::max(last, cells.last());
    first = std::min(first, cells.first());
  }
  const std::int64_t today = DayOf(time), to = std::min(today, last + 1), from = std::max(to - kDays, first);
  if (from >= to || to + kOld < today) return std::nullopt;
  Money sum{0, rule.currency.empty() ? bills_[static_cast<std::size_t>(positions[0])].series.currency : rule.currency};
  for (const int position : positions) {
    const Bill& bill = bills_[static_cast<std::size_t>(position)];
    const std::int64_t micros = bill.cells.Sum(from, to);
    std::optional<double> rate = 1;
    if (bill.series.currency != sum.currency) rate = rule.exchange == nullptr ? std::nullopt : rule.exchange->Rate(bill.series.currency, sum.currency);
    if (rate) sum = sum + Money{ScaleMicros(micros, *rate), sum.currency};
  }
  days = static_cast<int>(to - from);
  sum.micros = ScaleMicros(sum.micros, kDaysPerMonth / static_cast<double>(days));
  return sum.micros > 0 ? std::optional<Money>(sum) : std::nullopt;
}

std::vector<const Labels*> Exposure::TagsOf(const Rule& rule, absl::Span<const Series> members) const {
  std::vector<const Labels*> out;
  if (resources_.empty() || members.empty() || !Serves(rule)) return out;
  std::string name;
  for (const int position : OfResource(rule.watch, members, name)) out.push_back(&bills_[static_cast<std::size_t>(position)].series.labels);
  return out;
}

Impact Exposure::Of(const Rule& rule, const Labels& by, absl::Span<const Series> members, absl::Time time) const {
  Impact out;
  if (bills_.empty() || members.empty() || !Serves(rule)) return out;
  std::string what;
  Positions own = OfResource(rule.watch, members, what);
  const Positions* positions = &own;
  if (own.empty()) {
    positions = OfGroup(by);
    if (positions == nullptr) return out;
    std::vector<std::string> words;
    for (const LabelView label : by.pairs()) words.push_back(absl::StrCat(label.name, " ", label.value));
    what = absl::StrJoin(words, ", ");
  }
  int days = 0;
  const std::optional<Money> monthly = Monthly(rule, *positions, time, days);
  if (!monthly) return out;
  out.amount = *monthly;
  out.basis = "exposed";
  out.method = absl::StrCat("what ", what, " cost in the last ", days == 1 ? "day" : absl::StrCat(days, " days"), " of the bill, per month");
  return out;
}

}  // namespace nephoscope
