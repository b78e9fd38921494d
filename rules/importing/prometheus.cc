// Prometheus alert rules: an expression stays one, in our names; absent() becomes kind: absence. What differs on purpose is noted.
#include <cmath>
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/engine/template.h"
#include "rules/expr/groups.h"
#include "rules/expr/lexer.h"
#include "rules/importing/exporter_names.h"
#include "rules/importing/importing.h"
#include "rules/importing/prometheus_files.h"
#include "rules/importing/prometheus_records.h"
#include "rules/importing/rule_lines.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

// "1h30m" as we write it; empty: zero, or none.
std::string LengthOf(absl::string_view text) {
  std::vector<ExprToken> tokens;
  ExprError error;
  if (!ReadExprTokens(text, tokens, error) || tokens.size() != 2) return "";
  const std::int64_t ms = std::llround(tokens[0].number * 1000);
  if (ms <= 0) return "";
  const struct { std::int64_t length; const char* unit; } kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1000, "s"}, {1, "ms"}};
  for (const auto& one : kUnits)
    if (ms % one.length == 0) return absl::StrCat(ms / one.length, one.unit);
  return "";
}

// "1h30m", or seconds, as the API says them.
bool IsLength(absl::string_view text) {
  std::vector<ExprToken> tokens;
  ExprError error;
  return ReadExprTokens(text, tokens, error) && tokens.size() == 2 &&
         (tokens[0].kind == ExprToken::Kind::kLength || tokens[0].kind == ExprToken::Kind::kNumber);
}

// What is wrong with the keys of a rule of a file; empty: nothing. What is not understood is never
// left out in silence.
std::string WrongKey(const YamlNode& rule) {
  const bool of_api = rule.Find("query") != nullptr && rule.Find("expr") == nullptr;
  // The last two are of rule files of VictoriaMetrics, and change no alert.
  static const std::vector<std::string> kKnown = {
      "alert",  "expr",        "for",   "keep_firing_for", "labels", "annotations", "record",
      "debug", "update_entries_limit"};
  for (std::size_t i = 0; i + 1 < rule.items.size(); i += 2) {
    const absl::string_view key = rule.items[i]->text;
    const YamlNode& value = *rule.items[i + 1];
    const bool length = key == "for" || key == "keep_firing_for" ||
                        (of_api && (key == "duration" || key == "keepFiringFor"));
    if (length && value.kind != YamlNode::kNull && !IsLength(value.text))
      return absl::StrCat(key, ": ", value.text, " is no duration of Prometheus, such as 5m or 1h30m");
    if (of_api || std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end()) continue;
    const std::string nearest = Nearest(key, kKnown);
    return absl::StrCat("it has the key ", key, ", which rules of Prometheus do not have",
                        nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"));
  }
  return "";
}

absl::Duration DurationOf(const std::string& text) {
  absl::Duration out = absl::ZeroDuration();
  std::vector<ExprToken> tokens;
  ExprError error;
  if (!text.empty() && ReadExprTokens(text, tokens, error)) out = absl::Seconds(tokens[0].number);
  return out;
}

const YamlNode* MapIn(const YamlNode& node, absl::string_view key) {
  const YamlNode* found = node.Find(key);
  return found != nullptr && found->kind == YamlNode::kMap ? found : nullptr;
}

// Sides of or that stand outermost, from left to right.
void Alternatives(const Expr& node, std::vector<const Expr*>& out) {
  if (node.kind != Expr::Kind::kBinary || node.op != ExprOp::kOr) return out.push_back(&node);
  for (const auto& arg : node.args) Alternatives(*arg, out);
}

// An operation begins with its left side, whose brackets stand before that.
std::string TextOfPart(const std::string& text, const Expr& part) {
  std::vector<ExprToken> tokens;
  ExprError error;
  ReadExprTokens(text, tokens, error);
  int begin = part.begin, open = 0;
  const auto is = [](const ExprToken& token, const char* mark) { return token.kind == ExprToken::Kind::kMark && token.text == mark; };
  for (const ExprToken& token : tokens)
    if (token.begin >= part.begin && token.end <= part.end) open += is(token, "(") - is(token, ")");
  for (auto token = tokens.rbegin(); token != tokens.rend() && open < 0; ++token)
    if (token->begin < part.begin && is(*token, "(")) ++open, begin = token->begin;
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(part.end - begin));
}

