#include "rules/expr/parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/expr/functions.h"
#include "rules/expr/hints.h"
#include "rules/expr/label_functions.h"
#include "rules/expr/lexer.h"
#include "rules/expr/window_functions.h"

namespace nephoscope {
namespace {

using Node = std::unique_ptr<Expr>;

constexpr char kSubquery[] = "a subquery";
constexpr char kArithmetic[] = "arithmetic of windows and offsets";
constexpr char kArithmeticInstead[] = "the length itself, such as 1h30m";
constexpr char kSubqueryInstead[] = "a _over_time function over the metric itself";

const char* InWords(ExprType type) {
  switch (type) {
    case ExprType::kNumber: return "a number";
    case ExprType::kText: return "a text";
    case ExprType::kVector: return "the values of a metric";
    case ExprType::kRange: return "a metric with a window, such as metric[5m]";
  }
  return "";
}

struct OpRow {
  const char* text;
  ExprOp op;
  int binding;  // larger binds tighter
};
constexpr int kUnary = 5, kPower = 6;
constexpr OpRow kOps[] = {
    {"or", ExprOp::kOr, 1},         {"and", ExprOp::kAnd, 2},        {"unless", ExprOp::kUnless, 2},    {"==", ExprOp::kEqual, 3},
    {"!=", ExprOp::kNotEqual, 3},   {"<", ExprOp::kLess, 3},         {"<=", ExprOp::kLessOrEqual, 3},   {">", ExprOp::kGreater, 3},
    {">=", ExprOp::kGreaterOrEqual, 3}, {"+", ExprOp::kAdd, 4},      {"-", ExprOp::kSubtract, 4},       {"*", ExprOp::kMultiply, kUnary},
    {"/", ExprOp::kDivide, kUnary}, {"%", ExprOp::kModulo, kUnary},  {"^", ExprOp::kPower, kPower},
};

// One pass, no way back. Every function that makes a node returns nullptr after an error; the first error stays.
class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  ParsedExpr Run() {
    if (text_.size() > static_cast<std::size_t>(kMostExprBytes)) {
      Fail("R512", 0, 1, absl::StrCat("an expression has ", kMostExprBytes / 1024, " KiB at most"), "make several rules of it");
    } else if (ReadExprTokens(text_, tokens_, error_)) {
      Node root = Binary(1);
      if (root && Now().kind != Token::kEnd) Unexpected("an operator such as > or the end");
      if (root && root->type == ExprType::kRange && !failed()) TypeError(*root, "the whole expression", "one value for each series", "put a function around it, such as avg_over_time(...)");
      if (!failed()) return {std::shared_ptr<const Expr>(std::move(root)), {}};
    }
    return {nullptr, std::move(error_)};
  }

 private:
  using Token = ExprToken::Kind;

  const ExprToken& Now() const { return tokens_[at_]; }
  const ExprToken& Next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool failed() const { return !error_.code.empty(); }
  bool IsMark(absl::string_view mark) const { return Now().kind == Token::kMark && Now().text == mark; }
  bool IsWord(absl::string_view word) const { return Now().kind == Token::kName && absl::AsciiStrToLower(Now().text) == word; }
  void Step() { if (at_ + 1 < tokens_.size()) ++at_; }

