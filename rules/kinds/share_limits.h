// ShareLimits: limits on a share (3%), an amount of money (500 USD) or a count, whichever was written.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/kinds/limits.h"
#include "rules/model/rule.h"

namespace nephoscope {


class ShareLimits {
 public:
  // By a table of kLimitOptions; `recover` may be null. Nothing written holds always and recovers never.
  ShareLimits(const OptionValues& condition, const OptionValues* recover);

  bool empty() const { return limits_.empty(); }
  // `value`: a ratio or count; `micros`: the same thing as money, where there is such a thing.
  bool Hold(double value, std::int64_t micros) const;
  // The opposite; for shares moved by a tenth, so that an alert does not go on and off.
  bool Recovered(double value, std::int64_t micros) const;
  // What `recover` says; nothing written holds.
  bool RecoverHolds(double value, std::int64_t micros) const;
  bool share() const { return share_; }
  const std::string& text() const { return limits_.text(); }
  const std::string& written() const { return limits_.written(); }
  double number() const { return limits_.number(); }

  // False: what is written at `name` compares with the wrong unit, which was told. Share and money are not mixed; a count is a plain number.
  static bool Check(const OptionValues& condition, const char* name, bool share, std::vector<Diagnostic>& out);

 private:
  bool money_ = false, recover_money_ = false, share_ = false;
  Limits limits_, recover_;
};

// The first whole multiple of `every` (at least a day) that is not before `time`.
absl::Time NextOn(absl::Time time, absl::Duration every);

// R452: watch.stat and watch.combine, which say how points become a number, where the kind does that itself.
void CheckUnusedWatch(const Rule& rule, const char* kind, std::vector<Diagnostic>& out);
// R452: window and every are days where bills are.
void CheckWholeDays(const Rule& rule, std::vector<Diagnostic>& out);

}  // namespace nephoscope
