#include "agent/stages/export_stage.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "exporters/events/cloud_event.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kSyncEvery = absl::Seconds(30);
constexpr absl::Duration kRetryCommit = absl::Seconds(1);
constexpr absl::Duration kLookEvery = absl::Seconds(1);
constexpr absl::Duration kGaugesEvery = absl::Seconds(1);
constexpr absl::Duration kHouseEvery = absl::Seconds(1);
constexpr absl::Duration kCompactEvery = absl::Hours(1);
constexpr absl::Duration kInFlightPoll = absl::Milliseconds(10);  // deliveries under way: how soon their answers are looked for
constexpr absl::Duration kFlushAtEnd = absl::Seconds(1);
constexpr int kFlushTurns = 20;  // in turns, so that a receiver that takes nothing leaves the others their time
constexpr std::size_t kEvaluationsPerCommit = 256;
constexpr absl::Duration kPresentEvery = absl::Seconds(2);
constexpr std::size_t kMostPresent = 10'000;  // that wait for a commit; beyond, the board is given the next judgement

}  // namespace

ExportStage::ExportStage(ExportParts parts, std::vector<std::unique_ptr<Exporter>> exporters, std::vector<Channel<Evaluation>*> in)
    : parts_(std::move(parts)), in_(std::move(in)), composites_(parts_.agent_name, in_.size()), held_(*parts_.store), digests_(*parts_.store), past_(*parts_.store), reads_past_(in_.size(), false) {
  for (auto& exporter : exporters) {
    auto receiver = std::make_unique<Receiver>();
    if (exporter->wants_events()) receiver->pump = std::make_unique<OutboxPump>(*parts_.store, exporter->name());
    parts_.readiness->Expect(exporter->name());
    receiver->exporter = std::move(exporter);
    receivers_.push_back(std::move(receiver));
  }
}

ExportStage::~ExportStage() = default;

absl::Status ExportStage::Start() {
  const absl::Time now = parts_.clock->Now();
  absl::StatusOr<std::vector<std::string>> events = parts_.store->LatestEvents(now - kResolvedStays);
  if (!events.ok()) return events.status();
  for (const std::string& event : *events) {
    absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(event);
    if (alert.ok()) {
      notify_.Note(alert->last);
      parts_.board->Set(*std::move(alert));
    } else {
      LogWarning("an alert in the database cannot be read; it is shown again with its next change", {{"reason", std::string(alert.status().message())}});
    }
  }
  parts_.readiness->Must("database", absl::OkStatus());
  if (absl::Status status = digests_.Read(DigestOf()); !status.ok()) return status;
  if (parts_.store->last_recorded() != absl::InfinitePast()) watched_since_ = parts_.store->last_recorded();
  if (absl::Status status = past_.Read(); !status.ok()) return status;
  if (!past_.empty()) reads_past_.assign(in_.size(), true);
  return held_.Read(parts_.clock->SinceBoot());
}

WaitingDigests::DigestOf ExportStage::DigestOf() const {
  return [this](const Transition& alert) { return notify_.DigestOf(alert); };
}

// Lists that are due need a commit to go out with.
void ExportStage::TakeDigests() {
  if (!due_.rows.empty() || parts_.clock->Now() < digests_.next()) return;
  due_ = digests_.Take(parts_.clock->Now(), DigestOf(), [this](const Transition& alert) {
    const WhyNot why_not = notify_.Why(alert);
    return why_not == WhyNot::kNone || why_not == WhyNot::kInDigest || alert.status == AlertState::kInactive;
  });
  if (!due_.rows.empty() && queued_.empty()) queued_.push_back(std::make_unique<Evaluation>());
}