// absent(...), absent(...) == 1, absent_over_time(...[1h]).
const Expr* AbsentIn(const Expr& expr) {
  const Expr* at = &expr;
  const bool compared = at->kind == Expr::Kind::kBinary && at->args[1]->kind == Expr::Kind::kNumber;
  if (compared && ((at->op == ExprOp::kEqual && at->args[1]->number == 1) || (at->op == ExprOp::kGreater && at->args[1]->number == 0))) at = at->args[0].get();
  return at->kind == Expr::Kind::kCall && (at->name == "absent" || at->name == "absent_over_time") ? at : nullptr;
}

bool AsksForAbsence(const Expr& expr) {
  if (expr.kind == Expr::Kind::kCall && (expr.name == "absent" || expr.name == "absent_over_time")) return true;
  return std::any_of(expr.args.begin(), expr.args.end(), [](const auto& arg) { return AsksForAbsence(*arg); });
}

// ... or vector(0).
bool HasDefault(const Expr& expr) {
  if (expr.kind == Expr::Kind::kBinary && expr.op == ExprOp::kOr && expr.args[1]->kind == Expr::Kind::kCall && expr.args[1]->name == "vector") return true;
  return std::any_of(expr.args.begin(), expr.args.end(), [](const auto& arg) { return HasDefault(*arg); });
}

class RuleConverter {
 public:
  RuleConverter(const PrometheusRule& rule, const RecordingRules& records, AlertNames& names) : rule_(rule), records_(records), names_(names) {}

  ImportedItem Convert() {
    item_.name = rule_.alert;
    item_.place = rule_.place;
    if (item_.name.empty()) return Refuse("it has no name (alert:)");
    if (std::string wrong = WrongKey(*rule_.node); !wrong.empty()) return Refuse(std::move(wrong));
    text_ = rule_.expr;
    std::set<std::string> used;
    if (std::string why; !records_.WriteInto(text_, used, why)) return Refuse(std::move(why));
    if (!used.empty()) Note(absl::StrCat(used.size() == 1 ? "the recording rule " : "the recording rules ", absl::StrJoin(used, ", "), used.size() == 1 ? " is" : " are", " written into the expression: nothing is recorded here"));
    const ParsedExpr first = ParseExpr(text_);
    if (first.expr == nullptr) return RefuseError(first.error);
    Rename(*first.expr);
    const ParsedExpr parsed = ParseExpr(text_);
    if (parsed.expr == nullptr) return RefuseError(parsed.error);
    NoteRhythm(*parsed.expr);
    if (HasDefault(*parsed.expr)) Note("or vector(...) is true in Prometheus even while the metric was never there; here a rule begins with the first point of its metrics: add a rule of the kind absence");
    Parts(*parsed.expr);
    return std::move(item_);
  }

 private:
  // One rule; several where the sides of `or` are different alerts, or one of them is about silence.
  void Parts(const Expr& expr) {
    std::vector<const Expr*> parts;
    Alternatives(expr, parts);
    groups_ = GroupsOf(expr);
    if (parts.size() == 1 || (groups_.error.code.empty() && !AsksForAbsence(expr))) return Part(expr, text_);
    Note("the sides of or became rules of their own, as they make different alerts");
    for (const Expr* part : parts) {
      Part(*part, TextOfPart(text_, *part));
      if (!item_.refusal.empty()) return item_.rules.clear();
    }
  }

  void Part(const Expr& part, const std::string& text) {
    if (const Expr* absent = AbsentIn(part)) return Absent(*absent);
    groups_ = GroupsOf(part);
    if (!groups_.error.code.empty()) return (void)RefuseError(groups_.error);
    Expression(text);
  }

  ImportedItem Refuse(std::string why) {
    item_.refusal = std::move(why);
    return item_;
  }
  ImportedItem RefuseError(const ExprError& error) {
    return Refuse(absl::StrCat("in expr, at \"", text_.substr(static_cast<std::size_t>(error.begin), std::min<std::size_t>(30, static_cast<std::size_t>(error.end - error.begin))), "\": ", error.message, error.hint.empty() ? "" : "; ", error.hint));
  }
  void Note(std::string note) {
    if (std::find(item_.notes.begin(), item_.notes.end(), note) == item_.notes.end()) item_.notes.push_back(std::move(note));
  }

