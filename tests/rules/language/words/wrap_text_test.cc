#include "rules/language/words/wrap_text.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(wrap_text_test)

BOOST_AUTO_TEST_CASE(lines_break_at_spaces_and_keep_their_indents) {
  const struct { const char *what, *text, *first, *rest, *want; } rows[] = {
      {"short", "one two", "", "", "one two\n"},
      {"exactly as wide", "1234 67890", "", "", "1234 67890\n"},
      {"one more", "1234 678901", "", "  ", "1234\n  678901\n"},
      {"indents count", "aaa bbb ccc", "x: ", "   ", "x: aaa bbb\n   ccc\n"},
      {"a long word stays whole", "a https://example.com b", "", "", "a\nhttps://example.com\nb\n"},
      {"characters count, not bytes", "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", "", "", "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4 \xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\n"},
      {"nothing", "", "a ", "", "a\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(WrapText(row.text, row.first, row.rest, 10) == row.want); }
}

BOOST_AUTO_TEST_CASE(a_narrow_terminal_breaks_lines_earlier_and_a_wide_one_not_later) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "aaaa ";
  const auto widest = [&](int columns) {
    NarrowTerminal(columns);
    const std::string wrapped = WrapText(words, "", "");
    NarrowTerminal(kTerminalColumns);
    std::size_t out = 0, begin = 0;
    for (std::size_t end = wrapped.find('\n'); end != std::string::npos; end = wrapped.find('\n', begin))
      out = std::max(out, end - begin), begin = end + 1;
    return out;
  };
  BOOST_TEST(widest(60) <= 60u);
  BOOST_TEST(widest(60) > 50u);
  BOOST_TEST(widest(200) == widest(kTerminalColumns));
  BOOST_TEST(widest(3) > 30u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
