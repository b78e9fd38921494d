// PeriodEnd: what a period of a budget will come to, how sure that is, and how far off such figures
// have been.
//
//   sd^2 = 1.5 sum (swing e)^2 + (sum e)^2 (0.3 (0.35 swing)^2 + q^2 R / 3)
//   q = 1.6 * clipped rms of the daily changes of ln level, R = days that remain
//   interval = middle +- k sd,  k = quantile of |total - middle| / sd of earlier months with as many
//   days left, over all groups of the rule (split conformal; design/detection.md 1.3)
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "rules/engine/evaluator.h"
#include "rules/kinds/day_model.h"

namespace nephoscope {

struct Outlook {
  double middle = 0, sd = 0;  // of what is yet to come, micros
};

// How far off forecasts were, by days that remained: what the groups of a rule know together.
class ForecastErrors : public RuleCommon {
 public:
  static constexpr int kDays = 31, kEnough = 60;  // with fewer, rough factors
  // (total - forecast) / sd in one byte, 3 % apart; and back.
  static std::int8_t Packed(double z);
  static double Unpacked(int packed);

  void Add(int remaining, std::int8_t packed, int times);
  // Half the width of the interval that holds `share`, in sd.
  double Half(int remaining, double share) const;
  // How often the total was at least `z` sd above the forecast.
  double Above(int remaining, double z) const;
  bool rough(int remaining) const { return At(remaining).count < kEnough; }

 private:
  static constexpr int kMost = 127;
  struct OfDay {
    int count = 0;
    std::array<std::int32_t, 2 * kMost + 1> by{};
  };
  const OfDay& At(int remaining) const;

  std::vector<OfDay> days_ = std::vector<OfDay>(kDays);
};

// One group: its model, and what its months were forecast to be.
class PeriodEnd {
 public:
  static constexpr int kMonths = 12;  // whose errors are kept

  ~PeriodEnd();
  void Meet(std::shared_ptr<ForecastErrors> errors);

  // A day whose cost is final; in order. `past`: the days before it, for a model of under four weeks.
  void Step(const DayModel::Day& day, absl::Span<const DayModel::Day> past);
  // A day that may still change: as Step, but months are not closed by it.
  void StepOpen(const DayModel::Day& day, absl::Span<const DayModel::Day> past);
  // The days are to be learnt anew; months that were closed stay closed.
  void Restart();

  // Of the days in [from, to), after the newest.
  Outlook Ahead(std::int64_t from, std::int64_t to) const;
  double Expected(std::int64_t day) const;
  const DayModel& model() const { return model_; }
  std::int64_t newest() const { return newest_; }
  static constexpr std::int64_t kNever = INT64_MIN;

  // A copy to look ahead with: it keeps no errors.
  PeriodEnd Copy() const;

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

  PeriodEnd() = default;
  PeriodEnd(PeriodEnd&&) = default;
  PeriodEnd(const PeriodEnd&) = delete;
  PeriodEnd& operator=(const PeriodEnd&) = delete;

 private:
  struct Forecast {
    float middle = 0, sd = 0;  // of the whole month
  };
  void Learn(const DayModel::Day& day, absl::Span<const DayModel::Day> past);
  void NoteMonth(const DayModel::Day& day);
  double LevelChange() const;

  DayModel model_;
  std::int64_t newest_ = kNever;
  double log_level_ = 0;
  int changes_ = 0;
  std::array<float, 56> change_{};                 // |daily changes of ln level|, by turn
  std::int64_t month_ = kNever;                    // the first day of the month below
  double so_far_ = 0;
  std::array<Forecast, 31> forecasts_{};           // by day of the month; sd 0: none
  std::int64_t closed_ = kNever;                   // the first day of the newest month that was closed
  std::vector<std::array<std::int8_t, 31>> errors_;  // of the last months, by days that remained
  std::shared_ptr<ForecastErrors> common_;
};

}  // namespace nephoscope
