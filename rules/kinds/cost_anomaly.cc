// cost_anomaly: a day costs what days like it do not.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/anomaly_words.h"
#include "rules/kinds/arrived_share.h"
#include "rules/kinds/day_track.h"
#include "rules/kinds/group_days.h"
#include "rules/kinds/expected_events.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/noise_budget.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr const char* kPatterns[] = {"none", "daily", "weekly"};
constexpr const char* kDirections[] = {"up", "down", "both"};
constexpr const char* kOneTimes[] = {"apart", "counted"};
constexpr const char* kSensitivities[] = {"low", "medium", "high"};

const Option kAnomalyOptions[] = {
    {.name = "history", .type = OptionType::kDuration, .sentence = "How long the shape of the week and the usual swing are remembered; the level follows within days", .default_text = "8w", .example = "8 weeks", .minimum = 14 * 86400, .maximum = 365 * 86400},
    {.name = "pattern", .type = OptionType::kChoice, .sentence = "Whether weekdays are compared with their like (weekly), or all days with all: bills are by the day, so daily is the same as none", .default_text = "weekly", .choices = kPatterns},
    {.name = "direction", .type = OptionType::kChoice, .sentence = "Whether more, less, or both are reported", .default_text = "up", .choices = kDirections},
    {.name = "one_time", .type = OptionType::kChoice, .sentence = "Whether purchases, credits, refunds, taxes and charges for a term are kept apart from what a day costs, or counted in it", .default_text = "apart", .choices = kOneTimes},
    {.name = "holidays", .type = OptionType::kTextList, .sentence = "Days off, which are compared with Sundays and with each other; without it, those of the one calendar of the settings that has some", .example = "[2026-12-25, 2027-01-01]"},
    {.name = "noise_budget", .type = OptionType::kText, .sentence = "How many anomalies the whole rule may report: how unusual a day must be follows from that, each week anew", .example = "4 per month", .form = R"(^\s*[0-9.eE+]+\s+(?:per|a)\s+(?:day|week|month|quarter|year)\s*$)"},
    {.name = "sensitivity", .type = OptionType::kChoice, .sentence = "How unusual a day must be, in place of noise_budget: low reports the least; medium where neither is given", .choices = kSensitivities},
};
const OptionTable kAnomaly = {"anomaly", "What counts as unusual.", kAnomalyOptions};
const Option kOptionList[] = {
    {.name = "anomaly", .type = OptionType::kMap, .sentence = "What counts as unusual", .fields = &kAnomaly},
    {.name = "expected", .type = OptionType::kMapList, .sentence = "Known events, which are neither reported nor learnt from", .example = "[{from: 2026-11-26, to: 2026-11-30, reason: Black Friday}]", .fields = &kExpectedOptions},
};
const OptionTable kOptions = {"cost_anomaly", "Tells you when a day costs what days like it do not.", kOptionList};

const Option kImpactOptions[] = {{.name = "at_least", .type = OptionType::kMoney, .sentence = "Money spent beyond the usual, added up over the anomaly", .example = "100 USD", .required = true}};
const OptionTable kImpact = {"impact", "Spent minus expected.", kImpactOptions};
const Option kChangeOptions[] = {{.name = "at_least", .type = OptionType::kRatio, .sentence = "Share of the usual", .example = "30%", .required = true}};
const OptionTable kChange = {"change", "Spent minus expected, as a share of the expected.", kChangeOptions};
const Option kConditionList[] = {
    {.name = "impact", .type = OptionType::kMap, .sentence = "The least money, added up over the anomaly", .example = "{at_least: 100 USD}", .fields = &kImpact},
    {.name = "change", .type = OptionType::kMap, .sentence = "The least share of the usual", .example = "{at_least: 30%}", .fields = &kChange},
};
const OptionTable kCondition = {"condition of cost_anomaly", "Both must hold.", kConditionList};

