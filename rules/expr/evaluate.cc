#include "rules/expr/evaluate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "rules/expr/histogram.h"
#include "rules/expr/label_functions.h"
#include "rules/expr/value_functions.h"
#include "rules/expr/window_functions.h"

namespace nephoscope {
namespace {

using Elements = std::vector<ExprElement>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Of elements that an aggregate or an operation puts together: the labels kept, or those that are left.
Labels MakeKey(const Expr& node, const Labels& labels) {
  std::vector<Label> kept;
  for (const LabelView label : labels.pairs())
    if (std::binary_search(node.labels.begin(), node.labels.end(), label.name) == node.keeps) kept.push_back({std::string(label.name), std::string(label.value)});
  return Labels(std::move(kept));
}

double Aggregated(const std::string& name, double parameter, std::vector<double>& values) {
  if (name == "count") return static_cast<double>(values.size());
  if (name == "avg") return ExprAverage(values);
  if (name == "stddev") return ExprDeviation(values);
  if (name == "stdvar") return std::pow(ExprDeviation(values), 2);
  if (name == "group") return 1;
  if (name == "quantile") return ExprQuantile(parameter, values);
  WideSum sum;
  double least = values[0], most = values[0];
  for (const double value : values) {
    sum.Add(value);
    if (std::isnan(least) || value < least) least = value;
    if (std::isnan(most) || value > most) most = value;
  }
  return name == "min" ? least : name == "max" ? most : sum.total();
}

class Evaluation {
 public:
  Evaluation(absl::Span<const ExprSeries* const> series, absl::Time time, ExprFilter filter, ExprMemory* memory)
      : series_(series), now_ms_(absl::ToUnixMillis(time)), filters_(filter == ExprFilter::kOn), memory_(memory) {}

  ExprValue Of(const Expr& node) {
    switch (node.kind) {
      case Expr::Kind::kNumber: return {true, node.number, {}};
      case Expr::Kind::kText: return {};
      case Expr::Kind::kSelector: return {false, 0, Newest(node)};
      case Expr::Kind::kNegative: return Negative(Of(*node.args[0]));
      case Expr::Kind::kAggregate: return {false, 0, Aggregate(node)};
      case Expr::Kind::kCall: return Call(node);
      case Expr::Kind::kBinary: return Binary(node);
    }
    return {};
  }

  absl::Status status;

 private:
  Labels KeyOf(const Expr& node, const Labels& labels) const {
    if (!node.keeps && node.labels.empty()) return labels;
    if (memory_ == nullptr) return MakeKey(node, labels);
    const auto [at, is_new] = memory_->keys().try_emplace({&node, labels});
    if (is_new) at->second = MakeKey(node, labels);
    return at->second;
  }

  // The position behind the last point up to `time`, looked for from a position nearby on.
  static std::size_t Behind(const std::vector<ExprPoint>& points, std::int64_t time, std::size_t from) {
    constexpr std::size_t kSteps = 8;
    std::size_t at = from;
    while (at > 0 && from - at < kSteps && points[at - 1].time_ms > time) --at;
    while (at < points.size() && at - std::min(at, from) < kSteps && points[at].time_ms <= time) ++at;
    const bool found = (at == 0 || points[at - 1].time_ms <= time) && (at == points.size() || points[at].time_ms > time);
    if (found) return at;
    const auto behind = std::upper_bound(points.begin(), points.end(), time, [](std::int64_t t, const ExprPoint& point) { return t < point.time_ms; });
    return static_cast<std::size_t>(behind - points.begin());
  }

  Elements Newest(const Expr& selector) const {
    const std::int64_t end = now_ms_ - absl::ToInt64Milliseconds(selector.offset);
    Elements out;
    for (const ExprSeries* at : series_) {
      const ExprSeries& one = *at;
      if (!SelectsSeries(selector, one)) continue;
      const std::size_t to = Behind(one.points, end, one.points.size());
      if (to > 0 && one.points[to - 1].time_ms > end - absl::ToInt64Milliseconds(one.lookback)) out.push_back({one.metric, one.labels, one.points[to - 1].value});
    }
    return out;
  }

