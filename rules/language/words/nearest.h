// Words that a misspelt word may stand for. Nearest() of language.h gives the first of them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

// All equally near candidates, in their order: within Damerau-Levenshtein distance 2 (1 for words
// under 4 letters), else those with the same beginning. Never one that differs in its number (p98
// and p95) or is the opposite (blended and unblended). Several: no remedy, as each may be meant.
std::vector<std::string> NearestOf(absl::string_view word,
                                   absl::Span<const std::string> candidates);

// Words as a question: did you mean "a", "b" or "c"? At most four of them; requires one.
std::string InQuestion(absl::Span<const std::string> words);

}  // namespace nephoscope
