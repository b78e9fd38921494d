#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/engine/kind.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/model/count_text.h"

namespace nephoscope {
namespace {

constexpr int kUsualLimit = 500;
constexpr std::uint8_t kEveryDay = 0x7f;

std::string Capital(std::string text) {
  if (!text.empty()) text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  return text;
}

std::string SayHold(const Level& level) {
  if (level.hold_points.second > 0) return absl::StrCat(" in ", level.hold_points.first, " of ", CountText(level.hold_points.second, "point"));
  return level.hold > absl::ZeroDuration() ? absl::StrCat(" for ", SayLength(level.hold)) : "";
}

void SayConditions(const Rule& rule, const Spoken& spoken, std::vector<std::string>& out) {
  const std::string scope = SayScope(rule.watch);
  for (std::size_t i = 0; i < spoken.levels.size(); ++i)
    out.push_back(Capital(absl::StrCat(ToText(rule.levels[i].severity), " when ", i > 0 ? spoken.again : absl::StrCat(spoken.subject, scope.empty() ? "" : absl::StrCat(", ", scope, ",")), spoken.subject.empty() ? "" : " ",
                                       spoken.levels[i].condition, SayHold(rule.levels[i]), ".")));
}

void SayGroups(const Rule& rule, const Spoken& spoken, std::vector<std::string>& out) {
  static constexpr struct { const char* how; const char* words; } kCombines[] = {
      {"sum", "The series of one group are added up."}, {"max", "The highest series of a group counts."}, {"min", "The lowest series of a group counts."},
      {"avg", "The average of the series of a group counts."}, {"count", "The number of series in a group counts."}};
  for (const auto& one : kCombines)
    if (rule.watch.combine == one.how) out.emplace_back(one.words);
  if (!spoken.each.empty()) {
    out.push_back(spoken.each);
  } else if (!rule.watch.by.empty()) {
    out.push_back(absl::StrCat("One alert for each ", SayNames(rule.watch.by), "."));
  }
  if (rule.limit != kUsualLimit) out.push_back(absl::StrCat("At most ", CountText(rule.limit, "alert"), " at once."));
}

void SayEvaluation(const Rule& rule, std::vector<std::string>& out) {
  if (rule.every > absl::ZeroDuration()) out.push_back(absl::StrCat("Checked every ", SayLength(rule.every), "."));
  if (rule.evaluation_delay > absl::ZeroDuration()) out.push_back(absl::StrCat("Waits ", SayLength(rule.evaluation_delay), " for late data."));
}

void SayRecovery(const Rule& rule, const Spoken& spoken, std::vector<std::string>& out) {
  const auto same = [&](const Spoken::LevelWords& level) { return level.ending == spoken.levels[0].ending; };
  if (std::all_of(spoken.levels.begin(), spoken.levels.end(), same)) {
    if (!spoken.levels.empty() && !spoken.levels[0].ending.empty()) out.push_back(absl::StrCat("Over when ", spoken.levels[0].ending, "."));
  } else {
    for (std::size_t i = 0; i < spoken.levels.size(); ++i)
      if (!spoken.levels[i].ending.empty()) out.push_back(Capital(absl::StrCat(ToText(rule.levels[i].severity), " is over when ", spoken.levels[i].ending, ".")));
  }
  if (rule.members_may_leave) out.emplace_back("A series that falls silent leaves its group at once.");
  if (rule.expire_after > absl::ZeroDuration())
    out.push_back(absl::StrCat("A series that its source has not sent for ", SayLength(rule.expire_after), " is gone, and its alert ends."));
  if (rule.keep_firing_for > absl::ZeroDuration()) out.push_back(absl::StrCat("It stays firing for ", SayLength(rule.keep_firing_for), " after that."));
}

void SayMissingData(const Rule& rule, std::vector<std::string>& out) {
  const char* then = rule.no_data == NoDataPolicy::kNoData ? "the alert stays as it is, and people are notified of that"
                     : rule.no_data == NoDataPolicy::kFiring ? "it fires"
                     : rule.no_data == NoDataPolicy::kOk   ? "the alert is over"
                                                             : "the alert stays as it is";
  out.push_back(absl::StrCat("Without data", rule.no_data_after > absl::ZeroDuration() ? absl::StrCat(" for ", SayLength(rule.no_data_after)) : "", ", ", then, "."));
}

std::string SayReceiver(const std::string& name) { return name == "owner" ? "the owner" : name == "account_owner" ? "the account owner" : SayName(name); }

std::string SayDays(std::uint8_t weekdays) {
  static constexpr const char* kDays[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
  if ((weekdays & kEveryDay) == kEveryDay) return "every day";
  std::vector<std::string> days;
  for (int day = 0; day < 7; ++day)
    if ((weekdays >> day & 1) != 0) days.emplace_back(kDays[day]);
  return absl::StrCat("on ", SayList(std::move(days), "and"));
}

std::string SayDigest(const Digest& digest) {
  const int minute = digest.when.times.empty() ? 0 : digest.when.times[0].first;
  return absl::StrCat("Sent as a list ", SayDays(digest.when.weekdays), absl::StrFormat(" at %02d:%02d", minute / 60, minute % 60), " (", digest.when.zone.name(), ")",
                      digest.by.empty() ? "" : absl::StrCat(", one for each ", SayNames(digest.by)), "; critical alerts at once.");
}

void SayNotices(const Rule& rule, std::vector<std::string>& out) {
  std::vector<std::string> who;
  for (const std::string& one : rule.notify) who.push_back(SayReceiver(one));
  const char* verb = who.size() > 1 ? " are notified." : " is notified.";
  out.push_back(who.empty() ? "Nobody is notified; it feeds other rules." : Capital(absl::StrCat(SayList(std::move(who), "and"), verb)));
  if (rule.owner) out.push_back(absl::StrCat("The owner is ", SayName(rule.owner->name), rule.owner->contact.empty() ? "" : absl::StrCat(" (", rule.owner->contact, ")"), "."));
  if (rule.digest) out.push_back(SayDigest(*rule.digest));
  if (rule.repeat) out.push_back(*rule.repeat == absl::InfiniteDuration() ? "No reminders." : absl::StrCat("A reminder every ", SayLength(*rule.repeat), "."));
  if (!rule.active_time_intervals.empty()) out.push_back(absl::StrCat("Notices only in ", SayNames(rule.active_time_intervals, "or"), "."));
  if (!rule.mute_time_intervals.empty()) out.push_back(absl::StrCat("No notices in ", SayNames(rule.mute_time_intervals, "or"), "."));
  if (rule.min_impact.micros != 0) out.push_back(absl::StrCat("No notices with less than ", SayMoney(rule.min_impact), " at stake."));
  if (rule.depends_on)
    out.push_back(absl::StrCat("No notices while ", SayName(rule.depends_on->alert), " fires", rule.depends_on->same.empty() ? "" : absl::StrCat(" for the same ", SayNames(rule.depends_on->same)), "."));
  std::vector<std::string> labels;
  for (const LabelView label : rule.labels.pairs()) labels.push_back(absl::StrCat(SayName(label.name), ": ", SayName(label.value)));
  const char* noun = labels.size() == 1 ? "label " : "labels ";
  if (!labels.empty())
    out.push_back(absl::StrCat("Its alerts carry the ", noun, SayList(std::move(labels), "and"), "."));
}

void SayMode(const Rule& rule, std::vector<std::string>& out) {
  if (rule.mode == RuleMode::kLive) return;
  const std::string until = rule.until == absl::InfiniteFuture() ? "" : absl::StrCat(", live from ", absl::FormatTime(rule.until == absl::Floor(rule.until - absl::UnixEpoch(), absl::Hours(24)) + absl::UnixEpoch() ? "%Y-%m-%d" : "%Y-%m-%d %H:%M UTC", rule.until, absl::UTCTimeZone()), " on");
  out.push_back(rule.mode == RuleMode::kOff ? absl::StrCat("Switched off", until, ".") : absl::StrCat("On trial: alerts are recorded, nobody is notified", until, "."));
}

}  // namespace

std::string SayRule(const Rule& rule) {
  const RuleKind* kind = FindKind(rule.kind);
  if (kind == nullptr) return "";
  const Spoken spoken = kind->Say(rule);
  std::vector<std::string> out;
  SayConditions(rule, spoken, out);
  out.insert(out.end(), spoken.details.begin(), spoken.details.end());
  SayEvaluation(rule, out);
  SayGroups(rule, spoken, out);
  SayRecovery(rule, spoken, out);
  if (spoken.has_data) SayMissingData(rule, out);
  SayNotices(rule, out);
  SayMode(rule, out);
  return absl::StrJoin(out, " ");
}

}  // namespace nephoscope
