// commitment: reservations, savings plans and committed use: whether they are used, whether they cover what runs, and when they end. Judged once a
// day over whole days of the bill.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/engine/day_cells.h"
#include "rules/engine/kind.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/share_limits.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/grid.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

// Days that are kept beyond the window: behind the newest judgement, and of a bill that is read whole before its first day
// is judged.
constexpr std::int64_t kKept = 10, kKeptUnjudged = 400;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr std::int64_t kWindow = 7;  // days
constexpr absl::Duration kAgain[] = {absl::Hours(24 * 7), absl::Hours(24)};  // before the end: told again
constexpr std::size_t kMostListed = 20;

const OptionTable kUtilization = {"utilization", "The share of what was bought that is used.", kLimitOptions};
const OptionTable kCoverage = {"coverage", "The share of what could be covered, at list price, that is.", kLimitOptions};
const Option kPartList[] = {
    {.name = "utilization", .type = OptionType::kMap, .sentence = "The share of what was bought that is used", .example = "{below: 90%}", .fields = &kUtilization},
    {.name = "coverage", .type = OptionType::kMap, .sentence = "The share of what could be covered, at list price, that is", .example = "{below: 70%}", .fields = &kCoverage},
    {.name = "expires_within", .type = OptionType::kDuration, .sentence = "A commitment ends that soon; told then, and again 7 days and 1 day before", .example = "30d", .minimum = 86400},
};
const OptionTable kPart = {"any_of", "What is looked for; all that stands in one line must hold.", kPartList};
const Option kConditionList[] = {
    kPartList[0], kPartList[1], kPartList[2],
    {.name = "any_of", .type = OptionType::kMapList, .sentence = "One of these is enough", .example = "[{utilization: {below: 90%}}, {coverage: {below: 70%}}, {expires_within: 30d}]", .fields = &kPart},
};
const OptionTable kCondition = {"condition of commitment", "All that is given must hold, or one of any_of.", kConditionList};
const OptionTable kOptions = {"commitment", "Tells you when reservations and savings plans are badly used, cover too little, or end.", {}};

// One line: all that is given holds.
struct Asked {
  explicit Asked(const OptionValues& values)
      : utilization(values.Map("utilization"), nullptr), coverage(values.Map("coverage"), nullptr), expires(values.Has("expires_within") ? values.Duration("expires_within") : absl::ZeroDuration()) {}

  std::string text() const {
    std::vector<std::string> out;
    if (!utilization.empty()) out.push_back(absl::StrCat("utilization ", utilization.text()));
    if (!coverage.empty()) out.push_back(absl::StrCat("coverage ", coverage.text()));
    if (expires > absl::ZeroDuration()) out.push_back(absl::StrCat("one ends within ", LengthText(absl::ToDoubleSeconds(expires))));
    return absl::StrJoin(out, " and ");
  }

  // "have a utilization below 90% and end within 30 days".
  std::string verbs() const {
    std::vector<std::string> out;
    if (!utilization.empty()) out.push_back(absl::StrCat("have a utilization ", SayOf(utilization.text())));
    if (!coverage.empty()) out.push_back(absl::StrCat("have a coverage ", SayOf(coverage.text())));
    if (expires > absl::ZeroDuration()) out.push_back(absl::StrCat("end within ", SayLength(expires)));
    return SayList(std::move(out), "and");
  }

  ShareLimits utilization, coverage;
  absl::Duration expires;
};

std::vector<Asked> AskedOf(const OptionValues& condition) {
  if (!condition.Has("any_of")) return {Asked(condition)};
  std::vector<Asked> out;
  for (const OptionValues& line : condition.MapList("any_of")) out.emplace_back(line);
  return out;
}
std::string TextOf(const std::vector<Asked>& asked) {
  std::vector<std::string> out;
  for (const Asked& one : asked) out.push_back(one.text());
  return absl::StrJoin(out, ", or ");
}

std::string VerbsOf(const std::vector<Asked>& asked) {
  std::vector<std::string> out;
  for (const Asked& one : asked) out.push_back(one.verbs());
  return absl::StrJoin(out, ", or ");
}

