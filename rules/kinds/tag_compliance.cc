// tag_compliance: what resources without the right tags cost.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/engine/day_cells.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/share_limits.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/tag_rules.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

// Days that are kept beyond the window: behind the newest judgement, and of a bill that is read whole before its first day
// is judged.
constexpr std::int64_t kKept = 40, kKeptUnjudged = 400;

const Option kOptionList[] = {
    {.name = "tags", .type = OptionType::kMap, .sentence = "What the tags of a resource must be", .required = true, .fields = &kTagOptions},
    {.name = "grace", .type = OptionType::kDuration, .sentence = "How long a new resource may go without", .default_text = "24h"},
};
const OptionTable kOptions = {"tag_compliance", "Tells you what resources without the right tags cost.", kOptionList};

const OptionTable kUntagged = {"untagged_cost", "The cost of resources that break a rule.", kLimitOptions};
const OptionTable kResources = {"resources", "The number of resources that break a rule.", kLimitOptions};
const Option kConditionList[] = {
    {.name = "untagged_cost", .type = OptionType::kMap, .sentence = "Their share of the cost of all resources (3%), or what they cost a month (500 USD)", .example = "{above: 3%}", .fields = &kUntagged},
    {.name = "resources", .type = OptionType::kMap, .sentence = "How many there are", .example = "{at_least: 1}", .fields = &kResources},
};
const OptionTable kCondition = {"condition of tag_compliance", "All that are given must hold.", kConditionList};

constexpr std::int64_t kWindow = 30;  // days
constexpr std::size_t kMostListed = 100;

// The labels of a resource that people need to find it, and its owner.
constexpr const char* kListed[] = {"account", "region", "resource_id", "resource_name", "resource_type", "service"};

