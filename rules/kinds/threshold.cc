// threshold: a number passes a limit. Each series first over its window (`stat`), then the series of a group (`combine`).
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/shared_windows.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

const Option kNoOptions[] = {{}};
const OptionTable kOptions = {"threshold", "Tells you when a number passes a limit.", absl::Span<const Option>(kNoOptions, 0)};
const OptionTable kCondition = {"condition of threshold", "The limit.", kLimitOptions};

class ThresholdEvaluator : public Evaluator {
 public:
  explicit ThresholdEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)) {}

  void Use(Input* input) override { windows_ = static_cast<SharedWindows*>(input), newest_ = nullptr; }

  void Define(int slot, const Series& series) override {
    (void)slot;
    const bool money = series.type == ValueType::kMoney;
    if (!levels_.empty() && money == money_ && unit_ == (money ? series.currency.code() : series.unit)) return;
    percent_ = series.unit == "%";
    money_ = money;
    unit_ = money_ ? series.currency.code() : series.unit;
    levels_.clear();
    for (const Level& level : rule_->levels)
      levels_.push_back({Limits(level.condition, money_, percent_ ? 100 : 1), level.recover ? Limits(*level.recover, money_, percent_ ? 100 : 1) : Limits()});
  }

  std::optional<QuietRange> quiet() const override {
    if (money_) return std::nullopt;  // what its newest days say is not the last word
    QuietRange out{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    for (const Compiled& level : levels_) {
      const std::optional<QuietRange> range = level.condition.Quiet();
      if (!range) return std::nullopt;
      out = {std::max(out.low, range->low), std::min(out.high, range->high)};
    }
    return out;
  }

  void SleptAt(double value) override { value_ = value; }
  bool judges_past() const override { return !money_; }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    const GroupValue& value = windows_->At(time);
    newest_ = &value;
    out.known = value.known;
    if (!out.known) return out;
    if (!value.whole()) return JudgePart(value, out);
    value_ = value.value;
    of_ = time;
    for (std::size_t i = 0; i < levels_.size(); ++i) out.holds[i] = levels_[i].condition.Hold(value_), out.recovered[i] = Recovered(i, value_);
    if (const absl::Time settled = money_ ? windows_->Settled(time) : time; settled < time) JudgeSettled(settled, out);
    return out;
  }

  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return newest_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(newest_->missing);
  }

  void Describe(Transition& out) const override {
    const Limits& limits = LevelOf(out);
    const std::string unit = unit_;
    out.values.push_back({"value", Plain(value_), unit, "", ""});
    out.condition_text = absl::StrCat(rule_->watch.metric, " ", limits.text());
    out.threshold = NamedValue{"threshold", Plain(limits.number()), unit, "", ""};
    const absl::Time to = !money_ || of_ == absl::InfinitePast() ? out.time : std::min(of_, out.time);
    if (rule_->watch.window > absl::ZeroDuration()) out.window = {to - rule_->watch.window, to};
    if (rule_->watch.fixed) out.window = {rule_->FixedRange(to).from, to};
    if (money_) {
      out.impact.amount = {ScaleMicros(1'000'000, std::max(0.0, value_ - limits.number())), *Currency::Parse(unit_)};
      out.impact.basis = "exposed";
      out.impact.method = "what is spent beyond the limit";
    }
    out.explanation = absl::StrCat(rule_->watch.metric, " is ", Shown(value_), "; the rule looks for ", limits.text(), ".");
    if (to < out.time) absl::StrAppend(&out.explanation, " This is what the bill says up to ", absl::FormatTime("%-d %B", to - absl::Hours(24), absl::UTCTimeZone()), "; its newer days may still grow.");
    if (rule_->watch.fixed) absl::StrAppend(&out.explanation, " This is the ", rule_->watch.stat, Between(*out.window), ".");
  }

  absl::Span<const double> shares() const override {
    const std::string& how = rule_->watch.combine;
    return newest_ == nullptr || !money_ || !(how.empty() || how == "sum") ? absl::Span<const double>() : absl::Span<const double>(newest_->per_member);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("value", Shown(value_));
    out.emplace_back("threshold", levels_.empty() ? "" : levels_[0].condition.written());
  }

  void Save(StateWriter& out) const override { out.Real(value_); }
  void Load(StateReader& in) override { value_ = in.Real(); }

 private:
  bool Recovered(std::size_t i, double value) const {
    return levels_[i].recover.empty() ? levels_[i].condition.Recovered(value, percent_) : levels_[i].recover.Hold(value);
  }

  // What is provisional is judged upward only: everything else is that of the newest complete window, `settled`, and a
  // level has recovered when it has in all windows since.
  void JudgeSettled(absl::Time settled, Judgement& out) {
    std::optional<double> complete;
    if (settled == absl::InfinitePast()) out.recovered.reset();
    else if (const GroupValue& value = windows_->At(settled); value.known) complete = value.value;
    else out.recovered.reset();
    bool upward = false;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const bool up = levels_[i].condition.upward();
      upward = upward || (up && out.holds[i]);
      if (!up) out.holds[i] = complete && levels_[i].condition.Hold(*complete);
      out.recovered[i] = out.recovered[i] && complete && Recovered(i, *complete);
    }
    if (out.holds.any() && !upward) value_ = *complete, out.began = of_ = settled;
    for (absl::Time t = settled + absl::Hours(24); out.recovered.any() && t < out.time; t += absl::Hours(24))
      if (const GroupValue& value = windows_->At(t); value.known)
        for (std::size_t i = 0; i < levels_.size(); ++i) out.recovered[i] = out.recovered[i] && Recovered(i, value.value);
    (void)windows_->At(out.time);  // that `newest_` speaks of
  }

  struct Compiled {
    Limits condition, recover;
  };

  Judgement JudgePart(const GroupValue& value, Judgement out) {
    out.partial = true;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const auto& [condition, recover] = levels_[i];
      out.holds[i] = condition.HoldAll(value.possible);
      out.recovered[i] = recover.empty() ? condition.RecoverAny(value.possible, percent_) : recover.HoldAny(value.possible);
    }
    if (out.holds.any()) value_ = value.value, of_ = out.time;
    return out;
  }

  const Limits& LevelOf(const Transition& out) const {
    for (std::size_t i = 0; i < rule_->levels.size(); ++i)
      if (rule_->levels[i].severity == out.severity) return levels_[i].condition;
    return levels_[0].condition;
  }
  // In the calendar's own time; of a bill, days.
  std::string Between(const std::pair<absl::Time, absl::Time>& window) const {
    const absl::TimeZone zone = money_ || !rule_->calendar ? absl::UTCTimeZone() : rule_->calendar->zone;
    const char* const format = money_ ? "%-d %B %Y" : "%-d %B %Y %H:%M";
    return absl::StrCat(" from ", absl::FormatTime(format, window.first, zone), " to ", absl::FormatTime(format, window.second - (money_ ? absl::Hours(24) : absl::ZeroDuration()), zone),
                        money_ ? "" : absl::StrCat(" (", zone.name(), ")"));
  }
  std::string Plain(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), {}}.ToDecimal() : absl::StrCat(value); }
  std::string Shown(double value) const {
    return money_ ? Money{ScaleMicros(1'000'000, value), *Currency::Parse(unit_)}.ToText() : ValueText(value, unit_);
  }

  std::shared_ptr<const Rule> rule_;
  SharedWindows* windows_ = nullptr;
  const GroupValue* newest_ = nullptr;  // of the windows
  std::vector<Compiled> levels_;
  bool percent_ = false, money_ = false;
  std::string unit_;
  double value_ = 0;
  absl::Time of_ = absl::InfinitePast();  // what the value is of; earlier than the judgement where newer windows are not complete
};