  Elements Windows(const Expr& call, const Expr& selector, double parameter) const {
    const std::int64_t end = now_ms_ - absl::ToInt64Milliseconds(selector.offset), begin = end - absl::ToInt64Milliseconds(selector.range);
    const unsigned needs = memory_ == nullptr ? 0 : NeedsOf(call.window);
    Elements out;
    for (std::size_t i = 0; i < series_.size(); ++i) {
      const ExprSeries& one = *series_[i];
      if (!SelectsSeries(selector, one)) continue;
      RunningStats* running = needs == 0 ? nullptr : &memory_->Window(call, i, needs);
      const std::size_t to = Behind(one.points, end, one.points.size()), from = Behind(one.points, begin, running != nullptr && running->known() ? std::min(running->begin(), to) : to);
      if (from == to) continue;
      const auto points = absl::Span<const ExprPoint>(one.points).subspan(from, to - from);
      const auto value = OverWindow(call.window, {begin, end, now_ms_, points}, parameter, Moved(running, one.points, from, to));
      if (value) out.push_back({call.window == WindowFunction::kLast ? absl::string_view(one.metric) : "", one.labels, *value});
    }
    return out;
  }

  // nullptr: the points have to be looked at.
  static const RunningStats* Moved(RunningStats* running, absl::Span<const ExprPoint> points, std::size_t from, std::size_t to) {
    if (running == nullptr || to - from <= RunningStats::kFew) return nullptr;
    running->MoveTo(points, from, to);
    return running->finite() ? running : nullptr;
  }

  static ExprValue Negative(ExprValue value) {
    value.number = -value.number;
    for (ExprElement& element : value.elements) element.value = -element.value, element.metric = {};
    return value;
  }

  double NumberOf(const Expr& node) { return Of(node).number; }

  ExprValue Call(const Expr& node) {
    if (node.name == "time") return {true, Seconds(), {}};
    for (std::size_t i = 0; i < node.args.size(); ++i)
      if (node.args[i]->type == ExprType::kRange) {
        Elements windows = Windows(node, *node.args[i], node.args.size() == 2 ? NumberOf(*node.args[1 - i]) : 0);
        return {false, 0, node.name == "absent_over_time" ? Absent(*node.args[i], windows) : std::move(windows)};
      }
    if (node.name == "histogram_quantile") return {false, 0, Quantiles(NumberOf(*node.args[0]), Of(*node.args[1]).elements)};
    ExprValue value = node.args.empty() ? ExprValue{true, Seconds(), {}} : Of(*node.args[0]);
    if (node.name == "scalar") return {true, value.elements.size() == 1 ? value.elements[0].value : kNone, {}};
    if (value.is_number) value = {false, 0, {{"", Labels(), value.number}}};
    if (MakesLabel(node)) return {false, 0, Relabelled(node, std::move(value.elements))};
    if (node.name == "vector" || node.name == "sort" || node.name == "sort_desc") return value;
    if (node.name == "absent") return {false, 0, Absent(*node.args[0], value.elements)};
    const double first = node.args.size() > 1 ? NumberOf(*node.args[1]) : 1, second = node.args.size() > 2 ? NumberOf(*node.args[2]) : 0;
    if (node.name == "clamp" && second < first) return {};
    for (ExprElement& element : value.elements) {
      element.metric = {};
      element.value = OfOneValue(node.name, element.value, first, second);
    }
    return value;
  }
  Elements Relabelled(const Expr& node, Elements elements) {
    std::map<std::pair<absl::string_view, Labels>, bool> used;
    for (ExprElement& one : elements) {
      one.labels = WithMade(node, one.labels);
      if (!used.emplace(std::pair(one.metric, one.labels), true).second) return Ambiguous("result's", one.labels);
    }
    return elements;
  }
  double Seconds() const { return static_cast<double>(now_ms_) / 1000; }

  // What has no number in `le` is in no histogram.
  static Elements Quantiles(double share, const Elements& buckets) {
    std::map<Labels, std::vector<HistogramBucket>> histograms;
    for (const ExprElement& one : buckets) {
      HistogramBucket bucket{0, one.value};
      if (absl::SimpleAtod(one.labels.Get("le"), &bucket.bound)) histograms[one.labels.With("le", "")].push_back(bucket);
    }
    Elements out;
    for (auto& [labels, of_one] : histograms) out.push_back({"", labels, HistogramQuantile(share, of_one)});
    return out;
  }

  // Labelled by what the selector asks to be equal, where it asks once.
  static Elements Absent(const Expr& arg, const Elements& there) {
    if (!there.empty()) return {};
    std::map<std::string, int> asked;
    Labels labels;
    if (arg.kind == Expr::Kind::kSelector) {
      for (const Matcher& matcher : arg.matchers) ++asked[matcher.label];
      for (const Matcher& matcher : arg.matchers)
        if (matcher.op == Matcher::Op::kEqual && asked[matcher.label] == 1) labels = labels.With(matcher.label, matcher.values[0]);
    }
    return {{"", labels, 1}};
  }

