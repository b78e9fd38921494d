// Good files, each broken once at random as people break them: is the answer about the right line, the right column, with the right word?
// NEPHOSCOPE_MUTANTS_SEED repeats a run; NEPHOSCOPE_MUTANTS_SHOW=1 prints what was answered wrongly.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/engine/kind.h"
#include "rules/language/language.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/source_text.h"
#include "tests/paths.h"

using namespace nephoscope;
namespace fs = std::filesystem;

namespace {

constexpr int kMutants = 2000;

// A word of a good file that may be broken: bytes [begin, end) of its line.
struct Word {
  enum Kind { kKey, kChoice, kCurrency, kTemplate } kind;
  int line;  // from 0
  std::size_t begin, end;
};

struct GoodFile {
  std::string name;
  std::vector<std::string> lines;
  std::vector<Word> words;
};

struct Mutant {
  std::string what;
  std::string text;
  int line = 0;                     // from 1: where the slip is
  std::size_t begin = 0, end = 0;   // columns from 1 that are right
  std::string suggestion;           // empty: none is asked for
};

void Collect(const OptionTable& table, std::set<std::string>& keys, std::set<std::string>& choices, int depth = 0) {
  for (const Option& option : table.options) {
    keys.insert(option.name);
    if (option.name != std::string("by")) choices.insert(option.choices.begin(), option.choices.end());
    if (option.fields != nullptr && depth < 6) Collect(*option.fields, keys, choices, depth + 1);
  }
}

struct Vocabulary {
  std::set<std::string> keys, choices;
  Vocabulary() {
    Collect(CommonRuleOptions(), keys, choices);
    Collect(WatchOptions(), keys, choices);
    for (const RuleKind* kind : AllKinds()) {
      Collect(kind->options(), keys, choices);
      Collect(kind->condition(), keys, choices);
      Collect(kind->recover(), keys, choices);
      choices.insert(kind->name());
    }
    keys.insert({"when", "levels", "severity", "recover"});
  }
};

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Keys below these are the author's own words.
bool IsFree(const std::string& parent) {
  static const std::set<std::string> free = {"where", "leave_out", "amounts", "labels", "annotations", "rates", "allowed", "pattern", "same_as", "tests", "not"};
  return free.count(parent) != 0;
}

// Finds the words of one file that belong to the language.
class WordFinder {
 public:
  WordFinder(const Vocabulary& vocabulary, GoodFile& file) : vocabulary_(vocabulary), file_(file) {}

  void Run() {
    for (int i = 0; i < static_cast<int>(file_.lines.size()); ++i) Line(i, file_.lines[i]);
  }

 private:
  void Line(int number, const std::string& line) {
    std::size_t at = line.find_first_not_of(' ');
    if (at == std::string::npos || line[at] == '#') return;
    if (line.compare(at, 2, "- ") == 0) at += 2;
    while (!parents_.empty() && parents_.back().first >= at) parents_.pop_back();
    const std::string parent = parents_.empty() ? "" : parents_.back().second;
    bool free = std::any_of(parents_.begin(), parents_.end(), [](const auto& one) { return IsFree(one.second); });
    std::size_t end = at;
    while (end < line.size() && IsWordByte(line[end])) ++end;
    if (end > at && end < line.size() && line[end] == ':') {
      const std::string key = line.substr(at, end - at);
      if (!free && vocabulary_.keys.count(key) != 0) file_.words.push_back({Word::kKey, number, at, end});
      parents_.emplace_back(at, key);
      free = free || IsFree(key) || key == "alert" || key == "tests";
      Value(number, line, end + 1, key, free);
    }
  }

  void Value(int number, const std::string& line, std::size_t from, const std::string& key, bool free) {
    std::vector<std::string> open = {key};
    std::string last = key;
    const std::size_t comment = line.find(" #");
    const std::size_t stop = comment == std::string::npos ? line.size() : comment;
    for (std::size_t at = from; at < stop;) {
      if (line.compare(at, 2, "${") == 0) {
        const std::size_t end = line.find_first_of("}|", at);
        if (end == std::string::npos) return;
        file_.words.push_back({Word::kTemplate, number, at + 2, std::min(end, line.find(' ', at) == std::string::npos ? end : std::min(end, line.find(' ', at)))});
        at = line.find('}', at) + 1;
        continue;
      }
      if (line[at] == '{') open.push_back(last);
      if (line[at] == '}' && open.size() > 1) open.pop_back();
      if (!IsWordByte(line[at])) { ++at; continue; }
      std::size_t end = at;
      while (end < stop && IsWordByte(line[end])) ++end;
      const std::string word = line.substr(at, end - at);
      const bool in_free = free || std::any_of(open.begin(), open.end(), IsFree);
      const bool is_key = open.size() > 1 && line.compare(end, 2, ": ") == 0;
      if (is_key) last = word;
      if (is_key && !in_free && vocabulary_.keys.count(word) != 0) file_.words.push_back({Word::kKey, number, at, end});
      const bool prose = key == "summary" || key == "description" || key == "runbook" || key == "alert" || key == "id";
      if (!is_key && !in_free && !prose && vocabulary_.choices.count(word) != 0 && (line[at - 1] == ' ' || line[at - 1] == '[')) file_.words.push_back({Word::kChoice, number, at, end});
      if (word == "USD" && !prose) file_.words.push_back({Word::kCurrency, number, at, end});
      at = end;
    }
  }

