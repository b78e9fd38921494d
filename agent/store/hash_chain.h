// The chain through the history: whoever changes, removes or puts in a transition later breaks it.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// 32 zero bytes: what stands before the first.
std::string ChainStart();

// SHA-256(previous | event), 32 bytes.
std::string ChainNext(absl::string_view previous, absl::string_view event);

}  // namespace nephoscope
