#include "rules/language/out/skeleton.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/words/wrap_text.h"
#include "rules/language/yaml/yaml_tree.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

std::string Sentence(const Option& option) {
  std::string out = option.sentence;
  if (!absl::EndsWith(out, ".")) out += '.';
  if (option.default_text != nullptr) absl::StrAppend(&out, " Without it: ", option.default_text, ".");
  return out;
}

const Option* FindIn(absl::Span<const OptionTable* const> tables, absl::string_view key) {
  for (const OptionTable* table : tables)
    for (const Option& option : table->options)
      if (key == option.name) return &option;
  return nullptr;
}

constexpr char kRulesHead[] =
    "# yaml-language-server: $schema=rules.schema.json\n# (editors complete and explain by that file:\n#  nephoscope schema rules > rules.schema.json)\napiVersion: rules/v1\n";

// An option as a comment: `# key: value`, and its sentence below, further in.
std::string Offered(const Option& option, const std::string& value, int column) {
  const std::string indent(static_cast<std::size_t>(column), ' ');
  return absl::StrCat(indent, "# ", option.name, ": ", value, "\n", WrapText(Sentence(option), absl::StrCat(indent, "#     "), absl::StrCat(indent, "#     ")));
}

// What the kind watches is one thing or another; else it is always the same.
bool HasChoice(const RuleKind& kind) { return kind.watch_need() == RuleKind::WatchNeed::kMetricOrCost || kind.watch_need() == RuleKind::WatchNeed::kOptional; }

// `# key: value`; sentences stand further in, and above the keys that are given.
bool IsOffer(absl::string_view line, std::size_t mark) {
  if (mark == std::string::npos || mark < 4 || !absl::StartsWith(line.substr(mark), "# ")) return false;
  const absl::string_view rest = line.substr(mark + 2);
  const std::size_t colon = rest.find(": ");
  return colon != absl::string_view::npos && colon > 0 && rest.substr(0, colon).find(' ') == absl::string_view::npos;
}

// A line `# key: value` that the kind would refuse: the key says nothing there, or is of something that it never watches.
bool IsRefused(const RuleKind& kind, std::vector<std::string> lines, std::size_t at) {
  const std::size_t mark = lines[at].find_first_not_of(' ');
  if (!IsOffer(lines[at], mark)) return false;
  lines[at].erase(mark, 2);
  // Where a kind takes one or the other, the one that its example has not is offered.
  const absl::string_view key = absl::string_view(lines[at]).substr(mark, lines[at].find(':') - mark);
  const bool subject = key == "metric" || key == "cost";
  const SourceFile file{"new.yaml", absl::StrJoin(lines, "\n")};
  const std::vector<Diagnostic> problems = LoadRules({&file, 1}).diagnostics;
  return std::any_of(problems.begin(), problems.end(), [&](const Diagnostic& one) { return one.code == std::string("R452") || (one.code == std::string("R108") && !(subject && HasChoice(kind))); });
}

// Adds the keys that it takes out to `refused`.
std::string WithoutRefused(const RuleKind& kind, const std::string& text,
                           std::set<std::string>& refused) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::vector<std::string> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!IsRefused(kind, lines, i)) {
      out.push_back(lines[i]);
      continue;
    }
    const std::size_t mark = lines[i].find('#');
    refused.insert(lines[i].substr(mark + 2, lines[i].find(':') - mark - 2));
    const std::string sentence = absl::StrCat(lines[i].substr(0, mark), "#     ");
    while (i + 1 < lines.size() && absl::StartsWith(lines[i + 1], sentence)) ++i;
  }
  return absl::StrJoin(out, "\n");
}

class Writer {
 public:
  explicit Writer(const RuleKind& kind)
      : kind_(kind),
        tables_{&CommonRuleOptions(), &TablesOf(kind).rule, &kind.options()},
        example_(kind.example()),
        text_(example_),
        sink_("example", text_),
        tree_(YamlTree::Read(sink_)) {
    CHECK(tree_.root() != nullptr && tree_.root()->kind == YamlNode::kList && sink_.errors() == 0);
  }

  std::string Write() {
    std::string out = absl::StrCat(kRulesHead, "rules:\n");
    for (std::size_t i = 0; i < tree_.root()->items.size(); ++i) Rule(i, out);
    return out;
  }

