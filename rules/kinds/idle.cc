// idle: resources that cost money and do nothing. One alert for each, judged once a day over whole days.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/catalogue/resources.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/matcher.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/engine/day_cells.h"
#include "rules/kinds/idle_conditions.h"
#include "rules/engine/kind.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/share_limits.h"
#include "rules/kinds/spoken.h"
#include "rules/model/count_text.h"
#include "rules/model/grid.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::int64_t kGoneAfter = 3;  // days without a line in the bill and without a point

const Option kOptionList[] = {
    {.name = "idle", .type = OptionType::kMap, .sentence = "When a resource does nothing", .required = true, .fields = &kIdleOptions},
};
const OptionTable kOptions = {"idle", "Tells you what resources cost that do nothing.", kOptionList};
const OptionTable kMonthly = {"monthly_cost", "What the resource costs a month.", kLimitOptions};
const Option kConditionList[] = {
    {.name = "monthly_cost", .type = OptionType::kMap, .sentence = "What the idle resource costs a month", .example = "{at_least: 20 USD}", .required = true, .fields = &kMonthly},
};
const OptionTable kCondition = {"condition of idle", "What is worth telling.", kConditionList};

constexpr const char* kListed[] = {"provider", "account", "region", "resource_id", "resource_name", "resource_type", "service", "owner", "team", "department", "contact"};

std::int64_t DaysOf(const Rule& rule) { return rule.options.Map("idle").Duration("over") / kDay; }

// When each metric was heard of, of any resource: while others have points of it, one without is not unknown to the provider.
class Heard : public RuleCommon {
 public:
  void Note(const std::string& metric, absl::Time first, absl::Time last) {
    TimeRange& range = ranges_.try_emplace(metric, TimeRange{first, last}).first->second;
    range = {std::min(range.from, first), std::max(range.to, last)};
  }
  // From the first of these days up to the newest.
  bool On(const std::string& metric, std::int64_t from, std::int64_t to) const {
    const auto found = ranges_.find(metric);
    return found != ranges_.end() && DayOf(found->second.from) <= from && DayOf(found->second.to) >= to - 1;
  }

 private:
  std::map<std::string, TimeRange> ranges_;
};

