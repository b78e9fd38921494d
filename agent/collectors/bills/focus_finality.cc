#include "agent/collectors/bills/focus_finality.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::int64_t kFinalAfter = 3;          // days
constexpr std::size_t kCompared = 14, kLeast = 7;  // days before a day that its rows are compared with
constexpr std::uint32_t kManyRows = 8;           // a day; of fewer nothing can be said
constexpr std::uint32_t kFew = 4;                // a day with under a quarter of the usual rows is not complete

absl::Time EndOf(std::int64_t day) { return absl::UnixEpoch() + (day + 1) * kDay; }

}  // namespace

FocusFinality::FocusFinality(const std::map<std::int64_t, std::uint32_t>& use,
                             const std::map<std::int64_t, std::uint32_t>& terms, absl::Time as_of) {
  for (const auto* days : {&use, &terms}) {
    if (days == &terms && !use.empty()) break;
    for (const auto& [day, rows] : *days) {
      if (rows == 0) continue;
      if (EndOf(day) <= as_of) newest_ = std::max(newest_, day);
      else next_over_ = std::min(next_over_, EndOf(day));
    }
  }
  if (newest_ != INT64_MIN) complete_ = EndOf(newest_);
  FindSparse(use);
}

void FocusFinality::FindSparse(const std::map<std::int64_t, std::uint32_t>& use) {
  std::deque<std::uint32_t> before;
  std::vector<std::uint32_t> sorted;
  for (const auto& [day, rows] : use) {
    if (before.size() >= kLeast) {
      sorted.assign(before.begin(), before.end());
      const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
      std::nth_element(sorted.begin(), middle, sorted.end());
      if (*middle >= kManyRows && rows * kFew < *middle) sparse_.insert(day);
    }
    before.push_back(rows);
    if (before.size() > kCompared) before.pop_front();
  }
}

bool FocusFinality::Provisional(std::int64_t day) const {
  return newest_ == INT64_MIN || day > newest_ - kFinalAfter || sparse_.count(day) != 0;
}

}  // namespace nephoscope
