#include "exporters/events/digest_event.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "exporters/events/cloud_event.h"
#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

AlertSnapshot Idle(int n, std::int64_t dollars, AlertState status = AlertState::kFiring) {
  AlertSnapshot out = PaymentsOverBudget();
  out.last.alert_id = "alert" + std::to_string(n);
  out.last.summary = "machine " + std::to_string(n) + " did nothing";
  out.last.status = status;
  out.last.severity = Severity::kInfo;
  out.last.impact = {.amount = {dollars * 1'000'000, Currency::Usd()}, .basis = "idle"};
  return out;
}

DigestList Of(std::vector<AlertSnapshot> alerts) {
  return {"idle-machines", Labels(std::vector<Label>{{"owner", "shop"}}), At("2026-11-30T13:00:00Z"), std::move(alerts)};
}

BOOST_AUTO_TEST_SUITE(digest_event_test)

BOOST_AUTO_TEST_CASE(the_sum_stands_on_top_and_the_costliest_comes_first) {
  const std::string text = ToDigestEvent(Of({Idle(1, 100), Idle(2, 6600), Idle(3, 100), Idle(4, 9000, AlertState::kInactive)}), "finops", At("2026-11-30T13:00:05Z"));
  BOOST_TEST(CheckCloudEvent(text).ok());
  const auto event = nlohmann::json::parse(text);
  BOOST_TEST(event["data"]["summary"] == "3 resources, 6,800.00 USD a month, 1 is over");
  std::vector<std::string> order;
  for (const auto& one : event["data"]["alerts"]) order.push_back(one["alert_id"]);
  BOOST_TEST(order == (std::vector<std::string>{"alert2", "alert1", "alert3", "alert4"}), boost::test_tools::per_element());
  BOOST_TEST(event["data"]["total"] == nlohmann::json::parse(R"([{"amount":"6800.00","currency":"USD"}])"));
  const std::string words = DigestInPlainWords(text);
  BOOST_TEST(words.find("3 resources, 6,800.00 USD a month") != std::string::npos);
  BOOST_TEST(words.find("6600.00 USD  machine 2 did nothing") != std::string::npos);
  BOOST_TEST(DigestInPlainWords(ToCloudEvent(PaymentsOverBudget().last, "a", At("2026-11-30T13:00:05Z"))).empty());
}

BOOST_AUTO_TEST_CASE(a_long_list_is_cut_and_says_so) {
  std::vector<AlertSnapshot> many;
  for (int i = 0; i < 1000; ++i) many.push_back(Idle(i, i)), many.back().last.summary += std::string(600, 'x');
  const std::string text = ToDigestEvent(Of(many), "finops", At("2026-11-30T13:00:05Z"));
  BOOST_TEST(text.size() < 64u * 1024);
  const auto event = nlohmann::json::parse(text);
  BOOST_TEST(event["data"]["count"] == 1000);
  BOOST_TEST(event["data"]["left_out"].get<std::size_t>() + event["data"]["alerts"].size() == 1000u);
  BOOST_TEST(event["data"]["alerts"][0]["alert_id"] == "alert999");
}

// A list that Kafka refuses is a list that nobody gets.
BOOST_AUTO_TEST_CASE(whatever_is_in_a_list_it_is_short_enough_for_kafka) {
  const std::string quotes(3000, '"');  // each is two bytes of JSON
  std::vector<AlertSnapshot> many;
  for (int i = 0; i < 200; ++i) {
    many.push_back(Idle(i, i));
    Transition& t = many.back().last;
    t.summary = t.owner.contact = t.rule.name = t.rule.file = quotes;
    t.owner.name = quotes;
    std::vector<Label> labels;
    for (int k = 0; k < 100; ++k) labels.push_back({"label" + std::to_string(k) + std::string(200, 'n'), quotes});
    t.labels = Labels(labels);
  }
  DigestList list = Of(many);
  list.by = many[0].last.labels;
  const std::string text = ToDigestEvent(list, "finops", At("2026-11-30T13:00:05Z"));
  BOOST_TEST(text.size() < 64u * 1024);
  const auto event = nlohmann::json::parse(text);
  BOOST_TEST(event["data"]["count"] == 200);
  BOOST_TEST(event["data"]["left_out"].get<std::size_t>() + event["data"]["alerts"].size() == 200u);
}

BOOST_AUTO_TEST_CASE(one_list_at_one_time_has_one_id) {
  DigestList list = Of({Idle(1, 5)});
  const std::string id = DigestEventId(list), key = DigestKey("a", list);
  BOOST_TEST(id.size() == 32u);
  list.alerts.push_back(Idle(2, 7));
  BOOST_TEST(DigestEventId(list) == id);
  list.due += absl::Hours(24);
  BOOST_TEST(DigestEventId(list) != id);
  BOOST_TEST(DigestKey("a", list) == key);
  list.by = Labels(std::vector<Label>{{"owner", "data"}});
  BOOST_TEST(DigestKey("a", list) != key);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