constexpr absl::Duration kDay = absl::Hours(24);
constexpr int kBehind = 35;          // days that may be restated and are judged anew
constexpr int kSpare = 14;           // days by which that may be more
constexpr int kUnheardFor = 60;      // days after which a group without cost is left alone

NoiseWish WishOf(const Rule& rule) {
  return ReadNoiseBudget(rule.options.Map("anomaly").Text("noise_budget")).value_or(NoiseWish{});
}

double FixedLimit(const std::string& sensitivity) {
  return sensitivity == "low" ? 6 : sensitivity == "high" ? 3 : 4;
}

// The days, and what would have been reported with other limits.
struct Followed {
  DayTrack track;
  std::vector<NoisePast> noise;  // one, where there is a noise budget
};

// Invariants:
//   1. `final_` has stepped over the final days, `base_` over all but the newest kBehind of them
//   2. a restated day behind `base_` makes `final_` anew from `base_`
//   3. `shown_` is `final_` and the days that may still change: what is judged
class AnomalyEvaluator : public Evaluator, private NoiseBudget::Group {
 public:
  explicit AnomalyEvaluator(std::shared_ptr<const Rule> rule)
      : rule_(std::move(rule)),
        days_(Anomaly().Text("one_time") == "apart"),
        events_(rule_->options.MapList("expected")),
        wish_(WishOf(*rule_)),
        weekly_(Anomaly().Text("pattern") == "weekly") {
    const std::string& direction = Anomaly().Text("direction");
    rules_.limit = FixedLimit(Anomaly().Text("sensitivity"));
    rules_.up = direction != "down";
    rules_.down = direction != "up";
    const double weeks8 = absl::FDivDuration(absl::Hours(24 * 56), Anomaly().Duration("history"));
    rules_.rates = {std::clamp(0.06 * weeks8, 0.01, 0.25), std::clamp(0.03 * weeks8, 0.005, 0.12), weekly_};
    rules_.least = LeastImpact();
    for (const std::string& text : Anomaly().TextList("holidays"))
      if (absl::CivilDay day; absl::ParseLenientCivilTime(text, &day)) holidays_.push_back(day - absl::CivilDay(1970, 1, 1));
    std::sort(holidays_.begin(), holidays_.end());
    if (wish_.reports > 0) base_.noise.resize(1), final_.noise.resize(1);
  }
  ~AnomalyEvaluator() override {
    if (common_ != nullptr) common_->Leave(this);
  }

  void Meet(std::shared_ptr<RuleCommon> common) override {
    if (common == common_) return;
    if (common_ != nullptr) common_->Leave(this);
    common_ = std::static_pointer_cast<NoiseBudget>(std::move(common));
    common_->Join(this);
    if (!days_.empty()) common_->NoteFirst(days_.first());
    if (const std::int64_t to = days_.Final(INT64_MAX); to != GroupDays::kNever) common_->NoteFinal(to);
  }

  void Define(int slot, const Series& series) override {
    days_.Define(slot, series);
    events_.Define(series.labels);
    followed_ = kNone;
    if (common_ != nullptr) common_->Changed(std::numeric_limits<std::int64_t>::min());
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const std::int64_t day = DayOf(sample.time());
    if (!days_.Set(slot, sample)) return;
    restated_from_ = std::min(restated_from_, day);
    due.push_back(StartOfDay(day + 1));
    if (common_ == nullptr) return;
    common_->NoteFirst(day);
    if (!sample.provisional()) common_->NoteFinal(day);
    if (wish_.reports > 0) common_->Changed(day);
  }

