#include "rules/kinds/noise_budget.h"

#include <algorithm>
#include <functional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "rules/kinds/calendar_days.h"

namespace nephoscope {
namespace {

constexpr double kMedium = 4;               // swings
constexpr int kEnoughDays = 28;
constexpr int kBillingDays = 3;             // until a day's bill is complete
constexpr std::size_t kMostChoices = 64;    // weeks that are judged at about the same time
constexpr double kMostPerDay = 1000;

struct Unit {
  const char* name;
  double days;
  int longest;
};
constexpr Unit kUnits[] = {{"day", 1, 1}, {"week", 7, 7}, {"month", 365.25 / 12, 31}, {"quarter", 365.25 / 4, 92}, {"year", 365.25, 366}};

}  // namespace

std::optional<NoiseWish> ReadNoiseBudget(absl::string_view text) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  double count = 0;
  if (words.size() != 3 || (words[1] != "per" && words[1] != "a") || !absl::SimpleAtod(words[0], &count)) return std::nullopt;
  for (const Unit& unit : kUnits)
    if (words[2] == unit.name && count > 0 && count / unit.days <= kMostPerDay) return NoiseWish{count, unit.days, unit.longest};
  return std::nullopt;
}

void NoiseBudget::Join(Group* group) {
  groups_.push_back(group);
  choices_.clear();
}

void NoiseBudget::Leave(Group* group) {
  std::erase(groups_, group);
  choices_.clear();
}

void NoiseBudget::Changed(std::int64_t day) { choices_.erase(choices_.upper_bound(day), choices_.end()); }

std::int64_t NoiseBudget::Before(std::int64_t day) { return day - WeekdayOf(day) - kBillingDays; }

const NoiseBudget::Choice& NoiseBudget::For(std::int64_t day, const NoiseWish& wish) {
  const std::int64_t before = Before(day);
  if (choices_.size() >= kMostChoices) choices_.erase(choices_.begin());
  const auto [at, is_new] = choices_.try_emplace(before);
  Choice& out = at->second;
  if (!is_new) return out;
  std::array<int, kSteps> reports{};
  for (Group* group : groups_) {
    const Past past = group->PastBefore(before);
    out.days = std::max(out.days, past.days);
    for (int step = 0; step < kSteps; ++step) reports[step] += past.reports[step];
  }
  int step = 0;
  while (step + 1 < kSteps && reports[step] > wish.daily() * out.days) ++step;
  out.before = before;
  out.enough = out.days >= kEnoughDays;
  out.limit = out.enough ? LimitOf(step) : kMedium;
  out.reports = reports[step];
  return out;
}

// Under one report a time, the time is longer: "0.5 per month" is one in two months.
NoiseBudget::Room NoiseBudget::RoomFor(const Group* who, std::int64_t today, const NoiseWish& wish) const {
  const double times = wish.reports < 1 ? 1 / wish.reports : 1;
  const auto days = static_cast<std::int64_t>(std::min(wish.longest * times, 3660.0));
  int left = static_cast<int>(std::min(wish.reports * times, 1e6));
  Room out;
  double mine = 0;
  std::vector<double> all;
  for (Group* group : groups_) {
    left -= group->Reported(today - days + 1, today);
    const double waiting = group->Waiting(today);
    if (group == who) mine = waiting;
    if (waiting > 0) all.push_back(waiting);
  }
  out.waiting = static_cast<int>(all.size());
  std::sort(all.begin(), all.end(), std::greater<>());
  const auto dearer = std::count_if(all.begin(), all.end(), [&](double one) { return one > mine; });
  out.has = mine > 0 && dearer < left;
  return out;
}

NoiseBudget::Past NoisePast::Before(std::int64_t day) const {
  NoiseBudget::Past out;
  for (const Day& one : days_) {
    if (one.day < 0 || one.day >= day || one.day < day - NoiseBudget::kSpan) continue;
    ++out.days;
    for (std::size_t i = 0; i < kSteps; ++i) out.reports[i] += one.mask >> i & 1;
  }
  return out;
}

void NoisePast::Save(StateWriter& out) const {
  for (const One& one : steps_) out.Int(one.quiet + 4 * one.told), out.Real(one.excess);
  for (const Day& one : days_) out.Int(one.day), out.Int(one.mask);
}

void NoisePast::Load(StateReader& in) {
  for (One& one : steps_) {
    const std::int64_t packed = in.Int();
    one.quiet = static_cast<std::uint8_t>(packed & 3);
    one.told = (packed & 4) != 0;
    one.excess = static_cast<float>(in.Real());
  }
  for (Day& one : days_) one.day = static_cast<std::int32_t>(in.Int()), one.mask = static_cast<std::uint32_t>(in.Int());
}

}  // namespace nephoscope
