#include "rules/engine/intake.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/instance.h"
#include "rules/engine/series_key.h"
#include "rules/engine/state_labels.h"
#include "rules/engine/kind.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr std::size_t kManyMembers = 16;
// Beside the type of a member that is saved: it is gone, and the name of its source follows.
constexpr int kGoneFlag = 2, kSourceFlag = 4;
constexpr const char* kUnnamed = "?";  // whose source is not known until it is defined anew
constexpr std::size_t kMostLate = 64;
constexpr absl::Duration kHeardAgain = absl::Minutes(5);  // silence is told after hours: not every sample is worth being written down
constexpr absl::Duration kNoDataWithoutCadence = absl::Minutes(15);
constexpr absl::Duration kNoDataOfTerms = absl::Hours(24 * 46);  // a bill of charges for a month each, and half a month
constexpr absl::Duration kExpireAfter = absl::Hours(24);
// A machine that is off over a holiday is not learned anew.
constexpr absl::string_view kLearns = "metric_anomaly";
constexpr absl::Duration kForgetsAfter = absl::Hours(7 * 24);
constexpr absl::string_view kAbsence = "absence";  // that a series is away is what such an alert says
constexpr absl::Duration kMayBeGone = absl::Hours(24);

std::string WindowText(const Rule& rule) {
  if (!rule.watch.fixed) return absl::FormatDuration(rule.watch.window);
  const Calendar& calendar = rule.calendar ? *rule.calendar : PlainCalendar();
  return absl::StrCat(rule.watch.fixed->growing ? "since " : "each ", CellText(*rule.watch.fixed), " ", calendar.zone.name(), " ", calendar.month, " ", calendar.day, " ", absl::StrJoin(calendar.weeks, "-"));
}

}  // namespace

std::string IntakeKey(const Rule& rule) {
  if (!FindKind(rule.kind)->shares_input()) return "";
  return absl::StrCat(rule.kind, "\x05", SeriesKey(rule), "\x05", rule.watch.stat, "\x05", WindowText(rule), "\x05", rule.watch.combine, "\x05", rule.watch.is_cost ? rule.currency.code() : "", "\x05", absl::FormatDuration(rule.every),
                      "\x05", absl::FormatDuration(rule.evaluation_delay), "\x05", absl::FormatDuration(rule.no_data_after), "\x05", rule.members_may_leave, "\x05", absl::FormatDuration(rule.expire_after));
}

absl::Duration NoDataAfterOf(const Rule& rule, const Series& series) {
  if (rule.no_data_after > absl::ZeroDuration()) return rule.no_data_after;
  return series.cadence > absl::ZeroDuration() ? series.cadence * 3 : kNoDataWithoutCadence;
}

absl::Duration ExpireAfterOf(const Rule& rule, absl::Duration missed_after) {
  if (rule.expire_after > absl::ZeroDuration()) return std::max(rule.expire_after, missed_after);
  if (rule.kind == kAbsence) return absl::InfiniteDuration();
  return std::max(rule.kind == kLearns ? kForgetsAfter : kExpireAfter, 2 * missed_after);
}

Intake::Intake(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)) {
  if (const RuleKind& kind = *FindKind(rule_->kind); kind.shares_input()) input_ = kind.MakeInput(rule_);
}

void Intake::Join(Instance* alert) {
  CHECK(input_ != nullptr || alerts_.empty());
  alerts_.push_back(alert);
  awake_.push_back(alert);
  by_wall_ = alert->evaluator().judges_by_wall();
  kept_from_ = std::min(kept_from_, alert->past_from());
  asked().KeepFrom(kept_from_);
}

void Intake::Leave(Instance* alert) {
  if (alerts_.front() == alert) dirty_ = led_anew_ = true;  // the next one saves it
  Wake(alert);
  std::erase(alerts_, alert);
  std::erase(awake_, alert);
}

void Intake::Wake(Instance* alert) {
  if (!alert->asleep()) return;
  alert->WakeUp();
  std::erase_if(asleep_, [&](const Sleeper& one) { return one.alert == alert; });
  awake_.push_back(alert);
}

