#include "tests/twin/twin.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nephoscope {
namespace {

using Exact = __float128;  // a sum of it has no rest, whatever the order

absl::Time NextOnGrid(absl::Time time, absl::Duration step) {
  const std::int64_t at = absl::ToUnixMillis(time), by = absl::ToInt64Milliseconds(step);
  return absl::FromUnixMillis((at + by - 1) / by * by);
}

int Turns(const std::vector<std::pair<absl::Time, bool>>& on, std::size_t steps) {
  int out = 0;
  for (std::size_t i = on.size(); i-- > 1 && on.size() - i <= steps;) out += on[i].second != on[i - 1].second;
  return out;
}

}  // namespace

bool Bounds::Hold(double value) const {
  return any() && (!above || value > *above) && (!below || value < *below) && (!at_least || value >= *at_least) && (!at_most || value <= *at_most) &&
         (!equals || value == *equals);
}

bool Bounds::Over(double value, bool hysteresis) const {
  const auto tenth = [&](double limit) { return hysteresis ? std::fabs(limit) * 0.1 : 0; };
  return (above && !(value > *above - tenth(*above))) || (below && !(value < *below + tenth(*below))) || (at_least && !(value >= *at_least - tenth(*at_least))) ||
         (at_most && !(value <= *at_most + tenth(*at_most))) || (equals && value != *equals);
}

const Series& Twin::SeriesOf(SeriesId id) const {
  return *std::find_if(members_.begin(), members_.end(), [&](const Series& one) { return one.id == id; });
}

absl::Duration Twin::NoDataAfter() const {
  if (question_.no_data_after > absl::ZeroDuration()) return question_.no_data_after;
  absl::Duration slowest = absl::ZeroDuration();
  for (const Series& one : members_) slowest = std::max(slowest, one.cadence);
  if (money()) return std::max(absl::Hours(36), slowest * 3 / 2);
  return slowest == absl::ZeroDuration() ? absl::Minutes(15) : slowest * 3;
}

// Timers stand still in a gap.
absl::Duration Twin::Counted(absl::Time from, absl::Time to) const {
  const absl::Duration gap = to - from;
  return gap <= std::max(NoDataAfter(), std::max(question_.every, question_.growing ? absl::ZeroDuration() : question_.cell) * 3 / 2) ? gap : absl::ZeroDuration();
}

std::optional<double> Twin::Rate(const Series& series) const {
  const std::string from = series.currency.code();
  if (question_.currency.empty() || from == question_.currency) return 1;
  if (from == "GBP") return std::nullopt;
  return from == "EUR" ? kEuro : 1 / kEuro;
}

void Twin::Point(const Sample& sample) {
  const Series& series = SeriesOf(sample.series);
  const std::optional<double> rate = Rate(series);
  if (!rate) return;  // left out
  const double value = series.type == ValueType::kMoney ? static_cast<double>(std::llround(static_cast<double>(sample.micros) * *rate)) / 1e6 : sample.value;
  if (!std::isfinite(value)) return;
  const absl::Duration period = series.type == ValueType::kMoney ? series.period : absl::ZeroDuration();
  heard_to_ = std::max(heard_to_, sample.time() + period);
  heard_since_ = true;
  since_start_.insert(sample.series);
  absl::Time& heard = heard_.emplace(sample.series, absl::InfinitePast()).first->second;
  if (sample.time() > heard) {
    if (heard != absl::InfinitePast()) apart_[sample.series] = sample.time() - heard;
    heard = sample.time();
    silent_.erase(sample.series);
  }
  const absl::Time time = sample.time() + (series.type == ValueType::kMoney ? series.period : absl::ZeroDuration());
  const std::map<absl::Time, double> known = PointsOf(sample.series);
  if (const auto same = known.find(time); same != known.end() && same->second == value) return;
  arrived_.push_back({sample.series, time, value});
  const absl::Duration grid = question_.every > absl::ZeroDuration() ? question_.every : series.type == ValueType::kMoney ? absl::ZeroDuration() : series.cadence;
  const bool whole = question_.cell > absl::ZeroDuration() && !question_.growing;
  const absl::Time due = whole ? CellFrom(time) + question_.cell : grid > absl::ZeroDuration() ? NextOnGrid(time, grid) : time;
  if (due > judged_) due_.insert(due);
  else if (series.type == ValueType::kMoney) restated_ = true;
  if (series.type != ValueType::kMoney && time <= judged_) late_.insert(std::min(due, judged_));
}

