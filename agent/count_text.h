#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

// "1 rule", "2 rules".
inline std::string CountText(std::size_t n, absl::string_view one) { return absl::StrCat(n, " ", one, n == 1 ? "" : "s"); }

}  // namespace nephoscope
