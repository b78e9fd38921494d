// What of the committed steps goes to whom: now, later, after all, or never.
#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/stages/export_stage.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "exporters/events/cloud_event.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kLookEvery = absl::Seconds(1);

}  // namespace

// Notices that have waited long enough need a commit to go out with.
void ExportStage::ReleaseHeld() {
  held_.ReleaseDue(parts_.clock->SinceBoot());
  if (queued_.empty() && (!told_again_.empty() || !held_.released().empty())) queued_.push_back(std::make_unique<Evaluation>());
}

// `record`: those that keep the record as well, which have every step as it was committed.
void ExportStage::ToReceivers(const OutboxRow& event, std::vector<OutboxRow>& outbox, bool record) const {
  for (const auto& receiver : receivers_) {
    if (!receiver->pump) continue;
    const bool keeps_record = receiver->exporter->wants_record();
    if (event.receiver == kRecord ? !keeps_record : keeps_record && !record) continue;
    outbox.push_back(event);
    outbox.back().id = 0;
    outbox.back().receiver = receiver->exporter->name();
  }
}

// Under which name people's notice of this step waits, if it does; else "". Sets why they are not notified now.
absl::string_view ExportStage::WaitFor(std::size_t i, const Commit& commit) {
  const Transition& transition = *commit.transitions[i].transition;
  Addressed& one = addressed_[i];
  one.why_not = notify_.Why(transition);
  if (one.why_not != WhyNot::kNone && one.why_not != WhyNot::kInDigest) return "";
  const auto same = [&](std::size_t k) { return commit.transitions[k].transition->alert_id == transition.alert_id && addressed_[k].why_not == WhyNot::kPast; };
  bool waits = past_.Has(transition.alert_id);
  for (std::size_t k = 0; k < i && !waits && one.past_before != absl::InfinitePast(); ++k) waits = same(k);
  if (transition.time >= one.past_before && !waits) return one.why_not == WhyNot::kInDigest ? absl::string_view(kDigestReceiver) : "";
  one.why_not = WhyNot::kPast;
  const auto rule = rule_since_.find(transition.rule.id);
  const absl::Time since = std::max(watched_since_, rule == rule_since_.end() ? absl::InfinitePast() : rule->second);
  return transition.starts_at >= since ? PastNotices::kMissed : PastNotices::kPast;
}

void ExportStage::AddRow(const Transition& transition, absl::string_view waits, Commit& commit) const {
  const OutboxRow row{0, std::string(waits), transition.event_id, transition.alert_id, ToCloudEvent(transition, parts_.agent_name, commit.recorded)};
  waits.empty() ? ToReceivers(row, commit.outbox, false) : commit.outbox.push_back(row);
}

// Who is sent what. The end of a wait comes before what follows it; one that is not held ends the wait of its alert.
void ExportStage::Address(Commit& commit) {
  std::vector<absl::string_view> waits_for(commit.transitions.size());
  std::set<std::string> waits, goes;
  std::size_t noted = 0;
  for (std::size_t i = 0; i < commit.transitions.size(); ++i) {
    const Transition& transition = *commit.transitions[i].transition;
    // What is true at the same time is known before the first of it is asked about, as in trials.
    const auto together = [&](std::size_t at) { return at <= i || commit.transitions[at].transition->time == transition.time; };
    for (; noted < commit.transitions.size() && together(noted); ++noted) notify_.Note(*commit.transitions[noted].transition);
    waits_for[i] = WaitFor(i, commit);
    notify_.NoteUntold(transition, addressed_[i].why_not);
    if (addressed_[i].why_not != WhyNot::kNone) continue;
    const bool held = waits.count(transition.alert_id) != 0 || held_.Has(transition.alert_id);
    (notify_.Waits(transition, held) ? waits : goes).insert(transition.alert_id);
  }
  for (const std::string& id : goes) held_.Release(id);
  for (const OutboxRow& row : told_again_) row.receiver.empty() || row.receiver == kRecord ? ToReceivers(row, commit.outbox, false) : commit.outbox.push_back(row);
  for (const OutboxRow* row : held_.released()) {
    ToReceivers(*row, commit.outbox, false);
    if (const absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(row->payload); alert.ok()) ToReceivers(NoteUnsuppressed(alert->last), commit.outbox);
  }
  for (std::size_t i = 0; i < commit.transitions.size(); ++i) {
    StoredTransition& stored = commit.transitions[i];
    const Transition& transition = *stored.transition;
    WhyNot& why_not = addressed_[i].why_not;
    if (why_not == WhyNot::kNone && waits.count(transition.alert_id) != 0 && goes.count(transition.alert_id) == 0) why_not = WhyNot::kHeld, waits_for[i] = HeldNotices::kReceiver;
    stored.event_json = ToCloudEvent(transition, parts_.agent_name, commit.recorded, why_not);
    if (why_not == WhyNot::kNone || !waits_for[i].empty()) AddRow(transition, waits_for[i], commit);
    ToReceivers({0, std::string(kRecord), transition.event_id, transition.alert_id, stored.event_json}, commit.outbox);
  }
}

