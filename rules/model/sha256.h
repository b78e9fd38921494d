#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// The 32 bytes of SHA-256 (FIPS 180-4) of the parts, one behind the other.
std::string Sha256(std::initializer_list<absl::string_view> parts);

// In hex: 64 small digits.
std::string Sha256Hex(absl::string_view text);

}  // namespace nephoscope