absl::Time Twin::Complete() const {
  absl::Time newest = absl::InfinitePast();
  for (const auto& [source, watermark] : watermarks_) newest = std::max(newest, watermark);
  absl::Time out = newest;
  for (const auto& [source, watermark] : watermarks_)
    if (newest - watermark <= std::max(absl::Minutes(10), NoDataAfter())) out = std::min(out, watermark);
  return out - question_.delay;
}

void Twin::Advance(SourceId source, absl::Time watermark) {
  if (std::none_of(members_.begin(), members_.end(), [&](const Series& one) { return one.source == source; })) return;
  const auto at = watermarks_.emplace(source, watermark).first;
  at->second = std::max(at->second, watermark);
  if (restated_ && judged_ != absl::InfinitePast()) Judge(judged_, Cause::kRestated);
  restated_ = false;
  if (!late_.empty()) JudgeLate();
  while (!due_.empty() && *due_.begin() <= Complete()) {
    const absl::Time time = *due_.begin();
    due_.erase(due_.begin());
    Judge(time, Cause::kCondition);
  }
}

void Twin::Restart() {
  watermarks_.clear();
  heard_since_ = false;
  restarted_ = true;
  since_start_.clear();
  asked_from_ = absl::InfiniteFuture();
}

void Twin::Edit(Question question) {
  question_ = std::move(question);
  past_.reset();
  if (judged_ != absl::InfinitePast()) Judge(judged_, Cause::kRuleChanged);
}

// The beginning of the cell that ends then or later.
absl::Time Twin::CellFrom(absl::Time time) const {
  absl::Time out = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
  while (out >= time) out -= question_.cell;
  while (out + question_.cell < time) out += question_.cell;
  return out;
}

// The newest version of each.
std::map<absl::Time, double> Twin::PointsOf(SeriesId id) const {
  std::map<absl::Time, double> out;
  for (const Arrived& one : arrived_)
    if (one.series == id) out[one.time] = one.value;
  return out;
}

std::optional<double> Twin::StatAt(const Series& series, absl::Time time) const {
  absl::Duration length = question_.cell > absl::ZeroDuration() ? time - CellFrom(time) : question_.window;
  const absl::Duration window = length;
  if (length == absl::ZeroDuration()) length = std::max(series.cadence, question_.every);
  std::vector<std::pair<absl::Time, double>> points;
  for (const auto& [at, value] : PointsOf(series.id))
    if (at <= time && (length == absl::ZeroDuration() ? at == time : at > time - length)) points.emplace_back(at, value);
  if (points.empty() && Rare(series)) {
    for (const auto& [at, value] : PointsOf(series.id))
      if (at <= time && at > time - PatienceAt(series, time)) points = {{at, value}};
  }
  if (points.empty()) return std::nullopt;
  if (window > absl::ZeroDuration() && series.cadence > absl::ZeroDuration()) {
    const std::int64_t half = absl::ToInt64Seconds(window) / (2 * absl::ToInt64Seconds(series.cadence));  // rounded down
    if (static_cast<std::int64_t>(points.size()) < half) return std::nullopt;
  }
  std::vector<double> sorted;
  for (const auto& [at, value] : points) sorted.push_back(value);
  const auto sum = static_cast<double>(std::accumulate(sorted.begin(), sorted.end(), Exact{0}));
  std::sort(sorted.begin(), sorted.end());
  const std::string& stat = question_.stat;
  if (stat.empty() || stat == "last") return points.back().second;
  if (stat == "count") return static_cast<double>(points.size());
  if (stat == "sum") return sum;
  if (stat == "avg") return sum / static_cast<double>(points.size());
  if (stat == "min") return sorted.front();
  if (stat == "max") return sorted.back();
  if (stat == "rate") {
    if (points.size() < 2) return std::nullopt;
    double grown = 0;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const double before = points[i - 1].second, now = points[i].second;
      grown += now >= before ? now - before : now;  // a counter that fell began at zero again
    }
    return grown / absl::ToDoubleSeconds(points.back().first - points.front().first);
  }
  const std::size_t percent = std::stoul(stat.substr(1));  // nearest rank
  return sorted[std::max<std::size_t>((percent * sorted.size() + 99) / 100, 1) - 1];
}

