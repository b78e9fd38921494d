// ExportStage: the export thread. Commits what evaluation changed, shows it, delivers it. Durable before visible.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "agent/status/alert_board.h"
#include "agent/stages/composite_stage.h"
#include "agent/stages/evaluation.h"
#include "agent/stages/held_notices.h"
#include "agent/net/http.h"
#include "agent/stages/notify_stage.h"
#include "agent/stages/past_notices.h"
#include "agent/pipeline/channel.h"
#include "agent/pipeline/deadline.h"
#include "agent/stages/reminders.h"
#include "agent/seams/clock.h"
#include "agent/store/outbox_pump.h"
#include "agent/store/store.h"
#include "agent/stages/waiting_digests.h"
#include "exporters/exporter.h"
#include "exporters/events/past_event.h"

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
  // Until Step says no more; then gives what is on its way a second to arrive. What does not is in the outbox for the next start.
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
  // The files in force: a later start goes on with them where they are bad by then.
  void SetRuleFiles(std::map<std::string, std::string> files);
  void Wake() { parts_.http->Wake(); }

 private:
  // Rows of the outbox for exporters that keep the record, and for no other.
  static constexpr absl::string_view kRecord = "(record)";
  struct Receiver {
    std::unique_ptr<Exporter> exporter;
    std::unique_ptr<OutboxPump> pump;  // for exporters that want events
    std::string last_problem;
  };

  bool TakeIn();
  void CommitQueued();
  bool Write(absl::Time now);
  std::vector<SourceCursor> Cursors() const;
  void Address(Commit& commit);
  absl::string_view WaitFor(std::size_t i, const Commit& commit);
  void AddRow(const Transition& transition, absl::string_view waits, Commit& commit) const;
  void ToReceivers(const OutboxRow& event, std::vector<OutboxRow>& outbox, bool record = true) const;
  void AfterAll(const Transition& transition, absl::Time recorded, absl::string_view receiver = "");
  OutboxRow NoteUnsuppressed(const Transition& transition);
  void TellBoth(OutboxRow notice);
  bool ReadsPast() const;
  void TellPast();
  void ShowPresent();
  void TellOpen(const AlertSnapshot& alert);
  void ReleaseHeld();
  void Decide(const Transition& whole);
  void TellExplained(const Transition& other);
  void TellFreed(const Transition& over);
  void TellAfterAll(const AlertSnapshot& alert);
  void FollowRenames(const RuleSet& rules);
  void NoteNewRules(const RuleSet& rules);
  void TellHeldBack();
  bool MayRemind(const Transition& last) const;
  void Remind();
  void TakeDigests();
  WaitingDigests::DigestOf DigestOf() const;
  void LetGo();
  void Show(absl::Time now);
  void Deliver();
  void FlushAll();
  bool Levels(const Transition& last, WhyNot why_not) const;
  WhyNot WhyHeldBack(const Transition& last) const;
  void SyncLevels();
  void Gauges();
  void KeepHouse();
  absl::Duration NextWait(absl::Duration wait) const;

  ExportParts parts_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<Channel<Evaluation>*> in_;
  NotifyStage notify_;
  CompositeStage composites_;
  HeldNotices held_;
  WaitingDigests digests_;
  WaitingDigests::Due due_;  // lists that go out with the next commit
  PastNotices past_;
  std::vector<bool> reads_past_;         // by evaluate thread: it is given the past, or has not yet said that it is not
  std::vector<std::int64_t> past_rows_;  // that the next commit stands for
  absl::Time watched_since_ = absl::InfiniteFuture();  // an earlier run was there until then; InfiniteFuture: there was none
  absl::flat_hash_map<std::string, absl::Time> rule_since_;  // since when this run watches a rule; InfinitePast: since it began
  absl::flat_hash_set<std::string> bygone_;  // alerts that were over before people could have been notified
  std::vector<AlertPresent> present_;    // to be shown when what they belong to is committed
  // Of the transitions that are queued, in their order: since when the past is being read, and why people are not notified.
  struct Addressed {
    absl::Time past_before = absl::InfinitePast();
    WhyNot why_not = WhyNot::kNone;
  };
  std::vector<Addressed> addressed_;
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
  absl::Duration next_present_ = -absl::InfiniteDuration();
  absl::Duration next_gauges_ = -absl::InfiniteDuration();
  Deadline give_up_;
  absl::Mutex mutex_;
  std::shared_ptr<const RuleSet> new_rules_ ABSL_GUARDED_BY(mutex_);
  std::optional<std::map<std::string, std::string>> new_files_ ABSL_GUARDED_BY(mutex_);  // not stored yet
  absl::Duration next_house_ = -absl::InfiniteDuration(), next_compaction_ = -absl::InfiniteDuration();
};

}  // namespace nephoscope
