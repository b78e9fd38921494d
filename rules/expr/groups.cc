#include "rules/expr/groups.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "rules/expr/label_functions.h"
#include "absl/strings/str_join.h"

namespace nephoscope {
namespace {

using Names = std::vector<std::string>;

Names Both(const Names& a, const Names& b) {
  Names out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}
Names Either(const Names& a, const Names& b) {
  Names out;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}
Names Less(const Names& a, const Names& b) {
  Names out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}
bool Holds(const Names& larger, const Names& smaller) { return std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end()); }

// The labels of elements: exactly these, or all but these. `taken`: besides, those that come from another metric.
struct Form {
  bool all = true;
  Names labels;
  Names taken;

  bool operator==(const Form&) const = default;
};

Form Meet(const Form& a, const Form& b) {
  Names taken = Either(a.taken, b.taken);
  if (a.all && b.all) return {true, Either(a.labels, b.labels), std::move(taken)};
  if (!a.all && !b.all) return {false, Both(a.labels, b.labels), std::move(taken)};
  return {false, a.all ? Less(b.labels, a.labels) : Less(a.labels, b.labels), std::move(taken)};
}

// What on, ignoring, by or without leave of `of`.
Form Keyed(const Expr& node, const Form& of) {
  Form out = Meet(of, {!node.keeps, node.labels, {}});
  out.taken = node.keeps ? Both(of.taken, node.labels) : Less(of.taken, node.labels);
  return out;
}

bool IsVector(const Expr& node) { return node.type == ExprType::kVector; }

class Grouping {
 public:
  Form FormOf(const Expr& node) {
    switch (node.kind) {
      case Expr::Kind::kNumber:
      case Expr::Kind::kText:
      case Expr::Kind::kSelector: return {};
      case Expr::Kind::kNegative: return FormOf(*node.args[0]);
      case Expr::Kind::kCall: return Call(node);
      case Expr::Kind::kAggregate: return Aggregate(node);
      case Expr::Kind::kBinary: return Binary(node);
    }
    return {};
  }

  // The elements of one group follow from the series of that group alone.
  static bool IsAlone(const Expr& node, const Form& group) {
    const bool joined = node.kind == Expr::Kind::kBinary && IsVector(*node.args[0]) && IsVector(*node.args[1]);
    if ((joined || node.kind == Expr::Kind::kAggregate) && !Follows(group, node.keeps, node.labels)) return false;
    if (node.many != Expr::Many::kNone) return false;
    if (node.kind == Expr::Kind::kCall && node.name == "histogram_quantile" && !Follows(group, false, {"le"})) return false;
    if (node.kind == Expr::Kind::kCall && node.name == "scalar" && !Follows(group, true, {})) return false;
    return std::all_of(node.args.begin(), node.args.end(), [&](const auto& arg) { return IsAlone(*arg, group); });
  }

  // A label that is made of others tells alerts apart as these do, so they must be there.
  void CheckMade(const Form& group) {
    for (const Expr* node : made_) {
      const Names made = {LabelMade(*node)};
      const auto is_told = [&](const std::string& label) { return Holds(group.labels, {label}) != group.all; };
      if (Holds(group.taken, made) && !SourcesAre(*node, is_told))
        Fail(*node, "R514", absl::StrCat(node->name, "() makes the label ", made[0], " of labels that the alerts do not have, so they could not be told apart"), absl::StrCat("keep these labels in the result, with by (...), or collect the metric with the label ", made[0]));
    }
  }

  ExprError error;

 private:
  static bool Follows(const Form& group, bool keeps, const Names& labels) {
    if (keeps) return !group.all && Holds(labels, group.labels);
    return group.all ? Holds(group.labels, labels) : Both(group.labels, labels).empty();
  }

  void Fail(const Expr& node, const char* code, std::string message, std::string hint) {
    if (error.code.empty()) error = {code, node.begin, node.end, std::move(message), std::move(hint)};
  }

