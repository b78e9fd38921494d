#include "absl/strings/match.h"
#include "agent/net/http.h"

namespace nephoscope {

absl::string_view HeaderValue(const Headers& headers, absl::string_view name) {
  for (const auto& [key, value] : headers)
    if (absl::EqualsIgnoreCase(key, name)) return value;
  return {};
}

}  // namespace nephoscope
