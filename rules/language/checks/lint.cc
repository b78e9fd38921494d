#include "rules/language/checks/lint.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/catalogue/catalogue.h"
#include "rules/engine/template.h"
#include "rules/expr/parser.h"
#include "rules/engine/kind.h"
#include "rules/language/checks/lint_snooze.h"
#include "rules/language/tables/meaning.h"
#include "rules/language/checks/metric_check.h"
#include "rules/language/checks/settings_lint.h"
#include "rules/language/sink.h"
#include "rules/language/words/value_range.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::size_t kMostCompared = 16;  // of rules that ask the same

// How often what the rule looks at has news; zero: nobody can say.
absl::Duration CadenceOf(const Rule& rule) {
  if (rule.watch.is_cost) return kDay;
  const CatalogueMetric* metric = FindMetric(rule.watch.metric);
  return metric == nullptr ? absl::ZeroDuration() : metric->cadence;
}

std::string LengthOf(absl::Duration length) { return LengthText(absl::ToDoubleSeconds(length)); }

// A metric that counts or measures. Lag may be -1, where nothing is replicated.
bool NeverNegative(const Rule& rule) {
  const CatalogueMetric* metric = FindMetric(rule.watch.metric);
  return metric != nullptr && metric->unit != "money" && !absl::StrContains(metric->name, "lag") && !absl::StrContains(metric->name, "offset");
}

// The metric whose percentages are the values of this expression, as they are or summed up; empty: they are something else.
std::string PercentageIn(const Expr& expr) {
  if (expr.kind == Expr::Kind::kSelector) return UnitOfMetric(expr.name) == "%" ? expr.name : "";
  if (expr.kind != Expr::Kind::kAggregate && expr.kind != Expr::Kind::kCall) return "";
  for (const char* name : {"avg", "min", "max", "quantile", "avg_over_time", "min_over_time", "max_over_time", "last_over_time", "quantile_over_time"})
    if (expr.name == name) return PercentageIn(*expr.args.back());
  return "";
}

// A percentage that is compared with a share, such as 0.8: the comparison and its metric.
void FindShares(const Expr& expr, std::vector<std::pair<std::string, double>>& out) {
  for (const auto& arg : expr.args) FindShares(*arg, out);
  if (expr.kind != Expr::Kind::kBinary || !IsComparison(expr.op)) return;
  for (const int side : {0, 1}) {
    const Expr &value = *expr.args[side], &number = *expr.args[1 - side];
    if (number.kind != Expr::Kind::kNumber || number.number <= 0 || number.number > 1) continue;
    if (std::string metric = PercentageIn(value); !metric.empty()) out.emplace_back(std::move(metric), number.number);
  }
}

// The text of one rule in its file, to find places in.
class RuleText {
 public:
  RuleText(const SourceText& text, int first, int end) : text_(text), begin_(text.StartOf(first)), end_(end > text.lines() ? text.text().size() : text.StartOf(end)) {}

  // The name behind `alert:`; its first line where that cannot be found.
  Mark OfName(const Rule& rule) const {
    const std::size_t at = text_.text().substr(0, end_).find(rule.name, begin_);
    return at == absl::string_view::npos ? text_.MarkOf(begin_, begin_ + 1) : text_.MarkOf(at, at + rule.name.size());
  }

  // `key:` at or after a place; else `otherwise`.
  Mark OfKey(absl::string_view key, Mark after, Mark otherwise) const {
    const absl::string_view text = text_.text().substr(0, end_);
    const std::string with_colon = absl::StrCat(key, ":");
    std::size_t from = after.line > 0 ? std::max(begin_, text_.OffsetOf(after.line, after.column)) : begin_;
    for (std::size_t at = text.find(with_colon, from); at != absl::string_view::npos; at = text.find(with_colon, at + 1))
      if (IsKeyAt(at)) return text_.MarkOf(at, at + key.size());
    return otherwise;
  }

 private:
  bool IsKeyAt(std::size_t at) const {
    const unsigned char before = at == 0 ? ' ' : static_cast<unsigned char>(text_.text()[at - 1]);
    const absl::string_view line = text_.text().substr(text_.StartOf(text_.LineAt(at)), at - text_.StartOf(text_.LineAt(at)));
    return !absl::ascii_isalnum(before) && before != '_' && !absl::StrContains(line, "#");
  }

