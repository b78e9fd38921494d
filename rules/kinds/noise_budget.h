// NoiseBudget: how unusual a day must be so that a rule reports about as often as people want to read.
//
//   limit = the least number of usual swings with which the rule would have reported no more often than that: in all its groups together, over the
//           days before the week that is judged
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/engine/evaluator.h"

namespace nephoscope {

// "4 per month", "1 per week": reports a day. Absent: it is not written so.
std::optional<double> ReadNoiseBudget(absl::string_view text);

class NoiseBudget : public RuleCommon {
 public:
  static constexpr int kSteps = 21;
  static constexpr double LimitOf(int step) { return 2 + 0.5 * step; }

  // What a group would have reported with each limit.
  struct Past {
    int days = 0;  // that could be judged
    std::array<std::uint16_t, kSteps> reports{};
  };
  class Group {
   public:
    virtual ~Group() = default;
    virtual Past PastBefore(std::int64_t day) = 0;
  };
  struct Choice {
    double limit = 0;
    int reports = 0, days = 0;    // that many in that many days, with this limit
    std::int64_t before = 0;      // this day
    bool enough = false;          // days to choose by: else it is the limit of `sensitivity: medium`
  };

  void Join(Group* group);
  void Leave(Group* group);
  // A group learnt what `day` cost.
  void Changed(std::int64_t day);
  // For the week of `day`; `budget` in reports a day.
  const Choice& For(std::int64_t day, double budget);

  // The days that a choice for the week of `day` is made by end before this one: by then bills are complete.
  static std::int64_t Before(std::int64_t day);

 private:
  std::vector<Group*> groups_;
  std::map<std::int64_t, Choice> choices_;  // by `before`
};

}  // namespace nephoscope
