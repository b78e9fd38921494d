#include <boost/test/unit_test.hpp>

#include "rules/language/language.h"

using namespace nephoscope;

namespace {

Diagnostic Shown() {
  Diagnostic d;
  d.code = "R203";
  d.file = "a.yaml";
  d.mark = {2, 6, 8};
  d.message = "\"5q\" is not a duration";
  d.caret_text = "write 5m";
  return d;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(render_test)

BOOST_AUTO_TEST_CASE(a_diagnostic_shows_its_line_and_points_at_the_place) {
  const SourceFile file{"a.yaml", "x: 1\nfor: 5q\n"};
  Diagnostic d = Shown();
  d.help = "help text";
  d.note = "note text";
  BOOST_TEST(RenderDiagnostics({&d, 1}, {&file, 1}, false) ==
             "a.yaml:2:6 error[R203] \"5q\" is not a duration\n    2 | for: 5q\n      |      ^^ write 5m\n   help: help text\n   note: note text\n   see: nephoscope help R203\n\n");
}

BOOST_AUTO_TEST_CASE(what_is_said_fits_a_terminal_and_the_quoted_line_stays_whole) {
  const SourceFile file{"a.yaml", "x: 1\n" + std::string("for: 5q") + std::string(150, 'q') + "\n"};
  Diagnostic d = Shown();
  std::string many;
  for (int i = 0; i < 60; ++i) many += "word" + std::to_string(i) + " ";
  d.message = d.help = d.note = d.caret_text = many;
  const std::string out = RenderDiagnostics({&d, 1}, {&file, 1}, false);
  std::size_t begin = 0;
  for (std::size_t end; (end = out.find('\n', begin)) != std::string::npos; begin = end + 1)
    if (out.compare(begin, 8, "    2 | ") != 0) BOOST_TEST(end - begin <= 80u, out.substr(begin, end - begin));
}

BOOST_AUTO_TEST_CASE(a_file_without_text_and_a_line_beyond_its_end_give_no_excerpt) {
  Diagnostic d = Shown();
  BOOST_TEST(RenderDiagnostics({&d, 1}, {}, false) == "a.yaml:2:6 error[R203] \"5q\" is not a duration\n   see: nephoscope help R203\n\n");
  const SourceFile file{"a.yaml", "x"};
  BOOST_TEST(RenderDiagnostics({&d, 1}, {&file, 1}, false).find(" | ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_would_harm_a_terminal_is_made_visible) {
  const SourceFile file{"a.yaml", "x\n\tf\xC2\xA0r\x1b[31m \xFF: 5q\n"};
  Diagnostic d = Shown();
  d.message = "evil \x1b[31m\n";
  d.mark = {2, 1, 2};
  const std::string out = RenderDiagnostics({&d, 1}, {&file, 1}, false);
  BOOST_TEST(out.find('\x1b') == std::string::npos);
  BOOST_TEST(out.find('\xFF') == std::string::npos);
  BOOST_TEST(out.find("→f·r�[31m �: 5q") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_very_long_line_is_cut_around_the_place) {
  const SourceFile file{"a.yaml", std::string(5000, 'a') + "HERE" + std::string(5000, 'b')};
  Diagnostic d = Shown();
  d.mark = {1, 5001, 5005};
  const std::string out = RenderDiagnostics({&d, 1}, {&file, 1}, false);
  BOOST_TEST(out.size() < 700u);
  const std::size_t here = out.find("HERE"), line = out.rfind('\n', here), caret = out.find("^^^^"), caret_line = out.rfind('\n', caret);
  BOOST_REQUIRE(here != std::string::npos);
  // The ellipsis in front is one character of three bytes.
  BOOST_TEST(here - line - 2 == caret - caret_line);
}

BOOST_AUTO_TEST_CASE(colour_only_where_asked) {
  const SourceFile file{"a.yaml", "x: 1\nfor: 5q\n"};
  const Diagnostic d = Shown();
  BOOST_TEST(RenderDiagnostics({&d, 1}, {&file, 1}, false).find('\x1b') == std::string::npos);
  BOOST_TEST(RenderDiagnostics({&d, 1}, {&file, 1}, true).find("\x1b[1;31merror[R203]\x1b[0m") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(json_is_one_line_with_escapes_and_null_for_no_suggestion) {
  Diagnostic d = Shown();
  BOOST_TEST(DiagnosticsToJson({&d, 1}, 1, 0) ==
             R"({"files": 1, "rules": 0, "diagnostics": [{"file": "a.yaml", "line": 2, "column": 6, "end_column": 8, "severity": "error", "code": "R203", "message": "\"5q\" is not a duration", "suggestion": null}]})");
  d.suggestion = "a\\b\xFF";
  d.severity = Diagnostic::Severity::kWarning;
  const std::string out = DiagnosticsToJson({&d, 1}, 2, 3);
  BOOST_TEST(out.find(R"("suggestion": "a\\b�")") != std::string::npos);
  BOOST_TEST(out.find(R"("severity": "warning")") != std::string::npos);
  BOOST_TEST(DiagnosticsToJson({}, 0, 0) == R"({"files": 0, "rules": 0, "diagnostics": []})");
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_within_two_slips_or_a_beginning) {
  const std::vector<std::string> words = {"amount", "amounts", "period", "by", "every", "calendar", "evaluation_delay"};
  const struct { const char *word, *want; } rows[] = {{"amuont", "amount"}, {"amount", "amount"}, {"perid", "period"}, {"byy", "by"}, {"bx", "by"}, {"xx", ""}, {"Period", "period"}, {"eval", "evaluation_delay"},
                                                     {"calendars", "calendar"}, {"calandar", "calendar"}, {"zebra", ""}, {"", ""}, {"a", ""}, {"evrey", "every"}, {"amountss", "amounts"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.word) { BOOST_TEST(Nearest(row.word, words) == row.want); }
  BOOST_TEST(Nearest(std::string(100000, 'a'), words) == "");
}

BOOST_AUTO_TEST_SUITE_END()