 private:
  // The rule of this kind; an example may hold others, which it leans on.
  const YamlNode& Main() const {
    for (const YamlNode* rule : tree_.root()->items)
      if (const YamlNode* kind = rule->Find("kind"); kind != nullptr && kind->text == kind_.name()) return *rule;
    return *tree_.root()->items[0];
  }
  bool Has(absl::string_view key) const { return Main().Find(key) != nullptr; }
  // What would contradict the example, or says nothing in this kind.
  bool Contradicts(absl::string_view key) const {
    const bool condition = key == "when" || key == "levels" || key == "recover";
    if (condition && kind_.condition().options.empty()) return true;
    // Its burn rates have severities of their own.
    if (key == "severity" && kind_.watch_need() == RuleKind::WatchNeed::kEvents) return true;
    const bool of_data = key == "watch" || key == "every" || key == "evaluation_delay" || key == "no_data" ||
                         key == "members_may_leave" || key == "expire_after";
    if (of_data && kind_.watch_need() == RuleKind::WatchNeed::kNone) return true;
    return Has("levels") ? key == "when" || key == "severity" : Has("when") && key == "levels";
  }

  std::string Comment(const Option& option, int column) const {
    // Places in texts are those of the kind.
    std::string value = option.type == OptionType::kTemplate ? kind_.default_summary() : SampleValue(option);
    const std::size_t width = static_cast<std::size_t>(column) + sizeof("# : ") + std::strlen(option.name) + value.size();
    if (option.type == OptionType::kTemplate && width > static_cast<std::size_t>(kTerminalColumns)) value = "the value is ${value}";
    if (option.type == OptionType::kTemplate && absl::StrContains(value, ": ")) value = absl::StrCat("\"", value, "\"");
    return Offered(option, value, column);
  }

  // The example's own lines from this byte to that, two further in.
  void Lines(std::size_t begin, std::size_t end, std::string& out) const {
    for (absl::string_view line : absl::StrSplit(absl::StripSuffix(absl::string_view(example_).substr(begin, end - begin), "\n"), '\n'))
      absl::StrAppend(&out, line.empty() ? "" : "  ", line, "\n");
  }

  void Rule(std::size_t index, std::string& out) const {
    const YamlNode& rule = *tree_.root()->items[index];
    if (&rule != &Main()) {
      Lines(text_.StartOf(text_.LineAt(rule.begin)),
            index + 1 < tree_.root()->items.size() ? text_.StartOf(text_.LineAt(tree_.root()->items[index + 1]->begin)) : example_.size(),
            out);
      out += "\n";
      return;
    }
    out += WrapText(kind_.sentence(), "  # ", "  # ");
    for (std::size_t i = 0; i + 1 < rule.items.size(); i += 2) Key(index, i, out);
    absl::StrAppend(&out, "    # What else such a rule may say; take the first # away:\n");
    for (const OptionTable* table : tables_)
      for (const Option& option : table->options)
        if (!Has(option.name) && !Contradicts(option.name)) out += Comment(option, 4);
    const std::string shown = out;
    std::set<std::string> refused;
    out = WithoutRefused(kind_, shown, refused);
    std::string instead;
    for (const OptionTable* table : {&kind_.options(), &kind_.condition()})
      for (const Option& option : table->options)
        if (refused.count(option.name) > 0) Named(option, absl::StrCat(PrefixOf(*table), option.name), instead);
    if (!instead.empty())
      absl::StrAppend(&out, "    #\n    # Instead of what this example says:\n", instead);
    std::string deeper;
    for (const OptionTable* table : {&kind_.options(), &kind_.condition()})
      Deeper(*table, PrefixOf(*table), shown, deeper);
    if (!deeper.empty()) absl::StrAppend(&out, "    #\n    # Further in, by the keys that they stand below:\n", deeper);
  }

  std::string PrefixOf(const OptionTable& table) const {
    return &table == &kind_.condition() ? "when." : "";
  }

  // An option by the keys that it stands below.
  static void Named(const Option& option, const std::string& name, std::string& out) {
    absl::StrAppend(&out,
                    WrapText(absl::StrCat(name, ": ", SampleValue(option)), "    #     ", "    #       "),
                    WrapText(Sentence(option), "    #         ", "    #         "));
  }

  // What stands nowhere else in `shown`.
  static void Deeper(const OptionTable& table, const std::string& prefix, const std::string& shown, std::string& out) {
    for (const Option& option : table.options) {
      const std::string key = absl::StrCat(option.name, ":"), name = absl::StrCat(prefix, option.name);
      if (!absl::StrContains(shown, absl::StrCat(" ", key)) && !absl::StrContains(shown, absl::StrCat("{", key)) && !absl::StrContains(out, absl::StrCat(" ", name, ":")))
        Named(option, name, out);
      if (option.fields != nullptr && option.fields != &table) Deeper(*option.fields, absl::StrCat(name, "."), shown, out);
    }
  }