  // The end of a day that is final for other groups, though this one has no line of it.
  std::optional<absl::Time> NextByWall(absl::Time judged, absl::Time, bool) const override {
    const std::int64_t next = DayOf(judged);
    if (common_ == nullptr || days_.empty() || next > common_->final_to()) return std::nullopt;
    if (next - days_.newest() > kUnheardFor) return std::nullopt;
    return StartOfDay(next + 1);
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    day_ = DayOf(time) - 1;
    Follow(day_);
    out.known = days_.Any(day_) || day_ <= final_.track.newest();
    if (!out.known) return out;
    const DayAnomaly& one = shown_.anomaly();
    const bool goes_on = one.open && !(one.turned && one.first == day_);
    withdrawn_ = fired_ != 0 && !(one.kind != DayAnomaly::Kind::kNone && (one.first == fired_ || one.previous == fired_));
    bool any = false;
    waiting_ = 0;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const bool enough = Enough(rule_->levels[i].condition, one, day_);
      out.holds[i] = goes_on && enough;
      out.recovered[i] = !goes_on || !enough;
      any = any || out.holds[i];
    }
    if (any && fired_ != one.first && !TakesRoom()) out.holds.reset();
    if (any && out.holds.any() && fired_ != one.first) Report(one);
    if (!one.open && !withdrawn_) ended_ = fired_, fired_ = 0;
    out.restated = withdrawn_;
    if (withdrawn_) ended_ = fired_, fired_ = 0;
    out.stake_micros = Rounded(std::fabs(one.excess));
    if (goes_on && one.last < day_) out.began = StartOfDay(one.first + 1);
    if (goes_on && one.first < day_) out.began = StartOfDay(one.first + 1);
    return out;
  }

  void Describe(Transition& out) const override {
    const AnomalyFacts facts = Facts();
    const std::string unit = days_.currency().code();
    out.values = {{"actual", Text(facts.actual), unit, "", ""},
                  {"expected", Text(facts.expected), unit, Text(facts.low), Text(facts.high)}};
    const bool up = facts.anomaly.direction >= 0;
    out.condition_text = absl::StrCat("a day ", up ? "beyond " : "under ", facts.Money(up ? facts.high : facts.low));
    out.threshold = NamedValue{"threshold", Text(up ? facts.high : facts.low), unit, "", ""};
    const std::int64_t first = facts.anomaly.days > 0 ? facts.anomaly.first : facts.day;
    out.window = {StartOfDay(std::min(first, day_)), now_};
    out.provisional = facts.provisional;
    out.contributors = ContributorsOf(days_, facts.anomaly);
    out.impact.amount = {Rounded(std::fabs(facts.anomaly.excess)), days_.currency()};
    out.impact.basis = "excess";
    out.impact.method = "spent minus expected, since the anomaly began";
    out.explanation = SayAnomaly(facts);
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    const AnomalyFacts facts = Facts();
    out.emplace_back("actual", facts.Money(facts.actual));
    out.emplace_back("value", facts.Money(facts.actual));
    out.emplace_back("expected", facts.Money(facts.expected));
    out.emplace_back("threshold", facts.Money(facts.anomaly.direction >= 0 ? facts.high : facts.low));
    out.emplace_back("weekday", WeekdayName(facts.day));
    const double change = facts.expected > 0 ? static_cast<double>(facts.actual - facts.expected) / static_cast<double>(facts.expected) : 1;
    out.emplace_back("change", absl::StrCat(NumberText(std::round(change * 100) + 0.0), "%"));
    out.emplace_back("pattern", PatternOf(facts.anomaly, facts.day));
  }

  void Save(StateWriter& out) const override {
    out.Int(kVersion);
    days_.Save(out);
    for (const Followed* one : {&base_, &final_}) {
      one->track.Save(out);
      for (const NoisePast& past : one->noise) past.Save(out);
    }
    out.Int(wish_.reports > 0);
    arrived_.Save(out);
    out.Time(now_);
    for (const std::int64_t value : {day_, fired_, ended_, restated_from_, std::int64_t{withdrawn_}}) out.Int(value);
    out.Int(static_cast<std::int64_t>(reports_.size()));
    for (const std::int32_t day : reports_) out.Int(day);
  }

  // A state of an older form, or with another wish for noise, is none: the days come again.
  void Load(StateReader& in) override {
    if (in.Int() != kVersion) {
      while (in.ok()) in.Int();
      return;
    }
    days_.Load(in);
    for (Followed* one : {&base_, &final_}) {
      one->track.Load(in);
      for (NoisePast& past : one->noise) past.Load(in);
    }
    if ((in.Int() != 0) != (wish_.reports > 0)) {
      while (in.ok()) in.Int();
      return;
    }
    arrived_.Load(in);
    now_ = in.Time();
    for (std::int64_t* value : {&day_, &fired_, &ended_, &restated_from_}) *value = in.Int();
    withdrawn_ = in.Int() != 0;
    reports_.resize(in.Count(8));
    for (std::int32_t& day : reports_) day = static_cast<std::int32_t>(in.Int());
    shown_ = final_.track;
    shown_score_ = {};
    followed_ = kNone;
    if (day_ != 0) Follow(day_);
  }

 private:
  static constexpr std::int64_t kVersion = -2;
  static constexpr std::int64_t kNone = INT64_MAX;

  const OptionValues& Anomaly() const { return rule_->options.Map("anomaly"); }
  static std::string Text(std::int64_t micros) { return Money{micros, {}}.ToDecimal(); }
  static std::int64_t Rounded(double micros) { return ScaleMicros(1, micros); }
  DayClass Class(std::int64_t day) const { return ClassOf(day, holidays_); }
  DayModel::Day DayAt(std::int64_t day) const { return {day, Class(day), days_.Cost(day)}; }

  // The least of the levels' amounts of money, micros.
  double LeastImpact() const {
    double out = -1;
    for (const Level& level : rule_->levels) {
      const bool has = level.condition.Has("impact");
      const double at = has ? level.condition.Map("impact").Amount("at_least").AsDouble() * 1e6 : 0;
      out = out < 0 ? at : std::min(out, at);
    }
    return std::max(out, 0.0);
  }

  // The final days up to `day`, each once. What this asks of other groups is of earlier weeks only.
  void FollowFinal(std::int64_t day) {
    if (days_.empty() || (restated_from_ == kNone && final_.track.newest() >= day)) return;
    rules_.rule_from = common_ == nullptr ? days_.first() : std::min(common_->first(), days_.first());
    if (restated_from_ != kNone) followed_ = kNone;
    if (restated_from_ <= final_.track.newest() && restated_from_ > base_.track.newest()) final_ = base_;
    restated_from_ = kNone;
    const std::int64_t known = std::max(days_.Final(day), common_ == nullptr ? GroupDays::kNever : std::min(day, common_->final_to()));
    const std::int64_t from = std::max(days_.first(), days_.kept_from());
    for (std::int64_t at = std::max(final_.track.newest() + 1, from); at <= known; ++at)
      StepFinal(at, final_), followed_ = kNone;
    if (final_.track.newest() != DayTrack::kNever && final_.track.newest() - std::max(base_.track.newest(), from - 1) > kBehind + kSpare)
      for (std::int64_t at = std::max(base_.track.newest() + 1, from); at <= final_.track.newest() - kBehind; ++at) StepFinal(at, base_);
  }

  // All days up to `day`; once, however many groups ask.
  void Follow(std::int64_t day) {
    if (days_.empty()) return;
    FollowFinal(day);
    const int choices = common_ == nullptr ? 0 : common_->version();
    if (followed_ == day && followed_choices_ == choices) return;
    followed_ = day, followed_choices_ = choices;
    StepOpen(day);
  }

  double LimitOn(std::int64_t day) {
    if (wish_.reports == 0 || common_ == nullptr) return rules_.limit;
    choice_ = common_->For(day, wish_);
    return choice_.limit;
  }

  void StepFinal(std::int64_t day, Followed& to) {
    if (days_.Provisional(day) || events_.On(day) != nullptr) return to.track.Skip(day);
    if (&to == &final_) arrived_.Learn(day, days_.Cost(day));
    DayTrackRules rules = rules_;
    rules.limit = LimitOn(day);
    const DayModel::Day one = DayAt(day);
    const bool usable = to.track.begun() && to.track.model().usable();
    const DayModel::Score score = to.track.Step(one, DayKnown::kFinal, rules, [this](std::int64_t before, std::vector<DayModel::Day>& out) { Past(before, out); });
    if (&to == &final_) shown_score_ = score;
    if (to.noise.empty() || !usable) return;
    const double up = rules_.up ? score.up : 0, down = rules_.down ? score.down : 0;
    const auto worth = [&](double excess) { return Worth(excess, score.expected); };
    to.noise[0].Note(day, std::max(up, down), one.cost - score.expected, worth);
  }

  void Past(std::int64_t before, std::vector<DayModel::Day>& out) const {
    std::int64_t from = before;
    const std::int64_t first = std::max(days_.first(), days_.kept_from());
    for (int count = 0; from > first && count < DayModel::kWarmUp - 1; --from)
      if (events_.On(from - 1) == nullptr && !days_.Provisional(from - 1)) ++count;
    for (std::int64_t day = from; day < before; ++day)
      if (events_.On(day) == nullptr && !days_.Provisional(day) && days_.Cost(day) >= 0) out.push_back(DayAt(day));
  }

  // Days that may still change.
  void StepOpen(std::int64_t day) {
    shown_ = final_.track;
    DayTrackRules rules = rules_;
    rules.limit = LimitOn(day);
    for (std::int64_t at = std::max(final_.track.newest() + 1, days_.first()); at <= day; ++at) {
      if (!days_.Any(at)) continue;
      const int age = static_cast<int>(day - at) + 1;
      arrived_.See(at, age, days_.Cost(at));
      if (events_.On(at) != nullptr) continue;
      DayModel::Day one = DayAt(at);
      const ArrivedShare::Of usual = arrived_.At(age);
      const DayKnown known = usual.whole ? DayKnown::kLikely : DayKnown::kPart;
      if (known == DayKnown::kPart && usual.known) one.cost /= usual.share;
      shown_score_ = shown_.Step(one, known, rules, [this](std::int64_t before, std::vector<DayModel::Day>& out) { Past(before, out); }, usual.swing);
    }
  }

  // Whether an excess of so much on a day is worth a report at some level.
  bool Worth(double excess, double expected) const {
    return std::any_of(rule_->levels.begin(), rule_->levels.end(), [&](const Level& level) {
      const OptionValues& when = level.condition;
      const double size = std::fabs(excess);
      if (when.Has("impact") && size < when.Map("impact").Amount("at_least").AsDouble() * 1e6) return false;
      return !when.Has("change") || expected <= 0 || size >= when.Map("change").Number("at_least") * expected;
    });
  }

  // Money: added up since it began. Share: of its days together, or of the day spoken of.
  bool Enough(const OptionValues& level, const DayAnomaly& one, std::int64_t day) const {
    const double excess = std::fabs(one.excess);
    if (level.Has("impact") && excess < level.Map("impact").Amount("at_least").AsDouble() * 1e6) return false;
    if (!level.Has("change") || one.usual <= 0) return true;
    const double least = level.Map("change").Number("at_least");
    const double usual = one.Expected(day, Class(day));
    const double today = usual > 0 ? (days_.Cost(day) / usual - 1) * one.direction : 0;
    return excess >= least * one.usual || (days_.Any(day) && today >= least);
  }

  NoiseBudget::Past PastBefore(std::int64_t before) override {
    FollowFinal(before - 1);
    return final_.noise.empty() ? NoiseBudget::Past{} : final_.noise[0].Before(before);
  }
  double Waiting(std::int64_t today) override {
    Follow(today);
    const DayAnomaly& one = shown_.anomaly();
    const bool enough = std::any_of(rule_->levels.begin(), rule_->levels.end(), [&](const Level& level) {
      return Enough(level.condition, one, today);
    });
    return one.open && one.first != fired_ && enough ? std::fabs(one.excess) : 0;
  }
  int Reported(std::int64_t from, std::int64_t to) const override {
    return static_cast<int>(std::count_if(reports_.begin(), reports_.end(), [&](std::int32_t day) { return day >= from && day <= to; }));
  }
  void Report(const DayAnomaly& one) {
    fired_ = one.first;
    reports_.push_back(static_cast<std::int32_t>(day_));
    if (wish_.reports > 0 && common_ != nullptr) common_->Reported(day_, std::fabs(one.excess));
  }
  bool TakesRoom() {
    if (wish_.reports == 0 || common_ == nullptr) return true;
    const NoiseBudget::Room room = common_->RoomFor(this, day_, wish_);
    waiting_ = room.waiting;
    std::erase_if(reports_, [&](std::int32_t day) { return day < day_ - 3660; });
    return room.has;
  }

  AnomalyFacts Facts() const {
    if (withdrawn_) return WithdrawnFacts();
    static const DayAnomaly none;
    const DayAnomaly& one = shown_.anomaly();
    const bool speaks = one.kind != DayAnomaly::Kind::kNone && (one.open || one.ended == day_);
    AnomalyFacts out{.rule = *rule_, .days = days_, .anomaly = speaks ? one : none};
    out.day = day_;
    out.of = Class(day_);
    out.actual = days_.Micros(day_);
    const bool before = speaks && one.open && one.before.started() && one.kind != DayAnomaly::Kind::kNew;
    const double limit = LimitNow();
    const DayModel::Score score = before ? one.before.Compare(DayAt(day_)) : shown_score_;
    const double expected = before ? one.Expected(day_, out.of) : speaks && one.kind == DayAnomaly::Kind::kNew && one.open ? 0 : shown_score_.expected;
    out.expected = Rounded(expected);
    out.high = Rounded(expected * (1 + limit * score.swing));
    out.low = Rounded(expected * std::exp(-limit * score.swing));
    out.weekly = weekly_;
    out.history = shown_.begun() ? static_cast<int>(day_ - shown_.first()) : 0;
    out.judged = shown_.model().usable() && expected > 0;
    out.provisional = days_.Provisional(day_);
    const ArrivedShare::Of arrived = arrived_.At(1);
    out.complete = arrived.known ? arrived.share : 0;
    out.event = events_.On(day_);
    if (speaks && one.open) MonthOf(out);
    out.noise = BudgetText();
    return out;
  }

  // Of a day that was reported and is not unusual any more: it and what is usual now.
  AnomalyFacts WithdrawnFacts() const {
    static const DayAnomaly none;
    AnomalyFacts out{.rule = *rule_, .days = days_, .anomaly = none};
    out.day = ended_;
    out.of = Class(ended_);
    out.withdrawn = out.judged = true;
    out.weekly = weekly_;
    out.actual = days_.Micros(ended_);
    const DayModel::Score score = shown_.model().Compare(DayAt(ended_));
    out.expected = Rounded(score.expected);
    out.low = Rounded(score.expected * std::exp(-LimitNow() * score.swing));
    out.high = Rounded(score.expected * (1 + LimitNow() * score.swing));
    out.provisional = days_.Provisional(ended_);
    return out;
  }

  // The month's total if the days to come differ as this one does, and if they do not.
  void MonthOf(AnomalyFacts& out) const {
    const std::int64_t next = NextMonth(day_), first = day_ - DayOfMonth(day_) + 1;
    double rest = 0;
    const bool is_new = out.anomaly.kind == DayAnomaly::Kind::kNew;
    for (std::int64_t at = day_ + 1; at < next && !is_new; ++at) rest += out.anomaly.Expected(at, Class(at));
    const double share = out.expected > 0 ? static_cast<double>(out.actual) / static_cast<double>(out.expected) : 1;
    const double so_far = static_cast<double>(days_.Sum(std::max(first, days_.first()), day_ + 1));
    const double stays = is_new ? static_cast<double>(out.actual) * static_cast<double>(next - day_ - 1) : rest * share;
    if (next == day_ + 1) return;
    out.month = Rounded(so_far + stays);
    out.month_usual = Rounded(so_far - (is_new ? so_far : out.anomaly.excess) + rest);
  }

  double LimitNow() const { return wish_.reports > 0 && choice_.limit > 0 ? choice_.limit : rules_.limit; }

  std::string BudgetText() const {
    if (wish_.reports == 0) return "";
    const std::string& wish = Anomaly().Text("noise_budget");
    if (!choice_.enough) return absl::StrCat(" For a noise budget (", wish, ") there are too few days yet: ", choice_.days, " can be looked back on.");
    const std::string held = waiting_ > 1 ? absl::StrCat(" ", waiting_, " anomalies were waiting on that day; the most expensive are reported, as many as the budget has room for.") : "";
    return absl::StrCat(" By the noise budget (", wish, ") a day is unusual from ", NumberText(LimitNow()), " times the usual swing on: with that the whole rule would have reported ", choice_.reports,
                        choice_.reports == 1 ? " time" : " times", " in the ", choice_.days, " days before ", absl::FormatTime("%Y-%m-%d", StartOfDay(choice_.before), absl::UTCTimeZone()), ".", held);
  }

  std::shared_ptr<const Rule> rule_;
  GroupDays days_;
  ExpectedEvents events_;
  std::vector<std::int64_t> holidays_;
  const NoiseWish wish_;
  const bool weekly_;
  DayTrackRules rules_;
  std::shared_ptr<NoiseBudget> common_;
  NoiseBudget::Choice choice_;
  Followed base_, final_;
  DayTrack shown_;
  DayModel::Score shown_score_;
  ArrivedShare arrived_;
  absl::Time now_ = absl::InfinitePast();
  std::int64_t day_ = 0;
  std::int64_t fired_ = 0, ended_ = 0;  // the first day of the anomaly that is reported; of the one before
  std::int64_t restated_from_ = kNone;
  std::int64_t followed_ = kNone;       // as far as shown_ goes; not saved
  int followed_choices_ = 0;
  std::vector<std::int32_t> reports_;   // days
  int waiting_ = 0;
  bool withdrawn_ = false;
};

