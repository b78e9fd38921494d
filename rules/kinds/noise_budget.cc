#include "rules/kinds/noise_budget.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <utility>

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
  Changed(std::numeric_limits<std::int64_t>::min());
}

void NoiseBudget::Leave(Group* group) {
  std::erase(groups_, group);
  Changed(std::numeric_limits<std::int64_t>::min());
}

void NoiseBudget::Changed(std::int64_t day) {
  day_.reset();
  const auto from = choices_.upper_bound(day);
  if (from != choices_.end()) ++version_;
  choices_.erase(from, choices_.end());
}

std::int64_t NoiseBudget::Before(std::int64_t day) { return day - WeekdayOf(day) - kBillingDays; }

NoiseBudget::Choice NoiseBudget::For(std::int64_t day, const NoiseWish& wish) {
  const std::int64_t before = Before(day);
  if (const auto known = choices_.find(before); known != choices_.end()) return known->second;
  const Choice out = Choose(before, wish);  // groups may ask for earlier weeks meanwhile
  choices_[before] = out;
  if (choices_.size() > kMostChoices) choices_.erase(choices_.begin());
  return out;
}

NoiseBudget::Choice NoiseBudget::Choose(std::int64_t before, const NoiseWish& wish) {
  Choice out;
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

// All groups are asked once a day: after that only a report changes the answer.
const NoiseBudget::Day& NoiseBudget::AskAll(std::int64_t today, const NoiseWish& wish) {
  if (day_ && day_->day == today) return *day_;
  // Under one report a time, the time is longer: "0.5 per month" is one in two months.
  const double times = wish.reports < 1 ? 1 / wish.reports : 1;
  const auto days = static_cast<std::int64_t>(std::min(wish.longest * times, 3660.0));
  Day out{.day = today, .left = static_cast<int>(std::min(wish.reports * times, 1e6))};
  for (Group* group : groups_) {
    out.left -= group->Reported(today - days + 1, today);
    const double waiting = group->Waiting(today);
    if (waiting > 0) out.waiting.push_back(waiting);
  }
  std::sort(out.waiting.begin(), out.waiting.end(), std::greater<>());
  return day_.emplace(std::move(out));
}

NoiseBudget::Room NoiseBudget::RoomFor(Group* who, std::int64_t today, const NoiseWish& wish) {
  const std::vector<double>& all = AskAll(today, wish).waiting;
  const double mine = who->Waiting(today);
  const auto dearer = std::lower_bound(all.begin(), all.end(), mine, std::greater<>()) - all.begin();
  return {.has = mine > 0 && dearer < day_->left, .waiting = static_cast<int>(all.size())};
}

void NoiseBudget::Reported(std::int64_t today, double micros) {
  if (!day_ || day_->day != today) return day_.reset();
  --day_->left;
  const auto at = std::lower_bound(day_->waiting.begin(), day_->waiting.end(), micros, std::greater<>());
  if (at != day_->waiting.end() && *at == micros) day_->waiting.erase(at);
}

NoiseBudget::Past NoisePast::Before(std::int64_t day) const {
  NoiseBudget::Past out;
  for (const Day& one : days_) {
    if (one.day < 0 || one.day >= day || one.day < day - NoiseBudget::kSpan) continue;
    ++out.days;
    for (std::uint32_t mask = one.mask & ~kJudged; mask != 0; mask &= mask - 1)
      ++out.reports[static_cast<std::size_t>(std::countr_zero(mask))];
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