  void Key(std::size_t index, std::size_t i, std::string& out) const {
    const YamlNode& rule = *tree_.root()->items[index];
    const YamlNode &key = *rule.items[i], &value = *rule.items[i + 1];
    const Option* option = FindIn(tables_, key.text);
    if (option != nullptr) out += WrapText(Sentence(*option), i == 0 ? "  # " : "    # ", i == 0 ? "  # " : "    # ");
    if (option != nullptr && option->type == OptionType::kMap && value.flow && i > 0) {
      OnLines(key, value, out);
    } else {
      Lines(text_.StartOf(text_.LineAt(key.begin)), EndOf(index, i), out);
    }
    if (option != nullptr) Others(*option, value, out);
  }

  // `key: {a: 1, b: 2}` on a line each, so that what is commented out below it fits in.
  void OnLines(const YamlNode& key, const YamlNode& map, std::string& out) const {
    absl::StrAppend(&out, "    ", key.text, ":\n");
    for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
      const std::size_t begin = map.items[i]->begin;
      std::size_t end = i + 2 < map.items.size() ? map.items[i + 2]->begin
                                                 : text_.StartOf(text_.LineAt(begin)) + text_.Line(text_.LineAt(begin)).rfind('}');
      while (end > begin && absl::StrContains(" ,", example_[end - 1])) --end;
      absl::StrAppend(&out, "      ", absl::string_view(example_).substr(begin, end - begin), "\n");
    }
  }

  // Where the value of this key ends: the line of what comes next.
  std::size_t EndOf(std::size_t index, std::size_t key) const {
    const auto& rules = tree_.root()->items;
    const auto& keys = rules[index]->items;
    const YamlNode* next = key + 2 < keys.size() ? keys[key + 2] : index + 1 < rules.size() ? rules[index + 1] : nullptr;
    return next == nullptr ? example_.size() : text_.StartOf(text_.LineAt(next->begin));
  }

  // What else may stand in a map.
  void Others(const Option& option, const YamlNode& value, std::string& out) const {
    if (option.type != OptionType::kMap || option.fields == nullptr || value.kind != YamlNode::kMap) return;
    for (const Option& field : option.fields->options)
      if (value.Find(field.name) == nullptr) out += Comment(field, 6);
  }

  const RuleKind& kind_;
  std::vector<const OptionTable*> tables_;
  std::string example_;
  SourceText text_;
  DiagnosticSink sink_;
  YamlTree tree_;
};

}  // namespace

std::string SampleValue(const Option& option) {
  if (option.example != nullptr) return option.example;
  if (option.default_text != nullptr) return option.default_text;
  if (!option.choices.empty()) return option.choices[0];
  switch (option.type) {
    case OptionType::kFlag: return "true";
    case OptionType::kInteger:
    case OptionType::kNumber: return "1";
    case OptionType::kRatio: return "80%";
    case OptionType::kDuration: return "5m";
    case OptionType::kMoney: return "100 USD";
    case OptionType::kQuantity: return "80%";
    case OptionType::kBytes: return "64 MiB";
    case OptionType::kDate: return "2026-11-26";
    case OptionType::kUrl: return "https://example.com";
    case OptionType::kTextList: return "[a, b]";
    case OptionType::kMoneyMap: return "{name: 100 USD}";
    case OptionType::kMatchers: return "{env: prod}";
    case OptionType::kTextMap: return "{name: text}";
    case OptionType::kMapList: return "[]";
    case OptionType::kMap:
      return option.fields->options.empty()
                 ? "{}"
                 : absl::StrCat("{", option.fields->options[0].name, ": ", SampleValue(option.fields->options[0]), "}");
    default: return "text";
  }
}

// A map that is shown in full: its keys on lines of their own.
std::string OfferedTable(const OptionTable& table, absl::Span<const absl::string_view> given) {
  std::string out;
  for (const Option& option : table.options) {
    if (std::find(given.begin(), given.end(), option.name) != given.end()) continue;
    absl::StrAppend(&out, "\n", Offered(option, SampleValue(option), 0));
    if (option.fields == nullptr || option.fields->options.empty()) continue;
    for (const Option& field : option.fields->options)
      out += WrapText(absl::StrCat(field.name, ": ", Sentence(field)), "#         ", "#           ");
  }
  return out;
}

std::string SettingsSkeleton() {
  return absl::StrCat(kRulesHead, "# What holds for all rules: take the # away from what you need.\n\n# ", "The currency that amounts are compared in.\ncurrency: {base: USD}\n",
                      OfferedTable(FileOptions(), {"apiVersion", "rules", "currency", "defaults"}));
}

std::string Skeleton(const RuleKind& kind) { return Writer(kind).Write(); }

}  // namespace nephoscope
