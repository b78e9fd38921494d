// health_check: something does not answer as it should: an own probe, or the provider's health metric.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/evaluator.h"
#include "rules/engine/template.h"
#include "rules/kinds/downtime.h"
#include "rules/engine/kind.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/kinds/spoken.h"
#include "rules/kinds/window_stat.h"
#include "rules/model/probe_forbidden.h"
#include "rules/model/shown_address.h"

namespace nephoscope {
namespace {

const Option kTimeOptions[] = {{.name = "below", .type = OptionType::kDuration, .sentence = "The longest answer that is good", .example = "800ms", .required = true}};
const OptionTable kTime = {"response_time", "How fast the answer must be.", kTimeOptions};
const Option kBodyOptions[] = {{.name = "contains", .type = OptionType::kText, .sentence = "Text that must stand in the answer", .example = "ok", .required = true}};
const OptionTable kBody = {"body", "What the answer must say.", kBodyOptions};
const Option kCertificateOptions[] = {{.name = "at_least", .type = OptionType::kDuration, .sentence = "How long the certificate must still be good", .example = "14d", .required = true}};
const OptionTable kCertificate = {"certificate_expires_in", "How long the certificate must still be good.", kCertificateOptions};
const Option kExpectOptions[] = {
    {.name = "status", .type = OptionType::kInteger, .sentence = "The HTTP status of a good answer; without it, 200 to 299", .example = "200", .minimum = 100, .maximum = 599},
    {.name = "response_time", .type = OptionType::kMap, .sentence = "How fast the answer must be", .example = "{below: 800ms}", .fields = &kTime},
    {.name = "body", .type = OptionType::kMap, .sentence = "What the answer must say", .example = "{contains: ok}", .fields = &kBody},
    {.name = "certificate_expires_in", .type = OptionType::kMap, .sentence = "How long the certificate must still be good", .example = "{at_least: 14d}", .fields = &kCertificate},
};
const OptionTable kExpect = {"expect", "All of these must hold.", kExpectOptions};
const Option kCheckOptions[] = {
    {.name = "http", .type = OptionType::kUrl, .sentence = "The address to ask", .example = "https://checkout.example.com/healthz"},
    {.name = "tcp", .type = OptionType::kText, .sentence = "Host and port to connect to", .example = "db.example.com:5432"},
    {.name = "every", .type = OptionType::kDuration, .sentence = "How often", .default_text = "30s", .minimum = 1},
    {.name = "timeout", .type = OptionType::kDuration, .sentence = "How long to wait for an answer", .default_text = "5s", .minimum = 0.05},
    {.name = "expect", .type = OptionType::kMap, .sentence = "What a good answer is", .fields = &kExpect},
};
const OptionTable kCheck = {"check", "What to ask, and what a good answer is.", kCheckOptions};
const Option kOptionList[] = {
    {.name = "check", .type = OptionType::kMap, .sentence = "Ask this address ourselves; leave it out to watch the provider's own health metric", .fields = &kCheck},
    kCostOfDowntime,
};
const OptionTable kOptions = {"health_check", "Tells you when something does not answer as it should.", kOptionList};

const Option kConditionList[] = {
    {.name = "failures", .type = OptionType::kInteger, .sentence = "Holds after this many failures in a row", .example = "3", .minimum = 1, .maximum = 1000},
    kLimitOptions[0], kLimitOptions[1], kLimitOptions[2], kLimitOptions[3], kLimitOptions[4],
};
const OptionTable kCondition = {"condition of health_check", "Failures in a row of an own check, or a limit on the provider's metric.", kConditionList};
const Option kRecoverList[] = {
    {.name = "successes", .type = OptionType::kInteger, .sentence = "Over after this many successes in a row", .example = "2", .minimum = 1, .maximum = 1000},
    kLimitOptions[0], kLimitOptions[1], kLimitOptions[2], kLimitOptions[3], kLimitOptions[4],
};
const OptionTable kRecover = {"recovery of health_check", "Successes in a row of an own check, or a limit on the provider's metric.", kRecoverList};

// Money for the time that something was down.
void CostOfDowntime(const Rule& rule, Transition& out) {
  if (out.starts_at != absl::InfinitePast()) SetDowntime(rule, out.ends_at.value_or(out.time) - out.starts_at, "since it began", out);
}

// Own probes: results in a row.
class ProbeEvaluator : public Evaluator {
 public:
  explicit ProbeEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)) {}

