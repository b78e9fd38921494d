#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/file_paths.h"
#include "rules/language/checks/foreign_files.h"
#include "rules/language/checks/label_check.h"
#include "rules/language/language.h"
#include "rules/language/tables/meaning.h"
#include "rules/language/checks/part_check.h"
#include "rules/language/rule_currency.h"
#include "rules/language/rule_items.h"
#include "rules/language/settings_reader.h"
#include "rules/language/tests/test_points.h"
#include "rules/language/tests/test_reader.h"
#include "rules/language/yaml/yaml_halves.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostBytesTogether = std::size_t{64} << 20;

// Does the file set the currency that the amounts of others lean on?
bool SetsCurrency(const SourceFile& file) { return absl::StartsWith(file.text, "currency:") || absl::StrContains(file.text, "\ncurrency:"); }

bool IsOfRules(const SourceFile& file) { return !IsTestFile(file.path) && !IsTableFile(file.path); }

class RuleLoader {
 public:
  RuleLoader(absl::Span<const SourceFile> files, DoBoth both) : files_(files), both_(both), outcomes_(files.size()) {}

  LoadedRules Load() {
    std::size_t bytes = 0;
    for (const SourceFile& file : files_) bytes += file.text.size();
    if (bytes > kMostBytesTogether) return TooMuch(bytes);
    // One file at a time, so that memory holds one tree; those that set the currency first.
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (IsOfRules(files_[i]) && SetsCurrency(files_[i])) LoadFile(i);
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (IsOfRules(files_[i]) && !SetsCurrency(files_[i])) LoadFile(i);
    LookUpNames();
    CheckComposites();
    WarnOfLabelCases();
    LoadTestFiles();
    CheckTests();
    return Together();
  }

 private:
  struct Outcome {
    std::vector<std::shared_ptr<const Rule>> rules;
    std::vector<RuleTest> tests;
    std::vector<Diagnostic> diagnostics;
    bool bad = false;
  };
  struct Place {
    std::string file;
    int line = 0;
  };

  LoadedRules TooMuch(std::size_t bytes) const {
    LoadedRules out;
    out.rules = std::make_shared<RuleSet>();
    Diagnostic told;
    told.code = "R002";
    told.file = files_[0].path;
    told.mark = {1, 1, 2};
    told.message = absl::StrCat("the files have ", bytes, " bytes together; at most 64 MiB are read");
    out.diagnostics.push_back(std::move(told));
    for (const SourceFile& file : files_) out.rejected.push_back(file.path);
    return out;
  }

  void LoadFile(std::size_t index) {
    const SourceText text(files_[index].text);
    DiagnosticSink sink(files_[index].path, text);
    Outcome& outcome = outcomes_[index];
    const YamlTree tree = ReadYaml(sink, both_);
    if (tree.root() != nullptr) {
      ReadRoot(*tree.root(), sink, outcome);
    } else if (sink.errors() == 0) {
      AddEmpty(sink);
    }
    outcome.bad = sink.errors() > 0;
    outcome.diagnostics = sink.Take();
    if (outcome.bad) outcome.rules.clear(), outcome.tests.clear();
  }

  static void AddEmpty(DiagnosticSink& sink) {
    Diagnostic out;
    out.code = "R110";
    out.mark = {1, 1, 2};
    out.message = "the file is empty";
    out.help = "a rule file begins with apiVersion: rules/v1 and holds a list rules:";
    sink.Add(std::move(out));
  }

  void ReadRoot(const YamlNode& root, DiagnosticSink& sink, Outcome& outcome) {
    OptionReader reader(sink, {base_}, nullptr);
    if (root.kind == YamlNode::kNull) return AddEmpty(sink);
    if (TellForeignFile(root, sink)) return;
    if (root.kind != YamlNode::kMap) {
      // A text with a no-break space was told as such.
      if (sink.errors() == 0)
        reader.Add(root, "R104", "a rule file is a map of keys", "write apiVersion: rules/v1, then rules: with a list below", std::nullopt, "");
      return;
    }
    // `rules` is read item by item below.
    YamlNode head = root;
    for (std::size_t i = 0; i + 1 < head.items.size(); i += 2) {
      if (head.items[i]->text != "rules") continue;
      head.items.erase(head.items.begin() + i, head.items.begin() + i + 2);
      break;
    }
    const OptionValues values = reader.Read(head, FileOptions(), "file");
    const FileSettings settings = TakeSettings(root, values, [&](const std::string& name) { return TableBeside(files_, sink.file(), name); }, sink);
    CheckTwice(settings, sink);
    const YamlNode* rules = root.Find("rules");
    if (rules == nullptr && settings.said.empty() && sink.errors() == 0)
      return reader.Add(root, "R110", "the file has no rules and no settings", "write rules: and a list below");
    const Currency base = settings.Says("currency") ? settings.settings.base_currency : base_;
    // Defaults that are wrong are told once, not with every rule.
    const bool right = !values.Given("defaults") || std::holds_alternative<std::shared_ptr<OptionValues>>(values.entries().at("defaults").value);
    const YamlNode* const defaults = right && sink.errors() == 0 ? root.Find("defaults") : nullptr;
    if (rules != nullptr) ReadRules(*rules, base, defaults, sink, outcome);
    if (sink.errors() == 0) Merge(settings, sink.file());
  }

