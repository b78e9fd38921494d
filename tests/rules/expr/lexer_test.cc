#include "rules/expr/lexer.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

namespace {

ExprToken Only(const std::string& text) {
  std::vector<ExprToken> tokens;
  ExprError error;
  BOOST_TEST_REQUIRE(ReadExprTokens(text, tokens, error), error.message);
  BOOST_TEST_REQUIRE(tokens.size() == 2u);
  return tokens[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lexer_test)

BOOST_AUTO_TEST_CASE(numbers_are_read_as_promql_reads_them) {
  using Kind = ExprToken::Kind;
  const struct { const char* text; Kind kind; double number; } rows[] = {
      {"0", Kind::kNumber, 0}, {"0.25", Kind::kNumber, 0.25}, {".5", Kind::kNumber, 0.5}, {"5.", Kind::kNumber, 5}, {"1_000", Kind::kNumber, 1000},
      {"1e3", Kind::kNumber, 1000}, {"1E+3", Kind::kNumber, 1000}, {"1.5e-2", Kind::kNumber, 0.015}, {"12e10", Kind::kNumber, 12e10}, {"1_0e1_0", Kind::kNumber, 1e11},
      {"0x10", Kind::kNumber, 16}, {"0XfF", Kind::kNumber, 255}, {"10", Kind::kNumber, 10},
      {"2kB", Kind::kNumber, 2000}, {"1.5GiB", Kind::kNumber, 1610612736}, {"2TB", Kind::kNumber, 2e12},
      {"5ms", Kind::kLength, 0.005}, {"5m", Kind::kLength, 300}, {"1h30m", Kind::kLength, 5400}, {"1d2h3m4s5ms", Kind::kLength, 93784.005}, {"1w", Kind::kLength, 604800}, {"1y", Kind::kLength, 31536000},
      {"1.5h", Kind::kLength, 5400},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const ExprToken token = Only(row.text);
    BOOST_TEST((token.kind == row.kind));
    BOOST_TEST(token.number == row.number, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(token.text == row.text);
  }
}

BOOST_AUTO_TEST_CASE(texts_lose_their_quotes_and_escapes) {
  const struct { const char *text, *want; } rows[] = {
      {R"("a\"b")", "a\"b"}, {R"('it\'s')", "it's"}, {R"("\n\t\r\\")", "\n\t\r\\"}, {R"(`\n"'`)", R"(\n"')"}, {R"("")", ""}, {R"("a\d")", "ad"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    const ExprToken token = Only(row.text);
    BOOST_TEST((token.kind == ExprToken::Kind::kText));
    BOOST_TEST(token.text == row.want);
    BOOST_TEST(token.end - token.begin == static_cast<int>(std::string(row.text).size()));
  }
}

BOOST_AUTO_TEST_CASE(names_end_before_a_dot_or_colon_that_ends_them) {
  BOOST_TEST(Only("aws.rds.cpu_utilization # a comment to the end").text == "aws.rds.cpu_utilization");
  BOOST_TEST(Only("_a:b.c1").text == "_a:b.c1");
  std::vector<ExprToken> tokens;
  ExprError error;
  BOOST_TEST(ReadExprTokens("a: b", tokens, error));
  BOOST_TEST(tokens.size() == 4u);
  BOOST_TEST(tokens[0].text == "a");
  BOOST_TEST(tokens[2].begin == 3);
}

BOOST_AUTO_TEST_CASE(what_is_no_word_is_told_whole) {
  const struct { const char* text; int begin, end; const char* hint; } rows[] = {
      {"x > 5q", 4, 6, "write 0.25, 5m, 2h or 10GiB"}, {"x > 1h5", 4, 7, "write 0.25, 5m, 2h or 10GiB"}, {"0xg", 0, 3, "write 0.25, 5m, 2h or 10GiB"},
      {"x > 1m5GiB", 4, 10, "write 0.25, 5m, 2h or 10GiB"},
      {"x \xE2\x89\xA5 5", 2, 5, ""}, {"x{a='b} > 1", 4, 5, "close it with '"}, {"x{a=\"b\\", 4, 5, "close it with \""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
    std::vector<ExprToken> tokens;
    ExprError error;
    BOOST_TEST(!ReadExprTokens(row.text, tokens, error));
    BOOST_TEST(error.code == "R510");
    BOOST_TEST(error.begin == row.begin);
    BOOST_TEST(error.end == row.end);
    BOOST_TEST(error.hint == row.hint);
  }
}

BOOST_AUTO_TEST_SUITE_END()