  void Define(int slot, const Series& series) override {
    if (slots_.size() <= static_cast<std::size_t>(slot)) slots_.resize(slot + 1);
    slots_[slot] = series.metric == kProbeResultMetric ? kResult : series.metric == kProbeDurationMetric ? kDuration : series.metric == kProbeStatusMetric ? kStatus : kCertificateLeft;
    target_ = std::string(series.labels.Get("target"));
  }

  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    if (slots_[slot] != kResult) {
      details_[slots_[slot]] = sample.value;
      return;
    }
    if (sample.time() <= newest_) return;  // twice, or time went backwards: no new result
    newest_ = sample.time();
    results_.push_back({sample.time(), static_cast<int>(sample.value)});
    due.push_back(sample.time());
  }

  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    while (!results_.empty() && results_.front().time <= time) {
      Count(results_.front().code, out);
      results_.erase(results_.begin());
    }
    if (!out.known) return out;
    for (std::size_t i = 0; i < rule_->levels.size(); ++i) {
      const Level& level = rule_->levels[i];
      const std::int64_t failures = level.condition.Has("failures") ? level.condition.Integer("failures") : 1;
      const std::int64_t successes = level.recover && level.recover->Has("successes") ? level.recover->Integer("successes") : 1;
      out.began = first_failure_;
      out.holds[i] = failures_ >= failures;
      // Each line of expect that fails is a condition of its own, notified once an episode.
      if (out.holds[i]) out.met[i] = std::uint32_t{1} << std::clamp(code_, 0, static_cast<int>(ProbeResult::kProtocol));
      out.recovered[i] = successes_ >= successes;
    }
    return out;
  }

  void Describe(Transition& out) const override {
    out.values = {{"failures", absl::StrCat(failures_), "", "", ""}};
    if (details_[kStatus] > 0) out.values.push_back({"status", absl::StrCat(details_[kStatus]), "", "", ""});
    if (details_[kDuration] > 0) out.values.push_back({"response_time", absl::StrCat(details_[kDuration]), "s", "", ""});
    out.condition_text = "failures in a row";
    CostOfDowntime(*rule_, out);
    if (forbidden_) return (void)(out.explanation = absl::StrCat(target_, ": ", Reason(), "."));
    out.explanation = out.status == AlertState::kInactive && failures_ == 0 ? absl::StrCat(target_, " answers as expected again.") : absl::StrCat(out.cause == Cause::kConditionAdded ? "New: " : "", target_, ": ", Reason(), "; ", failures_, " failures in a row.");
  }

  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("target", target_);
    out.emplace_back("reason", Reason());
    out.emplace_back("failures", absl::StrCat(failures_));
    out.emplace_back("value", absl::StrCat(failures_));
    out.emplace_back("threshold", absl::StrCat(rule_->levels[0].condition.Has("failures") ? rule_->levels[0].condition.Integer("failures") : 1));
  }

  bool volatile_input() const override { return true; }

  void Save(StateWriter& out) const override {
    out.Int(failures_);
    out.Int(successes_);
    out.Int(code_);
    out.Time(first_failure_);
    out.Time(newest_);
    out.Text(target_);
    for (double detail : details_) out.Real(detail);
    out.Int(static_cast<std::int64_t>(results_.size()));
    for (const Result& result : results_) out.Time(result.time), out.Int(result.code);
  }
  void Load(StateReader& in) override {
    failures_ = in.Int();
    successes_ = in.Int();
    code_ = static_cast<int>(in.Int());
    first_failure_ = in.Time();
    newest_ = in.Time();
    target_ = in.Text();
    for (double& detail : details_) detail = in.Real();
    results_.resize(in.Count(16));
    for (Result& result : results_) result.time = in.Time(), result.code = static_cast<int>(in.Int());
  }

 private:
  enum Slot { kDuration, kStatus, kCertificateLeft, kResult };
  struct Result {
    absl::Time time;
    int code;
  };

  void Count(int code, Judgement& out) {
    forbidden_ = code == kProbeForbidden;
    if (code == static_cast<int>(ProbeResult::kNotRun) || forbidden_) {
      out.known = false;
      out.error = true;
      out.awaits = forbidden_;
      return;
    }
    code_ = code == 0 ? code_ : code;
    if (code != 0 && failures_ == 0) first_failure_ = out.time;
    failures_ = code == 0 ? 0 : failures_ + 1;
    successes_ = code == 0 ? successes_ + 1 : 0;
  }

  std::string Reason() const {
    if (forbidden_) return "it is not checked, as the agent may not ask this address; if it is meant, add it to `probes: {allow: [...]}` in the agent's configuration";
    const auto code = static_cast<ProbeResult>(std::clamp(code_, 0, static_cast<int>(ProbeResult::kProtocol)));
    std::string out = ToText(code);
    if (code == ProbeResult::kStatus) absl::StrAppend(&out, " (", details_[kStatus], ")");
    if (code == ProbeResult::kTooSlow) absl::StrAppend(&out, " (", NumberText(details_[kDuration]), " s)");
    if (code == ProbeResult::kCertificate) absl::StrAppend(&out, " (in ", LengthText(details_[kCertificateLeft]), ")");
    return out;
  }

  std::shared_ptr<const Rule> rule_;
  std::vector<Slot> slots_;
  double details_[3] = {0, 0, 0};
  std::vector<Result> results_;  // that wait for their judgement
  std::int64_t failures_ = 0, successes_ = 0;
  int code_ = 0;
  bool forbidden_ = false;  // by the newest result
  absl::Time first_failure_ = absl::InfinitePast(), newest_ = absl::InfinitePast();
  std::string target_;
};

