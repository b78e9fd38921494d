// A count with its noun, for texts.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

// "1 rule", "2 rules"; where an s does not make the plural, `many` is it: "2 series".
inline std::string CountText(std::int64_t n, absl::string_view one, absl::string_view many = {}) {
  if (n == 1 || n == -1) return absl::StrCat(n, " ", one);
  return many.empty() ? absl::StrCat(n, " ", one, "s") : absl::StrCat(n, " ", many);
}

// "once", "2 times".
inline std::string TimesText(std::int64_t n) { return n == 1 ? "once" : absl::StrCat(n, " times"); }

}  // namespace nephoscope