  Node Fail(const char* code, int begin, int end, std::string message, std::string hint) {
    if (!failed()) error_ = {code, begin, std::max(end, begin + 1), std::move(message), std::move(hint)};
    return nullptr;
  }
  Node Unexpected(absl::string_view wanted) {
    if (Now().kind == Token::kEnd && !open_.empty()) {
      const ExprToken& bracket = tokens_[open_.back()];
      return Fail("R510", bracket.begin, bracket.end, absl::StrCat("unclosed \"", bracket.text, "\""), "close it");
    }
    const std::string found = Now().kind == Token::kEnd ? "the expression ends" : absl::StrCat("\"", text_.substr(static_cast<std::size_t>(Now().begin), static_cast<std::size_t>(Now().end - Now().begin)), "\" stands");
    return Fail("R510", Now().begin, Now().end, absl::StrCat(found, " where ", wanted, " is expected"), HintAt(tokens_, at_));
  }
  Node NotHere(int begin, int end, absl::string_view what, absl::string_view instead) {
    return Fail("R511", begin, end, absl::StrCat(what, " is not supported here; write ", instead), "");
  }
  Node TypeError(const Expr& node, absl::string_view where, absl::string_view wanted, std::string hint = "") {
    return Fail("R513", node.begin, node.end, absl::StrCat(where, " takes ", wanted, ", and this is ", InWords(node.type)), std::move(hint));
  }

  bool Expect(absl::string_view mark) {
    if (!IsMark(mark)) return Unexpected(absl::StrCat("\"", mark, "\"")), false;
    Step();
    return true;
  }
  bool Open(absl::string_view mark) {
    if (!IsMark(mark)) return Unexpected(absl::StrCat("\"", mark, "\"")), false;
    open_.push_back(at_);
    Step();
    if (static_cast<int>(open_.size()) <= kMostExprDepth) return true;
    Fail("R512", tokens_[open_.back()].begin, tokens_[open_.back()].end, absl::StrCat("brackets stand more than ", kMostExprDepth, " deep"), "");
    return false;
  }
  bool Close(absl::string_view mark) {
    if (!Expect(mark)) return false;
    open_.pop_back();
    return true;
  }

  Node Make(Expr::Kind kind, ExprType type, int begin) {
    if (++nodes_ > kMostExprNodes) return Fail("R512", begin, begin + 1, absl::StrCat("an expression has ", kMostExprNodes, " parts at most"), "make several rules of it");
    auto node = std::make_unique<Expr>();
    node->kind = kind;
    node->type = type;
    node->begin = begin;
    node->end = Now().end;
    return node;
  }
  // After its arguments are there.
  Node Done(Node node) {
    for (const Node& arg : node->args) node->depth = std::max(node->depth, arg->depth + 1);
    node->end = tokens_[at_ == 0 ? 0 : at_ - 1].end;
    if (node->depth <= 4 * kMostExprDepth) return node;
    return Fail("R512", node->begin, node->end, absl::StrCat("an expression is at most ", 4 * kMostExprDepth, " operations deep"), "make several rules of it");
  }

  const OpRow* OpHere() const {
    if (Now().kind != Token::kMark && Now().kind != Token::kName) return nullptr;
    const std::string text = absl::AsciiStrToLower(Now().text);
    for (const OpRow& row : kOps)
      if (text == row.text) return &row;
    return nullptr;
  }

  Node Binary(int least) {
    Node left = Unary();
    while (left) {
      const OpRow* row = OpHere();
      if (row == nullptr || row->binding < least) {
        if (IsWord("atan2")) return NotHere(Now().begin, Now().end, "atan2", InsteadOf("atan2"));
        return left;
      }
      Node node = Make(Expr::Kind::kBinary, ExprType::kVector, left->begin);
      if (!node) return nullptr;
      node->op = row->op;
      Step();
      if (!Modifiers(*node)) return nullptr;
      Node right = Binary(row->binding == kPower ? kPower : row->binding + 1);  // ^ binds to the right
      if (!right || !CheckOperands(*node, *left, *right)) return nullptr;
      node->args.push_back(std::move(left));
      node->args.push_back(std::move(right));
      left = Done(std::move(node));
    }
    return left;
  }