// The provider's own health metric against a limit.
class HealthMetricEvaluator : public Evaluator {
 public:
  explicit HealthMetricEvaluator(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), windows_(*rule_) {
    for (const Level& level : rule_->levels) {
      limits_.emplace_back(level.condition, false, 1);
      recovers_.push_back(level.recover ? Limits(*level.recover, false, 1) : Limits());
    }
  }
  void Define(int slot, const Series& series) override { windows_.Define(slot, series); }
  void Leave(int slot) override { windows_.Leave(slot); }
  bool awaits_members() const override { return true; }
  absl::Span<const int> missing() const override {
    return missing_ == nullptr ? absl::Span<const int>() : absl::Span<const int>(*missing_);
  }
  bool judges_past() const override { return true; }
  void KeepFrom(absl::Time from) override { windows_.KeepFrom(from); }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override { windows_.Add(slot, sample, due); }
  Judgement Judge(absl::Time time) override {
    Judgement out;
    out.time = time;
    const GroupValue& value = windows_.At(time);
    missing_ = &value.missing;
    out.known = value.known;
    if (!out.known) return out;
    if (!value.whole()) return JudgePart(value, out);
    value_ = value.value;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      out.holds[i] = limits_[i].Hold(value_);
      out.recovered[i] = recovers_[i].empty() ? !out.holds[i] : recovers_[i].Hold(value_);
    }
    return out;
  }
  void Describe(Transition& out) const override {
    out.values = {{"value", absl::StrCat(value_), "", "", ""}};
    out.condition_text = absl::StrCat(rule_->watch.metric, " ", limits_[0].text());
    CostOfDowntime(*rule_, out);
    out.explanation = absl::StrCat(rule_->watch.metric, " is ", NumberText(value_), "; the rule looks for ", limits_[0].text(), ".");
  }
  void Places(std::vector<std::pair<std::string, std::string>>& out) const override {
    out.emplace_back("value", NumberText(value_));
    out.emplace_back("threshold", limits_[0].written());
    out.emplace_back("target", rule_->watch.metric);
    out.emplace_back("reason", absl::StrCat(rule_->watch.metric, " is ", NumberText(value_)));
  }
  void Save(StateWriter& out) const override {
    windows_.Save(out);
    out.Real(value_);
  }
  void Load(StateReader& in) override {
    windows_.Load(in);
    value_ = in.Real();
  }

 private:
  Judgement JudgePart(const GroupValue& value, Judgement out) {
    out.partial = true;
    for (std::size_t i = 0; i < limits_.size(); ++i) {
      out.holds[i] = limits_[i].HoldAll(value.possible);
      out.recovered[i] = recovers_[i].empty() ? !out.holds[i] : recovers_[i].HoldAny(value.possible);
    }
    if (out.holds.any()) value_ = value.value;
    return out;
  }

  std::shared_ptr<const Rule> rule_;
  WindowStat windows_;
  const std::vector<int>* missing_ = nullptr;  // of the newest judgement
  std::vector<Limits> limits_, recovers_;
  double value_ = 0;
};

