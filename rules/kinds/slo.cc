// slo: the error budget of an objective, and how fast it is spent: over a long window, so that it matters, and over a short one, so that it
// still goes on (Google's SRE Workbook, chapter 5: multiwindow, multi-burn-rate alerts).
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "rules/engine/arrival_delays.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/matcher.h"
#include "rules/engine/template.h"
#include "rules/kinds/downtime.h"
#include "rules/kinds/event_counts.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/model/count_text.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kMinute = absl::Minutes(1);
constexpr std::size_t kMostCarried = 62;  // pairs of windows whose state fits Carry
constexpr absl::Duration kLate = absl::Hours(3);  // an older point may still be corrected
constexpr absl::Duration kLeastPatience = absl::Minutes(15);  // good events may be read by another query than all of them

constexpr const char* kSeverities[] = {"info", "warning", "critical"};
constexpr const char* kSets[] = {"standard"};

const Option kSloList[] = {
    {.name = "objective", .type = OptionType::kRatio, .sentence = "The share of events that are to be good", .example = "99.9%", .required = true, .minimum = 0.01, .maximum = 0.99999},
    {.name = "period", .type = OptionType::kDuration, .sentence = "The time that the error budget is for; it always ends now", .default_text = "30d", .minimum = 3600, .maximum = 86400 * 92},
    {.name = "min_events", .type = OptionType::kInteger, .sentence = "Long windows with fewer events an hour never fire", .default_text = "0", .example = "500", .minimum = 0},
};
const OptionTable kSlo = {"slo", "The objective.", kSloList};
const Option kBurnList[] = {
    {.name = "burn", .type = OptionType::kNumber, .sentence = "So many times faster than the budget allows", .example = "14.4", .minimum = 0.001},
    {.name = "long", .type = OptionType::kDuration, .sentence = "Over this window, so that it matters", .example = "1h", .minimum = 60},
    {.name = "short", .type = OptionType::kDuration, .sentence = "And over this one, so that it goes on still", .example = "5m", .minimum = 60},
    {.name = "severity", .type = OptionType::kChoice, .sentence = "How urgent that is", .example = "critical", .choices = kSeverities},
    {.name = "set", .type = OptionType::kChoice, .sentence = "Or a ready set of them: standard is 14.4 over 1h and 5m, 6 over 6h and 30m (both critical), 3 over 1d and 2h, 1 over 3d and 6h (both warning)", .choices = kSets},
};
const OptionTable kBurn = {"burn_alerts", "When an error budget is spent too fast.", kBurnList};
const Option kOptionList[] = {
    {.name = "slo", .type = OptionType::kMap, .sentence = "The objective", .example = "{objective: 99.9%, period: 30d}", .required = true, .fields = &kSlo},
    {.name = "burn_alerts", .type = OptionType::kMapList, .sentence = "When the budget is spent too fast; without it, standard", .example = "standard", .fields = &kBurn, .shorthand = "set"},
    kCostOfDowntime,
};
const OptionTable kOptions = {"slo", "Tells you when the error budget of a service is spent too fast.", kOptionList};
const OptionTable kCondition = {"condition of slo", "burn_alerts are the condition.", {}};

struct Pair {
  double burn;
  absl::Duration longer, shorter;
  Severity severity;
};

std::vector<Pair> PairsOf(const Rule& rule) {
  std::vector<Pair> out;
  const auto standard = [&] {
    out.push_back({14.4, absl::Hours(1), absl::Minutes(5), Severity::kCritical});
    out.push_back({6, absl::Hours(6), absl::Minutes(30), Severity::kCritical});
    out.push_back({3, absl::Hours(24), absl::Hours(2), Severity::kWarning});
    out.push_back({1, absl::Hours(72), absl::Hours(6), Severity::kWarning});
  };
  for (const OptionValues& one : rule.options.MapList("burn_alerts")) {
    if (one.Has("set")) {
      standard();
      continue;
    }
    Severity severity = Severity::kWarning;
    for (const Severity each : {Severity::kInfo, Severity::kCritical})
      if (one.Text("severity") == ToText(each)) severity = each;
    out.push_back({one.Number("burn"), one.Duration("long"), one.Duration("short"), severity});
  }
  if (out.empty()) standard();
  std::stable_sort(out.begin(), out.end(), [](const Pair& a, const Pair& b) { return a.severity != b.severity ? a.severity > b.severity : a.burn > b.burn; });
  return out;
}

