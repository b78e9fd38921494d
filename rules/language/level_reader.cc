// Conditions, levels, their units, and the templates of a rule.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/engine/matcher.h"
#include "rules/language/words/meant.h"
#include "rules/language/checks/metric_check.h"
#include "rules/language/rule_reader.h"
#include "rules/language/checks/template_check.h"

namespace nephoscope {
namespace {

constexpr Severity kSeverities[] = {Severity::kInfo, Severity::kWarning, Severity::kCritical};

Severity SeverityOf(const std::string& word) {
  for (Severity one : kSeverities)
    if (word == ToText(one)) return one;
  return Severity::kWarning;
}

// The entries of `values` that `table` has.
OptionValues Part(const OptionValues& values, const OptionTable& table) {
  OptionValues out(&table);
  out.mark = values.mark;
  for (const Option& option : table.options)
    if (const auto it = values.entries().find(option.name); it != values.entries().end()) out.Set(option.name, it->second);
  return out;
}

// "3 of 5 points" -> {3, 5}; {0, 0}: not in this form.
std::pair<int, int> PointsOf(absl::string_view text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  int held = 0, of = 0;
  const bool shaped = (words.size() == 4 && (words[3] == "points" || words[3] == "point")) || words.size() == 3;
  if (!shaped || words[1] != "of" || !absl::SimpleAtoi(words[0], &held) || !absl::SimpleAtoi(words[2], &of)) return {0, 0};
  return {held, of};
}

}  // namespace

void RuleReader::TakeLevels(const YamlNode& item, const OptionValues& common, const OptionValues& conditions, const RuleKind& kind, Rule& rule) {
  const auto written = [&](const char* key) { return item.Find(key) != nullptr; };
  if (kind.makes_levels()) {
    for (const char* key : {"when", "levels", "recover", "severity"})
      if (written(key)) AddAt(key == absl::string_view("severity") ? common.MarkOf(key) : conditions.MarkOf(key), "R107", absl::StrCat("the kind ", kind.name(), " makes its conditions and severities itself"), absl::StrCat("take ", key, " out"));
    OptionValues none(&TablesOf(kind).level);
    rule.levels.push_back(MakeLevel(Severity::kWarning, none, common, conditions, kind));
    return;
  }
  if (written("when") && written("levels")) return AddAt(conditions.MarkOf("levels"), "R107", "a rule has `when` or `levels`, not both", "take one of the two out");
  if (written("levels") && written("severity"))
    AddAt(common.MarkOf("severity"), "R107", "with `levels`, each level is its own severity", "take severity out");
  if (conditions.Has("when")) {
    const OptionValues& when = conditions.Map("when");
    if (when.Has("for") && common.Has("for")) AddAt(common.MarkOf("for"), "R107", "`for` is given twice: here and in `when`", "take one of the two out");
    rule.levels.push_back(MakeLevel(SeverityOf(common.Text("severity")), when, common, conditions, kind));
  } else if (conditions.Has("levels")) {
    for (Severity severity : kSeverities) {
      const OptionValues& levels = conditions.Map("levels");
      if (levels.Has(ToText(severity))) rule.levels.push_back(MakeLevel(severity, levels.Map(ToText(severity)), common, conditions, kind));
    }
    if (rule.levels.empty() && options_.sink().errors() == errors_before_)
      AddAt(conditions.MarkOf("levels"), "R103", "levels needs at least one level", "write warning: or critical: with a condition");
  } else if (!Mentions(item, kind, "when") && !Mentions(item, kind, "levels")) {
    if (!kind.needs_condition()) {
      OptionValues none(&TablesOf(kind).level);
      none.mark = common.mark;
      OptionReader::FillDefaults(TablesOf(kind).level, none);
      rule.levels.push_back(MakeLevel(SeverityOf(common.Text("severity")), none, common, conditions, kind));
      return;
    }
    const Option& first = kind.condition().options[0];
    AddAt(common.mark, "R103", "rule needs \"when\" or \"levels\": the condition",
          absl::StrCat("write when: {", first.name, ": ", first.example == nullptr ? "..." : first.example, "}"));
  }
}

Level RuleReader::MakeLevel(Severity severity, const OptionValues& values, const OptionValues& common, const OptionValues& conditions, const RuleKind& kind) {
  Level out;
  out.severity = severity;
  out.condition = Part(values, kind.condition());
  if (values.Has("for")) {
    TakeHold(values.Text("for"), values.MarkOf("for"), out);
  } else if (common.Has("for")) {
    TakeHold(common.Text("for"), common.MarkOf("for"), out);
  }
  if (values.Has("recover")) {
    out.recover = values.Map("recover");
  } else if (conditions.Has("recover")) {
    out.recover = conditions.Map("recover");
  }
  return out;
}

void RuleReader::TakeHold(const std::string& text, Mark mark, Level& level) {
  if (absl::StrContains(text, " of ")) {
    level.hold_points = PointsOf(text);
    const auto [held, of] = level.hold_points;
    const std::string meant = MeantPoints(text);
    if (held == 0 && of == 0) return AddAt(mark, "R213", absl::StrCat("\"", text, "\" is not a number of points"), absl::StrCat("write ", meant.empty() ? "it like 3 of 5 points" : meant), meant.empty() ? std::nullopt : std::optional<std::string>(meant));
    if (held < 1 || of < held || of > 1000) AddAt(mark, "R213", absl::StrCat("\"", text, "\" can never hold"), "write the smaller number first: 3 of 5 points");
    return;
  }
  if (const std::string meant = MeantPoints(text); !meant.empty()) return AddAt(mark, "R213", absl::StrCat("\"", text, "\" is not a number of points as rules write it"), absl::StrCat("write ", meant), meant);
  Problem problem;
  const std::optional<absl::Duration> hold = ReadDuration(text, problem);
  if (!hold) return AddAt(mark, problem.code, absl::StrCat("\"", text, "\" ", problem.what), problem.caret, problem.suggestion);
  level.hold = *hold;
}

void RuleReader::CheckUnits(const Rule& rule) {
  if (rule.watch.metric.empty()) return;
  for (const Level& level : rule.levels) {
    CheckUnit(level.condition, rule);
    // One `recover` for all levels is told once.
    const bool again = &level != &rule.levels[0] && level.recover && rule.levels[0].recover && level.recover->mark.line == rule.levels[0].recover->mark.line &&
                       level.recover->mark.column == rule.levels[0].recover->mark.column;
    if (level.recover && !again) CheckUnit(*level.recover, rule);
  }
}

void RuleReader::CheckUnit(const OptionValues& condition, const Rule& rule) {
  const std::string unit = UnitOfMetric(rule.watch.metric);
  for (const auto& [name, entry] : condition.entries()) {
    const Quantity* quantity = std::get_if<Quantity>(&entry.value);
    if (quantity == nullptr || !entry.given || (quantity->base.empty() && quantity->value == 0)) continue;
    if (rule.watch.is_cost) {
      const std::string base = options_.context().base.code();
      const bool money = quantity->base.size() == 3 && IsCurrencyCode(quantity->base);
      if (quantity->base.empty()) {
        const std::string instead = absl::StrCat(quantity->text, " ", base);
        AddAt(entry.mark, "R204", absl::StrCat("\"", quantity->text, "\" needs a currency: the rule watches money"), absl::StrCat("write ", instead), instead);
      } else if (!money) {
        AddAt(entry.mark, "R215", absl::StrCat("\"", quantity->text, "\" is not an amount, but the rule watches money"), absl::StrCat("write a number and a currency, such as 500 ", base));
      }
      continue;
    }
    CheckMetricUnit(rule.watch.metric, unit, *quantity, entry.mark, options_.sink());
  }
}

void RuleReader::CheckTemplates(const OptionValues& common, const RuleKind& kind, const Rule& rule) {
  TemplateNames names;
  names.labels = rule.watch.by;
  names.any = HasAllLabels(rule);
  names.others = {"value", "threshold", "impact", "owner", "active_for", "severity"};
  names.others.insert(names.others.end(), rule.watch.taken.begin(), rule.watch.taken.end());
  for (const std::string& name : kind.template_names()) names.others.push_back(name);
  if (common.Given("watch") && common.Map("watch").Given("by")) names.by_line = common.Map("watch").MarkOf("by").line;
  for (const char* key : {"summary", "description"}) {
    if (!common.Given(key)) continue;
    CheckTemplate(common.Text(key), common.MarkOf(key), names, options_.sink());
    WarnOfComment(common.MarkOf(key));
  }
  // Where they stand in place of the keys of that name.
  if (rule.kind == "expr")
    for (const auto& [name, value] : common.TextMap("annotations")) CheckTemplate(value, common.MarkOf("annotations"), names, options_.sink());
  // Labels tell alerts apart: what changes while one fires has no place in them.
  names.others.clear();
  for (const LabelView label : rule.labels.pairs()) CheckTemplate(std::string(label.value), common.MarkOf("labels"), names, options_.sink());
}

// `summary: cost # of team`: the text ends at the #, which its author may not know.
void RuleReader::WarnOfComment(Mark mark) {
  const std::size_t begin = text().OffsetOf(mark.line, mark.end_column);
  const absl::string_view line = text().Line(mark.line);
  const std::size_t at = begin - text().StartOf(mark.line);
  if (at + 3 > line.size() || !absl::StartsWith(line.substr(at), " #")) return;
  const char first = line[std::min(line.size() - 1, mark.column < 1 ? std::size_t{0} : text().OffsetOf(mark.line, mark.column) - text().StartOf(mark.line))];
  if (first == '"' || first == '\'' || first == '|' || first == '>') return;
  Diagnostic out;
  out.severity = Diagnostic::Severity::kWarning;
  out.code = "R025";
  out.mark = text().MarkOf(begin + 1, text().StartOf(mark.line) + line.size());
  out.message = "everything after # is a comment: the text ends before it";
  out.caret_text = "put quotes around the whole text if this belongs to it";
  options_.sink().Add(std::move(out));
}

}  // namespace nephoscope