  const Vocabulary& vocabulary_;
  GoodFile& file_;
  std::vector<std::pair<std::size_t, std::string>> parents_;  // column, key
};

std::vector<GoodFile> GoodFiles() {
  static const Vocabulary vocabulary;
  std::vector<GoodFile> out;
  const auto add = [&](const std::string& name, const std::string& text) {
    const SourceFile source = {name, text};
    const LoadedRules loaded = LoadRules({&source, 1});
    BOOST_REQUIRE_MESSAGE(loaded.rejected.empty(), RenderDiagnostics(loaded.diagnostics, {&source, 1}, false));
    GoodFile file = {name, absl::StrSplit(text, '\n'), {}};
    WordFinder(vocabulary, file).Run();
    out.push_back(std::move(file));
  };
  for (const RuleKind* kind : AllKinds()) {
    std::string text = "apiVersion: rules/v1\nrules:\n";
    for (absl::string_view line : absl::StrSplit(kind->example(), '\n')) absl::StrAppend(&text, line.empty() ? "" : "  ", line, "\n");
    add(kind->name(), text);
  }
  for (const char* folder : {"deploy/starter/rules", "rules/packs"}) {
    const fs::path path = fs::path(SourceDir()) / folder;
    if (!fs::exists(path)) continue;
    std::vector<fs::path> files(fs::directory_iterator(path), {});
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if ((file.extension() != ".yaml" && file.extension() != ".yml") || IsTestFile(file.string())) continue;
      std::ifstream in(file);
      std::ostringstream text;
      text << in.rdbuf();
      if (!absl::StrContains(text.str(), "\nrules:")) continue;  // settings
      add(file.filename().string(), text.str());
    }
  }
  return out;
}

class Breaker {
 public:
  Breaker(const std::vector<GoodFile>& files, unsigned seed) : files_(files), random_(seed) {}

  // nullopt: this file has nothing that can be broken in the chosen way.
  std::optional<Mutant> One() {
    file_ = &files_[Below(files_.size())];
    lines_ = file_->lines;
    switch (Below(11)) {
      case 0: case 1: case 2: return Misspell(Word::kKey, "typo in a key");
      case 3: return Misspell(Word::kChoice, "typo in a value");
      case 4: return Misspell(Word::kCurrency, "typo in a currency");
      case 5: return Misspell(Word::kTemplate, "typo in a template");
      case 6: return LoseColon();
      case 7: return LoseSpace();
      case 8: return LoseMark();
      case 9: return StrangeSpace();
      default: return Twice();
    }
  }

 private:
  std::size_t Below(std::size_t n) { return random_() % n; }

  Mutant Done(std::string what, int line, std::size_t begin, std::size_t end, std::string suggestion = "") {
    return {absl::StrCat(what, " in ", file_->name), absl::StrJoin(lines_, "\n"), line + 1, begin + 1, end + 1, std::move(suggestion)};
  }

  std::string Slip(const std::string& word) {
    std::string out = word;
    const std::size_t at = Below(word.size());
    switch (Below(4)) {
      case 0: out.erase(at, 1); break;
      case 1: out.insert(at, 1, static_cast<char>('a' + Below(26))); break;
      case 2: out[at] = absl::ascii_isupper(out[at]) ? static_cast<char>('A' + Below(26)) : static_cast<char>('a' + Below(26)); break;
      default: if (at + 1 < out.size()) std::swap(out[at], out[at + 1]);
    }
    return out;
  }

