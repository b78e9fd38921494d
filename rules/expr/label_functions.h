// Functions that make labels of labels: label_replace and label_join.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "rules/expr/ast.h"
#include "rules/model/labels.h"

namespace nephoscope {

inline bool MakesLabel(const Expr& call) { return call.kind == Expr::Kind::kCall && call.args.size() > 1 && call.args[1]->type == ExprType::kText; }

// The label that a call of these makes.
inline const std::string& LabelMade(const Expr& call) { return call.args[1]->name; }

// False: `call` sets the label to a text whatever the labels are.
bool MadeOfLabels(const Expr& call);
// The labels that it is made of are all `told` of.
template <typename Told>
bool SourcesAre(const Expr& call, Told told) {
  const bool join = call.name == "label_join";
  for (std::size_t i = 3; i < (join ? call.args.size() : 4); ++i)
    if (!call.args[i]->name.empty() && !told(call.args[i]->name)) return false;
  return true;
}

// Of label_replace; empty: no regular expression, `error` says why.
std::shared_ptr<const re2::RE2> CompileReplace(absl::string_view pattern, std::string& error);

Labels WithMade(const Expr& call, const Labels& labels);

}  // namespace nephoscope