// The series of a group never come together; without a rhythm the newest point of each counts until it may be missed.
bool Twin::Rare(const Series& series) const {
  return members_.size() > 1 && !money() && series.cadence == absl::ZeroDuration() && question_.window == absl::ZeroDuration() && question_.cell == absl::ZeroDuration();
}

absl::Duration Twin::SilentAfter(const Series& series) const {
  const bool own = series.cadence == absl::ZeroDuration() && question_.no_data_after == absl::ZeroDuration();
  const auto apart = apart_.find(series.id);
  return std::max(NoDataAfter(), own && apart != apart_.end() ? 3 * apart->second : absl::ZeroDuration());
}

// By the newest two points up to then.
absl::Duration Twin::PatienceAt(const Series& series, absl::Time time) const {
  absl::Duration own = absl::ZeroDuration();
  if (series.cadence == absl::ZeroDuration() && question_.no_data_after == absl::ZeroDuration()) {
    std::optional<absl::Time> last;
    for (const auto& [at, value] : PointsOf(series.id)) {
      if (at > time) break;
      if (last) own = 3 * (at - *last);
      last = at;
    }
  }
  return std::max({NoDataAfter(), own, series.cadence, question_.every});
}

// Its number is not known, or it has been silent for too long.
bool Twin::Missing(const Series& series, absl::Time time) const {
  const std::map<absl::Time, double> points = PointsOf(series.id);
  if (money() || question_.may_leave || points.empty() || points.begin()->first > time) return false;
  return !StatAt(series, time) || time - std::prev(points.upper_bound(time))->first > PatienceAt(series, time);
}

std::vector<const Series*> Twin::MissingAt(absl::Time time) const {
  std::vector<const Series*> out;
  for (const Series& one : members_)
    if (Missing(one, time)) out.push_back(&one);
  return out;
}

// The least and the most that the number can be.
Twin::Least Twin::CanBe(double known, const std::vector<const Series*>& missing) const {
  const auto negative = [&](const Series* one) {
    return std::any_of(arrived_.begin(), arrived_.end(), [&](const Arrived& point) { return point.series == one->id && point.value < 0; });
  };
  std::string how = question_.combine;
  if (how.empty()) how = question_.stat == "sum" || question_.stat == "count" ? "sum" : "max";
  if (how == "max") return {known, INFINITY};
  if (how == "min") return {-INFINITY, known};
  if (how == "count") return {known, static_cast<double>(members_.size())};
  const bool grows = how == "sum" && (question_.stat == "count" || std::none_of(missing.begin(), missing.end(), negative));
  return {grows ? known : -INFINITY, INFINITY};
}

// By trying: the least, the most, and what lies beside each limit.
std::optional<Twin::Verdict> Twin::PartAt(absl::Time time, double value, const std::vector<const Series*>& missing) {
  const Least can = CanBe(value, missing);
  std::vector<double> tried = {can.low, can.high};
  const auto beside = [&](double limit) {
    for (const double one : {std::nextafter(limit, -INFINITY), limit, std::nextafter(limit, INFINITY)})
      if (one >= can.low && one <= can.high) tried.push_back(one);
  };
  std::optional<double> before;
  if (question_.change) {
    before = BeforeAt(time);
    if (!before) return std::nullopt;
    beside(*before);
  }
  for (const WantedLevel& level : question_.levels)
    for (const Wanted* wanted : {&level.condition, level.recover ? &*level.recover : nullptr})
      for (const std::optional<double>& limit : wanted == nullptr || question_.change ? std::vector<std::optional<double>>{} : std::vector{wanted->value.above, wanted->value.below, wanted->value.at_least, wanted->value.at_most, wanted->value.equals})
        if (limit) beside(*limit), beside(*limit - std::fabs(*limit) * 0.1), beside(*limit + std::fabs(*limit) * 0.1);
  Verdict out{time, {}, {}, true};
  for (const WantedLevel& level : question_.levels) {
    bool holds = true, over = false;
    for (const double one : tried) {
      const std::optional<std::pair<bool, bool>> said = LevelAt(level, one, before);
      if (!said) return std::nullopt;
      holds = holds && said->first;
      over = over || said->second;
    }
    out.holds.push_back(holds);
    out.over.push_back(over);
  }
  if (std::find(out.holds.begin(), out.holds.end(), true) != out.holds.end()) value_ = value;
  return out;
}

