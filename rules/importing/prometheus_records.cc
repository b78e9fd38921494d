#include "rules/importing/prometheus_records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/expr/parser.h"

namespace nephoscope {
namespace {

constexpr int kMostDepth = 16;  // of recording rules that use others

bool Names(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

bool Holds(const Matcher& matcher, absl::string_view value) { return LabelMatcher(matcher).Holds(value); }

std::string InText(absl::Duration length) {
  const std::int64_t ms = absl::ToInt64Milliseconds(length);
  return ms % 1000 == 0 ? absl::StrCat(ms / 1000, "s") : absl::StrCat(ms, "ms");
}

const char* InText(Matcher::Op op) {
  switch (op) {
    case Matcher::Op::kEqual: return "=";
    case Matcher::Op::kNotEqual: return "!=";
    case Matcher::Op::kRegex: return "=~";
    default: return "!~";
  }
}

// What a selector gets besides: conditions on labels, an offset, a window.
struct Added {
  std::vector<Matcher> matchers;
  absl::Duration offset = absl::ZeroDuration(), range = absl::ZeroDuration();

  bool any() const { return !matchers.empty() || offset != absl::ZeroDuration() || range != absl::ZeroDuration(); }
};

std::string SelectorText(absl::string_view name, const Expr& selector, const Added& added) {
  std::vector<std::string> conditions;
  for (const std::vector<Matcher>* list : {&selector.matchers, &added.matchers})
    for (const Matcher& one : *list)
      conditions.push_back(absl::StrCat(one.label, InText(one.op), "\"", absl::CEscape(one.values[0]), "\""));
  const absl::Duration range = selector.range + added.range, offset = selector.offset + added.offset;
  std::string out(name);
  if (!conditions.empty()) absl::StrAppend(&out, "{", absl::StrJoin(conditions, ","), "}");
  if (range != absl::ZeroDuration()) absl::StrAppend(&out, "[", InText(range), "]");
  if (offset != absl::ZeroDuration()) absl::StrAppend(&out, " offset ", InText(offset));
  return out;
}

using Edits = std::map<const Expr*, Added>;

// Puts a condition on a label of what `node` gives upon the selectors below it. False: it cannot be put there.
bool Push(const Expr& node, const Matcher& matcher, Edits& edits);

bool PushBelow(const Expr& node, const Matcher& matcher, Edits& edits) {
  return std::all_of(node.args.begin(), node.args.end(), [&](const auto& arg) {
    return arg->type == ExprType::kNumber || arg->type == ExprType::kText || Push(*arg, matcher, edits);
  });
}

bool PushBinary(const Expr& node, const Matcher& matcher, Edits& edits) {
  const Expr &left = *node.args[0], &right = *node.args[1];
  if (left.type == ExprType::kNumber || right.type == ExprType::kNumber) return PushBelow(node, matcher, edits);
  if (node.op == ExprOp::kAnd || node.op == ExprOp::kUnless) return Push(left, matcher, edits);
  if (node.op == ExprOp::kOr) return PushBelow(node, matcher, edits);
  const Expr &many = node.many == Expr::Many::kRight ? right : left, &one = node.many == Expr::Many::kRight ? left : right;
  if (Names(node.takes, matcher.label)) return Push(one, matcher, edits);
  if (node.many != Expr::Many::kNone) return Push(many, matcher, edits);
  if (Names(node.labels, matcher.label) != node.keeps) return Holds(matcher, "");
  return PushBelow(node, matcher, edits);
}

bool Push(const Expr& node, const Matcher& matcher, Edits& edits) {
  switch (node.kind) {
    case Expr::Kind::kSelector: return edits[&node].matchers.push_back(matcher), true;
    case Expr::Kind::kNegative: return Push(*node.args[0], matcher, edits);
    case Expr::Kind::kBinary: return PushBinary(node, matcher, edits);
    case Expr::Kind::kAggregate:
      if (node.name == "topk" || node.name == "bottomk") return false;
      if (Names(node.labels, matcher.label) != node.keeps) return Holds(matcher, "");
      return PushBelow(node, matcher, edits);
    case Expr::Kind::kCall:
      if (node.name == "absent" || node.name == "scalar") return false;
      if (node.name == "vector") return Holds(matcher, "");
      if (node.name == "histogram_quantile" && matcher.label == "le") return false;
      if (node.name == "label_replace" || node.name == "label_join") return node.args[1]->name != matcher.label && PushBelow(node, matcher, edits);
      return PushBelow(node, matcher, edits);
    default: return false;
  }
}

bool AsksForTime(const Expr& node) {
  if (node.kind == Expr::Kind::kCall && node.args.empty()) return true;
  return std::any_of(node.args.begin(), node.args.end(), [](const auto& arg) { return AsksForTime(*arg); });
}

}  // namespace

class RecordingRules::Writer {
 public:
  Writer(const RecordingRules& rules, std::set<std::string>& used, std::string& why) : rules_(rules), used_(used), why_(why) {}

