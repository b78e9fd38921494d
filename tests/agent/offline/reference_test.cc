// The tables of rules/README.md are made from the option tables.
// NEPHOSCOPE_WRITE_EXPECTED=1 writes them; read the difference before you keep it.
#include "agent/offline/reference.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/engine/kind.h"
#include "tests/paths.h"

using namespace nephoscope;

namespace {

const std::string kReadme = SourceDir() + "/rules/README.md";

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// What stands between the comment below this heading and the next `<!-- end -->`.
std::string Between(const std::string& text, const std::string& heading, std::size_t& begin, std::size_t& end) {
  begin = text.find("-->\n", text.find("\n## " + heading + "\n")) + 4;
  end = text.find("<!-- end -->", begin);
  BOOST_REQUIRE(end != std::string::npos);
  return text.substr(begin, end - begin);
}

void Check(const std::string& heading, const std::string& want) {
  std::string text = ReadAll(kReadme);
  std::size_t begin = 0, end = 0;
  const std::string found = Between(text, heading, begin, end);
  if (std::getenv("NEPHOSCOPE_WRITE_EXPECTED") != nullptr) {
    text.replace(begin, end - begin, want);
    std::ofstream(kReadme, std::ios::binary) << text;
  }
  BOOST_TEST((found == want), "the section " << heading << " of rules/README.md is not what the tables say now");
}

// Help is wrapped to the width of a terminal.
std::string Unwrapped(const std::string& text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty()), " ");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference_test)

BOOST_AUTO_TEST_CASE(the_options_in_the_readme_are_those_of_the_tables) { Check("Options", "\n" + FolderReference("rules")); }

BOOST_AUTO_TEST_CASE(the_codes_in_the_readme_are_those_of_the_reader) { Check("Codes", "\n" + CodesAsMarkdown() + "\n"); }

BOOST_AUTO_TEST_CASE(help_knows_every_kind_and_what_all_rules_share) {
  for (const RuleKind* kind : AllKinds())
    BOOST_TEST(absl::StrContains(Unwrapped(PartReference(kind->name())), kind->sentence()), kind->name());
  BOOST_TEST(absl::StrContains(PartReference("rule"), "keep_firing_for (duration, default 0s)"));
  BOOST_TEST(absl::StrContains(PartReference("settings"), "currency.base"));
  BOOST_TEST(PartReference("nothing") == "");
}

BOOST_AUTO_TEST_SUITE_END()
