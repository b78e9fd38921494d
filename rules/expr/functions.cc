#include "rules/expr/functions.h"

#include <algorithm>
#include <map>
#include <string>

namespace nephoscope {
namespace {

constexpr ExprType kN = ExprType::kNumber, kV = ExprType::kVector, kR = ExprType::kRange;
const ExprType kOfRange[] = {kR}, kNumberRange[] = {kN, kR}, kRangeNumber[] = {kR, kN}, kOfVector[] = {kV}, kVectorNumber[] = {kV, kN}, kVectorTwo[] = {kV, kN, kN};

const ExprFunction kFunctions[] = {
    {"rate", kOfRange, 1, kV},           {"increase", kOfRange, 1, kV},        {"delta", kOfRange, 1, kV},
    {"deriv", kOfRange, 1, kV},          {"changes", kOfRange, 1, kV},         {"avg_over_time", kOfRange, 1, kV},
    {"min_over_time", kOfRange, 1, kV},  {"max_over_time", kOfRange, 1, kV},   {"sum_over_time", kOfRange, 1, kV},
    {"count_over_time", kOfRange, 1, kV}, {"stddev_over_time", kOfRange, 1, kV}, {"last_over_time", kOfRange, 1, kV},
    {"present_over_time", kOfRange, 1, kV}, {"quantile_over_time", kNumberRange, 2, kV}, {"predict_linear", kRangeNumber, 2, kV},
    {"absent", kOfVector, 1, kV},        {"abs", kOfVector, 1, kV},            {"ceil", kOfVector, 1, kV},
    {"floor", kOfVector, 1, kV},         {"round", kVectorNumber, 1, kV},      {"clamp", kVectorTwo, 3, kV},
    {"clamp_min", kVectorNumber, 2, kV}, {"clamp_max", kVectorNumber, 2, kV},  {"time", {}, 0, kN},
};

const char* const kAggregates[] = {"sum", "avg", "min", "max", "count", "stddev", "quantile", "topk", "bottomk"};

constexpr char kHistogram[] = "a metric that is a quantile already, or kind: threshold with stat: p95";
constexpr char kLabels[] = "the label as it is; labels are renamed where the metric is collected";
constexpr char kAge[] = "kind: absence, which asks how old the newest point is";
constexpr char kCalendar[] = "the rule without it; when people are told is decided where notices are routed";

const std::map<std::string, const char*, std::less<>> kInstead = {
    {"absent_over_time", "kind: absence"},
    {"count_values", "count by (label) (metric == value)"},
    {"day_of_month", kCalendar}, {"day_of_week", kCalendar}, {"day_of_year", kCalendar}, {"days_in_month", kCalendar}, {"hour", kCalendar}, {"minute", kCalendar},
    {"month", kCalendar}, {"year", kCalendar},
    {"double_exponential_smoothing", "predict_linear or avg_over_time"}, {"holt_winters", "predict_linear or avg_over_time"},
    {"exp", "the metric itself with a limit that is worked out"}, {"ln", "the metric itself with a limit that is worked out"},
    {"log2", "the metric itself with a limit that is worked out"}, {"log10", "the metric itself with a limit that is worked out"},
    {"sqrt", "the metric ^ 0.5"}, {"sgn", "a comparison with bool, such as metric > bool 0"},
    {"first_over_time", "last_over_time with an offset"},
    {"group", "count, or metric > bool 0"},
    {"histogram_quantile", kHistogram}, {"histogram_quantiles", kHistogram}, {"histogram_avg", kHistogram}, {"histogram_count", kHistogram}, {"histogram_sum", kHistogram}, {"histogram_fraction", kHistogram},
    {"histogram_stddev", kHistogram}, {"histogram_stdvar", kHistogram},
    {"idelta", "delta over a window of two points"}, {"irate", "rate"},
    {"info", kLabels}, {"label_join", kLabels}, {"label_replace", kLabels},
    {"limitk", "topk"}, {"limit_ratio", "topk"},
    {"mad_over_time", "stddev_over_time"}, {"resets", "changes"},
    {"scalar", "sum(...) on both sides, or one to one with on()"}, {"vector", "the number itself"},
    {"sort", "the expression inside it; alerts have no order"}, {"sort_desc", "the expression inside it; alerts have no order"},
    {"sort_by_label", "the expression inside it; alerts have no order"}, {"sort_by_label_desc", "the expression inside it; alerts have no order"},
    {"stdvar", "stddev(...) ^ 2"}, {"stdvar_over_time", "stddev_over_time(...) ^ 2"},
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
