// SampleRouter: from a collector's samples to the batches of the evaluate threads that want them. I/O thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/collectors/collector.h"
#include "agent/pipeline/channel.h"
#include "agent/pipeline/series_table.h"
#include "rules/engine/answers.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/interest.h"
#include "rules/model/rule.h"
#include "rules/model/series_store.h"

namespace nephoscope {

class Readiness;
class SelfMetrics;

class SampleRouter : public SampleSink {
 public:
  // At most so many series are known at once: of all targets, and of one.
  struct Bounds {
    std::size_t of_all = 1'000'000;
    std::size_t of_target = 1'000'000;
  };
  // `channels`: one per evaluate thread, in order. All outlive the router. New series beyond the bounds are not taken:
  // their samples are counted (nephoscope_series_dropped_total), and the log and `readiness` (nullptr: nobody asks) say so
  // until there is room. A series that its target does not send any more, though it answers, is let go after a while.
  SampleRouter(std::vector<BatchChannel*> channels, SelfMetrics& metrics, Bounds bounds, Readiness* readiness = nullptr);

  // From the next batch on: every thread gets the rules, and the series that it wants now and did not want before. Of a series that no thread wanted nothing is known but its id, so
  // it is looked at anew when it comes the next time.
  void SetRules(std::shared_ptr<const RuleSet> rules);

  // Some thread has half of the batches before it that it can: what can wait should.
  bool crowded() const;

  // What Reject speaks of until the next call.
  void SetCollector(const std::string* name) { collector_ = name; }

  SeriesId Intern(const Series& series) override;
  std::uint64_t generation() const override { return generation_; }
  void Add(const Sample& sample) override;
  void Soon(SeriesId series) override { __builtin_prefetch(threads_of_.data() + series); }
  SourceId Source(absl::string_view name) override;
  void Watermark(SourceId source, absl::Time time) override;
  void Reject(absl::string_view where, absl::string_view what) override;
  void Note(absl::string_view text) override { rejected_.notes.emplace_back(text); }

  // What the rules look at, of the series that came since they were set; nullptr: before the first SetRules.
  const Interest* interest() const { return interest_.get(); }

  // What is sent from now on is read while the past of before `before` is (InfinitePast: it is not). `caught_up`: with the end of this round that is over.
  void SetPast(absl::Time before, bool caught_up) { past_before_ = before, caught_up_ = caught_up; }
  // Ends a round: sends what is open, with the wall clock `wall`. `even_empty`: a tick for judgements that wait for time alone.
  void Flush(absl::Time wall, std::int64_t now_ns, bool even_empty);

  // Records rejected since the last call, for the log: how many, and the first few in words.
  struct Rejected {
    std::uint64_t count = 0;
    std::vector<std::string> examples;
    std::vector<std::string> notes;  // all of them
  };
  Rejected TakeRejected();

 private:
  std::uint64_t ThreadsFor(const Series& series);
  void LookAt(SeriesId id, const Series& series);
  Batch& Open(int thread);
  void Send(int thread);
  void NoteFull(const Series& series);
  void LookForGone(absl::Time wall);
  bool IsGone(SeriesId id);
  void LetGo(const std::vector<SeriesId>& ids);
  void TellDelays(absl::Time wall);
  void TellDelay(SeriesId id, ArrivalDelay delay, std::uint64_t threads);

  std::vector<BatchChannel*> channels_;
  std::vector<std::unique_ptr<Batch>> open_;
  SeriesTable table_;
  const Bounds bounds_;
  Readiness* readiness_;
  bool full_ = false;                // said by the log and readiness
  std::set<SourceId> full_sources_;  // the same of one
  Answers answers_;
  absl::Time next_look_ = absl::InfinitePast();  // for series that are gone
  SourceId named_ = 0;  // sources that the threads know by name
  std::vector<std::uint64_t> threads_of_;  // by series id: bit i = thread i wants it
  std::vector<bool> looked_at_;            // by series id: with the present rules
  ArrivalDelays delays_;
  ArrivalDelays::Changed late_;            // scratch
  SeriesStore wanted_;                     // those that some thread wants
  std::uint64_t generation_ = 0;           // how often rules were set
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Interest> interest_;  // of rules_
  bool composites_ = false;  // some rule is made of alerts: every thread hears of every round
  std::uint64_t round_ = 0;
  SelfMetrics& metrics_;
  const std::string* collector_ = nullptr;
  Rejected rejected_;
  absl::Time wall_ = absl::InfinitePast(), past_before_ = absl::InfinitePast();
  bool caught_up_ = false;
  std::int64_t now_ns_ = 0;
  std::uint64_t samples_ = 0, dropped_ = 0;
};

}  // namespace nephoscope