  bool Modifiers(Expr& node) {
    if (IsWord("bool")) {
      if (!IsComparison(node.op)) return Fail("R510", Now().begin, Now().end, "only comparisons have bool", "take it out"), false;
      node.as_bool = true;
      Step();
    }
    const bool is_matched = IsWord("on") || IsWord("ignoring");
    if (is_matched) {
      node.keeps = IsWord("on");
      Step();
      if (!Names(node.labels)) return false;
    }
    if (!ManyToOne(node, is_matched)) return false;
    for (const char* word : {"fill", "fill_left", "fill_right"})
      if (IsWord(word) && Next().text == "(") return NotHere(Now().begin, Now().end, word, "or between the two sides"), false;
    return true;
  }

  // group_left, group_right and the labels that they take over.
  bool ManyToOne(Expr& node, bool is_matched) {
    if (!IsWord("group_left") && !IsWord("group_right")) return true;
    const ExprToken word = Now();
    const auto wrong = [&](std::string message, std::string hint) {
      return Fail("R510", word.begin, word.end, std::move(message), std::move(hint)), false;
    };
    if (!is_matched) return wrong(absl::StrCat(word.text, " stands without on(...)"), "write on (label) in front of it");
    if (IsSetOp(node.op)) return wrong(absl::StrCat("and, or and unless have no ", word.text), "take it out");
    node.many = IsWord("group_left") ? Expr::Many::kLeft : Expr::Many::kRight;
    Step();
    if (IsMark("(") && !Names(node.takes)) return false;
    for (const std::string& label : node.takes)
      if (node.keeps && std::binary_search(node.labels.begin(), node.labels.end(), label))
        return wrong(absl::StrCat("the label ", label, " stands in on(...) and in ", word.text, "(...)"), "take it out of one");
    return true;
  }

  bool CheckOperands(Expr& node, const Expr& left, const Expr& right) {
    for (const Expr* side : {&left, &right})
      if (side->type == ExprType::kRange || side->type == ExprType::kText || (IsSetOp(node.op) && side->type == ExprType::kNumber))
        return TypeError(*side, "this operator", IsSetOp(node.op) ? "the values of a metric on both sides" : "numbers or the values of a metric"), false;
    const bool vectors = left.type == ExprType::kVector && right.type == ExprType::kVector;
    if (node.keeps && !vectors) return Fail("R513", node.begin, right.end, "on(...) joins two metrics, and one side is a number", "take on(...) out"), false;
    if (left.type != ExprType::kNumber || right.type != ExprType::kNumber) return true;
    if (IsComparison(node.op) && !node.as_bool) return Fail("R513", node.begin, right.end, "two numbers are compared, which filters nothing", "write bool behind the operator"), false;
    node.type = ExprType::kNumber;
    return true;
  }

  Node Unary() {
    // A loop, not a recursion: a thousand signs are one.
    const int begin = Now().begin;
    bool negative = false, any = false;
    for (; IsMark("-") || IsMark("+"); Step()) {
      any = true;
      negative = negative != IsMark("-");
    }
    if (!any) return Postfix(Primary());
    Node operand = Binary(kPower);
    if (!operand) return nullptr;
    if (operand->type != ExprType::kNumber && operand->type != ExprType::kVector) return TypeError(*operand, "a sign", "a number or the values of a metric");
    if (!negative) return operand;
    Node node = Make(Expr::Kind::kNegative, operand->type, begin);
    if (!node) return nullptr;
    node->args.push_back(std::move(operand));
    return Done(std::move(node));
  }

  Node Primary() {
    switch (Now().kind) {
      case Token::kNumber:
      case Token::kLength: return Number(Now().number);
      case Token::kText: return Text();
      case Token::kName: return Word();
      case Token::kEnd: return Unexpected("a metric, a number or a function");
      case Token::kMark: break;
    }
    if (IsMark("(")) {
      if (!Open("(")) return nullptr;
      Node inner = Binary(1);
      if (!inner || !Close(")")) return nullptr;
      return inner;
    }
    if (IsMark("{")) return NotHere(Now().begin, Now().end, "a selector without a metric", "the name of the metric in front of {");
    return Unexpected("a metric, a number or a function");
  }