class TagComplianceEvaluator : public Evaluator {
 public:
  explicit TagComplianceEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), tags_(rule_->options.Map("tags")) {
    window_ = rule_->watch.window > absl::ZeroDuration() ? rule_->watch.window / absl::Hours(24) : kWindow;
    for (const Level& level : rule_->levels) {
      shares_.emplace_back(level.condition.Map("untagged_cost"), level.recover ? &level.recover->Map("untagged_cost") : nullptr);
      counts_.emplace_back(level.condition.Map("resources"), level.recover ? &level.recover->Map("resources") : nullptr);
    }
  }

  void Define(int slot, const Series& series) override {
    if (slots_.size() <= static_cast<std::size_t>(slot)) slots_.resize(slot + 1);
    Slot& one = slots_[slot];
    currency_ = series.currency;
    one.id = std::string(series.labels.Get("resource_id"));
    if (one.id.empty()) return;
    const TagRules::Verdict verdict = tags_.Judge(series.labels);
    one.spelled = absl::StrJoin(verdict.spelled, ", ");
    one.problem = absl::StrJoin(verdict.problems, "; ");
    std::vector<Label> listed;
    for (const LabelView label : series.labels.pairs())
      if (std::find(std::begin(kListed), std::end(kListed), label.name) != std::end(kListed) || IsOwner(std::string(label.name))) listed.push_back({std::string(label.name), std::string(label.value)});
    if (!one.problem.empty()) listed.push_back({"problem", one.problem});
    one.labels = Labels(std::move(listed));
    resources_[one.id].insert(slot);
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const std::int64_t day = DayOf(sample.time());
    if (!slots_[slot].cells.Set(day, sample.micros, sample.provisional())) return;
    first_ = std::min(first_, day);
    slots_[slot].cells.DropBefore(day - window_ - kKeptUnjudged);
    due.push_back(NextOn(StartOfDay(day + 1), rule_->every));
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    for (Slot& slot : slots_) slot.cells.DropBefore(DayOf(now_) - window_ - kKept);
    Measure();
    out.known = count_ > 0;
    if (!out.known) return out;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const double count = static_cast<double>(offenders_.size());
      const std::int64_t cost = Monthly(offending_);
      out.holds[i] = shares_[i].Hold(Share(), cost) && counts_[i].Hold(count, 0);
      out.recovered[i] = rule_->levels[i].recover ? shares_[i].RecoverHolds(Share(), cost) && counts_[i].RecoverHolds(count, 0)
                                                  : shares_[i].Recovered(Share(), cost) || counts_[i].Recovered(count, 0);
    }
    return out;
  }

  absl::Duration patience() const override { return absl::Hours(36); }
  bool lists_cases() const override { return rule_->watch.by.empty(); }

  void Describe(Transition& out) const override {
    const std::string unit = currency_.code();
    out.values = {{"untagged_cost", Money{Monthly(offending_), {}}.ToDecimal(), unit, "", ""},  {"untagged_share", absl::StrCat(Share() * 100), "%", "", ""},
                  {"resources", absl::StrCat(offenders_.size()), "", "", ""},          {"resources_in_all", absl::StrCat(count_), "", "", ""},
                  {"cost_of_resources", Money{Monthly(taggable_), {}}.ToDecimal(), unit, "", ""}, {"untaggable_cost", Money{Monthly(untaggable_), {}}.ToDecimal(), unit, "", ""}};
    out.condition_text = ConditionText(LevelOf(out.severity));
    out.window = {StartOfDay(DayOf(now_) - days_), now_};
    out.provisional = provisional_;
    out.impact.amount = {std::max<std::int64_t>(Monthly(offending_), 0), currency_};
    out.impact.basis = "untagged";
    out.impact.method = absl::StrCat("what these resources cost in the last ", DaysText(), ", per month");
    out.contributors = offenders_;
    if (out.contributors.size() > kMostListed) out.contributors.resize(kMostListed);
    out.explanation = Explain();
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("untagged_cost", Shown(offending_));
    out.emplace_back("untagged_share", Percent(Share()));
    out.emplace_back("resources", absl::StrCat(offenders_.size()));
    out.emplace_back("worst", offenders_.empty() ? "" : Name(offenders_[0].labels));
    out.emplace_back("value", Percent(Share()));
    out.emplace_back("threshold", shares_[0].empty() ? counts_[0].written() : shares_[0].written());
  }

  void Save(StateWriter& out) const override {
    out.Int(first_);
    out.Time(now_);
    out.Int(static_cast<std::int64_t>(slots_.size()));
    for (const Slot& slot : slots_) slot.cells.Save(out);
  }
  void Load(StateReader& in) override {
    first_ = in.Int();
    now_ = in.Time();
    const std::size_t slots = in.Count(3 * 8);
    if (slots_.size() < slots) slots_.resize(slots);
    for (std::size_t i = 0; i < slots && in.ok(); ++i) slots_[i].cells.Load(in);
    if (now_ != absl::InfinitePast()) Measure();
  }

 private:
  struct Slot {
    std::string id, problem, spelled;
    Labels labels;
    DayCells cells;
  };

  static bool IsOwner(const std::string& name) { return name == "owner" || name == "team" || name == "department" || name == "contact"; }
  static std::string Percent(double ratio) { return ValueText(ratio, "ratio"); }
  static std::string Name(const Labels& labels) {
    const absl::string_view name = labels.Get("resource_name");
    return std::string(name.empty() ? labels.Get("resource_id") : name);
  }
  double Share() const { return taggable_ > 0 ? std::max(0.0, static_cast<double>(offending_) / static_cast<double>(taggable_)) : 0; }
  // All amounts that people are shown are per month, by the days that the bill has.
  std::int64_t Monthly(std::int64_t micros) const { return ScaleMicros(micros, kDaysPerMonth / static_cast<double>(days_)); }
  std::string Shown(std::int64_t micros) const { return Money{Monthly(micros), currency_}.ToText(); }
  std::string DaysText() const { return absl::StrCat(days_, days_ == 1 ? " day" : " days"); }

  // What there is to say of the window that ends now. A resource is as its newest series says: tags that were mended count from then on.
  void Measure() {
    const std::int64_t to = DayOf(now_), from = to - window_;
    days_ = std::clamp<std::int64_t>(to - first_, 1, window_);
    offenders_.clear();
    spelled_.clear();
    offending_ = taggable_ = untaggable_ = 0;
    count_ = new_ = 0;
    provisional_ = false;
    for (const Slot& slot : slots_) {
      provisional_ = provisional_ || slot.cells.Provisional(std::max(from, to - 2), to);
      if (slot.id.empty()) untaggable_ = Plus(untaggable_, slot.cells.Sum(from, to));
    }
    for (const auto& [id, slots] : resources_) Take(slots, from, to);
    std::stable_sort(offenders_.begin(), offenders_.end(), [](const Contributor& a, const Contributor& b) { return a.amount.micros > b.amount.micros; });
  }

  void Take(const std::set<int>& slots, std::int64_t from, std::int64_t to) {
    std::int64_t cost = 0, born = INT64_MAX;
    const Slot* newest = nullptr;
    for (const int slot : slots) {
      const DayCells& cells = slots_[slot].cells;
      if (cells.empty()) continue;
      born = std::min(born, cells.first());
      if (!cells.Any(from, to)) continue;
      cost = Plus(cost, cells.Sum(from, to));
      if (newest == nullptr || cells.LastIn(from, to) >= newest->cells.LastIn(from, to)) newest = &slots_[slot];
    }
    if (newest == nullptr) return;
    ++count_;
    taggable_ = Plus(taggable_, cost);
    if (!newest->spelled.empty()) ++spelled_[newest->spelled];
    if (newest->problem.empty()) return;
    // What was there when we began to look is of unknown age.
    if (born > first_ && now_ - StartOfDay(born) < rule_->options.Duration("grace")) {
      ++new_;
      return;
    }
    offending_ = Plus(offending_, cost);
    offenders_.push_back({newest->labels, {Monthly(cost), currency_}});
  }
  static std::int64_t Plus(std::int64_t a, std::int64_t b) { return (Money{a, {}} + Money{b, {}}).micros; }

  std::size_t LevelOf(Severity severity) const {
    for (std::size_t i = 0; i < rule_->levels.size(); ++i)
      if (rule_->levels[i].severity == severity) return i;
    return 0;
  }
  std::string ConditionText(std::size_t level) const {
    std::vector<std::string> out;
    if (!shares_[level].empty()) out.push_back(absl::StrCat("cost of resources without the right tags ", shares_[level].text()));
    if (!counts_[level].empty()) out.push_back(absl::StrCat("resources without the right tags ", counts_[level].text()));
    return absl::StrJoin(out, " and ");
  }

  std::string Explain() const {
    std::string out = absl::StrCat(offenders_.size(), " of ", count_, " resources do not have the right tags; they cost ", Shown(offending_), " of ", Shown(taggable_), " a month (", Percent(Share()),
                                   "), by the last ", DaysText(), " of the bill.");
    for (std::size_t i = 0; i < offenders_.size() && i < 3; ++i)
      absl::StrAppend(&out, i == 0 ? " The costliest: " : "; ", Name(offenders_[i].labels), " (", offenders_[i].amount.ToText(), "): ", offenders_[i].labels.Get("problem"));
    if (!offenders_.empty()) out += '.';
    for (const auto& [spelling, count] : spelled_) absl::StrAppend(&out, " Spelled differently on ", count, count == 1 ? " resource: " : " resources: ", spelling, ".");
    if (new_ > 0) absl::StrAppend(&out, " ", new_, new_ == 1 ? " resource is" : " resources are", " new and not counted yet.");
    if (untaggable_ != 0) absl::StrAppend(&out, " ", Shown(untaggable_), " a month belongs to no resource and cannot be tagged.");
    return out;
  }

  std::shared_ptr<const Rule> rule_;
  TagRules tags_;
  std::int64_t window_, days_ = 1;                  // that are looked at; that there are
  std::vector<ShareLimits> shares_, counts_;  // by level
  Currency currency_;
  std::vector<Slot> slots_;
  std::map<std::string, std::set<int>> resources_;  // slots of one resource: with other tags it is another series
  std::int64_t first_ = INT32_MAX;                  // the first day that was seen
  absl::Time now_ = absl::InfinitePast();
  std::vector<Contributor> offenders_;              // the costliest first
  std::map<std::string, int> spelled_;
  std::int64_t offending_ = 0, taggable_ = 0, untaggable_ = 0;
  int count_ = 0, new_ = 0;
  bool provisional_ = false;
};

