// Prometheus alert rules: an expression stays one, in our names; absent() becomes kind: absence. What differs on purpose is noted.
#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/expr/groups.h"
#include "rules/expr/lexer.h"
#include "rules/importing/exporter_names.h"
#include "rules/importing/importing.h"
#include "rules/importing/rule_lines.h"

namespace nephoscope {
namespace {

// "1h30m" as we write it; empty: zero, or none.
std::string LengthOf(absl::string_view text) {
  std::vector<ExprToken> tokens;
  ExprError error;
  if (!ReadExprTokens(text, tokens, error) || tokens.size() != 2) return "";
  const auto seconds = static_cast<std::int64_t>(tokens[0].number);
  if (seconds <= 0) return "";
  const struct { std::int64_t length; const char* unit; } kUnits[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
  for (const auto& one : kUnits)
    if (seconds % one.length == 0) return absl::StrCat(seconds / one.length, one.unit);
  return "";
}

absl::Duration DurationOf(const std::string& text) {
  absl::Duration out = absl::ZeroDuration();
  std::vector<ExprToken> tokens;
  ExprError error;
  if (!text.empty() && ReadExprTokens(text, tokens, error)) out = absl::Seconds(tokens[0].number);
  return out;
}

class RuleConverter {
 public:
  RuleConverter(const YamlNode& rule, AlertNames& names) : rule_(&rule), names_(names) {}

  ImportedItem Convert(std::string place) {
    item_.name = TextOf(rule_, "alert");
    item_.place = std::move(place);
    if (item_.name.empty()) {
      item_.name = TextOf(rule_, "record");
      return Refuse(item_.name.empty() ? "it has no name (alert:)" : "it is a recording rule, and nothing is recorded here: write its expression into the rules that use it");
    }
    text_ = TextOf(rule_, "expr");
    const ParsedExpr first = ParseExpr(text_);
    if (first.expr == nullptr) return RefuseError(first.error);
    if (!Rename(*first.expr)) return std::move(item_);
    const ParsedExpr parsed = ParseExpr(text_);
    if (parsed.expr == nullptr) return RefuseError(parsed.error);
    if (const Expr* absent = AbsentIn(*parsed.expr)) return Absence(*absent);
    groups_ = GroupsOf(*parsed.expr);
    if (!groups_.error.code.empty()) return RefuseError(groups_.error);
    NoteRhythm(*parsed.expr);
    return Expression();
  }

 private:
  ImportedItem Refuse(std::string why) {
    item_.refusal = std::move(why);
    return std::move(item_);
  }
  ImportedItem RefuseError(const ExprError& error) {
    return Refuse(absl::StrCat("in expr, at \"", text_.substr(static_cast<std::size_t>(error.begin), std::min<std::size_t>(30, static_cast<std::size_t>(error.end - error.begin))), "\": ", error.message, error.hint.empty() ? "" : "; ", error.hint));
  }
  void Note(std::string note) {
    if (std::find(item_.notes.begin(), item_.notes.end(), note) == item_.notes.end()) item_.notes.push_back(std::move(note));
  }

  // False: a provider's metric that the catalogue does not have.
  bool Rename(const Expr& expr) {
    std::vector<const Expr*> selectors;
    CollectSelectors(expr, selectors);
    std::map<std::string, const CatalogueMetric*> renamed;
    for (const Expr* selector : selectors) {
      if (const CatalogueMetric* metric = MetricOfExporter(selector->name)) {
        renamed[selector->name] = metric;
      } else if (IsExporterName(selector->name)) {
        item_.refusal = absl::StrCat("the metric ", selector->name, " is not in the catalogue (nephoscope metrics); most like it: ", absl::StrJoin(SimilarMetrics(selector->name), ", "));
        return false;
      }
    }
    if (!renamed.empty()) Write(renamed);
    return true;
  }

  void Write(const std::map<std::string, const CatalogueMetric*>& renamed) {
    for (const auto& [name, metric] : renamed) {
      Note(absl::StrCat(name, " is ", metric->name, " here", metric->factor == 1 ? "" : absl::StrCat(", and ", metric->factor, " times as large: change the limit")));
    }
    std::vector<ExprToken> tokens;
    ExprError error;
    ReadExprTokens(text_, tokens, error);
    std::string out;
    std::size_t from = 0;
    for (const ExprToken& token : tokens) {
      if (token.kind != ExprToken::Kind::kName) continue;
      const auto metric = renamed.find(token.text);
      const std::string label = LabelOfExporter(token.text);
      if (metric == renamed.end() && label.empty()) continue;
      absl::StrAppend(&out, text_.substr(from, static_cast<std::size_t>(token.begin) - from), metric == renamed.end() ? label : metric->second->name);
      from = static_cast<std::size_t>(token.end);
      if (metric == renamed.end()) labels_[token.text] = label;
    }
    text_ = out + text_.substr(from);
  }

  // Data come as often as the provider has them, whatever a rule asks for.
  void NoteRhythm(const Expr& expr) {
    std::vector<const Expr*> selectors;
    CollectSelectors(expr, selectors);
    for (const Expr* selector : selectors) {
      const CatalogueMetric* metric = FindMetric(selector->name);
      if (metric == nullptr) continue;
      if (selector->range > absl::ZeroDuration() && selector->range < 2 * metric->cadence)
        Note(absl::StrCat("a window of ", absl::FormatDuration(selector->range), " holds one point of ", metric->name, " at most, which comes every ", absl::FormatDuration(metric->cadence)));
      const absl::Duration hold = DurationOf(TextOf(rule_, "for"));
      if (hold > absl::ZeroDuration() && hold < metric->cadence) Note(absl::StrCat("for is shorter than the time between two points of ", metric->name, " (", absl::FormatDuration(metric->cadence), ")"));
    }
  }

  // absent(metric), absent(metric) == 1.
  static const Expr* AbsentIn(const Expr& expr) {
    const Expr* at = &expr;
    if (at->kind == Expr::Kind::kBinary && at->op == ExprOp::kEqual && at->args[1]->kind == Expr::Kind::kNumber && at->args[1]->number == 1) at = at->args[0].get();
    if (at->kind != Expr::Kind::kCall || at->name != "absent" || at->args[0]->kind != Expr::Kind::kSelector) return nullptr;
    return at->args[0].get();
  }

  ImportedItem Absence(const Expr& selector) {
    WhereLines where;
    for (const Matcher& matcher : selector.matchers) {
      const std::string& value = matcher.values[0];
      const bool added = matcher.op == Matcher::Op::kEqual ? (value.empty() ? where.Missing(matcher.label) : where.Equal(matcher.label, {value}))
                       : matcher.op == Matcher::Op::kNotEqual ? (value.empty() ? where.Present(matcher.label) : where.Not(matcher.label, {value}))
                       : matcher.op == Matcher::Op::kRegex && where.Matches(matcher.label, value);
      if (!added) return Refuse(absl::StrCat("absent() asks something of the label ", matcher.label, " that kind: absence cannot say"));
    }
    for (const Matcher& matcher : selector.matchers)
      if (matcher.op == Matcher::Op::kEqual) groups_.labels.push_back(matcher.label);
    std::sort(groups_.labels.begin(), groups_.labels.end());
    groups_.labels.erase(std::unique(groups_.labels.begin(), groups_.labels.end()), groups_.labels.end());
    Note("absent() is true of what never was; this rule is about what was seen in the last 30 days and is silent now");
    const std::string hold = LengthOf(TextOf(rule_, "for"));
    RuleLines lines(names_.Make(item_.name), "absence");
    lines.Line(absl::StrCat("watch: {metric: ", Quoted(selector.name), where.empty() ? "" : absl::StrCat(", where: ", where.Yaml()), groups_.labels.empty() ? "" : absl::StrCat(", by: [", absl::StrJoin(groups_.labels, ", "), "]"), "}"));
    lines.Line("expected: seen in the last 30d");
    lines.Line(absl::StrCat("when: {no_data_for: ", hold.empty() ? "5m" : hold, "}"));
    return Finish(lines, false);
  }

  ImportedItem Expression() {
    RuleLines lines(names_.Make(item_.name), "expr");
    const absl::string_view text = absl::StripAsciiWhitespace(text_);
    if (absl::StrContains(text, '\n')) {
      lines.Line("expr: |");
      for (absl::string_view line : absl::StrSplit(text, '\n')) lines.Line(absl::StripTrailingAsciiWhitespace(line), 1);
    } else {
      lines.Line(absl::StrCat("expr: ", Quoted(text)));
    }
    if (const std::string hold = LengthOf(TextOf(rule_, "for")); !hold.empty()) lines.Line(absl::StrCat("for: ", hold));
    if (const std::string keep = LengthOf(TextOf(rule_, "keep_firing_for")); !keep.empty()) lines.Line(absl::StrCat("keep_firing_for: ", keep));
    return Finish(lines, true);
  }

  ImportedItem Finish(RuleLines& lines, bool has_value) {
    has_value_ = has_value;
    std::vector<std::string> labels;
    if (const YamlNode* written = rule_->Find("labels"); written != nullptr && written->kind == YamlNode::kMap)
      for (std::size_t i = 0; i + 1 < written->items.size(); i += 2) Label(std::string(written->items[i]->text), std::string(written->items[i + 1]->text), lines, labels);
    if (!labels.empty()) lines.Line(absl::StrCat("labels: {", absl::StrJoin(labels, ", "), "}"));
    std::vector<std::string> others;
    if (const YamlNode* written = rule_->Find("annotations"); written != nullptr && written->kind == YamlNode::kMap)
      for (std::size_t i = 0; i + 1 < written->items.size(); i += 2) Annotation(std::string(written->items[i]->text), std::string(written->items[i + 1]->text), lines, others);
    if (!others.empty()) lines.Line("annotations:");
    for (const std::string& one : others) lines.Line(one, 1);
    item_.rules.push_back(lines.text());
    return std::move(item_);
  }

  void Label(const std::string& name, const std::string& value, RuleLines& lines, std::vector<std::string>& others) {
    if (name != "severity") {
      if (absl::StrContains(value, "{{")) Note(absl::StrCat("the label ", name, " is left out: labels are plain texts here"));
      else others.push_back(absl::StrCat(Quoted(name), ": ", Quoted(value)));
      return;
    }
    const std::string small = absl::AsciiStrToLower(value);
    const bool critical = small == "critical" || small == "page" || small == "error" || small == "high", info = small == "info" || small == "none" || small == "low";
    const char* ours = critical ? "critical" : info ? "info" : "warning";
    if (small != ours) Note(absl::StrCat("the severity ", value, " is ", ours, " here"));
    lines.Line(absl::StrCat("severity: ", ours));
  }

  void Annotation(const std::string& name, const std::string& value, RuleLines& lines, std::vector<std::string>& others) {
    const bool url = (name == "runbook_url" || name == "runbook") && (absl::StartsWith(value, "https://") || absl::StartsWith(value, "http://")) && !absl::StrContains(value, "{{");
    if (url) lines.Line(absl::StrCat("runbook: ", Quoted(value)));
    else if (name == "summary" || name == "description") lines.Line(absl::StrCat(name, ": ", Quoted(Template(value))));
    else others.push_back(absl::StrCat(Quoted(name), ": ", Quoted(Template(value))));
  }

  // {{ $labels.x }} -> ${x}.
  std::string Template(absl::string_view text) {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find("{{"), close = open == absl::string_view::npos ? open : text.find("}}", open);
      for (const char c : text.substr(0, open)) absl::StrAppend(&out, c == '$' ? "$$" : std::string(1, c));
      if (open == absl::string_view::npos) break;
      if (close == absl::string_view::npos) return out;
      absl::StrAppend(&out, Place(absl::StripAsciiWhitespace(text.substr(open + 2, close - open - 2))));
      text.remove_prefix(close + 2);
    }
    return out;
  }

  std::string Place(absl::string_view code) {
    if (code == "$labels" || code == ".Labels") return "(they stand beside this text)";
    absl::string_view label = code;
    if (absl::ConsumePrefix(&label, "$labels.") || absl::ConsumePrefix(&label, ".Labels.")) {
      std::string name(label.substr(0, label.find_first_of(" |)")));
      if (const auto renamed = labels_.find(name); renamed != labels_.end()) name = renamed->second;
      const bool there = groups_.all ? !std::binary_search(groups_.labels.begin(), groups_.labels.end(), name) : std::binary_search(groups_.labels.begin(), groups_.labels.end(), name);
      if (there) return absl::StrCat("${", name, "}");
      Note(absl::StrCat("the alert has no label ", name, ", so its text is without it"));
      return "";
    }
    if (absl::StrContains(code, "$value") || absl::StrContains(code, ".Value")) {
      if (!has_value_) return "";
      return absl::StrContains(code, "humanizePercentage") ? "${value | percent}" : absl::StrContains(code, "humanizeDuration") ? "${value | duration}" : "${value}";
    }
    Note(absl::StrCat("{{ ", code, " }} has no counterpart, and is left out of the text"));
    return "";
  }

  const YamlNode* rule_;
  AlertNames& names_;
  ImportedItem item_;
  std::string text_;  // of the expression, in our names
  ExprGroups groups_;
  std::map<std::string, std::string> labels_;  // that were renamed
  bool has_value_ = true;
};

}  // namespace

Imported ImportPrometheus(absl::Span<const SourceFile> files) {
  Imported out;
  AlertNames names;
  for (const ForeignFile& file : ReadForeign(files, out.diagnostics)) {
    const std::size_t before = out.items.size();
    for (const YamlNode* group : ItemsOf(file.root()->Find("groups")))
      for (const YamlNode* rule : ItemsOf(group->Find("rules"))) out.items.push_back(RuleConverter(*rule, names).Convert(file.PlaceOf(*rule)));
    if (out.items.size() == before) out.diagnostics.push_back(file.Nothing("the file holds no Prometheus rules", "they stand in groups: under rules:"));
  }
  RefuseWhatCheckRefuses(out);
  return out;
}

}  // namespace nephoscope