class IdleEvaluator : public Evaluator {
 public:
  explicit IdleEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), matcher_(*rule_), days_(DaysOf(*rule_)) {
    const OptionValues& idle = rule_->options.Map("idle");
    coverage_ = idle.Number("data_coverage");
    least_days_ = idle.Has("days") ? idle.Integer("days") : 0;
    for (const OptionValues& line : idle.MapList("all_of")) signs_.push_back({&line, IdleCondition(line, ""), std::nan("")});
    for (const Level& level : rule_->levels) limits_.emplace_back(level.condition.Map("monthly_cost"), level.recover ? &level.recover->Map("monthly_cost") : nullptr);
  }

  void Define(int slot, const Series& series) override {
    if (slots_.size() <= static_cast<std::size_t>(slot)) slots_.resize(slot + 1);
    Slot& one = slots_[slot];
    one.cost = series.metric == kResourceCostMetric;
    one.cadence = series.cadence;
    one.metric = series.metric;
    if (one.cost) {
      currency_ = series.currency;
      std::vector<Label> listed;
      for (const LabelView label : series.labels.pairs())
        if (std::find(std::begin(kListed), std::end(kListed), label.name) != std::end(kListed)) listed.push_back({std::string(label.name), std::string(label.value)});
      one.labels = Labels(std::move(listed));
      one.watched = WatchesResource(rule_->watch, series.labels.Get("resource_type")) && matcher_.Selects(series.labels);
      return;
    }
    for (const Watch::ResourceMetric& metric : rule_->watch.resource_metrics) {
      if (metric.metric != series.metric) continue;
      Sign& sign = signs_[static_cast<std::size_t>(metric.condition)];
      sign.condition = IdleCondition(*sign.line, series.unit);
      if (std::find(sign.slots.begin(), sign.slots.end(), slot) == sign.slots.end()) sign.slots.push_back(slot);
    }
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    Slot& one = slots_[slot];
    const std::int64_t day = DayOf(sample.time());
    if (one.cost) {
      if (!one.cells.Set(day, sample.micros, sample.provisional())) return;
      one.cells.DropBefore(Kept(day));
    } else {
      if (!one.stats.Add(sample.time(), sample.value)) return;
      if (heard_ != nullptr) heard_->Note(one.metric, sample.time(), sample.time());
      one.stats.DropBefore(Kept(day));
    }
    const absl::Time next = NextOn(StartOfDay(day + 1), rule_->every);
    if (due_ != next) due.push_back(next);
    due_ = next;
    if (one.cost) due.push_back(StartOfDay(day + kGoneAfter + 1));  // whether it is still there
  }

  void Meet(std::shared_ptr<RuleCommon> common) override {
    heard_ = std::static_pointer_cast<Heard>(common);
    for (const Slot& slot : slots_)
      if (!slot.cost && slot.stats.ever()) heard_->Note(slot.metric, slot.stats.first(), slot.stats.last());
  }

  bool judges_past() const override { return true; }
  void KeepFrom(absl::Time from) override { keep_from_ = from; }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    due_ = absl::InfinitePast();
    const std::int64_t to = DayOf(time), from = Begin(to);
    const Slot* bill = Bill();
    out.known = bill != nullptr && bill->watched;
    if (!out.known) return out;
    labels_ = bill->labels;
    gone_ = LastDay() + kGoneAfter < to;
    if (gone_) {
      out.recovered.set();
      out.end_cause = Cause::kResourceGone;
      return out;
    }
    out.known = OldEnough(time) && Covered(from, to);
    if (!out.known) return out;
    silent_is_zero_ = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(signs_.size(), 64); ++i) silent_is_zero_ |= std::uint64_t{SilentIsZero(signs_[i], from, to)} << i;
    idle_ = Idle(from, to);
    micros_ = Monthly(to);
    out.stake_micros = idle_ ? micros_ : 0;
    if (!idle_) out.end_cause = Cause::kInUse;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      out.holds[i] = idle_ && limits_[i].Hold(0, micros_);
      out.recovered[i] = !idle_ || (rule_->levels[i].recover ? limits_[i].RecoverHolds(0, micros_) : limits_[i].Recovered(0, micros_));
    }
    return out;
  }

  // What is gone is not silent: that it is gone is told instead.
  absl::Duration patience() const override { return absl::Hours(36) + kDay * kGoneAfter; }

  void Describe(Transition& out) const override {
    const Money monthly{micros_, currency_};
    out.values.push_back({"monthly_cost", monthly.ToDecimal(), currency_.code(), "", ""});
    for (const Sign& sign : signs_) out.values.push_back({sign.line->Text("metric"), std::isnan(sign.value) ? "" : absl::StrCat(sign.value), "", "", ""});
    out.condition_text = Conditions();
    out.window = {StartOfDay(Begin(DayOf(now_))), now_};
    out.impact.amount = Money{std::max<std::int64_t>(micros_, 0), currency_};
    out.impact.basis = "idle";
    out.impact.method = absl::StrCat("what it cost in the last ", DaysText(BilledDays(DayOf(now_)).length()), ", per month");
    out.contributors = {{labels_, monthly}};
    const std::string what = absl::StrCat(Name(), Type().empty() ? "" : absl::StrCat(" (", Type(), ")"));
    if (gone_) {
      out.explanation = absl::StrCat(what, " is gone: neither the bill nor its metrics speak of it any more. It cost ", monthly.ToText(), " a month.");
    } else if (!idle_) {
      out.explanation = absl::StrCat(what, " is in use again: ", Values(), ".");
    } else {
      out.explanation = absl::StrCat(what, " did nothing for ", DaysText(Looked()), ": ", Values(), ". It costs ", monthly.ToText(), " a month.");
    }
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("resource_name", Name());
    for (const char* label : {"resource_id", "resource_type", "account", "region"}) out.emplace_back(label, std::string(labels_.Get(label)));
    out.emplace_back("monthly_cost", Money{micros_, currency_}.ToText());
    out.emplace_back("days", absl::StrCat(Looked()));
    out.emplace_back("value", Money{micros_, currency_}.ToText());
    out.emplace_back("threshold", limits_.empty() ? "" : limits_[0].written());
  }

  void Save(StateWriter& out) const override {
    out.Time(now_);
    out.Int(micros_);
    out.Int(idle_ ? 1 : 0);
    out.Int(gone_ ? 1 : 0);
    out.Int(static_cast<std::int64_t>(slots_.size()));
    for (const Slot& slot : slots_) {
      slot.cells.Save(out);
      slot.stats.Save(out);
    }
  }
  void Load(StateReader& in) override {
    now_ = in.Time();
    micros_ = in.Int();
    idle_ = in.Int() != 0;
    gone_ = in.Int() != 0;
    const std::size_t slots = in.Count(6 * 8);
    if (slots_.size() < slots) slots_.resize(slots);
    for (std::size_t i = 0; i < slots && in.ok(); ++i) {
      slots_[i].cells.Load(in);
      slots_[i].stats.Load(in);
    }
    if (const Slot* bill = Bill(); bill != nullptr) labels_ = bill->labels;
  }

 private:
  struct Slot {
    bool cost = false, watched = false;
    absl::Duration cadence = absl::ZeroDuration();
    std::string metric;
    Labels labels;  // of the bill
    DayCells cells;
    DayStats stats;
  };
  struct Sign {
    const OptionValues* line;
    IdleCondition condition;
    double value;
    std::vector<int> slots = {};
  };

  // The oldest day that a judgement may ask for when the newest is `day`.
  std::int64_t Kept(std::int64_t day) const { return (keep_from_ == absl::InfiniteFuture() ? day : std::min(day, DayOf(keep_from_))) - days_ - 2; }

  static std::string DaysText(std::int64_t days) { return absl::StrCat(days, days == 1 ? " day" : " days"); }
  // The days that are looked at: those of `over`, or what there is of a resource that is younger.
  std::int64_t Begin(std::int64_t to) const {
    const absl::Time born = Born();
    return born == absl::InfiniteFuture() ? to - days_ : std::clamp(DayOf(born), to - days_, to - 1);
  }
  std::int64_t Looked() const { return DayOf(now_) - Begin(DayOf(now_)); }
  // Those of them that the bill has. Its newest lines may not be there yet; when they have not come for days, they do not.
  struct DayRange {
    std::int64_t from, to;
    std::int64_t length() const { return to - from; }
  };
  DayRange BilledDays(std::int64_t to) const {
    std::int64_t first = INT32_MAX, last = INT32_MIN;
    for (const Slot& slot : slots_) {
      if (!slot.cost || slot.cells.empty()) continue;
      first = std::min(first, slot.cells.first());
      last = std::max(last, slot.cells.last());
    }
    const std::int64_t end = last < to && last + kGoneAfter >= to ? last + 1 : to;
    return {std::clamp(first, to - days_, end - 1), end};
  }

  // With other tags it is another series: the newest says what the resource is.
  const Slot* Bill() const {
    const Slot* newest = nullptr;
    for (const Slot& slot : slots_)
      if (slot.cost && !slot.cells.empty() && (newest == nullptr || slot.cells.last() >= newest->cells.last())) newest = &slot;
    return newest;
  }
  std::int64_t LastDay() const {
    std::int64_t last = INT32_MIN;
    for (const Slot& slot : slots_) {
      if (slot.cost && !slot.cells.empty()) last = std::max(last, slot.cells.last());
      if (!slot.cost && slot.stats.ever()) last = std::max(last, DayOf(slot.stats.last()));
    }
    return last;
  }
  // Its first line of the bill, or its first point. On a day that has both, its points know the hour.
  absl::Time Born() const {
    absl::Time billed = absl::InfiniteFuture(), measured = absl::InfiniteFuture();
    for (const Slot& slot : slots_) {
      if (slot.cost && !slot.cells.empty()) billed = std::min(billed, StartOfDay(slot.cells.first()));
      if (!slot.cost && slot.stats.ever()) measured = std::min(measured, slot.stats.first());
    }
    return measured >= billed && measured < billed + kDay ? measured : std::min(billed, measured);
  }
  bool OldEnough(absl::Time time) const {
    const absl::Time born = Born();
    const absl::Time day = born == absl::InfiniteFuture() ? born : StartOfDay(DayOf(born));
    return time - day >= rule_->options.Map("idle").Duration("min_age");
  }
  // A resource of which too little is known is unknown, not idle. Points come as far apart as they do, whatever their metric promises.
  bool Covered(std::int64_t from, std::int64_t to) const {
    const double days = absl::FDivDuration(StartOfDay(to) - std::max(StartOfDay(from), std::min(Born(), StartOfDay(to))), kDay);
    for (const Sign& sign : signs_) {
      if (SilentIsZero(sign, from, to)) continue;
      if (sign.slots.empty()) return false;
      for (const int slot : sign.slots) {
        const Slot& one = slots_[slot];
        const absl::Duration apart = std::max(one.cadence, one.stats.Spacing());
        const double expected = days * (apart > absl::ZeroDuration() ? std::max(1.0, absl::FDivDuration(kDay, apart)) : 1.0);
        if (static_cast<double>(one.stats.Of(from, to).count) < coverage_ * expected) return false;
      }
    }
    return true;
  }

  // The provider has no points of its metrics where there is nothing, and has some of others, so this one is known to have had nothing.
  bool SilentIsZero(const Sign& sign, std::int64_t from, std::int64_t to) const {
    const ResourceType* type = FindResourceType(Type());
    bool any = false;
    for (const Watch::ResourceMetric& one : rule_->watch.resource_metrics) {
      if (&signs_[static_cast<std::size_t>(one.condition)] != &sign || type == nullptr || !absl::StartsWith(one.metric, absl::StrCat(type->metrics, "."))) continue;
      if (!IsSilentWhenZero(one.metric) || heard_ == nullptr || !heard_->On(one.metric, from, to)) return false;
      any = true;
    }
    return any;
  }

  bool AllSigns(std::int64_t from, std::int64_t to) {
    bool all = true;
    for (Sign& sign : signs_) {
      std::vector<const DayStats*> series;
      for (const int slot : sign.slots) series.push_back(&slots_[slot].stats);
      all = sign.condition.Holds(series, from, to, sign.value, silent_is_zero_ & std::uint64_t{1} << (&sign - signs_.data())) && all;
    }
    return all;
  }
  bool Idle(std::int64_t from, std::int64_t to) {
    if (least_days_ == 0) return AllSigns(from, to);
    std::int64_t days = 0;
    for (std::int64_t day = from; day < to; ++day) days += AllSigns(day, day + 1) ? 1 : 0;
    return days >= least_days_;
  }
  std::int64_t Monthly(std::int64_t to) const {
    const DayRange days = BilledDays(to);
    Money sum{0, {}};
    for (const Slot& slot : slots_)
      if (slot.cost) sum = sum + Money{slot.cells.Sum(days.from, days.to), {}};
    return ScaleMicros(sum.micros, kDaysPerMonth / static_cast<double>(days.length()));
  }

  std::string Name() const {
    const absl::string_view name = labels_.Get("resource_name");
    return std::string(name.empty() ? labels_.Get("resource_id") : name);
  }
  std::string Type() const { return std::string(labels_.Get("resource_type")); }
  std::string Conditions() const {
    std::vector<std::string> out;
    for (const Sign& sign : signs_) out.push_back(sign.condition.text());
    return absl::StrCat(absl::StrJoin(out, " and "), " over ", days_, " days");
  }
  std::string Values() const {
    std::vector<std::string> out;
    for (const Sign& sign : signs_)
      out.push_back(absl::StrCat(sign.condition.text(), std::isnan(sign.value) ? "" : absl::StrCat(" (it was ", sign.condition.Shown(sign.value), ")")));
    return absl::StrJoin(out, " and ");
  }

  std::shared_ptr<const Rule> rule_;
  WatchMatcher matcher_;
  std::int64_t days_, least_days_ = 0;
  double coverage_ = 0;
  std::shared_ptr<Heard> heard_;
  std::uint64_t silent_is_zero_ = 0;  // by sign, of the newest judgement
  std::vector<Sign> signs_;
  std::vector<ShareLimits> limits_;  // by level
  std::vector<Slot> slots_;
  Currency currency_;
  Labels labels_;
  absl::Time now_ = absl::InfinitePast(), due_ = absl::InfinitePast(), keep_from_ = absl::InfiniteFuture();  // due_: what the points since the newest judgement asked for last
  std::int64_t micros_ = 0;
  bool idle_ = false, gone_ = false;
};

