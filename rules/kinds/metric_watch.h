// MetricWatch: what is reported of one series, and when that is over (detection.md 1.5).
//
// An incident begins with a sample that the model reports, is one alert however often its samples fall back into the
// usual, and ends after enough usual ones in a row: a twentieth of the warm-up, or as long as the rule says.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/metric_model.h"
#include "rules/kinds/metric_verdict.h"

namespace nephoscope {

class MetricWatch {
 public:
  // A rule's part in it.
  struct Question {
    const MetricTuning* tuning = nullptr;
    MetricRhythm rhythm;
    absl::Duration history;
    int direction = 0;  // 1: only above the usual, -1: only below, 0: both
    absl::InlinedVector<absl::Duration, 3> normal_for;  // of each level; zero: it does not say
    int least_points = 1;       // unusual samples before people hear of it, of the level that asks for fewest
    absl::Duration least_held;  // and for how long
  };

  explicit MetricWatch(Question question) : question_(std::move(question)) {}

  // A sample newer than all before. `spacing`: how far apart they are; zero: not known.
  const MetricVerdict& Step(absl::Time time, double value, absl::Duration spacing);
  // A value that may still be any of `possible`: unusual if all of these are. Nothing is learnt from it.
  // nullptr: nobody can say.
  const MetricVerdict* StepPart(absl::Time time, double value, PossibleValues possible);
  // The verdict on a sample that was judged before, for people to read until the next step.
  const MetricVerdict& Again(absl::Time time);
  // As the level asks for it.
  bool Over(const MetricVerdict& verdict, std::size_t level) const;

  // Samples from this one on may come once more, after GoBack, with other values.
  void KeepFrom(absl::Time from) { keep_from_ = from; }
  void GoBack(absl::Time from);

  absl::Time newest() const { return now_.verdict.time; }
  // The one that people are to read, with all that there is to say of it.
  MetricVerdict Told() const;
  absl::Time first() const { return now_.first; }
  // Of data that came back not long ago: when, and after how long; InfinitePast: they did not.
  absl::Time back_since() const { return now_.back_since; }
  absl::Duration gap() const { return now_.gap; }

  void Save(StateWriter& out) const;
  void Load(StateReader& in);

 private:
  struct State {
    std::optional<MetricModel> model;  // none before the first sample
    absl::Time first = absl::InfinitePast();
    absl::Time back_since = absl::InfinitePast();
    absl::Duration gap;
    int since_back = 0;  // samples
    MetricVerdict verdict;

    void Save(StateWriter& out) const;
    void Load(const Question& question, StateReader& in);
  };
  // Since the first unusual sample that may come once more: the state before it, and the verdicts.
  struct Past {
    absl::Time from = absl::InfiniteFuture();
    State before;
    std::vector<MetricVerdict> verdicts;
  };

  int WarmUpOf(absl::Duration spacing) const;
  void NoteGap(absl::Time time, absl::Duration spacing);
  MetricVerdict Consider(absl::Time time, double value) const;
  int DirectionOf(const MetricModel::Look& look, int statistic) const;
  int DescribedBy(int statistic, int cell) const;
  void Worsen(int direction, MetricVerdict& out) const;
  void Calm(MetricVerdict& out) const;
  void Fill(MetricVerdict& out) const;
  double CentreOf(const MetricVerdict& verdict) const;
  MetricModel::Usual BandOf(const MetricVerdict& verdict) const;
  bool IsTold(const MetricIncident& incident) const;
  void Take(const MetricVerdict& verdict);
  void RememberBefore(absl::Time time);
  void Forget();

  Question question_;
  State now_;
  std::unique_ptr<Past> past_;
  const MetricVerdict* again_ = nullptr;  // of past_
  absl::Time keep_from_ = absl::InfiniteFuture();
};

}  // namespace nephoscope
