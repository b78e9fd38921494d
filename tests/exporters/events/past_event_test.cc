#include "exporters/events/past_event.h"

#include <boost/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include "exporters/events/cloud_event.h"
#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

using nlohmann::json;

// `n` alerts of two rules that were over long ago.
PastList Over(int n) {
  PastList out;
  for (int i = 0; i < n; ++i) {
    AlertSnapshot one = PaymentsOverBudget();
    one.last.event_id = "event" + std::to_string(i);
    one.last.rule.name = i % 3 == 0 ? "Other" : "Budget";
    one.last.status = AlertState::kInactive;
    one.last.starts_at = absl::FromCivil(absl::CivilDay(2026, 9, 3) + i, absl::UTCTimeZone());
    one.last.ends_at = one.last.starts_at + absl::Hours(48);
    out.push_back(std::move(one));
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(past_event_test)

BOOST_AUTO_TEST_CASE(it_says_how_many_between_when_and_when_and_of_which_rules) {
  const std::string event = ToPastEvent(Over(14), "finops", absl::FromUnixSeconds(1'800'000'000));
  BOOST_TEST(CheckCloudEvent(event).ok(), CheckCloudEvent(event).message());
  const json data = json::parse(event).at("data");
  BOOST_TEST(data.at("summary") == "14 alerts came and went between 2026-09-03 and 2026-09-18");
  BOOST_TEST(data.at("rules") == json::parse(R"([{"name":"Budget","count":9},{"name":"Other","count":5}])"));
  BOOST_TEST(data.at("alerts").size() == 14u);
  BOOST_TEST(data.at("alerts")[0].at("event_id") == "event13");
  BOOST_TEST(PastInPlainWords(event) == "BEFORE NOW: 14 alerts came and went between 2026-09-03 and 2026-09-18\n    Budget: 9\n    Other: 5\n    Nothing to do: they are over.");
  BOOST_TEST(PastInPlainWords(ToCloudEvent(PaymentsOverBudget().last, "a", absl::UnixEpoch())) == "");
}

BOOST_AUTO_TEST_CASE(its_id_is_that_of_what_is_in_it_in_any_order) {
  PastList list = Over(3), other = Over(4);
  const std::string id = PastEventId(list);
  std::swap(list[0], list[2]);
  BOOST_TEST(PastEventId(list) == id);
  BOOST_TEST(PastEventId(other) != id);
  BOOST_TEST(id.size() == 32u);
}

BOOST_AUTO_TEST_CASE(many_alerts_are_counted_and_the_newest_listed) {
  const json data = json::parse(ToPastEvent(Over(5000), "a", absl::UnixEpoch())).at("data");
  BOOST_TEST(data.at("count") == 5000);
  BOOST_TEST(data.at("alerts").size() + data.at("left_out").get<std::size_t>() == 5000u);
  BOOST_TEST(ToPastEvent(Over(5000), "a", absl::UnixEpoch()).size() < 64u * 1024);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
