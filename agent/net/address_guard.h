// AddressGuard: which addresses a target out of a rule file may reach (delivery.md 5.3). Checks what is dialled, after the name was
// resolved: getaddrinfo accepts nine spellings of 169.254.169.254, so the text of a target says nothing.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

// A network such as 10.0.0.0/8, fd00::/8 or one address. IPv4 is kept as ::ffff:a.b.c.d.
struct Cidr {
  std::array<std::uint8_t, 16> address{};
  int bits = 128;

  // InvalidArgument: neither.
  static absl::StatusOr<Cidr> Parse(absl::string_view text);
  bool Contains(const std::array<std::uint8_t, 16>& other) const;
};

class AddressGuard {
 public:
  // `allow`: networks that may be reached all the same. InvalidArgument: one of them is not a network.
  static absl::StatusOr<AddressGuard> Make(const std::vector<std::string>& allow);

  // PermissionDenied: loopback, link-local, cloud metadata, multicast, unspecified, or one of these inside an IPv6 address (mapped,
  // compatible, NAT64, 6to4); also everything that is neither IPv4 nor IPv6. The message names the address and the way out.
  absl::Status Check(const sockaddr* address) const;
  // The same for host or host:port as one would write it: an address, or localhost; any other name is looked up when it is asked.
  absl::Status CheckHost(absl::string_view host) const;

 private:
  std::vector<Cidr> allow_;
};

}  // namespace nephoscope