  std::optional<Mutant> Misspell(Word::Kind kind, const char* what) {
    std::vector<Word> words;
    for (const Word& word : file_->words)
      if (word.kind == kind && word.end - word.begin >= 3) words.push_back(word);
    if (words.empty()) return std::nullopt;
    const Word word = words[Below(words.size())];
    const std::string right = lines_[word.line].substr(word.begin, word.end - word.begin);
    const std::string wrong = Slip(right);
    static const Vocabulary vocabulary;
    const bool still_right = wrong == right || wrong.size() < 2 || !absl::ascii_isalpha(wrong[0]) || vocabulary.keys.count(wrong) != 0 || vocabulary.choices.count(wrong) != 0 ||
                             (kind == Word::kCurrency && IsCurrency(wrong));
    if (still_right) return std::nullopt;
    lines_[word.line].replace(word.begin, word.end - word.begin, wrong);
    const std::size_t before = kind == Word::kTemplate ? 2 : kind == Word::kCurrency ? 24 : 0;  // an amount and a ${...} are told whole
    return Done(what, word.line, word.begin - std::min(before, word.begin), word.begin + wrong.size(), right);
  }

  static bool IsCurrency(const std::string& code) { return Currency::Parse(code).ok(); }

  // A line with a key and a value on it.
  std::optional<Word> KeyWithValue(bool scalar) {
    std::vector<Word> words;
    for (const Word& word : file_->words) {
      const std::string& line = lines_[word.line];
      const bool first = line.find_first_not_of(" -") == word.begin;
      if (word.kind != Word::kKey || !first || word.end + 2 >= line.size() || line[word.end] != ':' || line[word.end + 1] != ' ') continue;
      const char value = line[word.end + 2];
      if (value == '#' || value == '|' || (scalar && (value == '{' || value == '['))) continue;
      words.push_back(word);
    }
    if (words.empty()) return std::nullopt;
    return words[Below(words.size())];
  }

  std::optional<Mutant> LoseColon() {
    const std::optional<Word> word = KeyWithValue(false);
    if (!word) return std::nullopt;
    lines_[word->line].erase(word->end, 1);
    return Done("lost colon", word->line, word->begin, lines_[word->line].size());
  }

  std::optional<Mutant> LoseSpace() {
    const std::optional<Word> word = KeyWithValue(false);
    if (!word) return std::nullopt;
    std::string& line = lines_[word->line];
    line.erase(word->end + 1, line.find_first_not_of(' ', word->end + 1) - word->end - 1);
    return Done("lost space", word->line, word->begin, lines_[word->line].size());
  }

  // A quote or bracket is gone.
  std::optional<Mutant> LoseMark() {
    std::vector<std::pair<int, std::size_t>> places;
    for (int i = 0; i < static_cast<int>(lines_.size()); ++i) {
      const std::size_t comment = std::min(lines_[i].find(" #"), lines_[i].find_first_not_of(' ') != std::string::npos && lines_[i][lines_[i].find_first_not_of(' ')] == '#' ? 0 : std::string::npos);
      bool quoted = false;  // brackets in there are text
      for (std::size_t at = 0; at < std::min(lines_[i].size(), comment); ++at) {
        quoted ^= lines_[i][at] == '"';
        const absl::string_view marks = quoted ? "\"" : "{}[]\"";
        if (marks.find(lines_[i][at]) != absl::string_view::npos && lines_[i].find("${") == std::string::npos) places.emplace_back(i, at);
      }
    }
    if (places.empty()) return std::nullopt;
    const auto [line, at] = places[Below(places.size())];
    const std::string mark = lines_[line].substr(at, 1);
    lines_[line].erase(at, 1);
    return Done("lost " + mark, line, 0, lines_[line].size());
  }

  std::optional<Mutant> StrangeSpace() {
    const std::optional<Word> word = KeyWithValue(true);
    if (!word) return std::nullopt;
    std::string& line = lines_[word->line];
    if (Below(2) == 0) {
      line.replace(word->end + 1, 1, "\xC2\xA0");
      return Done("no-break space", word->line, word->begin, line.size());
    }
    if (Below(3) == 0 && line[word->end + 2] != '"' && line.find(" #") == std::string::npos) {
      line.insert(word->end + 2, "\xE2\x80\x9C");
      line += "\xE2\x80\x9D";
      return Done("curly quotes", word->line, word->begin, line.size());
    }
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == 0 || line[indent] == '-') return std::nullopt;
    line.replace(0, indent, "\t");
    return Done("tab", word->line, 0, line.size());
  }

  std::optional<Mutant> Twice() {
    const std::optional<Word> word = KeyWithValue(true);
    if (!word || lines_[word->line].find("- ") != std::string::npos) return std::nullopt;
    lines_.insert(lines_.begin() + word->line + 1, lines_[word->line]);
    return Done("twice", word->line + 1, word->begin, word->end);
  }

  const std::vector<GoodFile>& files_;
  const GoodFile* file_ = nullptr;
  std::vector<std::string> lines_;
  std::mt19937 random_;
};

