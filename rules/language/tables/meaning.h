// What a rule means, as bytes: two rules that differ only in comments, spacing or place have the same.
#pragma once

#include <string>

#include "rules/model/rule.h"

namespace nephoscope {

// "sha256:" and 64 hex digits.
std::string Revision(const Rule& rule);
// What a rule looks at, and what it makes of it, without its levels: two rules with the same look at the same numbers.
std::string QuestionOf(const Rule& rule);
// Its levels alone.
std::string LevelsOf(const Rule& rule);

}  // namespace nephoscope
