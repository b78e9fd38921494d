// absence: something that used to report is silent. Driven by the wall clock: silence has no event time.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/cost_cells.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/model/count_text.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {
namespace {

constexpr const char* kSeen = "seen in the last ";
constexpr absl::Duration kDay = absl::Hours(24), kWeek = absl::Hours(24 * 7);

const Option kOptionList[] = {
    {.name = "expected", .type = OptionType::kTextList, .sentence = "Who is expected to report: those that did within this time, or a list of values of the one `by` label, whether or not anything was ever heard of them", .default_text = "seen in the last 30d", .example = "seen in the last 7d"},
    {.name = "accounts_file", .type = OptionType::kText, .sentence = "Or a table beside the file, with a column for each label of `by`: who stands in it is expected", .example = "accounts.csv"},
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

bool IsWithin(const Rule& rule) {
  const std::vector<std::string>& said = rule.options.TextList("expected");
  return said.size() == 1 && absl::StartsWith(said[0], "seen in");
}

absl::Duration WithinOf(const Rule& rule) { return IsWithin(rule) ? ExpectedWithin(rule.options.TextList("expected")[0]) : absl::ZeroDuration(); }

class AbsenceEvaluator : public Evaluator {
 public:
  explicit AbsenceEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), within_(rule_->expected.empty() ? WithinOf(*rule_) : absl::InfiniteDuration()) {}

  void Define(int slot, const Series& series) override {
    if (periods_.size() <= static_cast<std::size_t>(slot)) periods_.resize(slot + 1);
    periods_[slot] = series.type == ValueType::kMoney ? series.period : absl::ZeroDuration();
    if (series.type != ValueType::kMoney) return;
    cells_.Define(slot, series);
    mixed_ = mixed_ || (!currency_.empty() && !(currency_ == series.currency));
    currency_ = series.currency;
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>&) override {
    if (const absl::Time end = sample.time() + periods_[slot]; end > seen_) seen_ = end, news_ = true;
    std::vector<absl::Time> unused;
    if (periods_[slot] > absl::ZeroDuration()) cells_.Add(slot, sample, unused);
  }
  bool judges_by_wall() const override { return true; }

  void Expect(bool listed, absl::Time now) override {
    if (listed && !listed_ && now != absl::InfinitePast()) expected_since_ = now;
    listed_ = listed;
    news_ = true;
  }

  // Data end an alert at their own time; silence begins one when it has lasted so long, whenever somebody looks.
  std::optional<absl::Time> NextByWall(absl::Time judged, absl::Time silent_to, bool idle) const override {
    const absl::Time since = Since();
    if (since == absl::InfinitePast() && !(news_ && !idle)) return std::nullopt;
    if (news_ && !idle) return std::max(since, judged);
    absl::Time next = absl::InfiniteFuture();
    const auto offer = [&](absl::Duration silent) {
      if (since + silent > judged) next = std::min(next, since + silent);
    };
    for (const Level& level : rule_->levels) {
      const absl::Duration limit = level.condition.Duration("no_data_for");
      offer(limit);
      offer(limit + level.hold);
    }
    if (!idle) offer(rule_->keep_firing_for), offer(within_);
    return next < silent_to ? std::optional<absl::Time>(next) : std::nullopt;
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = now_ = time;
    news_ = false;
    const bool nobody = !rule_->expected.empty() && !listed_;  // but it may have been
    if (!nobody && Since() == absl::InfinitePast()) {
      out.known = false;
      return out;
    }
    const absl::Duration silent = time - Since();
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      out.holds[i] = silent >= rule_->levels[i].condition.Duration("no_data_for") && silent < within_ && !nobody;
      out.recovered[i] = !out.holds[i];
    }
    return out;
  }

  void Describe(Transition& out) const override {
    out.values = {{"silent_for", absl::StrCat(absl::ToInt64Seconds(now_ - Since())), "s", "", ""}};
    out.condition_text = absl::StrCat("no data for ", LengthText(absl::ToDoubleSeconds(rule_->levels[0].condition.Duration("no_data_for"))));
    out.explanation = seen_ == absl::InfinitePast() ? absl::StrCat("Nothing was ever heard; something has been expected since ", At(Since()), ".") : absl::StrCat("The last data are of ", At(seen_), ".");
    DescribeBlindSpend(out);
  }
  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("last_seen", seen_ == absl::InfinitePast() ? absl::StrCat("the rule began (", At(Since()), ")") : At(seen_));
    out.emplace_back("value", LengthText(absl::ToDoubleSeconds(now_ - Since())));
    out.emplace_back("threshold", LengthText(absl::ToDoubleSeconds(rule_->levels[0].condition.Duration("no_data_for"))));
  }
  void Save(StateWriter& out) const override {
    out.Time(seen_);
    out.Time(now_);
    out.Time(expected_since_);
    out.Int(listed_);
    cells_.Save(out);
  }
  void Load(StateReader& in) override {
    seen_ = in.Time();
    now_ = in.Time();
    expected_since_ = in.Time();
    listed_ = in.Int() != 0;
    cells_.Load(in);
  }

 private:
  static std::string At(absl::Time time) { return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone()); }
  absl::Time Since() const { return std::max(seen_, expected_since_); }

  // What nobody sees now was, a week before, this much. A longer silence has that week more than once; where no whole week is known, its days are alike.
  void DescribeBlindSpend(Transition& out) const {
    if (cells_.empty() || mixed_ || now_ - seen_ < rule_->levels[0].condition.Duration("no_data_for")) return;
    const absl::Duration silent = absl::Floor(now_ - seen_, kDay) + kDay;  // the day that has begun counts: nobody sees what it costs
    const std::size_t days = cells_.Days(seen_ - kWeek, seen_, seen_).size();
    const std::int64_t week = cells_.Sum(seen_ - kWeek, seen_, seen_), part = cells_.Sum(seen_ - kWeek, seen_ - kWeek + silent % kWeek, seen_);
    const bool whole = days >= 7;
    out.impact.amount = {ScaleMicros(week, whole ? static_cast<double>(silent / kWeek) : absl::FDivDuration(silent, kDay) / static_cast<double>(std::max<std::size_t>(days, 1))), currency_};
    if (whole) out.impact.amount = out.impact.amount + Money{part, currency_};
    // Of credits that do not come any more: what is paid because they are missing.
    const bool credit = out.impact.amount.micros < 0;
    out.impact.amount.micros = std::abs(out.impact.amount.micros);
    out.impact.basis = credit ? "missing_credit" : "blind_spend";
    if (credit) out.impact.method = whole ? "what was credited in the same time of the last week that is known" : "as much a day as was credited before";
    else out.impact.method = whole ? "what was spent in the same time of the last week that is known" : "as much a day as was spent before";
  }

  std::shared_ptr<const Rule> rule_;
  absl::Duration within_;
  std::vector<absl::Duration> periods_;
  CostCells cells_{kWeek + kDay};
  Currency currency_;
  bool mixed_ = false, listed_ = false;
  bool news_ = true;  // data that were not judged
  absl::Time seen_ = absl::InfinitePast(), now_ = absl::InfinitePast();
  absl::Time expected_since_ = absl::InfinitePast();  // as one of a list
};

