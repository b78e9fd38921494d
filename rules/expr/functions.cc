#include "rules/expr/functions.h"

#include <algorithm>
#include <map>
#include <string>

namespace nephoscope {
namespace {

constexpr ExprType kN = ExprType::kNumber, kV = ExprType::kVector, kR = ExprType::kRange;
const ExprType kOfRange[] = {kR}, kNumberRange[] = {kN, kR}, kRangeNumber[] = {kR, kN}, kOfVector[] = {kV}, kVectorNumber[] = {kV, kN}, kVectorTwo[] = {kV, kN, kN}, kNumberVector[] = {kN, kV}, kOfNumber[] = {kN};
constexpr ExprType kT = ExprType::kText;
const ExprType kReplace[] = {kV, kT, kT, kT, kT}, kJoin[] = {kV, kT, kT, kT, kT, kT, kT, kT, kT, kT, kT};

const ExprFunction kFunctions[] = {
    {"rate", kOfRange, 1, kV},           {"increase", kOfRange, 1, kV},        {"delta", kOfRange, 1, kV},
    {"deriv", kOfRange, 1, kV},          {"changes", kOfRange, 1, kV},         {"avg_over_time", kOfRange, 1, kV},
    {"min_over_time", kOfRange, 1, kV},  {"max_over_time", kOfRange, 1, kV},   {"sum_over_time", kOfRange, 1, kV},
    {"count_over_time", kOfRange, 1, kV}, {"stddev_over_time", kOfRange, 1, kV}, {"last_over_time", kOfRange, 1, kV},
    {"present_over_time", kOfRange, 1, kV}, {"quantile_over_time", kNumberRange, 2, kV}, {"predict_linear", kRangeNumber, 2, kV},
    {"absent", kOfVector, 1, kV},        {"abs", kOfVector, 1, kV},            {"ceil", kOfVector, 1, kV},
    {"floor", kOfVector, 1, kV},         {"round", kVectorNumber, 1, kV},      {"clamp", kVectorTwo, 3, kV},
    {"clamp_min", kVectorNumber, 2, kV}, {"clamp_max", kVectorNumber, 2, kV},  {"time", {}, 0, kN},
    {"histogram_quantile", kNumberVector, 2, kV}, {"vector", kOfNumber, 1, kV}, {"scalar", kOfVector, 1, kN},
    {"exp", kOfVector, 1, kV},           {"ln", kOfVector, 1, kV},             {"log2", kOfVector, 1, kV},
    {"log10", kOfVector, 1, kV},         {"sqrt", kOfVector, 1, kV},           {"sgn", kOfVector, 1, kV},
    {"sort", kOfVector, 1, kV},          {"sort_desc", kOfVector, 1, kV},
    {"minute", kOfVector, 0, kV},        {"hour", kOfVector, 0, kV},           {"day_of_week", kOfVector, 0, kV},
    {"day_of_month", kOfVector, 0, kV},  {"day_of_year", kOfVector, 0, kV},    {"days_in_month", kOfVector, 0, kV},
    {"month", kOfVector, 0, kV},         {"year", kOfVector, 0, kV},
    {"label_replace", kReplace, 5, kV},  {"label_join", kJoin, 3, kV},         {"absent_over_time", kOfRange, 1, kV},
    {"irate", kOfRange, 1, kV},          {"idelta", kOfRange, 1, kV},          {"resets", kOfRange, 1, kV},
};

const char* const kAggregates[] = {"sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile", "topk", "bottomk"};

constexpr char kHistogram[] = "a metric that is a quantile already, or kind: threshold with stat: p95";
constexpr char kAge[] = "kind: absence, which asks how old the newest point is";

const std::map<std::string, const char*, std::less<>> kInstead = {
    {"count_values", "count by (label) (metric == value)"},
    {"double_exponential_smoothing", "predict_linear or avg_over_time"}, {"holt_winters", "predict_linear or avg_over_time"},
    {"first_over_time", "last_over_time with an offset"},
    {"histogram_quantiles", kHistogram}, {"histogram_avg", kHistogram}, {"histogram_count", kHistogram}, {"histogram_sum", kHistogram}, {"histogram_fraction", kHistogram},
    {"histogram_stddev", kHistogram}, {"histogram_stdvar", kHistogram},
    {"info", "the metric itself, joined: x * on (label) group_left (name) x_info"},
    {"limitk", "topk"}, {"limit_ratio", "topk"},
    {"mad_over_time", "stddev_over_time"},
    {"sort_by_label", "the expression inside it; alerts have no order"}, {"sort_by_label_desc", "the expression inside it; alerts have no order"},
    {"stdvar_over_time", "stddev_over_time(...) ^ 2"},
    {"timestamp", kAge}, {"start_timestamp", kAge}, {"ts_of_first_over_time", kAge}, {"ts_of_last_over_time", kAge}, {"ts_of_max_over_time", kAge}, {"ts_of_min_over_time", kAge},
    {"atan2", "a ratio of the two"},
    {"acos", "the rule without angles"}, {"acosh", "the rule without angles"}, {"asin", "the rule without angles"}, {"asinh", "the rule without angles"}, {"atan", "the rule without angles"}, {"atanh", "the rule without angles"}, {"cos", "the rule without angles"},
    {"cosh", "the rule without angles"}, {"sin", "the rule without angles"}, {"sinh", "the rule without angles"}, {"tan", "the rule without angles"}, {"tanh", "the rule without angles"}, {"deg", "the rule without angles"}, {"rad", "the rule without angles"},
    {"pi", "3.14159265"},
};

}  // namespace

const ExprFunction* FindExprFunction(absl::string_view name) {
  for (const ExprFunction& one : kFunctions)
    if (name == one.name) return &one;
  return nullptr;
}

bool IsExprAggregate(absl::string_view name) {
  return std::any_of(std::begin(kAggregates), std::end(kAggregates), [&](const char* one) { return name == one; });
}

bool TakesParameter(absl::string_view aggregate) { return aggregate == "topk" || aggregate == "bottomk" || aggregate == "quantile"; }

const char* InsteadOf(absl::string_view name) {
  const auto found = kInstead.find(name);
  return found == kInstead.end() ? nullptr : found->second;
}

}  // namespace nephoscope
