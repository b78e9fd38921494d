#include "rules/language/words/nearest.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

// `word` without its digits, and those alone.
std::pair<std::string, std::string> Apart(absl::string_view word) {
  std::pair<std::string, std::string> out;
  for (const char c : word)
    (c >= '0' && c <= '9' ? out.second : out.first) += absl::ascii_tolower(c);
  return out;
}

// p98 and p95, us-east-1 and us-east-2: another number is another thing, never a slip.
bool IsOtherNumber(absl::string_view a, absl::string_view b) {
  const auto one = Apart(a), other = Apart(b);
  return !one.second.empty() && !other.second.empty() && one.second != other.second &&
         one.first == other.first;
}

// blended and unblended, healthy_hosts and unhealthy_hosts: the opposite is no slip either.
bool IsOpposite(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  std::size_t front = 0;
  while (front < a.size() && absl::ascii_tolower(a[front]) == absl::ascii_tolower(b[front])) ++front;
  for (const absl::string_view no : {"un", "non", "not", "not_", "non_", "in", "dis"})
    for (std::size_t at = 0; at <= front; ++at) {
      const bool begins = at == 0 || !absl::ascii_isalnum(b[at - 1]);
      const absl::string_view rest = b.substr(at);
      if (begins && rest.size() > no.size() && absl::StartsWithIgnoreCase(rest, no) &&
          absl::EqualsIgnoreCase(absl::StrCat(b.substr(0, at), rest.substr(no.size())), a))
        return true;
    }
  return false;
}

// Words that `word` begins, or that begin it.
std::vector<std::string> OfBeginning(absl::string_view word,
                                     absl::Span<const std::string> candidates) {
  std::vector<std::string> out;
  if (word.size() < 3) return out;
  for (const std::string& one : candidates)
    if (absl::StartsWithIgnoreCase(one, word) ||
        (one.size() >= 4 && absl::StartsWithIgnoreCase(word, one)))
      if (!IsOtherNumber(word, one)) out.push_back(one);
  return out;
}

}  // namespace

std::vector<std::string> NearestOf(absl::string_view word,
                                   absl::Span<const std::string> candidates) {
  std::vector<std::string> out;
  if (word.empty() || word.size() > kLongest) return out;
  int best = word.size() < 4 ? 1 : 2;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > kLongest) continue;
    const int distance = Distance(word, candidate);
    const auto longest = static_cast<int>(std::max(word.size(), candidate.size()));
    if (distance > best || distance >= longest) continue;
    if (IsOtherNumber(word, candidate) || IsOpposite(word, candidate)) continue;
    if (distance < best) out.clear();
    best = distance;
    if (std::find(out.begin(), out.end(), candidate) == out.end()) out.push_back(candidate);
  }
  return out.empty() ? OfBeginning(word, candidates) : out;
}

std::string Nearest(absl::string_view word, absl::Span<const std::string> candidates) {
  const std::vector<std::string> all = NearestOf(word, candidates);
  return all.empty() ? "" : all[0];
}

std::string InQuestion(absl::Span<const std::string> words) {
  constexpr std::size_t kShown = 4;
  std::string out = "did you mean ";
  const std::size_t shown = std::min(words.size(), kShown);
  for (std::size_t i = 0; i < shown; ++i)
    absl::StrAppend(&out, i == 0 ? "" : i + 1 == shown ? " or " : ", ", "\"", words[i], "\"");
  return absl::StrCat(out, "?");
}

}  // namespace nephoscope