std::vector<Engine::Unrestored> ExportStage::StartComposites(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states, absl::Span<const std::string> over) {
  FollowRenames(*rules);
  notify_.SetNow(parts_.clock->Now());
  notify_.SetRules(rules);
  digests_.Reschedule(DigestOf());
  std::vector<Transition> present;
  for (AlertSnapshot& alert : parts_.board->All()) {
    notify_.Note(alert.last);
    if (std::find(over.begin(), over.end(), alert.last.alert_id) == over.end()) present.push_back(std::move(alert.last));
  }
  auto evaluation = std::make_unique<Evaluation>();
  std::vector<Engine::Unrestored> lost = composites_.Start(std::move(rules), states, present, evaluation->changes);
  if (!evaluation->changes.empty()) queued_.push_back(std::move(evaluation));
  // A crash may have come between the end of what replaced them and their own notice; receivers know what they have been told.
  for (const AlertSnapshot& alert : parts_.board->All())
    if (alert.last.status != AlertState::kInactive && (notify_.IsPart(alert.last) || notify_.dependencies().IsDependent(alert.last) || notify_.MayHaveBeenHeldBack(alert.last, alert.recorded)) && notify_.Why(alert.last) == WhyNot::kNone && !held_.Has(alert.last.alert_id) &&
        !past_.Has(alert.last.alert_id)) {
      told_again_.push_back({0, "", alert.last.event_id, alert.last.alert_id, ToCloudEvent(alert.last, parts_.agent_name, alert.recorded)});
      reminders_.Told(alert.last.alert_id, parts_.clock->Now());
    }
  return lost;
}

void ExportStage::EndForGood(absl::Span<const std::string> alert_ids) {
  const absl::Time now = parts_.clock->Now();
  std::map<std::string, Transition> shown;
  for (AlertSnapshot& alert : parts_.board->All()) shown.emplace(alert.last.alert_id, std::move(alert.last));
  auto evaluation = std::make_unique<Evaluation>();
  for (const std::string& id : alert_ids) {
    evaluation->changes.instances.push_back({id, "", 0, "", true});
    const auto found = shown.find(id);
    if (found == shown.end() || found->second.status == AlertState::kInactive) continue;
    Transition end = std::move(found->second);
    end.previous_status = std::exchange(end.status, AlertState::kInactive);
    end.previous_severity = end.severity;
    end.type = EventType::kResolved;
    end.cause = Cause::kRuleRemoved;
    end.time = std::max(end.time, now);
    end.ends_at = end.time;
    end.causation_id = end.event_id;
    end.event_id = EventId(id, end.starts_at, ++end.sequence, end.type);
    end.summary = "closed, as its rule was removed or changed; not known to have recovered";
    end.explanation = absl::StrCat("The rule ", end.rule.name, " was removed or changed while the agent was down, so this alert is closed; that is no recovery.");
    evaluation->changes.transitions.push_back(std::move(end));
  }
  if (!evaluation->changes.empty()) queued_.push_back(std::move(evaluation));
}

void ExportStage::GiveUpAfter(absl::Duration wait) {
  give_up_.Set(parts_.clock->SinceBoot() + wait);
  Wake();
}

// What is shown of a rule that has a new name goes by it.
void ExportStage::FollowRenames(const RuleSet& rules) {
  std::map<std::string, const Rule*> renamed;
  for (const auto& rule : rules.rules)
    for (const std::string& before : rule->renamed_from) renamed[before] = rule.get();
  if (renamed.empty()) return;
  for (AlertSnapshot& alert : parts_.board->All()) {
    const auto rule = renamed.find(alert.last.rule.id);
    if (rule == renamed.end()) continue;
    alert.last.rule.id = rule->second->id;
    alert.last.rule.name = rule->second->name;
    parts_.board->Set(std::move(alert));
  }
}

// The past of a rule that is new is nobody's outage.
void ExportStage::NoteNewRules(const RuleSet& rules) {
  const absl::Time since = rule_since_.empty() ? absl::InfinitePast() : parts_.clock->Now();
  absl::flat_hash_map<std::string, absl::Time> known;
  absl::flat_hash_map<std::string, std::string> revisions;
  for (const auto& rule : rules.rules) {
    const auto before = rule_since_.find(rule->id);
    known[rule->id] = before == rule_since_.end() ? since : before->second;
    revisions[rule->id] = rule->revision;
  }
  rule_since_ = std::move(known);
  parts_.board->KeepQuiet(revisions);
}

void ExportStage::LetGo() {
  LogError("the database took nothing until the end: what was not written is asked for again after the next start", {{"evaluations", absl::StrCat(queued_.size())}});
  queued_.clear();
}

void ExportStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  absl::MutexLock lock(&mutex_);
  new_rules_ = std::move(rules);
}

void ExportStage::SetRuleFiles(std::map<std::string, std::string> files) {
  absl::MutexLock lock(&mutex_);
  new_files_ = std::move(files);
}