  Elements Aggregate(const Expr& node) {
    const double parameter = node.args.size() == 2 ? NumberOf(*node.args[0]) : 0;
    if (node.name.ends_with("k") && std::isnan(parameter)) {
      status = absl::InvalidArgumentError(absl::StrCat("the number of ", node.name, " is not a number"));
      return {};
    }
    const Elements input = Of(*node.args.back()).elements;
    if (input.size() == 1 && !node.name.ends_with("k")) {
      std::vector<double> value = {input[0].value};
      return {{"", KeyOf(node, input[0].labels), Aggregated(node.name, parameter, value)}};
    }
    std::map<Labels, std::vector<const ExprElement*>> groups;
    for (const ExprElement& element : input) groups[KeyOf(node, element.labels)].push_back(&element);
    Elements out;
    for (auto& [key, members] : groups) {
      if (node.name == "topk" || node.name == "bottomk") {
        Best(node.name == "topk", parameter, members, out);
        continue;
      }
      std::vector<double> values;
      for (const ExprElement* member : members) values.push_back(member->value);
      out.push_back({"", key, Aggregated(node.name, parameter, values)});
    }
    return out;
  }

  // What is no number comes last.
  static void Best(bool most, double count, std::vector<const ExprElement*>& members, Elements& out) {
    if (!(count >= 1)) return;
    std::stable_sort(members.begin(), members.end(), [&](const ExprElement* a, const ExprElement* b) {
      if (std::isnan(a->value) || std::isnan(b->value)) return !std::isnan(a->value) && std::isnan(b->value);
      return most ? a->value > b->value : a->value < b->value;
    });
    const std::size_t kept = count >= static_cast<double>(members.size()) ? members.size() : static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < kept; ++i) out.push_back(*members[i]);
  }

  ExprValue Binary(const Expr& node) {
    ExprValue left = Of(*node.args[0]), right = Of(*node.args[1]);
    if (left.is_number && right.is_number) return {true, Arithmetic(node.op, left.number, right.number), {}};
    if (IsSetOp(node.op)) return {false, 0, Sets(node, left.elements, right.elements)};
    if (left.is_number || right.is_number) return {false, 0, WithNumber(node, left, right)};
    if (node.many != Expr::Many::kNone) return {false, 0, ManyToOne(node, left.elements, right.elements)};
    return {false, 0, OneToOne(node, left.elements, right.elements)};
  }

  // False: a comparison leaves the element out.
  bool Combine(const Expr& node, double a, double b, double kept, ExprElement& element) const {
    const double result = Arithmetic(node.op, a, b);
    const bool filter = IsComparison(node.op) && !node.as_bool;
    if (!filter) element.metric = {};
    element.value = filter ? kept : result;
    element.holds = !filter || result != 0;
    return !filter || !filters_ || result != 0;
  }

  Elements WithNumber(const Expr& node, const ExprValue& left, const ExprValue& right) const {
    Elements out;
    for (const ExprElement& one : left.is_number ? right.elements : left.elements) {
      ExprElement element = one;
      if (Combine(node, left.is_number ? left.number : one.value, left.is_number ? one.value : right.number, one.value, element)) out.push_back(std::move(element));
    }
    return out;
  }

  Elements Sets(const Expr& node, const Elements& left, const Elements& right) const {
    std::map<Labels, bool> there;
    for (const ExprElement& one : node.op == ExprOp::kOr ? left : right) there[KeyOf(node, one.labels)] = true;
    Elements out;
    if (node.op == ExprOp::kOr) {
      out = left;
      for (const ExprElement& one : right)
        if (there.count(KeyOf(node, one.labels)) == 0) out.push_back(one);
      return out;
    }
    for (const ExprElement& one : left) {
      const bool found = there.count(KeyOf(node, one.labels)) != 0;
      if (found == (node.op == ExprOp::kAnd) || (!filters_ && node.op == ExprOp::kUnless)) out.push_back(one);
    }
    return out;
  }

