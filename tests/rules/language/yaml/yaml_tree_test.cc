#include "rules/language/yaml/yaml_tree.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "rules/language/language.h"
#include "rules/language/yaml/yaml_scan.h"

using namespace nephoscope;

namespace {

// The first code that reading gives, with its place; "" when the text is taken.
std::string FirstCode(const std::string& text) {
  const SourceText source(text);
  DiagnosticSink sink("a.yaml", source);
  YamlTree::Read(sink);
  const std::vector<Diagnostic> all = sink.Take();
  return all.empty() ? "" : all[0].code + ":" + std::to_string(all[0].mark.line) + ":" + std::to_string(all[0].mark.column);
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// A chain of aliases, each ten times the one before.
std::string AliasBomb(int levels) {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < levels; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + Repeat(before + ", ", 9) + before + "]\n";
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(yaml_tree_test)

BOOST_AUTO_TEST_CASE(hostile_files_are_refused_with_a_code) {
  const struct { const char* what; std::string text; const char* code; } rows[] = {
      {"a comma alone", ",", "R0"},
      {"many brackets", std::string(1 << 17, '['), "R006:1:33"},
      {"many braces", std::string(1 << 17, '{'), "R006:1:33"},
      {"a megabyte in one line", std::string(1 << 20, '['), "R027:1:1"},
      {"a long second line", "a: b\nc: " + std::string(kMostInLine, 'x'), "R027:2:1"},
      {"colons in one line", Repeat(": ", 1 << 20), "R027:1:1"},
      {"aliases in one line", Repeat("*a ", 1 << 20), "R027:1:1"},
      {"a bracket of many lines", "a: {\n" + Repeat("a,\n", 100'000), "R027:1:4"},
      {"a bracket of many brackets", "a: [\n" + Repeat("[], ", 30'000) + "]", "R027:1:4"},
      {"brackets inside brackets of a value", "a: " + std::string(40, '['), "R006:1:36"},
      {"lists in lists in block style", Repeat("- ", 40) + "x", "R006"},
      {"keys in keys", [] { std::string s; for (int i = 0; i < 40; ++i) s += std::string(i, ' ') + "a:\n"; return s; }(), "R006"},
      {"a question mark tower", Repeat("? ", 600), "R0"},
      {"an alias bomb", AliasBomb(30), "R010"},
      {"an anchor in itself", "a: &x [*x]\n", "R010:1:8"},
      {"an anchor in itself, twice", "&a [*a, *a]", "R010:1:5"},
      {"an anchored map in itself", "&a {b: *a}", "R010:1:8"},
      {"NUL", std::string("a: b\0c", 6), "R004:1:5"},
      {"end of file sign, at which the library stops", "a: b\x04\nc: d\n", "R004:1:5"},
      {"an escape sequence", "a: \x1b[31m\n", "R004:1:4"},
      {"a lone continuation byte", "a: \x80\n", "R003:1:4"},
      {"an overlong slash", "a: \xC0\xAF\n", "R003:1:4"},
      {"a surrogate", "a: \xED\xA0\x80\n", "R003:1:4"},
      {"beyond Unicode", "a: \xF4\x90\x80\x80\n", "R003:1:4"},
      {"cut off in a character", "a: \xE2\x82", "R003:1:4"},
      {"UTF-16", std::string("\xFF\xFE" "a\0:\0", 6), "R003:1:1"},
      {"too large", "a: " + std::string(kMostBytes, 'x'), "R002:1:1"},
      {"too many values", Repeat("- 1\n", 300'001), "R024"},
      {"twenty thousand times the same key", Repeat("a: b\n", 20'000), "R008:2:1"},
      {"an unknown directive", "%FOO\n---\na: b\n---\nc: d\n", "R0"},
      {"an unclosed quote", "a: \"" + std::string(1 << 16, 'x'), "R020:1:4"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const std::string got = FirstCode(row.text);
      BOOST_TEST(got.substr(0, std::string(row.code).size()) == row.code, "said " << got);
    }
}

BOOST_AUTO_TEST_CASE(a_few_aliases_are_welcome) {
  BOOST_TEST(FirstCode(AliasBomb(3)) == "");
  BOOST_TEST(FirstCode("a: &x {b: c}\nd: *x\ne: *x\n") == "");
}

BOOST_AUTO_TEST_CASE(long_lists_and_lines_below_the_bounds_are_taken) {
  BOOST_TEST(FirstCode("a: [" + Repeat("1,\n ", kMostInBrackets - 2) + "1]") == "");
  BOOST_TEST(FirstCode("a: " + std::string(kMostInLine - 100, 'x') + "\nb: c\n") == "");
  BOOST_TEST(FirstCode(Repeat("- [a, b, c]\n", 40'000)) == "");
}

BOOST_AUTO_TEST_CASE(good_files_with_odd_characters_are_taken) {
  for (const char* text : {"a: b\r\nc: d\r\n", "\xEF\xBB\xBF" "a: b\n", "a: \"it's [fine] {here}\"\n", "a: 'say \"[[[[\"'\n", "a: b [[[[ c\n", "a: |\n  [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n  \"\nb: c\n",
                           "# \"[{\na: b # '[{\n", "a: it's\n", "a: {b: it's, c: [d, 'e']}\n", "a:\tb\n", "---\na: b\n", "a: b\n...\n", "a: [b,\n  c]\n", "über: größe\n", "a: >-\n  folded\n  text\nb: c\n"})
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(FirstCode(text) == ""); }
}

BOOST_AUTO_TEST_CASE(each_node_knows_its_place) {
  const std::string text = "\xEF\xBB\xBFkey: value\nlist:\n  - \"two words\"\n  - ü: ä b\n  - &x anchored\n  - *x\nempty:\nnext: {a: [1]}\n";
  const SourceText source(text);
  DiagnosticSink sink("a.yaml", source);
  const YamlTree tree = YamlTree::Read(sink);
  BOOST_REQUIRE(tree.root() != nullptr);
  const auto place = [&](const YamlNode& node) {
    const Mark m = source.MarkOf(node.begin, node.end);
    return std::to_string(m.line) + ":" + std::to_string(m.column) + "-" + std::to_string(m.end_column);
  };
  const YamlNode& list = *tree.root()->Find("list");
  BOOST_TEST(place(*tree.root()->Find("key")) == "1:7-12");  // the byte order mark is a character of line 1
  BOOST_TEST(place(*list.items[0]) == "3:5-16");
  BOOST_TEST(place(*list.items[1]->items[1]) == "4:8-11");
  BOOST_TEST(place(*list.items[2]) == "5:8-16");
  BOOST_TEST(place(*list.items[3]) == "6:5-7");
  BOOST_TEST(list.items[3]->text == "anchored");
  BOOST_TEST(place(*tree.root()->Find("empty")) == "7:1-6");
  BOOST_TEST((tree.root()->Find("empty")->kind == YamlNode::kNull));
  BOOST_TEST(place(*tree.root()->Find("next")->Find("a")->items[0]) == "8:12-13");
}

BOOST_AUTO_TEST_CASE(random_damage_never_crashes_and_always_has_a_place) {
  const std::string good = "apiVersion: rules/v1\nrules:\n  - alert: A\n    kind: threshold\n    watch: {metric: x, by: [team], where: {a: [b, 'c'], d: {not: \"e*\"}}}\n    when: {above: 5 MB}\n    summary: \"${team} ${value | money}\"\n    description: |\n      text\n";
  const std::string pieces[] = {"[", "]", "{", "}", ":", "- ", "\"", "'", "|", ">", "&a ", "*a", "#", "\t", "\n", ",", "%", "@", "!", "? ", "<<: ", "\xC2\xA0", "\xE2\x80\x9C", "${", "$$", "\x01", "\xFF", "~", "---\n", "1e9"};
  const unsigned seed = 20261124;
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string text = good;
    for (unsigned change = random() % 4 + 1; change > 0; --change) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) text.erase(at, random() % 5 + 1);
      else text.insert(at, pieces[random() % std::size(pieces)]);
      if (text.empty()) text = "x";
    }
    const SourceFile file{"a.yaml", text};
    const LoadedRules loaded = LoadRules({&file, 1});
    const bool told = HasErrors(loaded.diagnostics);
    BOOST_TEST(loaded.rejected.empty() == !told, "seed " << seed << " round " << round);
    for (const Diagnostic& d : loaded.diagnostics) BOOST_TEST((d.mark.line >= 1 && d.mark.column >= 1 && d.mark.end_column > d.mark.column && !d.message.empty()), "seed " << seed << " round " << round);
    BOOST_TEST(!RenderDiagnostics(loaded.diagnostics, {&file, 1}, true).empty() == !loaded.diagnostics.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