class CommitmentEvaluator : public Evaluator {
 public:
  explicit CommitmentEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)) {
    window_ = rule_->watch.window > absl::ZeroDuration() ? rule_->watch.window / kDay : kWindow;
    for (const Level& level : rule_->levels) {
      asked_.push_back(AskedOf(level.condition));
      recover_.push_back(level.recover ? AskedOf(*level.recover) : std::vector<Asked>());
      for (const Asked& one : asked_.back()) longest_ = std::max(longest_, one.expires);
    }
  }

  void Define(int slot, const Series& series) override {
    if (slots_.size() <= static_cast<std::size_t>(slot)) slots_.resize(slot + 1);
    Slot& one = slots_[slot];
    const absl::string_view status = series.labels.Get("commitment_discount_status");
    one.what = series.metric == kCommitmentEndMetric ? kEnd : status == "used" ? kUsed : status == "unused" ? kUnused : status == "on_demand" ? kOnDemand : kOther;
    one.list = series.metric == kCommitmentListMetric;
    one.labels = series.labels;
    const absl::string_view name = series.labels.Get("commitment_discount_name");
    one.name = std::string(name.empty() ? series.labels.Get("commitment_discount_id") : name);
    if (series.type == ValueType::kMoney) currency_ = series.currency;
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    Slot& one = slots_[slot];
    if (one.what == kEnd) {
      const absl::Time end = absl::FromUnixSeconds(static_cast<std::int64_t>(sample.value));
      const auto later = std::upper_bound(one.terms.begin(), one.terms.end(), sample.time(), [](absl::Time time, const Term& term) { return time < term.from; });
      if (later != one.terms.begin() && std::prev(later)->end == end) return;
      one.terms.insert(later, {sample.time(), end});
      due.push_back(NextOn(sample.time(), rule_->every));
      if (longest_ == absl::ZeroDuration()) return;
      for (const absl::Duration before : Milestones()) due.push_back(NextOn(end - before, rule_->every));
      due.push_back(NextOn(end, rule_->every));
      return;
    }
    const std::int64_t day = DayOf(sample.time());
    if (!one.cells.Set(day, sample.micros, sample.provisional())) return;
    one.cells.DropBefore(day - window_ - kKeptUnjudged);
    due.push_back(NextOn(StartOfDay(day + 1), rule_->every));
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    for (Slot& slot : slots_) slot.cells.DropBefore(DayOf(now_) - window_ - kKept);
    Measure();
    out.known = known_ || std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) { return EndOf(slot) != absl::InfinitePast(); });
    if (!out.known) return out;
    reasons_.clear();
    impact_ = 0;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      out.holds[i] = Any(asked_[i], &reasons_, &out.met[i]);
      if (asked_[i].size() < 2) out.met[i] = 0;
      out.recovered[i] = recover_[i].empty() ? !out.holds[i] : Any(recover_[i], nullptr, nullptr);
    }
    std::set<std::string> seen;
    reasons_.erase(std::remove_if(reasons_.begin(), reasons_.end(), [&](const std::string& reason) { return !seen.insert(reason).second; }), reasons_.end());
    if (out.holds.any()) {
      Pass();
      impact_ = ImpactNow();
    } else {
      passed_.clear();
    }
    // People are told again when this has doubled: it does so with every end that comes nearer.
    out.stake_micros = passed_.empty() ? 0 : std::int64_t{1} << std::min<std::size_t>(passed_.size(), 40);
    return out;
  }

  absl::Duration patience() const override { return absl::Hours(36); }

  void Describe(Transition& out) const override {
    const std::string unit = currency_.code();
    out.values = {{"utilization", utilization_ ? absl::StrCat(*utilization_ * 100) : "", "%", "", ""},
                  {"coverage", coverage_ ? absl::StrCat(*coverage_ * 100) : "", "%", "", ""},
                  {"unused", Money{PerMonth(sums_.unused), {}}.ToDecimal(), unit, "", ""},
                  {"on_demand", Money{PerMonth(sums_.on_demand), {}}.ToDecimal(), unit, "", ""}};
    out.condition_text = out.conditions == LevelBits{} ? TextOf(asked_[LevelOf(out.severity)]) : Named(out);
    out.window = {StartOfDay(to_ - window_), StartOfDay(to_)};
    out.provisional = provisional_;
    out.impact.amount = {impact_, currency_};
    out.impact.basis = "commitment";
    out.impact.method = "what is bought and not used, and what more of it would save, per month";
    out.contributors = Largest();
    out.explanation = absl::StrCat(out.cause == Cause::kConditionAdded ? absl::StrCat("New: ", out.condition_text, ". ") : "", Explain());
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("utilization", utilization_ ? Percent(*utilization_) : "");
    out.emplace_back("coverage", coverage_ ? Percent(*coverage_) : "");
    out.emplace_back("unused", Money{PerMonth(sums_.unused), currency_}.ToText());
    out.emplace_back("on_demand", Money{PerMonth(sums_.on_demand), currency_}.ToText());
    out.emplace_back("reason", reasons_.empty() ? "commitments are well used" : absl::StrJoin(reasons_, "; "));
    out.emplace_back("value", utilization_ ? Percent(*utilization_) : "");
    out.emplace_back("threshold", asked_.empty() || asked_[0].empty() ? "" : asked_[0][0].text());
  }

  void Save(StateWriter& out) const override {
    out.Time(now_);
    out.Int(impact_);
    out.Int(static_cast<std::int64_t>(reasons_.size()));
    for (const std::string& reason : reasons_) out.Text(reason);
    out.Int(static_cast<std::int64_t>(passed_.size()));
    for (const std::string& passed : passed_) out.Text(passed);
    out.Int(static_cast<std::int64_t>(slots_.size()));
    for (const Slot& slot : slots_) {
      out.Time(slot.terms.empty() ? absl::InfinitePast() : slot.terms.back().end);
      slot.cells.Save(out);
    }
  }
  void Load(StateReader& in) override {
    now_ = in.Time();
    impact_ = in.Int();
    reasons_.clear();
    for (std::size_t n = in.Count(8); n > 0 && in.ok(); --n) reasons_.push_back(in.Text());
    passed_.clear();
    for (std::size_t n = in.Count(8); n > 0 && in.ok(); --n) passed_.insert(in.Text());
    const std::size_t slots = in.Count(4 * 8);
    if (slots_.size() < slots) slots_.resize(slots);
    for (std::size_t i = 0; i < slots && in.ok(); ++i) {
      slots_[i].terms.clear();
      if (const absl::Time end = in.Time(); end != absl::InfinitePast()) slots_[i].terms.push_back({absl::InfinitePast(), end});
      slots_[i].cells.Load(in);
    }
    if (in.ok() && now_ != absl::InfinitePast()) Measure();
  }

 private:
  enum What { kUsed, kUnused, kOnDemand, kEnd, kOther };
  // From when on an end is known; a commitment that is bought again has several.
  struct Term {
    absl::Time from, end;
  };
  struct Slot {
    What what = kOther;
    bool list = false;
    Labels labels;
    std::string name;
    DayCells cells;
    std::vector<Term> terms;  // in order of `from`
  };
  struct Sums {
    std::int64_t used = 0, used_list = 0, unused = 0, on_demand = 0;  // micros
  };

  static std::string Percent(double ratio) { return ValueText(ratio, "ratio"); }
  std::int64_t PerMonth(std::int64_t micros) const { return ScaleMicros(micros, kDaysPerMonth / static_cast<double>(window_)); }
  std::size_t LevelOf(Severity severity) const {
    for (std::size_t i = 0; i < rule_->levels.size(); ++i)
      if (rule_->levels[i].severity == severity) return i;
    return 0;
  }

  void Measure() {
    const std::int64_t to = CompleteTo(), from = to - window_;
    to_ = to;
    sums_ = {};
    known_ = provisional_ = false;
    std::int64_t first = INT64_MAX;
    const auto add = [](std::int64_t& sum, std::int64_t more) { sum = (Money{sum, {}} + Money{more, {}}).micros; };
    for (const Slot& slot : slots_) {
      if (slot.what == kEnd || slot.what == kOther || slot.cells.empty()) continue;
      first = std::min(first, slot.cells.first());
      provisional_ = provisional_ || slot.cells.Provisional(std::max(from, to - 3), to);
      const std::int64_t sum = slot.cells.Sum(from, to);
      if (slot.what == kUsed) add(slot.list ? sums_.used_list : sums_.used, sum);
      if (slot.what == kUnused && !slot.list) add(sums_.unused, sum);
      if (slot.what == kOnDemand && slot.list) add(sums_.on_demand, sum);
    }
    known_ = first <= from;  // only whole windows are judged
    utilization_ = known_ ? Share(sums_.used, sums_.unused) : std::nullopt;
    coverage_ = known_ ? Share(std::max(sums_.used_list, sums_.used), sums_.on_demand) : std::nullopt;
  }
  // The end of the newest day whose bill is complete: a share of half a day is too small, or too large.
  std::int64_t CompleteTo() const {
    std::int64_t to = DayOf(now_);
    const auto open = [&](const Slot& slot) { return slot.what != kEnd && slot.what != kOther && slot.cells.Provisional(to - 1, to); };
    for (int back = 0; back < kMostOpenDays && std::any_of(slots_.begin(), slots_.end(), open); ++back) --to;
    return to;
  }
  static std::optional<double> Share(std::int64_t part, std::int64_t rest) {
    const double whole = static_cast<double>(part) + static_cast<double>(rest);
    if (whole <= 0) return std::nullopt;
    return std::clamp(static_cast<double>(part) / whole, 0.0, 1.0);
  }

  // The lines of any_of that a step is about.
  std::string Named(const Transition& out) const {
    std::vector<std::string> lines;
    for (std::size_t level = 0; level < asked_.size(); ++level)
      for (std::size_t line = 0; line < asked_[level].size(); ++line)
        if ((out.conditions[level] >> line & 1) != 0) lines.push_back(asked_[level][line].text());
    return absl::StrJoin(lines, " and ");
  }

  // Adds what is true to `reasons`, and the numbers of the lines that are to `met`.
  bool Any(const std::vector<Asked>& asked, std::vector<std::string>* reasons, std::uint32_t* met) const {
    constexpr std::size_t kMostLines = 32;
    bool any = false;
    for (const Asked& one : asked) {
      std::vector<std::string> why;
      bool holds = true;
      const auto share = [&](const char* name, const ShareLimits& limits, const std::optional<double>& value) {
        if (limits.empty()) return;
        holds = holds && value && limits.Hold(*value, 0);
        if (value) why.push_back(absl::StrCat(name, " is ", Percent(*value), " (", limits.text(), ")"));
      };
      share("utilization", one.utilization, utilization_);
      share("coverage", one.coverage, coverage_);
      if (one.expires > absl::ZeroDuration()) {
        const std::vector<std::string> ends = Ending(one.expires);
        holds = holds && !ends.empty();
        why.insert(why.end(), ends.begin(), ends.end());
      }
      any = any || holds;
      const auto line = static_cast<std::size_t>(&one - asked.data());
      if (holds && met != nullptr && line < kMostLines) *met |= std::uint32_t{1} << line;
      if (holds && reasons != nullptr) reasons->insert(reasons->end(), why.begin(), why.end());
    }
    return any;
  }
  // As it was known at the time that is judged; infinite past: not yet.
  absl::Time EndOf(const Slot& slot) const {
    for (auto term = slot.terms.rbegin(); term != slot.terms.rend(); ++term)
      if (term->from <= now_) return term->end;
    return absl::InfinitePast();
  }
  bool EndsWithin(const Slot& slot, absl::Duration within) const {
    const absl::Time end = slot.what == kEnd ? EndOf(slot) : absl::InfinitePast();
    return end > now_ && end - now_ <= within;
  }
  std::vector<std::string> Ending(absl::Duration within) const {
    std::vector<std::string> out;
    for (const Slot& slot : slots_)
      if (EndsWithin(slot, within))
        out.push_back(absl::StrCat(slot.name, " ends in ", LengthText(absl::ToDoubleSeconds(EndOf(slot) - now_)), " (", absl::FormatTime("%Y-%m-%d", EndOf(slot), absl::UTCTimeZone()), ")"));
    std::sort(out.begin(), out.end());
    return out;
  }

  std::vector<absl::Duration> Milestones() const {
    std::vector<absl::Duration> out = {longest_};
    for (const absl::Duration one : kAgain)
      if (one < longest_) out.push_back(one);
    return out;
  }
  void Pass() {
    if (longest_ == absl::ZeroDuration()) return;
    for (const Slot& slot : slots_)
      for (const absl::Duration before : Milestones())
        if (EndsWithin(slot, before)) passed_.insert(absl::StrCat(slot.labels.Get("commitment_discount_id"), " ", absl::ToUnixSeconds(EndOf(slot)), " ", absl::ToInt64Hours(before)));
    if (passed_.empty()) passed_.insert("");  // what is true besides ends
  }

  // What a commitment saves of each dollar at list price; none where the bill does not say.
  double Saves() const { return sums_.used_list > sums_.used && sums_.used > 0 ? 1 - static_cast<double>(sums_.used) / static_cast<double>(sums_.used_list) : 0; }
  std::int64_t ImpactNow() const {
    const auto asks = [&](auto what) {
      return std::any_of(asked_.begin(), asked_.end(), [&](const std::vector<Asked>& level) { return std::any_of(level.begin(), level.end(), what); });
    };
    const bool use = asks([&](const Asked& one) { return !one.utilization.empty() && utilization_ && one.utilization.Hold(*utilization_, 0); });
    const bool cover = asks([&](const Asked& one) { return !one.coverage.empty() && coverage_ && one.coverage.Hold(*coverage_, 0); });
    return PerMonth((Money{use ? sums_.unused : 0, {}} + Money{cover ? ScaleMicros(sums_.on_demand, Saves()) : 0, {}}).micros);
  }

  std::vector<Contributor> Largest() const {
    const std::int64_t to = DayOf(now_), from = to - window_;
    std::vector<Contributor> out;
    for (const Slot& slot : slots_) {
      if (!(slot.what == kUnused && !slot.list) && !(slot.what == kOnDemand && slot.list)) continue;
      const std::int64_t micros = PerMonth(slot.cells.Sum(from, to));
      if (micros > 0) out.push_back({slot.labels, {micros, currency_}});
    }
    std::stable_sort(out.begin(), out.end(), [](const Contributor& a, const Contributor& b) { return a.amount.micros != b.amount.micros ? a.amount.micros > b.amount.micros : a.labels < b.labels; });
    if (out.size() > kMostListed) out.resize(kMostListed);
    return out;
  }

  std::string Explain() const {
    std::string out = reasons_.empty() ? "Nothing that the rule looks for is so" : absl::StrJoin(reasons_, "; ");
    out += '.';
    if (utilization_) absl::StrAppend(&out, " In the last ", window_, " days ", Percent(*utilization_), " of what was bought was used; what was not would cost ", Money{PerMonth(sums_.unused), currency_}.ToText(), " a month.");
    if (coverage_) absl::StrAppend(&out, " Of what could be covered, ", Percent(*coverage_), " was; the rest comes to ", Money{PerMonth(sums_.on_demand), currency_}.ToText(), " a month at list price.");
    if (Saves() > 0) absl::StrAppend(&out, " Commitments save ", Percent(Saves()), " of the list price here.");
    return out;
  }

  std::shared_ptr<const Rule> rule_;
  std::int64_t window_;
  std::vector<std::vector<Asked>> asked_, recover_;  // by level
  absl::Duration longest_ = absl::ZeroDuration();    // of expires_within
  std::vector<Slot> slots_;
  Currency currency_;
  absl::Time now_ = absl::InfinitePast();
  Sums sums_;
  static constexpr int kMostOpenDays = 10;
  std::int64_t to_ = 0;  // end of the window that was measured, in days
  bool known_ = false, provisional_ = false;
  std::optional<double> utilization_, coverage_;
  std::vector<std::string> reasons_;
  std::set<std::string> passed_;  // which ends came how near while it fires
  std::int64_t impact_ = 0;       // per month
};

