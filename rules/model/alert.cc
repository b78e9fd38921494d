#include "rules/model/alert.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/numbers.h"
#include "rules/model/probe.h"
#include "rules/model/sha256.h"

namespace nephoscope {
namespace {

// The first `bytes` bytes of SHA-256, in hex.
std::string Hash(absl::string_view text, std::size_t bytes) { return Sha256Hex(text).substr(0, 2 * bytes); }

}  // namespace

const char* ToText(AlertState s) {
  switch (s) {
    case AlertState::kInactive: return "inactive";
    case AlertState::kPending: return "pending";
    case AlertState::kFiring: return "firing";
    case AlertState::kRecovering: return "recovering";
  }
  return "";
}

const char* ToText(DataState s) {
  switch (s) {
    case DataState::kFresh: return "fresh";
    case DataState::kLate: return "late";
    case DataState::kMissing: return "missing";
    case DataState::kError: return "error";
  }
  return "";
}

const char* ToText(EventType t) {
  switch (t) {
    case EventType::kPending: return "pending";
    case EventType::kFiring: return "firing";
    case EventType::kUpdated: return "updated";
    case EventType::kEscalated: return "escalated";
    case EventType::kDeescalated: return "deescalated";
    case EventType::kResolved: return "resolved";
    case EventType::kCorrected: return "corrected";
    case EventType::kNoData: return "no_data";
    case EventType::kDataReturned: return "data_returned";
    case EventType::kFlapping: return "flapping";
    case EventType::kReminder: return "reminder";
    case EventType::kMissed: return "missed";
    case EventType::kUnsuppressed: return "unsuppressed";
  }
  return "";
}

const char* ToText(Cause c) {
  switch (c) {
    case Cause::kCondition: return "condition";
    case Cause::kNoData: return "no_data";
    case Cause::kRuleRemoved: return "rule_removed";
    case Cause::kRuleChanged: return "rule_changed";
    case Cause::kRestated: return "restated";
    case Cause::kPeriodEnd: return "period_end";
    case Cause::kSteady: return "steady";
    case Cause::kInUse: return "in_use";
    case Cause::kResourceGone: return "resource_gone";
    case Cause::kSeriesGone: return "series_gone";
    case Cause::kConditionAdded: return "condition_added";
  }
  return "";
}

const char* ToText(ProbeResult r) {
  switch (r) {
    case ProbeResult::kOk: return "answered as expected";
    case ProbeResult::kNotRun: return "the check could not be run from here";
    case ProbeResult::kNameNotFound: return "its name has no address";
    case ProbeResult::kRefused: return "the connection was refused";
    case ProbeResult::kTimeout: return "no answer in time";
    case ProbeResult::kTls: return "the secure connection failed";
    case ProbeResult::kStatus: return "answered with another status";
    case ProbeResult::kTooSlow: return "answered too slowly";
    case ProbeResult::kBody: return "the answer lacks the expected text";
    case ProbeResult::kCertificate: return "the certificate expires too soon";
    case ProbeResult::kProtocol: return "the answer is not HTTP";
  }
  return "";
}

std::string AlertId(absl::string_view agent_group, absl::string_view rule_id, const Labels& by) {
  return Hash(absl::StrCat(agent_group, "|", rule_id, "|", by.Canonical()), 8);
}

namespace {
std::string IdText(absl::Time time) { return time == absl::InfinitePast() ? "" : absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone()); }
}  // namespace

std::string EventId(absl::string_view alert_id, absl::Time episode, std::uint64_t sequence, EventType type) {
  return Hash(absl::StrCat(alert_id, "|", IdText(episode), "|", sequence, "|", ToText(type)), 16);
}

std::string NoticeId(absl::string_view event_id, EventType type) { return Hash(absl::StrCat(event_id, "|", ToText(type)), 16); }

DataState AlertSnapshot::DataAt(absl::Time at) const {
  const DataState told = shown().data_state;
  if (told == DataState::kMissing || told == DataState::kError || shown().status == AlertState::kInactive) return told;
  return at >= missing_from ? DataState::kMissing : at >= late_from ? DataState::kLate : told;
}

std::string ReminderId(absl::string_view alert_id, absl::Time episode, std::uint64_t sequence, absl::Time due) {
  return Hash(absl::StrCat(alert_id, "|", IdText(episode), "|", sequence, "|", ToText(EventType::kReminder), "|", IdText(due)), 16);
}

std::string ToText(const NoRate& one) {
  const std::string from = one.from.code(), to = one.to.code();
  return absl::StrCat("costs in ", from, " are left out of ", one.rule, ", which compares in ", to, ": there is no rate for them; write what 1 ", from, " is worth in rates of currency");
}

int ShardOf(absl::string_view kind, const Labels& by) {
  std::uint64_t hash = 14'695'981'039'346'656'037u;  // FNV-1a: the same in every process
  for (const char c : absl::StrCat(kind, "|", by.Canonical())) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211u;
  // The last letters of names that are numbered reach few bits of it: they are spread over all (the finaliser of MurmurHash3).
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
  return static_cast<int>((hash ^ hash >> 33) % kShards);
}

}  // namespace nephoscope