class ThresholdKind : public RuleKind {
 public:
  const char* name() const override { return "threshold"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: QueueLong\n  kind: threshold\n  watch: {metric: queue_length, by: [queue]}\n  levels:\n    warning:  {above: 80, for: 15m, recover: {below: 70}}\n"
           "    critical: {above: 95, for: 5m}\n  summary: ${queue} has ${value} waiting\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetricOrCost; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  Windows windows() const override { return Windows::kAny; }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override { CheckLimits(rule, out); }
  const char* default_summary() const override { return "the value is ${value}, the limit is ${threshold}"; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels) out.levels.push_back(SayLimits(level, rule.watch.is_cost));
    return out;
  }
  // Each point by itself: no window, no grid of its own; a group of one series is what that series is, unless its members are counted.
  std::optional<QuietRange> QuietBetween(const Rule& rule, absl::string_view unit) const override {
    const Watch& watch = rule.watch;
    if (watch.is_cost || watch.fixed || watch.window > absl::ZeroDuration() || rule.every > absl::ZeroDuration() || watch.combine == "count" || !(watch.stat.empty() || watch.stat == "last"))
      return std::nullopt;
    QuietRange out{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    for (const Level& level : rule.levels) {
      const std::optional<QuietRange> quiet = Limits(level.condition, false, unit == "%" ? 100 : 1).Quiet();
      if (!quiet) return std::nullopt;
      out = {std::max(out.low, quiet->low), std::min(out.high, quiet->high)};
    }
    return out;
  }
  std::optional<QuietRange> SteadyBetween(const Rule& rule, absl::string_view unit, int level) const override {
    if (!QuietBetween(rule, unit)) return std::nullopt;
    QuietRange out{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    const auto narrow = [&](const std::optional<QuietRange>& range) {
      if (range) out = {std::max(out.low, range->low), std::min(out.high, range->high)};
      return range.has_value();
    };
    const double scale = unit == "%" ? 100 : 1;
    for (int i = 0; i < static_cast<int>(rule.levels.size()); ++i) {
      const Limits limits(rule.levels[i].condition, false, scale);
      if (!narrow(i <= level ? limits.Holding() : limits.Quiet())) return std::nullopt;
    }
    const std::optional<OptionValues>& recover = rule.levels[level].recover;
    if (recover && !narrow(Limits(*recover, false, scale).Quiet())) return std::nullopt;
    return out.low > out.high ? std::nullopt : std::optional<QuietRange>(out);
  }
  bool shares_input() const override { return true; }
  std::unique_ptr<Input> MakeInput(std::shared_ptr<const Rule> rule) const override { return std::make_unique<SharedWindows>(std::move(rule)); }
  bool reads_silence_as_zero() const override { return true; }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<ThresholdEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& threshold_kind();
const RuleKind& threshold_kind() {
  static const ThresholdKind kind;
  return kind;
}

}  // namespace nephoscope
