// DayTrack: the days of one group in order: what is usual, and the anomaly that goes on.
//
// An anomaly is one thing from its first day to the second day in a row that is not unusual:
//   - its direction is fixed: a day to the other side ends it and begins another
//   - `before` is the model as it was: what the days would have cost, until it ends
//   - it ends `accepted` when the new level has been learnt, else the old one came back; a level
//     that comes back within kRemembered days is the old one again and no news
//   - new spend lasts until the model can tell what is usual; spend that vanished until it is back
//     or forgotten
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "rules/kinds/day_model.h"

namespace nephoscope {

// How much of a day is known.
enum class DayKnown : std::uint8_t {
  kFinal,   // all
  kLikely,  // all, as far as days of its age have been: falls are not reported yet
  kPart,    // it may grow: only whether it is too much already
};

struct DayAnomaly {
  enum class Kind : std::uint8_t { kNone, kUnusual, kNew, kVanished };
  Kind kind = Kind::kNone;
  bool open = false, accepted = false, turned = false;  // turned: it begins where another ended
  bool drift = false;                  // many days together, none of them by itself
  int direction = 0;                   // 1 or -1
  std::int64_t first = 0, last = 0;    // its first and newest unusual day
  std::int64_t leans_from = 0;         // the first day that leans to its side
  std::int64_t seen_before = 0;        // the last day before it that was as unusual; 0: none
  std::int64_t record_from = 0;        // the first day on record
  std::int64_t ended = 0;              // the day on which it did
  std::int64_t previous = 0;           // the first day of the one before
  int days = 0, quiet = 0;             // unusual days; days since
  double excess = 0, usual = 0;        // summed over its unusual days, micros
  double peak = 0;                     // highest score
  DayModel before;

  // What `day` would have cost without it.
  double Expected(std::int64_t day, DayClass of) const {
    return before.Expected(day, of, static_cast<int>(day - first) + 1);
  }
};

struct DayTrackRules {
  double limit = 4;                    // score
  bool up = true, down = false;
  DayModel::Rates rates;
  double least = 0;                    // micros a day whose absence is worth a report
  std::int64_t rule_from = 0;          // the first day that the rule knows of any group
};

class DayTrack {
 public:
  static constexpr int kNewSpend = 14, kQuiet = 2, kRemembered = 40, kForgotten = 30;
  // Appends the known days before `day`, at most DayModel::kWarmUp, in order.
  using Past = absl::FunctionRef<void(std::int64_t day, std::vector<DayModel::Day>& out)>;

  // Days in order. `more`: further relative uncertainty of a day that is not final.
  DayModel::Score Step(const DayModel::Day& day, DayKnown known, const DayTrackRules& rules,
                       Past past, double more = 0);
  // A day that is neither judged nor learnt from.
  void Skip(std::int64_t day) { newest_ = day; }

  const DayModel& model() const { return model_; }
  const DayAnomaly& anomaly() const { return anomaly_; }
  bool begun() const { return first_ != kNever; }
  std::int64_t first() const { return first_; }
  std::int64_t newest() const { return newest_; }  // that was stepped; kNever: none
  static constexpr std::int64_t kNever = INT64_MIN;

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  static constexpr std::array<double, 10> kRare = {3, 4, 5, 6, 8, 10, 13, 17, 22, 30};

  void Begin(const DayModel::Day& day, const DayTrackRules& rules);
  DayModel::Score StepModel(const DayModel::Day& day, const DayTrackRules& rules, Past past);
  bool Vanishes(const DayModel::Day& day, DayKnown known, const DayTrackRules& rules);
  void Return(const DayModel::Day& day);
  void Live(const DayModel::Day& day, DayModel::Score score, DayKnown known,
            const DayTrackRules& rules, const DayModel& before);
  void Open(const DayModel::Day& day, int direction, double score, const DayModel& before);
  bool GoesOnMoving(std::int64_t day, int direction, const DayModel::Score& score) const;
  void Extend(const DayModel::Day& day, double score);
  void End(bool accepted);
  bool Moved() const;
  void NoteRarity(std::int64_t day, const DayModel::Score& score);

  DayModel model_;
  DayAnomaly anomaly_;
  std::int64_t first_ = kNever, newest_ = kNever;
  int zeros_ = 0;  // days in a row without cost
  std::array<std::array<std::int32_t, kRare.size()>, 2> last_at_{};
};

}  // namespace nephoscope