class CommitmentKind : public RuleKind {
 public:
  const char* name() const override { return "commitment"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: CommitmentsBadlyUsed\n  kind: commitment\n  watch:\n    commitment: [savings_plan, reserved_instance, committed_use_discount]\n    by: [provider, account]\n    window: 7d\n"
           "  when:\n    any_of:\n      - {utilization: {below: 90%}}\n      - {coverage: {below: 70%}}\n      - {expires_within: 30d}\n"
           "  summary: \"${account}: ${reason}; about ${impact} a month\"\n";
  }
  bool lasts() const override { return true; }
  WatchNeed watch_need() const override { return WatchNeed::kCommitment; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    CheckUnusedWatch(rule, "commitment", out);
    CheckWholeDays(rule, out);
    for (const Level& level : rule.levels) {
      CheckWhole(level.condition, out);
      if (level.recover) CheckWhole(*level.recover, out);
    }
  }

  const char* default_summary() const override { return "${reason}"; }
  std::vector<std::string> template_names() const override { return {"utilization", "coverage", "unused", "on_demand", "reason"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = absl::StrCat("commitments (", SayNames(rule.watch.commitments, "or"), ")", rule.watch.window > absl::ZeroDuration() ? absl::StrCat(" over ", SayLength(rule.watch.window)) : ""), .again = "they"};
    for (const Level& level : rule.levels) out.levels.push_back({VerbsOf(AskedOf(level.condition)), level.recover ? absl::StrCat("they ", VerbsOf(AskedOf(*level.recover))) : ""});
    return out;
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<CommitmentEvaluator>(std::move(rule)); }

