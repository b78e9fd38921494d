// Engine: samples in, alert transitions out. A deterministic function: no clock, thread, socket, file or log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rules/engine/arrival_delays.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// Virtual shard s belongs to evaluate thread s % threads.
std::uint64_t ShardsOfThread(int thread, int threads);

struct EngineOptions {
  std::string agent_group = "nephoscope";
  std::uint64_t shards = ~std::uint64_t{0};  // those this engine owns; instances of others are not made
  bool quiet_cells = true;  // alerts that have nothing to say share cells (rules/engine/quiet_cells.h); false, for comparison: each has its own instance
  bool reload_whole = false;  // every change of rules makes everything anew; for comparison
  bool composites = true;  // judges rules that are made of alerts as well, if it owns all shards; else rules/engine/composites.h does, behind it
};

// One thread owns one engine. The same calls in the same order give the same bytes.
//
//   engine.SetRules(rules, now, changes);
//   engine.DefineSeries(series);
//   engine.Observe(samples, changes);
//   engine.Advance(source, watermark, changes);   // evaluates every grid point up to the watermark
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Instances whose rule keeps its id, kind and `by` keep their state; those of a rule that is gone are resolved with cause
  // rule_removed at `now` (the newest event time; the wall clock when nothing was seen).
  void SetRules(std::shared_ptr<const RuleSet> rules, absl::Time now, Changes& out);

  // Before the first sample of its id; again with the same id replaces it.
  void DefineSeries(const Series& series);

  // Samples of defined series, in order of arrival. Adds to `out`.
  void Observe(absl::Span<const Sample> samples, Changes& out);

  // How late the points of a series usually are (ArrivalDelays), until it is said anew: windows wait for them, and silence begins so much later.
  void SetDelay(SeriesId series, ArrivalDelay delay);

  // All points of `source` up to and including `watermark` have arrived: evaluates what is complete. `answers`: the source
  // itself said so; a series that it does not send while it answers is gone after a while (`expire_after`).
  void Advance(SourceId source, absl::Time watermark, Changes& out, bool answers = true);

  // The name of a source, the same after a restart: by it, series that do not come again are known to be gone.
  void NameSource(SourceId source, absl::string_view name);

  // These series are gone, and their ids may be those of others from now on. Alerts of nothing else end (series_gone).
  void Forget(absl::Span<const SeriesId> ids, Changes& out);

  // The wall clock, for `absence` and for data that stays away (`no_data`): the only judgements that need it. Ends a round: rules that are
  // made of alerts are judged by all that was said since the last one. States are to be saved between rounds.
  void AdvanceClock(absl::Time now, Changes& out);

  // What Restore left out, and why.
  struct Unrestored {
    std::string alert_id, reason;
    bool over = false;  // the question is not asked any more (rule gone, off, of another kind or `by`): the alert is to be ended
  };
  // States written by an earlier engine, before the first Observe. Call SetRules first. One that cannot be read starts anew.
  std::vector<Unrestored> Restore(absl::Span<const InstanceState> states);
  // Every instance that changed since it was last handed out, `urgent` or not.
  void Snapshot(Changes& out);

  // Adds every alert as it is, pending and quiet ones too: for tests and timelines. Tells nobody and changes nothing.
  void Look(std::vector<Transition>& out) const;

  // Adds the newest judgement of alerts that fire, and of kinds that are shown while they are quiet, as far as it was not handed out before: at most
  // `most`, the next call goes on behind them. In the order of alert ids, those that rest last. Tells nobody and changes nothing.
  void TakePresent(std::size_t most, std::vector<AlertPresent>& out);

  // Figures for self-metrics.
  struct Stats {
    std::uint64_t samples = 0, late = 0, restated = 0, evaluations = 0;
    std::size_t series = 0, instances = 0, firing = 0;
  };
  Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nephoscope
