#include "agent/http/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

absl::Status Wrong(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot listen on \"", text, "\": ", why, "; write an address and a port, such as 127.0.0.1:9464, [::1]:9464 or :9464 for all addresses"));
}

bool IsIp(int family, const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, host.c_str(), bytes) == 1;
}

bool ParsePort(absl::string_view text, std::uint16_t& port) {
  std::uint32_t number = 0;
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) return false;
  if (!absl::SimpleAtoi(text, &number) || number > 65535) return false;
  port = static_cast<std::uint16_t>(number);
  return true;
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return Wrong(text, "there is no port");
  ListenAddress out;
  if (!ParsePort(text.substr(colon + 1), out.port)) return Wrong(text, "the port is not a number from 0 to 65535");
  const absl::string_view host = text.substr(0, colon);
  if (host.empty()) return out;
  if (host.front() == '[' && host.back() == ']') {
    out.host = std::string(host.substr(1, host.size() - 2));
    if (!IsIp(AF_INET6, out.host)) return Wrong(text, "what stands in brackets is not an IPv6 address");
    return out;
  }
  out.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  if (!IsIp(AF_INET, out.host)) return Wrong(text, "the address is not an IPv4 address (an IPv6 address stands in brackets)");
  return out;
}

}  // namespace nephoscope
