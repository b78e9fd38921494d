#include "rules/language/words/scalars.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

namespace {

constexpr const char* kGood = "";

// The code of what is wrong with `text`; "" when it is taken.
template <typename Read>
std::string CodeOf(Read read) {
  Problem problem;
  return read(problem) ? kGood : problem.code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scalars_test)

BOOST_AUTO_TEST_CASE(a_number_may_have_underscores_and_a_scale_but_no_comma) {
  const struct { const char* text; double want; } good[] = {{"42", 42}, {"-0.5", -0.5}, {"+3", 3}, {"6_800", 6800}, {"6.8k", 6800}, {"1.2M", 1.2e6}, {"1e3", 1000}, {"2E-2", 0.02}, {".5", 0.5}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadNumber(row.text, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(*got == row.want);
    }
  const struct { const char *text, *code; } bad[] = {{"", "R201"}, {"abc", "R201"}, {"-", "R201"}, {".", "R201"}, {"_5", "R201"}, {"5_", "R201"}, {"5__0", "R201"}, {"6,800", "R015"},
                                                     {"nan", "R201"}, {"inf", "R201"}, {"0x10", "R201"}, {"1e999", "R201"}, {"1e9999", "R201"}, {"5 USD", "R201"}, {"1.2.3", "R201"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(CodeOf([&](Problem& p) { return ReadNumber(row.text, p); }) == row.code); }
}

BOOST_AUTO_TEST_CASE(a_whole_number_has_no_fraction_and_fits) {
  const struct { const char *text, *code; } rows[] = {{"7", ""}, {"6.8k", ""}, {"-3", ""}, {"2.5", "R201"}, {"1e300", "R210"}, {"seven", "R201"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(CodeOf([&](Problem& p) { return ReadInteger(row.text, p); }) == row.code); }
}

BOOST_AUTO_TEST_CASE(a_flag_is_true_or_false_and_other_words_are_answered_with_the_right_one) {
  Problem problem;
  BOOST_TEST(ReadFlag("true", problem).value());
  BOOST_TEST(!ReadFlag("false", problem).value());
  const struct { const char *text, *suggestion; } rows[] = {{"yes", "true"}, {"On", "true"}, {"1", "true"}, {"no", "false"}, {"OFF", "false"}, {"True", "true"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
      Problem wrong;
      BOOST_TEST(!ReadFlag(row.text, wrong).has_value());
      BOOST_TEST(wrong.suggestion.value_or("none") == row.suggestion);
    }
  BOOST_TEST(CodeOf([&](Problem& p) { return ReadFlag("maybe", p); }) == "R202");
}

BOOST_AUTO_TEST_CASE(a_percentage_needs_its_sign) {
  const struct { const char* text; double want; } good[] = {{"80%", 0.8}, {"2.5 %", 0.025}, {"0%", 0}, {"150 percent", 1.5}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadRatio(row.text, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(*got == row.want, boost::test_tools::tolerance(1e-12));
    }
  const struct { const char *text, *code, *suggestion; } bad[] = {{"80", "R204", "80%"}, {"0.8", "R204", "-"}, {"%80", "R201", "80%"}, {"80 USD", "R205", "-"}, {"x", "R201", "-"}, {"0", "R204", "0%"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      BOOST_TEST(!ReadRatio(row.text, problem).has_value());
      BOOST_TEST(problem.code == row.code);
      BOOST_TEST(problem.suggestion.value_or("-") == row.suggestion);
    }
}

BOOST_AUTO_TEST_CASE(a_duration_has_units_and_a_bare_number_is_refused) {
  const struct { const char* text; absl::Duration want; } good[] = {
      {"30s", absl::Seconds(30)}, {"800 ms", absl::Milliseconds(800)}, {"1h30m", absl::Minutes(90)}, {"1 h 30 m", absl::Minutes(90)}, {"15 minutes", absl::Minutes(15)},
      {"0.1s", absl::Milliseconds(100)}, {"1.5h", absl::Minutes(90)}, {"2w", absl::Hours(336)}, {"1y", absl::Hours(8760)}, {"0", absl::ZeroDuration()}, {"36h", absl::Hours(36)},
      {"8 weeks", absl::Hours(8 * 168)}, {"1 day", absl::Hours(24)}, {"5min", absl::Minutes(5)}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadDuration(row.text, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST((*got == row.want), absl::FormatDuration(*got));
    }
  const struct { const char *text, *code, *suggestion; } bad[] = {
      {"", "R203", "-"},        {"5q", "R203", "-"},       {"10", "R204", "-"},      {"10M", "R203", "10m"}, {"10 Minutes", "R203", "10 minutes"}, {"1 month", "R203", "-"}, {"1 quarter", "R203", "-"},
      {"-5m", "R210", "5m"},    {"h", "R203", "-"},        {"5m extra", "R203", "-"}, {"1,5h", "R015", "1.5h"}, {"300y", "R210", "-"},               {"5 m 3", "R204", "-"},  {"%", "R203", "-"}, {"1e999s", "R203", "-"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      BOOST_TEST(!ReadDuration(row.text, problem).has_value());
      BOOST_TEST(problem.code == row.code);
      BOOST_TEST(problem.suggestion.value_or("-") == row.suggestion);
    }
}

BOOST_AUTO_TEST_CASE(a_quantity_is_scaled_to_its_base_unit) {
  const struct { const char* text; double value; const char* base; } good[] = {
      {"80%", 0.8, "ratio"}, {"5 MB", 5e6, "B"}, {"64 MiB", 67108864, "B"}, {"800 ms", 0.8, "s"}, {"3 h", 10800, "s"}, {"42", 42, ""}, {"0", 0, ""}, {"5 MB/s", 5e6, "B/s"},
      {"7200 B/h", 2, "B/s"}, {"120/min", 2, "/s"}, {"6.8k", 6800, ""}, {"-3", -3, ""}, {"5kB", 5000, "B"}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadQuantity(row.text, {}, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(got->value == row.value, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(got->base == row.base);
      BOOST_TEST(got->text == row.text);
    }
  const struct { const char *text, *code, *suggestion; } bad[] = {{"5 mb", "R205", "5 MB"}, {"5 KB", "R205", "5 kB"}, {"5 parsecs", "R205", "-"}, {"5 MB/fortnight", "R205", "-"}, {"much", "R201", "-"},
                                                                  {"%80", "R201", "80%"}, {"6,800 USD", "R015", "-"}, {"", "R201", "-"}, {"99999999999999999999 USD", "R210", "-"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      BOOST_TEST(!ReadQuantity(row.text, {}, problem).has_value());
      BOOST_TEST(problem.code == row.code);
      BOOST_TEST(problem.suggestion.value_or("-") == row.suggestion);
    }
}

BOOST_AUTO_TEST_CASE(money_is_exact_and_names_its_currency) {
  const struct { const char* text; std::int64_t micros; const char* base; } good[] = {
      {"42000 USD", 42'000'000'000, "USD"}, {"0.000001 EUR", 1, "EUR"}, {"6_800 USD", 6'800'000'000, "USD"}, {"6.8k USD", 6'800'000'000, "USD"}, {"1.2M JPY", 1'200'000'000'000, "JPY"},
      {"$42", 42'000'000, "USD"}, {"$6.8k", 6'800'000'000, "USD"}, {"0", 0, "USD"}, {"-5 USD", -5'000'000, "USD"}, {"0.1 USD", 100'000, "USD"}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadMoney(row.text, {}, false, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(got->micros == row.micros);
      BOOST_TEST(got->base == row.base);
    }
  const struct { const char *text, *code, *suggestion; } bad[] = {
      {"42000", "R204", "42000 USD"}, {"42000 UDS", "R207", "42000 USD"}, {"42000 usd", "R207", "42000 USD"}, {"USD 42000", "R206", "42000 USD"}, {"€5", "R207", "5 EUR"}, {"5£", "R207", "5 GBP"},
      {"42,000 USD", "R015", "-"}, {"42.000,50 USD", "R015", "42000.50 USD"}, {"12,5 USD", "R015", "12.5 USD"}, {"100 BTC", "R207", "-"}, {"80%", "R206", "-"}, {"5 MB", "R206", "-"}, {"much", "R206", "-"}, {"5 USD/hour", "R206", "5 USD"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      BOOST_TEST(!ReadMoney(row.text, {}, false, problem).has_value());
      BOOST_TEST(problem.code == row.code);
      BOOST_TEST(problem.suggestion.value_or("-") == row.suggestion);
    }
}

BOOST_AUTO_TEST_CASE(a_dollar_sign_means_usd_only_where_the_base_is_usd) {
  const ScalarContext euro{*Currency::Parse("EUR")};
  Problem problem;
  BOOST_TEST(!ReadMoney("$5", euro, false, problem).has_value());
  BOOST_TEST(problem.code == "R207");
  BOOST_TEST(problem.suggestion.value_or("") == "5 USD");
  BOOST_TEST(ReadMoney("0", euro, false, problem)->base == "EUR");
  BOOST_TEST(!ReadMoney("7", euro, false, problem).has_value());
  BOOST_TEST(problem.suggestion.value_or("") == "7 EUR");
}

BOOST_AUTO_TEST_CASE(a_rate_of_money_keeps_its_time) {
  const struct { const char *text, *base; } good[] = {{"1200 USD/hour", "USD/hour"}, {"1200 USD/h", "USD/hour"}, {"5 EUR / day", "EUR/day"}, {"$3/month", "USD/month"}, {"1 USD/s", "USD/s"}};
  for (const auto& row : good) BOOST_TEST_CONTEXT(row.text) {
      Problem problem;
      const auto got = ReadMoney(row.text, {}, true, problem);
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(got->base == row.base);
    }
  Problem problem;
  BOOST_TEST(!ReadMoney("1200 USD", {}, true, problem).has_value());
  BOOST_TEST(problem.suggestion.value_or("") == "1200 USD/hour");
}

BOOST_AUTO_TEST_CASE(a_size_has_a_unit_of_bytes) {
  Problem problem;
  BOOST_TEST(ReadBytes("64 MiB", problem).value() == 67108864);
  BOOST_TEST(ReadBytes("1 kB", problem).value() == 1000);
  BOOST_TEST(ReadBytes("0", problem).value() == 0);
  const struct { const char *text, *code; } bad[] = {{"64", "R204"}, {"5 s", "R205"}, {"5 USD", "R205"}, {"big", "R205"}, {"-1 B", "R210"}, {"90000 TB", "R210"}, {"1 mib", "R205"}};
  for (const auto& row : bad) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(CodeOf([&](Problem& p) { return ReadBytes(row.text, p); }) == row.code); }
}

BOOST_AUTO_TEST_CASE(a_date_is_one_of_the_calendar) {
  Problem problem;
  BOOST_TEST((ReadDate("2026-11-26", problem).value() == absl::CivilSecond(2026, 11, 26)));
  BOOST_TEST((ReadDate("2026-12-24 18:00", problem).value() == absl::CivilSecond(2026, 12, 24, 18)));
  BOOST_TEST((ReadDate("2028-02-29T23:59:59", problem).value() == absl::CivilSecond(2028, 2, 29, 23, 59, 59)));
  for (const char* text : {"", "26.11.2026", "11/26/2026", "2026-13-01", "2026-02-29", "2026-11-26 25:00", "2026-11-26 10", "2026-1-1", "today"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(CodeOf([&](Problem& p) { return ReadDate(text, p); }) == "R208"); }
}

BOOST_AUTO_TEST_CASE(an_address_has_a_scheme_and_a_host) {
  Problem problem;
  BOOST_TEST(ReadUrl("https://wiki.example.com/a?b=c", problem).value() == "https://wiki.example.com/a?b=c");
  BOOST_TEST(ReadUrl("http://127.0.0.1:80", problem).has_value());
  for (const char* text : {"", "wiki.example.com", "ftp://x", "https://", "http:///x", "http://:80", "https://a b"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(CodeOf([&](Problem& p) { return ReadUrl(text, p); }) == "R209"); }
}

BOOST_AUTO_TEST_SUITE_END()