bool Twin::Says(const Verdict& verdict) const {
  if (!verdict.part) return true;
  const bool firing = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  return std::find(verdict.holds.begin(), verdict.holds.end(), true) != verdict.holds.end() || (firing && !verdict.over[level_]);
}

std::optional<double> Twin::ValueAt(absl::Time time) const {
  std::vector<double> known;
  for (const Series& one : members_)
    if (const std::optional<double> value = StatAt(one, time)) known.push_back(*value);
  if (known.empty()) return std::nullopt;
  const double sum = std::accumulate(known.begin(), known.end(), 0.0);
  std::string how = question_.combine;
  if (how.empty()) how = money() || question_.stat == "sum" || question_.stat == "count" ? "sum" : "max";
  if (how == "sum") return sum;
  if (how == "avg") return sum / static_cast<double>(known.size());
  if (how == "count") return static_cast<double>(known.size());
  return how == "min" ? *std::min_element(known.begin(), known.end()) : *std::max_element(known.begin(), known.end());
}

// The points of the window that ends then, of the series that has most.
std::size_t Twin::CountAt(absl::Time time) const {
  std::size_t most = 0;
  for (const Series& one : members_) {
    const absl::Duration length = question_.window > absl::ZeroDuration() ? question_.window : std::max(one.cadence, question_.every);
    std::size_t count = 0;
    for (const auto& [at, value] : PointsOf(one.id)) count += at <= time && (length == absl::ZeroDuration() ? at == time : at > time - length);
    most = std::max(most, count);
  }
  return most;
}

// A window that can have four points and has fewer is nothing to compare with.
bool Twin::MayBeBase(absl::Time time) const {
  const absl::Duration cadence = members_[0].cadence;
  if (question_.window == absl::ZeroDuration() || cadence == absl::ZeroDuration()) return true;
  const std::int64_t can_have = std::max<std::int64_t>(1, question_.window / cadence);
  return CountAt(time) >= static_cast<std::size_t>(std::min<std::int64_t>(4, can_have));
}

// Of the past values before `now`, one each `spacing`, the nearest one: a spacing away at most, or the window (half of it, where it is the window before).
std::optional<double> Twin::Near(absl::Time time, absl::Time now) const {
  absl::Duration spacing = std::max({question_.every, members_[0].cadence, absl::Seconds(1)});
  if (question_.compare != Question::kWindow) spacing = std::max(spacing, question_.window / 12);
  const absl::Duration room = std::max(spacing, question_.compare == Question::kWindow ? question_.window / 2 : question_.window);
  std::vector<std::pair<absl::Time, double>> kept;
  for (const auto& one : values_) {
    if (!kept.empty() && kept.back().first == one.first) kept.back() = one;
    else if (kept.empty() || one.first - kept.back().first >= spacing) kept.push_back(one);
  }
  std::optional<std::pair<absl::Duration, double>> best;
  for (const auto& [at, value] : kept) {
    const absl::Duration away = absl::AbsDuration(at - time);
    if (at < now && away <= room && (!best || away < best->first)) best = {away, value};
  }
  return best ? std::optional<double>(best->second) : std::nullopt;
}

std::optional<double> Twin::BeforeAt(absl::Time time) const {
  const absl::Duration week = absl::Hours(7 * 24);
  if (question_.compare == Question::kWindow) return Near(time - (question_.window > absl::ZeroDuration() ? question_.window : std::max(members_[0].cadence, question_.every)), time);
  if (question_.compare == Question::kYesterday) return Near(time - absl::Hours(24), time);
  if (question_.compare == Question::kLastWeek) return Near(time - week, time);
  double sum = 0;
  int there = 0;
  for (int i = 1; i <= 4; ++i)
    if (const std::optional<double> value = Near(time - i * week, time)) sum += *value, ++there;
  return there < 2 ? std::nullopt : std::optional<double>(sum / there);
}

