// expr: a question in the shape of PromQL, over the stream in event time. Every alert is evaluated alone, from the series with its labels,
// where that is the same as evaluating all of them together (rules/expr/groups.h); else together (expr_together.h).
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/matcher.h"
#include "rules/engine/template.h"
#include "rules/expr/evaluate.h"
#include "rules/expr/groups.h"
#include "rules/expr/members.h"
#include "rules/expr/parser.h"
#include "rules/expr/point_program.h"
#include "rules/kinds/expr_together.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/model/check.h"
#include "rules/model/grid.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostPoints = 100'000;                    // of one series; older ones go first
constexpr absl::Duration kWithoutCadence = absl::Minutes(15);   // how long the only value of a series counts whose rhythm nobody knows
constexpr absl::Duration kRestated = absl::Hours(24 * 40);      // cells of a bill may change for so long
constexpr int kCalm = 16;                                       // judgements without points out of order, after which they are not expected
constexpr int kCadences = 2;                                    // how many of them the newest value counts for

const Option kOptionList[] = {
    {.name = "expr", .type = OptionType::kText, .sentence = "The expression, in the shape of PromQL; it fires where it gives something", .example = "rate(http_errors_total[5m]) > 5", .required = true},
    {.name = "unit", .type = OptionType::kText, .sentence = "The unit of the number that the expression gives, for texts", .example = "ratio"},
};
const OptionTable kOptions = {"expr", "Tells you when an expression in the shape of PromQL gives something.", kOptionList};
const Option kNoOptions[] = {{}};
const OptionTable kCondition = {"condition of expr", "The expression is the condition.", absl::Span<const Option>(kNoOptions, 0)};

// On one line; texts in quotes stay as they are.
std::string OneLine(const std::string& text) {
  std::string out;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      continue;
    }
    out += c;
    if (quote == 0 ? c == '"' || c == '\'' : c == quote) quote = quote == 0 ? c : 0;
    if (quote != 0 && c == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return std::string(absl::StripTrailingAsciiWhitespace(out));
}

