// forecast: when a number will reach a limit at today's pace: a robust line through its recent past.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/group_history.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/robust_line.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr int kPoints = 168;           // of the history: an hour each for the default of a week
constexpr std::size_t kLeast = 12;     // points that a line needs
constexpr double kJumpOfSteps = 10;    // a step this many times the usual one ...
constexpr double kJumpOfValue = 0.1;   // ... and this share of the value is no trend but a resize: the line begins anew
constexpr double kSlack = 1.4;         // recovery: how much longer than `within` it must last, where the rule does not say

constexpr const char* kMethods[] = {"linear"};
const Option kForecastList[] = {
    {.name = "method", .type = OptionType::kChoice, .sentence = "How the future is drawn: a straight line that outliers do not bend", .default_text = "linear", .choices = kMethods},
    {.name = "history", .type = OptionType::kDuration, .sentence = "The past that the line is drawn through", .default_text = "7d", .example = "14d", .minimum = 3600},
    {.name = "min_fit", .type = OptionType::kNumber, .sentence = "How much of the ups and downs the line must explain, from 0 to 1; less is no trend", .default_text = "0.8", .example = "0.6", .minimum = 0, .maximum = 1},
};
const OptionTable kForecast = {"forecast", "How the future is drawn.", kForecastList};
const Option kOptionList[] = {
    {.name = "forecast", .type = OptionType::kMap, .sentence = "How the future is drawn", .example = "{method: linear, history: 7d, min_fit: 0.8}", .fields = &kForecast},
};
const OptionTable kOptions = {"forecast", "Tells you when something will run out, or reach a limit, at its present pace.", kOptionList};
const Option kConditionList[] = {
    {.name = "reaches", .type = OptionType::kQuantity, .sentence = "The number that is waited for", .example = "0 GiB", .required = true},
    {.name = "within", .type = OptionType::kDuration, .sentence = "Holds when it will be reached in this time or less", .example = "5d", .required = true, .minimum = 60},
};
const OptionTable kCondition = {"condition of forecast", "What will be reached, and how soon.", kConditionList};
const Option kRecoverList[] = {
    {.name = "not_within", .type = OptionType::kDuration, .sentence = "Over when it will not be reached in this time", .example = "7d", .required = true, .minimum = 60},
};
const OptionTable kRecover = {"recovery of forecast", "How far away is far enough.", kRecoverList};

absl::Duration HistoryOf(const Rule& rule) {
  return rule.options.Has("forecast") ? rule.options.Map("forecast").Duration("history") : absl::Hours(24 * 7);
}
double LeastFitOf(const Rule& rule) { return rule.options.Has("forecast") ? rule.options.Map("forecast").Number("min_fit") : 0.8; }