// What has time, once a second: rule files are stored, rows that another process released are read, old history goes.
void ExportStage::KeepHouse() {
  const absl::Duration now = parts_.clock->SinceBoot();
  if (now < next_house_ || !queued_.empty()) return;
  next_house_ = now + kHouseEvery;
  std::optional<std::map<std::string, std::string>> files;
  {
    absl::MutexLock lock(&mutex_);
    files = new_files_;
  }
  if (files && parts_.store->PutRuleFiles(*files).ok()) {
    absl::MutexLock lock(&mutex_);
    if (new_files_ == files) new_files_.reset();
  }
  if (parts_.store->ChangedElsewhere().value_or(false))
    for (auto& receiver : receivers_)
      if (receiver->pump) receiver->pump->LookAgain();
  if (now < next_compaction_) return;
  const absl::StatusOr<bool> more = parts_.store->Compact(parts_.clock->Now());
  if (!more.ok()) LogWarning(more.status().message(), {{"part", "database"}});
  next_compaction_ = now + (more.value_or(false) ? kHouseEvery : kCompactEvery);
}

void ExportStage::Run() {
  while (Step(kGaugesEvery)) {
  }
  FlushAll();
}

void ExportStage::FlushAll() {
  const absl::Duration turn = kFlushAtEnd / (kFlushTurns * std::max<int>(1, static_cast<int>(receivers_.size())));
  for (int i = 0; i < kFlushTurns; ++i) {
    for (auto& receiver : receivers_) receiver->exporter->Flush(turn);
    Deliver();
    const auto open = [](const auto& receiver) { return receiver->pump && receiver->pump->in_flight() > 0; };
    if (std::none_of(receivers_.begin(), receivers_.end(), open)) return;
  }
}

bool ExportStage::Step(absl::Duration wait) {
  {
    absl::MutexLock lock(&mutex_);
    if (std::shared_ptr<const RuleSet> rules = std::exchange(new_rules_, nullptr)) {
      FollowRenames(*rules);
      NoteNewRules(*rules);
      for (auto& receiver : receivers_) receiver->exporter->SetReceivers(rules->settings.receivers);
      notify_.SetRules(std::move(rules));
      reminders_.LookAgain();
      digests_.Reschedule(DigestOf());
      for (const AlertSnapshot& alert : parts_.board->All()) notify_.NotePresentLinks(alert.last);
    }
  }
  notify_.SetNow(parts_.clock->Now());
  const bool open = TakeIn();
  TellHeldBack();
  ReleaseHeld();
  TakeDigests();
  CommitQueued();
  ShowPresent();
  TellPast();
  Remind();
  Deliver();
  SyncLevels();
  Gauges();
  KeepHouse();
  if (!open && queued_.empty()) return false;
  parts_.http->Wait(NextWait(wait));
  return true;
}

// A commit that failed is tried again before anything more is taken in: the rings fill and the pollers wait; nothing is dropped.
bool ExportStage::TakeIn() {
  bool open = false;
  for (std::size_t i = 0; i < in_.size(); ++i) {
    Channel<Evaluation>* in = in_[i];
    while (queued_.size() < kEvaluationsPerCommit) {
      std::unique_ptr<Evaluation> evaluation = in->Receive(absl::ZeroDuration());
      if (!evaluation) break;
      composites_.Take(i, *evaluation);
      reads_past_[i] = !evaluation->caught_up && (reads_past_[i] || evaluation->past_before != absl::InfinitePast());
      if (present_.size() < kMostPresent) std::move(evaluation->present.begin(), evaluation->present.end(), std::back_inserter(present_));
      for (const auto& [source, time] : evaluation->progress) {
        auto& reached = read_to_.try_emplace(source, in_.size(), absl::InfinitePast()).first->second;
        reached[i] = time;
        moved_.insert(source);
      }
      if (!evaluation->changes.empty() || !evaluation->progress.empty()) queued_.push_back(std::move(evaluation));
    }
    if (in->closed()) composites_.Close(i), reads_past_[i] = false;
    open = open || queued_.size() >= kEvaluationsPerCommit || !in->closed();
  }
  if (std::unique_ptr<Evaluation> evaluation = composites_.Next()) {
    if (!queued_.empty()) evaluation->past_before = queued_.back()->past_before;  // of what they are made of
    queued_.push_back(std::move(evaluation));
  }
  return open;
}