std::string SayTarget(const OptionValues& check) { return SayName(ShownAddress(check.Has("http") ? check.Text("http") : check.Text("tcp"))); }
std::string SayRow(std::int64_t n) { return n == 1 ? "once" : absl::StrCat(n, " times in a row"); }

std::vector<std::string> SayCheck(const OptionValues& check) {
  const OptionValues& expect = check.Map("expect");
  std::vector<std::string> good;
  if (expect.Has("status")) good.push_back(absl::StrCat("has status ", expect.Integer("status")));
  if (expect.Has("response_time")) good.push_back(absl::StrCat("comes in less than ", SayLength(expect.Map("response_time").Duration("below"))));
  if (expect.Has("body")) good.push_back(absl::StrCat("contains ", SayName(expect.Map("body").Text("contains"))));
  if (expect.Has("certificate_expires_in")) good.push_back(absl::StrCat("has a certificate for at least ", SayLength(expect.Map("certificate_expires_in").Duration("at_least")), " more"));
  std::vector<std::string> out;
  if (!good.empty()) out.push_back(absl::StrCat("A good answer ", SayList(std::move(good), "and"), "."));
  out.push_back(absl::StrCat("It is asked every ", SayLength(check.Duration("every")), " and has ", SayLength(check.Duration("timeout")), " to answer."));
  return out;
}

class HealthCheckKind : public RuleKind {
 public:
  const char* name() const override { return "health_check"; }
  const char* sentence() const override { return kOptions.sentence; }
  const char* example() const override {
    return "- alert: CheckoutDown\n  kind: health_check\n  check:\n    http: https://checkout.example.com/healthz\n    every: 30s\n    timeout: 5s\n    expect: {status: 200, body: {contains: ok}}\n"
           "  when: {failures: 3}\n  recover: {successes: 2}\n  severity: critical\n  cost_of_downtime: 1200 USD/hour\n";
  }
  WatchNeed watch_need() const override { return WatchNeed::kOptional; }
  const OptionTable& options() const override { return kOptions; }
  const OptionTable& condition() const override { return kCondition; }
  const OptionTable& recover() const override { return kRecover; }

  void Check(const Rule& rule, std::vector<Diagnostic>& out) const override {
    const bool own = rule.options.Given("check");
    if (own == !rule.watch.metric.empty()) {
      out.push_back(LogicError("R405", {rule.line, 1, 1}, own ? "a health check either asks itself (check) or watches a metric (watch), not both"
                                                             : "a health check needs something to look at: write check: {http: https://...} or watch: {metric: ...}"));
      return;
    }
    for (const Level& level : rule.levels) {
      CheckOwnWords(level.condition, own, out);
      if (level.recover) CheckOwnWords(*level.recover, own, out);
    }
    if (!own) return CheckLimits(rule, out);
    const OptionValues& check = rule.options.Map("check");
    if (check.Has("tcp") && !check.Has("http")) CheckOfConnection(check.Map("expect"), out);
    if (check.Has("http") == check.Has("tcp")) out.push_back(LogicError("R405", check.mark, "a check asks one address: write http: https://... or tcp: host:port"));
    if (check.Duration("timeout") > check.Duration("every")) out.push_back(LogicError("R406", check.MarkOf("timeout"), "the timeout is longer than the time between two checks"));
    for (const Level& level : rule.levels)
      if (!level.condition.Has("failures")) out.push_back(LogicError("R401", level.condition.mark, "say how many failures in a row count, such as {failures: 3}"));
  }