// One comparison for all that sleep, unless one of them has something to say.
void Intake::WakeBy(absl::Time time, InstanceCounts& counts) {
  const std::optional<double> value = input_->ValueAt(time);
  const bool all = !value || (*value >= all_sleep_.low && *value <= all_sleep_.high);
  const auto wakes = [&](const Sleeper& one) { return !(*value >= one.range.low && *value <= one.range.high); };
  if (!all) {
    for (const Sleeper& one : asleep_) {
      if (!wakes(one)) continue;
      one.alert->WakeUp();
      awake_.push_back(one.alert);
    }
    std::erase_if(asleep_, wakes);
    Narrow();
  }
  counts.evaluations += asleep_.size();
  if (value && input_->WholeAt(time)) slept_ = time, slept_value_ = *value;
}

void Intake::Narrow() {
  all_sleep_ = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  for (const Sleeper& one : asleep_) all_sleep_ = {std::max(all_sleep_.low, one.range.low), std::min(all_sleep_.high, one.range.high)};
}

void Intake::LetSleep(absl::Time time) {
  const std::size_t before = asleep_.size();
  const std::optional<double> value = awake_.empty() ? std::nullopt : input_->ValueAt(time);
  if (!value || !input_->WholeAt(time)) return;
  for (Instance* alert : awake_) {
    if (!alert->AtRest(time)) continue;
    const std::optional<QuietRange> range = alert->evaluator().quiet();
    if (!range || !(*value >= range->low && *value <= range->high)) continue;
    alert->FallAsleep();
    asleep_.push_back({alert, *range});
  }
  if (asleep_.size() == before) return;
  std::erase_if(awake_, [](const Instance* alert) { return alert->asleep(); });
  slept_ = time;
  slept_value_ = *value;
  Narrow();
}

std::shared_ptr<Intake> Intake::For(std::shared_ptr<const Rule> rule) const {
  auto out = std::make_shared<Intake>(std::move(rule));
  out->members_ = members_;
  out->free_ = free_;
  out->gone_ = gone_;
  out->answers_ = answers_;
  out->source_of_ = source_of_;
  out->converted_ = converted_;
  out->ConvertAll();
  out->sources_ = sources_;
  out->cadence_ = cadence_;
  out->due_ = due_;
  out->rejudge_ = rejudge_;
  out->newest_sample_ = newest_sample_;
  out->heard_ = heard_;
  out->silent_ = silent_;
  out->heard_to_ = heard_to_;
  out->since_start_ = since_start_;
  out->zeros_ = zeros_;
  out->fills_ = fills_;
  out->delay_ = delay_;
  out->delays_ = delays_;
  out->dirty_ = out->apart_ = true;
  if (out->input_ == nullptr || input_ == nullptr) return out;
  // Without what is kept for other alerts.
  const std::unique_ptr<Input> own = FindKind(rule_->kind)->MakeInput(rule_);
  CopyInto(*input_, *own);
  (void)own->ValueAt(judged_);
  CopyInto(*own, *out->input_);
  return out;
}

void Intake::CopyInto(const Input& from, Input& to) const {
  for (std::size_t slot = 0; slot < members_.size(); ++slot) to.Define(static_cast<int>(slot), members_[slot]);
  StateWriter state;
  from.Save(state);
  const std::string bytes = state.Take();
  StateReader reader(bytes);
  to.Load(reader);
}

// -1: it is new.
int Intake::FindMember(const Series& series) {
  const auto same = [&](int slot) { return members_[slot].metric == series.metric && members_[slot].labels == series.labels; };
  if (members_.size() < kManyMembers) {
    for (int slot = 0; slot < static_cast<int>(members_.size()); ++slot)
      if (same(slot)) return slot;
    return -1;
  }
  if (slot_by_hash_.size() > members_.size()) slot_by_hash_.clear();
  for (std::size_t slot = slot_by_hash_.size(); slot < members_.size(); ++slot) slot_by_hash_.emplace(absl::HashOf(members_[slot].metric, members_[slot].labels), static_cast<int>(slot));
  const auto [begin, end] = slot_by_hash_.equal_range(absl::HashOf(series.metric, series.labels));
  const auto found = std::find_if(begin, end, [&](const auto& one) { return same(one.second); });
  return found == end ? -1 : found->second;
}

void Intake::NoteCadence(const Series& series) { cadence_ = std::max(cadence_, series.cadence); }

// Empty: it stays in its own.
Currency Intake::CurrencyFor(const Series& series) const {
  if (series.type != ValueType::kMoney || !FindKind(rule_->kind)->counts_money()) return {};
  if (!rule_->currency.empty()) return rule_->currency;
  for (const Series& member : members_)
    if (member.type == ValueType::kMoney) return member.currency;
  return {};
}