class ExprEvaluator : public Evaluator, private ExprTogether::Group {
 public:
  explicit ExprEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), expr_(ParseExpr(rule_->options.Text("expr")).expr) {
    CHECK(expr_ != nullptr);  // the reader refuses what cannot be parsed
    filters_last_ = FiltersLast(*expr_);
    awaited_ = AwaitedSelectors(*expr_);
    proves_ = ProvenByPart(*expr_, false);
    proves_by_sums_ = ProvenByPart(*expr_, true);
    std::vector<const Expr*> selectors;
    CollectSelectors(*expr_, selectors);
    for (const Expr* selector : selectors) reach_ = std::max(reach_, ReachOf(*selector));
  }

  ~ExprEvaluator() override {
    if (together_ != nullptr) together_->Leave(this);
  }

  void Meet(std::shared_ptr<RuleCommon> common) override {
    if (together_ != nullptr) together_->Leave(this);
    together_ = std::static_pointer_cast<ExprTogether>(std::move(common));
    together_->Join(this);
  }

  void Define(int slot, const Series& series) override {
    if (rule_->watch.together) group_ = ExprGroupOf(*rule_, series.labels);
    if (together_ != nullptr) together_->Changed(absl::InfinitePast());
    if (series_.size() <= static_cast<std::size_t>(slot)) Resize(static_cast<std::size_t>(slot) + 1);
    series_[slot].metric = series.metric;
    series_[slot].labels = series.labels;
    rhythms_[slot] = {series.type == ValueType::kMoney, series.cadence, series.period};
    SetLookback(slot);
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    const Rhythm& rhythm = rhythms_[slot];
    const double value = rhythm.money ? static_cast<double>(sample.micros) / 1e6 : sample.value;
    if (!std::isfinite(value)) return;
    const absl::Time time = sample.time() + (rhythm.money ? rhythm.period : absl::ZeroDuration());
    if (!Insert(slot, {absl::ToUnixMillis(time), value})) return;
    SetLookback(slot);
    if (together_ != nullptr) together_->Changed(time);
    const absl::Duration step = rule_->every > absl::ZeroDuration() ? rule_->every : rhythm.money ? absl::ZeroDuration() : rhythm.cadence;
    due.push_back(step > absl::ZeroDuration() ? GridUp(time, step) : time);
  }

  void Leave(int slot) override {
    ExprSeries& one = series_[static_cast<std::size_t>(slot)];
    Cut(static_cast<std::size_t>(slot), one.points.size());
    firsts_[static_cast<std::size_t>(slot)] = kNoPoint;
    negative_[static_cast<std::size_t>(slot)] = false;
    if (together_ != nullptr) together_->Changed(absl::InfinitePast());
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    ++calm_;
    const std::optional<Answer> answer = together_ != nullptr ? AskTogether(time) : Ask(time);
    out.known = answer.has_value();
    FindMissing(time);
    judged_ = time;
    if (out.known && !missing_.empty()) return JudgePart(*answer, time, out);
    if (together_ == nullptr) Forget(time);
    if (!out.known) return out;
    value_ = answer->value;
    out.holds[0] = answer->holds;
    out.recovered[0] = !answer->holds;
    return out;
  }

  bool judges_past() const override { return !rule_->watch.together && std::none_of(rhythms_.begin(), rhythms_.end(), [](const Rhythm& one) { return one.money; }); }
  void KeepFrom(absl::Time from) override { keep_from_ = from; }

  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override { return missing_; }

  void Describe(Transition& out) const override {
    out.values.push_back({"value", absl::StrCat(value_), rule_->options.Text("unit"), "", ""});
    out.condition_text = OneLine(rule_->options.Text("expr"));
    out.explanation = absl::StrCat("The value is ", Shown(), "; the rule looks for ", out.condition_text, ".");
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override { 
    out.emplace_back("value", Shown());
    for (const std::string& name : rule_->watch.taken) out.emplace_back(name, taken_.Get(name));
  }

  std::vector<TimedValue> History() const override {
    if (series_.size() != 1 || calm_ < kCalm) return {};
    return series_[0].points;
  }

  void Remember(int slot, const std::vector<TimedValue>& points) override {
    series_[static_cast<std::size_t>(slot)].points = points;
    const auto at = static_cast<std::size_t>(slot);
    if (!points.empty()) firsts_[at] = points.front().time_ms;
    negative_[at] = std::any_of(points.begin(), points.end(), [](const TimedValue& one) { return one.value < 0; });
    SetLookback(static_cast<std::size_t>(slot));
  }

  void Save(StateWriter& out) const override {
    out.Real(value_);
    out.Int(static_cast<std::int64_t>(series_.size()));
    for (std::size_t i = 0; i < series_.size(); ++i) {
      const ExprSeries& one = series_[i];
      out.Int(firsts_[i]);
      out.Int(negative_[i]);
      out.Int(static_cast<std::int64_t>(one.points.size()));
      for (const ExprPoint& point : one.points) out.Int(point.time_ms), out.Real(point.value);
    }
  }
  void Load(StateReader& in) override {
    value_ = in.Real();
    const std::size_t count = in.Count(8);
    if (series_.size() < count) Resize(count);
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
      firsts_[i] = in.Int();
      negative_[i] = in.Int() != 0;
      series_[i].points.resize(in.Count(16));
      for (ExprPoint& point : series_[i].points) point.time_ms = in.Int(), point.value = in.Real();
      SetLookback(i);
    }
    if (together_ != nullptr) together_->Changed(absl::InfinitePast());
  }

 private:
  static constexpr std::int64_t kNoPoint = INT64_MAX;

  struct Rhythm {
    bool money = false;
    absl::Duration cadence = absl::ZeroDuration(), period = absl::ZeroDuration();
  };

  struct Answer {
    double value;
    bool holds;
  };

  void Resize(std::size_t size) {
    series_.resize(size);
    rhythms_.resize(size);
    firsts_.resize(size, kNoPoint);
    negative_.resize(size);
  }

  // Series that some part of the expression looks for, which had points and have none that still count.
  void FindMissing(absl::Time time) {
    missing_.clear();
    if (series_.size() < 2 || rule_->members_may_leave) return;
    for (std::size_t slot = 0; slot < series_.size(); ++slot)
      if (!rhythms_[slot].money && IsMissing(slot, time)) missing_.push_back(static_cast<int>(slot));
  }

  // Nothing of it counts, or it is too young to give anything.
  bool IsMissing(std::size_t slot, absl::Time time) const {
    const ExprSeries& one = series_[slot];
    for (const auto& [selector, needs_two] : awaited_) {
      const std::int64_t at = absl::ToUnixMillis(time - selector->offset);
      if (firsts_[slot] > at) continue;
      auto newest = one.points.end();
      while (newest != one.points.begin() && (newest - 1)->time_ms > at) --newest;
      const std::int64_t from = at - absl::ToInt64Milliseconds(one.lookback);
      const bool late = newest == one.points.begin() || (newest - 1)->time_ms <= from;
      const bool young = needs_two && newest - one.points.begin() < 2 && firsts_[slot] > at - absl::ToInt64Milliseconds(selector->range);
      if ((late || young) && SelectsSeries(*selector, one)) return true;
    }
    return false;
  }

  // What the series that are there prove. No expression recovers without all of them.
  Judgement JudgePart(const Answer& answer, absl::Time time, Judgement out) {
    const auto below_zero = [&](int slot) { return negative_[static_cast<std::size_t>(slot)]; };
    const bool sums = std::none_of(missing_.begin(), missing_.end(), below_zero);
    out.partial = true;
    out.holds[0] = answer.holds && (sums ? proves_by_sums_ : proves_);
    out.recovered[0] = !out.holds[0];
    if (out.holds[0]) value_ = answer.value;
    if (together_ == nullptr) Forget(time);
    return out;
  }

  // Nothing: there are no data for it.
  std::optional<Answer> Ask(absl::Time time) {
    const absl::StatusOr<ExprValue> all = EvaluateExpr(*expr_, series_, time, ExprFilter::kOff, &memory_);
    if (!all.ok()) return std::nullopt;
    if (filters_last_) {
      const auto& elements = all->elements;
      const auto kept = std::find_if(elements.begin(), elements.end(), [](const ExprElement& one) { return one.holds; });
      if (elements.empty()) return std::nullopt;
      return Answer{(kept == elements.end() ? elements.begin() : kept)->value, kept != elements.end()};
    }
    const absl::StatusOr<ExprValue> kept = EvaluateExpr(*expr_, series_, time, ExprFilter::kOn, &memory_);
    if (!kept.ok() || (all->elements.empty() && kept->elements.empty())) return std::nullopt;
    return Answer{(kept->elements.empty() ? all : kept)->elements[0].value, !kept->elements.empty()};
  }

  std::optional<Answer> AskTogether(absl::Time time) {
    std::optional<ExprTogether::Answer> answer = together_->At(time, *rule_, *expr_, *this, group_);
    if (!answer) return std::nullopt;
    taken_ = std::move(answer->labels);
    return Answer{answer->value, answer->holds};
  }

  absl::Span<const ExprSeries> series() const override { return series_; }
  absl::Time judged() const override { return judged_; }
  bool HasPointAt(absl::Time time) const override {
    return std::any_of(series_.begin(), series_.end(), [&](const ExprSeries& one) {
      const auto& points = one.points;
      const std::int64_t now = absl::ToUnixMillis(time), since = now - absl::ToInt64Milliseconds(one.lookback);
      return std::any_of(points.rbegin(), points.rend(), [&](const ExprPoint& p) { return p.time_ms > since && p.time_ms <= now; });
    });
  }
  void Forget(absl::Time time) override {
    for (std::size_t i = 0; i < series_.size(); ++i) Drop(i, time);
  }

  // False: the same again is no news.
  bool Insert(std::size_t slot, ExprPoint point) {
    std::vector<ExprPoint>& points = series_[slot].points;
    firsts_[slot] = std::min(firsts_[slot], point.time_ms);
    if (point.value < 0) negative_[slot] = true;
    const auto at = std::lower_bound(points.begin(), points.end(), point.time_ms, [](const ExprPoint& p, std::int64_t t) { return p.time_ms < t; });
    if (at != points.end()) memory_.Changed(slot), calm_ = 0;
    if (at != points.end() && at->time_ms == point.time_ms) return std::exchange(at->value, point.value) != point.value;
    points.insert(at, point);
    if (points.size() > kMostPoints) Cut(slot, 1);
    return true;
  }

  // A rhythm that the source does not say is that of the two newest points.
  void SetLookback(std::size_t slot) {
    const std::vector<ExprPoint>& points = series_[slot].points;
    absl::Duration cadence = rhythms_[slot].cadence;
    if (cadence == absl::ZeroDuration() && points.size() > 1) cadence = absl::Milliseconds(points.back().time_ms - points[points.size() - 2].time_ms);
    series_[slot].lookback = cadence > absl::ZeroDuration() ? kCadences * std::max(cadence, rule_->every) : kWithoutCadence;
  }

  void Drop(std::size_t slot, absl::Time time) {
    const absl::Duration keep = reach_ + series_[slot].lookback + (rhythms_[slot].money ? kRestated : absl::Minutes(5));
    Cut(slot, DueToDrop(series_[slot].points, absl::ToUnixMillis(std::min(time, keep_from_) - keep)));
  }

  void Cut(std::size_t slot, std::size_t count) {
    if (count == 0) return;
    series_[slot].points.erase(series_[slot].points.begin(), series_[slot].points.begin() + static_cast<std::ptrdiff_t>(count));
    memory_.Dropped(slot, count);
  }

  // A share stays a plain number, which `| percent` makes 31 % of.
  std::string Shown() const {
    const std::string& unit = rule_->options.Text("unit");
    return unit == "ratio" ? absl::StrCat(value_) : ValueText(value_, unit);
  }

  std::shared_ptr<const Rule> rule_;
  std::shared_ptr<const Expr> expr_;
  ExprMemory memory_;
  bool filters_last_;
  absl::Duration reach_ = absl::ZeroDuration();
  std::vector<ExprSeries> series_;  // by slot
  std::vector<Rhythm> rhythms_;     // by slot
  std::vector<std::int64_t> firsts_;  // by slot: the first point since the series came
  std::vector<bool> negative_;        // by slot: was below zero
  std::vector<AwaitedSelector> awaited_;
  bool proves_, proves_by_sums_;      // with some of the series; the second where no value is below zero
  std::vector<int> missing_;          // of the newest judgement, by slot
  double value_ = 0;
  absl::Time keep_from_ = absl::InfiniteFuture();
  std::shared_ptr<ExprTogether> together_;  // nullptr: this group is evaluated alone
  Labels group_, taken_;                    // its labels; those of the newest element
  absl::Time judged_ = absl::InfinitePast();
  int calm_ = 0;  // judgements since points came out of order last
};

