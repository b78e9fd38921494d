// change: a number differs from what it was at an earlier time: the window before, the same hour yesterday or last week, four weeks' average.
#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/group_history.h"
#include "rules/engine/kind.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/share_limits.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24), kWeek = absl::Hours(7 * 24);
constexpr int kWeeks = 4, kLeastWeeks = 2;  // of the average: how many, and how many must be there
constexpr std::size_t kLeastPoints = 4;     // that a window must have to be compared with, where it can have as many
constexpr int kPointsPerWindow = 12;        // of the history: weeks of one-minute points are not needed to find the same hour

constexpr const char* kCompareTo[] = {"previous window", "same hour yesterday", "same hour last week", "average of last 4 weeks"};
const Option kOptionList[] = {
    {.name = "compare_to", .type = OptionType::kChoice, .sentence = "The earlier time that the number is compared with", .default_text = "previous window", .example = "same hour last week", .choices = kCompareTo},
};
const OptionTable kOptions = {"change", "Tells you when a number differs from what it was at an earlier time.", kOptionList};
const OptionTable kShare = {"change in percent", "By how much of what it was before.", kLimitOptions};
const OptionTable kAmount = {"difference", "By how much, in the unit of the metric.", kLimitOptions};
const Option kConditionList[] = {
    {.name = "increase", .type = OptionType::kMap, .sentence = "Holds when the number grew by this share", .example = "{at_least: 50%}", .fields = &kShare},
    {.name = "decrease", .type = OptionType::kMap, .sentence = "Holds when the number shrank by this share", .example = "{at_least: 30%}", .fields = &kShare},
    {.name = "difference", .type = OptionType::kMap, .sentence = "Holds when the number is so much away from what it was, up or down", .example = "{at_least: 10}", .fields = &kAmount},
};
const OptionTable kCondition = {"condition of change", "How large the change must be; all that is given must hold.", kConditionList};

// Of a number of which some series are missing: as a share of what it was, and the distance from it.
struct PossibleChange {
  PossibleValues share, gap;

  PossibleChange(PossibleValues now, double base)
      : share{base == 0 ? 0 : (now.low - base) / std::fabs(base), base == 0 ? 0 : (now.high - base) / std::fabs(base)},
        gap{std::max({0.0, now.low - base, base - now.high}), std::max(now.high - base, base - now.low)} {}
  PossibleValues fall() const { return {-share.high, -share.low}; }
};

// What one level or recovery asks.
struct Asked {
  Limits increase, decrease, difference;

  Asked() = default;
  Asked(const OptionValues& condition, bool money, bool percent) {
    if (condition.Has("increase")) increase = Limits(condition.Map("increase"), false, 1);
    if (condition.Has("decrease")) decrease = Limits(condition.Map("decrease"), false, 1);
    if (condition.Has("difference")) difference = Limits(condition.Map("difference"), money, percent ? 100 : 1);
  }
  bool needs_share() const { return !increase.empty() || !decrease.empty(); }
  bool Hold(double share, double gap) const {
    return (increase.empty() || increase.Hold(share)) && (decrease.empty() || decrease.Hold(-share)) && (difference.empty() || difference.Hold(gap));
  }
  bool Recovered(double share, double gap) const {
    return increase.Recovered(share, true) || decrease.Recovered(-share, true) || difference.Recovered(gap, false);
  }
  // Of a change that is not known exactly: this holds for all that it can be, or for some; it may have recovered.
  bool HoldAll(const PossibleChange& one) const {
    return (increase.empty() || increase.HoldAll(one.share)) && (decrease.empty() || decrease.HoldAll(one.fall())) &&
           (difference.empty() || difference.HoldAll(one.gap));
  }
  bool HoldAny(const PossibleChange& one) const {
    return (increase.empty() || increase.HoldAny(one.share)) && (decrease.empty() || decrease.HoldAny(one.fall())) &&
           (difference.empty() || difference.HoldAny(one.gap));
  }
  bool RecoverAny(const PossibleChange& one) const {
    return increase.RecoverAny(one.share, true) || decrease.RecoverAny(one.fall(), true) || difference.RecoverAny(one.gap, false);
  }
  // "grows by at least 50% and differs by at least 10".
  std::string verbs() const {
    std::vector<std::string> out;
    if (!increase.empty()) out.push_back(absl::StrCat("grows by ", SayBy(increase.text())));
    if (!decrease.empty()) out.push_back(absl::StrCat("shrinks by ", SayBy(decrease.text())));
    if (!difference.empty()) out.push_back(absl::StrCat("differs by ", SayBy(difference.text())));
    return SayList(std::move(out), "and");
  }
  std::string text() const {
    std::string out;
    const auto add = [&](const char* name, const Limits& limits) {
      if (!limits.empty()) absl::StrAppend(&out, out.empty() ? "" : " and ", name, " ", limits.text());
    };
    add("increase", increase), add("decrease", decrease), add("difference", difference);
    return out;
  }
};

