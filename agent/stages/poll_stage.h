// PollStage: the I/O thread. A window is due, the collector plans requests, the HTTP engine sends them, the answers become samples.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "agent/collectors/collector.h"
#include "agent/net/retry.h"
#include "agent/seams/clock.h"
#include "agent/seams/random.h"
#include "agent/stages/clock_watch.h"
#include "agent/stages/collector_faults.h"
#include "agent/stages/poll_target.h"
#include "agent/stages/sample_router.h"
#include "rules/model/rule.h"

namespace nephoscope {

class Readiness;
class ReachBoard;
class SelfMetrics;

struct PollParts {
  Clock* clock;
  Random* random;
  HttpClient* http;
  FileReader* files;
  SampleRouter* router;
  SelfMetrics* metrics;
  Readiness* readiness;
  ReachBoard* reach;
};

class PollStage {
 public:
  PollStage(PollParts parts, std::vector<std::unique_ptr<Collector>> collectors);
  ~PollStage();

  // Before the first Step: how far an earlier run read a source.
  void Resume(absl::string_view source, absl::Time complete);

  // One turn: adopts new rules, starts what is due, decodes what has come for at most kSlice, sends the batches. Waits when there is
  // nothing to do, at most `wait`. Run() is this in a loop; a simulation calls it itself.
  void Step(absl::Duration wait);
  // Until Stop.
  void Run();

  // Any thread.
  void SetRules(std::shared_ptr<const RuleSet> rules);
  void Stop();

 private:
  struct Job;
  struct Answer;

  bool stopped();
  void AdoptRules();
  void Retarget(Job& job, bool at_once);
  void WatchClock();
  void StartDue();
  void StartRound(Job& job, PollTarget& target);
  void AnswerHeld(Job& job, PollTarget& target, std::vector<Fetch> plan);
  void Launch(Job& job);
  void LaunchOf(Job& job, const std::shared_ptr<PollTarget>& target);
  void Send(Job& job, const std::shared_ptr<PollTarget>& target, std::unique_ptr<PollRequest> request);
  bool DecodeSlice();
  void DecodeOne(std::deque<std::unique_ptr<Answer>>& from);
  void Finish(Answer& answer, const absl::StatusOr<Progress>& result);
  bool RetryLater(Job& job, PollTarget& target, Answer& answer);
  void EndRound(Job& job, PollTarget& target, bool asked);
  void TellBlind();
  bool ReadsPast(const Job& job) const;
  void TellPast(bool end);
  absl::Duration UntilDue() const;

  PollParts parts_;
  std::uint64_t reach_told_ = ~std::uint64_t{0};  // the version of what was told last
  std::set<std::string> blind_told_;  // ids of rules
  std::vector<std::unique_ptr<Job>> jobs_;
  std::deque<std::unique_ptr<Answer>> answers_, long_;  // long_: those of which a part has been decoded
  ClockWatch watch_;
  RetryPolicy retry_;
  absl::Time past_before_ = absl::InfinitePast();  // the past of before then is being read; InfinitePast: it is not
  bool past_came_ = false;                         // a collector that was behind gave something since that was last told
  absl::Duration last_tick_ = -absl::InfiniteDuration();
  absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<const RuleSet> new_rules_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