class ForecastEvaluator : public Evaluator {
 public:
  explicit ForecastEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)), windows_(*rule_), past_(std::max(HistoryOf(*rule_) / kPoints, rule_->every), HistoryOf(*rule_)) {}

  void Define(int slot, const Series& series) override {
    windows_.Define(slot, series);
    money_ = series.type == ValueType::kMoney;
    percent_ = series.unit == "%";
    unit_ = money_ ? series.currency.code() : series.unit;
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { windows_.Add(slot, sample, due); }
  void Leave(int slot) override { windows_.Leave(slot); }
  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return missing_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(*missing_);
  }

  absl::Duration patience() const override { return absl::Hours(24); }  // a line of days bears a gap of hours

  bool judges_past() const override { return !money_; }
  void KeepFrom(absl::Time from) override {
    windows_.KeepFrom(from);
    past_.KeepFrom(from);
  }
  void GoBack(absl::Time from, std::int64_t carry) override {
    (void)carry;
    past_.GoBack(from);
    begins_.erase(std::lower_bound(begins_.begin(), begins_.end(), from), begins_.end());
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    while (begins_.size() > 1 && begins_[1] < std::min(now_, past_.keep_from())) begins_.erase(begins_.begin());
    const GroupValue& value = windows_.At(time);
    missing_ = &value.missing;
    out.known = value.known && value.whole();  // a line through some of its series is another line
    if (!out.known) return out;
    value_ = value.value;
    past_.Add(time, value_);
    BeginAnewAfterJump();
    out.known = Story().size() >= kLeast;
    line_ = {};
    if (!out.known) return out;
    Draw();
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const Level& level = rule_->levels[i];
      const absl::Duration left = TimeTo(Goal(level)), within = level.condition.Duration("within");
      out.holds[i] = left <= within;
      out.recovered[i] = left > (level.recover ? level.recover->Duration("not_within") : within * kSlack);
    }
    return out;
  }

  void Describe(Transition& out) const override {
    const Level& level = LevelOf(out);
    const double goal = Goal(level);
    const absl::Duration left = TimeTo(goal);
    out.values = {{"value", Plain(value_), unit_, "", ""}, {"per_day", Plain(line_.slope * 86400), unit_, "", ""}, {"fit", absl::StrCat(std::round(line_.fit * 100) / 100), "", "", ""}};
    if (left != absl::InfiniteDuration()) out.values.push_back({"time_left", absl::StrCat(absl::ToInt64Seconds(left)), "s", "", ""});
    out.condition_text = absl::StrCat("reaches ", Written(level), " within ", LengthText(absl::ToDoubleSeconds(level.condition.Duration("within"))));
    out.threshold = NamedValue{"threshold", Plain(goal), unit_, "", ""};
    const absl::Time first = Story().empty() ? out.time : Story().front().time;
    out.window = {first, out.time};
    const std::string pace = absl::StrCat(line_.slope < 0 ? "falls" : "grows", " by ", Shown(std::fabs(line_.slope) * 86400), " a day");
    const std::string how = absl::StrCat("the line through ", LengthText(absl::ToDoubleSeconds(out.time - first)), " explains ", NumberText(std::round(line_.fit * 100)), "% of its ups and downs");
    if (Story().size() < kLeast) {
      out.explanation = absl::StrCat(rule_->watch.metric, " is ", Shown(value_), "; since ", absl::FormatTime("%Y-%m-%d %H:%M UTC", first, absl::UTCTimeZone()), " too little is known to say when it reaches ", Written(level), ".");
    } else if (left == absl::InfiniteDuration()) {
      out.explanation = absl::StrCat(rule_->watch.metric, " is ", Shown(value_), " and is not on its way to ", Written(level), " any more (", how, ").");
    } else {
      out.explanation = absl::StrCat(rule_->watch.metric, " is ", Shown(value_), " and ", pace, "; at this pace it reaches ", Written(level), " on ", absl::FormatTime("%Y-%m-%d %H:%M UTC", now_ + left, absl::UTCTimeZone()), " (", how, ").");
    }
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    const absl::Duration left = rule_->levels.empty() ? absl::InfiniteDuration() : TimeTo(Goal(rule_->levels[0]));
    const bool known = left != absl::InfiniteDuration();
    out.emplace_back("value", Shown(value_));
    out.emplace_back("threshold", rule_->levels.empty() ? "" : Written(rule_->levels[0]));
    out.emplace_back("per_day", Shown(line_.slope * 86400));
    out.emplace_back("time_left", known ? LengthText(absl::ToDoubleSeconds(left)) : "");
    out.emplace_back("reached_on", known ? absl::FormatTime("%Y-%m-%d", now_ + left, absl::UTCTimeZone()) : "");
  }

  void Save(StateWriter& out) const override {
    windows_.Save(out);
    past_.Save(out);
    out.Int(static_cast<std::int64_t>(begins_.size()));
    for (const absl::Time begin : begins_) out.Time(begin);
    out.Time(now_);
    for (double real : {value_, line_.slope, line_.level, line_.fit}) out.Real(real);
  }
  void Load(StateReader& in) override {
    windows_.Load(in);
    past_.Load(in);
    begins_.resize(in.Count(8));
    for (absl::Time& begin : begins_) begin = in.Time();
    now_ = in.Time();
    for (double* real : {&value_, &line_.slope, &line_.level, &line_.fit}) *real = in.Real();
  }

 private:
  double Goal(const Level& level) const {
    const Quantity& quantity = level.condition.AsQuantity("reaches");
    return money_ ? static_cast<double>(quantity.micros) / 1e6 : quantity.value * (percent_ ? 100 : 1);
  }
  static const std::string& Written(const Level& level) { return level.condition.AsQuantity("reaches").text; }
  const Level& LevelOf(const Transition& out) const {
    for (const Level& level : rule_->levels)
      if (level.severity == out.severity) return level;
    return rule_->levels[0];
  }

  // A disk that was made larger has another story from then on.
  void BeginAnewAfterJump() {
    const absl::Span<const GroupHistory::Point> points = Story();
    if (points.size() < 4) return;
    steps_.clear();
    for (std::size_t i = 1; i + 1 < points.size(); ++i) steps_.push_back(std::fabs(points[i].value - points[i - 1].value));
    std::nth_element(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(steps_.size() / 2), steps_.end());
    const double usual = steps_[steps_.size() / 2], before = points[points.size() - 2].value, step = std::fabs(points.back().value - before);
    if (step > kJumpOfSteps * usual && step > kJumpOfValue * std::fabs(before)) begins_.push_back(points.back().time);
  }

  // What the line is drawn through.
  absl::Span<const GroupHistory::Point> Story() const {
    const absl::Span<const GroupHistory::Point> points = past_.Until(now_);
    const auto after = std::upper_bound(begins_.begin(), begins_.end(), now_);
    if (after == begins_.begin()) return points;
    std::size_t before = 0;
    while (before < points.size() && points[before].time < *(after - 1)) ++before;
    return points.subspan(before);
  }

  void Draw() {
    drawn_.clear();
    for (const GroupHistory::Point& point : Story()) drawn_.emplace_back(absl::ToDoubleSeconds(point.time - now_), point.value);
    line_ = FitRobustLine(drawn_);
  }

  // Infinite: no trend, or one that leads away. Zero: it is there.
  absl::Duration TimeTo(double goal) const {
    if (Story().empty() || line_.fit < LeastFitOf(*rule_) || line_.slope == 0) return absl::InfiniteDuration();
    const double seconds = (goal - line_.level) / line_.slope;  // the line's x is 0 now
    if (seconds <= 0) return value_ == goal || (value_ < goal) == (line_.slope < 0) ? ThereOrAway(goal) : absl::InfiniteDuration();
    return absl::Seconds(seconds);
  }
  // It lies behind: reached, if it was on the other side when the line began.
  absl::Duration ThereOrAway(double goal) const {
    const double first = Story().front().value;
    return (first > goal) == (line_.slope < 0) && first != goal ? absl::ZeroDuration() : absl::InfiniteDuration();
  }

  std::string Plain(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), {}}.ToDecimal() : absl::StrCat(value); }
  std::string Shown(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), *Currency::Parse(unit_)}.ToText() : ValueText(value, unit_); }

  std::shared_ptr<const Rule> rule_;
  WindowStat windows_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  GroupHistory past_;
  std::vector<absl::Time> begins_;  // of another story: the newest, and those that judgements made again may need; ascending
  RobustLine line_;
  std::vector<double> steps_;                      // scratch
  std::vector<std::pair<double, double>> drawn_;  // scratch
  bool money_ = false, percent_ = false;
  std::string unit_;
  absl::Time now_ = absl::InfinitePast();
  double value_ = 0;
};