// Whether one level holds, and is over, by this number; `before`: what a change is from. Nothing: nothing grows out of nothing by a percentage.
std::optional<std::pair<bool, bool>> Twin::LevelAt(const WantedLevel& level, double value, std::optional<double> before) const {
  const Wanted& w = level.condition;
  if (!question_.change) return std::pair(w.value.Hold(value), level.recover ? level.recover->value.Hold(value) : w.value.Over(value, members_[0].unit == "%"));
  if (*before == 0 && (w.increase.any() || w.decrease.any())) return std::nullopt;
  const double share = *before == 0 ? 0 : (value - *before) / std::fabs(*before), gap = std::fabs(value - *before);
  const auto all = [&](const Wanted& wanted) {
    return (!wanted.increase.any() || wanted.increase.Hold(share)) && (!wanted.decrease.any() || wanted.decrease.Hold(-share)) && (!wanted.difference.any() || wanted.difference.Hold(gap));
  };
  return std::pair(all(w), level.recover ? all(*level.recover) : w.increase.Over(share, true) || w.decrease.Over(-share, true) || w.difference.Over(gap, false));
}

std::optional<Twin::Verdict> Twin::VerdictAt(absl::Time time) {
  const std::optional<double> value = ValueAt(time);
  if (!value) return std::nullopt;
  if (const std::vector<const Series*> missing = MissingAt(time); !missing.empty()) return PartAt(time, *value, missing);
  std::optional<double> before;
  if (question_.change) {
    before = BeforeAt(time);
    if (MayBeBase(time)) values_.emplace_back(time, *value);
    if (!before) return std::nullopt;
  }
  Verdict out{time, {}, {}};
  for (const WantedLevel& level : question_.levels) {
    const std::optional<std::pair<bool, bool>> said = LevelAt(level, *value, before);
    if (!said) return std::nullopt;
    out.holds.push_back(said->first);
    out.over.push_back(said->second);
  }
  value_ = *value;  // of what is known, with what it is compared with
  return out;
}

void Twin::Judge(absl::Time time, Cause why) {
  judged_ = std::max(judged_, time);
  const std::size_t values = values_.size();
  const std::optional<Verdict> verdict = VerdictAt(time);
  steps_.clear();
  const bool overdue = Complete() + question_.delay - heard_to_ > NoDataAfter();
  const bool still = all_silent_ && (overdue || heard_to_ <= silent_since_);
  if (verdict && (verdicts_.empty() || time > verdicts_.back().time) && !still) all_silent_ = false;
  if (!verdict || !Says(*verdict)) return Note(time);
  if (!past_ && why == Cause::kCondition && !money() && Worse(verdict->holds)) {
    past_ = Past{{*this}, {}, {}};
    past_->before[0].values_.resize(values);
  }
  level_before_ = level_;
  time_ = std::max(time_, time);
  if (!verdict->part && !still && silent_.empty() && (verdicts_.empty() || time > verdicts_.back().time)) {
    if (heard_of_silence_) Say(EventType::kDataReturned, Cause::kCondition);
    heard_of_silence_ = false;
    data_ = DataState::kFresh;
  }
  verdicts_.push_back(*verdict);
  if (state_ == AlertState::kFiring || state_ == AlertState::kRecovering) Firing(time, why);
  else Idle(time, why);
  Note(time);
  Flap(time);
  Finish();
}

bool Twin::Worse(const std::vector<bool>& holds) const {
  for (std::size_t level = static_cast<std::size_t>(level_ + 1); level < holds.size(); ++level)
    if (holds[level]) return true;
  return false;
}

// Remembered as long as it gets worse, and for 20 judgements after people were told of it; of more than 64 nothing.
void Twin::Note(absl::Time time) {
  if (!past_) return;
  past_->times.push_back(time);
  for (const auto& [type, cause] : steps_)
    if (type == EventType::kFiring || type == EventType::kEscalated) past_->raised = Raised{time, level_};
  std::size_t after = 0;
  while (past_->raised && after < past_->times.size() && past_->times[past_->times.size() - 1 - after] > past_->raised->at) ++after;
  if (past_->times.size() >= 64 || (past_->raised ? after > 20 : !Worsens())) past_.reset();
}

