// Expressions: any text is parsed or refused with a place inside it; what is parsed is evaluated at points of time with, before and without data.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/expr/evaluate.h"
#include "rules/expr/groups.h"
#include "rules/expr/parser.h"
#include "rules/model/check.h"

using namespace nephoscope;

namespace {

void CheckPlaces(const Expr& expr, std::size_t size, int depth, int& nodes) {
  CHECK(expr.begin >= 0 && expr.begin <= expr.end && static_cast<std::size_t>(expr.end) <= size);
  CHECK(++nodes <= kMostExprNodes && depth <= 2 * kMostExprNodes);
  for (const auto& arg : expr.args) CheckPlaces(*arg, size, depth + 1, nodes);
}

void CheckError(const ExprError& error, std::size_t size) {
  CHECK(error.begin >= 0 && error.begin <= error.end && static_cast<std::size_t>(error.end) <= size + 1);
  CHECK(!error.message.empty());
}

// Six series of the metrics x and y: with gaps, counters that start again, and a value that is no number.
std::vector<ExprSeries> SomeSeries() {
  std::vector<ExprSeries> out;
  for (int i = 0; i < 6; ++i) {
    ExprSeries one;
    one.metric = i < 3 ? "x" : "y";
    one.labels = Labels({{"a", absl::StrCat(i % 3)}, {"b", i % 2 == 0 ? "even" : "odd"}});
    for (int k = 0; k < 20; ++k)
      if (k % (i + 2) != 0) one.points.push_back({k * 60'000, i == 5 ? 1e308 * k : i == 4 ? k % 7 : k * 1.5 - i});
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ParsedExpr parsed = ParseExpr(text);
  if (parsed.expr == nullptr) {
    CHECK(!parsed.error.code.empty());
    CheckError(parsed.error, size);
    return 0;
  }
  int nodes = 0;
  CheckPlaces(*parsed.expr, size, 1, nodes);
  const ExprGroups groups = GroupsOf(*parsed.expr);
  if (!groups.error.code.empty()) CheckError(groups.error, size);
  static const std::vector<ExprSeries> series = SomeSeries();
  if (parsed.expr->type != ExprType::kNumber && parsed.expr->type != ExprType::kVector) return 0;
  for (const int minute : {-10, 0, 12, 500})
    for (const ExprFilter filter : {ExprFilter::kOn, ExprFilter::kOff}) {
      const absl::StatusOr<ExprValue> value = EvaluateExpr(*parsed.expr, series, absl::UnixEpoch() + absl::Minutes(minute), filter);
      CHECK(value.ok() || !value.status().message().empty());
      if (value.ok()) CHECK(value->is_number == (parsed.expr->type == ExprType::kNumber));
    }
  return 0;
}
