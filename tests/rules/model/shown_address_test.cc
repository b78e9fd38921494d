#include "rules/model/shown_address.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(shown_address_test)

BOOST_AUTO_TEST_CASE(user_password_and_values_are_left_out) {
  const struct { const char *address, *shown; } rows[] = {
      {"http://host:9100/metrics", "http://host:9100/metrics"},
      {"host:9100", "host:9100"},
      {"http://bob:CANARY@host:9100/metrics", "http://host:9100/metrics"},
      {"http://CANARY@host/", "http://host/"},
      {"http://bob:CAN@ARY@host/", "http://host/"},
      {"http://bob:CANARY/x@host/", "http://host/"},
      {"https://host/up?token=CANARY", "https://host/up?token=***"},
      {"https://host/up?token=CANARY&v=CANARY", "https://host/up?token=***&v=***"},
      {"https://host/up?CANARY", "https://host/up?***"},
      {"https://host/up#CANARY", "https://host/up#***"},
      {"http://host:80/a@b", "http://host:80/a@b"},
      {"bob:CANARY@host:80", "host:80"},
      {"http://[::1]:80/x", "http://[::1]:80/x"},
      {"", ""},
  };
  for (const auto& row : rows) BOOST_TEST(ShownAddress(row.address) == row.shown);
  for (const auto& row : rows) BOOST_TEST(!absl::StrContains(ShownAddress(row.address), "CANARY"));
}

BOOST_AUTO_TEST_CASE(addresses_in_a_text_are_shown_so) {
  BOOST_TEST(WithShownAddresses("cannot scrape \"http://bob:CANARY@host/?t=CANARY\": refused; see https://host/x") ==
             "cannot scrape \"http://host/?t=***\": refused; see https://host/x");
  BOOST_TEST(WithShownAddresses("no address") == "no address");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
