#include <boost/test/unit_test.hpp>

#include "rules/language/language.h"

using namespace nephoscope;

namespace {

const Option kFocusOptions[] = {{.name = "files", .type = OptionType::kTextList, .sentence = "Bills.", .example = "[bill.csv]", .required = true},
                                {.name = "every", .type = OptionType::kDuration, .sentence = "How often.", .default_text = "1h"}};
const OptionTable kFocus = {"focus", "Bills.", kFocusOptions};
const Option kNoOptions[] = {{}};
const OptionTable kStdout = {"stdout", "Prints.", absl::Span<const Option>(kNoOptions, 0)};
const Option kPartOptions[] = {{.name = "focus", .type = OptionType::kMap, .sentence = "Bills.", .fields = &kFocus}, {.name = "stdout", .type = OptionType::kMap, .sentence = "Prints.", .fields = &kStdout}};
const OptionTable kParts = {"part", "Parts.", kPartOptions};
const Option kAgentOptions[] = {{.name = "name", .type = OptionType::kText, .sentence = "Name.", .default_text = "nephoscope"},
                                {.name = "parts", .type = OptionType::kMapList, .sentence = "Parts.", .fields = &kParts}};
const OptionTable kAgent = {"agent", "The agent.", kAgentOptions};

LoadedOptions Load(const std::string& text, Expand expand = nullptr) { return LoadOptions({"agent.yaml", text}, kAgent, expand); }

std::string Codes(const LoadedOptions& loaded) {
  std::string out;
  for (const Diagnostic& d : loaded.diagnostics) out += (out.empty() ? "" : " ") + d.code + ":" + std::to_string(d.mark.line) + ":" + std::to_string(d.mark.column);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(load_options_test)

BOOST_AUTO_TEST_CASE(parts_say_which_they_are_and_may_be_empty) {
  const LoadedOptions got = Load("name: eu-1\nparts:\n  - focus: {files: [a.csv, b.csv]}\n  - stdout: {}\n  - stdout:\n");
  BOOST_TEST(Codes(got) == "");
  BOOST_TEST(got.values.Text("name") == "eu-1");
  const auto& parts = got.values.MapList("parts");
  BOOST_REQUIRE(parts.size() == 3u);
  BOOST_TEST(parts[0].Given("focus"));
  BOOST_TEST(!parts[0].Given("stdout"));
  BOOST_TEST(parts[0].Map("focus").TextList("files").size() == 2u);
  BOOST_TEST((parts[0].Map("focus").Duration("every") == absl::Hours(1)));
  BOOST_TEST(parts[1].Given("stdout"));
  BOOST_TEST(parts[2].Given("stdout"));
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_all_defaults) {
  for (const char* text : {"", "# only words\n", "---\n"}) BOOST_TEST_CONTEXT(text) {
      const LoadedOptions got = Load(text);
      BOOST_TEST(Codes(got) == "");
      BOOST_TEST(got.values.Text("name") == "nephoscope");
    }
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_at_their_place) {
  const struct { const char *text, *codes; } rows[] = {
      {"nmae: x\n", "R102:1:1"},
      {"parts:\n  - focus: {}\n", "R103:2:12"},
      {"parts:\n  - fokus: {files: [a]}\n", "R102:2:5"},
      {"parts:\n  - stdout\n", "R104:2:5"},
      {"parts: {stdout: {}}\n", "R104:1:8"},
      {"- name: x\n", "R104:1:1"},
      {"name: ${A}\n", ""},  // without an environment it is text
      {"name: [\n", "R020:1:7"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) { BOOST_TEST(Codes(Load(row.text)) == row.codes); }
}

BOOST_AUTO_TEST_CASE(references_reach_into_parts) {
  const Expand expand = [](absl::string_view name, std::string& value) { return value = "v", name == "A"; };
  const LoadedOptions got = Load("parts:\n  - focus: {files: [\"${A}/x\", \"${B:-y}\"]}\n", expand);
  BOOST_TEST(Codes(got) == "");
  BOOST_TEST((got.values.MapList("parts").at(0).Map("focus").TextList("files") == std::vector<std::string>{"v/x", "y"}));
  BOOST_TEST(Codes(Load("name: ${B}\n", expand)) == "A001:1:7");
}

BOOST_AUTO_TEST_SUITE_END()
