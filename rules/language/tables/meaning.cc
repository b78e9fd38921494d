#include "rules/language/tables/meaning.h"

#include "absl/base/casts.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "rules/language/language.h"
#include "rules/model/sha256.h"

namespace nephoscope {
namespace {

// Every text with its length in front: no two meanings share bytes.
void Put(absl::string_view text, std::string& out) { absl::StrAppend(&out, text.size(), ":", text, ";"); }
void Put(const std::string& text, std::string& out) { Put(absl::string_view(text), out); }
void Put(const char* text, std::string& out) { Put(absl::string_view(text), out); }
void Put(std::monostate, std::string& out) { out += "-;"; }
void Put(bool value, std::string& out) { out += value ? "t;" : "f;"; }
void Put(std::int64_t value, std::string& out) { absl::StrAppend(&out, value, ";"); }
void Put(double value, std::string& out) { absl::StrAppend(&out, absl::Hex(absl::bit_cast<std::uint64_t>(value)), ";"); }
void Put(absl::Duration value, std::string& out) { Put(absl::ToInt64Nanoseconds(value), out); }
void Put(const Money& value, std::string& out) { absl::StrAppend(&out, value.micros, value.currency.code(), ";"); }
void Put(const Quantity& value, std::string& out) {
  Put(value.value, out);
  Put(value.micros, out);
  Put(value.base, out);
}
void Put(absl::CivilSecond value, std::string& out) { Put(absl::FormatCivilTime(value), out); }
void Put(const Matcher& matcher, std::string& out);
void Put(const Level& level, std::string& out);
void Put(const OptionValues& values, std::string& out);
template <typename A, typename B>
void Put(const std::pair<A, B>& pair, std::string& out) {
  Put(pair.first, out);
  Put(pair.second, out);
}
void Put(const std::shared_ptr<OptionValues>& values, std::string& out) {
  if (values != nullptr) Put(*values, out);
}
template <typename T>
void Put(const std::vector<T>& all, std::string& out) {
  absl::StrAppend(&out, all.size(), "[");
  for (const T& one : all) Put(one, out);
  out += ']';
}
void Put(const FixedWindow& window, std::string& out) {
  Put(window.growing, out);
  Put(window.unit, out);
  Put(window.length, out);
}
void Put(const Matcher& matcher, std::string& out) {
  Put(matcher.label, out);
  Put(static_cast<std::int64_t>(matcher.op), out);
  Put(matcher.values, out);
}
void Put(const OptionValues& values, std::string& out) {
  out += '{';
  for (const auto& [name, entry] : values.entries()) {
    Put(name, out);
    std::visit([&](const auto& value) { Put(value, out); }, entry.value);
  }
  out += '}';
}
void Put(const Level& level, std::string& out) {
  Put(ToText(level.severity), out);
  Put(level.condition, out);
  Put(level.hold, out);
  absl::StrAppend(&out, level.hold_points.first, "/", level.hold_points.second, ";");
  if (level.recover) Put(*level.recover, out);
}

std::string Meaning(const Rule& rule) {
  std::string out;
  for (const std::string* text : {&rule.name, &rule.id, &rule.kind, &rule.summary, &rule.description, &rule.runbook, &rule.watch.metric,
                                  &rule.watch.stat, &rule.watch.combine})
    Put(*text, out);
  Put(rule.watch.where, out);
  Put(rule.watch.leave_out, out);
  for (const Watch::Events& events : rule.watch.events) Put(events.metric, out), Put(events.where, out), Put(events.stat, out);
  Put(rule.watch.by, out);
  if (rule.watch.fixed) Put(*rule.watch.fixed, out);
  Put(rule.watch.resources, out);
  Put(rule.watch.commitments, out);
  for (const absl::Duration time : {rule.watch.window, rule.keep_firing_for, rule.every, rule.evaluation_delay, rule.no_data_after, rule.expire_after}) Put(time, out);
  Put(static_cast<std::int64_t>(rule.mode), out);
  Put(static_cast<std::int64_t>(rule.no_data), out);
  Put(static_cast<std::int64_t>(rule.members_may_leave), out);
  Put(static_cast<std::int64_t>(rule.limit), out);
  Put(rule.levels, out);
  Put(rule.min_impact, out);
  if (rule.owner) Put(std::vector<std::string>{rule.owner->name, rule.owner->contact}, out);
  Put(rule.notify, out);
  if (rule.digest) {
    Put(rule.digest->when.zone.name(), out);
    Put(rule.digest->by, out);
    Put(static_cast<std::int64_t>(rule.digest->when.weekdays), out);
    for (const auto& [from, to] : rule.digest->when.times) Put(static_cast<std::int64_t>(from), out);
  }
  if (rule.repeat) Put(*rule.repeat, out);
  if (rule.depends_on) Put(rule.depends_on->alert, out), Put(rule.depends_on->same, out);
  if (rule.calendar) {
    Put(rule.calendar->zone.name(), out);
    for (const int part : {rule.calendar->month, rule.calendar->day, rule.calendar->weeks[0], rule.calendar->weeks[1]}) Put(static_cast<std::int64_t>(part), out);
  }
  if (rule.exchange != nullptr) {
    Put(rule.exchange->base().code(), out);
    Put(rule.exchange->as_of(), out);
    for (const auto& [currency, rate] : rule.exchange->rates()) Put(currency.code(), out), Put(rate, out);
  }
  Put(rule.labels.Canonical(), out);
  Put(rule.annotations, out);
  Put(rule.options, out);
  for (const AmountRow& row : rule.amounts) {
    Put(row.group, out);
    if (row.since) Put(absl::CivilSecond(*row.since), out);
    Put(row.amount, out);
  }
  Put(rule.expected, out);
  return out;
}

}  // namespace

namespace {

// Interchangeable: of the same meaning, from the same place.
bool SameRule(const Rule& a, const Rule& b) {
  return a.revision == b.revision && a.file == b.file && a.line == b.line && a.renamed_from == b.renamed_from && a.active_time_intervals == b.active_time_intervals &&
         a.mute_time_intervals == b.mute_time_intervals && a.mode == RuleMode::kLive && b.mode == RuleMode::kLive && a.repeat == b.repeat && !a.digest && !b.digest;
}

}  // namespace

std::shared_ptr<const RuleSet> KeepUnchanged(const RuleSet& before, std::shared_ptr<const RuleSet> after) {
  absl::flat_hash_map<absl::string_view, const std::shared_ptr<const Rule>*> known;
  for (const auto& rule : before.rules) known[rule->id] = &rule;
  auto out = std::make_shared<RuleSet>(*after);
  for (std::shared_ptr<const Rule>& rule : out->rules)
    if (const auto found = known.find(rule->id); found != known.end() && SameRule(**found->second, *rule)) rule = *found->second;
  return out;
}

std::string QuestionOf(const Rule& rule) {
  std::string out;
  for (const std::string* text : {&rule.kind, &rule.watch.metric, &rule.watch.stat, &rule.watch.combine}) Put(*text, out);
  Put(rule.watch.where, out);
  Put(rule.watch.leave_out, out);
  Put(rule.watch.by, out);
  if (rule.watch.fixed) Put(*rule.watch.fixed, out);
  if (rule.watch.fixed && rule.calendar) Put(rule.calendar->name, out);
  Put(rule.watch.resources, out);
  Put(rule.watch.commitments, out);
  for (const absl::Duration time : {rule.watch.window, rule.every}) Put(time, out);
  Put(rule.options, out);
  return out;
}

std::string LevelsOf(const Rule& rule) {
  std::string out;
  Put(rule.levels, out);
  return out;
}

std::string Revision(const Rule& rule) { return absl::StrCat("sha256:", Sha256Hex(Meaning(rule))); }

}  // namespace nephoscope