void ExportStage::CommitQueued() {
  const absl::Duration begin = parts_.clock->SinceBoot();
  if (queued_.empty() || begin < retry_commit_at_) return;
  const absl::Time now = parts_.clock->Now();
  const bool ok = Write(now);
  const absl::Duration end = parts_.clock->SinceBoot();
  parts_.metrics->Committed(absl::ToDoubleSeconds(end - begin), ok);
  if (!ok) {
    retry_commit_at_ = end + kRetryCommit;
    if (give_up_.Passed(end)) LetGo();
    return;
  }
  for (const auto& evaluation : queued_)
    if (evaluation->sent_ns > 0) parts_.metrics->Latency(absl::ToDoubleSeconds(end - absl::Nanoseconds(evaluation->sent_ns)));
  Show(now);
  queued_.clear();
}

// A source counts as read as far as the slowest evaluate thread's snapshot reaches.
std::vector<SourceCursor> ExportStage::Cursors() const {
  std::vector<SourceCursor> out;
  for (const std::string& source : moved_) {
    const std::vector<absl::Time>& reached = read_to_.at(source);
    const absl::Time all = *std::min_element(reached.begin(), reached.end());
    if (all != absl::InfinitePast()) out.push_back({source, all});
  }
  return out;
}

bool ExportStage::Write(absl::Time now) {
  Commit commit;
  commit.recorded = now;
  std::vector<InstanceState> instances;
  addressed_.clear();
  for (const auto& evaluation : queued_) {
    instances.insert(instances.end(), evaluation->changes.instances.begin(), evaluation->changes.instances.end());
    for (const Transition& transition : evaluation->changes.transitions) {
      commit.transitions.push_back({&transition, ""});
      addressed_.push_back({evaluation->past_before});
    }
  }
  commit.instances = instances;
  commit.cursors = Cursors();
  Address(commit);
  for (const DigestList& list : due_.lists) ToReceivers({0, "", DigestEventId(list), DigestKey(parts_.agent_name, list), ToDigestEvent(list, parts_.agent_name, now)}, commit.outbox);
  commit.settled = due_.rows;
  commit.settled.insert(commit.settled.end(), past_rows_.begin(), past_rows_.end());
  const absl::Status status = parts_.store->Apply(commit);
  parts_.readiness->Must("database", status);
  if (!status.ok()) LogError(status.message(), {{"part", "database"}});
  if (!status.ok()) return false;
  moved_.clear();
  told_again_.clear();
  past_rows_.clear();
  changed_ = changed_ || !held_.released().empty();
  digests_.Forget(due_.rows);
  due_ = {};
  absl::Status settled = held_.Settle();
  settled.Update(digests_.Read(DigestOf()));
  settled.Update(held_.Read(parts_.clock->SinceBoot()));
  settled.Update(past_.Read());
  if (!settled.ok()) LogError(settled.message(), {{"part", "database"}});  // what is held stays in the database, and is looked at again
  return true;
}

// What is committed is shown as it is judged now.
void ExportStage::ShowPresent() {
  if (!queued_.empty()) return;
  for (AlertPresent& one : present_) parts_.board->SetPresent(std::move(one));
  present_.clear();
  const absl::Duration now = parts_.clock->SinceBoot();
  if (now < next_present_) return;
  next_present_ = now + kPresentEvery;
  composites_.TakePresent(kMostPresent, present_);
}

void ExportStage::Remind() {
  const absl::Time now = parts_.clock->Now();
  const absl::Duration boot = parts_.clock->SinceBoot();
  if (!notify_.AnyRepeats() || !queued_.empty() || reminders_.Rests(now) || boot < next_remind_) return;
  next_remind_ = boot + kLookEvery;
  auto evaluation = std::make_unique<Evaluation>();
  evaluation->changes.transitions = reminders_.Take(parts_.board->All(), now, [this](const Transition& last) { return notify_.RepeatOf(last); }, [this](const Transition& last) { return MayRemind(last); });
  if (!evaluation->changes.empty()) queued_.push_back(std::move(evaluation));
}