// As if they had come in time: what it was before lives it all once more.
void Twin::JudgeLate() {
  const std::set<absl::Time> late = std::exchange(late_, {});
  if (!past_) return;
  std::set<absl::Time> times(past_->times.begin(), past_->times.end());
  for (const absl::Time time : late)
    if (time >= *times.begin()) times.insert(time);
  past_->times.assign(times.begin(), times.end());
  const std::optional<Raised> raised = past_->raised;
  Twin again = past_->before[0];
  again.arrived_ = arrived_;
  again.value_ = value_;
  again.apart_ = apart_;
  again.silent_.clear();
  bool wrong = false;
  absl::Time against = raised ? raised->at : absl::InfinitePast();
  for (const absl::Time time : times) {
    again.Judge(time, Cause::kCondition);
    const bool known = !again.verdicts_.empty() && again.verdicts_.back().time == time;
    if (!raised || time > raised->at) continue;
    if (time == raised->at) wrong = again.level_ < raised->level;
    if (known && !again.verdicts_.back().part && !again.verdicts_.back().holds[raised->level]) against = time;
  }
  values_ = again.values_;
  value_ = again.value_;
  steps_.clear();
  std::optional<Severity> severity;
  bool goes_on = true;
  if (wrong && state_ != AlertState::kFiring && state_ != AlertState::kRecovering) {  // it is over, and should never have been
    level_before_ = level_;
    Say(EventType::kCorrected, Cause::kRestated);
    severity = question_.levels[raised->level].severity;
  } else if (wrong || again.level_ >= level_) {
    Become(again);
    if (wrong && steps_.empty()) level_before_ = level_, Say(EventType::kUpdated, Cause::kRestated);
  } else {
    goes_on = false;  // it was better for a while, and nobody was told
  }
  if (!steps_.empty() && steps_[0].first == EventType::kCorrected) (void)VerdictAt(against);
  Finish(severity);
  (void)VerdictAt(*times.rbegin());
  if (!steps_.empty() && (steps_[0].first == EventType::kFiring || steps_[0].first == EventType::kEscalated)) {
    past_->raised = Raised{*times.rbegin(), level_};
    return;
  }
  if (wrong || !goes_on || !(raised || Worsens())) past_.reset();
}

bool Twin::Worsens() const {
  for (std::size_t level = static_cast<std::size_t>(level_ + 1); level < question_.levels.size(); ++level)
    if (RunOf(level).since) return true;
  return false;
}

void Twin::Become(const Twin& again) {
  const bool fired = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  const bool fires = again.state_ == AlertState::kFiring || again.state_ == AlertState::kRecovering;
  const std::optional<absl::Time> cleared = clear_ ? std::optional<absl::Time>(verdicts_[*clear_].time) : std::nullopt;
  verdicts_ = again.verdicts_;
  time_ = std::max(time_, again.time_);
  first_ = again.first_;
  clear_ = again.clear_;
  if (!fired && !fires) {
    state_ = again.state_;
    return;
  }
  level_before_ = level_;
  if (!fires) {
    state_ = AlertState::kInactive;
    ends_at_ = cleared.value_or(time_);
    clear_.reset();
    Say(EventType::kCorrected, Cause::kRestated);
  } else {
    if (!fired) starts_at_ = again.starts_at_, ends_at_.reset();
    if (again.level_ != level_) Say(!fired ? EventType::kFiring : again.level_ > level_ ? EventType::kEscalated : EventType::kDeescalated, Cause::kRestated);
    state_ = again.state_;
  }
  level_ = again.level_;
}

// The newest verdicts that all hold.
Twin::Run Twin::RunOf(std::size_t level) const {
  Run out;
  for (std::size_t i = verdicts_.size(); i-- > first_;) {
    if (verdicts_[i].part && !verdicts_[i].holds[level]) continue;
    if (!verdicts_[i].holds[level]) break;
    if (out.since) out.held += Counted(verdicts_[i].time, *out.since);
    out.since = verdicts_[i].time;
  }
  return out;
}