  // What cannot be parsed stays, and is told later.
  bool Write(std::string& text) {
    const ParsedExpr parsed = ParseExpr(text);
    if (parsed.expr == nullptr) return true;
    std::vector<const Expr*> selectors;
    CollectSelectors(*parsed.expr, selectors);
    for (auto at = selectors.rbegin(); at != selectors.rend(); ++at) {
      const auto found = rules_.all_.find((*at)->name);
      if (found == rules_.all_.end()) continue;
      std::string instead;
      if (!Instead(**at, found->second, instead)) return false;
      used_.insert((*at)->name);
      const auto begin = static_cast<std::size_t>((*at)->begin), end = static_cast<std::size_t>((*at)->end);
      text.replace(begin, end - begin, instead);
      if (text.size() > static_cast<std::size_t>(kMostExprBytes))
        return No("with its recording rules written in, the expression would be longer than 16 KiB; make several rules of it");
    }
    return true;
  }

 private:
  bool No(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool Instead(const Expr& selector, const std::vector<Definition>& definitions, std::string& out) {
    if (within_.size() >= kMostDepth || !within_.insert(selector.name).second)
      return No(absl::StrCat("the recording rule ", selector.name, " is made of itself, or of more than ", kMostDepth, " others, one within the other"));
    std::vector<std::string> parts;
    bool ok = true;
    for (const Definition& one : definitions) {
      std::string part;
      bool matches = true;
      ok = ok && Part(selector, one, part, matches);
      if (ok && matches) parts.push_back(std::move(part));
    }
    within_.erase(selector.name);
    if (!ok) return false;
    if (parts.empty()) return No(absl::StrCat("no recording rule of ", selector.name, " has the labels that are asked for"));
    out = parts.size() == 1 ? parts[0] : absl::StrCat("(", absl::StrJoin(parts, " or "), ")");
    return true;
  }

  bool Part(const Expr& selector, const Definition& definition, std::string& out, bool& matches) {
    Added added{{}, selector.offset, selector.range};
    for (const Matcher& matcher : selector.matchers) {
      const auto own = definition.labels.find(matcher.label);
      if (own == definition.labels.end()) added.matchers.push_back(matcher);
      else if (!Holds(matcher, own->second)) return matches = false, true;
    }
    out = definition.expr;
    if (!Write(out)) return false;
    if (!Put(selector, added, out)) return false;
    for (const auto& [label, value] : definition.labels) {
      if (added.range != absl::ZeroDuration()) return No(absl::StrCat("it looks at a window of ", selector.name, ", which is recorded with labels of its own: write its expression into the rule"));
      out = absl::StrCat("label_replace(", out, ", \"", label, "\", \"", absl::CEscape(value), "\", \"\", \"\")");
    }
    return true;
  }

  bool Put(const Expr& selector, const Added& added, std::string& text) {
    const ParsedExpr parsed = ParseExpr(text);
    const std::string name = absl::StrCat("the recording rule ", selector.name);
    if (parsed.expr == nullptr) return No(absl::StrCat("it uses ", name, ", whose expression cannot be brought over: ", parsed.error.message, parsed.error.hint.empty() ? "" : "; ", parsed.error.hint));
    const bool plain = parsed.expr->kind == Expr::Kind::kSelector;
    if (added.range != absl::ZeroDuration() && !plain)
      return No(absl::StrCat("it looks at a window ([", InText(added.range), "]) of what ", name, " makes, and nothing is recorded here: write the window into the expression of that rule, around the metric itself"));
    if (added.offset != absl::ZeroDuration() && AsksForTime(*parsed.expr))
      return No(absl::StrCat("it looks at an earlier time of ", name, ", which asks for the time itself: write its expression into the rule"));
    Edits edits;
    for (const Matcher& matcher : added.matchers)
      if (!Push(*parsed.expr, matcher, edits)) return No(absl::StrCat("it asks for the label ", matcher.label, " of ", name, ", which that does not take from its metrics: write its expression into the rule"));
    std::vector<const Expr*> selectors;
    CollectSelectors(*parsed.expr, selectors);
    for (auto at = selectors.rbegin(); at != selectors.rend(); ++at) {
      Added of_one = edits[*at];
      of_one.offset = added.offset;
      of_one.range = added.range;
      if (!of_one.any()) continue;
      const auto begin = static_cast<std::size_t>((*at)->begin), end = static_cast<std::size_t>((*at)->end);
      text.replace(begin, end - begin, SelectorText(text.substr(begin, (*at)->name.size()), **at, of_one));
    }
    const bool number = parsed.expr->type == ExprType::kNumber;
    if (!plain) text = absl::StrCat(number ? "vector(" : "(", text, ")");
    return true;
  }

  const RecordingRules& rules_;
  std::set<std::string>& used_;
  std::string& why_;
  std::set<std::string> within_;
};

RecordingRules::RecordingRules(absl::Span<const PrometheusRule> rules) {
  for (const PrometheusRule& rule : rules) {
    if (rule.record.empty()) continue;
    Definition made{rule.expr, {}, rule.place};
    if (const YamlNode* labels = rule.node->Find("labels"); labels != nullptr && labels->kind == YamlNode::kMap)
      for (std::size_t i = 0; i + 1 < labels->items.size(); i += 2)
        if (!labels->items[i + 1]->text.empty()) made.labels[std::string(labels->items[i]->text)] = std::string(labels->items[i + 1]->text);
    std::vector<Definition>& all = all_[rule.record];
    if (std::find(all.begin(), all.end(), made) == all.end()) all.push_back(std::move(made));
  }
}

bool RecordingRules::WriteInto(std::string& expr, std::set<std::string>& used, std::string& why) const {
  return Writer(*this, used, why).Write(expr);
}

}  // namespace nephoscope
