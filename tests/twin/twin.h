// Twin: what rules.md 2.3-2.6 say of threshold and change rules, written once more, slowly: every point is kept for ever and every step reads
// all of them again. Shares no code with the engine but the words of rules/model.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

struct Bounds {
  std::optional<double> above, below, at_least, at_most, equals;

  bool any() const { return above || below || at_least || at_most || equals; }
  bool Hold(double value) const;                     // all of them; none: no
  bool Over(double value, bool hysteresis) const;    // one of them does not hold any more, by a tenth where there is hysteresis
};

// A condition: of a number, or of how it changed.
struct Wanted {
  Bounds value, increase, decrease, difference;
};

struct WantedLevel {
  Severity severity = Severity::kWarning;
  Wanted condition;
  std::optional<Wanted> recover;
  absl::Duration hold = absl::ZeroDuration();
  int n = 0, m = 0;  // `n of m points`
};

// A rule in plain numbers; the engine's Rule is made from it.
struct Question {
  enum Compare { kWindow, kYesterday, kLastWeek, kFourWeeks };

  bool change = false;
  Compare compare = kWindow;
  std::string stat, combine;
  absl::Duration window = absl::ZeroDuration(), every = absl::ZeroDuration(), delay = absl::ZeroDuration();
  absl::Duration cell = absl::ZeroDuration();  // instead of a window: fixed ones of this length, from Monday 2026-01-05 on
  bool growing = false;                        // looked at from their beginning until now
  absl::Duration no_data_after = absl::ZeroDuration(), keep_firing_for = absl::ZeroDuration();
  NoDataPolicy no_data = NoDataPolicy::kKeepLast;
  bool may_leave = false;               // a silent series leaves its group at once
  std::string currency;                 // all costs are counted in it; "": all bills are in one
  std::vector<WantedLevel> levels;
};

// What a euro is worth in dollars, for rules that count in one of them. A pound has no rate.
inline constexpr double kEuro = 1.25;

// A transition, as far as it is foretold.
struct Told {
  EventType type;
  Cause cause;
  AlertState status;
  DataState data;
  Severity severity;
  bool flapping;
  absl::Time time, starts_at;
  std::optional<absl::Time> ends_at;  // of one that is over
  double value;
  std::optional<double> newest = std::nullopt;  // may be shown instead: with points that came after their judgement
};

// One alert.
class Twin {
 public:
  Twin(Question question, std::vector<Series> members) : question_(std::move(question)), members_(std::move(members)) {}

  void Point(const Sample& sample);
  void Advance(SourceId source, absl::Time watermark);
  void Clock(absl::Time now);
  // The rule has other numbers; what is asked of the series, and the urgencies, are as before.
  void Edit(Question question);
  // Watermarks are of the process, not of the alert.
  void Restart();

  const std::vector<Told>& told() const { return told_; }

 private:
  struct Arrived {
    SeriesId series;
    absl::Time time;
    double value;
  };
  struct Verdict {
    absl::Time time;
    std::vector<bool> holds, over;
    bool part = false;  // series are missing: `holds` whatever they would say, `over` by something that they may say
  };
  struct Raised {
    absl::Time at;
    int level;
  };
  // What it was before, and the times at which it was judged since.
  struct Past {
    std::vector<Twin> before;  // one
    std::vector<absl::Time> times;
    std::optional<Raised> raised;  // people were told last
  };
  struct Run {
    std::optional<absl::Time> since;
    absl::Duration held = absl::ZeroDuration();
  };

  struct Least {
    double low, high;
  };

