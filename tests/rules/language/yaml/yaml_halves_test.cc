#include "rules/language/yaml/yaml_halves.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace nephoscope {
namespace {

int asked = 0;

void OneAfterTheOther(const std::function<void()>& one, const std::function<void()>& other) {
  ++asked;
  other();
  one();
}

// Rules as people write them, each way that YAML has.
std::string Rule(int i) {
  const std::string name = absl::StrCat("Rule", i);
  switch (i % 5) {
    case 0: return absl::StrCat("  - {alert: ", name, ", kind: threshold, watch: {metric: spend, by: [team, \"a, b\"]}, when: {above: 10}}\n");
    case 1: return absl::StrCat("  - alert: ", name, "   # the \"first\"\n    watch:\n      metric: spend\n      where:\n        - team: [a, b]\n        - account: '1 - 2'\n\n");
    case 2: return absl::StrCat("  - alert: ", name, "\n    description: |\n      Look here:\n        - first\n        - then \"that\n    summary: \"${team} has\n      more\"\n");
    case 3: return absl::StrCat("\n  # - not a rule\n  - alert: &n", i, " ", name, "\n    owner: *n", i, "\n    note: >-\n      folded\n      text\n");
    default: return absl::StrCat("  - alert: ", name, "\n    empty:\n    list:\n    - x\n    - y: {z: ~}\n");
  }
}

std::string File(int rules) {
  std::string out = "apiVersion: rules/v1\ncurrency: EUR\nrules:\n";
  for (int i = 0; i < rules; ++i) out += Rule(i);
  return out + "defaults:\n  owner: {team: shop}\n";
}

void Say(const YamlNode& node, std::string& out) {
  absl::StrAppend(&out, node.kind, node.plain, node.flow, node.broken, " ", node.height, " ", node.begin, "-", node.end, " ", node.size, " ", node.text, "\n");
  for (const YamlNode* item : node.items) Say(*item, out);
}

// The tree and what is told, as text.
std::string Read(const std::string& file, DoBoth both) {
  const SourceText text(file);
  DiagnosticSink sink("a.yaml", text);
  const YamlTree tree = ReadYaml(sink, both);
  std::string out = tree.root() == nullptr ? "nothing\n" : "";
  if (tree.root() != nullptr) Say(*tree.root(), out);
  for (const Diagnostic& one : sink.Take()) absl::StrAppend(&out, one.code, " ", one.mark.line, ":", one.mark.column, " ", one.message, "\n");
  return out;
}

// What slips in when somebody edits: a character or a line too much, or one that is missing.
std::string Edited(std::string file, std::mt19937& random) {
  const auto any = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t edits = any(3); edits > 0; --edits) {
    std::vector<std::string> lines = absl::StrSplit(file, '\n');
    std::string& line = lines[any(lines.size())];
    constexpr absl::string_view kCharacters = "\"'[]{}:#-|>&*!%~, \t";
    static constexpr const char* kLines[] = {"---", "...", "rules:", "  - alert: Two", "- x", "currency: USD", "  - *n3", "  - |", "%TAG ! x", "    \"", "]", "  key: value", "x: [", "\xEF\xBB\xBF"};
    switch (any(5)) {
      case 0: line = line.substr(0, any(line.size() + 1)); break;
      case 1: line.insert(any(line.size() + 1), 1, kCharacters[any(kCharacters.size())]); break;
      case 2: line = absl::StrCat(kLines[any(std::size(kLines))], "\n", line); break;
      case 3: line = absl::StrCat(std::string(any(4), ' '), line); break;
      default: std::swap(line, lines[any(lines.size())]);
    }
    file = absl::StrJoin(lines, "\n");
  }
  return file;
}

BOOST_AUTO_TEST_SUITE(yaml_halves_test)

BOOST_AUTO_TEST_CASE(two_halves_make_the_same_tree) {
  asked = 0;
  const std::string file = File(400), whole = Read(file, nullptr);
  BOOST_TEST(asked == 0);
  BOOST_TEST(Read(file, OneAfterTheOther) == whole);
  BOOST_TEST(asked == 1);
  BOOST_TEST(whole.find("Rule399") != std::string::npos);
  (void)Read(File(10), OneAfterTheOther);  // too small
  BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_CASE(halves_of_a_file_with_mistakes_say_what_the_whole_says) {
  const std::string file = File(400);
  asked = 0;
  int wrong = 0, right = 0;
  for (unsigned seed = 0; seed < 700; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      std::mt19937 random(seed);
      const std::string edited = Edited(file, random), whole = Read(edited, nullptr);
      BOOST_TEST_REQUIRE(Read(edited, OneAfterTheOther) == whole);
      (whole.substr(0, 7) == "nothing" ? wrong : right) += 1;
    }
  }
  BOOST_TEST(asked > 450);
  BOOST_TEST(wrong > 100);
  BOOST_TEST(right > 100);
}

// A rule may stand in quotes that were opened before the middle.
BOOST_AUTO_TEST_CASE(what_stands_in_the_middle_may_be_no_rule) {
  for (const char* open : {"\"", "'", "[", "{", "|\n"}) {
    for (const char* close : {"\"", "'", "]", "}", ""}) {
      std::string file = absl::StrCat("rules:\n  - alert: ", open);
      for (int i = 0; i < 2000; ++i) absl::StrAppend(&file, "\n  - a", i);
      absl::StrAppend(&file, close, "\n");
      BOOST_TEST(Read(file, OneAfterTheOther) == Read(file, nullptr), open << " " << close);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_middle_may_be_of_another_list) {
  const std::string rules = File(10);
  std::string file = absl::StrCat(rules.substr(0, rules.find("defaults:")), "more:\n- of:\n");
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&file, "  - a", i, "\n");
  BOOST_TEST(Read(file, OneAfterTheOther) == Read(file, nullptr));
}

BOOST_AUTO_TEST_CASE(a_key_may_stand_in_both_halves) {
  const std::string file = absl::StrCat(File(400), "currency: USD\n"), whole = Read(file, nullptr);
  BOOST_TEST(whole.find("R008") != std::string::npos);
  BOOST_TEST(Read(file, OneAfterTheOther) == whole);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
