#include "agent/net/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

using Address = std::array<std::uint8_t, 16>;

struct Forbidden {
  const char* network;
  const char* what;
};
constexpr Forbidden kForbidden[] = {
    {"0.0.0.0/8", "no address of a host"},
    {"127.0.0.0/8", "this machine itself"},
    {"169.254.0.0/16", "link-local, where clouds keep credentials"},
    {"168.63.129.16", "the Azure host"},
    {"100.100.100.200", "Alibaba Cloud metadata"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved and broadcast"},
    {"::", "no address of a host"},
    {"::1", "this machine itself"},
    {"fe80::/10", "link-local"},
    {"ff00::/8", "multicast"},
    {"fd00:ec2::/32", "AWS metadata and credentials"},
};

Address Mapped(const std::uint8_t* v4) {
  Address out{};
  out[10] = out[11] = 0xff;
  std::copy(v4, v4 + 4, out.begin() + 12);
  return out;
}

bool ParseAddress(const std::string& text, Address& out, bool& is_v4) {
  std::uint8_t v4[4];
  is_v4 = inet_pton(AF_INET, text.c_str(), v4) == 1;
  if (is_v4) out = Mapped(v4);
  return is_v4 || inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

// Digits alone: SimpleAtoi would take blanks and signs.
bool ParseBits(absl::string_view text, int& bits) {
  return !text.empty() && text.find_first_not_of("0123456789") == absl::string_view::npos && absl::SimpleAtoi(text, &bits);
}

// An IPv4 address that travels inside an IPv6 one is judged as itself.
Address Unwrap(const Address& address) {
  static const Cidr& nat64 = *new Cidr(*Cidr::Parse("64:ff9b::/96"));
  static const Cidr& compatible = *new Cidr(*Cidr::Parse("::/96"));
  static const Cidr& local_nat64 = *new Cidr(*Cidr::Parse("64:ff9b:1::/48"));
  static const Cidr& six_to_four = *new Cidr(*Cidr::Parse("2002::/16"));
  if (six_to_four.Contains(address)) return Mapped(address.data() + 2);
  if (nat64.Contains(address) || local_nat64.Contains(address)) return Mapped(address.data() + 12);
  const bool one_or_none = std::all_of(address.begin(), address.begin() + 15, [](std::uint8_t b) { return b == 0; });
  if (compatible.Contains(address) && !one_or_none) return Mapped(address.data() + 12);
  return address;
}

bool FromSocket(const sockaddr* socket, Address& out) {
  if (socket->sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, socket, sizeof in);
    std::uint8_t bytes[4];
    std::memcpy(bytes, &in.sin_addr, 4);
    out = Mapped(bytes);
    return true;
  }
  if (socket->sa_family != AF_INET6) return false;
  sockaddr_in6 in;
  std::memcpy(&in, socket, sizeof in);
  std::memcpy(out.data(), &in.sin6_addr, 16);
  return true;
}

std::string ToText(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  static const Cidr& mapped = *new Cidr(*Cidr::Parse("::ffff:0:0/96"));
  if (mapped.Contains(address)) {
    inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, address.data(), text, sizeof text);
  }
  return text;
}

}  // namespace

absl::StatusOr<Cidr> Cidr::Parse(absl::string_view text) {
  const auto slash = text.find('/');
  Cidr out;
  bool is_v4 = false;
  const bool has_bits = slash != absl::string_view::npos;
  int bits = 0;
  const bool good = ParseAddress(std::string(text.substr(0, slash)), out.address, is_v4) &&
                    (!has_bits || (ParseBits(text.substr(slash + 1), bits) && bits <= (is_v4 ? 32 : 128)));
  if (!good)
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text.substr(0, 60), "\" is not a network; write one such as 10.0.0.0/8, 127.0.0.1 or fd00::/8"));
  if (has_bits) out.bits = is_v4 ? bits + 96 : bits;
  return out;
}

bool Cidr::Contains(const Address& other) const {
  const int bytes = bits / 8, rest = bits % 8;
  if (!std::equal(address.begin(), address.begin() + bytes, other.begin())) return false;
  return rest == 0 || ((address[bytes] ^ other[bytes]) >> (8 - rest)) == 0;
}

absl::StatusOr<AddressGuard> AddressGuard::Make(const std::vector<std::string>& allow) {
  AddressGuard out;
  for (const std::string& text : allow) {
    absl::StatusOr<Cidr> network = Cidr::Parse(text);
    if (!network.ok()) return network.status();
    out.allow_.push_back(*network);
  }
  return out;
}

absl::Status AddressGuard::CheckHost(absl::string_view host) const {
  const bool bracketed = !host.empty() && host[0] == '[';
  std::string text(bracketed ? host.substr(1, host.find(']') - 1) : host);
  if (!bracketed && std::count(text.begin(), text.end(), ':') == 1) text.resize(text.find(':'));
  if (text == "localhost") text = "127.0.0.1";
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) return Check(reinterpret_cast<const sockaddr*>(&v4));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) return Check(reinterpret_cast<const sockaddr*>(&v6));
  return absl::OkStatus();
}

absl::Status AddressGuard::Check(const sockaddr* socket) const {
  static const auto& forbidden = *[] {
    auto* list = new std::vector<std::pair<Cidr, const char*>>;
    for (const Forbidden& row : kForbidden) list->emplace_back(*Cidr::Parse(row.network), row.what);
    return list;
  }();
  Address dialled;
  if (!FromSocket(socket, dialled)) return absl::PermissionDeniedError("only IPv4 and IPv6 addresses may be reached");
  const Address address = Unwrap(dialled);
  for (const Cidr& network : allow_)
    if (network.Contains(address)) return absl::OkStatus();
  for (const auto& [network, what] : forbidden)
    if (network.Contains(address))
      return absl::PermissionDeniedError(
          absl::StrCat("the address ", ToText(address), " is ", what,
                       ", which targets in rule files may not reach; if it is meant, add it to `probes: {allow: [...]}`"));
  return absl::OkStatus();
}

}  // namespace nephoscope
