#include "rules/language/out/format.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"
#include "tests/paths.h"

using namespace nephoscope;
namespace fs = std::filesystem;

namespace {

std::string Format(const std::string& text) { return FormatYaml({"a.yaml", text}).text; }

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// All YAML files of the project.
std::vector<fs::path> Files() {
  std::vector<fs::path> out;
  for (const char* folder : {"tests/diagnostics", "tests/scenarios", "deploy/starter", "rules"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SourceDir()) / folder))
      if (entry.path().extension() == ".yaml" || entry.path().extension() == ".yml") out.push_back(entry.path());
  return out;
}

std::map<std::string, std::string> Revisions(const std::string& text) {
  const SourceFile file{"a.yaml", text};
  std::map<std::string, std::string> out;
  const LoadedRules loaded = LoadRules({&file, 1});
  for (const auto& rule : loaded.rules->rules) out[rule->name] = rule->revision;
  return out;
}

// Comments in their order, without what stands before them.
std::vector<std::string> Comments(const std::string& text) {
  std::vector<std::string> out;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::size_t at = absl::StartsWith(line, "#") ? 0 : line.find(" #");
    if (at != absl::string_view::npos) out.emplace_back(absl::StripAsciiWhitespace(line.substr(at)));
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(format_test)

BOOST_AUTO_TEST_CASE(what_it_makes_of_what) {
  const struct { const char *what, *in, *want; } rows[] = {
      {"already right", "a: 1\nb:\n  - c: 2\n", "a: 1\nb:\n  - c: 2\n"},
      {"entries below their key", "a:\n- b: 1\n  c: 2\n- d\n", "a:\n  - b: 1\n    c: 2\n  - d\n"},
      {"four spaces a level", "a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"},
      {"one space a level", "a:\n b:\n  - c: 1\n    d: 2\n", "a:\n  b:\n    - c: 1\n      d: 2\n"},
      {"spaces behind the dash", "a:\n  -   b: 1\n      c: 2\n", "a:\n  - b: 1\n    c: 2\n"},
      {"spaces at the end", "a: 1   \nb: 2\t\n", "a: 1\nb: 2\n"},
      {"line ends of Windows", "a: 1\r\nb:\r\n  - c\r\n", "a: 1\nb:\n  - c\n"},
      {"no line end at the end", "a: 1", "a: 1\n"},
      {"blank lines", "\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"},
      {"brackets", "a: { b : 1,c:   [ 1,2 , 3 ] }\n", "a: {b : 1, c: [1, 2, 3]}\n"},
      {"quotes in brackets stay", "a: {b: \"x,  y\", c: 'it''s,  so'}\n", "a: {b: \"x,  y\", c: 'it''s,  so'}\n"},
      {"empty brackets", "a: { }\nb: [ ]\n", "a: {}\nb: []\n"},
      {"aligned values stay aligned", "warning:  {a: 1}\ncritical: {a: 2}\n", "warning:  {a: 1}\ncritical: {a: 2}\n"},
      {"a comment goes with what it stands above", "a:\n# of b\n- b: 1\n# of c\n- c: 2\n", "a:\n  # of b\n  - b: 1\n  # of c\n  - c: 2\n"},
      {"a comment further in stays with what it stands below", "a:\n    b: 1\n    # d: 2\nc: 3\n", "a:\n  b: 1\n  # d: 2\nc: 3\n"},
      {"comments behind values", "a: 1 # one\nb: 2   # two\n", "a: 1 # one\nb: 2   # two\n"},
      {"a comment at the end", "a:\n  b: 1\n# the end\n", "a:\n  b: 1\n# the end\n"},
      {"a text block keeps its inner spaces", "a:\n    b: |\n        one\n          two\n\n        # no comment\n    c: 1\n", "a:\n  b: |\n      one\n        two\n\n      # no comment\n  c: 1\n"},
      {"a text block of blanks behind dashes that stand apart", "a:\n-   - |\n   \n", "a:\n  - - |\n"},  // found by fuzz.format
      {"a folded text", "a:\n    b: >-\n      one\n      two\n", "a:\n  b: >-\n    one\n    two\n"},
      {"a quoted text over lines", "a:\n    b: \"one\n      two\"\n", "a:\n  b: \"one\n    two\"\n"},
      {"brackets over lines", "a:\n    b: [\n      1,\n      2\n    ]\n", "a:\n  b: [\n    1,\n    2\n  ]\n"},
      {"lists in lists", "a:\n- - 1\n  - 2\n- - 3\n", "a:\n  - - 1\n    - 2\n  - - 3\n"},
      {"an anchor and an alias", "a: &x\n    b: 1\nc: *x\n", "a: &x\n  b: 1\nc: *x\n"},
      {"an empty entry leaves columns alone", "a:\n-\n- b\n", "a:\n-\n- b\n"},
      {"a comment between the columns of its neighbours", "a:\n # b\n- c\n", "a:\n  # b\n  - c\n"},
      {"a dash at a line end of Windows", "- a\r\n-  \r\n   b\r\n", "- a\n-\n  b\n"},
      {"a hash in a text", "a: b#c\nd: \"# no comment\"\n", "a: b#c\nd: \"# no comment\"\n"},
      {"nothing but comments", "# only this\n", "# only this\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      BOOST_TEST(Format(row.in) == row.want);
      BOOST_TEST(Format(row.want) == row.want);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_stays_and_says_why) {
  for (const char* text : {"a: [1\n", "a: 1\n b: 2\n", "\ta: 1\n", "a: 'x\n"}) {
    const Formatted out = FormatYaml({"a.yaml", text});
    BOOST_TEST(out.text == text);
    BOOST_TEST(HasErrors(out.diagnostics));
  }
}

BOOST_AUTO_TEST_CASE(every_file_of_the_project_means_the_same_afterwards_with_the_same_comments) {
  int formatted = 0;
  for (const fs::path& path : Files()) BOOST_TEST_CONTEXT(path.string()) {
      const std::string text = ReadAll(path);
      const Formatted once = FormatYaml({path.string(), text});
      if (!once.diagnostics.empty()) continue;
      BOOST_TEST(Format(once.text) == once.text);
      BOOST_TEST((Revisions(text) == Revisions(once.text)));
      BOOST_TEST(Comments(text) == Comments(once.text), boost::test_tools::per_element());
      ++formatted;
    }
  BOOST_TEST(formatted > 60);
}

BOOST_AUTO_TEST_CASE(rules_in_disorder_become_rules_in_order) {
  const std::string text =
      "apiVersion: rules/v1\nrules:\n# databases\n- alert: Cpu\n  kind: threshold\n  watch: { metric: aws.rds.cpu_utilization,by: [ db_instance ] }\n"
      "  levels:\n      warning:  {at_least: 80%,for: 15m}   # soon\n      critical: {at_least: 95%}\n\n\n  summary: >\n      long\n      text\n";
  const std::string want =
      "apiVersion: rules/v1\nrules:\n  # databases\n  - alert: Cpu\n    kind: threshold\n    watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}\n"
      "    levels:\n      warning:  {at_least: 80%, for: 15m}   # soon\n      critical: {at_least: 95%}\n\n    summary: >\n        long\n        text\n";
  BOOST_TEST(Format(text) == want);
  BOOST_TEST((Revisions(text) == Revisions(want)));
  BOOST_TEST(Revisions(want).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
