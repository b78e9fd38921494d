// What a rule means, as bytes: two rules that differ only in comments, spacing or place have the same.
#pragma once

#include <string>

#include "rules/model/rule.h"

namespace nephoscope {

// "sha256:" and 64 hex digits.
std::string Revision(const Rule& rule);

}  // namespace nephoscope