  Elements OneToOne(const Expr& node, const Elements& left, const Elements& right) {
    if (left.size() == 1 && right.size() == 1) return OneWithOne(node, left[0], right[0]);
    std::map<Labels, const ExprElement*> partners;
    for (const ExprElement& one : right)
      if (!partners.emplace(KeyOf(node, one.labels), &one).second) return Ambiguous("right", KeyOf(node, one.labels));
    std::map<Labels, bool> used;
    Elements out;
    for (const ExprElement& one : left) {
      const Labels key = KeyOf(node, one.labels);
      const auto partner = partners.find(key);
      if (partner == partners.end()) continue;
      ExprElement element = {node.keeps ? "" : one.metric, key, 0};
      const bool stays = Combine(node, one.value, partner->second->value, one.value, element);
      if (stays && !used.emplace(key, true).second) return Ambiguous("left", key);
      if (stays) out.push_back(std::move(element));
    }
    return out;
  }

  Elements OneWithOne(const Expr& node, const ExprElement& left, const ExprElement& right) const {
    const Labels key = KeyOf(node, left.labels);
    ExprElement element = {node.keeps ? "" : left.metric, key, 0};
    if (key != KeyOf(node, right.labels) || !Combine(node, left.value, right.value, left.value, element)) return {};
    return {std::move(element)};
  }

  Elements ManyToOne(const Expr& node, const Elements& left, const Elements& right) {
    const bool many_left = node.many == Expr::Many::kLeft;
    std::map<Labels, const ExprElement*> ones;
    for (const ExprElement& one : many_left ? right : left)
      if (!ones.emplace(KeyOf(node, one.labels), &one).second) return Ambiguous(many_left ? "right" : "left", KeyOf(node, one.labels));
    std::map<std::pair<absl::string_view, Labels>, bool> used;
    Elements out;
    for (const ExprElement& many : many_left ? left : right) {
      const auto one = ones.find(KeyOf(node, many.labels));
      if (one == ones.end()) continue;
      ExprElement element = {many.metric, Taken(node, many.labels, one->second->labels), 0};
      const double a = many_left ? many.value : one->second->value, b = many_left ? one->second->value : many.value;
      if (!Combine(node, a, b, a, element)) continue;
      if (!used.emplace(std::pair(element.metric, element.labels), true).second) return Ambiguous(many_left ? "left" : "right", element.labels);
      out.push_back(std::move(element));
    }
    return out;
  }
  static Labels Taken(const Expr& node, Labels labels, const Labels& from) {
    for (const std::string& name : node.takes) labels = labels.With(name, from.Get(name));
    return labels;
  }

  Elements Ambiguous(absl::string_view side, const Labels& key) {
    status = absl::InvalidArgumentError(absl::StrCat("several series on the ", side, " side have the labels ", key.ToString(), ", where one is joined with one"));
    return {};
  }

  absl::Span<const ExprSeries* const> series_;
  std::int64_t now_ms_;
  bool filters_;
  ExprMemory* memory_;
};

bool Filters(const Expr& node) {
  const bool itself = node.kind == Expr::Kind::kBinary && ((IsComparison(node.op) && !node.as_bool) || IsSetOp(node.op));
  return itself || std::any_of(node.args.begin(), node.args.end(), [](const auto& arg) { return Filters(*arg); });
}

}  // namespace

bool SelectsSeries(const Expr& selector, const ExprSeries& series) {
  const auto holds = [&](const LabelMatcher& one) { return one.Holds(series.labels.Get(one.label())); };
  return series.metric == selector.name && std::all_of(selector.compiled.begin(), selector.compiled.end(), holds);
}

absl::StatusOr<ExprValue> EvaluateExpr(const Expr& expr, absl::Span<const ExprSeries> series, absl::Time time, ExprFilter filter, ExprMemory* memory) {
  absl::InlinedVector<const ExprSeries*, 8> all;
  for (const ExprSeries& one : series) all.push_back(&one);
  return EvaluateExpr(expr, all, time, filter, memory);
}

absl::StatusOr<ExprValue> EvaluateExpr(const Expr& expr, absl::Span<const ExprSeries* const> series, absl::Time time, ExprFilter filter, ExprMemory* memory) {
  if (memory != nullptr) memory->BeginEvaluation();
  Evaluation evaluation(series, time, filter, memory);
  ExprValue value = evaluation.Of(expr);
  if (!evaluation.status.ok()) return evaluation.status;
  return value;
}

bool FiltersLast(const Expr& expr) {
  if (expr.kind == Expr::Kind::kBinary && IsSetOp(expr.op)) return false;
  return std::none_of(expr.args.begin(), expr.args.end(), [](const auto& arg) { return Filters(*arg); });
}

}  // namespace nephoscope
