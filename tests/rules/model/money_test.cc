#include "rules/model/money.h"

#include <boost/test/unit_test.hpp>
#include <limits>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(money_test)

BOOST_AUTO_TEST_CASE(a_number_is_read_to_the_millionth) {
  const struct { const char* text; std::int64_t micros; } rows[] = {
      {"0", 0},           {"42000", 42'000'000'000}, {"42310.55", 42'310'550'000}, {"-3", -3'000'000},       {"+1.5", 1'500'000},
      {".5", 500'000},    {"5.", 5'000'000},         {"1.2e-7", 0},                {"6e-7", 1},              {"-5e-7", -1},
      {"1E3", 1000'000'000}, {"0.0000004", 0},       {"0.0000005", 1},             {" 7 ", 7'000'000},       {"000012.10", 12'100'000},
      {"9223372036854.775807", std::numeric_limits<std::int64_t>::max()}, {"0.00000080000", 1},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const auto money = Money::Parse(row.text, Currency::Usd());
    BOOST_REQUIRE(money.ok());
    BOOST_TEST(money->micros == row.micros);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_is_refused_by_name) {
  for (const char* text : {"", "-", ".", "1,000", "1.2.3", "0x10", "NaN", "inf", "1e", "1e999", "12 USD", "--1", "e5"}) BOOST_TEST_CONTEXT(text) {
    const auto money = Money::Parse(text, Currency::Usd());
    BOOST_TEST(money.status().code() == absl::StatusCode::kInvalidArgument);
    BOOST_TEST(std::string(money.status().message()).find("is not a number") != std::string::npos);
  }
  BOOST_TEST(Money::Parse("9223372036854.775808", Currency::Usd()).status().code() == absl::StatusCode::kOutOfRange);
  BOOST_TEST(Money::Parse("1e30", Currency::Usd()).status().code() == absl::StatusCode::kOutOfRange);
}

BOOST_AUTO_TEST_CASE(machines_get_plain_decimals_and_people_get_cents) {
  const struct { std::int64_t micros; const char* plain; const char* text; } rows[] = {
      {42'310'550'000, "42310.55", "42,310.55 USD"}, {0, "0.00", "0.00 USD"},         {-1, "-0.000001", "0.00 USD"},
      {1'234'567'891'000, "1234567.891", "1,234,567.89 USD"}, {-999'995'000, "-999.995", "-1,000.00 USD"}, {500, "0.0005", "0.00 USD"},
      {100'000'000, "100.00", "100.00 USD"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.micros) {
    BOOST_TEST((Money{row.micros, Currency::Usd()}.ToDecimal()) == row.plain);
    BOOST_TEST((Money{row.micros, Currency::Usd()}.ToText()) == row.text);
  }
}

BOOST_AUTO_TEST_CASE(sums_saturate_and_do_not_wrap) {
  const Money most{std::numeric_limits<std::int64_t>::max(), Currency::Usd()};
  BOOST_TEST((most + most).micros == most.micros);
  BOOST_TEST((Money{} - most - most).micros == -most.micros);
  BOOST_TEST((Money{} + most).currency.code() == "USD");
  BOOST_TEST(ScaleMicros(10, 0.25) == 3);
  BOOST_TEST(ScaleMicros(most.micros, 2) == most.micros);
}

BOOST_AUTO_TEST_CASE(bill_amounts_add_up_exactly) {
  ExactSum sum;
  for (int i = 0; i < 10; ++i) BOOST_REQUIRE(sum.Add("0.00000000001").ok());
  BOOST_REQUIRE(sum.Add("0.1").ok());
  BOOST_REQUIRE(sum.Add("0.2").ok());
  BOOST_TEST(sum.ToDecimal() == "0.300000000100");
  BOOST_TEST(sum.micros() == 300'000);
  BOOST_TEST(!sum.Add("NULL").ok());
  BOOST_TEST(!sum.Add("1e19").ok());
  BOOST_TEST(sum.ToDecimal() == "0.300000000100");
}

BOOST_AUTO_TEST_CASE(a_currency_has_three_letters) {
  BOOST_TEST(Currency::Parse("usd")->code() == "USD");
  for (const char* bad : {"", "US", "USDD", "U5D", "$"}) BOOST_TEST(!Currency::Parse(bad).ok(), bad);
  BOOST_TEST(Currency{}.code() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