void ExportStage::Show(absl::Time now) {
  std::size_t i = 0;
  for (const auto& evaluation : queued_) {
    for (const Transition& transition : evaluation->changes.transitions) {
      reminders_.Note(transition);
      const WhyNot why_not = addressed_[i++].why_not;
      Notice notice{.why_not = why_not};
      if (why_not == WhyNot::kNone) notice = {.of = transition.type, .at = now, .who = transition.notify};
      parts_.board->Set({transition, now, std::move(notice)});
      bygone_.erase(transition.alert_id);
      parts_.metrics->Transition(transition.rule.name, ToText(transition.type));
      if (why_not != WhyNot::kNone && why_not != WhyNot::kHeld && why_not != WhyNot::kPast) parts_.metrics->Suppressed(ToText(why_not));
      if (notify_.dependencies().IsWhole(transition)) Decide(transition);
      if (transition.status == AlertState::kInactive) TellExplained(transition), TellFreed(transition);
      LogInfo(transition.summary, {{"alert", transition.rule.name}, {"event", ToText(transition.type)}, {"severity", ToText(transition.severity)}, {"alert_id", transition.alert_id}});
      changed_ = true;
    }
  }
}

void ExportStage::Deliver() {
  std::vector<DeliveryResult> results;
  for (auto& receiver : receivers_) {
    Exporter& exporter = *receiver->exporter;
    results.clear();
    exporter.Poll(results);
    if (receiver->pump) {
      for (const DeliveryResult& result : results) {
        parts_.metrics->Notified(exporter.name(), result.status.ok() ? "delivered" : absl::IsInvalidArgument(result.status) ? "refused" : "retried");
        receiver->pump->OnResult(result.id, result.status);
      }
      const absl::Status status = receiver->pump->Step([&exporter](const OutboxRow& row) { return exporter.Send({row.id, row.key, row.event_id, row.payload}); });
      if (!status.ok()) LogError(status.message(), {{"part", "database"}});
    }
    const absl::Status health = exporter.health();
    parts_.readiness->Report(exporter.name(), health);
    parts_.metrics->ExporterUp(exporter.name(), health.ok());
    if (receiver->last_problem != health.message()) {
      receiver->last_problem = std::string(health.message());
      health.ok() ? LogInfo("works again", {{"exporter", exporter.name()}}) : LogWarning(health.message(), {{"exporter", exporter.name()}});
    }
  }
}

void ExportStage::SyncLevels() {
  const absl::Duration now = parts_.clock->SinceBoot();
  if (!changed_ && now < next_sync_) return;
  changed_ = false;
  next_sync_ = now + kSyncEvery;
  parts_.board->Prune(parts_.clock->Now());
  std::vector<AlertSnapshot> told;
  absl::flat_hash_set<std::string> bygone;
  for (AlertSnapshot& alert : parts_.board->All()) {
    const std::string id = alert.last.alert_id;
    const WhyNot why_not = WhyHeldBack(alert.last);
    parts_.board->SetWhyNot(id, why_not);
    if (bygone_.contains(id)) bygone.insert(id);
    if ((why_not != WhyNot::kNone && why_not != WhyNot::kFlapping) || bygone_.contains(id)) continue;
    alert.last = alert.shown();
    if (const std::vector<std::string>* notify = notify_.NotifyOf(alert.last)) alert.last.notify = *notify;
    told.push_back(std::move(alert));
  }
  bygone_ = std::move(bygone);
  for (auto& receiver : receivers_) receiver->exporter->Sync(told, parts_.clock->Now());
}

void ExportStage::Gauges() {
  const absl::Duration now = parts_.clock->SinceBoot();
  if (now < next_gauges_) return;
  next_gauges_ = now + kGaugesEvery;
  const absl::StatusOr<Store::OutboxStats> outbox = parts_.store->Outbox();
  if (!outbox.ok()) return;
  const std::int64_t depth = outbox->depth - static_cast<std::int64_t>(digests_.rows());
  const double age = depth <= 0 ? 0 : absl::ToDoubleSeconds(parts_.clock->Now() - outbox->oldest);
  parts_.metrics->Outbox(static_cast<double>(depth), static_cast<double>(outbox->parked), age);
}

absl::Duration ExportStage::NextWait(absl::Duration wait) const {
  if (!queued_.empty() && parts_.clock->SinceBoot() >= retry_commit_at_) return absl::ZeroDuration();
  for (const auto& receiver : receivers_)
    if (receiver->pump && receiver->pump->in_flight() > 0) return std::min(wait, kInFlightPoll);
  return wait;
}

}  // namespace nephoscope