  void Rename(const Expr& expr) {
    std::vector<const Expr*> selectors;
    CollectSelectors(expr, selectors);
    std::map<std::string, std::string> renamed;
    for (const Expr* selector : selectors) {
      if (const ExporterMetric found = MetricOfExporter(selector->name); found.metric != nullptr) {
        renamed[selector->name] = found.metric->name;
        NoteMetric(selector->name, found);
      } else if (IsExporterName(selector->name)) {
        NoteUnknown(*selector);
      }
    }
    if (!renamed.empty()) Write(renamed);
  }

  void NoteMetric(const std::string& name, const ExporterMetric& found) {
    const CatalogueMetric& metric = *found.metric;
    std::string note = absl::StrCat(name, " is ", metric.name, " here");
    if (metric.factor != 1) absl::StrAppend(&note, ", and ", metric.factor, " times as large: change the limit");
    if (!found.stat.empty())
      absl::StrAppend(&note, "; here it is the ", absl::AsciiStrToLower(metric.stat), " of each ", absl::StripPrefix(LengthText(absl::ToDoubleSeconds(metric.cadence)), "1 "), ", not the ", found.stat, ": look at the limit");
    Note(std::move(note));
  }

  // It may be scraped, so it keeps its name.
  void NoteUnknown(const Expr& selector) {
    std::string words = selector.name;
    for (const Matcher& one : selector.matchers)
      if (selector.name == "azurerm_resource_metric" && one.label == "metric") words = one.values[0];
    const std::vector<std::string> similar = SimilarMetrics(words);
    Note(absl::StrCat("the metric ", selector.name, " is not in the catalogue (nephoscope metrics), so it keeps its name and must be scraped from its exporter", similar.empty() ? "" : "; most like it: ", absl::StrJoin(similar, ", ")));
  }