std::string Length(absl::Duration length) { return LengthText(absl::ToDoubleSeconds(length)); }
std::string Text(const Pair& pair) { return absl::StrCat(NumberText(pair.burn), " times too fast over ", Length(pair.longer), " and ", Length(pair.shorter)); }
// "over 14.4 times as fast as allowed (1 hour and 5 minutes)".
std::string SayPace(const Pair& pair) {
  return absl::StrCat(pair.burn == 1 ? "faster than allowed" : absl::StrFormat("over %.12g times as fast as allowed", pair.burn), " (in ", SayLength(pair.longer), " and in ", SayLength(pair.shorter), ")");
}
std::string SayEvents(const Watch::Events& events) {
  return absl::StrCat(SayName(events.metric), events.stat == "rate" ? " (a counter)" : "", events.where.empty() ? "" : absl::StrCat(" where ", SayMatchers(events.where)));
}
std::string Percent(double ratio) { return ValueText(ratio, "ratio"); }
// 99.95 %, not 100 %: what matters of an objective are the digits behind the nines.
std::string Objective(const Rule& rule) { return absl::StrFormat("%.12g%%", rule.options.Map("slo").Number("objective") * 100); }

class SloEvaluator : public Evaluator {
 public:
  explicit SloEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)), pairs_(PairsOf(*rule_)), states_(pairs_.size()), period_(rule_->options.Map("slo").Duration("period")), counts_(period_) {
    for (const Watch::Events& events : rule_->watch.events) sides_.emplace_back(events);
    allowed_ = 1 - rule_->options.Map("slo").Number("objective");
    min_per_hour_ = static_cast<double>(rule_->options.Map("slo").Integer("min_events"));
  }

  void Define(int slot, const Series& series) override {
    if (slots_.size() <= static_cast<std::size_t>(slot)) slots_.resize(slot + 1);
    Slot& one = slots_[slot];
    one.good = sides_[0].Matches(series);
    one.total = sides_[1].Matches(series);
    cadence_ = std::max(cadence_, series.cadence);
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    if (!std::isfinite(sample.value) || !Put(slots_[slot], {sample.time(), sample.value})) return;
    NoteReach(slots_[slot], sample.time());
    const absl::Duration step = std::max(kMinute, rule_->every);
    due.push_back(GridUp(sample.time(), step));
    // When nothing comes any more, a short window that is empty is no failure.
    const absl::Duration behind = MinuteOf(good_to_) < MinuteOf(total_to_) ? Wait() : absl::ZeroDuration();
    for (const Pair& pair : pairs_) {
      due.push_back(GridUp(sample.time() + pair.shorter, step));
      if (behind > absl::ZeroDuration()) due.push_back(GridUp(sample.time() + pair.shorter + behind, step));
    }
  }

  bool lets_leave() const override { return true; }
  // Its events have happened; the next of its slot has counted nothing yet.
  void Leave(int slot) override { slots_[static_cast<std::size_t>(slot)].points.clear(); }

  absl::Duration patience() const override { return rule_->no_data_after > absl::ZeroDuration() ? rule_->no_data_after : std::max(kLeastPatience, cadence_ * 3); }

  bool judges_past() const override { return states_.size() <= kMostCarried; }
  void KeepFrom(absl::Time from) override { keep_from_ = from; }
  std::int64_t Carry() const override {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < std::min(states_.size(), kMostCarried); ++i) out |= std::int64_t{states_[i].lasts} << i;
    return out;
  }
  void GoBack(absl::Time from, std::int64_t carry) override {
    (void)from;  // events are counted by their own times
    for (std::size_t i = 0; i < std::min(states_.size(), kMostCarried); ++i) states_[i].lasts = (carry >> i & 1) != 0;
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    counts_.DropBefore(std::min(time, keep_from_) - patience());
    const absl::Time reach = Reach(time);
    out.known = counts_.first() != absl::InfinitePast() && counts_.first() <= reach;
    if (!out.known) return out;
    Spend(reach);
    out.recovered.set();
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      Look(i, reach);
      for (std::size_t level = 0; level < rule_->levels.size(); ++level) {
        if (rule_->levels[level].severity != pairs_[i].severity) continue;
        if (states_[i].fires) out.holds.set(level);
        if (states_[i].lasts) out.recovered.reset(level);
      }
    }
    return out;
  }

  void Describe(Transition& out) const override {
    const Pair& pair = pairs_[top_];
    const State& state = states_[top_];
    out.values = {{"burn", Plain(state.longer), "", "", ""},        {"burn_short", Plain(state.shorter), "", "", ""},     {"bad_share", Plain(state.longer * allowed_ * 100), "%", "", ""},
                  {"events", absl::StrCat(state.events), "", "", ""}, {"budget_used", Plain(used_ * 100), "%", "", ""}, {"budget_left", Plain(left() * 100), "%", "", ""},
                  {"time_left", EndsInPeriod() ? Plain(absl::ToDoubleSeconds(TimeLeft())) : "", "s", "", ""}};
    out.condition_text = absl::StrCat("the error budget of ", Objective(*rule_), " is spent ", Text(pair));
    out.threshold = NamedValue{"burn", Plain(pair.burn), "", "", ""};
    out.window = {now_ - pair.longer, now_};
    out.explanation = Explain();
    SetDowntime(*rule_, state.longer * allowed_ * pair.longer, absl::StrCat("for the bad events of the last ", Length(pair.longer)).c_str(), out);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("objective", Objective(*rule_));
    out.emplace_back("burn", Shown(states_[top_].longer));
    out.emplace_back("bad_share", Percent(states_[top_].longer * allowed_));
    out.emplace_back("budget_used", Percent(used_));
    out.emplace_back("budget_left", Percent(left()));
    out.emplace_back("time_left", TimeLeftText());
    out.emplace_back("value", Shown(states_[top_].longer));
    out.emplace_back("threshold", NumberText(pairs_[top_].burn));
  }

  void Save(StateWriter& out) const override {
    out.Time(now_);
    out.Time(good_to_);
    out.Time(total_to_);
    out.Int(!aligned_ ? 0 : whole_to_ == absl::InfinitePast() ? 1 : absl::ToUnixMillis(whole_to_) + 1);
    good_delay_.Save(out);
    counts_.Save(out);
    out.Int(static_cast<std::int64_t>(states_.size()));
    for (const State& state : states_) out.Int(state.lasts);
    out.Int(static_cast<std::int64_t>(slots_.size()));
    for (const Slot& slot : slots_) {
      out.Int(static_cast<std::int64_t>(slot.points.size()));
      for (const Point& point : slot.points) out.Time(point.time), out.Real(point.value);
    }
  }
  void Load(StateReader& in) override {
    now_ = in.Time();
    good_to_ = in.Time();
    total_to_ = in.Time();
    const std::int64_t whole = in.Int();
    aligned_ = whole != 0;
    if (whole > 1) whole_to_ = absl::FromUnixMillis(whole - 1);
    good_delay_.Load(in);
    counts_.Load(in);
    const std::size_t states = in.Count(8);  // of other pairs, where the rule was edited: these begin anew
    for (std::size_t i = 0; i < states && in.ok(); ++i)
      if (const bool lasts = in.Int() != 0; states == states_.size()) states_[i].lasts = lasts;
    const std::size_t slots = in.Count(8);
    if (slots_.size() < slots) slots_.resize(slots);
    for (std::size_t i = 0; i < slots && in.ok(); ++i) {
      slots_[i].points.resize(in.Count(16));
      for (Point& point : slots_[i].points) point.time = in.Time(), point.value = in.Real();
    }
    if (!in.ok() || now_ == absl::InfinitePast() || counts_.first() == absl::InfinitePast()) return;
    Spend(Reach(now_));
    for (std::size_t i = 0; i < pairs_.size(); ++i) Look(i, Reach(now_));
  }

 private:
  struct Point {
    absl::Time time;
    double value;
  };
  struct Slot {
    bool good = false, total = false;
    std::vector<Point> points;  // the newest, by time: a point that comes again counts once
  };
  struct State {
    double longer = 0, shorter = 0;  // burn
    double events = 0;               // in the long window
    bool fires = false;              // both windows exceed now
    bool lasts = false;              // both did, and the short one has since
  };

  // Events are counted by the minute at whose end they are.
  static absl::Time MinuteOf(absl::Time time) { return time == absl::InfinitePast() ? time : GridUp(time, kMinute); }

  // How far both sides reach, and how far good events are usually behind.
  void NoteReach(const Slot& slot, absl::Time time) {
    const bool news = time > good_to_;
    if (slot.total) total_to_ = std::max(total_to_, time);
    if (slot.good) good_to_ = std::max(good_to_, time);
    if (MinuteOf(good_to_) >= MinuteOf(total_to_)) whole_to_ = std::max(whole_to_, MinuteOf(total_to_));
    if (!slot.good) return;
    if (!std::exchange(aligned_, true)) Align(time);
    if (total_to_ == absl::InfinitePast() || !news) return;
    // One that comes after the judgement of its own minute is late, however early in the next one it comes.
    const absl::Duration judged = now_ >= time ? now_ - time + kMinute : absl::ZeroDuration();
    const absl::Duration delay = std::max({total_to_ - time, judged, absl::ZeroDuration()});
    good_delay_.Add(absl::ToInt64Milliseconds(std::min(delay, patience())));
  }
  // Good events that are stamped a little later than all of them begin in a later minute: both sides are counted from then on.
  void Align(absl::Time first_good) {
    const absl::Time from = MinuteOf(first_good);
    if (counts_.first() == absl::InfinitePast() || from - MinuteOf(counts_.first()) > std::max(kMinute, cadence_)) return;
    counts_.BeginAt(from);
  }
  // How long good events are waited for where there are events: as long as they usually take, and to the utmost until that is known.
  absl::Duration Wait() const {
    if (good_to_ == absl::InfinitePast() || !good_delay_.settled()) return patience();
    const std::int64_t usual = good_delay_.level_ms();
    return usual <= 0 ? absl::ZeroDuration() : std::min(patience(), absl::Milliseconds(usual) + std::max(kMinute, cadence_));
  }
  // Up to when the windows are whole at `time`: good events that may still come are no bad ones, those that were waited
  // for in vain are.
  absl::Time Reach(absl::Time time) const {
    const absl::Time good = MinuteOf(good_to_), total = MinuteOf(total_to_);
    if (total == absl::InfinitePast() || good >= std::min(total, time)) return time;
    return std::max(whole_to_, time - Wait());
  }

  // False: no news.
  bool Put(Slot& slot, Point point) {
    std::vector<Point>& points = slot.points;
    if (!points.empty() && point.time < points.back().time - kLate) return false;
    auto at = std::lower_bound(points.begin(), points.end(), point.time, [](const Point& p, absl::Time t) { return p.time < t; });
    const bool again = at != points.end() && at->time == point.time;
    if (again && at->value == point.value) return false;
    const std::size_t place = static_cast<std::size_t>(at - points.begin());
    const std::size_t next = place + (again ? 1 : 0);
    if (again) Count(slot, place, -1);
    if (next < points.size()) Count(slot, next, -1);
    if (again) {
      at->value = point.value;
    } else {
      points.insert(at, point);
    }
    Count(slot, place, 1);
    if (place + 1 < points.size()) Count(slot, place + 1, 1);
    while (points.size() > 2 && points[1].time < points.back().time - kLate) points.erase(points.begin());
    return true;
  }
  // The events that the point at `place` tells of.
  void Count(const Slot& slot, std::size_t place, double sign) {
    const auto events = [&](std::size_t side) {
      const Point& point = slot.points[place];
      if (rule_->watch.events[side].stat != "rate") return point.value;
      if (place == 0) return 0.0;
      const double before = slot.points[place - 1].value;
      return point.value < before ? point.value : point.value - before;  // a counter that began anew
    };
    counts_.Add(slot.points[place].time, {slot.good ? sign * events(0) : 0, slot.total ? sign * events(1) : 0});
  }

  void Look(std::size_t i, absl::Time time) {
    State& state = states_[i];
    const EventCounts::Sum longer = counts_.Over(pairs_[i].longer, time);
    state.events = longer.total;
    state.longer = longer.bad_share() / allowed_;
    state.shorter = counts_.Over(pairs_[i].shorter, time).bad_share() / allowed_;
    const bool enough = longer.total >= min_per_hour_ * absl::FDivDuration(pairs_[i].longer, absl::Hours(1));
    const bool lasts = state.shorter > pairs_[i].burn;
    state.fires = enough && lasts && state.longer > pairs_[i].burn;
    state.lasts = lasts && (state.lasts || state.fires);
    if (i == 0) top_ = 0;
    if (state.lasts && !states_[top_].lasts) top_ = i;
  }
  // What is not known of the period counts as if nothing had been spent in it.
  void Spend(absl::Time time) {
    known_ = std::clamp(time - counts_.first(), kMinute, period_);
    used_ = counts_.Over(period_, time).bad_share() / allowed_ * absl::FDivDuration(known_, period_);
  }
  double left() const { return std::max(0.0, 1 - used_); }
  absl::Duration TimeLeft() const {
    const double burn = states_[top_].longer;
    return burn <= 0 ? absl::InfiniteDuration() : left() / burn * period_;
  }
  bool EndsInPeriod() const { return TimeLeft() <= period_; }
  std::string TimeLeftText() const {
    if (left() <= 0) return "0 seconds";
    return EndsInPeriod() ? Length(absl::Floor(TimeLeft(), kMinute)) : absl::StrCat("more than ", Length(period_));
  }
  static std::string Plain(double value) { return absl::StrFormat("%.6g", value); }
  static std::string Shown(double value) { return NumberText(std::round(value * 10) / 10); }

  std::string Explain() const {
    const Pair& pair = pairs_[top_];
    const State& state = states_[top_];
    std::string out = absl::StrCat("Of ", NumberText(std::round(state.events)), " events in the last ", Length(pair.longer), ", ", Percent(state.longer * allowed_), " were bad; ", Objective(*rule_),
                                   " allows ", Percent(allowed_), ". The budget is spent ", Shown(state.longer), " times as fast as it may be (", Shown(state.shorter), " in the last ", Length(pair.shorter),
                                   "); the rule looks for ", NumberText(pair.burn), ". ", Percent(used_), " of the budget of ", Length(period_), " is used");
    if (known_ < period_) absl::StrAppend(&out, ", of which the last ", Length(known_), known_ > absl::Hours(1) ? " are known" : " is known");
    return absl::StrCat(out, left() <= 0 ? ": it is empty." : EndsInPeriod() ? absl::StrCat("; at this pace it is empty in ", TimeLeftText(), ".") : ".");
  }

  std::shared_ptr<const Rule> rule_;
  std::vector<EventsMatcher> sides_;  // good, total
  std::vector<Pair> pairs_;           // the most urgent first
  std::vector<State> states_;
  absl::Duration period_;
  EventCounts counts_;
  std::vector<Slot> slots_;
  double allowed_ = 0, min_per_hour_ = 0;
  std::size_t top_ = 0;  // the pair that is told of
  absl::Time now_ = absl::InfinitePast(), keep_from_ = absl::InfiniteFuture();
  absl::Time good_to_ = absl::InfinitePast(), total_to_ = absl::InfinitePast();  // the newest of each side
  absl::Time whole_to_ = absl::InfinitePast();  // the newest minute up to which both came
  absl::Duration cadence_ = absl::ZeroDuration();
  DelayEstimate good_delay_;          // of good events behind all of them
  bool aligned_ = false;              // the first good event has come
  absl::Duration known_ = absl::ZeroDuration();
  double used_ = 0;
};