  void ReadRules(const YamlNode& rules, Currency base, const YamlNode* defaults, DiagnosticSink& sink, Outcome& outcome) {
    if (rules.kind != YamlNode::kList) {
      OptionReader(sink, {base}, nullptr).Add(rules, "R104", "\"rules\" takes a list", "write lines that begin with - alert:");
      return;
    }
    for (RuleItem& item : ReadRuleItems(WithoutForeignRules(rules.items, sink), base, defaults, files_, both_, sink)) {
      CheckUnique(item.identity, sink);
      AddToTables(std::move(item.of_tables));
      std::move(item.tests.begin(), item.tests.end(), std::back_inserter(outcome.tests));
      if (item.rule != nullptr) outcome.rules.push_back(std::move(item.rule));
    }
  }

  // Tables are files of their own; what is wrong with one that several tests read is told once.
  void AddToTables(std::vector<Diagnostic> problems) {
    for (Diagnostic& one : problems)
      for (std::size_t i = 0; i < files_.size(); ++i) {
        std::vector<Diagnostic>& told = outcomes_[i].diagnostics;
        const bool again = std::any_of(told.begin(), told.end(), [&](const Diagnostic& other) { return other.mark.line == one.mark.line && other.mark.column == one.mark.column && other.message == one.message; });
        if (files_[i].path == one.file && !again) told.push_back(one), outcomes_[i].bad = outcomes_[i].bad || one.severity == Diagnostic::Severity::kError;
      }
  }

  void CheckUnique(const RuleReader::Identity& identity, DiagnosticSink& sink) {
    if (identity.name.empty()) return;
    const auto add = [&](const char* code, Mark mark, std::string message) {
      Diagnostic out;
      out.code = code;
      out.mark = mark;
      out.message = std::move(message);
      out.caret_text = "give it another";
      sink.Add(std::move(out));
    };
    const auto [name, fresh] = names_.emplace(identity.name, Place{sink.file(), identity.name_mark.line});
    if (!fresh)
      return add("R302", identity.name_mark, absl::StrCat("there is another alert \"", identity.name, "\": ", name->second.file, " line ", name->second.line));
    if (identity.id.empty()) return;
    const auto [id, fresh_id] = ids_.emplace(identity.id, Place{sink.file(), identity.id_mark.line});
    if (!fresh_id) add("R303", identity.id_mark, absl::StrCat("the id \"", identity.id, "\" is taken: ", id->second.file, " line ", id->second.line));
  }

  void CheckTwice(const FileSettings& settings, DiagnosticSink& sink) {
    for (const char* key : SettingsKeys()) {
      const auto earlier = settings_file_.find(key);
      if (!settings.Says(key) || earlier == settings_file_.end()) continue;
      Diagnostic out;
      out.code = "R601";
      out.mark = settings.said.at(key);
      out.message = absl::StrCat(key, " is set in ", earlier->second, " already");
      out.caret_text = "keep it in one file";
      sink.Add(std::move(out));
    }
  }

  void Merge(const FileSettings& from, const std::string& file) {
    for (const char* key : SettingsKeys()) {
      if (!from.Says(key)) continue;
      MergeSettings(key, from, settings_);
      if (key == absl::string_view("calendars")) holidays_ = from.holidays;
      settings_file_[key] = file;
    }
    base_ = settings_.base_currency;
  }

