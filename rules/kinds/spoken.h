// A rule read back as sentences. Each kind gives the pieces; SayRule puts them in one order for all kinds:
//
//   severity - statistic, metric, window - scope - condition - how long
//   what the kind adds - for each - recovery - missing data - who is notified - mode
//
// Two rules that differ in what fires, or in who hears of it, never read the same.
#pragma once

#include <string>
#include <vector>

#include "rules/model/rule.h"

namespace nephoscope {

struct Spoken {
  // What one level adds; in the order of the rule's levels.
  struct LevelWords {
    std::string condition;  // with its verb: "is above 80%"
    std::string ending;     // a clause: "it is below 70%"; empty: when the condition is no longer true
  };

  std::string subject;       // "the average of cpu over 10 minutes"
  std::string again = "it";  // the same in the sentences of further levels
  std::vector<LevelWords> levels;
  std::vector<std::string> details;  // whole sentences
  std::string each;                  // instead of "One alert for each account."
  bool has_data = true;              // so that data can be missing
};

// The sentences of a rule, in one line.
std::string SayRule(const Rule& rule);

}  // namespace nephoscope
