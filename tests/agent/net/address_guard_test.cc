#include "agent/net/address_guard.h"

#include <netdb.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

// As the resolver reads it, spelling and all.
absl::Status Dial(const AddressGuard& guard, const char* spelling, bool& resolved) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  resolved = getaddrinfo(spelling, "80", &hints, &found) == 0;
  if (!resolved) return absl::OkStatus();
  absl::Status out = guard.Check(found->ai_addr);
  freeaddrinfo(found);
  return out;
}

AddressGuard Guard(const std::vector<std::string>& allow = {}) { return *AddressGuard::Make(allow); }

}  // namespace

BOOST_AUTO_TEST_SUITE(address_guard_test)

BOOST_AUTO_TEST_CASE(no_spelling_of_the_metadata_address_gets_through) {
  const char* const spellings[] = {
      "169.254.169.254",  "0xa9fea9fe",   "2852039166",        "0251.0376.0251.0376",
      "169.254.43518",    "169.16689662", "0xa9.254.0251.254", "::ffff:169.254.169.254",
      "::ffff:a9fe:a9fe",
  };
  for (const char* spelling : spellings) BOOST_TEST_CONTEXT(spelling) {
      bool resolved = false;
      const absl::Status status = Dial(Guard(), spelling, resolved);
      BOOST_TEST(resolved);
      BOOST_TEST(absl::IsPermissionDenied(status));
      BOOST_TEST(absl::StrContains(status.message(), "169.254.169.254"));
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_public_or_private_and_not_ours_may_be_reached) {
  const struct {
    const char* address;
    bool may;
  } rows[] = {
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"::1", false},
      {"0.0.0.0", false},
      {"::", false},
      {"169.254.170.2", false},
      {"169.254.170.23", false},
      {"168.63.129.16", false},
      {"100.100.100.200", false},
      {"224.0.0.1", false},
      {"255.255.255.255", false},
      {"fe80::1", false},
      {"ff02::1", false},
      {"fd00:ec2::254", false},
      {"fd00:ec2::23", false},
      {"::127.0.0.1", false},
      {"64:ff9b::a9fe:a9fe", false},
      {"64:ff9b::7f00:1", false},
      {"2002:a9fe:a9fe::1", false},
      {"::ffff:0:0", false},
      {"1.1.1.1", true},
      {"10.0.0.1", true},
      {"192.168.1.1", true},
      {"172.16.0.1", true},
      {"168.63.129.17", true},
      {"100.100.100.201", true},
      {"128.0.0.1", true},
      {"169.253.255.255", true},
      {"2001:db8::1", true},
      {"fd00:ec3::1", true},
      {"64:ff9b::101:101", true},
      {"2002:a00:1::1", true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.address) {
      bool resolved = false;
      BOOST_TEST(Dial(Guard(), row.address, resolved).ok() == row.may);
      BOOST_TEST(resolved);
    }
}

BOOST_AUTO_TEST_CASE(an_allowed_network_opens_that_network_and_no_other) {
  const struct {
    const char* allow;
    const char* address;
    bool may;
  } rows[] = {
      {"127.0.0.0/8", "127.0.0.1", true},
      {"127.0.0.1", "127.0.0.1", true},
      {"127.0.0.1", "127.0.0.2", false},
      {"127.0.0.0/8", "169.254.169.254", false},
      {"::1", "::1", true},
      {"::1", "127.0.0.1", false},
      {"127.0.0.0/8", "::ffff:127.0.0.1", true},
      {"127.0.0.128/25", "127.0.0.1", false},
      {"127.0.0.128/25", "127.0.0.200", true},
      {"0.0.0.0/0", "169.254.169.254", true},
      {"fe80::/10", "fe80::1", true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.allow << " and " << row.address) {
      bool resolved = false;
      BOOST_TEST(Dial(Guard({row.allow}), row.address, resolved).ok() == row.may);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_a_network_is_refused_with_a_way_out) {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::/129", "10.0.0.0/8 ", "/8"})
    BOOST_TEST_CONTEXT(text) {
      const absl::Status status = AddressGuard::Make({text}).status();
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(absl::StrContains(status.message(), "10.0.0.0/8"));
    }
}

BOOST_AUTO_TEST_CASE(a_unix_socket_is_refused) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  BOOST_TEST(absl::IsPermissionDenied(Guard({"0.0.0.0/0"}).Check(reinterpret_cast<sockaddr*>(&address))));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
