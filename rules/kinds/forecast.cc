// forecast: when a number will reach a limit at today's pace: a robust line through its recent past.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/group_history.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/story.h"
#include "rules/kinds/trend_line.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr int kPoints = 168;           // of the history: an hour each for the default of a week
constexpr std::int64_t kLayout = -1002;  // of a state; no count that an older one begins with
constexpr std::size_t kLeast = 12;     // points that a line needs
constexpr double kSteep = 3.5;         // standard deviations of the slope from which on it is a trend
constexpr double kEighty = 1.2816;     // standard deviations to both sides that hold 80 %
constexpr double kSlack = 1.4;         // recovery: how much longer than `within` it must last, where the rule does not say

constexpr const char* kMethods[] = {"linear"};
const Option kForecastList[] = {
    {.name = "method", .type = OptionType::kChoice, .sentence = "How the future is drawn: a straight line that outliers do not bend", .default_text = "linear", .choices = kMethods},
    {.name = "history", .type = OptionType::kDuration, .sentence = "The past that the line is drawn through", .default_text = "7d", .example = "14d", .minimum = 3600},
    {.name = "min_fit", .type = OptionType::kNumber, .sentence = "Has no effect any more: whether there is a trend is told by how sure its slope is", .minimum = 0, .maximum = 1},
};
const OptionTable kForecast = {"forecast", "How the future is drawn.", kForecastList};
const Option kOptionList[] = {
    {.name = "forecast", .type = OptionType::kMap, .sentence = "How the future is drawn", .example = "{method: linear, history: 7d}", .fields = &kForecast},
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

// When it will be there, and from when to when with a chance of 80 %. Infinite: not on its way.
struct Arrival {
  absl::Duration left = absl::InfiniteDuration();
  absl::Duration soonest = absl::InfiniteDuration(), latest = absl::InfiniteDuration();
};

class ForecastEvaluator : public Evaluator {
 public:
  explicit ForecastEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)),
        windows_(*rule_),
        story_(std::max(HistoryOf(*rule_) / kPoints, rule_->every), HistoryOf(*rule_)) {}

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
    story_.KeepFrom(from);
  }
  // On which side of its goal each level began: two bits each.
  std::int64_t Carry() const override {
    std::int64_t out = 0;
    for (std::size_t i = 0; i < side_.size(); ++i) out |= static_cast<std::int64_t>(side_[i] + 1) << (2 * i);
    return out;
  }
  void GoBack(absl::Time from, std::int64_t carry) override {
    story_.GoBack(from);
    for (std::size_t i = 0; i < side_.size(); ++i) side_[i] = std::clamp(static_cast<int>(carry >> (2 * i) & 3) - 1, -1, 1);
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    const GroupValue& value = windows_.At(time);
    missing_ = &value.missing;
    out.known = value.known && value.whole();  // a line through some of its series is another line
    if (!out.known) return out;
    value_ = value.value;
    const bool anew = story_.Add(time, value_);
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) NoteSide(i, anew);
    out.known = enough();
    line_ = {};
    if (!out.known) return out;
    Draw();
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const Level& level = rule_->levels[i];
      const absl::Duration within = level.condition.Duration("within");
      const absl::Duration far = FarOf(level);
      out.holds[i] = ArrivalAt(i, kSteep).left <= within;
      out.recovered[i] = !out.holds[i] && ArrivalAt(i, 0).left > far;  // by its pace, sure or not
    }
    return out;
  }

  void Describe(Transition& out) const override {
    const std::size_t index = LevelOf(out);
    const Level& level = rule_->levels[index];
    const Arrival arrival = Told(index);
    out.values = {{"value", Plain(value_), unit_, "", ""}, {"per_day", Plain(line_.slope * 86400), unit_, "", ""}};
    if (arrival.left != absl::InfiniteDuration())
      out.values.push_back({"time_left", Seconds(arrival.left), "s", Seconds(arrival.soonest), Seconds(arrival.latest)});
    out.condition_text = absl::StrCat("reaches ", Written(level), " within ", LengthText(absl::ToDoubleSeconds(level.condition.Duration("within"))));
    out.threshold = NamedValue{"threshold", Plain(Goal(level)), unit_, "", ""};
    const auto points = story_.points();
    out.window = {points.empty() ? out.time : points.front().time, out.time};
    out.explanation = Explain(index, arrival);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    const Arrival arrival = rule_->levels.empty() ? Arrival() : Told(0);
    const bool known = arrival.left != absl::InfiniteDuration();
    out.emplace_back("value", Shown(value_));
    out.emplace_back("threshold", rule_->levels.empty() ? "" : Written(rule_->levels[0]));
    out.emplace_back("per_day", Shown(line_.slope * 86400));
    out.emplace_back("time_left", known ? LengthText(absl::ToDoubleSeconds(arrival.left)) : "");
    out.emplace_back("reached_on", known ? absl::FormatTime("%Y-%m-%d", now_ + arrival.left, absl::UTCTimeZone()) : "");
  }

  void Save(StateWriter& out) const override {
    out.Int(kLayout);
    windows_.Save(out);
    story_.Save(out);
    out.Int(Carry());
    out.Time(now_);
    for (const double real : {value_, line_.slope, line_.level, line_.error, line_.noise}) out.Real(real);
    out.Int(static_cast<std::int64_t>(line_.points));
  }
  void Load(StateReader& in) override {
    StateReader begin = in;
    if (begin.Int() != kLayout) return LoadOlder(in);
    in = begin;
    windows_.Load(in);
    story_.Load(in);
    const std::int64_t carry = in.Int();
    for (std::size_t i = 0; i < side_.size(); ++i) side_[i] = std::clamp(static_cast<int>(carry >> (2 * i) & 3) - 1, -1, 1);
    now_ = in.Time();
    for (double* real : {&value_, &line_.slope, &line_.level, &line_.error, &line_.noise}) *real = in.Real();
    line_.points = static_cast<std::size_t>(in.Int());
  }

 private:
  double Goal(const Level& level) const {
    const Quantity& quantity = level.condition.AsQuantity("reaches");
    return money_ ? static_cast<double>(quantity.micros) / 1e6 : quantity.value * (percent_ ? 100 : 1);
  }
  static const std::string& Written(const Level& level) { return level.condition.AsQuantity("reaches").text; }
  std::size_t LevelOf(const Transition& out) const {
    for (std::size_t i = 0; i < rule_->levels.size(); ++i)
      if (rule_->levels[i].severity == out.severity) return i;
    return 0;
  }
  bool enough() const { return story_.points().size() >= kLeast; }

  // A state of when the line was judged by its fit: its points are the same.
  void LoadOlder(StateReader& in) {
    windows_.Load(in);
    story_.LoadOlder(in);
    now_ = in.Time();
    value_ = in.Real();
    for (int i = 0; i < 3; ++i) (void)in.Real();
  }

  // From where it comes. A story that begins anew may be on the other side.
  void NoteSide(std::size_t level, bool anew) {
    if (side_[level] != 0 && !anew) return;
    const double goal = Goal(rule_->levels[level]);
    side_[level] = value_ > goal ? 1 : value_ < goal ? -1 : side_[level];
  }
  bool IsThere(std::size_t level) const {
    const double past = value_ - Goal(rule_->levels[level]);
    return side_[level] != 0 && past * side_[level] <= 0;
  }

  void Draw() {
    drawn_.clear();
    for (const GroupHistory::Point& point : story_.points()) drawn_.emplace_back(absl::ToDoubleSeconds(point.time - now_), point.value);
    line_ = FitTrend(drawn_);
  }

  // Where the line has passed the goal and the value has not, the value says how far it is.
  Arrival ArrivalAt(std::size_t level, double deviations) const {
    if (IsThere(level)) return {absl::ZeroDuration(), absl::ZeroDuration(), absl::ZeroDuration()};
    if (!enough() || !line_.Steep(deviations)) return {};
    const double goal = Goal(rule_->levels[level]), pace = std::fabs(line_.slope);
    const bool falling = line_.slope < 0;
    if ((value_ > goal) != falling) return {};
    if (const std::optional<double> turn = story_.ComesBackFrom(falling); turn && (falling ? value_ > *turn : value_ < *turn)) return {};
    double way = falling ? line_.level - goal : goal - line_.level;
    if (way <= 0) way = std::fabs(value_ - goal);
    const double off = kEighty * line_.error, slowest = pace - off;
    Arrival out{.left = absl::Seconds(way / pace), .soonest = absl::Seconds(std::max(0.0, way - line_.noise) / (pace + off))};
    if (slowest > 0) out.latest = absl::Seconds((way + line_.noise) / slowest);
    return out;
  }

  static absl::Duration FarOf(const Level& level) {
    return level.recover ? level.recover->Duration("not_within") : level.condition.Duration("within") * kSlack;
  }
  // A pace that is no trend is spoken of only as long as an alert goes on by it.
  Arrival Told(std::size_t level) const {
    const Arrival by_pace = ArrivalAt(level, 0);
    return by_pace.left <= FarOf(rule_->levels[level]) ? by_pace : ArrivalAt(level, kSteep);
  }

  std::string Explain(std::size_t index, const Arrival& arrival) const {
    const std::string now = absl::StrCat(rule_->watch.metric, " is ", Shown(value_));
    const std::string& goal = Written(rule_->levels[index]);
    if (IsThere(index)) return absl::StrCat(now, " and has reached ", goal, ".");
    const auto points = story_.points();
    if (!enough()) {
      const absl::Time first = points.empty() ? now_ : points.front().time;
      return absl::StrCat(now, "; since ", MinuteText(first), " too little is known to say when it reaches ", goal, ".");
    }
    const std::string past = LengthText(absl::ToDoubleSeconds(now_ - points.front().time));
    const std::string pace = absl::StrCat(line_.slope < 0 ? "falls" : "grows", " by ", Shown(std::fabs(line_.slope) * 86400), " a day");
    if (arrival.left == absl::InfiniteDuration()) return absl::StrCat(now, " and is not on its way to ", goal, " (", WhyNot(index, past, pace), ").");
    return absl::StrCat(now, " and ", pace, "; at this pace it reaches ", goal, " on ", MinuteText(now_ + arrival.left), " (", Between(arrival), ", by the last ", past, ").");
  }

  std::string WhyNot(std::size_t index, const std::string& past, const std::string& pace) const {
    if (!line_.Steep(kSteep)) return absl::StrCat("over the last ", past, " there is no trend that its ups and downs do not explain");
    const bool falling = line_.slope < 0;
    if ((value_ > Goal(rule_->levels[index])) != falling) return absl::StrCat("it ", pace, ", away from it");
    return absl::StrCat("it ", pace, ", but ", falling ? "rose" : "fell", " again by itself each of the last ", story_.Comebacks().size(), " times, about as far along as now");
  }

  std::string Between(const Arrival& arrival) const {
    const std::string soonest = MinuteText(now_ + arrival.soonest);
    if (arrival.latest == absl::InfiniteDuration()) return absl::StrCat("80% sure: ", soonest, " or later");
    const std::string latest = MinuteText(now_ + arrival.latest);
    return soonest == latest ? "the pace hardly varies" : absl::StrCat("80% sure: between ", soonest, " and ", latest);
  }

  static std::string MinuteText(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone()); }
  static std::string Seconds(absl::Duration length) {
    return length == absl::InfiniteDuration() ? "" : absl::StrCat(absl::ToInt64Seconds(length));
  }
  std::string Plain(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), {}}.ToDecimal() : absl::StrCat(value); }
  std::string Shown(double value) const { return money_ ? Money{ScaleMicros(1'000'000, value), *Currency::Parse(unit_)}.ToText() : ValueText(value, unit_); }

  std::shared_ptr<const Rule> rule_;
  WindowStat windows_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  Story story_;
  TrendLine line_;  // its x is 0 now
  std::array<int, kMaxLevels> side_{};  // of the goal of each level: 1 it comes from above, -1 from below, 0 not known
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
    return "- alert: DatabaseStorageRunsOut\n  kind: forecast\n  watch:\n    metric: aws.rds.free_storage_space\n    stat: min\n    by: [account, db_instance]\n  forecast: {history: 7d}\n"
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
  void Lint(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const OptionValues& forecast = rule.options.Map("forecast");
    if (!forecast.Given("min_fit")) return;
    Diagnostic one = LogicError("L414", forecast.MarkOf("min_fit"), "min_fit has no effect any more: whether there is a trend is told by how sure its slope is");
    one.caret_text = "take it out";
    out.push_back(std::move(one));
  }
  const char* default_summary() const override { return "${threshold} is reached in ${time_left} at the present pace (now ${value})"; }
  std::vector<std::string> template_names() const override { return {"time_left", "reached_on", "per_day"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels)
      out.levels.push_back({absl::StrCat("will reach ", level.condition.AsQuantity("reaches").text, " within ", SayLength(level.condition.Duration("within"))),
                            level.recover ? absl::StrCat("that is more than ", SayLength(level.recover->Duration("not_within")), " away") : ""});
    out.details.push_back(absl::StrCat("The pace is that of the last ", SayLength(HistoryOf(rule)), "."));
    const OptionValues& forecast = rule.options.Map("forecast");
    if (forecast.Given("min_fit"))
      out.details.push_back(absl::StrFormat("min_fit: %.12g has no effect.", forecast.Number("min_fit")));
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