class IdleKind : public RuleKind {
 public:
  const char* name() const override { return "idle"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: IdleMachines\n  kind: idle\n  watch:\n    resource: [aws.ec2.instance, gcp.compute.instance]\n    where: {env: {not: prod}}\n"
           "  idle:\n    over: 14d\n    min_age: 14d\n    data_coverage: 90%\n    all_of:\n      - {metric: cpu_utilization, stat: max, below: 5%}\n      - {metric: network_bytes, stat: sum, per: day, below: 5 MB}\n"
           "  when: {monthly_cost: {at_least: 20 USD}}\n  severity: info\n  summary: ${resource_name} is idle and costs ${monthly_cost} a month\n";
  }
  bool lasts() const override { return true; }
  WatchNeed watch_need() const override { return WatchNeed::kResource; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  void Prepare(Rule& rule) const override {
    rule.watch.per_resource = true;
    rule.watch.resource_metrics = IdleMetrics(rule);
  }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    CheckIdle(rule, out);
    CheckUnusedWatch(rule, "idle", out);
    if (!rule.watch.by.empty()) out.push_back(LogicError("R452", {rule.line, 1, 1}, "idle gives one alert for each resource: take `by` out of watch"));
    if (rule.watch.window != absl::ZeroDuration()) out.push_back(LogicError("R452", {rule.line, 1, 1}, "`window` has no meaning for idle: the days are those of idle.over"));
    for (const Level& level : rule.levels) {
      if (!CheckCost(level.condition, out)) return;
      if (level.recover && !CheckCost(*level.recover, out)) return;
    }
  }
  const char* default_summary() const override { return "${resource_name} does nothing and costs ${monthly_cost} a month"; }
  std::vector<std::string> template_names() const override { return {"resource_name", "resource_id", "resource_type", "account", "region", "monthly_cost", "days"}; }
  Spoken Say(const Rule& rule) const override {
    const OptionValues& idle = rule.options.Map("idle");
    const std::string over = CountText(DaysOf(rule), "day");
    Spoken out{.subject = absl::StrCat("a resource", SayTypes(rule.watch.resources))};
    for (const Level& level : rule.levels)
      out.levels.push_back({absl::StrCat(out.levels.empty() ? absl::StrCat("does nothing for ", over, " and ") : "", "costs ", ShareLimits(level.condition.Map("monthly_cost"), nullptr).text(), " a month"),
                            level.recover ? absl::StrCat("it costs ", ShareLimits(level.recover->Map("monthly_cost"), nullptr).text(), " a month") : ""});
    out.details = SayIdle(rule);
    if (idle.Has("days")) out.details.push_back(absl::StrCat("It is enough that this is so on ", idle.Integer("days"), " of the ", over, "."));
    out.details.push_back(absl::StrCat("Resources younger than ", SayLength(idle.Duration("min_age")), " are not judged, nor those with less than ", SayShare(idle.Number("data_coverage")), " of their data."));
    out.each = "One alert for each resource.";
    return out;
  }
  bool groups_meet() const override { return true; }
  std::shared_ptr<RuleCommon> MakeCommon() const override { return std::make_shared<Heard>(); }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<IdleEvaluator>(std::move(rule)); }

 private:
  static bool CheckCost(const OptionValues& condition, std::vector<Diagnostic>& out) {
    if (!condition.Has("monthly_cost")) return true;  // required: told by the table
    if (!ShareLimits::Check(condition, "monthly_cost", true, out)) return false;
    for (const Option& option : kLimitOptions)
      if (const OptionValues& limits = condition.Map("monthly_cost"); limits.Has(option.name) && limits.AsQuantity(option.name).base == "ratio") {
        out.push_back(LogicError("R215", limits.MarkOf(option.name), absl::StrCat("\"", limits.AsQuantity(option.name).text, "\" is no amount of money: write 20 USD")));
        return false;
      }
    return true;
  }
};

}  // namespace

const RuleKind& idle_kind();
const RuleKind& idle_kind() {
  static const IdleKind kind;
  return kind;
}

}  // namespace nephoscope