 private:
  static void CheckWhole(const OptionValues& condition, std::vector<Diagnostic>& out) {
    const bool own = CheckOne(condition, out);
    if (!condition.Has("any_of")) {
      if (!own) out.push_back(LogicError("R401", condition.mark, "nothing is compared here: write utilization, coverage or expires_within, such as {utilization: {below: 90%}}"));
      return;
    }
    if (own) out.push_back(LogicError("R461", condition.MarkOf("any_of"), "any_of stands alone: put the other conditions into its lines"));
    if (condition.MapList("any_of").empty()) out.push_back(LogicError("R401", condition.MarkOf("any_of"), "any_of is empty, so nothing would fire: write a line such as - {utilization: {below: 90%}}"));
    for (const OptionValues& line : condition.MapList("any_of"))
      if (!CheckOne(line, out)) out.push_back(LogicError("R401", line.mark, "this line of any_of compares nothing: write utilization, coverage or expires_within"));
  }
  // Whether anything is asked.
  static bool CheckOne(const OptionValues& line, std::vector<Diagnostic>& out) {
    for (const char* name : {"utilization", "coverage"}) {
      if (!line.Has(name)) continue;
      const OptionValues& limits = line.Map(name);
      bool any = false;
      for (const Option& option : kLimitOptions) {
        if (!limits.Has(option.name)) continue;
        any = true;
        if (const Quantity& quantity = limits.AsQuantity(option.name); quantity.base != "ratio")
          out.push_back(LogicError(quantity.base.empty() ? "R204" : "R215", limits.MarkOf(option.name), absl::StrCat("\"", quantity.text, "\" is not a share: write a percentage, such as 90%")));
      }
      if (!any) out.push_back(LogicError("R401", limits.mark, absl::StrCat("nothing is compared here: write ", name, ": {below: 90%}")));
    }
    return line.Has("utilization") || line.Has("coverage") || line.Has("expires_within");
  }
};

}  // namespace

const RuleKind& commitment_kind();
const RuleKind& commitment_kind() {
  static const CommitmentKind kind;
  return kind;
}

}  // namespace nephoscope
