// NoiseBudget: how unusual a day must be so that a rule reports about as often as people want to read.
//
//   limit = the lowest score with which the rule would have reported no more often than that: in all
//           its groups together, over the days before the week that is judged
//
// And it keeps its word: what is left of the budget goes to the most expensive anomalies.
// Also what else the groups of a rule know together: since when, and how far their bill is final.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/engine/evaluator.h"

namespace nephoscope {

struct NoiseWish {
  double reports = 0;  // 0: there is none
  double days = 1;     // in so many days on the average
  int longest = 1;     // the most days that such a time has
  double daily() const { return reports / days; }
};
// "4 per month", "1 per week". Absent: it is not written so.
std::optional<NoiseWish> ReadNoiseBudget(absl::string_view text);

class NoiseBudget : public RuleCommon {
 public:
  static constexpr int kSteps = 21;
  static constexpr int kSpan = 56;  // days that are looked back on
  static constexpr double LimitOf(int step) { return 2 + 0.5 * step; }

  // What a group would have reported with each limit.
  struct Past {
    int days = 0;  // that could be judged
    std::array<std::uint16_t, kSteps> reports{};
  };
  class Group {
   public:
    virtual ~Group() = default;
    // May ask For of days before `day`, no later ones.
    virtual Past PastBefore(std::int64_t day) = 0;
    // Micros of an anomaly that is worth a report on `today` and was not reported; 0: none.
    virtual double Waiting(std::int64_t today) = 0;
    // Reports on [from, to].
    virtual int Reported(std::int64_t from, std::int64_t to) const = 0;
  };
  struct Choice {
    double limit = 0;
    int reports = 0, days = 0;    // that many in that many days, with this limit
    std::int64_t before = 0;      // this day
    bool enough = false;          // days to choose by: else it is the limit of `sensitivity: medium`
  };
  struct Room {
    bool has = false;
    int waiting = 0;              // groups that had something to report on that day
  };

  void Join(Group* group);
  void Leave(Group* group);
  // A group learnt what `day` cost.
  void Changed(std::int64_t day);
  // For the week of `day`.
  Choice For(std::int64_t day, const NoiseWish& wish);
  // Whether `who` is among those that may report on `today`.
  Room RoomFor(Group* who, std::int64_t today, const NoiseWish& wish);
  // A group reported on `today` what was waiting with so much.
  void Reported(std::int64_t today, double micros);
  // Another one when a choice that was made is none any more.
  int version() const { return version_; }

  // The days that a choice for the week of `day` is made by end before this one: by then bills are complete.
  static std::int64_t Before(std::int64_t day);

  void NoteFirst(std::int64_t day) { first_ = std::min(first_, day); }
  void NoteFinal(std::int64_t day) { final_ = std::max(final_, day); }
  std::int64_t first() const { return first_; }
  std::int64_t final_to() const { return final_; }

 private:
  struct Day {
    std::int64_t day = 0;
    int left = 0;                 // reports that it has room for
    std::vector<double> waiting;  // the dearest first
  };
  Choice Choose(std::int64_t before, const NoiseWish& wish);
  const Day& AskAll(std::int64_t today, const NoiseWish& wish);

  std::vector<Group*> groups_;
  std::optional<Day> day_;
  int version_ = 0;
  std::map<std::int64_t, Choice> choices_;  // by `before`
  std::int64_t first_ = INT64_MAX, final_ = INT64_MIN;
};

// Reports that each limit would have given, a bit each for the days of kSpan and a margin.
class NoisePast {
 public:
  // A day that was judged; `worth`: the excess at which an anomaly of it is reported.
  template <typename Worth>
  void Note(std::int64_t day, double score, double excess, const Worth& worth) {
    std::uint32_t mask = kJudged;
    for (std::size_t i = 0; i < kSteps; ++i) {
      One& one = steps_[i];
      const bool unusual = score >= NoiseBudget::LimitOf(static_cast<int>(i));
      if (one.quiet >= 2) one = {.quiet = 2};
      one.quiet = unusual ? 0 : static_cast<std::uint8_t>(std::min(one.quiet + 1, 2));
      if (!unusual) continue;
      one.excess += static_cast<float>(excess);
      if (one.told || !worth(one.excess)) continue;
      one.told = true;
      mask |= 1u << i;
    }
    days_[static_cast<std::size_t>(day % kDays)] = {static_cast<std::int32_t>(day), mask};
  }
  NoiseBudget::Past Before(std::int64_t day) const;
  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr std::size_t kSteps = NoiseBudget::kSteps, kDays = 96;
  static constexpr std::uint32_t kJudged = 1u << 31;
  struct One {
    std::uint8_t quiet = 2;
    bool told = false;
    float excess = 0;
  };
  struct Day {
    std::int32_t day = -1;
    std::uint32_t mask = 0;
  };
  std::array<One, kSteps> steps_{};
  std::array<Day, kDays> days_{};
};

}  // namespace nephoscope
