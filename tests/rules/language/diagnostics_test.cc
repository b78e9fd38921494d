// Every file of tests/diagnostics that a rule author could have got wrong, and what is said to it.
// NEPHOSCOPE_WRITE_EXPECTED=1 writes what is said now; read the difference before you keep it.
#include "rules/language/language.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "rules/language/tables/codes.h"
#include "rules/language/checks/lint.h"
#include "rules/language/source_text.h"
#include "absl/strings/match.h"
#include "tests/paths.h"

using namespace nephoscope;
namespace fs = std::filesystem;

namespace {

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<fs::path> Corpus() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(fs::path(SourceDir()) / "tests/diagnostics"))
    if (entry.path().extension() == ".yaml") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// What is said to a file, by its name alone; to those of lints as on one day.
LoadedRules Load(const fs::path& path, SourceFile& file) {
  file = {path.filename().string(), ReadAll(path)};
  LoadedRules out = LoadRules({&file, 1});
  if (file.path.rfind("lint_", 0) == 0)
    for (Diagnostic& one : LintRules(*out.rules, {&file, 1}, absl::CivilDay(2026, 8, 1))) out.diagnostics.push_back(std::move(one));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(diagnostics_test)

BOOST_AUTO_TEST_CASE(each_bad_file_is_answered_as_expected) {
  const bool write = std::getenv("NEPHOSCOPE_WRITE_EXPECTED") != nullptr;
  int files = 0;
  for (const fs::path& path : Corpus()) {
    SourceFile file;
    const LoadedRules loaded = Load(path, file);
    const std::string said = RenderDiagnostics(loaded.diagnostics, {&file, 1}, false);
    fs::path expected = path;
    expected.replace_extension(".expected");
    if (write) std::ofstream(expected, std::ios::binary) << said;
    BOOST_TEST_CONTEXT(path.filename().string()) { BOOST_TEST(said == ReadAll(expected)); }
    ++files;
  }
  BOOST_TEST(files >= 100);
}

BOOST_AUTO_TEST_CASE(no_bad_file_is_accepted_without_a_word_and_none_with_an_error_gives_rules) {
  for (const fs::path& path : Corpus()) BOOST_TEST_CONTEXT(path.filename().string()) {
      SourceFile file;
      const LoadedRules loaded = Load(path, file);
      BOOST_TEST(!loaded.diagnostics.empty());
      BOOST_TEST(loaded.rejected.size() == (HasErrors(loaded.diagnostics) ? 1u : 0u));
      if (HasErrors(loaded.diagnostics)) BOOST_TEST(loaded.rules->rules.empty());
    }
}

BOOST_AUTO_TEST_CASE(each_place_lies_in_its_file_and_each_code_is_explained) {
  for (const fs::path& path : Corpus()) BOOST_TEST_CONTEXT(path.filename().string()) {
      SourceFile file;
      const LoadedRules loaded = Load(path, file);
      const auto lines = std::count(file.text.begin(), file.text.end(), '\n') + 1;
      for (const Diagnostic& d : loaded.diagnostics) {
        BOOST_TEST(d.mark.line >= 1);
        BOOST_TEST(d.mark.line <= lines);
        BOOST_TEST(d.mark.column >= 1);
        BOOST_TEST(d.mark.end_column > d.mark.column);
        BOOST_TEST((HelpFor(d.code) != nullptr), d.code);
      }
    }
}

BOOST_AUTO_TEST_CASE(of_two_readings_none_is_offered_to_editors) {
  for (const char* name : {"percent_share", "url_without_scheme", "bytes_bare", "seconds_bare",
                           "rate_bare", "throughput_bare", "zone_abbreviation"})
    BOOST_TEST_CONTEXT(name) {
      SourceFile file;
      const fs::path path = fs::path(SourceDir()) / "tests/diagnostics" / (std::string(name) + ".yaml");
      const LoadedRules loaded = Load(path, file);
      BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
      BOOST_TEST(absl::StrContains(loaded.diagnostics[0].caret_text, "or "), loaded.diagnostics[0].caret_text);
      BOOST_TEST(!loaded.diagnostics[0].suggestion.has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_suggestion_put_in_place_of_a_misspelt_word_mends_the_file) {
  // One slip per file, and a suggestion that stands for exactly the marked text.
  for (const char* name : {"key_typo", "key_typo_nested", "kind_typo", "choice_typo", "level_typo", "kind_key_typo", "duration_case", "percent_bare",
                           "unit_case", "money_bare", "money_currency_typo", "money_currency_lower", "money_currency_first", "money_sign",
                           "money_rate", "id_bad", "matcher_word_typo", "choice_synonym", "hint_bracket_text", "hint_star",
                           "hint_at_sign", "hint_backtick", "hint_percent_first", "hint_greater_sign", "api_version_typo", "settings_base", "dollar_not_base", "metric_typo", "metric_provider_typo", "metric_of_azure_typo", "bytes_bare_large", "charges_bare", "label_by_typo", "label_where_typo", "label_by_short"})
    BOOST_TEST_CONTEXT(name) {
      SourceFile file;
      const LoadedRules loaded = Load(fs::path(SourceDir()) / "tests/diagnostics" / (std::string(name) + ".yaml"), file);
      BOOST_REQUIRE(loaded.diagnostics.size() == 1u);
      const Diagnostic& d = loaded.diagnostics[0];
      BOOST_REQUIRE(d.suggestion.has_value());
      std::size_t line = 0;
      for (int i = 1; i < d.mark.line; ++i) line = file.text.find('\n', line) + 1;
      // Columns count characters; the corpus of this test has none of more than one byte before the mark.
      const std::size_t begin = line + static_cast<std::size_t>(d.mark.column - 1);
      std::size_t end = begin;
      for (int left = d.mark.end_column - d.mark.column; left > 0; --left)
        do ++end; while (end < file.text.size() && (file.text[end] & 0xC0) == 0x80);
      file.text.replace(begin, end - begin, *d.suggestion);
      const LoadedRules mended = LoadRules({&file, 1});
      BOOST_TEST(mended.rejected.empty(), file.text << RenderDiagnostics(mended.diagnostics, {&file, 1}, false));
    }
}

// Of the whole corpus: what is put in place is taken, and leaves nothing wrong that was not wrong before.
BOOST_AUTO_TEST_CASE(each_suggestion_is_itself_accepted) {
  int put = 0;
  for (const fs::path& path : Corpus()) {
    SourceFile file;
    const LoadedRules loaded = Load(path, file);
    const SourceText source(file.text);
    for (const Diagnostic& d : loaded.diagnostics) {
      if (!d.suggestion || d.file != file.path) continue;
      const std::size_t begin = source.OffsetOf(d.mark.line, d.mark.column), end = source.OffsetOf(d.mark.line, d.mark.end_column);
      const SourceFile mended = {file.path, file.text.substr(0, begin) + *d.suggestion + file.text.substr(end)};
      const LoadedRules again = LoadRules({&mended, 1});
      const bool still = std::any_of(again.diagnostics.begin(), again.diagnostics.end(), [&](const Diagnostic& other) { return other.mark.line == d.mark.line && other.message == d.message; });
      BOOST_TEST(!still, mended.text << RenderDiagnostics(again.diagnostics, {&mended, 1}, false));
      // Behind what is no YAML at all, the rest is read for the first time.
      const bool hidden = d.code < std::string("R100") && loaded.diagnostics.size() == 1;
      BOOST_TEST((hidden || again.diagnostics.size() < loaded.diagnostics.size()), mended.text << RenderDiagnostics(again.diagnostics, {&mended, 1}, false));
      ++put;
    }
  }
  BOOST_TEST(put >= 100);
}

BOOST_AUTO_TEST_CASE(every_code_in_the_sources_is_explained_and_every_explanation_is_used) {
  std::set<std::string> used;
  for (const char* folder : {"rules/language", "rules/kinds", "rules/expr", "agent"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(SourceDir()) / folder)) {
      if (entry.path().extension() != ".cc" || entry.path().filename() == "codes.cc" || entry.path().filename() == "code_examples.cc") continue;
      const std::string text = ReadAll(entry.path());
      for (std::size_t at = text.find('"'); at != std::string::npos; at = text.find('"', at + 1)) {
        const std::string code = text.substr(at + 1, 4);
        const bool is_code = code.size() == 4 && (code[0] == 'R' || code[0] == 'A' || code[0] == 'L') && std::all_of(code.begin() + 1, code.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (is_code && text.compare(at + 5, 1, "\"") == 0) used.insert(code);
      }
    }
  BOOST_TEST(used.size() > 50u);
  for (const std::string& code : used) BOOST_TEST((HelpFor(code) != nullptr), code << " is not explained");
  for (const CodeHelp& one : AllCodes()) BOOST_TEST(used.count(one.code) == 1u, one.code << " is explained, but nothing says it");
  BOOST_TEST((HelpFor("R999") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