void Intake::Convert(Series& series, int slot) {
  const Currency to = CurrencyFor(series);
  const auto at = static_cast<std::size_t>(slot);
  if (at < converted_.size()) converted_[at] = {};
  if (to.empty() || series.currency.empty() || series.currency == to) return;
  const std::optional<double> rate = rule_->exchange == nullptr ? std::nullopt : rule_->exchange->Rate(series.currency, to);
  if (!rate) no_rates_.push_back({rule_->name, series.currency, to});
  if (at >= converted_.size()) converted_.resize(at + 1);
  converted_[at] = {rate.value_or(std::numeric_limits<double>::quiet_NaN()), series.currency};
  series.currency = to;
}

// By the rates of another rule.
void Intake::ConvertAll() {
  for (std::size_t slot = 0; slot < members_.size(); ++slot) {
    Series series = members_[slot];
    if (slot < converted_.size() && !converted_[slot].from.empty()) series.currency = converted_[slot].from;
    Convert(series, static_cast<int>(slot));
    members_[slot].currency = series.currency;
  }
}

void Intake::Adopt(std::shared_ptr<const Rule> rule) {
  look_again_ms_ = kNever;
  rule_ = std::move(rule);
  ConvertAll();
}

std::string Intake::RatesText() const {
  std::vector<std::string> out;
  for (std::size_t slot = 0; slot < converted_.size(); ++slot) {
    const Converted& one = converted_[slot];
    if (one.from.empty()) continue;
    const std::string from = one.from.code(), to = members_[slot].currency.code();
    std::string text = std::isnan(one.rate) ? absl::StrCat("Costs in ", from, " are left out: there is no rate for them.")
                                            : absl::StrCat(from, " is converted at ", one.rate, " ", to, ", the rate of ", rule_->exchange->as_of(), ".");
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return absl::StrJoin(out, " ");
}

bool Intake::CountsOtherwise(const Rule& rule) const {
  if (rule.currency.empty() || !FindKind(rule.kind)->counts_money()) return false;
  return std::any_of(members_.begin(), members_.end(), [&](const Series& one) { return one.type == ValueType::kMoney && !one.currency.empty() && one.currency != rule.currency; });
}

int Intake::Define(const Series& given) {
  int slot = FindMember(given);
  Series series = given;
  Convert(series, slot >= 0 ? slot : static_cast<int>(members_.size()));
  if (slot >= 0) {
    const bool slower = members_[slot].cadence > series.cadence;
    members_[slot] = series;
    if (slower) cadence_ = absl::ZeroDuration();
    for (const Series& member : slower ? members_ : std::vector<Series>{}) NoteCadence(member);
    if (IsGone(slot)) std::erase(free_, slot), SetGone(slot, false);
  } else {
    slot = TakeSlot(series);
    if (input_ != nullptr) input_->Define(slot, series);
    for (Instance* alert : alerts_) alert->evaluator().Define(slot, series);
  }
  if (static_cast<std::size_t>(slot) < source_of_.size()) source_of_[static_cast<std::size_t>(slot)].clear();
  look_again_ms_ = kNever;
  NoteCadence(series);
  const RuleKind& kind = *FindKind(rule_->kind);
  if (const auto at = static_cast<std::size_t>(slot); kind.reads_silence_as_zero() && series.type == ValueType::kNumber && IsSilentWhenZero(series.metric)) {
    if (zeros_.size() <= at) zeros_.resize(at + 1);
    zeros_[at].counts = fills_ = true;
  }
  may_rest_ = !fills_ && members_.size() == 1 && series.type == ValueType::kNumber && FindKind(rule_->kind)->QuietBetween(*rule_, series.unit).has_value();
  if (std::find(sources_.begin(), sources_.end(), series.source) == sources_.end()) sources_.push_back(series.source);
  return slot;
}

// That of a member that is gone, or a new one.
int Intake::TakeSlot(const Series& series) {
  if (!free_.empty()) {
    const int slot = free_.back();
    free_.pop_back();
    SetGone(slot, false);
    members_[static_cast<std::size_t>(slot)] = series;
    slot_by_hash_.clear();
    return slot;
  }
  const int slot = static_cast<int>(members_.size());
  members_.push_back(series);
  if (slot == 1) heard_ = {{newest_sample_ == absl::InfinitePast() ? kNever : absl::ToUnixMillis(newest_sample_), 0, since_start_}};
  if (slot > 0) heard_.emplace_back();
  return slot;
}

// False: that source has not been named since the restart.
bool Intake::SourceOf(std::size_t slot, SourceId& source) {
  source = members_[slot].source;
  if (slot >= source_of_.size() || source_of_[slot].empty()) return true;
  if (!answers_->Find(source_of_[slot], source)) return false;
  members_[slot].source = source;
  source_of_[slot].clear();
  return true;
}

absl::Duration Intake::Expiry() const { return ExpireAfterOf(*rule_, NoDataAfter()) + delay_.arrival; }

bool Intake::FindGone(std::vector<int>& gone) {
  const absl::Duration expiry = Expiry();
  if (answers_ == nullptr || expiry == absl::InfiniteDuration() || members_.empty()) return false;
  bool any_left = false;
  for (std::size_t slot = 0; slot < members_.size(); ++slot) {
    if (IsGone(static_cast<int>(slot))) continue;
    const absl::Time heard = members_.size() > 1 ? HeardOf(static_cast<int>(slot)) : newest_sample_;
    const absl::Duration patience = heard_.empty() ? expiry : std::max(expiry, absl::Milliseconds(PatienceOf(slot, 0)));
    SourceId source = 0;
    const bool money = members_[slot].type == ValueType::kMoney;
    if (!money && SourceOf(slot, source) && answers_->Since(source, heard) >= patience) gone.push_back(static_cast<int>(slot));
    else any_left = true;
  }
  return !any_left && !gone.empty();
}

void Intake::LetGo(int slot) {
  LeaveMember(slot);
  if (static_cast<std::size_t>(slot) < zeros_.size()) zeros_[static_cast<std::size_t>(slot)] = {};
  if (static_cast<std::size_t>(slot) < delays_.size()) SetDelay(slot, {});
  free_.push_back(slot);
  SetGone(slot, true);
}

void Intake::SetGone(int slot, bool gone) {
  if (gone_.size() <= static_cast<std::size_t>(slot)) gone_.resize(static_cast<std::size_t>(slot) + 1);
  gone_[static_cast<std::size_t>(slot)] = gone;
}

absl::Duration Intake::NoDataAfter() const {
  if (rule_->no_data_after > absl::ZeroDuration()) return rule_->no_data_after;
  if (const absl::Duration patience = alerts_.front()->evaluator().patience(); patience > absl::ZeroDuration()) return patience;
  if (!members_.empty() && members_[0].type == ValueType::kMoney) return cadence_ > absl::ZeroDuration() ? std::max(absl::Hours(36), cadence_ * 3 / 2) : kNoDataOfTerms;
  return cadence_ > absl::ZeroDuration() ? cadence_ * 3 : kNoDataWithoutCadence;
}

// A point for each that the provider left out because there was nothing, as long as its source answers; who has had none for a day may be gone.
void Intake::FillSilence(absl::Time complete, InstanceCounts& counts) {
  if (complete == absl::InfinitePast() || complete == absl::InfiniteFuture()) return;
  const std::int64_t end_ms = absl::ToUnixMillis(complete);
  for (std::size_t slot = 0; slot < zeros_.size(); ++slot) {
    Silent& one = zeros_[slot];
    const std::int64_t step = absl::ToInt64Milliseconds(members_[slot].cadence);
    if (!one.counts || one.real_ms == kNever || step <= 0) continue;
    SourceId source = 0;
    if (answers_ != nullptr && !SourceOf(slot, source)) continue;
    const absl::Time answered = answers_ == nullptr ? complete : answers_->Newest(source);
    if (answered == absl::InfinitePast()) continue;
    const std::int64_t until = std::min({end_ms, absl::ToUnixMillis(answered), one.real_ms + absl::ToInt64Milliseconds(kMayBeGone)});
    while (one.to_ms + step <= until) {
      one.to_ms += step;
      Sample zero;
      zero.time_ms = one.to_ms;
      Take(static_cast<int>(slot), zero, counts);
    }
  }
}

void Intake::SetDelay(int slot, ArrivalDelay delay) {
  const auto at = static_cast<std::size_t>(slot);
  if (at >= delays_.size()) {
    if (delay.none()) return;
    delays_.resize(at + 1);
  }
  delays_[at] = delay;
  delay_ = {};
  for (const ArrivalDelay& one : delays_) delay_ = {std::max(delay_.arrival, one.arrival), std::max(delay_.lag, one.lag)};
}

absl::Time Intake::heard_in_time() const {
  if (watermark_ == absl::InfinitePast() || heard_to_ == absl::InfinitePast()) return heard_to_;
  return watermark_ - heard_to_ <= NoDataAfter() + delay_.lag ? heard_to_ : absl::InfinitePast();
}

void Intake::Add(int slot, const Sample& given, InstanceCounts& counts) {
  if (fills_ && static_cast<std::size_t>(slot) < zeros_.size()) {
    Silent& one = zeros_[slot];
    one.real_ms = std::max(one.real_ms, given.time_ms);
    one.to_ms = std::max(one.to_ms, given.time_ms);
  }
  Take(slot, given, counts);
}

void Intake::Take(int slot, const Sample& given, InstanceCounts& counts) {
  Sample sample = given;
  if (static_cast<std::size_t>(slot) < converted_.size() && converted_[slot].rate != 1) {
    if (std::isnan(converted_[slot].rate)) return;
    sample.micros = ScaleMicros(sample.micros, converted_[slot].rate);
  }
  if (members_[slot].type == ValueType::kNumber && !std::isfinite(sample.value)) return;  // not a number: as if nothing had come
  new_due_.clear();
  asked().Add(slot, sample, new_due_);
  const bool money = members_[slot].type == ValueType::kMoney;
  newest_sample_ = std::max(newest_sample_, sample.time());
  if (!heard_.empty()) NoteHeard(slot, sample.time_ms);
  heard_to_ = std::max(heard_to_, sample.time() + (money ? members_[slot].period : absl::ZeroDuration()));
  since_start_ = true;
  dirty_ = dirty_ || !new_due_.empty();  // a restart asks only for what came after the watermark
  if (by_wall_ && newest_sample_ - saved_newest_ >= kHeardAgain) dirty_ = true, saved_newest_ = newest_sample_;
  for (absl::Time time : new_due_) {
    if (!money && sample.time() <= judged_) NoteLate(std::min(time, judged_));  // perhaps due with others that are yet to come
    if (time > judged_) {
      AddDue(time);
    } else if (money) {
      ++counts.restated;
      rejudge_ = true;
    } else {
      ++counts.late;
      late_ = true;
    }
  }
}

void Intake::NoteHeard(int slot, std::int64_t time_ms) {
  Heard& heard = heard_[static_cast<std::size_t>(slot)];
  // The first point of a member since the start, also one that is read again, or the first after a silence: when it can
  // be overdue is not in the deadline yet.
  if (!std::exchange(heard.since_start, true)) look_again_ms_ = kNever;
  if (time_ms <= heard.at_ms) return;
  if (heard.at_ms == kNever) look_again_ms_ = kNever;
  if (heard.at_ms != kNever) heard.gap_ms = time_ms - heard.at_ms;
  heard.at_ms = time_ms;
  if (!silent_.empty() && std::erase(silent_, slot) > 0) look_again_ms_ = kNever;
}

absl::Time Intake::HeardOf(int slot) const {
  const auto at = static_cast<std::size_t>(slot);
  const bool never = at >= heard_.size() || heard_[at].at_ms == kNever;
  return never ? absl::InfinitePast() : absl::FromUnixMillis(heard_[at].at_ms);
}

void Intake::LeaveMember(int slot) {
  if (input_ != nullptr) input_->Leave(slot);
  else asked().Leave(slot);
  if (static_cast<std::size_t>(slot) < heard_.size()) heard_[static_cast<std::size_t>(slot)] = {};
  std::erase(silent_, slot);
  dirty_ = true;
}

absl::Span<const int> Intake::SilentMembers(absl::Time now, bool asked) {
  if (asked && !std::exchange(asked_, true)) look_again_ms_ = kNever;
  if (heard_.empty() || rule_->members_may_leave || !alerts_.front()->evaluator().awaits_members()) return {};
  const std::int64_t now_ms = absl::ToUnixMillis(now);
  if (now_ms > look_again_ms_ && now_ms != std::exchange(looked_ms_, now_ms)) LookForSilent(now_ms);
  return silent_;
}

// Of a series whose rhythm nobody says: by its own last step.
std::int64_t Intake::PatienceOf(std::size_t slot, std::int64_t after_ms) const {
  if (rule_->no_data_after > absl::ZeroDuration() || members_[slot].cadence > absl::ZeroDuration()) return after_ms;
  return std::max({after_ms, absl::ToInt64Milliseconds(kNoDataWithoutCadence), 3 * heard_[slot].gap_ms});
}

void Intake::LookForSilent(std::int64_t now_ms) {
  const std::int64_t after = absl::ToInt64Milliseconds(NoDataAfter());
  const std::vector<int> before = std::exchange(silent_, {});
  look_again_ms_ = INT64_MAX;
  bool any = false;
  for (std::size_t slot = 0; slot < heard_.size(); ++slot) {
    const std::int64_t heard = heard_[slot].at_ms;
    if (heard == kNever || members_[slot].type == ValueType::kMoney) continue;  // costs are sparse
    if (!asked_ && !heard_[slot].since_start) {
      const bool was = std::find(before.begin(), before.end(), static_cast<int>(slot)) != before.end();
      if (was) silent_.push_back(static_cast<int>(slot));
      continue;
    }
    const std::int64_t patience = PatienceOf(slot, after);
    if (now_ms - heard > patience) {
      silent_.push_back(static_cast<int>(slot));
    } else {
      any = true;
      look_again_ms_ = std::min(look_again_ms_, heard + patience);
    }
  }
  if (any) return;
  silent_.clear();  // silence of all is another matter
  look_again_ms_ = kNever;
}

void Intake::AddDue(absl::Time time) {
  dirty_ = true;
  if (due_.empty() || due_.back() < time) {
    due_.push_back(time);
  } else if (auto at = std::lower_bound(due_.begin(), due_.end(), time); *at != time) {
    due_.insert(at, time);
  }
}

Input& Intake::asked() {
  if (input_ != nullptr) return *input_;
  return alerts_.front()->evaluator();
}

void Intake::NoteLate(absl::Time time) {
  const auto at = std::lower_bound(late_times_.begin(), late_times_.end(), time);
  if (at != late_times_.end() && *at == time) return;
  late_times_.insert(at, time);
  if (late_times_.size() > kMostLate) late_times_.erase(late_times_.begin());
}

void Intake::KeepPast() {
  kept_from_ = absl::InfiniteFuture();
  for (const Instance* alert : awake_) kept_from_ = std::min(kept_from_, alert->past_from());
  asked().KeepFrom(kept_from_);
}

void Intake::JudgeLate(Changes& out, InstanceCounts& counts) {
  bool urgent = false;
  KeepPast();
  for (Instance* alert : awake_) urgent = alert->JudgeLate(late_times_, out, counts) || urgent;
  late_times_.clear();
  if (urgent) SaveUrgent(out);
}

void Intake::JudgeAll(absl::Time time, Cause why, Changes& out, InstanceCounts& counts) {
  bool urgent = false;
  KeepPast();
  dirty_ = true;
  late_ = false;
  if (!asleep_.empty()) WakeBy(time, counts);
  for (Instance* alert : awake_) urgent = alert->Judge(time, why, out, counts) || urgent;
  if (input_ != nullptr) LetSleep(time);
  if (urgent) SaveUrgent(out);
}

void Intake::JudgeUpTo(absl::Time complete, Changes& out, InstanceCounts& counts) {
  watermark_ = complete + evaluation_delay();
  if (fills_) FillSilence(complete, counts);
  if (!late_times_.empty()) JudgeLate(out, counts);
  if (std::exchange(rejudge_, false) && judged_ != absl::InfinitePast()) JudgeAll(judged_, Cause::kRestated, out, counts);
  std::size_t done = 0;
  for (; done < due_.size() && due_[done] <= complete; ++done) {
    NoteJudged(due_[done]);
    JudgeAll(due_[done], Cause::kCondition, out, counts);
  }
  due_.erase(due_.begin(), due_.begin() + static_cast<std::ptrdiff_t>(done));
}

void Intake::SaveUrgent(Changes& out) {
  led_anew_ = false;
  for (Instance* alert : alerts_) {
    if (!alert->dirty()) continue;
    alert->SaveInto(out);
    out.instances.back().urgent = true;
  }
}

void Intake::Save(StateWriter& out) {
  out.Int(static_cast<std::int64_t>(members_.size()));
  for (std::size_t slot = 0; slot < members_.size(); ++slot) {
    const Series& series = members_[slot];
    out.Text(series.metric);
    const bool unresolved = slot < source_of_.size() && !source_of_[slot].empty();
    std::string source = unresolved ? source_of_[slot] : answers_ == nullptr ? "" : answers_->NameOf(series.source);
    if (source == kUnnamed) source.clear();
    out.Int(static_cast<int>(series.type) + (IsGone(static_cast<int>(slot)) ? kGoneFlag : 0) + (source.empty() ? 0 : kSourceFlag));
    if (!source.empty()) out.Text(source);
    out.Text(series.currency.code());
    out.Length(series.cadence);
    out.Length(series.period);
    out.Text(series.unit);
    SaveLabels(series.labels, out);
  }
  if (input_ != nullptr) input_->Save(out);
  // What the input has seen but nobody has judged yet: the same points again would be no news to it.
  const auto open = std::upper_bound(due_.begin(), due_.end(), judged_);
  out.Int(due_.end() - open);
  for (auto at = open; at != due_.end(); ++at) out.Time(*at);
  out.Int(rejudge_);
  out.Int(static_cast<std::int64_t>(late_times_.size()));
  for (const absl::Time time : late_times_) out.Time(time);
  out.Int(apart_);
  out.Int(static_cast<std::int64_t>(heard_.size()));
  // A negative gap: the member is silent.
  for (std::size_t slot = 0; slot < heard_.size(); ++slot) {
    const bool silent = std::find(silent_.begin(), silent_.end(), static_cast<int>(slot)) != silent_.end();
    out.Int(heard_[slot].at_ms);
    out.Int(silent ? -1 - heard_[slot].gap_ms : heard_[slot].gap_ms);
  }
  out.Time(newest_sample_);
  out.Time(heard_to_);
  out.Int(static_cast<std::int64_t>(zeros_.size()));
  for (const Silent& one : zeros_) out.Int(one.real_ms), out.Int(one.to_ms);
  out.Time(slept_);
  out.Real(slept_value_);
  dirty_ = false;
}

void Intake::Load(StateReader& in) {
  const std::size_t members = in.Count(40);
  for (std::size_t i = 0; i < members && in.ok(); ++i) {
    Series series;
    series.metric = in.Text();
    const std::int64_t flags = in.Int();
    series.type = flags % kGoneFlag == 0 ? ValueType::kNumber : ValueType::kMoney;
    if (flags / kGoneFlag % 2 != 0) free_.push_back(static_cast<int>(i)), SetGone(static_cast<int>(i), true);
    source_of_.push_back(flags >= kSourceFlag ? in.Text() : kUnnamed);
    if (absl::StatusOr<Currency> currency = Currency::Parse(in.Text()); currency.ok()) series.currency = *currency;
    series.cadence = in.Length();
    series.period = in.Length();
    series.unit = in.Text();
    series.labels = LoadLabels(in);
    NoteCadence(series);
    members_.push_back(series);
    if (input_ != nullptr) input_->Define(static_cast<int>(i), series);
    for (Instance* alert : alerts_) alert->evaluator().Define(static_cast<int>(i), series);
  }
  if (input_ != nullptr) input_->Load(in);
  due_.resize(in.Count(8));
  for (absl::Time& time : due_) time = in.Time();
  rejudge_ = in.Int() != 0;
  late_times_.resize(in.Count(8));
  for (absl::Time& time : late_times_) time = in.Time();
  apart_ = in.Int() != 0;
  heard_.resize(in.Count(16));
  for (Heard& heard : heard_) heard.at_ms = in.Int(), heard.gap_ms = in.Int();
  heard_.resize(members_.size() > 1 ? members_.size() : 0);
  for (std::size_t slot = 0; slot < heard_.size(); ++slot) {
    if (heard_[slot].gap_ms >= 0) continue;
    heard_[slot].gap_ms = -1 - heard_[slot].gap_ms;
    silent_.push_back(static_cast<int>(slot));
  }
  newest_sample_ = in.Time();
  heard_to_ = in.Time();
  zeros_.resize(in.Count(16));
  for (std::size_t slot = 0; slot < zeros_.size(); ++slot) {
    Silent& one = zeros_[slot];
    one.real_ms = in.Int(), one.to_ms = in.Int();
    one.counts = slot < members_.size() && IsSilentWhenZero(members_[slot].metric);
    fills_ = fills_ || one.counts;
  }
  slept_ = in.Time();
  slept_value_ = in.Real();
}

}  // namespace nephoscope
