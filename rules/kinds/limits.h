// Limits: above, below, at_least, at_most, equals: the words of a condition on one number.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rules/model/diagnostic.h"
#include "rules/model/option_table.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "rules/model/rule.h"

namespace nephoscope {

// The five words as options of type kQuantity, for condition tables.
extern const Option kLimitOptions[5];

// What a number can be, both ends included.
struct PossibleValues {
  double low, high;
};

// All that are given must hold. Numbers are in the unit of the value they are compared with.
class Limits {
 public:
  // `scale`: what a quantity is multiplied with to reach the value's unit (100 for a metric in percent).
  Limits() = default;
  Limits(const OptionValues& condition, bool money, double scale);

  bool empty() const { return limits_.empty(); }
  bool Hold(double value) const;
  // Where these cannot hold: beyond one of the limits. Absent: none of them is one-sided.
  std::optional<QuietRange> Quiet() const;
  // Where all of these hold; absent: nowhere.
  std::optional<QuietRange> Holding() const;
  // The opposite of each, any of which is enough: the default recovery. For percentages the limit is moved by a tenth (hysteresis).
  // Nothing written does not recover.
  bool Recovered(double value, bool percent) const;
  // A greater value never makes them less true.
  bool upward() const;
  // Of a number that is not known exactly: these hold for all that it can be, or for some; some of it would recover.
  bool HoldAll(PossibleValues values) const;
  bool HoldAny(PossibleValues values) const;
  bool RecoverAny(PossibleValues values, bool percent) const;
  // "above 80%".
  const std::string& text() const { return text_; }
  // The number of the first limit, for messages; and as it was written.
  double number() const { return limits_.empty() ? 0 : limits_[0].number; }
  const std::string& written() const { return written_; }

 private:
  enum class Op { kAbove, kBelow, kAtLeast, kAtMost, kEquals };
  struct Limit {
    Op op;
    double number;
  };
  static bool Holds(const Limit& limit, double value);
  static PossibleValues Holding(const Limit& limit);
  static Limit Eased(Limit limit);

  std::vector<Limit> limits_;
  std::string text_, written_;
};

// "is above 80%", and what ends it: the level's own `recover`, or the tenth that percentages are given.
Spoken::LevelWords SayLimits(const Level& level, bool money);

// What every kind with limits checks: something is given, the order of levels makes sense.
void CheckLimits(const Rule& rule, std::vector<Diagnostic>& out);

Diagnostic LogicError(const char* code, Mark mark, std::string message);

}  // namespace nephoscope