class AnomalyKind : public RuleKind {
 public:
  const char* name() const override { return "cost_anomaly"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: UnusualSpend\n  kind: cost_anomaly\n  watch:\n    cost: effective\n    by: [account, service]\n    leave_out: {charge_category: [Tax, Credit, Refund]}\n"
           "  anomaly: {history: 8 weeks, pattern: weekly, direction: up}\n  when:\n    impact: {at_least: 100 USD}\n    change: {at_least: 30%}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kCost; }
  Windows windows() const override { return Windows::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool needs_condition() const override { return false; }
  bool groups_meet() const override { return true; }
  std::shared_ptr<RuleCommon> MakeCommon() const override { return std::make_shared<NoiseBudget>(); }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    CheckBudget(rule.options.Map("anomaly"), out);
    for (const std::string& text : rule.options.Map("anomaly").TextList("holidays"))
      if (absl::CivilDay day; !absl::ParseLenientCivilTime(text, &day))
        out.push_back(LogicError("R208", rule.options.Map("anomaly").MarkOf("holidays"), absl::StrCat("\"", text, "\" is not a date: write it like 2026-12-25")));
    ExpectedEvents::Check(rule.options.MapList("expected"), out);
    const bool bare = IsBare(rule);
    for (const Level& level : rule.levels)
      if (!bare && !level.condition.Has("impact") && !level.condition.Has("change"))
        out.push_back(LogicError("R401", level.condition.mark, "nothing is compared here: write impact or change, such as {impact: {at_least: 100 USD}}"));
  }
  const char* default_summary() const override { return "${actual} on ${weekday}, ${expected} was expected (${change} difference)"; }
  std::vector<std::string> template_names() const override { return {"actual", "expected", "weekday", "change", "pattern"}; }
  Spoken Say(const Rule& rule) const override {
    const OptionValues& anomaly = rule.options.Map("anomaly");
    const std::string& direction = anomaly.Text("direction");
    const bool up = direction == "up", down = direction == "down";
    Spoken out{.subject = absl::StrCat("the daily ", SaySeries(rule).substr(4)), .again = up ? "the extra" : down ? "the saving" : "the difference"};
    const std::string unusual = absl::StrCat("is ", up ? "unusually high" : down ? "unusually low" : "unusual", anomaly.Text("pattern") == "weekly" ? " for the weekday" : "", " and ", out.again, " ");
    const bool bare = IsBare(rule);
    if (bare) out.levels.push_back({absl::StrCat("is ", up ? "unusually high" : down ? "unusually low" : "unusual", anomaly.Text("pattern") == "weekly" ? " for the weekday" : ""), ""});
    for (const Level& level : bare ? std::vector<Level>{} : rule.levels) out.levels.push_back({absl::StrCat(out.levels.empty() ? unusual : "", SayLeast(level.condition)), level.recover ? absl::StrCat(out.again, " ", SayLeast(*level.recover)) : ""});
    out.details.push_back(absl::StrCat("The usual is learned from the last ", SayLength(anomaly.Duration("history")), "."));
    if (!anomaly.TextList("holidays").empty()) out.details.push_back(absl::StrCat("Days off are compared with each other: ", SayNames(anomaly.TextList("holidays")), "."));
    if (anomaly.Text("one_time") == "counted") out.details.push_back("Purchases, credits, refunds, taxes and charges for a term count as the cost of their day.");
    if (anomaly.Has("noise_budget")) out.details.push_back(absl::StrCat("How unusual a day must be follows from the noise budget: ", anomaly.Text("noise_budget"), "."));
    if (anomaly.Has("sensitivity") && anomaly.Text("sensitivity") != "medium") out.details.push_back(absl::StrCat("Sensitivity is ", anomaly.Text("sensitivity"), "."));
    if (const std::string events = ExpectedEvents::Say(rule.options.MapList("expected")); !events.empty()) out.details.push_back(events);
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<AnomalyEvaluator>(std::move(rule)); }

 private:
  // Reports whatever is unusual.
  static bool IsBare(const Rule& rule) {
    const Level& level = rule.levels[0];
    return rule.levels.size() == 1 && !level.condition.Has("impact") && !level.condition.Has("change") && !level.recover;
  }
  // "adds up to at least 100 USD and 30% of the usual".
  static std::string SayLeast(const OptionValues& condition) {
    std::vector<std::string> out;
    if (condition.Has("impact")) out.push_back(SayMoney(condition.Map("impact").Amount("at_least")));
    if (condition.Has("change")) out.push_back(absl::StrCat(SayShare(condition.Map("change").Number("at_least")), " of the usual"));
    return absl::StrCat("adds up to at least ", SayList(std::move(out), "and"));
  }
  static void CheckBudget(const OptionValues& anomaly, std::vector<Diagnostic>& out) {
    if (!anomaly.Has("noise_budget")) return;
    const std::string& text = anomaly.Text("noise_budget");
    if (!ReadNoiseBudget(text)) out.push_back(LogicError("R464", anomaly.MarkOf("noise_budget"), absl::StrCat("\"", text, "\" is not a number of reports in a time: write 4 per month, or another number per day, week, month, quarter or year")));
    if (anomaly.Has("sensitivity")) out.push_back(LogicError("R464", anomaly.MarkOf("sensitivity"), "how unusual a day must be follows from noise_budget already: take out sensitivity or noise_budget"));
  }
};

}  // namespace

const RuleKind& cost_anomaly_kind();
const RuleKind& cost_anomaly_kind() {
  static const AnomalyKind kind;
  return kind;
}

}  // namespace nephoscope