  // Names that rules use of settings, which may stand in a file that is read later.
  void LookUpNames() {
    const auto exchange = std::make_shared<const Exchange>(settings_.base_currency, settings_.rates, settings_.rates_as_of);
    for (std::size_t i = 0; i < files_.size(); ++i) {
      for (std::shared_ptr<const Rule>& rule : outcomes_[i].rules) {
        for (const std::string& before : rule->renamed_from)
          if (const auto taken = ids_.find(before); taken != ids_.end()) AddTo(i, {rule->file, rule->line}, "R303", "renamed_from", absl::StrCat("another rule has the id \"", before, "\": ", taken->second.file, " line ", taken->second.line), {});
        if (rule->calendar) GiveCalendar(i, rule);
        if (TakesHolidays(*rule)) GiveHolidays(rule);
        if (NeedsExchange(*rule, *exchange)) GiveRates(i, exchange, rule);
        for (const auto* used : {&rule->active_time_intervals, &rule->mute_time_intervals}) CheckIntervals(i, {rule->file, rule->line}, *used);
        CheckReceivers(i, *rule);
      }
      if (const auto file = settings_file_.find("route"); file != settings_file_.end() && file->second == files_[i].path)
        for (const auto& [severity, used] : settings_.route.mute_time_intervals) CheckIntervals(i, {file->second, LineOf(file->second, "route:")}, used);
      if (outcomes_[i].bad) outcomes_[i].rules.clear();
      std::stable_sort(outcomes_[i].diagnostics.begin(), outcomes_[i].diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.mark.line < b.mark.line; });
    }
  }

  void CheckIntervals(std::size_t file, const Place& user, const std::vector<std::string>& used) {
    std::vector<std::string> names;
    for (const TimeInterval& interval : settings_.time_intervals) names.push_back(interval.name);
    for (const std::string& name : used)
      if (std::find(names.begin(), names.end(), name) == names.end()) AddTo(file, user, "R607", name, absl::StrCat("there is no time interval \"", name, "\" in time_intervals"), names);
  }

  // owner and account_owner are always there; any other name has to be declared, or the notice would go nowhere that is meant.
  void CheckReceivers(std::size_t file, const Rule& rule) {
    std::vector<std::string> names;
    for (const auto& [name, receiver] : settings_.receivers) names.push_back(name);
    const bool declared = !names.empty();
    if (!declared) names = {"owner", "account_owner"};
    for (const std::string& name : rule.notify) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      AddTo(file, {rule.file, rule.line}, "R607", name,
            declared ? absl::StrCat("there is no receiver \"", name, "\" in receivers")
                     : absl::StrCat("nobody is called \"", name, "\": add receivers: {", name, ": {}} at the beginning of a line, or write owner"), names);
    }
    if (rule.notify.size() > kMostReceivers) AddTo(file, {rule.file, rule.line}, "R609", "notify", absl::StrCat("an alert has ", kMostReceivers, " receivers at most"), {});
  }

  // Of a key at the beginning of a line.
  int LineOf(const std::string& path, const std::string& key) const {
    for (const SourceFile& file : files_)
      if (file.path == path) return SourceText(file.text).LineAt(absl::StartsWith(file.text, key) ? 0 : file.text.find("\n" + key) + 1);
    return 1;
  }

  void GiveCalendar(std::size_t file, std::shared_ptr<const Rule>& rule) {
    std::vector<std::string> names;
    for (const Calendar& calendar : settings_.calendars) names.push_back(calendar.name);
    const auto found = std::find(names.begin(), names.end(), rule->calendar->name);
    if (found == names.end()) return AddTo(file, {rule->file, rule->line}, "R607", rule->calendar->name, absl::StrCat("there is no calendar \"", rule->calendar->name, "\" in calendars"), names);
    auto whole = std::make_shared<Rule>(*rule);
    whole->calendar = settings_.calendars[static_cast<std::size_t>(found - names.begin())];
    whole->revision = Revision(*whole);
    rule = std::move(whole);
  }

  // Its kind knows days off, and it names none.
  static bool TakesHolidays(const Rule& rule) {
    if (rule.kind != "cost_anomaly") return false;
    const OptionValues& anomaly = rule.options.Map("anomaly");
    const auto is_it = [](const auto& entry) { return entry.first == "holidays"; };
    return std::none_of(anomaly.entries().begin(), anomaly.entries().end(), is_it);
  }

  // Of the one calendar that has some; with several, rules name them.
  void GiveHolidays(std::shared_ptr<const Rule>& rule) {
    if (holidays_.size() != 1) return;
    auto whole = std::make_shared<Rule>(*rule);
    auto anomaly = std::make_shared<OptionValues>(whole->options.Map("anomaly"));
    anomaly->Set("holidays", {holidays_.begin()->second, {}, true});
    whole->options.Set("anomaly", {std::move(anomaly), {}, true});
    whole->revision = Revision(*whole);
    rule = std::move(whole);
  }

  void GiveRates(std::size_t file, const std::shared_ptr<const Exchange>& exchange, std::shared_ptr<const Rule>& rule) {
    auto whole = std::make_shared<Rule>(*rule);
    if (const std::optional<Currency> currency = GiveExchange(*whole, exchange)) {
      const std::string code = currency->code(), base = settings_.base_currency.code();
      return AddTo(file, {rule->file, rule->line}, "R610", code, absl::StrCat("there is no rate for ", code, ", so its amounts cannot be compared with others: add rates: {", code, ": ...} to currency, what 1 ", code, " is worth in ", base), {});
    }
    whole->revision = Revision(*whole);
    rule = std::move(whole);
  }

  // `word` stands at or behind a place, and is not what it should be; `names`: what it could be.
  void AddTo(std::size_t file, const Place& user, const char* code, const std::string& word, std::string message, absl::Span<const std::string> names) {
    const std::string nearest = Nearest(word, names);
    Diagnostic out;
    out.code = code;
    out.file = user.file;
    out.mark = PlaceOf(user.file, user.line, word);
    out.message = std::move(message);
    out.caret_text = !nearest.empty() ? absl::StrCat("did you mean \"", nearest, "\"?") : names.empty() ? "" : absl::StrCat("known: ", absl::StrJoin(names, ", "));
    if (!nearest.empty()) out.suggestion = nearest;
    outcomes_[file].bad = true;
    outcomes_[file].diagnostics.push_back(std::move(out));
  }

  // What rules say of each other is known when all are read.
  void CheckComposites() {
    std::vector<std::shared_ptr<const Rule>> rules;
    for (const Outcome& outcome : outcomes_) rules.insert(rules.end(), outcome.rules.begin(), outcome.rules.end());
    std::vector<std::string> names;
    for (const auto& [name, place] : names_) names.push_back(name);
    for (Diagnostic& one : CheckParts(rules, names, files_)) {
      for (std::size_t i = 0; i < files_.size(); ++i) {
        if (files_[i].path != one.file) continue;
        Outcome& outcome = outcomes_[i];
        outcome.bad = true;
        outcome.rules.clear();
        outcome.diagnostics.push_back(std::move(one));
        std::stable_sort(outcome.diagnostics.begin(), outcome.diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) { return a.mark.line < b.mark.line; });
        break;
      }
    }
  }

  void WarnOfLabelCases() {
    std::vector<std::shared_ptr<const Rule>> rules;
    for (const Outcome& outcome : outcomes_) rules.insert(rules.end(), outcome.rules.begin(), outcome.rules.end());
    for (Diagnostic& one : CheckLabelCases(rules, settings_, files_))
      for (std::size_t i = 0; i < files_.size(); ++i)
        if (files_[i].path == one.file) outcomes_[i].diagnostics.push_back(one);
  }

  // They name rules, so they come last.
  void LoadTestFiles() {
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (IsTestFile(files_[i].path)) LoadTestFile(i);
  }

  void LoadTestFile(std::size_t index) {
    const SourceText text(files_[index].text);
    DiagnosticSink sink(files_[index].path, text);
    Outcome& outcome = outcomes_[index];
    const YamlTree tree = YamlTree::Read(sink);
    OptionReader reader(sink, {base_}, nullptr);
    if (tree.root() == nullptr || tree.root()->kind == YamlNode::kNull) {
      if (sink.errors() == 0) AddEmpty(sink);
    } else if (tree.root()->kind != YamlNode::kMap) {
      reader.Add(*tree.root(), "R104", "a test file is a map of keys", "write apiVersion: rules/v1, then rules: and tests: with a list each");
    } else {
      const OptionValues values = reader.Read(*tree.root(), TestFileOptions(), "test file");
      ReadTests(values, RuleFilesOf(files_[index]), sink, outcome);
    }
    outcome.bad = sink.errors() > 0;
    outcome.diagnostics = sink.Take();
    if (outcome.bad) outcome.tests.clear();
  }

  void ReadTests(const OptionValues& values, const std::vector<std::string>& named, DiagnosticSink& sink, Outcome& outcome) {
    if (named.empty()) {
      if (sink.errors() == 0) AddToTestFile(values, "no rule file is named", sink);
      return;
    }
    std::vector<const Rule*> rules;
    std::vector<std::string> read;
    bool whole = true;  // what they test is there and right
    for (std::size_t i = 0; i < named.size(); ++i) {
      const auto found = std::find_if(files_.begin(), files_.end(), [&](const SourceFile& file) { return SamePath(file.path, named[i]); });
      if (found == files_.end()) AddToTestFile(values, absl::StrCat("the file ", named[i], " was not read"), sink);
      const Outcome* of = found == files_.end() ? nullptr : &outcomes_[static_cast<std::size_t>(found - files_.begin())];
      whole = whole && of != nullptr && !of->bad;
      if (of != nullptr) read.push_back(found->path);
      for (std::size_t k = 0; of != nullptr && k < of->rules.size(); ++k) rules.push_back(of->rules[k].get());
    }
    if (!whole) return;
    TestReader tests(sink, {base_}, files_);
    tests.ReadFile(values, rules, std::move(read), outcome.tests);
    AddToTables(tests.TakeTableProblems());
  }

  static void AddToTestFile(const OptionValues& values, std::string message, DiagnosticSink& sink) {
    Diagnostic out;
    out.code = "R506";
    out.mark = values.MarkOf("rules");
    out.message = std::move(message);
    out.caret_text = "name rule files as seen from this file";
    sink.Add(std::move(out));
  }

  // Tests name alerts; of which files, is known when all are read.
  void CheckTests() {
    std::vector<std::string> names;
    for (const auto& [name, place] : names_) names.push_back(name);
    for (Outcome& outcome : outcomes_) {
      for (const RuleTest& test : outcome.tests) {
        CheckAlert(test, test.alert, test.line, names, outcome);
        for (const TestExpectation& one : test.expect) CheckAlert(test, one.alert, one.line, names, outcome);
      }
      if (outcome.bad) outcome.rules.clear(), outcome.tests.clear();
    }
  }

  void CheckAlert(const RuleTest& test, const std::string& alert, int line, absl::Span<const std::string> names, Outcome& outcome) {
    if (alert.empty() || names_.count(alert) != 0) return;
    const std::string nearest = Nearest(alert, names);
    Diagnostic out;
    out.code = "R505";
    out.file = test.file;
    out.mark = PlaceOf(test.file, line, alert);
    out.message = absl::StrCat("there is no alert \"", alert, "\"");
    if (!nearest.empty()) out.suggestion = nearest, out.caret_text = absl::StrCat("did you mean \"", nearest, "\"?");
    outcome.bad = true;
    outcome.diagnostics.push_back(std::move(out));
  }

  // Where `word` stands at or after a line.
  Mark PlaceOf(const std::string& path, int line, const std::string& word) const {
    for (const SourceFile& file : files_) {
      if (file.path != path) continue;
      const SourceText text(file.text);
      const std::size_t from = text.StartOf(line), at = file.text.find(word, from);
      return at == std::string::npos ? text.MarkOf(from, from + 1) : text.MarkOf(at, at + word.size());
    }
    return {line, 1, 2};
  }

  LoadedRules Together() {
    LoadedRules out;
    auto rules = std::make_shared<RuleSet>();
    rules->settings = settings_;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      Outcome& outcome = outcomes_[i];
      out.diagnostics.insert(out.diagnostics.end(), outcome.diagnostics.begin(), outcome.diagnostics.end());
      if (outcome.bad) {
        out.rejected.push_back(files_[i].path);
        continue;
      }
      out.tests.insert(out.tests.end(), std::make_move_iterator(outcome.tests.begin()), std::make_move_iterator(outcome.tests.end()));
      if (!IsOfRules(files_[i])) continue;
      rules->files.push_back(files_[i].path);
      rules->rules.insert(rules->rules.end(), outcome.rules.begin(), outcome.rules.end());
    }
    out.rules = std::move(rules);
    return out;
  }

  absl::Span<const SourceFile> files_;
  const DoBoth both_;
  std::vector<Outcome> outcomes_;
  Currency base_ = Currency::Usd();
  Settings settings_;
  std::map<std::string, std::vector<std::string>> holidays_;  // by calendar
  std::map<std::string, std::string, std::less<>> settings_file_;  // by key: the file that says it
  std::map<std::string, Place> names_, ids_;
};

}  // namespace

LoadedRules LoadRules(absl::Span<const SourceFile> files, DoBoth both) { return RuleLoader(files, both).Load(); }

}  // namespace nephoscope
