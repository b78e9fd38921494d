#include "agent/offline/reference.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "agent/collectors/collector.h"
#include "agent/config.h"
#include "exporters/exporter.h"
#include "rules/engine/kind.h"
#include "rules/language/tables/codes.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/words/wrap_text.h"

namespace nephoscope {
namespace {

const char* Words(OptionType type) {
  switch (type) {
    case OptionType::kText: return "text";
    case OptionType::kTemplate: return "text with ${places}";
    case OptionType::kUrl: return "URL";
    case OptionType::kFlag: return "true or false";
    case OptionType::kInteger: return "whole number";
    case OptionType::kNumber: return "number";
    case OptionType::kRatio: return "percentage";
    case OptionType::kDuration: return "duration";
    case OptionType::kMoney: return "money";
    case OptionType::kQuantity: return "number and unit";
    case OptionType::kBytes: return "size";
    case OptionType::kDate: return "date";
    case OptionType::kChoice: return "one of";
    case OptionType::kTextList: return "list";
    case OptionType::kTextMap: return "names and texts";
    case OptionType::kMap: return "map";
    case OptionType::kMapList: return "list of maps";
    case OptionType::kMoneyMap: return "names and amounts";
    case OptionType::kMatchers: return "labels";
  }
  return "";
}

std::string TypeOf(const Option& option) {
  const auto is_amount = [](const Option& field) { return absl::string_view(field.name) == "amount"; };
  if (option.type == OptionType::kMoneyMap && std::none_of(option.fields->options.begin(), option.fields->options.end(), is_amount)) return "names and maps";
  return option.choices.empty() ? Words(option.type) : absl::StrCat(Words(option.type), " ", absl::StrJoin(option.choices, ", "));
}

std::string DefaultOf(const Option& option) {
  if (option.required) return "required";
  return option.default_text == nullptr ? "" : option.default_text;
}

// Every option, outer before inner. The entry lists of the agent's file are told part by part instead.
template <typename Row>
void Walk(const OptionTable& table, const std::string& prefix, const Row& row) {
  for (const Option& option : table.options) {
    const std::string name = absl::StrCat(prefix, option.name);
    row(name, option);
    const bool parts = name == "collectors" || name == "exporters" || name == "rules" || name == "defaults";
    if (option.fields != nullptr && option.fields != &table && !parts) Walk(*option.fields, absl::StrCat(name, option.type == OptionType::kMap ? "." : "[]."), row);
  }
}

std::string Cell(absl::string_view text) { return absl::StrReplaceAll(text, {{"|", "\\|"}, {"\n", " "}}); }

struct Part {
  std::string name, sentence;
  std::vector<const OptionTable*> tables;
};

Part KindPart(const RuleKind& kind) { return {kind.name(), kind.sentence(), {&kind.options(), &kind.condition()}}; }

std::string AsMarkdown(const Part& part) {
  std::string out = absl::StrCat("### ", part.name, "\n\n", part.sentence, "\n\n");
  for (const OptionTable* table : part.tables)
    if (!table->options.empty()) absl::StrAppend(&out, OptionsAsMarkdown(*table), "\n");
  return out;
}

std::vector<Part> Parts(absl::string_view floor) {
  std::vector<Part> out;
  if (floor == "agent") {
    out.push_back({"agent", AgentOptions().sentence, {&AgentOptions()}});
    for (const CollectorType* type : AllCollectors()) out.push_back({type->name, type->options->sentence, {type->options}});
  } else if (floor == "exporters") {
    for (const ExporterType* type : AllExporters()) out.push_back({type->name, type->options->sentence, {type->options}});
  } else {
    out.push_back({"rule", "What every rule may say, whatever its kind.", {&CommonRuleOptions()}});
    out.push_back({"settings", "What one file says for all rules.", {&FileOptions()}});
    for (const RuleKind* kind : AllKinds()) out.push_back(KindPart(*kind));
  }
  return out;
}

}  // namespace

std::string OptionsAsMarkdown(const OptionTable& table) {
  std::string out = "| key | type | default | meaning |\n|---|---|---|---|\n";
  Walk(table, "", [&out](const std::string& name, const Option& option) {
    std::string meaning = absl::StrCat(absl::StripSuffix(option.sentence, "."), ".");
    if (option.example != nullptr) absl::StrAppend(&meaning, " Example: `", option.example, "`");
    absl::StrAppend(&out, "| `", name, "` | ", Cell(TypeOf(option)), " | ", Cell(DefaultOf(option)), " | ", Cell(meaning), " |\n");
  });
  return out;
}

std::string FolderReference(absl::string_view floor) {
  std::string out;
  for (const Part& part : Parts(floor)) out += AsMarkdown(part);
  return out;
}

std::string CodesAsMarkdown() {
  std::string out = "| code | what it means |\n|---|---|\n";
  for (const CodeHelp& one : AllCodes()) absl::StrAppend(&out, "| `", one.code, "` | ", Cell(one.help), " |\n");
  return out;
}

namespace {

// One option for people: key, type and default, then its sentence and an example.
std::string OptionHelp(const std::string& key, const Option& option) {
  std::string out = absl::StrCat("\n", WrapText(absl::StrCat(key, " (", TypeOf(option), option.required ? ", required" : "",
                                                            option.default_text != nullptr ? absl::StrCat(", default ", option.default_text) : "", ")"), "  ", "      "),
                                 WrapText(option.sentence, "      ", "      "));
  if (option.example != nullptr) out += WrapText(absl::StrCat("for example: ", option.example), "      ", "        ");
  return out;
}

// receivers, maintenance, calendars: what one key of the settings may say.
std::string SettingReference(absl::string_view name) {
  for (const Option& option : FileOptions().options) {
    if (option.name != name || option.fields == nullptr || name == "rules") continue;
    std::string out = WrapText(absl::StrCat(name, ": ", option.sentence), "", "    ");
    if (option.example != nullptr) out += WrapText(absl::StrCat("for example: ", name, ": ", option.example), "", "    ");
    Walk(*option.fields, "", [&out](const std::string& key, const Option& field) { out += OptionHelp(key, field); });
    return out;
  }
  return {};
}

}  // namespace

std::string PartReference(absl::string_view name) {
  for (const char* floor : {"agent", "exporters", "rules"}) {
    for (const Part& part : Parts(floor)) {
      if (part.name != name) continue;
      std::string out = WrapText(absl::StrCat(part.name, ": ", part.sentence), "", "    ");
      for (const OptionTable* table : part.tables) Walk(*table, "", [&out](const std::string& key, const Option& option) { out += OptionHelp(key, option); });
      if (const RuleKind* kind = FindKind(name); kind != nullptr) absl::StrAppend(&out, "\nexample:\n\n", kind->example(), "\n");
      return out;
    }
  }
  return SettingReference(name);
}

}  // namespace nephoscope
