// DayModel: what a day usually costs: a robust level, a factor for each weekday, a relative scale.
//
//   expected(day) = level * factor[weekday]        scale = 1.4826 * median |cost / expected - 1|
//
// Medians throughout: a few wild days barely move it (Rousseeuw & Croux, JASA 88, 1993).
#pragma once

#include <array>
#include <cstdint>
#include <map>

namespace nephoscope {

struct Projection {
  double middle = 0, low = 0, high = 0;  // micros
};

class DayModel {
 public:
  static constexpr int kSeasonalFrom = 14;  // days of history
  // `days`: day since the epoch -> micros. Uses those before `as_of`. With under 14 of them, or without `weekly`, all weekdays are alike.
  // `idle_days`: days on which nothing was spent are among them; where they are no matter of the weekday the average counts, as a median would see only
  // them, or never.
  static DayModel Fit(const std::map<std::int64_t, std::int64_t>& days, std::int64_t as_of, bool weekly, bool idle_days = false);

  int history() const { return history_; }       // days used
  bool seasonal() const { return seasonal_; }    // weekdays are told apart
  double Expected(std::int64_t day) const;       // micros
  double scale() const { return scale_; }        // relative, at least 1.5 %
  // The sum over [from, to), with an 80 % band: independent days plus an uncertain level.
  Projection Project(std::int64_t from, std::int64_t to) const;

 private:
  int history_ = 0;
  bool seasonal_ = false;
  double level_ = 0, scale_ = 0.5;
  std::array<double, 7> factor_{1, 1, 1, 1, 1, 1, 1};
};

// Monday is 0.
int WeekdayOf(std::int64_t day);
// "Sunday".
const char* WeekdayName(std::int64_t day);

}  // namespace nephoscope
