// NotifyStage: which transitions people are told of. Every transition is recorded; this decides what is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "rules/engine/matcher.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/notify/dependencies.h"
#include "rules/notify/inhibitions.h"

namespace nephoscope {

// Export thread only.
class NotifyStage {
 public:
  using Reason = nephoscope::WhyNot;

  void SetRules(std::shared_ptr<const RuleSet> rules);

  // The moment that maintenance and time intervals are asked about; before Note and WhyNot.
  void SetNow(absl::Time now) { now_ = now; }

  // kNone: send it. Else the reason why not, as events, /metrics and the API name it (rules/model/why_not.h). Critical parts are sent though they
  // are replaced. The end of an alert is always sent, except by rules that never send, and where its beginning was replaced, explained or beyond the limit: an end without a beginning
  // does no harm, the reverse does.
  Reason Why(const Transition& transition) const;
  const char* WhyNot(const Transition& transition) const { return ToText(Why(transition)); }

  // Who is told of it, as its rule says now; nullptr: the rule is gone.
  const std::vector<std::string>* NotifyOf(const Transition& transition) const;

  // How many alerts of its rule people are notified of at once.
  int LimitOf(const Transition& transition) const;

  // How its rule sends lists; nullptr: it does not.
  const Digest* DigestOf(const Transition& transition) const;
  // How often people are reminded of it while it fires; infinite: never.
  absl::Duration RepeatOf(const Transition& transition) const;
  bool AnyRepeats() const { return any_repeats_; }

  // It is the beginning of an alert that another rule, made of it, may replace and has not yet: people are told of it after
  // HeldNotices::kLongest, or never. `held`: its beginning is held, so what follows waits behind it.
  bool Waits(const Transition& transition, bool held) const;
  // An alert that replaces those of this transition, or may.
  bool IsPart(const Transition& transition) const { return dependencies_.IsPart(transition); }
  // Which alerts explain which, and which stand for others.
  const Dependencies& dependencies() const { return dependencies_; }
  // Its newest step was not told for a reason that passes (maintenance, an inhibition, a time interval, the end of a trial). When it has passed,
  // the step is told after all, unless the maintenance says that it is not.
  bool AnyHeldBack() const { return !held_back_.empty(); }
  // By id, in order.
  std::vector<std::string> HeldBackIds() const;
  bool IsHeldBack(const std::string& alert_id) const { return held_back_.count(alert_id) != 0; }
  bool ToldLater(const std::string& alert_id) const;
  // Maintenance that holds alerts back and ends within half an hour; each end is told once.
  struct Ending {
    std::string maintenance;
    absl::Time end;
    std::size_t held = 0;
  };
  std::vector<Ending> EndingSoon();
  // Notes what fires when rules are new.
  void NotePresentLinks(const Transition& transition) { dependencies_.Note(transition), inhibitions_.Note(transition); }
  // This step was not told for this reason; once a second at most: what is held back keeps its maintenance in use, and comes under its `still_firing_at_end`.
  void NoteHeldBack(const Transition& transition, Reason why_not);
  static bool Passes(Reason why_not);
  // A step that was recorded then may have been held back: after a restart nothing else is known of it.
  bool MayHaveBeenHeldBack(const Transition& transition, absl::Time recorded) const;
  // The beginning of this alert was never told: another alert told of it.
  // Why its beginning was not notified, which may follow from what was noted after it.
  void NoteUntold(const Transition& transition, Reason why_not);
  void NoteReplaced(const Transition& part) { untold_[part.alert_id] = Reason::kReplaced; }
  bool WasUntold(const std::string& alert_id) const { return untold_.count(alert_id) != 0; }
  // Why; kNone: it was not.
  Reason WhyUntold(const std::string& alert_id) const {
    const auto found = untold_.find(alert_id);
    return found == untold_.end() ? Reason::kNone : found->second;
  }
  void NoteTold(const std::string& alert_id) { untold_.erase(alert_id), held_back_.erase(alert_id); }
  // An alert of this rule is over: those that people were not notified of because of the limit, and that are within it
  // now, in the order of the limit.
  std::vector<std::string> FreedBy(const Transition& transition);

  // Every transition, in order and before it is asked about; again does no harm.
  void Note(const Transition& transition);

 private:
  // Minus the money at stake, when it began, alert id: the costliest first, and of those that cost the same the earlier.
  using Rank = std::tuple<std::int64_t, absl::Time, std::string>;
  static Rank RankOf(const Transition& transition);
  // The present alerts of one rule.
  struct Present {
    std::set<Rank> ranked;
    absl::flat_hash_map<std::string, Rank> rank_of;  // by alert id
    std::set<Rank> beyond;                           // not notified, as they are beyond the limit
  };
  void NotePresent(const Transition& transition);
  // Its rule; of AlertLimitReached, the rule whose limit it is; nullptr: the rule is gone.
  const Rule* RuleOf(const Transition& transition) const;
  bool BeyondLimit(const Rule& rule, const Transition& transition) const;

  Dependencies dependencies_;
  Inhibitions inhibitions_;
  absl::flat_hash_map<std::string, Present> present_;  // by rule id
  absl::flat_hash_map<std::string, Reason> untold_;                 // alert id: why its beginning was not told
  // The first range that is not over, looked for again only when it is.
  struct NextRange {
    absl::Time asked = absl::InfiniteFuture();
    TimeRange range = {};
    template <typename Ask>
    const TimeRange& At(absl::Time at, Ask ask) {
      if (at >= asked && at < range.to) return range;
      const std::vector<TimeRange> found = ask(at);
      asked = at;
      range = found.empty() ? TimeRange{absl::InfiniteFuture(), at + absl::Hours(24)} : found[0];
      return range;
    }
  };
  // Planned work. Matchers point into rules_.
  struct Work {
    const Maintenance* maintenance;
    std::vector<LabelMatcher> where;
    absl::Time used = absl::InfinitePast();
    mutable NextRange next = {};
    absl::Time warned_of = absl::InfinitePast();  // the end that EndingSoon told of
  };
  void SetSettings();
  static const TimeRange& RangeOf(const Work& work, absl::Time at);
  const Work* WorkOn(const Transition& transition, absl::Time at) const;
  bool IsCovered(const std::vector<std::string>& names, absl::Time at) const;
  Reason ByTime(const Rule& rule, const Transition& transition, absl::Time at) const;
  void NoteUse(const Transition& transition);

  absl::Time now_ = absl::InfinitePast();
  std::vector<Work> works_;
  mutable std::vector<NextRange> intervals_;  // of settings.time_intervals
  struct HeldBack {
    bool told_later = false;  // when the reason has passed
    std::string work;         // the maintenance that holds it; empty: another reason
  };
  absl::flat_hash_map<std::string, HeldBack> held_back_;  // by alert id
  bool any_repeats_ = false;
  std::shared_ptr<const RuleSet> rules_;
  absl::flat_hash_map<std::string, const Rule*> by_id_, by_name_;
};

}  // namespace nephoscope
