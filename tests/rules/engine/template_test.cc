#include "rules/engine/template.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(template_test)

BOOST_AUTO_TEST_CASE(places_are_filled) {
  const Places places = {{"team", "payments"}, {"value", "0.256"}, {"bytes", "5368709120"}, {"empty", ""}};
  const struct { const char* text; const char* want; } rows[] = {
      {"${team} is high", "payments is high"},
      {"no place", "no place"},
      {"$$5 and $5", "$5 and $5"},
      {"${unknown}!", "!"},
      {"${value | percent}", "25.6%"},
      {"${bytes|bytes}", "5 GiB"},
      {"${team | upper}", "PAYMENTS"},
      {"${empty | default(\"nobody\")}", "nobody"},
      {"${team | default(\"nobody\")}", "payments"},
      {"$${team}", "${team}"},
      {"${team}${team}", "paymentspayments"},
      {"", ""},
  };
  for (const auto& row : rows) BOOST_TEST(RenderTemplate(row.text, places) == row.want, row.text);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_not_closed_is_seen) {
  const auto places = TemplatePlaces("a ${b");
  BOOST_REQUIRE(places.size() == 1u);
  BOOST_TEST(!places[0].closed);
  BOOST_TEST(places[0].name == "b");
}

BOOST_AUTO_TEST_CASE(numbers_are_for_people) {
  const struct { double value; const char* unit; const char* want; } rows[] = {
      {1234567.5, "", "1,234,567.5"}, {0.8, "ratio", "80%"},  {97, "%", "97%"},          {3, "", "3"},        {-1500, "", "-1,500"},
      {90, "s", "1 minute 30 seconds"}, {3600, "s", "1 hour"}, {1536, "B", "1.5 KiB"},    {12, "count", "12"}, {2.5, "requests", "2.5 requests"},
      {0.25, "s", "0.25 seconds"},    {100000, "s", "1 day 3 hours"},
  };
  for (const auto& row : rows) BOOST_TEST(ValueText(row.value, row.unit) == row.want);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