class ExprKind : public RuleKind {
 public:
  const char* name() const override { return "expr"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: EgressShareHigh\n  kind: expr\n  expr: |\n    sum by (team) (\n        sum_over_time(cost_effective{service_category=\"Networking\"}[1d]))\n"
           "      / sum by (team) (sum_over_time(cost_effective[1d])) > 0.25\n  unit: ratio\n  for: 2d\n  keep_firing_for: 1d\n  labels: {severity: info, topic: egress}\n"
           "  annotations:\n    summary: ${team} spends ${value | percent} of its bill on data transfer\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kOptional; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  bool needs_condition() const override { return false; }

  // What cannot be parsed was told already, or will be.
  void Prepare(Rule& rule) const override {
    const ParsedExpr parsed = ParseExpr(rule.options.Text("expr"));
    if (parsed.expr == nullptr) return;
    std::vector<const Expr*> selectors;
    CollectSelectors(*parsed.expr, selectors);
    for (const Expr* selector : selectors) rule.watch.events.push_back({selector->name, selector->matchers, ""});
    ExprGroups groups = GroupsOf(*parsed.expr);
    rule.watch.by = std::move(groups.labels);
    rule.watch.together = groups.together;
    rule.watch.taken = std::move(groups.taken);
    if (groups.all) rule.watch.by.insert(rule.watch.by.begin(), kAllBut);
  }

  std::shared_ptr<const LookBack> Program(const Rule& rule) const override { return ProgramOf(rule); }

  std::optional<QuietRange> QuietBetween(const Rule& rule, absl::string_view unit) const override {
    (void)unit;
    const std::shared_ptr<const PointProgram> program = ProgramOf(rule);
    if (program == nullptr) return std::nullopt;
    constexpr double kEnd = std::numeric_limits<double>::infinity();
    const double limit = program->limit();
    switch (program->op()) {
      case ExprOp::kGreater: return QuietRange{-kEnd, limit};
      case ExprOp::kGreaterOrEqual: return QuietRange{-kEnd, std::nextafter(limit, -kEnd)};
      case ExprOp::kLess: return QuietRange{limit, kEnd};
      default: return QuietRange{std::nextafter(limit, kEnd), kEnd};
    }
  }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    if (!rule.watch.metric.empty() || !rule.watch.resources.empty() || !rule.watch.commitments.empty())
      out.push_back(LogicError("R108", {rule.line, 1, 1}, "an expression names the metrics that it looks at itself: take `watch` out"));
    const bool levels = rule.levels.size() > 1;
    if (levels || rule.levels[0].recover)
      out.push_back(LogicError("R452", {rule.line, 1, 1}, absl::StrCat("an expression is its own condition, so `", levels ? "levels" : "recover", "` has no meaning here: take it out, and write the limit in the expression")));
  }

  const char* default_summary() const override { return "the value is ${value}"; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = OneLine(rule.options.Text("expr"))};
    out.levels.push_back({"is true", ""});
    if (HasAllLabels(rule)) out.each = rule.watch.by.size() == 1 ? "One alert for each series." : absl::StrCat("One alert for each set of labels without ", SayNames(absl::MakeConstSpan(rule.watch.by).subspan(1)), ".");
    return out;
  }
  bool reads_silence_as_zero() const override { return true; }
  std::shared_ptr<RuleCommon> MakeCommon() const override { return std::make_shared<ExprTogether>(); }
  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override { return std::make_unique<ExprEvaluator>(std::move(rule)); }

 private:
  // nullptr: it is none.
  static std::shared_ptr<const PointProgram> ProgramOf(const Rule& rule) {
    const ParsedExpr parsed = ParseExpr(rule.options.Text("expr"));
    return parsed.expr == nullptr || rule.every > absl::ZeroDuration() ? nullptr : PointProgram::Of(*parsed.expr);
  }
};

}  // namespace

const RuleKind& expr_kind();
const RuleKind& expr_kind() {
  static const ExprKind kind;
  return kind;
}

}  // namespace nephoscope
