#include "rules/language/skeleton.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"
#include "rules/language/rule_tables.h"
#include "rules/language/yaml_tree.h"
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
    std::string out =
        "# yaml-language-server: $schema=rules.schema.json\n# (editors complete and explain by that file: nephoscope schema rules > "
        "rules.schema.json)\napiVersion: rules/v1\nrules:\n";
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
    const bool of_data = key == "watch" || key == "every" || key == "evaluation_delay" || key == "no_data" ||
                         key == "members_may_leave";
    if (of_data && kind_.watch_need() == RuleKind::WatchNeed::kNone) return true;
    return Has("levels") ? key == "when" || key == "severity" : Has("when") && key == "levels";
  }

  std::string Comment(const Option& option, int column) const {
    // Places in texts are those of the kind.
    const std::string value = option.type == OptionType::kTemplate ? kind_.default_summary() : SampleValue(option);
    return absl::StrCat(std::string(column, ' '), "# ", option.name, ": ", value, "  # ", Sentence(option), "\n");
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
    absl::StrAppend(&out, "  # ", kind_.sentence(), "\n");
    for (std::size_t i = 0; i + 1 < rule.items.size(); i += 2) Key(index, i, out);
    absl::StrAppend(&out, "    # What else such a rule may say; take the first # away:\n");
    for (const OptionTable* table : tables_)
      for (const Option& option : table->options)
        if (!Has(option.name) && !Contradicts(option.name)) out += Comment(option, 4);
  }

  void Key(std::size_t index, std::size_t i, std::string& out) const {
    const YamlNode& rule = *tree_.root()->items[index];
    const YamlNode &key = *rule.items[i], &value = *rule.items[i + 1];
    const Option* option = FindIn(tables_, key.text);
    if (option != nullptr) absl::StrAppend(&out, i == 0 ? "  # " : "    # ", Sentence(*option), "\n");
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

// What the kind watches is one thing or another; else it is always the same.
bool HasChoice(const RuleKind& kind) { return kind.watch_need() == RuleKind::WatchNeed::kMetricOrCost || kind.watch_need() == RuleKind::WatchNeed::kOptional; }

// A line `# key: value` that the kind would refuse: the key says nothing there, or is of something that it never watches.
bool IsRefused(const RuleKind& kind, std::vector<std::string> lines, std::size_t at) {
  const std::size_t mark = lines[at].find_first_not_of(' ');
  if (mark == std::string::npos || mark < 4 || lines[at].compare(mark, 2, "# ") != 0 || !absl::StrContains(lines[at].substr(mark + 2), "  # ")) return false;
  lines[at].erase(mark, 2);
  const SourceFile file{"new.yaml", absl::StrJoin(lines, "\n")};
  const std::vector<Diagnostic> problems = LoadRules({&file, 1}).diagnostics;
  return std::any_of(problems.begin(), problems.end(), [&](const Diagnostic& one) { return one.code == std::string("R452") || (one.code == std::string("R108") && !HasChoice(kind)); });
}

std::string WithoutRefused(const RuleKind& kind, const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::vector<std::string> out;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (!IsRefused(kind, lines, i)) out.push_back(lines[i]);
  return absl::StrJoin(out, "\n");
}

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

std::string Skeleton(const RuleKind& kind) { return WithoutRefused(kind, Writer(kind).Write()); }

}  // namespace nephoscope