  const char* default_summary() const override { return "${target} is not healthy: ${reason}"; }
  const char* default_end_summary() const override { return "${target} is healthy again"; }
  std::vector<std::string> template_names() const override { return {"target", "reason", "failures"}; }
  Spoken Say(const Rule& rule) const override {
    Spoken out{.subject = rule.options.Given("check") ? SayTarget(rule.options.Map("check")) : SaySeries(rule)};
    for (const Level& level : rule.levels) {
      out.levels.push_back(rule.options.Given("check") ? Spoken::LevelWords{absl::StrCat("fails ", SayRow(level.condition.Integer("failures"))), ""} : SayLimits(level, false));
      if (level.recover && level.recover->Has("successes")) out.levels.back().ending = absl::StrCat("it is good ", SayRow(level.recover->Integer("successes")));
    }
    if (rule.options.Given("check")) out.details = SayCheck(rule.options.Map("check"));
    if (const std::string cost = SayDowntime(rule); !cost.empty()) out.details.push_back(cost);
    return out;
  }

  // What would be read and then ignored.
  static void CheckOwnWords(const OptionValues& condition, bool own, std::vector<Diagnostic>& out) {
    for (const auto& [name, entry] : condition.entries()) {
      const bool counts = name == "failures" || name == "successes";
      if (!condition.Given(name) || counts == own) continue;
      out.push_back(LogicError("R452", condition.MarkOf(name), own ? absl::StrCat("`", name, "` is for a metric; a check of its own counts, such as {failures: 3} and recover: {successes: 2}")
                                                                   : absl::StrCat("`", name, "` counts checks of its own; a metric is compared, such as {below: 1}")));
    }
  }

  // A connection says nothing: only how long it takes is known.
  static void CheckOfConnection(const OptionValues& expect, std::vector<Diagnostic>& out) {
    for (const char* key : {"status", "body", "certificate_expires_in"})
      if (expect.Given(key))
        out.push_back(LogicError("R452", expect.MarkOf(key),
                                 absl::StrCat("`", key, "` has no meaning for a check by tcp, which "
                                              "only connects: take it out, or ask http")));
  }

  std::vector<Probe> Probes(const Rule& rule) const override {
    if (!rule.options.Given("check")) return {};
    const OptionValues& check = rule.options.Map("check");
    const OptionValues& expect = check.Map("expect");
    Probe probe;
    probe.rule_id = rule.id;
    probe.rule_name = rule.name;
    probe.tcp = check.Has("tcp");
    probe.target = probe.tcp ? check.Text("tcp") : check.Text("http");
    probe.every = check.Duration("every");
    probe.timeout = check.Duration("timeout");
    if (!check.Has("expect")) return {probe};
    if (expect.Has("status")) probe.status = {static_cast<int>(expect.Integer("status"))};
    if (expect.Has("response_time")) probe.response_time_below = expect.Map("response_time").Duration("below");
    if (expect.Has("body")) probe.body_contains = expect.Map("body").Text("contains");
    if (expect.Has("certificate_expires_in")) probe.certificate_expires_in = expect.Map("certificate_expires_in").Duration("at_least");
    return {probe};
  }

  std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const override {
    if (rule->options.Given("check")) return std::make_unique<ProbeEvaluator>(std::move(rule));
    return std::make_unique<HealthMetricEvaluator>(std::move(rule));
  }
};

}  // namespace

const RuleKind& health_check_kind();
const RuleKind& health_check_kind() {
  static const HealthCheckKind kind;
  return kind;
}

}  // namespace nephoscope