struct Score {
  int all = 0, accepted = 0, line = 0, column = 0, asked = 0, suggested = 0, once = 0, offered = 0, taken = 0;
};

// Whether the file is without errors at that place once an editor has put the suggestion in.
bool IsTaken(const std::string& text, const Diagnostic& told) {
  const SourceText source(text);
  const std::size_t begin = source.OffsetOf(told.mark.line, told.mark.column),
                    end = source.OffsetOf(told.mark.line, told.mark.end_column);
  const SourceFile mended = {"a.yaml", text.substr(0, begin) + *told.suggestion + text.substr(end)};
  const std::vector<Diagnostic> again = LoadRules({&mended, 1}).diagnostics;
  return std::none_of(again.begin(), again.end(), [&](const Diagnostic& one) {
    return one.severity == Diagnostic::Severity::kError && one.mark.line == told.mark.line;
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mutants_test)

BOOST_AUTO_TEST_CASE(a_slip_is_answered_where_it_is_and_with_the_right_word) {
  const char* given = std::getenv("NEPHOSCOPE_MUTANTS_SEED");
  const bool show = std::getenv("NEPHOSCOPE_MUTANTS_SHOW") != nullptr;
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  const std::vector<GoodFile> files = GoodFiles();
  Breaker breaker(files, seed);
  Score total;
  std::map<std::string, Score> by_kind;
  while (total.all < kMutants) {
    const std::optional<Mutant> mutant = breaker.One();
    if (!mutant) continue;
    const SourceFile file = {"a.yaml", mutant->text};
    const LoadedRules loaded = LoadRules({&file, 1});
    Score one;
    one.all = 1;
    one.asked = !mutant->suggestion.empty();
    if (loaded.diagnostics.empty()) {
      one.accepted = 1;
    } else {
      const Diagnostic& first = loaded.diagnostics[0];
      const auto column = static_cast<std::size_t>(first.mark.column);
      one.line = first.mark.line == mutant->line;
      one.column = one.line && column >= mutant->begin && column <= mutant->end;
      one.suggested = one.asked && absl::StrContains(absl::StrCat(first.suggestion.value_or(""), " ", first.caret_text), mutant->suggestion);
    }
    one.once = loaded.diagnostics.size() == 1;
    if (!loaded.diagnostics.empty() && loaded.diagnostics[0].suggestion) {
      one.offered = 1;
      one.taken = IsTaken(mutant->text, loaded.diagnostics[0]);
    }
    if (show && (one.accepted || !one.once || one.taken != one.offered || !one.line || !one.column || one.suggested != one.asked))
      std::cerr << "---- " << mutant->what << ", line " << mutant->line << " columns " << mutant->begin << "-" << mutant->end << " wants \"" << mutant->suggestion << "\"\n"
                << absl::StrSplit(mutant->text, '\n').operator std::vector<std::string>()[mutant->line - 1] << "\n" << RenderDiagnostics(loaded.diagnostics, {&file, 1}, false);
    for (Score* score : {&total, &by_kind[mutant->what.substr(0, mutant->what.find(" in "))]}) {
      score->all += one.all, score->accepted += one.accepted, score->line += one.line, score->column += one.column, score->asked += one.asked, score->suggested += one.suggested;
      score->once += one.once, score->offered += one.offered, score->taken += one.taken;
    }
  }
  for (const auto& [what, score] : by_kind)
    BOOST_TEST_MESSAGE(what << ": " << score.all << " broken, " << score.accepted << " accepted, line right " << score.line << ", column right " << score.column << ", suggestion right " << score.suggested
                            << " of " << score.asked << ", told once " << score.once << ", remedy taken " << score.taken << " of " << score.offered);
  BOOST_TEST_CONTEXT("seed " << seed) {
    BOOST_TEST(total.accepted == 0);
    BOOST_TEST(total.line == total.all);
    BOOST_TEST(total.column >= 0.95 * total.all);
    BOOST_TEST(total.suggested >= 0.9 * total.asked);
    BOOST_TEST(total.once == total.all);
    BOOST_TEST(total.taken == total.offered);
  }
}

BOOST_AUTO_TEST_SUITE_END()