// Of the newest m. What counts for the end of an alert counts for the begin of the next. Bad ones of long ago are neither bad nor good.
Twin::Points Twin::PointsOf(std::size_t level) const {
  const WantedLevel& wanted = question_.levels[level];
  std::map<absl::Time, bool> points;
  for (std::size_t i = wanted.recover ? first_ : 0; i < verdicts_.size(); ++i) {
    if (verdicts_[i].part && !verdicts_[i].holds[level]) points.erase(verdicts_[i].time);
    else points[verdicts_[i].time] = verdicts_[i].holds[level];
  }
  int seen = 0;
  Points out{0, wanted.m};
  absl::Duration apart = std::max(question_.every, question_.growing ? absl::ZeroDuration() : question_.cell);
  for (const Series& one : members_) apart = std::max(apart, one.cadence);
  if (apart == absl::ZeroDuration()) apart = NoDataAfter() / 3;
  for (auto at = points.rbegin(); at != points.rend() && seen < wanted.m; ++at, ++seen) {
    if (!at->second) continue;
    --out.good;
    if (verdicts_.back().time - at->first <= 2 * wanted.m * apart) ++out.bad;
  }
  return out;
}

// What began with n of m points, and has no end of its own, ends when so many are good that n bad ones have no place among the m.
bool Twin::OverAt(std::size_t level) const {
  const WantedLevel& wanted = question_.levels[level];
  return wanted.m > 0 && !wanted.recover ? PointsOf(level).good >= wanted.m - wanted.n + 1 : verdicts_.back().over[level];
}

int Twin::Ripe() const {
  for (std::size_t level = question_.levels.size(); level-- > 0;) {
    const WantedLevel& wanted = question_.levels[level];
    if (wanted.m > 0) {
      if (PointsOf(level).bad >= wanted.n) return static_cast<int>(level);
    } else if (verdicts_.back().part && !verdicts_.back().holds[level]) {
      continue;  // nothing rises on what is not known
    } else if (const Run run = RunOf(level); run.since && run.held >= wanted.hold) {
      return static_cast<int>(level);
    }
  }
  return -1;
}

void Twin::Idle(absl::Time time, Cause why) {
  bool any = false;
  for (const bool holds : verdicts_.back().holds) any = any || holds;
  state_ = any ? AlertState::kPending : AlertState::kInactive;
  const int ripe = Ripe();
  if (ripe < 0) return;
  starts_at_ = RunOf(ripe).since.value_or(time);
  for (std::size_t level = 0; level < question_.levels.size(); ++level) starts_at_ = std::min(starts_at_, RunOf(level).since.value_or(time));
  state_ = AlertState::kFiring;
  level_ = ripe;
  clear_.reset();
  ends_at_.reset();
  Say(EventType::kFiring, why);
}

void Twin::Firing(absl::Time time, Cause why) {
  const int ripe = Ripe();
  int lower = level_ - 1;
  while (lower >= 0 && OverAt(lower)) --lower;
  const bool over = OverAt(level_), up = ripe > level_, down = !up && !verdicts_.back().part && over && lower >= 0;
  if (up || down || !over) {
    if (up) Say(EventType::kEscalated, why);
    if (down) Say(EventType::kDeescalated, why);
    if (up || down) level_ = up ? ripe : lower;
    state_ = AlertState::kFiring;
    clear_.reset();
    return;
  }
  if (verdicts_.back().part) return;
  if (why == Cause::kRestated) return Over(time, EventType::kCorrected, why);
  if (!clear_) clear_ = verdicts_.size() - 1;
  absl::Duration clear_for = absl::ZeroDuration();
  for (std::size_t i = *clear_ + 1, last = *clear_; i < verdicts_.size(); ++i)
    if (!verdicts_[i].part) clear_for += Counted(verdicts_[last].time, verdicts_[i].time), last = i;
  state_ = AlertState::kRecovering;
  if (clear_for >= question_.keep_firing_for) Over(time, EventType::kResolved, why);
}

void Twin::Over(absl::Time time, EventType type, Cause cause) {
  ends_at_ = clear_ ? verdicts_[*clear_].time : time;
  state_ = AlertState::kInactive;
  level_ = -1;
  first_ = verdicts_.size();
  clear_.reset();
  Say(type, cause);
}

// More than 4 changes in 6 points, or half of 20; until fewer than a quarter.
void Twin::Flap(absl::Time time) {
  if (!on_.empty() && time <= on_.back().first) return;
  if (on_.empty()) on_.emplace_back(absl::InfinitePast(), false);  // before its first point nothing fires
  on_.emplace_back(time, state_ == AlertState::kFiring);
  if (!flapping_ && (Turns(on_, 6) > 4 || Turns(on_, 20) >= 10)) {
    flapping_ = true;
    Say(EventType::kFlapping, Cause::kCondition);
  } else if (flapping_ && Turns(on_, 20) < 5) {
    flapping_ = false;
    Say(EventType::kUpdated, Cause::kSteady);
  }
}