  const SourceText& text_;
  std::size_t begin_, end_;
};

class Linter {
 public:
  Linter(const RuleSet& rules, absl::Span<const SourceFile> files, absl::CivilDay today) : rules_(rules), files_(files), today_(today) {
    for (const auto& rule : rules.rules) {
      for (const std::string& part : FindKind(rule->kind)->Parts(*rule)) named_.insert(part);
      if (rule->depends_on) named_.insert(rule->depends_on->alert);
    }
  }

  std::vector<Diagnostic> Lint() {
    std::map<std::string, std::vector<const Rule*>> by_file;
    for (const auto& rule : rules_.rules) by_file[rule->file].push_back(rule.get());
    for (const SourceFile& file : files_)
      if (const auto found = by_file.find(file.path); found != by_file.end()) LintFile(file, found->second);
    for (Diagnostic& one : LintSettings(rules_, files_)) out_.push_back(std::move(one));
    return std::move(out_);
  }

 private:
  void LintFile(const SourceFile& file, std::vector<const Rule*>& rules) {
    const SourceText text(file.text);
    DiagnosticSink sink(file.path, text);
    std::sort(rules.begin(), rules.end(), [](const Rule* a, const Rule* b) { return a->line < b->line; });
    std::vector<int> lines;
    for (const Rule* rule : rules) lines.push_back(rule->line);
    const LintSnoozes snoozes(lines, sink);
    snoozes_ = &snoozes, sink_ = &sink;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const RuleText where(text, lines[i], i + 1 < lines.size() ? lines[i + 1] : text.lines() + 1);
      if (rules[i]->mode != RuleMode::kOff) LintRule(*rules[i], where);
    }
    for (Diagnostic& one : sink.Take()) out_.push_back(std::move(one));
  }

  void LintRule(const Rule& rule, const RuleText& where) {
    CheckCadence(rule, where);
    CheckRecovery(rule);
    CheckReach(rule);
    CheckShares(rule, where);
    CheckBudget(rule, where);
    CheckKind(rule);
    if (rule.mode != RuleMode::kLive) return;  // a trial of a rule may be of one that is there, and tells nobody
    CheckTwins(rule, where);
    CheckNotice(rule, where);
    CheckRunbook(rule, where);
    CheckOwner(rule, where);
  }

  void CheckCadence(const Rule& rule, const RuleText& where) {
    const absl::Duration cadence = CadenceOf(rule);
    if (cadence <= absl::ZeroDuration()) return;
    const absl::Duration window = rule.watch.fixed ? rule.watch.fixed->length : rule.watch.window;
    if (window > absl::ZeroDuration() && window < cadence) {
      const Mark mark = where.OfKey("window", {}, where.OfName(rule));
      Tell("L401", mark, absl::StrCat("the window of ", LengthOf(window), " is shorter than the data arrive (every ", LengthOf(cadence), "): it is empty most of the time"),
           absl::StrCat("write ", LengthOf(cadence), " or more"));
    }
    const absl::Duration step = std::max(cadence, rule.every);
    int told = 0;
    for (const Level& level : rule.levels) {
      if (level.hold <= absl::ZeroDuration() || level.hold >= step) continue;
      const Mark mark = where.OfKey("for", level.condition.mark, where.OfKey("for", {}, where.OfName(rule)));
      if (std::exchange(told, mark.line * 1000 + mark.column) == mark.line * 1000 + mark.column) continue;  // one `for` for all levels
      Tell("L401", mark, absl::StrCat("\"for: ", LengthOf(level.hold), "\" is shorter than the data arrive (every ", LengthOf(step), "): it changes nothing"),
           absl::StrCat("write ", LengthOf(2 * step), " or more, or take it out"));
    }
  }

  // Condition and recovery hold at the same time: the alert goes on and off.
  void CheckRecovery(const Rule& rule) {
    Mark told;
    for (const Level& level : rule.levels) {
      if (!level.recover) continue;
      const std::optional<ValueRange> condition = RangeOf(level.condition), recover = RangeOf(*level.recover);
      if (!condition || !recover || condition->Both(*recover).empty() || (told.line == level.recover->mark.line && told.column == level.recover->mark.column)) continue;
      told = level.recover->mark;
      Tell("L402", level.recover->mark, absl::StrCat("what ends the ", ToText(level.severity), " is on the wrong side: both it and its condition can hold at once, so the alert would go on and off"),
           condition->high == ValueRange().high ? "write below: and a smaller number than the condition's" : "write above: and a greater number than the condition's");
    }
  }

  void CheckReach(const Rule& rule) {
    for (const Level& level : rule.levels) {
      const std::optional<ValueRange> condition = RangeOf(level.condition);
      if (!condition) continue;
      const ValueRange possible = NeverNegative(rule) ? ValueRange{.low = 0} : ValueRange{};
      if (condition->Both(possible).empty()) {
        Tell("L403", level.condition.mark, condition->empty() ? "no number is all of this at once: it never holds" : absl::StrCat(rule.watch.metric, " is never below 0: this never holds"), "change the numbers");
      } else if (condition->Contains(possible)) {
        Tell("L403", level.condition.mark, absl::StrCat(rule.watch.metric, " is never below 0: this always holds"), "change the number");
      }
    }
  }

  void CheckShares(const Rule& rule, const RuleText& where) {
    if (rule.kind != "expr") return;
    const ParsedExpr parsed = ParseExpr(rule.options.Text("expr"));
    std::vector<std::pair<std::string, double>> shares;
    if (parsed.expr != nullptr) FindShares(*parsed.expr, shares);
    for (const auto& [metric, number] : shares)
      Tell("L412", where.OfKey("expr", {}, where.OfName(rule)), absl::StrCat(metric, " is a percentage, a number from 0 to 100, and it is compared with ", number), absl::StrCat("write ", number * 100, " if ", number * 100, " % is meant"));
  }

  void CheckBudget(const Rule& rule, const RuleText& where) {
    if (rule.kind != "budget") return;
    const bool early = std::any_of(rule.levels.begin(), rule.levels.end(), [](const Level& level) { return level.condition.Has("forecast"); });
    if (!early) Tell("L406", where.OfName(rule), "this budget has no level of forecast: it tells what is spent, not what will be", "add forecast: 100% to a level");
    if (rule.mode != RuleMode::kLive) return;
    // The same groups, period and spending: a dollar counts twice.
    Rule plain;
    plain.watch = rule.watch;
    plain.watch.metric.clear();  // all columns of the bill are the same money
    const OptionValues& budget = rule.options.Map("budget");
    std::vector<const Rule*>& others = budgets_[absl::StrCat(budget.Text("period"), " ", QuestionOf(plain))];
    for (const Rule* other : others)
      if (const std::string group = SharedGroup(rule, *other); !group.empty()) {
        Tell("L405", where.OfName(rule), absl::StrCat(rule.name, " and ", other->name, " are budgets of the same spending (", group, "): it counts in both"), "take one of the two out, or limit one by `where`", PlaceOf(*other));
        break;
      }
    if (others.size() < kMostCompared) others.push_back(&rule);
  }

  static std::set<std::string> GroupsOf(const Rule& rule) {
    std::set<std::string> out;
    for (const auto& [name, entry] : rule.options.Map("budget").NamedMaps("amounts")) out.insert(name);
    for (const AmountRow& row : rule.amounts) out.insert(absl::StrJoin(row.group, ", "));
    return out;
  }

  // A group that both have an amount for.
  static std::string SharedGroup(const Rule& one, const Rule& other) {
    const OptionValues &a = one.options.Map("budget"), &b = other.options.Map("budget");
    const bool a_rest = a.Has("amount") || a.Has("everyone_else"), b_rest = b.Has("amount") || b.Has("everyone_else");
    if (a_rest && b_rest) return "all that both watch";
    const std::set<std::string> names = GroupsOf(one);
    for (const std::string& name : GroupsOf(other))
      if (a_rest || names.count(name) != 0) return name;
    return b_rest && !names.empty() ? *names.begin() : "";
  }

  void CheckTwins(const Rule& rule, const RuleText& where) {
    if (rule.kind == "budget") return;
    std::vector<const Rule*>& others = asked_[QuestionOf(rule)];
    for (const Rule* other : others) {
      const bool same = LevelsOf(rule) == LevelsOf(*other);
      if (!same && !FiresWith(rule, *other) && !FiresWith(*other, rule)) continue;
      const auto [less, more] = FiresWith(rule, *other) ? std::make_pair(&rule, other) : std::make_pair(other, &rule);
      Tell("L404", where.OfName(rule), same ? absl::StrCat(rule.name, " asks the same as ", other->name, ": people are told twice") : absl::StrCat("whenever ", less->name, " fires, ", more->name, " fires as well"),
           same ? "take one of the two out" : "take one out, or make them levels of one rule", PlaceOf(*other));
      break;
    }
    if (others.size() < kMostCompared) others.push_back(&rule);
  }

  // Whenever `less` fires, `more` does, and no less urgently.
  static bool FiresWith(const Rule& less, const Rule& more) {
    if (less.levels.size() != 1 || more.levels.size() != 1) return false;
    const Level &a = less.levels[0], &b = more.levels[0];
    const std::optional<ValueRange> range = RangeOf(a.condition), wide = RangeOf(b.condition);
    return range && wide && wide->Contains(*range) && b.hold <= a.hold && b.severity >= a.severity && a.hold_points == b.hold_points && !a.recover && !b.recover;
  }

  // What the kind itself knows.
  void CheckKind(const Rule& rule) {
    std::vector<Diagnostic> found;
    FindKind(rule.kind)->Lint(rule, found);
    for (Diagnostic& one : found) Tell(one.code.c_str(), one.mark, std::move(one.message), std::move(one.caret_text), std::move(one.note));
  }

  void CheckNotice(const Rule& rule, const RuleText& where) {
    if (!rule.notify.empty() || named_.count(rule.name) != 0) return;
    Tell("L408", where.OfKey("notify", {}, where.OfName(rule)), absl::StrCat("nobody is told of ", rule.name, ", and no other rule is made of it"), "name who is told, such as notify: [owner]");
  }

  // Of a budget, department and amount say all there is to know.
  void CheckRunbook(const Rule& rule, const RuleText& where) {
    const bool critical = std::any_of(rule.levels.begin(), rule.levels.end(), [](const Level& level) { return level.severity == Severity::kCritical; });
    if (!critical || rule.kind == "budget" || !rule.runbook.empty()) return;
    for (const auto& [name, text] : rule.annotations)
      if (absl::StrContains(name, "runbook")) return;
    Tell("L409", where.OfName(rule), absl::StrCat(rule.name, " is critical and says nowhere what to do"), "add runbook: and the address of a page");
  }

  // What carries no labels of its own has no tags to find an owner by.
  void CheckOwner(const Rule& rule, const RuleText& where) {
    if (rule.owner || rule.watch.groups_by_label() || rules_.settings.default_owner.name != "unowned") return;
    for (const OwnerStep& step : rules_.settings.owner_steps)
      if (!step.table.empty() || std::any_of(step.tags.begin(), step.tags.end(), [&](const std::string& tag) { return rule.labels.Has(tag); })) return;
    Tell("L410", where.OfName(rule), absl::StrCat("the alerts of ", rule.name, " have no owner: a check of an address has no tags"), "add owner: {team: ...}, or a default owner in the settings");
  }

  static std::string PlaceOf(const Rule& rule) { return absl::StrCat(rule.name, " is in ", rule.file, " line ", rule.line); }

  void Tell(const char* code, Mark mark, std::string message, std::string caret, std::string note = "") {
    Diagnostic out;
    out.severity = Diagnostic::Severity::kWarning;
    out.code = code;
    out.mark = mark;
    out.message = std::move(message);
    out.caret_text = std::move(caret);
    out.note = std::move(note);
    if (!snoozes_->Silence(out, today_)) sink_->Add(std::move(out));
  }

  const RuleSet& rules_;
  absl::Span<const SourceFile> files_;
  const absl::CivilDay today_;
  std::set<std::string> named_;  // by composites and depends_on
  std::map<std::string, std::vector<const Rule*>> asked_, budgets_;
  const LintSnoozes* snoozes_ = nullptr;
  DiagnosticSink* sink_ = nullptr;
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> LintRules(const RuleSet& rules, absl::Span<const SourceFile> files, absl::CivilDay today) { return Linter(rules, files, today).Lint(); }

}  // namespace nephoscope
