// Where a server listens: "127.0.0.1:9464", "[::1]:0", ":9464" (all addresses).
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

struct ListenAddress {
  std::string host;  // an IP address without brackets; empty: all addresses
  std::uint16_t port = 0;
};

// InvalidArgument says what was found and how to write it. Names are not resolved, but for `localhost`.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

}  // namespace nephoscope
