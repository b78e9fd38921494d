#include "agent/export_stage.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/log.h"
#include "agent/readiness.h"
#include "agent/self_metrics.h"
#include "exporters/cloud_event.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kSyncEvery = absl::Seconds(30);
constexpr absl::Duration kRetryCommit = absl::Seconds(1);
constexpr absl::Duration kGaugesEvery = absl::Seconds(1);
constexpr absl::Duration kInFlightPoll = absl::Milliseconds(10);  // deliveries under way: how soon their answers are looked for
constexpr absl::Duration kFlushAtEnd = absl::Milliseconds(1500);
constexpr std::size_t kEvaluationsPerCommit = 256;

}  // namespace

struct ExportStage::Receiver {
  std::unique_ptr<Exporter> exporter;
  std::unique_ptr<OutboxPump> pump;  // for exporters that want events
  std::string last_problem;
};

ExportStage::ExportStage(ExportParts parts, std::vector<std::unique_ptr<Exporter>> exporters, std::vector<Channel<Evaluation>*> in)
    : parts_(std::move(parts)), in_(std::move(in)) {
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
  return absl::OkStatus();
}

void ExportStage::EndForGood(absl::Span<const std::string> alert_ids) {
  const absl::Time now = parts_.clock->Now();
  std::map<std::string, Transition> shown;
  for (AlertSnapshot& alert : parts_.board->All()) shown.emplace(alert.last.alert_id, std::move(alert.last));
  auto evaluation = std::make_unique<Evaluation>();
  for (const std::string& id : alert_ids) {
    evaluation->changes.instances.push_back({id, "", ShardOf(id), "", true});
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
    end.explanation = absl::StrCat("The rule ", end.rule.name, " was removed or asks another question since the agent was last up; this alert is over for that reason alone.");
    evaluation->changes.transitions.push_back(std::move(end));
  }
  if (!evaluation->changes.empty()) queued_.push_back(std::move(evaluation));
}

void ExportStage::GiveUpAfter(absl::Duration wait) {
  give_up_.Set(parts_.clock->SinceBoot() + wait);
  Wake();
}

void ExportStage::LetGo() {
  LogError("the database took nothing until the end: what was not written is asked for again after the next start", {{"evaluations", absl::StrCat(queued_.size())}});
  queued_.clear();
}

void ExportStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  absl::MutexLock lock(&mutex_);
  new_rules_ = std::move(rules);
}

void ExportStage::Run() {
  while (Step(kGaugesEvery)) {
  }
  for (auto& receiver : receivers_) receiver->exporter->Flush(kFlushAtEnd);
  Deliver();
}

bool ExportStage::Step(absl::Duration wait) {
  {
    absl::MutexLock lock(&mutex_);
    if (std::shared_ptr<const RuleSet> rules = std::exchange(new_rules_, nullptr)) notify_.SetRules(std::move(rules));
  }
  const bool open = TakeIn();
  CommitQueued();
  Deliver();
  SyncLevels();
  Gauges();
  if (!open && queued_.empty()) return false;
  parts_.http->Wait(NextWait(wait));
  return true;
}

// A commit that failed is tried again before anything more is taken in: the rings fill and the pollers wait; nothing is dropped.
bool ExportStage::TakeIn() {
  bool open = false;
  for (Channel<Evaluation>* in : in_) {
    while (queued_.size() < kEvaluationsPerCommit) {
      std::unique_ptr<Evaluation> evaluation = in->Receive(absl::ZeroDuration());
      if (!evaluation) break;
      queued_.push_back(std::move(evaluation));
    }
    open = open || queued_.size() >= kEvaluationsPerCommit || !in->closed();
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

bool ExportStage::Write(absl::Time now) {
  Commit commit;
  commit.recorded = now;
  std::vector<InstanceState> instances;
  for (const auto& evaluation : queued_) {
    instances.insert(instances.end(), evaluation->changes.instances.begin(), evaluation->changes.instances.end());
    for (const Transition& transition : evaluation->changes.transitions) {
      commit.transitions.push_back({&transition, ToCloudEvent(transition, parts_.agent_name, now)});
      notify_.Note(transition);
      if (*notify_.WhyNot(transition) != 0) continue;
      for (const auto& receiver : receivers_)
        if (receiver->pump)
          commit.outbox.push_back({.id = 0, .receiver = receiver->exporter->name(), .event_id = transition.event_id, .key = transition.alert_id,
                                   .payload = commit.transitions.back().event_json});
    }
  }
  commit.instances = instances;
  const absl::Status status = parts_.store->Apply(commit);
  parts_.readiness->Must("database", status);
  if (!status.ok()) LogError(status.message(), {{"part", "database"}});
  return status.ok();
}

void ExportStage::Show(absl::Time now) {
  for (const auto& evaluation : queued_) {
    for (const Transition& transition : evaluation->changes.transitions) {
      parts_.board->Set({transition, now});
      parts_.metrics->Transition(transition.rule.name, ToText(transition.type));
      const char* why_not = notify_.WhyNot(transition);
      if (*why_not != 0) parts_.metrics->Suppressed(why_not);
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
  for (AlertSnapshot& alert : parts_.board->All())
    // What flaps is told as it is: these receivers see levels, not steps.
    if (const absl::string_view why_not = notify_.WhyNot(alert.last); why_not.empty() || why_not == "flapping") told.push_back(std::move(alert));
  for (auto& receiver : receivers_) receiver->exporter->Sync(told, parts_.clock->Now());
}

void ExportStage::Gauges() {
  const absl::Duration now = parts_.clock->SinceBoot();
  if (now < next_gauges_) return;
  next_gauges_ = now + kGaugesEvery;
  const absl::StatusOr<Store::OutboxStats> outbox = parts_.store->Outbox();
  if (!outbox.ok()) return;
  const double age = outbox->depth == 0 ? 0 : absl::ToDoubleSeconds(parts_.clock->Now() - outbox->oldest);
  parts_.metrics->Outbox(static_cast<double>(outbox->depth), static_cast<double>(outbox->parked), age);
}

absl::Duration ExportStage::NextWait(absl::Duration wait) const {
  if (!queued_.empty() && parts_.clock->SinceBoot() >= retry_commit_at_) return absl::ZeroDuration();
  for (const auto& receiver : receivers_)
    if (receiver->pump && receiver->pump->in_flight() > 0) return std::min(wait, kInFlightPoll);
  return wait;
}

}  // namespace nephoscope