absl::Duration WindowOf(const Rule& rule, absl::Duration cadence) { return rule.watch.window > absl::ZeroDuration() ? rule.watch.window : std::max(cadence, rule.every); }

class ChangeEvaluator : public Evaluator {
 public:
  explicit ChangeEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), windows_(*rule_), before_(Spacing(), Reach() + Tolerance()) {}

  void Define(int slot, const Series& series) override {
    windows_.Define(slot, series);
    if (slot == 0) {
      GroupHistory again(Spacing(series.cadence), Reach(series.cadence) + Tolerance(series.cadence));
      again.KeepFrom(before_.keep_from());
      for (const GroupHistory::Point& point : before_.points()) again.Add(point.time, point.value);
      before_ = std::move(again);
      window_ = WindowOf(*rule_, series.cadence);
      cadence_ = series.cadence;
    }
    percent_ = series.unit == "%";
    money_ = series.type == ValueType::kMoney;
    unit_ = money_ ? series.currency.code() : series.unit;
    levels_.clear();
    for (const Level& level : rule_->levels) {
      levels_.push_back({Asked(level.condition, money_, percent_), std::nullopt});
      if (level.recover) levels_.back().recover = Asked(*level.recover, money_, percent_);
    }
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { windows_.Add(slot, sample, due); }

  bool judges_past() const override { return !money_; }
  void KeepFrom(absl::Time from) override {
    windows_.KeepFrom(from);
    before_.KeepFrom(from);
  }
  void GoBack(absl::Time from, std::int64_t carry) override { (void)carry, before_.GoBack(from); }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    of_ = time;
    const absl::Time settled = money_ ? windows_.Settled(time) : time;
    JudgeAt(time, out);
    if (settled < time && out.known) JudgeSettled(settled, out), no_base_ = false;
    return out;
  }

  // One window against its earlier time.
  void JudgeAt(absl::Time time, Judgement& out) {
    const GroupValue& now = windows_.At(time);
    missing_ = &now.missing;
    out.known = now.known;
    if (!now.known) return;
    const std::optional<double> before = Before(time);
    if (!now.whole()) return (void)(out = JudgePart(now, before, out));
    if (time == out.time && now.points >= LeastPoints()) before_.Add(time, now.value);
    no_base_ = !before.has_value() || (*before == 0 && NeedsShare());
    out.known = !no_base_;
    if (!out.known) return;
    value_ = now.value;
    base_ = *before;
    const double share = base_ == 0 ? 0 : (value_ - base_) / std::fabs(base_), gap = std::fabs(value_ - base_);
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const auto& [condition, recover] = levels_[i];
      out.holds[i] = condition.Hold(share, gap);
      out.recovered[i] = recover ? recover->Hold(share, gap) : condition.Recovered(share, gap);
    }
  }

  // The newest days of a bill may still grow: only what rose is judged by them. What fell, and what is over, is that of
  // the newest complete window, `settled`, and of all since.
  void JudgeSettled(absl::Time settled, Judgement& out) {
    const double value = value_, base = base_;
    if (value < base) out.holds.reset();
    for (absl::Time t = settled; t != absl::InfinitePast() && t < out.time; t += kDay) {
      Judgement then;
      then.time = out.time;
      JudgeAt(t, then);
      if (!then.known) {
        if (t == settled) out.recovered.reset();
        continue;
      }
      out.recovered &= then.recovered;
      if (t != settled || value_ >= base_ || (then.holds & ~out.holds).none()) continue;
      if (out.holds.none()) of_ = out.began = settled;
      out.holds |= then.holds;
    }
    if (settled == absl::InfinitePast()) out.recovered.reset();
    value_ = value, base_ = base;
    if (of_ == out.time) return;
    Judgement then;
    then.time = out.time;
    JudgeAt(of_, then);
  }

  void Leave(int slot) override { windows_.Leave(slot); }
  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return missing_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(*missing_);
  }

  void Describe(Transition& out) const override {
    out.values = {{"value", Plain(value_), unit_, "", ""}, {"before", Plain(base_), unit_, "", ""}, {"difference", Plain(value_ - base_), unit_, "", ""}};
    if (base_ != 0) out.values.push_back({"change", absl::StrCat(std::round((value_ - base_) / std::fabs(base_) * 1e6) / 1e4), "%", "", ""});
    std::size_t level = 0;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i)
      if (rule_->levels[i].severity == out.severity) level = i;
    out.condition_text = levels_[level].condition.text();
    const absl::Time to = !money_ || of_ == absl::InfinitePast() ? out.time : std::min(of_, out.time);
    if (window_ > absl::ZeroDuration()) out.window = {to - window_, to};
    if (money_) {
      out.impact.amount = {ScaleMicros(1'000'000, std::max(0.0, value_ - base_)), *Currency::Parse(unit_)};
      out.impact.basis = "exposed";
      out.impact.method = "what is spent beyond the earlier time";
    }
    if (no_base_) out.explanation = NoBase();
    else out.explanation = absl::StrCat(rule_->watch.metric, " is ", Shown(value_), "; ", Words(), " it was ", Shown(base_), Change(", ", ""), ". The rule looks for ", out.condition_text, ".");
    if (to < out.time) absl::StrAppend(&out.explanation, " This is what the bill says up to ", absl::FormatTime("%-d %B", to - kDay, absl::UTCTimeZone()), "; its newer days may still grow.");
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("value", Shown(value_));
    out.emplace_back("before", Shown(base_));
    out.emplace_back("difference", Shown(value_ - base_));
    out.emplace_back("change", base_ == 0 ? "" : Percent());
    out.emplace_back("threshold", levels_.empty() ? "" : levels_[0].condition.text());
  }

  void Save(StateWriter& out) const override {
    windows_.Save(out);
    before_.Save(out);
    out.Real(value_);
    out.Real(base_);
    out.Int(no_base_);
  }
  void Load(StateReader& in) override {
    windows_.Load(in);
    before_.Load(in);
    value_ = in.Real();
    base_ = in.Real();
    no_base_ = in.Int() != 0;
  }

 private:
  struct Compiled {
    Asked condition;
    std::optional<Asked> recover;
  };

  // What some of its series are is nothing to compare with later.
  Judgement JudgePart(const GroupValue& now, const std::optional<double>& before, Judgement out) {
    const auto needs_share = [](const Compiled& level) { return level.condition.needs_share(); };
    out.known = before && (*before != 0 || std::none_of(levels_.begin(), levels_.end(), needs_share));
    out.partial = true;
    no_base_ = !out.known;
    if (!out.known) return out;
    const PossibleChange change(now.possible, *before);
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const auto& [condition, recover] = levels_[i];
      out.holds[i] = condition.HoldAll(change);
      out.recovered[i] = recover ? recover->HoldAny(change) : condition.RecoverAny(change);
    }
    if (out.holds.any()) value_ = now.value, base_ = *before;
    return out;
  }

  const std::string& to() const { return rule_->options.Text("compare_to"); }
  absl::Duration Spacing(absl::Duration cadence = absl::ZeroDuration()) const {
    const absl::Duration step = std::max({rule_->every, cadence, absl::Seconds(1)});
    return to() == kCompareTo[0] ? step : std::max(step, rule_->watch.window / kPointsPerWindow);
  }
  absl::Duration Reach(absl::Duration cadence = absl::ZeroDuration()) const {
    return to() == kCompareTo[0] ? WindowOf(*rule_, cadence) : to() == kCompareTo[1] ? kDay : to() == kCompareTo[2] ? kWeek : kWeeks * kWeek;
  }

  // How far from the earlier time its point may be: one that is missing is no reason to know nothing.
  absl::Duration Tolerance(absl::Duration cadence = absl::ZeroDuration()) const {
    const absl::Duration window = rule_->watch.window;
    return std::max(Spacing(cadence), to() == kCompareTo[0] ? window / 2 : window);
  }
  std::size_t LeastPoints() const {
    const absl::Duration window = rule_->watch.window;
    if (window <= absl::ZeroDuration() || cadence_ <= absl::ZeroDuration()) return 1;
    return static_cast<std::size_t>(std::clamp<std::int64_t>(window / cadence_, 1, kLeastPoints));
  }
  // Nothing grows out of nothing by a percentage.
  bool NeedsShare() const {
    return std::any_of(levels_.begin(), levels_.end(), [](const Compiled& one) { return one.condition.needs_share(); });
  }

  std::optional<double> Near(absl::Time earlier, absl::Time now) const { return before_.Near(earlier, Tolerance(cadence_), now); }
  std::optional<double> Before(absl::Time time) const {
    if (to() != kCompareTo[3]) return Near(time - (to() == kCompareTo[0] ? window_ : to() == kCompareTo[1] ? kDay : kWeek), time);
    double sum = 0;
    int weeks = 0;
    for (int week = 1; week <= kWeeks; ++week)
      if (const std::optional<double> value = Near(time - week * kWeek, time)) sum += *value, ++weeks;
    return weeks < kLeastWeeks ? std::nullopt : std::optional<double>(sum / weeks);
  }

  std::string Words() const {
    if (to() == kCompareTo[0]) return absl::StrCat(LengthText(absl::ToDoubleSeconds(window_)), " before");
    return to() == kCompareTo[3] ? "on average of the same hour in the last 4 weeks" : absl::StrCat("at the ", to());
  }
  std::string NoBase() const {
    return absl::StrCat("NO_BASE: nothing is known of ", rule_->watch.metric, " ", Words(), ", or it was 0 or had too few points, so there is nothing to compare with.");
  }
  std::string Percent() const { return absl::StrCat(value_ < base_ ? "-" : "+", NumberText(std::round(std::fabs(value_ - base_) / std::fabs(base_) * 1000) / 10), "%"); }
  std::string Change(const char* front, const char* nothing) const { return base_ == 0 ? nothing : absl::StrCat(front, Percent()); }
  std::string Plain(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), {}}.ToDecimal() : absl::StrCat(value); }
  std::string Shown(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), *Currency::Parse(unit_)}.ToText() : ValueText(value, unit_); }

  std::shared_ptr<const Rule> rule_;
  WindowStat windows_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  GroupHistory before_;
  std::vector<Compiled> levels_;
  absl::Duration window_ = absl::ZeroDuration(), cadence_ = absl::ZeroDuration();
  bool no_base_ = false;  // at the newest point that was judged
  bool percent_ = false, money_ = false;
  std::string unit_;
  double value_ = 0, base_ = 0;
  absl::Time of_ = absl::InfinitePast();  // what the value is of; earlier than the judgement where newer windows are not complete
};