class ForecastKind : public RuleKind {
 public:
  const char* name() const override { return "forecast"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: DatabaseStorageRunsOut\n  kind: forecast\n  watch:\n    metric: aws.rds.free_storage_space\n    stat: min\n    by: [account, db_instance]\n  forecast: {history: 7d, min_fit: 0.8}\n"
           "  when: {reaches: 0 GiB, within: 5d}\n  recover: {not_within: 7d}\n  for: 2h\n  summary: ${db_instance} is full in ${time_left} (${value} left)\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetricOrCost; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  const OptionTable& recover() const override { return kRecover; }
  // Where the rule does not say how often, the line is drawn as often as it has points.
  void Prepare(Rule& rule) const override {
    if (rule.every == absl::ZeroDuration() && !rule.watch.is_cost) rule.every = std::max(absl::Minutes(1), absl::Floor(HistoryOf(rule) / kPoints, absl::Minutes(1)));
  }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    for (const Level& level : rule.levels)
      if (level.recover && level.recover->Has("not_within") && level.recover->Duration("not_within") < level.condition.Duration("within"))
        out.push_back(LogicError("R451", level.recover->MarkOf("not_within"), "the alert would end while its condition still holds: not_within must be at least as long as within"));
  }
  const char* default_summary() const override { return "${threshold} is reached in ${time_left} at the present pace (now ${value})"; }
  std::vector<std::string> template_names() const override { return {"time_left", "reached_on", "per_day"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels)
      out.levels.push_back({absl::StrCat("will reach ", level.condition.AsQuantity("reaches").text, " within ", SayLength(level.condition.Duration("within"))),
                            level.recover ? absl::StrCat("that is more than ", SayLength(level.recover->Duration("not_within")), " away") : ""});
    out.details.push_back(absl::StrCat("The pace is that of the last ", SayLength(HistoryOf(rule)), "."));
    if (rule.options.Map("forecast").Given("min_fit"))
      out.details.push_back(absl::StrFormat("A line that explains less than %.12g of the ups and downs is no pace.", LeastFitOf(rule)));
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<ForecastEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& forecast_kind();
const RuleKind& forecast_kind() {
  static const ForecastKind kind;
  return kind;
}

}  // namespace nephoscope