  Node Number(double value) {
    Node node = Make(Expr::Kind::kNumber, ExprType::kNumber, Now().begin);
    if (!node) return nullptr;
    node->number = value;
    Step();
    return node;
  }
  Node Text() {
    Node node = Make(Expr::Kind::kText, ExprType::kText, Now().begin);
    if (!node) return nullptr;
    node->name = Now().text;
    Step();
    return node;
  }

  Node Word() {
    const std::string small = absl::AsciiStrToLower(Now().text);
    if (Next().kind != Token::kMark || (Next().text != "{" && Next().text != "[")) {
      if (small == "inf") return Number(std::numeric_limits<double>::infinity());
      if (small == "nan") return Number(std::numeric_limits<double>::quiet_NaN());
    }
    const absl::string_view next = Next().text;
    const std::string after = Next().kind == Token::kName ? absl::AsciiStrToLower(next) : "";
    if (IsExprAggregate(small) && ((Next().kind == Token::kMark && next == "(") || after == "by" || after == "without")) return Aggregate(small);
    if (Next().kind == Token::kMark && next == "(") return Call();
    if ((after == "by" || after == "without") && InsteadOf(small) != nullptr) return NotHere(Now().begin, Now().end, small, InsteadOf(small));
    return Selector();
  }

  Node Call() {
    const ExprToken name = Now();
    const ExprFunction* function = FindExprFunction(name.text);
    if (function == nullptr) {
      if (const char* instead = InsteadOf(name.text)) return NotHere(name.begin, name.end, absl::StrCat(name.text, "()"), instead);
      const std::string meant = FunctionMeant(name.text);
      return Fail("R510", name.begin, name.end, absl::StrCat("there is no function \"", name.text, "\""), meant.empty() ? "" : absl::StrCat("write ", meant));
    }
    Node node = Make(Expr::Kind::kCall, function->result, name.begin);
    if (!node) return nullptr;
    node->window = WindowFunctionOf(function->name);
    node->name = name.text;
    Step();
    if (!Arguments(*node)) return nullptr;
    const int given = static_cast<int>(node->args.size()), most = static_cast<int>(function->args.size());
    if (given < function->least || given > most)
      return Fail("R513", name.begin, name.end, absl::StrCat(name.text, "() takes ", function->least == most ? "" : absl::StrCat(function->least, " to "), most, most == 1 ? " argument" : " arguments", ", and ", given, given == 1 ? " is" : " are", " given"), "");
    for (int i = 0; i < given; ++i)
      if (node->args[i]->type != function->args[i])
        return TypeError(*node->args[i], absl::StrCat(name.text, "()"), InWords(function->args[i]), function->args[i] == ExprType::kRange ? "write the window in brackets: metric[5m]" : "");
    if (MakesLabel(*node) && !CheckLabels(*node)) return nullptr;
    return Done(std::move(node));
  }