  bool money() const { return members_[0].type == ValueType::kMoney; }
  const Series& SeriesOf(SeriesId id) const;
  absl::Duration NoDataAfter() const;
  absl::Duration Counted(absl::Time from, absl::Time to) const;
  absl::Time Complete() const;
  std::optional<double> Rate(const Series& series) const;
  absl::Time CellFrom(absl::Time time) const;
  std::map<absl::Time, double> PointsOf(SeriesId id) const;
  std::optional<double> StatAt(const Series& series, absl::Time time) const;
  bool Rare(const Series& series) const;
  absl::Duration SilentAfter(const Series& series) const;
  absl::Duration PatienceAt(const Series& series, absl::Time time) const;
  bool Missing(const Series& series, absl::Time time) const;
  std::vector<const Series*> MissingAt(absl::Time time) const;
  Least CanBe(double known, const std::vector<const Series*>& missing) const;
  std::optional<Verdict> PartAt(absl::Time time, double value, const std::vector<const Series*>& missing);
  std::optional<std::pair<bool, bool>> LevelAt(const WantedLevel& level, double value, std::optional<double> before) const;
  bool Says(const Verdict& verdict) const;
  void ClockOfMembers(absl::Time now);
  std::optional<double> ValueAt(absl::Time time) const;
  std::optional<double> BeforeAt(absl::Time time) const;
  std::size_t CountAt(absl::Time time) const;
  bool MayBeBase(absl::Time time) const;
  std::optional<double> Near(absl::Time time, absl::Time now) const;
  std::optional<Verdict> VerdictAt(absl::Time time);
  void Judge(absl::Time time, Cause why);
  bool Worse(const std::vector<bool>& holds) const;
  bool Worsens() const;
  void Note(absl::Time time);
  void JudgeLate();
  void Become(const Twin& again);
  Run RunOf(std::size_t level) const;
  struct Points {
    int bad = 0, good = 0;
  };
  Points PointsOf(std::size_t level) const;
  bool OverAt(std::size_t level) const;
  int Ripe() const;
  void Idle(absl::Time time, Cause why);
  void Firing(absl::Time time, Cause why);
  void Over(absl::Time time, EventType type, Cause cause);
  void Flap(absl::Time time);
  void Say(EventType type, Cause cause) { steps_.push_back({type, cause}); }
  void Finish(std::optional<Severity> severity = std::nullopt);

  Question question_;
  std::vector<Series> members_;
  std::vector<Arrived> arrived_;
  std::set<absl::Time> due_;
  std::map<SourceId, absl::Time> watermarks_;
  absl::Time heard_to_ = absl::InfinitePast(), judged_ = absl::InfinitePast();
  absl::Time silent_since_ = absl::InfinitePast();  // up to when there were data, when they were found missing
  bool heard_since_ = false;                        // since the restart
  absl::Time asked_from_ = absl::InfiniteFuture();  // then all sources were asked since the start
  bool restarted_ = true;
  bool restated_ = false;
  std::set<absl::Time> late_;
  std::optional<Past> past_;

  std::vector<std::pair<absl::Time, double>> values_;  // of every judgement: what `change` compares with
  double value_ = 0;
  std::vector<Verdict> verdicts_;
  std::size_t first_ = 0;                // of verdicts that count for timers: after the last alert was over
  AlertState state_ = AlertState::kInactive;
  DataState data_ = DataState::kFresh;
  bool heard_of_silence_ = false;  // people were
  bool all_silent_ = false;        // and nothing came since
  std::map<SeriesId, absl::Time> heard_;
  std::map<SeriesId, absl::Duration> apart_;  // the newest two points that were the newest
  std::set<SeriesId> since_start_;  // heard since the start
  std::set<SeriesId> silent_;      // at the newest look, and not heard since
  int level_ = -1, level_before_ = -1;
  absl::Time starts_at_ = absl::InfinitePast(), time_ = absl::InfinitePast();
  std::optional<std::size_t> clear_;     // the verdict from which on it is clear
  std::optional<absl::Time> ends_at_;
  std::vector<std::pair<absl::Time, bool>> on_;
  bool flapping_ = false;
  std::vector<std::pair<EventType, Cause>> steps_;
  std::vector<Told> told_;
};

}  // namespace nephoscope
