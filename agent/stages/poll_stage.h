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
#include "agent/stages/sample_router.h"
#include "agent/seams/clock.h"
#include "agent/seams/random.h"
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

  // One turn: adopts new rules, starts what is due, decodes a slice of what has come, sends the batches. Waits when there is nothing to
  // do, at most `wait`. Run() is this in a loop; a simulation calls it itself.
  void Step(absl::Duration wait);
  // Until Stop.
  void Run();

  // Any thread.
  void SetRules(std::shared_ptr<const RuleSet> rules);
  void Stop();

 private:
  struct Job;
  struct Request;
  struct Answer;

  bool stopped();
  void AdoptRules();
  void StartDue();
  void Launch(Job& job);
  void Send(Job& job, std::unique_ptr<Request> request);
  bool DecodeSlice();
  void Finish(Answer& answer, const absl::StatusOr<Progress>& result);
  bool RetryLater(Job& job, Answer& answer);
  void TellBlind();
  void ReportRejected(Job& job);
  void EndRound(Job& job, bool asked);
  void NoteFailure(Job& job, const std::pair<std::uint64_t, std::string>& what, const absl::Status& status);
  void NoteSuccess(Job& job, const std::pair<std::uint64_t, std::string>& what);
  void Report(const Job& job);
  bool ReadsPast(const Job& job) const;
  void TellPast(bool end);
  absl::Duration UntilDue() const;

  PollParts parts_;
  std::uint64_t reach_told_ = ~std::uint64_t{0};  // the version of what was told last
  std::set<std::string> blind_told_;  // ids of rules
  std::vector<std::unique_ptr<Job>> jobs_;
  std::deque<std::unique_ptr<Answer>> answers_;
  RetryPolicy retry_;
  absl::Time past_before_ = absl::InfinitePast();  // the past of before then is being read; InfinitePast: it is not
  bool past_came_ = false;                         // a collector that was behind gave something since that was last told
  absl::Duration last_tick_ = -absl::InfiniteDuration();
  absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<const RuleSet> new_rules_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