std::string SayExpected(const Rule& rule) {
  if (rule.options.Has("accounts_file")) return absl::StrCat(CountText(static_cast<std::int64_t>(rule.expected.size()), "member"), " of ", SayName(rule.options.Text("accounts_file")), " must report.");
  if (rule.expected.empty()) return absl::StrCat("Expected are those ", rule.options.TextList("expected")[0], ".");
  std::vector<std::string> names;
  for (const std::vector<std::string>& group : rule.expected) names.push_back(SayNames(group, "with"));
  return absl::StrCat("Expected are ", SayList(std::move(names), "and"), ".");
}

class AbsenceKind : public RuleKind {
 public:
  const char* name() const override { return "absence"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: BillingDataStopped\n  kind: absence\n  watch: {cost: billed, by: [provider, account]}\n  expected: seen in the last 30d\n  when: {no_data_for: 36h}\n"
           "  summary: no bill of ${provider} account ${account} since ${last_seen}\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kMetricOrCost; }
  Windows windows() const override { return Windows::kNone; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool counts_money() const override { return false; }
  // A list of values is as good as a table of one column.
  void Prepare(Rule& rule) const override {
    if (IsWithin(rule)) return;
    for (const std::string& one : rule.options.TextList("expected")) rule.expected.push_back({one});
    std::sort(rule.expected.begin(), rule.expected.end());
    rule.expected.erase(std::unique(rule.expected.begin(), rule.expected.end()), rule.expected.end());
  }
  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const std::vector<std::string>& said = rule.options.TextList("expected");
    const Mark mark = rule.options.MarkOf("expected");
    if (rule.options.Has("accounts_file")) {
      if (rule.options.Given("expected")) out.push_back(LogicError("R407", mark, "expected and accounts_file both say who has to report: keep one"));
      if (rule.watch.by.empty()) out.push_back(LogicError("R407", rule.options.MarkOf("accounts_file"), "the table tells members apart by the labels of `by`, and there is none; write by: [account]"));
      return;
    }
    if (said.empty() || !IsWithin(rule)) {
      const bool sentence = said.size() == 1 && (absl::StrContains(said[0], "seen") || absl::StrContains(said[0], " last "));
      if (said.empty() || sentence) {
        out.push_back(LogicError("R407", mark, said.empty() ? "nobody is expected: the list is empty; write: seen in the last 30d" : absl::StrCat("\"", said[0], "\" does not say who is expected; write: seen in the last 30d")));
      } else if (rule.watch.by.size() != 1) {
        out.push_back(LogicError("R407", mark, "a list gives values of one label, so `by` names exactly one; a table (accounts_file) may have several"));
      }
      return;
    }
    const absl::Duration within = ExpectedWithin(said[0]);
    if (within <= absl::ZeroDuration()) out.push_back(LogicError("R407", mark, absl::StrCat("\"", said[0], "\" does not say who is expected; write: seen in the last 30d")));
    for (const Level& level : rule.levels)
      if (within > absl::ZeroDuration() && level.condition.Duration("no_data_for") >= within)
        out.push_back(LogicError("R408", level.condition.mark, "the silence must be shorter than the time within which somebody counts as expected"));
  }
  const char* default_summary() const override { return "nothing was heard since ${last_seen}"; }
  std::vector<std::string> template_names() const override { return {"last_seen"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = SaySeries(rule)};
    for (const Level& level : rule.levels) out.levels.push_back({absl::StrCat("is silent for ", SayLength(level.condition.Duration("no_data_for"))), level.recover ? absl::StrCat("it was silent for less than ", SayLength(level.recover->Duration("no_data_for"))) : ""});
    out.details.push_back(SayExpected(rule));
    out.has_data = rule.no_data != NoDataPolicy::kKeepLast || rule.no_data_after > absl::ZeroDuration();
    return out;
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
