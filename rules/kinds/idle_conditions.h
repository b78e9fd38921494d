// What it means that a resource does nothing: conditions on its metrics, and which metrics these are.
#pragma once

#include <string>
#include <vector>

#include "rules/kinds/day_stats.h"
#include "rules/kinds/limits.h"
#include "rules/model/diagnostic.h"
#include "rules/model/rule.h"

namespace nephoscope {

extern const OptionTable kIdleOptions;  // over, min_age, data_coverage, days, all_of

// The metrics of all conditions for the types that the rule watches: `cpu_utilization` is aws.ec2.cpu_utilization for aws.ec2.instance, and
// `network_bytes` what came in and what went out.
std::vector<Watch::ResourceMetric> IdleMetrics(const Rule& rule);

// "Nothing means: the highest cpu_utilization is below 5%."
std::vector<std::string> SayIdle(const Rule& rule);
void CheckIdle(const Rule& rule, std::vector<Diagnostic>& out);

// One line of all_of, on the series of one resource.
class IdleCondition {
 public:
  IdleCondition(const OptionValues& line, const std::string& unit);

  // The limit holds for what the series came to together on the days [from, to): on each of them (`per: day`), or on all at once. Sums and
  // counts are added up over the series, of anything else the largest counts. `value`: the number nearest to the limit.
  // `silent_is_zero`: points that are not there are points of 0.
  bool Holds(const std::vector<const DayStats*>& series, std::int64_t from, std::int64_t to, double& value, bool silent_is_zero = false) const;
  // "cpu_utilization max below 5%".
  const std::string& text() const { return text_; }
  std::string Shown(double value) const;

 private:
  double Together(const std::vector<const DayStats*>& series, std::int64_t from, std::int64_t to, bool silent_is_zero) const;

  std::string stat_, unit_, text_;
  bool per_day_;
  Limits limits_;
};

}  // namespace nephoscope
