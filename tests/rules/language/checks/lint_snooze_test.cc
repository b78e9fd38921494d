#include "rules/language/checks/lint_snooze.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"

using namespace nephoscope;

namespace {

constexpr absl::CivilDay kToday{2026, 8, 1};
const int kRules[] = {4, 8};  // lines of the texts below

Diagnostic At(int line, const char* code = "L409") {
  Diagnostic out;
  out.code = code;
  out.mark = {line, 1, 2};
  return out;
}

// Ten lines, one of which is `comment`.
std::string File(int line, const std::string& comment) {
  std::string out;
  for (int i = 1; i <= 10; ++i) out += (i == line ? comment : "key: value") + "\n";
  return out;
}

struct Read {
  explicit Read(std::string file) : text_of(std::move(file)), text(text_of), sink("a.yaml", text), snoozes(kRules, sink) {}
  std::string text_of;
  SourceText text;
  DiagnosticSink sink;
  LintSnoozes snoozes;
};

bool Silent(const std::string& file, Diagnostic found) {
  Read read(file);
  return read.snoozes.Silence(found, kToday);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint_snooze_test)

BOOST_AUTO_TEST_CASE(a_comment_counts_for_its_rule_up_to_its_day) {
  const struct { const char* what; int line; const char* comment; int found; bool silent; } rows[] = {
      {"in the rule", 5, "for: 5m # check: off L409 until 2026-12-31 agreed", 4, true},
      {"its last day", 5, "# check: off L409 until 2026-08-01 agreed", 4, true},
      {"a day too late", 5, "# check: off L409 until 2026-07-31 agreed", 4, false},
      {"in another rule", 5, "# check: off L409 until 2026-12-31 agreed", 9, false},
      {"right above its rule", 7, "# check: off L409 until 2026-12-31 agreed", 9, true},
      {"right above the next rule", 7, "# check: off L409 until 2026-12-31 agreed", 4, false},
      {"above all rules", 1, "# check: off L409 until 2026-12-31 agreed", 9, true},
      {"another code", 5, "# check: off L401 until 2026-12-31 agreed", 4, false},
      {"two codes", 5, "# check: off L401, L409 until 2026-12-31 agreed", 4, true},
      {"part of a word", 5, "for: 5m#check: off L409 until 2026-12-31 agreed", 4, false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Silent(File(row.line, row.comment), At(row.found)) == row.silent); }
}

BOOST_AUTO_TEST_CASE(a_comment_whose_day_is_over_is_spoken_of) {
  Read read(File(5, "# check: off L409 until 2026-06-30 agreed"));
  Diagnostic found = At(4);
  BOOST_TEST(!read.snoozes.Silence(found, kToday));
  BOOST_TEST(found.note == "line 5 turned this off until 2026-06-30, which is over");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told) {
  const struct { const char* comment; const char* why; } rows[] = {
      {"# check: off until 2026-12-31 agreed", "no code"},       {"# check: off L499 until 2026-12-31 agreed", "is no code of a lint"},
      {"# check: off R204 until 2026-12-31 agreed", "is no code of a lint"}, {"# check: off L409", "no day"},
      {"# check: off L409 until Christmas agreed", "no day"},    {"# check: off L409 until 2026-12-31", "no reason"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.comment) {
      Read read(File(5, row.comment));
      const std::vector<Diagnostic> said = read.sink.Take();
      BOOST_REQUIRE(said.size() == 1u);
      BOOST_TEST(said[0].code == "L411");
      BOOST_TEST(absl::StrContains(said[0].message, row.why), said[0].message);
    }
  BOOST_TEST(Read(File(5, "# Check what you wrote: nephoscope check --say FILE")).sink.Take().empty());
}

BOOST_AUTO_TEST_SUITE_END()