  // Of label_replace and label_join.
  bool CheckLabels(Expr& call) {
    const Expr& made = *call.args[1];
    if (made.name == "__name__") return NotHere(made.begin, made.end, "another name for a metric", "the metric itself"), false;
    const bool is_name = !made.name.empty() && !absl::ascii_isdigit(made.name[0]) && std::all_of(made.name.begin(), made.name.end(), [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
    if (!is_name) return Fail("R510", made.begin, made.end, absl::StrCat("\"", made.name, "\" is not the name of a label"), ""), false;
    if (call.name != "label_replace") return true;
    const Expr& pattern = *call.args[4];
    std::string error;
    call.regex = CompileReplace(pattern.name, error);
    if (call.regex == nullptr) return Fail("R510", pattern.begin, pattern.end, absl::StrCat("\"", pattern.name, "\" is not a regular expression: ", error), ""), false;
    return true;
  }

  bool Arguments(Expr& node) {
    if (!Open("(")) return false;
    while (!IsMark(")")) {
      Node arg = Binary(1);
      if (!arg) return false;
      node.args.push_back(std::move(arg));
      if (!IsMark(",")) break;
      Step();
    }
    return Close(")");
  }

  Node Aggregate(const std::string& name) {
    const ExprToken word = Now();
    Node node = Make(Expr::Kind::kAggregate, ExprType::kVector, word.begin);
    if (!node) return nullptr;
    node->name = name;
    node->keeps = true;  // by nothing
    Step();
    bool grouped = false;
    if (!Grouping(*node, grouped) || !Arguments(*node) || (!grouped && !Grouping(*node, grouped))) return nullptr;
    const std::size_t wanted = TakesParameter(name) ? 2 : 1;
    if (node->args.size() != wanted)
      return Fail("R513", word.begin, word.end, absl::StrCat(name, "() takes ", wanted == 2 ? "a number and the values of a metric" : "the values of a metric", ", and ", node->args.size(), " arguments are given"), "");
    if (wanted == 2 && node->args[0]->type != ExprType::kNumber) return TypeError(*node->args[0], absl::StrCat(name, "()"), "a number first");
    if (node->args.back()->type != ExprType::kVector) return TypeError(*node->args.back(), absl::StrCat(name, "()"), "the values of a metric");
    return Done(std::move(node));
  }

  bool Grouping(Expr& node, bool& found) {
    if (!IsWord("by") && !IsWord("without")) return true;
    node.keeps = IsWord("by");
    found = true;
    Step();
    return Names(node.labels);
  }

  bool Names(std::vector<std::string>& out) {
    if (!Open("(")) return false;
    while (Now().kind == Token::kName) {
      if (Now().text == "__name__") return NotHere(Now().begin, Now().end, "__name__", "other labels; a rule names its metrics"), false;
      out.push_back(Now().text);
      Step();
      if (!IsMark(",")) break;
      Step();
    }
    if (!IsMark(")")) return Unexpected("the name of a label or \")\""), false;
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return Close(")");
  }

  Node Selector() {
    if (OpHere() != nullptr && Next().text != "{" && Next().text != "[") return Unexpected("a metric, a number or a function");
    Node node = Make(Expr::Kind::kSelector, ExprType::kVector, Now().begin);
    if (!node) return nullptr;
    node->name = Now().text;
    if (node->name == "cost_effective" || node->name == "cost_billed" || node->name == "cost_list" || node->name == "cost_contracted") node->name[4] = '.';
    Step();
    if (IsMark("{") && !Matchers(*node)) return nullptr;
    for (const Matcher& matcher : node->matchers) node->compiled.emplace_back(matcher);
    return Done(std::move(node));
  }

  bool Matchers(Expr& node) {
    if (!Open("{")) return false;
    while (!IsMark("}")) {
      if (!OneMatcher(node)) return false;
      if (!IsMark(",")) break;
      Step();
    }
    return Close("}");
  }

  bool OneMatcher(Expr& node) {
    const ExprToken label = Now();
    if (label.kind != Token::kName) return Unexpected("the name of a label"), false;
    if (label.text == "__name__") return NotHere(label.begin, label.end, "__name__", "the name of the metric in front of {"), false;
    Step();
    Matcher matcher;
    matcher.label = label.text;
    if (IsMark("=")) matcher.op = Matcher::Op::kEqual;
    else if (IsMark("!=")) matcher.op = Matcher::Op::kNotEqual;
    else if (IsMark("=~")) matcher.op = Matcher::Op::kRegex;
    else if (IsMark("!~")) matcher.op = Matcher::Op::kNotRegex;
    else return Unexpected("=, !=, =~ or !~"), false;
    Step();
    if (Now().kind != Token::kText) return Unexpected("a text in quotes"), false;
    if (matcher.op == Matcher::Op::kRegex || matcher.op == Matcher::Op::kNotRegex) {
      re2::RE2::Options quiet;
      quiet.set_log_errors(false);
      quiet.set_max_mem(1 << 20);
      if (const re2::RE2 regex(Now().text, quiet); !regex.ok())
        return Fail("R510", Now().begin, Now().end, absl::StrCat("\"", Now().text, "\" is not a regular expression: ", regex.error()), ""), false;
    }
    matcher.values = {Now().text};
    node.matchers.push_back(std::move(matcher));
    Step();
    return true;
  }

  // [5m], offset and what PromQL allows besides.
  Node Postfix(Node node) {
    while (node) {
      if (IsMark("[")) {
        if (!Window(*node)) return nullptr;
      } else if (IsWord("offset") && Next().text != "-") {
        Step();
        if (!Offset(*node)) return nullptr;
      } else if (IsWord("offset")) {
        return NotHere(Now().begin, Now().end, "an offset into the future", "a positive length of time, such as offset 1d");
      } else if (IsMark("@")) {
        return NotHere(Now().begin, Now().end, "@", "an offset, such as metric offset 1d");
      } else if (IsWord("anchored") || IsWord("smoothed")) {
        return NotHere(Now().begin, Now().end, Now().text, "the window without it");
      } else {
        break;
      }
      node->end = tokens_[at_ - 1].end;
    }
    return node;
  }

  bool Window(Expr& node) {
    const int begin = Now().begin;
    if (!Open("[")) return false;
    absl::Duration length;
    if (!Length(length, "a window")) return false;
    if (IsMark(":")) return NotHere(begin, Now().end, kSubquery, kSubqueryInstead), false;
    if (!Close("]")) return false;
    if (node.kind != Expr::Kind::kSelector || node.type == ExprType::kRange) return Fail("R513", begin, tokens_[at_ - 1].end, "a window stands behind a metric, not behind an operation", "write it inside the function: rate(metric[5m])"), false;
    node.range = length;
    node.type = ExprType::kRange;
    return true;
  }

  bool Offset(Expr& node) {
    if (node.kind != Expr::Kind::kSelector || node.offset != absl::ZeroDuration()) return Fail("R510", tokens_[at_ - 1].begin, tokens_[at_ - 1].end, "offset stands behind a metric, once", "write it there: metric offset 1d"), false;
    if (IsMark("+")) Step();
    return Length(node.offset, "an offset");
  }

  // Where a length of time is to stand.
  bool IsArithmeticOfLengths() const {
    const bool word = IsWord("step") || IsWord("range") || IsWord("min_of") || IsWord("max_of");
    return IsMark("(") || IsMark("-") || (word && Next().text == "(");
  }
  bool Length(absl::Duration& out, absl::string_view what) {
    if (IsArithmeticOfLengths()) return NotHere(Now().begin, Now().end, kArithmetic, kArithmeticInstead), false;
    if (Now().kind != Token::kLength && Now().kind != Token::kNumber) return Unexpected("a length of time such as 5m"), false;
    const double seconds = Now().number;
    if (!(seconds > 0) || absl::Seconds(seconds) > kLongestExprRange)
      return Fail("R512", Now().begin, Now().end, absl::StrCat(what, " is between 1ms and ", absl::ToInt64Hours(kLongestExprRange) / 24, "d, and this is ", Now().text), ""), false;
    out = absl::Seconds(seconds);
    Step();
    if (IsMark("+") || IsMark("-") || IsMark("*") || IsMark("/") || IsMark("%") || IsMark("^")) {
      if (open_.empty() || tokens_[open_.back()].text != "[") return true;
      return NotHere(Now().begin, Now().end, kArithmetic, kArithmeticInstead), false;
    }
    return true;
  }

  absl::string_view text_;
  std::vector<ExprToken> tokens_;
  ExprError error_;
  std::size_t at_ = 0;
  std::vector<std::size_t> open_;  // brackets
  int nodes_ = 0;
};

}  // namespace

ParsedExpr ParseExpr(absl::string_view text) { return Parser(text).Run(); }

}  // namespace nephoscope
