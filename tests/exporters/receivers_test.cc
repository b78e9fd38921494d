#include "exporters/receivers.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

const Receivers kReceivers = {{"finops", {"money", true}}, {"night", {"money", false}}, {"owner", {"", true}}, {"quiet", {"", false}}};

BOOST_AUTO_TEST_SUITE(receivers_test)

BOOST_AUTO_TEST_CASE(an_event_goes_once_to_each_topic_of_its_receivers) {
  using Names = std::vector<std::string>;
  const struct { const char* what; Names notify; Receivers receivers; std::set<std::string> want; } rows[] = {
      {"its own topic", {"finops"}, kReceivers, {"money"}},
      {"none of its own", {"owner"}, kReceivers, {"events"}},
      {"two receivers", {"finops", "owner"}, kReceivers, {"events", "money"}},
      {"one topic for both", {"finops", "night"}, kReceivers, {"money"}},
      {"not declared any more", {"gone"}, kReceivers, {"events"}},
      {"nobody is named", {}, kReceivers, {"events"}},
      {"nobody is declared", {"finops"}, {}, {"events"}},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) BOOST_TEST(TopicsOf(row.notify, row.receivers, "events") == row.want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(alertmanager_is_told_where_one_receiver_says_so) {
  BOOST_TEST(GoesToAlertmanager({"finops"}, kReceivers));
  BOOST_TEST(GoesToAlertmanager({"quiet", "owner"}, kReceivers));
  BOOST_TEST(!GoesToAlertmanager({"quiet", "night", "gone"}, kReceivers));
  BOOST_TEST(!GoesToAlertmanager({}, kReceivers));
  BOOST_TEST(GoesToAlertmanager({"anybody"}, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
