#include "rules/language/tables/code_examples.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "rules/language/tables/codes.h"
#include "rules/language/language.h"
#include "rules/language/checks/lint.h"

using namespace nephoscope;

namespace {

std::vector<Diagnostic> Said(const CodeExample& example, const char* text) {
  const SourceFile file{"example.yaml", example.of == CodeExample::Of::kRule ? ExampleRuleFile(text) : text};
  const LoadedRules loaded = LoadRules({&file, 1});
  std::vector<Diagnostic> out = loaded.diagnostics;
  for (Diagnostic& one : LintRules(*loaded.rules, {&file, 1}, absl::CivilDay(2026, 1, 5))) out.push_back(std::move(one));
  return out;
}

std::string Rendered(const CodeExample& example, const char* text) {
  const SourceFile file{"example.yaml", example.of == CodeExample::Of::kRule ? ExampleRuleFile(text) : text};
  return file.text + RenderDiagnostics(Said(example, text), {&file, 1}, false);
}

bool IsOfRules(const CodeExample& example) { return example.of == CodeExample::Of::kRule || example.of == CodeExample::Of::kFile; }

}  // namespace

BOOST_AUTO_TEST_SUITE(code_examples_test)

BOOST_AUTO_TEST_CASE(each_code_has_one_example_and_each_example_a_code) {
  std::set<std::string> seen;
  for (const CodeExample& one : AllCodeExamples()) {
    BOOST_TEST(seen.insert(one.code).second, one.code);
    BOOST_TEST((HelpFor(one.code) != nullptr), one.code);
  }
  for (const CodeHelp& one : AllCodes()) BOOST_TEST((ExampleFor(one.code) != nullptr), one.code << " has no example in code_examples.cc");
  BOOST_TEST((ExampleFor("R999") == nullptr));
}

BOOST_AUTO_TEST_CASE(each_wrong_example_gets_its_code) {
  for (const CodeExample& one : AllCodeExamples()) BOOST_TEST_CONTEXT(one.code) {
      if (!IsOfRules(one)) continue;
      std::set<std::string> codes;
      for (const Diagnostic& d : Said(one, one.bad)) codes.insert(d.code);
      BOOST_TEST(codes.count(one.code) == 1u, Rendered(one, one.bad));
    }
}

BOOST_AUTO_TEST_CASE(each_right_example_is_right) {
  for (const CodeExample& one : AllCodeExamples()) BOOST_TEST_CONTEXT(one.code) {
      if (!IsOfRules(one)) continue;
      BOOST_TEST(!HasErrors(Said(one, one.good)), Rendered(one, one.good));
      for (const Diagnostic& d : Said(one, one.good)) BOOST_TEST(d.code != one.code);
    }
}

BOOST_AUTO_TEST_CASE(few_are_told_in_words_alone) {
  int words = 0;
  for (const CodeExample& one : AllCodeExamples()) words += one.of == CodeExample::Of::kWords;
  BOOST_TEST(words <= 9);
}

BOOST_AUTO_TEST_SUITE_END()
