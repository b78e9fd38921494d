#include "rules/language/source_text.h"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace nephoscope;

BOOST_AUTO_TEST_SUITE(source_text_test)

// Columns are counted from the place that was asked for last; the twin counts each from the start of its line.
BOOST_AUTO_TEST_CASE(a_place_does_not_depend_on_what_was_asked_before) {
  const unsigned seed = std::random_device()();
  BOOST_TEST_INFO("seed " << seed);
  std::mt19937 random(seed);
  const char* const pieces[] = {"a", "bc ", "ü", "€", "\n", "\r\n", "𝄞x", "      "};
  std::string text;
  for (int i = 0; i < 400; ++i) text += pieces[random() % 8];
  const SourceText source(text);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t at = random() % (text.size() + 1);
    const Mark got = source.MarkOf(at, at);
    const std::size_t start = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    BOOST_REQUIRE(got.line == 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(start), '\n'));
    BOOST_REQUIRE(got.column == 1 + CodePoints(absl::string_view(text).substr(start, at - start)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
