#include "rules/kinds/noise_budget.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "rules/kinds/day_model.h"

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
};
constexpr Unit kUnits[] = {{"day", 1}, {"week", 7}, {"month", 365.25 / 12}, {"quarter", 365.25 / 4}, {"year", 365.25}};

}  // namespace

std::optional<double> ReadNoiseBudget(absl::string_view text) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  double count = 0;
  if (words.size() != 3 || (words[1] != "per" && words[1] != "a") || !absl::SimpleAtod(words[0], &count)) return std::nullopt;
  for (const Unit& unit : kUnits)
    if (words[2] == unit.name && count > 0 && count / unit.days <= kMostPerDay) return count / unit.days;
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

const NoiseBudget::Choice& NoiseBudget::For(std::int64_t day, double budget) {
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
  while (step + 1 < kSteps && reports[step] > budget * out.days) ++step;
  out.before = before;
  out.enough = out.days >= kEnoughDays;
  out.limit = out.enough ? LimitOf(step) : kMedium;
  out.reports = reports[step];
  return out;
}

}  // namespace nephoscope
