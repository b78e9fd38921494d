#include <algorithm>
#include <array>
#include <cctype>

#include "absl/strings/match.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLongest = 64;  // longer words are not compared

// Damerau-Levenshtein (optimal string alignment) without regard to case.
int Distance(absl::string_view a, absl::string_view b) {
  std::array<std::array<int, kLongest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  const auto same = [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto &row = rows[i % 3], &above = rows[(i + 2) % 3], &two_above = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0 : 1)});
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) row[j] = std::min(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string Nearest(absl::string_view word, absl::Span<const std::string> candidates) {
  if (word.empty() || word.size() > kLongest) return "";
  int best = word.size() < 4 ? 2 : 3;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongest) continue;
    const int distance = Distance(word, candidate);
    if (distance >= best || distance >= static_cast<int>(std::max(word.size(), candidate.size()))) continue;
    best = distance;
    nearest = candidate;
  }
  if (!nearest.empty() || word.size() < 3) return nearest;
  for (const std::string& candidate : candidates)
    if (absl::StartsWithIgnoreCase(candidate, word) || (candidate.size() >= 4 && absl::StartsWithIgnoreCase(word, candidate))) return candidate;
  return "";
}

}  // namespace nephoscope