class ChangeKind : public RuleKind {
 public:
  const char* name() const override { return "change"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: InstanceCountJump\n  kind: change\n  watch: {metric: running_instances, stat: max, window: 1h, by: [account]}\n  compare_to: same hour last week\n"
           "  when: {increase: {at_least: 50%}, difference: {at_least: 10}}\n  summary: \"${account} runs ${value} machines, ${change} (${before})\"\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetricOrCost; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    for (const Level& level : rule.levels) {
      CheckCondition(level.condition, rule, out);
      if (level.recover) CheckCondition(*level.recover, rule, out);
    }
  }
  const char* default_summary() const override { return "the value is ${value}, it was ${before} (${change})"; }
  std::vector<std::string> template_names() const override { return {"before", "change", "difference"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = SaySeries(rule)};
    const auto verbs = [&](const OptionValues& condition) { return Asked(condition, rule.watch.is_cost, false).verbs(); };
    for (const Level& level : rule.levels) out.levels.push_back({verbs(level.condition), level.recover ? absl::StrCat("it ", verbs(*level.recover)) : ""});
    out.details.push_back(absl::StrCat("It is compared with the ", rule.options.Text("compare_to"), "."));
    return out;
  }
  bool reads_silence_as_zero() const override { return true; }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<ChangeEvaluator>(std::move(rule)); }

 private:
  static void CheckCondition(const OptionValues& condition, const Rule& rule, std::vector<Diagnostic>& out) {
    bool any = false;
    for (const char* name : {"increase", "decrease"}) {
      any = any || condition.Has(name);
      ShareLimits::Check(condition, name, true, out);
    }
    if (condition.Has("increase") && condition.Has("decrease"))
      out.push_back(LogicError("R451", condition.MarkOf("decrease"), "a number cannot grow and shrink at once: write two levels, or two rules"));
    if (condition.Has("difference")) {
      any = true;
      const OptionValues& limits = condition.Map("difference");
      if (Limits(limits, rule.watch.is_cost, 1).empty())
        out.push_back(LogicError("R401", limits.mark, "nothing is compared here: write above, below, at_least, at_most or equals, such as difference: {at_least: 10}"));
    }
    if (!any) out.push_back(LogicError("R401", condition.mark, "nothing is compared here: write increase, decrease or difference, such as {increase: {at_least: 50%}}"));
  }
};

}  // namespace

const RuleKind& change_kind();
const RuleKind& change_kind() {
  static const ChangeKind kind;
  return kind;
}

}  // namespace nephoscope