class SloKind : public RuleKind {
 public:
  const char* name() const override { return "slo"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: CheckoutErrorBudget\n  kind: slo\n  watch:\n    good: {metric: requests, where: {code_class: [2xx, 3xx, 4xx]}}\n    total: {metric: requests}\n    by: [service]\n"
           "  slo:\n    objective: 99.9%\n    period: 30d\n    min_events: 500\n  burn_alerts: standard\n"
           "  summary: ${service} has burned ${budget_used}; empty in ${time_left}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kEvents; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool needs_condition() const override { return false; }
  bool makes_levels() const override { return true; }

  void Prepare(Rule& rule) const override {
    if (rule.levels.empty()) return;
    const Level first = rule.levels[0];
    rule.levels.clear();
    for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kCritical}) {
      const std::vector<Pair> pairs = PairsOf(rule);
      if (std::none_of(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.severity == severity; })) continue;
      rule.levels.push_back(first);
      rule.levels.back().severity = severity;
    }
  }

  // What a pair of windows lacks, and the pair with what it has; empty: it is whole.
  static std::string Incomplete(const OptionValues& pair) {
    std::vector<std::string> lacks;
    for (const char* key : {"burn", "long", "short", "severity"})
      if (!pair.Has(key)) lacks.emplace_back(key);
    if (lacks.empty()) return "";
    constexpr int kShorter = 12;  // the usual share of the two windows: 1h and 5m
    absl::Duration wide = pair.Has("long") ? pair.Duration("long") : absl::Hours(1);
    if (!pair.Has("long") && pair.Has("short")) wide = pair.Duration("short") * kShorter;
    const absl::Duration narrow = pair.Has("short") ? pair.Duration("short") : wide / kShorter;
    return absl::StrCat("this entry of burn_alerts has no ", absl::StrJoin(lacks, " and no "),
                        ": write {burn: ", pair.Has("burn") ? pair.Number("burn") : 14.4,
                        ", long: ", Length(wide), ", short: ", Length(narrow), ", severity: ",
                        pair.Has("severity") ? pair.Text("severity") : "critical", "}");
  }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const absl::Duration period = rule.options.Map("slo").Duration("period");
    for (const OptionValues& one : rule.options.MapList("burn_alerts")) {
      if (one.Has("set")) {
        for (const char* key : {"burn", "long", "short", "severity"})
          if (one.Given(key)) out.push_back(LogicError("R460", one.MarkOf(key), absl::StrCat("an entry of burn_alerts is a ready set or a pair of windows, not both: take ", key, " or set out")));
        continue;
      }
      if (std::string why = Incomplete(one); !why.empty()) {
        out.push_back(LogicError("R460", one.mark, std::move(why)));
        continue;
      }
      if (one.Duration("short") >= one.Duration("long"))
        out.push_back(LogicError("R460", one.MarkOf("short"), absl::StrCat("the short window (", Length(one.Duration("short")), ") is not shorter than the long one (", Length(one.Duration("long")), ")")));
      if (one.Duration("long") > period)
        out.push_back(LogicError("R460", one.MarkOf("long"), absl::StrCat("the window of ", Length(one.Duration("long")), " is longer than slo.period (", Length(period), ")")));
    }
    if (rule.options.Has("burn_alerts") && rule.options.MapList("burn_alerts").empty()) out.push_back(LogicError("R460", rule.options.MarkOf("burn_alerts"), "burn_alerts is empty, so nothing would fire: write burn_alerts: standard"));
    if (!rule.options.Has("burn_alerts") || std::any_of(rule.options.MapList("burn_alerts").begin(), rule.options.MapList("burn_alerts").end(), [](const OptionValues& one) { return one.Has("set"); })) {
      if (period < absl::Hours(72)) out.push_back(LogicError("R460", rule.options.Map("slo").MarkOf("period"), absl::StrCat("the standard burn_alerts look back 3 days, but slo.period is ", Length(period), ": write burn_alerts with windows of your own")));
    }
    const auto no = [&](const char* key) { out.push_back(LogicError("R452", {rule.line, 1, 1}, absl::StrCat("`", key, "` has no meaning for slo: the windows are those of burn_alerts, and events are added up"))); };
    if (!rule.watch.stat.empty()) no("watch.stat");
    if (!rule.watch.combine.empty()) no("watch.combine");
    if (rule.watch.window != absl::ZeroDuration()) no("watch.window");
  }

  // All events bad spends the budget 1 / (1 - objective) times too fast; nothing is faster.
  void Lint(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const double objective = rule.options.Map("slo").Number("objective"), most = 1 / (1 - objective);
    std::vector<std::string> never;
    const std::vector<Pair> pairs = PairsOf(rule);
    for (const Pair& pair : pairs)
      if (pair.burn >= most) never.push_back(NumberText(pair.burn));
    if (never.empty()) return;
    std::reverse(never.begin(), never.end());
    const Mark mark = rule.options.Has("burn_alerts") ? rule.options.MarkOf("burn_alerts") : rule.options.Map("slo").MarkOf("objective");
    Diagnostic one = LogicError("L413", mark, absl::StrCat("with an objective of ", Objective(rule), " the budget is never spent more than ", NumberText(most), " times too fast, even if every event is bad: ",
                                                           never.size() == pairs.size() ? "no level can fire (" : "this never fires (", absl::StrJoin(never, ", "), ")"));
    one.caret_text = absl::StrCat("write burn rates below ", NumberText(most), ", or a higher objective");
    out.push_back(std::move(one));
  }

  const char* default_summary() const override { return "${budget_used} of the ${objective} error budget is used; empty in ${time_left}"; }
  std::vector<std::string> template_names() const override { return {"objective", "burn", "bad_share", "budget_used", "budget_left", "time_left"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = "the error budget"};
    for (const Level& level : rule.levels) {
      std::vector<std::string> ways;
      for (const Pair& pair : PairsOf(rule))
        if (pair.severity == level.severity) ways.push_back(SayPace(pair));
      out.levels.push_back({absl::StrCat("is spent ", absl::StrJoin(ways, ", or ")), ""});
    }
    out.details = {absl::StrCat("The objective is ", Objective(rule), " good events in ", SayLength(rule.options.Map("slo").Duration("period")), "."),
                   absl::StrCat("Good are ", SayEvents(rule.watch.events[0]), ", out of ", SayEvents(rule.watch.events[1]), ".")};
    if (const std::int64_t least = rule.options.Map("slo").Integer("min_events"); least > 0) out.details.push_back(absl::StrCat("Windows with fewer than ", CountText(least, "event"), " an hour never fire."));
    if (const std::string cost = SayDowntime(rule); !cost.empty()) out.details.push_back(cost);
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<SloEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& slo_kind();
const RuleKind& slo_kind() {
  static const SloKind kind;
  return kind;
}

}  // namespace nephoscope