bool ExportStage::ReadsPast() const { return std::find(reads_past_.begin(), reads_past_.end(), true) != reads_past_.end(); }

// The past is known now: people are notified of what is open, of what ended that they knew of, and of the rest as missed or in one summary.
void ExportStage::TellPast() {
  if (past_.empty() || !past_rows_.empty() || !queued_.empty() || ReadsPast()) return;
  PastNotices::Due due = past_.Take([this](const Transition& alert) { return notify_.LimitOf(alert); });
  past_rows_ = std::move(due.rows);
  std::set<std::string> open;
  for (const AlertSnapshot& one : due.open) open.insert(one.last.alert_id);
  past_.Forget();  // they wait for nothing more, and stay in the database until the commit
  for (const AlertSnapshot& one : parts_.board->All())
    if (open.count(one.last.alert_id) != 0) TellOpen(one);
  for (const AlertSnapshot& one : due.news) AfterAll(one.last, one.recorded);
  for (AlertSnapshot& one : due.missed) {
    one.last.causation_id = one.last.event_id;
    one.last.event_id = NoticeId(one.last.event_id, EventType::kMissed);
    one.last.type = EventType::kMissed;
    const OutboxRow row{0, notify_.DigestOf(one.last) == nullptr ? "" : kDigestReceiver, one.last.event_id, one.last.alert_id, ToCloudEvent(one.last, parts_.agent_name, one.recorded)};
    row.receiver.empty() ? TellBoth(row) : told_again_.push_back(row);
    bygone_.insert(one.last.alert_id);
  }
  for (const AlertSnapshot& one : due.over) bygone_.insert(one.last.alert_id);
  queued_.push_back(std::make_unique<Evaluation>());
  changed_ = true;
  if (due.over.empty()) return;
  TellBoth({0, "", PastEventId(due.over), PastKey(parts_.agent_name), ToPastEvent(due.over, parts_.agent_name, parts_.clock->Now())});
  LogInfo("alerts of the past were put into one summary", {{"alerts", absl::StrCat(due.over.size())}});
}

// Of an episode of which people were notified nothing so far: as it is now.
void ExportStage::TellOpen(const AlertSnapshot& alert) {
  if (notify_.Why(alert.last) != WhyNot::kNone) return TellAfterAll(alert);
  notify_.NoteTold(alert.last.alert_id);
  reminders_.Told(alert.last.alert_id, parts_.clock->Now());
  OutboxRow notice = NoteUnsuppressed(alert.shown());
  notice.receiver.clear();
  TellBoth(std::move(notice));
}

// A step that people were not notified of when it was committed: they are now, and the record says so.
void ExportStage::AfterAll(const Transition& transition, absl::Time recorded, absl::string_view receiver) {
  told_again_.push_back({0, std::string(receiver), transition.event_id, transition.alert_id, ToCloudEvent(transition, parts_.agent_name, recorded)});
  if (receiver.empty()) told_again_.push_back(NoteUnsuppressed(transition));
}

OutboxRow ExportStage::NoteUnsuppressed(const Transition& transition) {
  const absl::Time now = parts_.clock->Now();
  parts_.board->SetNotified(transition.alert_id, transition.type, now, transition.notify);
  Transition record = transition;
  record.causation_id = transition.event_id;
  record.event_id = NoticeId(transition.event_id, EventType::kUnsuppressed);
  record.type = EventType::kUnsuppressed;
  return {0, std::string(kRecord), record.event_id, record.alert_id, ToCloudEvent(record, parts_.agent_name, now)};
}

// A notice about the past that is no step of an alert: for people and for the record.
void ExportStage::TellBoth(OutboxRow notice) {
  told_again_.push_back(notice);
  notice.receiver = std::string(kRecord);
  told_again_.push_back(std::move(notice));
}

// An alert that replaces others begins: those that wait are not told. It is over: those that still fire are told after all (again, where
// they were told before; receivers know an event by its id).
void ExportStage::Decide(const Transition& whole) {
  const bool fires = whole.status != AlertState::kInactive;
  if (fires && notify_.Why(whole) != WhyNot::kNone) return;
  for (const std::string& id : notify_.dependencies().PartsOf(whole)) {
    const std::optional<AlertSnapshot> part = parts_.board->Find(id);
    if (!part || part->last.status == AlertState::kInactive) continue;
    const Transition& last = part->last;
    if (fires && held_.Has(last.alert_id)) {
      notify_.NoteReplaced(last);
      if (absl::Status status = held_.Drop(last.alert_id); !status.ok()) LogError(status.message(), {{"part", "database"}});
    } else if (!fires && !held_.Has(last.alert_id) && !past_.Has(last.alert_id)) {
      TellAfterAll(*part);
    }
  }
}

