// Story: the past that a line is drawn through: since the last jump, as a disk that was made larger has another story
// from then on. And how the stories before it ended: one that always comes back by itself is no trend.
#pragma once

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/state_bytes.h"
#include "rules/kinds/group_history.h"

namespace nephoscope {

class Story {
 public:
  // One that is over. It came back: it ended with a jump against its own way.
  struct Turn {
    absl::Time begin, end;
    double first = 0, last = 0;
    bool came_back = false;
  };

  Story(absl::Duration spacing, absl::Duration length) : past_(spacing, length) {}

  // True: it begins anew with this value.
  bool Add(absl::Time time, double value);
  // Its points, up to the newest.
  absl::Span<const GroupHistory::Point> points() const { return Points(now_); }
  // Of stories before it that went the way of this one and back to where they began, about as long each time: how far the
  // farthest went. Absent: there were not two of them, or this one has gone on for longer.
  std::optional<double> ComesBackFrom(bool falling) const;
  // The newest of them that came back, one after the other.
  absl::Span<const Turn> Comebacks() const;

  void KeepFrom(absl::Time from) { past_.KeepFrom(from); }
  void GoBack(absl::Time from);

  void Save(StateWriter& out) const;
  void Load(StateReader& in);
  // Of before there were turns.
  void LoadOlder(StateReader& in);

 private:
  absl::Span<const GroupHistory::Point> Points(absl::Time time) const;
  void NoteTurn(absl::Span<const GroupHistory::Point> points);

  GroupHistory past_;
  std::vector<absl::Time> begins_;  // the newest, and those that judgements made again may need; ascending
  std::vector<Turn> turns_;         // the last few
  absl::Time now_ = absl::InfinitePast();
  absl::Time began_ = absl::InfinitePast();  // its first point, which may be too old to be kept
  double first_ = 0;
  std::vector<double> steps_;  // scratch
};

}  // namespace nephoscope