class TagComplianceKind : public RuleKind {
 public:
  const char* name() const override { return "tag_compliance"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: SpendWithoutOwner\n  kind: tag_compliance\n  watch: {resource: \"*\", by: [provider, account]}\n  tags:\n    required: [Owner, CostCenter, Environment]\n"
           "    allowed: {Environment: [prod, staging, dev]}\n    pattern: {CostCenter: CC-....}\n    same_as: {Owner: [owner, OWNER, owner-email]}\n"
           "  grace: 24h\n  when: {untagged_cost: {above: 3%}}\n  severity: info\n  summary: \"${account}: untagged resources cost ${untagged_cost}\"\n";
  }
  bool lasts() const override { return true; }
  WatchNeed watch_need() const override { return WatchNeed::kResource; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    TagRules::Check(rule.options.Map("tags"), out);
    CheckUnusedWatch(rule, "tag_compliance", out);
    CheckWholeDays(rule, out);
    double before = 0;
    for (std::size_t i = 0; i < rule.levels.size(); ++i) {
      const OptionValues& condition = rule.levels[i].condition;
      if (!ShareLimits::Check(condition, "untagged_cost", true, out) || !ShareLimits::Check(condition, "resources", false, out)) return;
      if (rule.levels[i].recover && !CheckRecover(*rule.levels[i].recover, out)) return;
      const ShareLimits share(condition.Map("untagged_cost"), nullptr), count(condition.Map("resources"), nullptr);
      if (share.empty() && count.empty())
        return out.push_back(LogicError("R401", condition.mark, "nothing is compared here: write untagged_cost or resources, such as {untagged_cost: {above: 3%}}"));
      const double number = share.empty() ? count.number() : share.number();
      if (i > 0 && number <= before)
        return out.push_back(LogicError("R402", condition.mark, absl::StrCat("the level ", ToText(rule.levels[i].severity), " is reached before the level below it: exchange the two")));
      before = number;
    }
  }

  const char* default_summary() const override { return "${resources} resources without the right tags cost ${untagged_cost} (${untagged_share})"; }
  std::vector<std::string> template_names() const override { return {"untagged_cost", "untagged_share", "resources", "worst"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = absl::StrCat("resources", SayTypes(rule.watch.resources), " without the right tags", rule.watch.window > absl::ZeroDuration() ? absl::StrCat(" over ", SayLength(rule.watch.window)) : ""), .again = "they"};
    for (const Level& level : rule.levels) out.levels.push_back({SayCondition(level.condition), level.recover ? absl::StrCat("they ", SayCondition(*level.recover)) : ""});
    out.details = TagRules::Say(rule.options.Map("tags"));
    out.details.push_back(absl::StrCat("New resources have ", SayLength(rule.options.Duration("grace")), " to get them."));
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<TagComplianceEvaluator>(std::move(rule)); }

 private:
  // "cost above 3% of all and number at least 10".
  static std::string SayCondition(const OptionValues& condition) {
    const ShareLimits share(condition.Map("untagged_cost"), nullptr), count(condition.Map("resources"), nullptr);
    std::vector<std::string> out;
    if (!share.empty()) out.push_back(absl::StrCat("cost ", share.text(), share.share() ? " of all" : " a month"));
    if (!count.empty()) out.push_back(absl::StrCat("number ", count.text()));
    return SayList(std::move(out), "and");
  }
  static bool CheckRecover(const OptionValues& recover, std::vector<Diagnostic>& out) {
    if (!recover.Has("untagged_cost") && !recover.Has("resources")) {
      out.push_back(LogicError("R401", recover.mark, "nothing is compared here: write untagged_cost or resources, such as {untagged_cost: {below: 2%}}"));
      return false;
    }
    return ShareLimits::Check(recover, "untagged_cost", true, out) && ShareLimits::Check(recover, "resources", false, out);
  }
};

}  // namespace

const RuleKind& tag_compliance_kind();
const RuleKind& tag_compliance_kind() {
  static const TagComplianceKind kind;
  return kind;
}

}  // namespace nephoscope
