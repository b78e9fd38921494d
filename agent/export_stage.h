// ExportStage: the export thread. Commits what evaluation changed, shows it, delivers it. Durable before visible.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "agent/alert_board.h"
#include "agent/composite_stage.h"
#include "agent/evaluation.h"
#include "agent/held_notices.h"
#include "agent/net/http.h"
#include "agent/notify_stage.h"
#include "agent/pipeline/channel.h"
#include "agent/pipeline/deadline.h"
#include "agent/reminders.h"
#include "agent/seams/clock.h"
#include "agent/store/outbox_pump.h"
#include "agent/store/store.h"
#include "agent/waiting_digests.h"
#include "exporters/exporter.h"

namespace nephoscope {

class Readiness;
class SelfMetrics;

struct ExportParts {
  std::string agent_name;
  Clock* clock;
  Store* store;
  HttpClient* http;  // of this thread, for exporters that POST
  AlertBoard* board;
  SelfMetrics* metrics;
  Readiness* readiness;
};

class ExportStage {
 public:
  // `in`: one channel per evaluate thread.
  ExportStage(ExportParts parts, std::vector<std::unique_ptr<Exporter>> exporters, std::vector<Channel<Evaluation>*> in);
  ~ExportStage();

  // Before the first Step: shows what an earlier run committed.
  absl::Status Start();

  // One turn: takes in, commits, delivers. Waits when there is nothing to do, at most `wait`. False: every inbound channel is
  // closed and all that came is committed.
  bool Step(absl::Duration wait);
  // Until Step says no more; then gives what is on its way 1.5 s to arrive. What does not is in the outbox for the next start.
  void Run();

  // After Start, before the first Step: rules that are made of alerts go on where they stood. `over`: alerts that EndForGood is told of.
  std::vector<Engine::Unrestored> StartComposites(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states, absl::Span<const std::string> over);

  // After Start, before the first Step: these alerts have no rule any more, they are resolved (rule_removed) with the first commit.
  void EndForGood(absl::Span<const std::string> alert_ids);

  // Any thread. From `wait` after now on, what the database does not take is let go instead of tried again: the providers are asked
  // for it after the next start.
  void GiveUpAfter(absl::Duration wait);

  // Any thread.
  void SetRules(std::shared_ptr<const RuleSet> rules);
  void Wake() { parts_.http->Wake(); }

 private:
  struct Receiver;

  bool TakeIn();
  void CommitQueued();
  bool Write(absl::Time now);
  std::vector<SourceCursor> Cursors() const;
  void Address(absl::Span<const StoredTransition> stored, std::vector<OutboxRow>& outbox);
  void ToReceivers(const OutboxRow& event, std::vector<OutboxRow>& outbox) const;
  void ReleaseHeld();
  void Decide(const Transition& whole);
  void TellExplained(const Transition& other);
  void TellAfterAll(const AlertSnapshot& alert);
  void FollowRenames(const RuleSet& rules);
  void TellHeldBack();
  bool MayRemind(const Transition& last) const;
  void Remind();
  void TakeDigests();
  WaitingDigests::DigestOf DigestOf() const;
  void LetGo();
  void Show(absl::Time now);
  void Deliver();
  bool Levels(const Transition& last, absl::string_view why_not) const;
  void SyncLevels();
  void Gauges();
  absl::Duration NextWait(absl::Duration wait) const;

  ExportParts parts_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<Channel<Evaluation>*> in_;
  NotifyStage notify_;
  CompositeStage composites_;
  HeldNotices held_;
  WaitingDigests digests_;
  WaitingDigests::Due due_;  // lists that go out with the next commit
  std::vector<OutboxRow> told_again_;  // alerts whose beginning was replaced, and what replaced them is over: go out with the next commit
  std::deque<std::unique_ptr<Evaluation>> queued_;
  std::map<std::string, std::vector<absl::Time>> read_to_;  // by source: how far each evaluate thread's snapshots reach
  std::set<std::string> moved_;                             // sources of which read_to_ changed since the last commit
  bool changed_ = false;  // since the last Sync
  absl::Duration retry_commit_at_ = -absl::InfiniteDuration();
  absl::Duration next_look_ = -absl::InfiniteDuration();
  Reminders reminders_;
  absl::Duration next_remind_ = -absl::InfiniteDuration();
  absl::Duration next_sync_ = -absl::InfiniteDuration();
  absl::Duration next_gauges_ = -absl::InfiniteDuration();
  Deadline give_up_;
  absl::Mutex mutex_;
  std::shared_ptr<const RuleSet> new_rules_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nephoscope
