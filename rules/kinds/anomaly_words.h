// What people read of an anomaly of daily costs: all of it from the numbers it is judged by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/kinds/day_track.h"
#include "rules/kinds/group_days.h"
#include "rules/model/rule.h"

namespace nephoscope {

struct AnomalyFacts {
  const Rule& rule;
  const GroupDays& days;
  const DayAnomaly& anomaly;
  std::int64_t day = 0;                // that is spoken of
  DayClass of = DayClass::kPlain;
  std::int64_t actual = 0, expected = 0, low = 0, high = 0;  // micros of the day
  bool weekly = true;
  bool judged = false;                 // there is enough history
  bool withdrawn = false;              // `day` was reported, and is not unusual as the bill is now
  int history = 0;                     // days
  bool provisional = false;
  double complete = 0;                 // share of its cost that a day of this age has; 0: not known
  std::int64_t month = 0, month_usual = 0;  // the month's total if it stays; without it; 0: not known
  const std::string* event = nullptr;  // why the day is expected to be unusual
  std::string noise;                   // of the noise budget

  std::string Money(std::int64_t micros) const;
};

// "spike", "stays higher", "slow climb", "dropped", "unusually quiet", "new spend", "no cost any more".
const char* PatternOf(const DayAnomaly& anomaly, std::int64_t day);

std::string SayAnomaly(const AnomalyFacts& facts);

// The smallest set of series (at most three) that explains the change, largest first.
std::vector<Contributor> ContributorsOf(const GroupDays& days, const DayAnomaly& anomaly);
// "EC2 in eu-west-1, team storefront": the labels of a series that tell it from the others; "".
std::string SayPart(const GroupDays& days, const Labels& labels, const std::vector<std::string>& by);

}  // namespace nephoscope
