// PackedId: the ids of events are 32 hex digits; half as many bytes in the database.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// 32 small hex digits become 16 bytes. Any other text follows a zero byte, and is never 16 bytes long.
std::string PackId(absl::string_view id);
std::string UnpackId(absl::string_view packed);

}  // namespace nephoscope
