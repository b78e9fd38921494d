// How an address is shown: in labels, messages, logs and events. It may hold secrets, http://user:password@host/?token=...
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// `address` without user and password; values behind `?` and all behind `#` become ***.
//
//   https://bob:pw@api.example.com/up?token=abc&v=1   https://api.example.com/up?token=***&v=***
std::string ShownAddress(absl::string_view address);

// `text` with each address in it as ShownAddress; the rest as it is.
std::string WithShownAddresses(absl::string_view text);

}  // namespace nephoscope