void Twin::Clock(absl::Time now) {
  const absl::Time newest = heard_to_ == absl::InfinitePast() ? judged_ : heard_to_, due = newest + NoDataAfter();
  if (std::exchange(restarted_, false)) asked_from_ = now + absl::Minutes(10);
  // A bill that goes on without a cell of this group: it cost nothing, for a week and a day.
  const bool goes_on = money() && question_.no_data_after == absl::ZeroDuration() && newest != absl::InfinitePast();
  if (goes_on && now - std::min(Complete(), newest + absl::Hours(8 * 24)) <= NoDataAfter()) return;
  const bool asked = heard_since_ || now >= asked_from_;
  if (!asked || newest == absl::InfinitePast()) return;
  if (now <= due) return ClockOfMembers(now);
  if (std::exchange(all_silent_, true)) return;
  steps_.clear();
  level_before_ = level_;
  data_ = DataState::kMissing;
  silent_since_ = newest;
  time_ = std::max(time_, due);
  const AlertState state_before = state_;
  const bool heard = heard_of_silence_;
  const bool firing = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  if (question_.no_data == NoDataPolicy::kOk && firing) {
    Over(time_, EventType::kResolved, Cause::kNoData);
  } else if (question_.no_data == NoDataPolicy::kFiring && !firing) {
    starts_at_ = time_;
    state_ = AlertState::kFiring;
    level_ = static_cast<int>(question_.levels.size()) - 1;
    Say(EventType::kFiring, Cause::kNoData);
  } else if (firing || question_.no_data == NoDataPolicy::kNoData) {
    Say(EventType::kNoData, Cause::kNoData);
  }
  if (heard && state_ == state_before) steps_.clear();
  heard_of_silence_ = heard || !steps_.empty();
  if (state_ != state_before) past_.reset();
  const std::size_t before = told_.size();
  Finish();
  if (firing || judged_ == absl::InfinitePast()) return;
  // An alert that was quiet knows its newest data, and not what was judged.
  Twin again = *this;
  (void)again.VerdictAt(judged_);
  for (std::size_t i = before; i < told_.size(); ++i) told_[i].newest = again.value_;
}

// While others are heard: people hear of the first that is silent, once until all are back.
void Twin::ClockOfMembers(absl::Time now) {
  if (money() || question_.may_leave || members_.size() < 2) return;
  bool any = false;  // of those that may be known to be silent, one is not
  for (const auto& [id, heard] : heard_) {
    if (now < asked_from_ && !since_start_.contains(id)) continue;
    silent_.erase(id);
    if (now - heard > SilentAfter(SeriesOf(id))) silent_.insert(id);
    else any = true;
  }
  if (!any) silent_.clear();
  if (silent_.empty() || data_ == DataState::kMissing) return;
  steps_.clear();
  level_before_ = level_;
  data_ = DataState::kMissing;
  absl::Time newest = now;
  for (const SeriesId id : silent_) newest = std::min(newest, heard_.at(id));
  time_ = std::max(time_, std::min(now, newest + NoDataAfter()));
  const bool firing = state_ == AlertState::kFiring || state_ == AlertState::kRecovering;
  heard_of_silence_ = firing || question_.no_data == NoDataPolicy::kNoData || question_.no_data == NoDataPolicy::kFiring;
  if (heard_of_silence_) Say(EventType::kNoData, Cause::kNoData);
  Finish();
}

void Twin::Finish(std::optional<Severity> severity) {
  const int level = level_ >= 0 ? level_ : std::max(level_before_, 0);
  for (const auto& [type, cause] : steps_) {
    Told one{type, cause, state_, data_, severity.value_or(question_.levels[level].severity), flapping_, time_, starts_at_, std::nullopt, value_};
    if ((type == EventType::kResolved || type == EventType::kCorrected) && state_ == AlertState::kInactive) one.ends_at = ends_at_;
    told_.push_back(one);
  }
}

}  // namespace nephoscope
