#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/language/language.h"
#include "rules/language/part_check.h"
#include "rules/language/rule_reader.h"
#include "rules/language/settings_reader.h"
#include "rules/language/yaml_tree.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostBytesTogether = std::size_t{64} << 20;

// Does the file set the currency that the amounts of others lean on?
bool SetsCurrency(const SourceFile& file) { return absl::StartsWith(file.text, "currency:") || absl::StrContains(file.text, "\ncurrency:"); }

// A version of something that is not ours to read; misspelt versions of ours are told as such.
bool IsForeign(absl::string_view version) { return absl::StrContains(version, '/') && !absl::StrContains(version, "rule") && Nearest(version, std::vector<std::string>{"rules/v1"}).empty(); }

class RuleLoader {
 public:
  explicit RuleLoader(absl::Span<const SourceFile> files) : files_(files), outcomes_(files.size()) {}

  LoadedRules Load() {
    std::size_t bytes = 0;
    for (const SourceFile& file : files_) bytes += file.text.size();
    if (bytes > kMostBytesTogether) return TooMuch(bytes);
    // One file at a time, so that memory holds one tree; those that set the currency first.
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (SetsCurrency(files_[i])) LoadFile(i);
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (!SetsCurrency(files_[i])) LoadFile(i);
    CheckComposites();
    return Together();
  }

 private:
  struct Outcome {
    std::vector<std::shared_ptr<const Rule>> rules;
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
    const YamlTree tree = YamlTree::Read(sink);
    if (tree.root() != nullptr) {
      ReadRoot(*tree.root(), sink, outcome);
    } else if (sink.errors() == 0) {
      AddEmpty(sink);
    }
    outcome.bad = sink.errors() > 0;
    outcome.diagnostics = sink.Take();
    if (outcome.bad) outcome.rules.clear();
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
    if (root.kind != YamlNode::kMap) {
      // A text with a no-break space was told as such.
      if (sink.errors() == 0)
        reader.Add(root, "R104", "a rule file is a map of keys", "write apiVersion: rules/v1, then rules: with a list below", std::nullopt, "");
      return;
    }
    if (const YamlNode* groups = root.Find("groups"); groups != nullptr && root.Find("apiVersion") == nullptr)
      return reader.Add(*root.items[0], "R101", "this is a file of Prometheus rules; they cannot be read as they are", "write each as a rule of kind threshold");
    if (const YamlNode* version = root.Find("apiVersion"); version != nullptr && version->kind == YamlNode::kText && IsForeign(version->text))
      return reader.Add(*version, "R101", absl::StrCat("\"", version->text, "\" is not a file of rules"),
                        absl::StartsWith(version->text, "agent/") ? "this is the agent's configuration" : "rule files begin with apiVersion: rules/v1");
    // `rules` is read item by item below.
    YamlNode head = root;
    for (std::size_t i = 0; i + 1 < head.items.size(); i += 2) {
      if (head.items[i]->text != "rules") continue;
      head.items.erase(head.items.begin() + i, head.items.begin() + i + 2);
      break;
    }
    const OptionValues values = reader.Read(head, FileOptions(), "file");
    const FileSettings settings = TakeSettings(root, values, sink);
    CheckTwice(settings, sink);
    const YamlNode* rules = root.Find("rules");
    if (rules == nullptr && !settings.has_currency && !settings.has_ownership && sink.errors() == 0)
      return reader.Add(root, "R110", "the file has no rules and no settings", "write rules: and a list below");
    const Currency base = settings.has_currency ? settings.settings.base_currency : base_;
    if (rules != nullptr) ReadRules(*rules, base, sink, outcome);
    if (sink.errors() == 0) Merge(settings, sink.file());
  }

  void ReadRules(const YamlNode& rules, Currency base, DiagnosticSink& sink, Outcome& outcome) {
    OptionReader reader(sink, {base}, nullptr);
    if (rules.kind != YamlNode::kList) {
      reader.Add(rules, "R104", "\"rules\" takes a list", "write lines that begin with - alert:");
      return;
    }
    RuleReader rule_reader(reader);
    for (const YamlNode* item : rules.items) {
      std::shared_ptr<Rule> rule = rule_reader.Read(*item);
      CheckUnique(rule_reader.identity(), sink);
      if (rule != nullptr) outcome.rules.push_back(std::move(rule));
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
    const auto check = [&](bool has, const std::string& earlier, Mark mark, const char* what) {
      if (!has || earlier.empty()) return;
      Diagnostic out;
      out.code = "R601";
      out.mark = mark;
      out.message = absl::StrCat(what, " is set in ", earlier, " already");
      out.caret_text = "keep it in one file";
      sink.Add(std::move(out));
    };
    check(settings.has_currency, currency_file_, settings.currency_mark, "currency");
    check(settings.has_ownership, ownership_file_, settings.ownership_mark, "ownership");
  }

  void Merge(const FileSettings& from, const std::string& file) {
    if (from.has_currency) {
      settings_.base_currency = base_ = from.settings.base_currency;
      settings_.rates = from.settings.rates;
      settings_.rates_as_of = from.settings.rates_as_of;
      currency_file_ = file;
    }
    if (from.has_ownership) {
      settings_.owner_tags = from.settings.owner_tags;
      settings_.default_owner = from.settings.default_owner;
      ownership_file_ = file;
    }
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
      rules->files.push_back(files_[i].path);
      rules->rules.insert(rules->rules.end(), outcome.rules.begin(), outcome.rules.end());
    }
    out.rules = std::move(rules);
    return out;
  }

  absl::Span<const SourceFile> files_;
  std::vector<Outcome> outcomes_;
  Currency base_ = Currency::Usd();
  Settings settings_;
  std::string currency_file_, ownership_file_;
  std::map<std::string, Place> names_, ids_;
};

}  // namespace

LoadedRules LoadRules(absl::Span<const SourceFile> files) { return RuleLoader(files).Load(); }

}  // namespace nephoscope