// The alert that explained others is over: those that still fire are told after all.
void ExportStage::TellExplained(const Transition& other) {
  for (const std::string& id : notify_.dependencies().ExplainedBy(other)) {
    if (!notify_.WasUntold(id)) continue;
    const std::optional<AlertSnapshot> one = parts_.board->Find(id);
    const bool fires = one && (one->last.status == AlertState::kFiring || one->last.status == AlertState::kRecovering);
    if (fires) TellAfterAll(*one);
  }
}

// An alert is over, so that another of its rule is within the limit: people are notified of it after all.
void ExportStage::TellFreed(const Transition& over) {
  for (const std::string& id : notify_.FreedBy(over)) {
    const std::optional<AlertSnapshot> one = parts_.board->Find(id);
    if (one && one->last.status != AlertState::kInactive) TellAfterAll(*one);
  }
}

// Now; or, where there is another reason that passes, when that has passed.
void ExportStage::TellAfterAll(const AlertSnapshot& alert) {
  const Transition& last = alert.last;
  const WhyNot why_not = notify_.Why(last);
  const bool listed = why_not == WhyNot::kInDigest;
  if (why_not != WhyNot::kNone && !listed) return notify_.NoteHeldBack(last, why_not);
  notify_.NoteTold(last.alert_id);
  reminders_.Told(last.alert_id, parts_.clock->Now());
  // For a list it counts as new: it goes into the next one.
  AfterAll(last, listed ? parts_.clock->Now() : alert.recorded, listed ? kDigestReceiver : "");
}

// What kept an alert from being told has passed: if it still fires, it is told after all.
void ExportStage::TellHeldBack() {
  const absl::Duration now = parts_.clock->SinceBoot();
  if (!notify_.AnyHeldBack() || now < next_look_) return;
  next_look_ = now + kLookEvery;
  for (const NotifyStage::Ending& one : notify_.EndingSoon())
    LogWarning("a maintenance ends soon, and what still fires then is told unless it says otherwise", {{"maintenance", one.maintenance}, {"ends", absl::FormatTime(absl::RFC3339_sec, one.end, absl::UTCTimeZone())}, {"alerts_held", absl::StrCat(one.held)}});
  for (const std::string& id : notify_.HeldBackIds()) {
    const std::optional<AlertSnapshot> one = parts_.board->Find(id);
    if (!one || one->last.status == AlertState::kInactive) continue;
    const Transition& last = one->last;
    if (const WhyNot why_not = notify_.Why(last); why_not != WhyNot::kNone && why_not != WhyNot::kInDigest) {
      if (why_not == WhyNot::kInMaintenance) notify_.NoteHeldBack(last, why_not);
      continue;
    }
    if (!notify_.ToldLater(last.alert_id)) continue;
    TellAfterAll(*one);
    changed_ = true;
  }
}

bool ExportStage::MayRemind(const Transition& last) const {
  return notify_.Why(last) == WhyNot::kNone && !last.flapping && !held_.Has(last.alert_id) && !past_.Has(last.alert_id) && !notify_.IsHeldBack(last.alert_id) && !notify_.WasUntold(last.alert_id);
}

// What flaps is told as it is: these receivers see levels, not steps. What they were told of before goes on for them.
bool ExportStage::Levels(const Transition& last, WhyNot why_not) const {
  return why_not == WhyNot::kNone ? notify_.ToldLater(last.alert_id) || !notify_.IsHeldBack(last.alert_id) || !notify_.WasUntold(last.alert_id)
                         : why_not == WhyNot::kFlapping || (NotifyStage::Passes(why_not) && !notify_.WasUntold(last.alert_id));
}

// Why this alert, as it is now, is not shown to those that see levels; kNone and kFlapping: it is.
WhyNot ExportStage::WhyHeldBack(const Transition& last) const {
  if (past_.Has(last.alert_id)) return WhyNot::kPast;
  if (held_.Has(last.alert_id)) return WhyNot::kHeld;
  const WhyNot why_not = notify_.Why(last);
  if (Levels(last, why_not)) return why_not == WhyNot::kFlapping ? why_not : WhyNot::kNone;
  return why_not == WhyNot::kNone ? notify_.WhyUntold(last.alert_id) : why_not;
}

}  // namespace nephoscope
