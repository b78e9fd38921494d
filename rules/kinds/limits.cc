#include "rules/kinds/limits.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "rules/kinds/say_words.h"

namespace nephoscope {

const Option kLimitOptions[5] = {
    {.name = "above", .type = OptionType::kQuantity, .sentence = "Holds when the value is greater than this", .example = "80%"},
    {.name = "below", .type = OptionType::kQuantity, .sentence = "Holds when the value is less than this", .example = "20 GiB"},
    {.name = "at_least", .type = OptionType::kQuantity, .sentence = "Holds when the value is this or greater", .example = "80%"},
    {.name = "at_most", .type = OptionType::kQuantity, .sentence = "Holds when the value is this or less", .example = "500 USD"},
    {.name = "equals", .type = OptionType::kQuantity, .sentence = "Holds when the value is exactly this", .example = "0"},
};

namespace {

// 58% is 0.58 and must be 58 again, not 57.99999999999999: a value of 58 is not above it.
double Scaled(double value, double scale) { return scale == 1 ? value : std::round(value * scale * 1e9) / 1e9; }

}  // namespace

Limits::Limits(const OptionValues& condition, bool money, double scale) {
  static constexpr struct { const char* name; const char* words; Op op; } kOps[] = {
      {"above", "above", Op::kAbove}, {"below", "below", Op::kBelow}, {"at_least", "at least", Op::kAtLeast}, {"at_most", "at most", Op::kAtMost}, {"equals", "exactly", Op::kEquals}};
  for (const auto& op : kOps) {
    if (!condition.Has(op.name)) continue;
    const Quantity& quantity = condition.AsQuantity(op.name);
    limits_.push_back({op.op, money ? static_cast<double>(quantity.micros) / 1e6 : Scaled(quantity.value, scale)});
    absl::StrAppend(&text_, text_.empty() ? "" : " and ", op.words, " ", quantity.text);
    if (written_.empty()) written_ = quantity.text;
  }
}

bool Limits::Holds(const Limit& limit, double value) {
  switch (limit.op) {
    case Op::kAbove: return value > limit.number;
    case Op::kBelow: return value < limit.number;
    case Op::kAtLeast: return value >= limit.number;
    case Op::kAtMost: return value <= limit.number;
    case Op::kEquals: return value == limit.number;
  }
  return false;
}

bool Limits::Hold(double value) const {
  if (limits_.empty() || std::isnan(value)) return false;
  for (const Limit& limit : limits_)
    if (!Holds(limit, value)) return false;
  return true;
}

std::optional<QuietRange> Limits::Quiet() const {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  for (const Limit& limit : limits_) {
    switch (limit.op) {
      case Op::kAbove: return QuietRange{-kAll, limit.number};
      case Op::kAtLeast: return QuietRange{-kAll, std::nextafter(limit.number, -kAll)};
      case Op::kBelow: return QuietRange{limit.number, kAll};
      case Op::kAtMost: return QuietRange{std::nextafter(limit.number, kAll), kAll};
      case Op::kEquals: continue;
    }
  }
  return std::nullopt;
}

std::optional<QuietRange> Limits::Holding() const {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  QuietRange out{-kAll, kAll};
  for (const Limit& limit : limits_) {
    const PossibleValues one = Holding(limit);
    out = {std::max(out.low, one.low), std::min(out.high, one.high)};
  }
  return limits_.empty() || out.low > out.high ? std::nullopt : std::optional<QuietRange>(out);
}

bool Limits::upward() const {
  return std::all_of(limits_.begin(), limits_.end(), [](const Limit& one) { return one.op == Op::kAbove || one.op == Op::kAtLeast; });
}

bool Limits::Recovered(double value, bool percent) const {
  if (limits_.empty() || std::isnan(value)) return false;
  if (!percent) return !Hold(value);
  for (const Limit& limit : limits_) {
    if (!Holds(Eased(limit), value)) return true;
  }
  return false;
}

PossibleValues Limits::Holding(const Limit& limit) {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  switch (limit.op) {
    case Op::kAbove: return {std::nextafter(limit.number, kAll), kAll};
    case Op::kAtLeast: return {limit.number, kAll};
    case Op::kBelow: return {-kAll, std::nextafter(limit.number, -kAll)};
    case Op::kAtMost: return {-kAll, limit.number};
    case Op::kEquals: break;
  }
  return {limit.number, limit.number};
}

// By the hysteresis of percentages.
Limits::Limit Limits::Eased(Limit limit) {
  const double slack = std::fabs(limit.number) * 0.1;
  if (limit.op == Op::kAbove || limit.op == Op::kAtLeast) limit.number -= slack;
  if (limit.op == Op::kBelow || limit.op == Op::kAtMost) limit.number += slack;
  return limit;
}

bool Limits::HoldAll(PossibleValues values) const {
  const std::optional<QuietRange> range = Holding();
  return range && range->low <= values.low && values.high <= range->high;
}

bool Limits::HoldAny(PossibleValues values) const {
  const std::optional<QuietRange> range = Holding();
  return range && range->low <= values.high && values.low <= range->high;
}

bool Limits::RecoverAny(PossibleValues values, bool percent) const {
  for (const Limit& limit : limits_) {
    const PossibleValues range = Holding(percent ? Eased(limit) : limit);
    if (values.low < range.low || values.high > range.high) return true;
  }
  return false;
}

namespace {

// The opposite of each limit, a tenth further away, as Recovered has it.
std::string SayPercentEnd(const OptionValues& condition) {
  static constexpr struct { const char* name; const char* words; double slack; } kEnds[] = {
      {"above", "at most", -0.1}, {"below", "at least", 0.1}, {"at_least", "below", -0.1}, {"at_most", "above", 0.1}};
  std::vector<std::string> out;
  for (const auto& end : kEnds)
    if (condition.Has(end.name) && condition.AsQuantity(end.name).base == "ratio") {
      const double limit = condition.AsQuantity(end.name).value;
      out.push_back(absl::StrCat(end.words, " ", SayShare(limit + std::fabs(limit) * end.slack)));
    }
  return out.empty() ? "" : absl::StrCat("it is ", SayList(std::move(out), "or"));
}

}  // namespace

Spoken::LevelWords SayLimits(const Level& level, bool money) {
  return {absl::StrCat("is ", Limits(level.condition, money, 1).text()),
          level.recover ? absl::StrCat("it is ", Limits(*level.recover, money, 1).text()) : SayPercentEnd(level.condition)};
}

Diagnostic LogicError(const char* code, Mark mark, std::string message) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  return out;
}

void CheckLimits(const Rule& rule, std::vector<Diagnostic>& out) {
  double before = 0;
  for (std::size_t i = 0; i < rule.levels.size(); ++i) {
    const OptionValues& condition = rule.levels[i].condition;
    const Limits limits(condition, rule.watch.is_cost, 1);
    if (limits.empty()) {
      out.push_back(LogicError("R401", condition.mark, "nothing is compared here: write above, below, at_least, at_most or equals, such as {above: 100}"));
      return;
    }
    const bool up = condition.Has("above") || condition.Has("at_least");
    const bool down = condition.Has("below") || condition.Has("at_most");
    if (i > 0 && up != down && (up ? limits.number() <= before : limits.number() >= before)) {
      out.push_back(LogicError("R402", condition.mark, absl::StrCat("the level ", ToText(rule.levels[i].severity), " (", limits.text(), ") is reached before the level below it: exchange the two")));
      return;
    }
    before = limits.number();
  }
}

}  // namespace nephoscope
