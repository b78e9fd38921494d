#include "rules/expr/groups.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
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

// The labels of elements: exactly these, or all but these.
struct Form {
  bool all = true;
  Names labels;

  bool operator==(const Form&) const = default;
};

Form Meet(const Form& a, const Form& b) {
  if (a.all && b.all) return {true, Either(a.labels, b.labels)};
  if (!a.all && !b.all) return {false, Both(a.labels, b.labels)};
  return {false, a.all ? Less(b.labels, a.labels) : Less(a.labels, b.labels)};
}
Form Keyed(const Expr& node, const Form& of) { return Meet(of, {!node.keeps, node.labels}); }

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
  void CheckAlone(const Expr& node, const Form& group) {
    const bool keyed = node.kind == Expr::Kind::kAggregate || (node.kind == Expr::Kind::kBinary && node.args[0]->type == ExprType::kVector && node.args[1]->type == ExprType::kVector);
    if (keyed && !Follows(group, node))
      Fail(node, "R514", absl::StrCat("the alerts have ", group.all ? "all labels of their series" : absl::StrCat("the labels ", absl::StrJoin(group.labels, ", ")), ", but this part looks at several of them together"),
           node.keeps && !node.labels.empty() ? absl::StrCat("give the whole result these labels: max by (", absl::StrJoin(node.labels, ", "), ") (...) on the left side") : "give both sides the same labels, with by (...)");
    for (const auto& arg : node.args) CheckAlone(*arg, group);
  }

  ExprError error;

 private:
  static bool Follows(const Form& group, const Expr& node) {
    if (node.keeps) return !group.all && Holds(node.labels, group.labels);
    return group.all ? Holds(group.labels, node.labels) : Both(group.labels, node.labels).empty();
  }

  void Fail(const Expr& node, const char* code, std::string message, std::string hint) {
    if (error.code.empty()) error = {code, node.begin, node.end, std::move(message), std::move(hint)};
  }

  Form Call(const Expr& node) {
    if (node.name == "absent") Fail(node, "R514", "absent() speaks of series that are not there, which no alert can be made of here", "write kind: absence");
    for (const auto& arg : node.args)
      if (arg->type != ExprType::kNumber) return FormOf(*arg);
    return {};
  }

  Form Aggregate(const Expr& node) {
    if (node.name == "topk" || node.name == "bottomk") Fail(node, "R514", absl::StrCat(node.name, "() picks alerts by comparing them with each other"), "write a limit, such as > 80");
    return Keyed(node, FormOf(*node.args.back()));
  }

  Form Binary(const Expr& node) {
    const Form left = FormOf(*node.args[0]), right = FormOf(*node.args[1]);
    if (node.args[0]->type == ExprType::kNumber) return right;
    if (node.args[1]->type == ExprType::kNumber || node.op == ExprOp::kAnd || node.op == ExprOp::kUnless) return left;
    if (node.op != ExprOp::kOr) return Keyed(node, Meet(left, right));
    if (left != right) Fail(node, "R514", "the two sides of or have different labels", "give both sides the same labels, with by (...), or write two rules");
    return left;
  }
};

bool CanBeFalse(const Expr& node) {
  if (node.kind == Expr::Kind::kBinary && ((IsComparison(node.op) && !node.as_bool && node.type == ExprType::kVector) || node.op == ExprOp::kAnd || node.op == ExprOp::kUnless)) return true;
  return std::any_of(node.args.begin(), node.args.end(), [](const auto& arg) { return CanBeFalse(*arg); });
}

}  // namespace

ExprGroups GroupsOf(const Expr& expr) {
  std::vector<const Expr*> selectors;
  CollectSelectors(expr, selectors);
  if (selectors.empty()) return {false, {}, {"R515", expr.begin, expr.end, "the expression looks at no metric", "name one, such as aws.rds.cpu_utilization > 80"}};
  if (expr.type != ExprType::kVector || !CanBeFalse(expr)) return {false, {}, {"R515", expr.begin, expr.end, "nothing in the expression can be false, so it would always fire", "compare it: ... > 80"}};
  Grouping grouping;
  const Form form = grouping.FormOf(expr);
  if (grouping.error.code.empty()) grouping.CheckAlone(expr, form);
  return {form.all, form.labels, std::move(grouping.error)};
}

}  // namespace nephoscope
