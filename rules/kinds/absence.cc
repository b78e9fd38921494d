// absence: something that used to report is silent. Driven by the wall clock: silence has no event time.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr const char* kSeen = "seen in the last ";

const Option kOptionList[] = {
    {.name = "expected", .type = OptionType::kText, .sentence = "Who is expected to report: those that did within this time", .default_text = "seen in the last 30d", .example = "seen in the last 7d"},
};
const OptionTable kOptions = {"absence", "Tells you when something that used to report is silent.", kOptionList};
const Option kConditionList[] = {
    {.name = "no_data_for", .type = OptionType::kDuration, .sentence = "Holds when nothing came for longer than this", .example = "36h", .required = true, .minimum = 1},
};
const OptionTable kCondition = {"condition of absence", "How long the silence must be.", kConditionList};

// "seen in the last 30d" -> 30 days; zero: not in this form.
absl::Duration ExpectedWithin(const std::string& text) {
  const absl::string_view rest = absl::string_view(text).substr(0, std::string(kSeen).size()) == kSeen ? absl::string_view(text).substr(std::string(kSeen).size()) : absl::string_view();
  if (rest.empty()) return absl::ZeroDuration();
  std::string number(rest.substr(0, rest.size() - 1));
  absl::Duration hours;
  if (rest.back() == 'd' && absl::ParseDuration(number + "h", &hours)) return hours * 24;
  return absl::ParseDuration(std::string(rest), &hours) ? hours : absl::ZeroDuration();
}

class AbsenceEvaluator : public Evaluator {
 public:
  explicit AbsenceEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), within_(ExpectedWithin(rule_->options.Text("expected"))) {}

  void Define(int slot, const Series& series) override {
    if (periods_.size() <= static_cast<std::size_t>(slot)) periods_.resize(slot + 1);
    periods_[slot] = series.type == ValueType::kMoney ? series.period : absl::ZeroDuration();
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>&) override { seen_ = std::max(seen_, sample.time() + periods_[slot]); }
  bool judges_by_wall() const override { return true; }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    const absl::Duration silent = time - seen_;
    if (seen_ == absl::InfinitePast()) {
      out.known = false;
      return out;
    }
    out.began = seen_;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      out.holds[i] = silent > rule_->levels[i].condition.Duration("no_data_for") && silent <= within_;
      out.recovered[i] = !out.holds[i];
    }
    return out;
  }

  void Describe(Transition& out) const override {
    out.values = {{"silent_for", absl::StrCat(absl::ToInt64Seconds(now_ - seen_)), "s", "", ""}};
    out.condition_text = absl::StrCat("no data for ", LengthText(absl::ToDoubleSeconds(rule_->levels[0].condition.Duration("no_data_for"))));
    out.explanation = absl::StrCat("The last data are of ", Seen(), ".");
  }
  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("last_seen", Seen());
    out.emplace_back("value", LengthText(absl::ToDoubleSeconds(now_ - seen_)));
    out.emplace_back("threshold", LengthText(absl::ToDoubleSeconds(rule_->levels[0].condition.Duration("no_data_for"))));
  }
  void Save(StateWriter& out) const override {
    out.Time(seen_);
    out.Time(now_);
  }
  void Load(StateReader& in) override {
    seen_ = in.Time();
    now_ = in.Time();
  }

 private:
  std::string Seen() const { return absl::FormatTime("%Y-%m-%d %H:%M UTC", seen_, absl::UTCTimeZone()); }

  std::shared_ptr<const Rule> rule_;
  absl::Duration within_;
  std::vector<absl::Duration> periods_;
  absl::Time seen_ = absl::InfinitePast(), now_ = absl::InfinitePast();
};

class AbsenceKind : public RuleKind {
 public:
  const char* name() const override { return "absence"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: BillingDataStopped\n  kind: absence\n  watch: {cost: billed, by: [provider, account]}\n  expected: seen in the last 30d\n  when: {no_data_for: 36h}\n"
           "  summary: no billing data from ${provider} account ${account} since ${last_seen}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetricOrCost; }
  Windows windows() const override { return Windows::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool counts_money() const override { return false; }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const absl::Duration within = ExpectedWithin(rule.options.Text("expected"));
    if (within <= absl::ZeroDuration())
      out.push_back(LogicError("R407", rule.options.MarkOf("expected"), absl::StrCat("\"", rule.options.Text("expected"), "\" does not say who is expected; write: seen in the last 30d")));
    for (const Level& level : rule.levels)
      if (within > absl::ZeroDuration() && level.condition.Duration("no_data_for") >= within)
        out.push_back(LogicError("R408", level.condition.mark, "the silence must be shorter than the time within which somebody counts as expected"));
  }
  const char* default_summary() const override { return "nothing was heard since ${last_seen}"; }
  std::vector<std::string> template_names() const override { return {"last_seen"}; }
  std::string Say(const Rule& rule) const override {
    return absl::StrCat(ToText(rule.levels[0].severity), " when ", rule.watch.metric, " is silent for ", LengthText(absl::ToDoubleSeconds(rule.levels[0].condition.Duration("no_data_for"))), SayGroup(rule), ".");
  }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<AbsenceEvaluator>(std::move(rule)); }
};

}  // namespace

const RuleKind& absence_kind();
const RuleKind& absence_kind() {
  static const AbsenceKind kind;
  return kind;
}

}  // namespace nephoscope