  void Write(const std::map<std::string, std::string>& renamed) {
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
      absl::StrAppend(&out, text_.substr(from, static_cast<std::size_t>(token.begin) - from), metric == renamed.end() ? label : metric->second);
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
      const absl::Duration hold = DurationOf(rule_.hold);
      if (hold > absl::ZeroDuration() && hold < metric->cadence) Note(absl::StrCat("for is shorter than the time between two points of ", metric->name, " (", absl::FormatDuration(metric->cadence), ")"));
    }
  }

  // Of one selector, of what is counted of it, or of those of its values that a comparison lets through.
  void Absent(const Expr& call) {
    const Expr* at = call.args[0].get();
    while (at->kind == Expr::Kind::kAggregate && at->keeps && at->labels.empty() && at->args.size() == 1) at = at->args[0].get();
    const bool compares = at->kind == Expr::Kind::kBinary && IsComparison(at->op) && !at->as_bool && at->args[0]->kind == Expr::Kind::kSelector && at->args[1]->kind == Expr::Kind::kNumber;
    const Expr* selector = compares ? at->args[0].get() : at;
    if (selector->kind != Expr::Kind::kSelector)
      return (void)Refuse(absl::StrCat(call.name, "() is about what an expression makes, and kind: absence about one metric; write a rule of the kind absence for each metric that may stay away"));
    AbsentLabels(*selector);
    if (compares) NoneOfThem(*at, *selector);
    Silence(*selector);
  }

  // As the alert of absent() has: those that are asked to be equal.
  void AbsentLabels(const Expr& selector) {
    groups_ = {};
    for (const Matcher& matcher : selector.matchers)
      if (matcher.op == Matcher::Op::kEqual && !matcher.values[0].empty()) groups_.labels.push_back(matcher.label);
    std::sort(groups_.labels.begin(), groups_.labels.end());
    groups_.labels.erase(std::unique(groups_.labels.begin(), groups_.labels.end()), groups_.labels.end());
  }

  // absent(x == 1): x is there, and 1 nowhere.
  void NoneOfThem(const Expr& comparison, const Expr& selector) {
    const auto text = [&](int begin, int end) { return absl::string_view(text_).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)); };
    const absl::string_view between = absl::StripAsciiWhitespace(text(selector.end, comparison.args[1]->begin));
    Note("absent() of a comparison became two rules: nothing that is there passes it, and nothing is there");
    const std::string by = groups_.labels.empty() ? "" : absl::StrCat(" by (", absl::StrJoin(groups_.labels, ", "), ")");
    Expression(absl::StrCat("max", by, " (", text(selector.begin, selector.end), " ", between.substr(0, between.find_first_of(" (")), " bool ", text(comparison.args[1]->begin, comparison.args[1]->end), ") == 0"));
  }

  void Silence(const Expr& selector) {
    WhereLines where;
    for (const Matcher& matcher : selector.matchers) {
      const std::string& value = matcher.values[0];
      const bool added = matcher.op == Matcher::Op::kEqual ? (value.empty() ? where.Missing(matcher.label) : where.Equal(matcher.label, {value}))
                       : matcher.op == Matcher::Op::kNotEqual ? (value.empty() ? where.Present(matcher.label) : where.Not(matcher.label, {value}))
                       : matcher.op == Matcher::Op::kRegex && where.Matches(matcher.label, value);
      if (!added) return (void)Refuse(absl::StrCat("absent() asks something of the label ", matcher.label, " that kind: absence cannot say; choose the series by other labels"));
    }
    Note("absent() is true of what never was; this rule is about what was seen in the last 30 days and is silent now");
    const absl::Duration hold = DurationOf(rule_.hold) + selector.range;
    RuleLines lines(names_.Make(item_.name), "absence");
    lines.Line(absl::StrCat("watch: {metric: ", Quoted(selector.name), where.empty() ? "" : absl::StrCat(", where: ", where.Yaml()), groups_.labels.empty() ? "" : absl::StrCat(", by: [", absl::StrJoin(groups_.labels, ", "), "]"), "}"));
    lines.Line("expected: seen in the last 30d");
    lines.Line(absl::StrCat("when: {no_data_for: ", hold > absl::ZeroDuration() ? LengthOf(absl::StrCat(absl::ToInt64Seconds(hold))) : "5m", "}"));
    Finish(lines, false);
  }

  void Expression(absl::string_view text) {
    RuleLines lines(names_.Make(item_.name), "expr");
    text = absl::StripAsciiWhitespace(text);
    if (absl::StrContains(text, '\n')) {
      lines.Line("expr: |");
      for (absl::string_view line : absl::StrSplit(text, '\n')) lines.Line(absl::StripTrailingAsciiWhitespace(line), 1);
    } else {
      lines.Line(absl::StrCat("expr: ", Quoted(text)));
    }
    if (const std::string hold = LengthOf(rule_.hold); !hold.empty()) lines.Line(absl::StrCat("for: ", hold));
    if (const std::string keep = LengthOf(rule_.keep_firing_for); !keep.empty()) lines.Line(absl::StrCat("keep_firing_for: ", keep));
    Finish(lines, true);
  }

  void Finish(RuleLines& lines, bool has_value) {
    has_value_ = has_value;
    std::vector<std::string> labels;
    if (const YamlNode* written = MapIn(*rule_.node, "labels"))
      for (std::size_t i = 0; i + 1 < written->items.size(); i += 2) Label(std::string(written->items[i]->text), std::string(written->items[i + 1]->text), lines, labels);
    if (!labels.empty()) lines.Line(absl::StrCat("labels: {", absl::StrJoin(labels, ", "), "}"));
    std::vector<std::string> others;
    if (const YamlNode* written = MapIn(*rule_.node, "annotations"))
      for (std::size_t i = 0; i + 1 < written->items.size(); i += 2) Annotation(std::string(written->items[i]->text), std::string(written->items[i + 1]->text), lines, others);
    if (!others.empty()) lines.Line("annotations:");
    for (const std::string& one : others) lines.Line(one, 1);
    item_.rules.push_back(lines.text());
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
      if (there || std::binary_search(groups_.taken.begin(), groups_.taken.end(), name)) return absl::StrCat("${", name, "}");
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

  const PrometheusRule& rule_;
  const RecordingRules& records_;
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
  const PrometheusFiles read = ReadPrometheusFiles(files, out.diagnostics);
  const RecordingRules records(read.rules);
  for (const PrometheusRule& rule : read.rules)
    if (rule.record.empty()) out.items.push_back(RuleConverter(rule, records, names).Convert());
  if (records.size() > 0) out.remarks.push_back(absl::StrCat(records.size(), records.size() == 1 ? " recording rule" : " recording rules", ": the alerts that use them have their expressions, as nothing is recorded here"));
  RefuseWhatCheckRefuses(out);
  return out;
}

}  // namespace nephoscope