  Form Call(const Expr& node) {
    if (node.name == "absent" || node.name == "absent_over_time") Fail(node, "R514", node.name + "() speaks of series that are not there, which no alert can be made of here", "write kind: absence");
    Form out;
    if (node.name == "vector" || node.args.empty()) out = {false, {}, {}};
    for (const auto& arg : node.args)
      if (arg->type == ExprType::kVector || arg->type == ExprType::kRange) out = FormOf(*arg);
    if (MakesLabel(node)) return MakeLabel(node, std::move(out));
    return node.name == "histogram_quantile" ? Meet(out, {true, {"le"}, {}}) : out;
  }

  Form MakeLabel(const Expr& node, Form out) {
    const Names made = {LabelMade(node)};
    if (MadeOfLabels(node)) made_.push_back(&node);
    out.labels = out.all ? Either(out.labels, made) : Less(out.labels, made);
    out.taken = Either(out.taken, made);
    return out;
  }

  Form Aggregate(const Expr& node) {
    const bool picks = node.name == "topk" || node.name == "bottomk";
    const Form of = FormOf(*node.args.back());
    if (picks && within_ == 0) Fail(node, "R514", absl::StrCat(node.name, "() picks alerts by comparing them with each other"), "write a limit, such as > 80");
    return picks ? of : WithTaken(node, of);
  }

  // A label that was taken over can tell alerts apart where the metric that it is of has all labels of the result.
  Form WithTaken(const Expr& node, const Form& of) {
    Form out = Keyed(node, of);
    if (out.all || out.taken.empty() || !Holds(whole_, node.labels)) return out;
    out.labels = node.labels;
    out.taken.clear();
    return out;
  }

  Form Binary(const Expr& node) {
    if (node.many != Expr::Many::kNone) return ManyToOne(node);
    const Form left = FormOf(*node.args[0]), right = FormOf(*node.args[1]);
    if (!IsVector(*node.args[0])) return right;
    if (!IsVector(*node.args[1]) || node.op == ExprOp::kAnd || node.op == ExprOp::kUnless) return left;
    if (node.op != ExprOp::kOr) return Keyed(node, Meet(left, right));
    if (left != right) Fail(node, "R514", "the two sides of or have different labels", "give both sides the same labels, with by (...), or write two rules");
    return left;
  }

  Form ManyToOne(const Expr& node) {
    const bool left = node.many == Expr::Many::kLeft;
    Form many = FormOf(*node.args[left ? 0 : 1]);
    ++within_;
    const Form one = FormOf(*node.args[left ? 1 : 0]);
    --within_;
    whole_ = node.keeps && one.all ? Either(node.labels, node.takes) : one.all ? node.takes : one.labels;
    many.labels = many.all ? Either(many.labels, node.takes) : Less(many.labels, node.takes);
    many.taken = Either(many.taken, node.takes);
    return many;
  }

  int within_ = 0;  // the one side of a join, where topk picks no alerts
  std::vector<const Expr*> made_;  // calls that make labels of labels
  Names whole_;     // labels that the one side of the newest join has
};

bool CanBeFalse(const Expr& node) {
  if (node.kind == Expr::Kind::kBinary && ((IsComparison(node.op) && !node.as_bool && node.type == ExprType::kVector) || node.op == ExprOp::kAnd || node.op == ExprOp::kUnless)) return true;
  return std::any_of(node.args.begin(), node.args.end(), [](const auto& arg) { return CanBeFalse(*arg); });
}

}  // namespace

ExprGroups GroupsOf(const Expr& expr) {
  std::vector<const Expr*> selectors;
  CollectSelectors(expr, selectors);
  if (selectors.empty()) return {.error = {"R515", expr.begin, expr.end, "the expression looks at no metric", "name one, such as aws.rds.cpu_utilization > 80"}};
  if (expr.type != ExprType::kVector || !CanBeFalse(expr)) return {.error = {"R515", expr.begin, expr.end, "nothing in the expression can be false, so it would always fire", "compare it: ... > 80"}};
  Grouping grouping;
  const Form form = grouping.FormOf(expr);
  grouping.CheckMade(form);
  return {form.all, form.labels, !Grouping::IsAlone(expr, form), form.taken, std::move(grouping.error)};
}

}  // namespace nephoscope
