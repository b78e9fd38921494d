// The same stream, cut otherwise and shared out otherwise: the same bytes. Rules of every kind (what the kinds show as examples, the packs) and
// random ones, over random series of what they watch.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "exporters/events/cloud_event.h"
#include "rules/engine/kind.h"
#include "rules/language/language.h"
#include "rules/model/resource_key.h"
#include "rules/trial/trial.h"
#include "tests/paths.h"
#include "tests/twin/question.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
constexpr int kDays = 45;
constexpr absl::Duration kDay = absl::Hours(24), kStep = absl::Hours(6);

std::vector<SourceFile> Examples() {
  std::vector<SourceFile> out;
  for (const RuleKind* kind : AllKinds()) {
    std::istringstream lines(kind->example());
    std::string text = "apiVersion: rules/v1\nrules:\n";
    for (std::string line; std::getline(lines, line);) absl::StrAppend(&text, "  ", line, "\n");
    out.push_back({absl::StrCat(kind->name(), ".yaml"), text});
  }
  return out;
}

std::vector<SourceFile> Packs() {
  std::vector<SourceFile> out;
  for (const char* name : {"budgets", "costs", "health", "idle", "tags", "sla", "commitments"}) {
    const std::string path = absl::StrCat(SourceDir() + "/rules/packs/", name, ".yaml");
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    out.push_back({path, text.str()});
  }
  return out;
}

std::shared_ptr<const RuleSet> RulesOf(const std::vector<SourceFile>& files, Dice& dice) {
  const LoadedRules loaded = LoadRules(files);
  BOOST_REQUIRE_MESSAGE(loaded.rejected.empty(), RenderDiagnostics(loaded.diagnostics, files, false));
  auto out = std::make_shared<RuleSet>(*loaded.rules);
  for (int i = 0; i < 6; ++i) {
    const bool money = i % 2 == 0;
    auto rule = std::make_shared<Rule>(RuleOf(RandomQuestion(dice, money, money ? kDay : kStep), money, false, {"account"}));
    rule->name = rule->id = absl::StrCat("random-", i);
    out->rules.push_back(std::move(rule));
  }
  return out;
}

// Series that a rule looks at, in a few groups; some are of a source of their own.
class Stream {
 public:
  Stream(const RuleSet& rules, Dice& dice) : dice_(dice) {
    for (const auto& rule : rules.rules) {
      const Watch& watch = rule->watch;
      if (!watch.metric.empty()) Several(*rule, watch.metric, "");
      for (const Watch::Events& events : watch.events) Several(*rule, events.metric, "", events.where);
      if (!watch.resources.empty()) Several(*rule, kResourceCostMetric, watch.resources[0]);
      for (const Watch::ResourceMetric& one : watch.resource_metrics) Several(*rule, one.metric, one.label);
      if (!watch.commitments.empty()) Commitments(watch);
      for (const Probe& probe : FindKind(rule->kind)->Probes(*rule))
        Add(kProbeResultMetric, {{"rule", probe.rule_id}, {"target", probe.target}});
    }
    for (const Series& series : input.series) Points(series);
  }

  TrialInput input;

 private:
  enum class Shape { kWandering, kStill, kFalling };

  void Several(const Rule& rule, const std::string& metric, const std::string& what, const std::vector<Matcher>& more = {}) {
    std::vector<Matcher> where = rule.watch.where;
    where.insert(where.end(), more.begin(), more.end());
    for (int i = 0; i < 3; ++i) {
      std::vector<Label> labels;
      for (const std::string& name : rule.watch.by) labels.push_back({name, absl::StrCat(name, i % 2)});
      for (const Matcher& matcher : where)
        if (!matcher.values.empty() && (matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kAnyOf || matcher.op == Matcher::Op::kGlob))
          labels.push_back({matcher.label, absl::StrReplaceAll(matcher.values[0], {{"*", "x"}})});
      if (metric == kResourceCostMetric) {
        for (const auto& [name, value] : {std::pair<std::string, std::string>("resource_id", absl::StrCat("r-", i)), {"resource_type", what == "*" ? "aws.ec2.instance" : what}})
          labels.push_back({name, value});
        if (i == 0) labels.push_back({absl::StrCat(kTagPrefix, "Owner"), "shop"});
      } else if (!what.empty()) {
        labels.push_back({what, absl::StrCat("r-", i)});
      }
      labels.push_back({"n", absl::StrCat(i)});
      if (i == 0 && metric != kResourceCostMetric && !what.empty()) shapes_[input.series.size()] = Shape::kStill;
      if (rule.kind == "forecast") shapes_[input.series.size()] = Shape::kFalling;
      Add(metric, std::move(labels));
    }
  }

  // Of each account a commitment that is partly unused, and what runs on demand beside it.
  void Commitments(const Watch& watch) {
    for (int i = 0; i < 2; ++i)
      for (const char* metric : {kCommitmentEffectiveMetric, kCommitmentListMetric})
        for (const char* status : {"used", "unused", "on_demand"}) {
          std::vector<Label> labels = {{"commitment_discount_status", status}, {"commitment_discount_type", "savings_plan"}, {"commitment_discount_id", "sp"}};
          for (const std::string& name : watch.by) labels.push_back({name, absl::StrCat(name, i)});
          Add(metric, std::move(labels));
        }
  }

  void Add(const std::string& metric, std::vector<Label> labels) {
    Series out;
    out.id = static_cast<SeriesId>(input.series.size());
    out.metric = metric;
    out.labels = Labels(std::move(labels));
    const bool money = metric.rfind("cost.", 0) == 0 || metric.rfind(kCommitmentPrefix, 0) == 0 || metric == kResourceCostMetric;
    out.source = static_cast<SourceId>(money ? 0 : 1 + dice_.Below(3));
    out.cadence = money ? kDay : kStep;
    if (money) out.type = ValueType::kMoney, out.currency = Currency::Usd(), out.period = kDay;
    if (!seen_.insert(absl::StrCat(metric, out.labels.Canonical())).second) return;
    input.series.push_back(std::move(out));
  }

  void Points(const Series& series) {
    const bool money = series.type == ValueType::kMoney;
    double value = static_cast<double>(20 + dice_.Below(60));
    for (absl::Time at = kStart; at < kStart + kDay * kDays; at += series.cadence) {
      value = std::clamp(value + static_cast<double>(dice_.Below(31) - 15), 0.0, 100.0);
      if (shapes_[series.id] == Shape::kStill) value = 0;
      if (shapes_[series.id] == Shape::kFalling) value = 100 * (1 - absl::FDivDuration(at - kStart, kDay * kDays));
      if (dice_.Percent(3)) continue;
      Point(series, at, at + (money ? kDay : absl::ZeroDuration()), shapes_[series.id] == Shape::kWandering && dice_.Percent(3) ? 20 * value : series.metric == kProbeResultMetric ? std::floor(value / 20) : value);
      if (dice_.Percent(3)) Point(series, at, at + kDay * (1 + dice_.Below(5)), value / 2);  // late or restated
    }
  }

  void Point(const Series& series, absl::Time at, absl::Time arrives, double value) {
    TrialPoint point{arrives, {}};
    point.sample.series = series.id;
    point.sample.time_ms = absl::ToUnixMillis(at);
    if (series.type == ValueType::kMoney) point.sample.micros = std::llround(value * 7e6);
    else point.sample.value = value;
    input.points.push_back(point);
  }

  Dice& dice_;
  std::set<std::string> seen_;
  std::map<std::size_t, Shape> shapes_;  // by series id
};

std::vector<std::string> Bytes(const std::shared_ptr<const RuleSet>& rules, const TrialInput& input, int engines, std::size_t batch, std::set<std::string>* kinds = nullptr) {
  std::vector<TrialStep> steps = RunTrial(rules, input, kStart, {"twin", engines, batch});
  std::stable_sort(steps.begin(), steps.end(), [](const TrialStep& a, const TrialStep& b) {
    return std::tie(a.transition.time, a.transition.alert_id, a.transition.sequence) < std::tie(b.transition.time, b.transition.alert_id, b.transition.sequence);
  });
  std::vector<std::string> out;
  for (const TrialStep& step : steps) {
    out.push_back(ToCloudEvent(step.transition, "twin", step.known));
    if (kinds != nullptr) kinds->insert(step.transition.rule.kind);
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(determinism_test)

BOOST_AUTO_TEST_CASE(batches_and_shards_decide_nothing) {
  std::set<std::string> kinds;
  std::size_t transitions = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) BOOST_TEST_CONTEXT("seed " << seed) {
    Dice dice(seed);
    const auto rules = RulesOf(seed % 2 == 0 ? Packs() : Examples(), dice);
    const TrialInput input = std::move(Stream(*rules, dice).input);
    const std::vector<std::string> want = Bytes(rules, input, 1, 4096, &kinds);
    transitions += want.size();
    for (const auto& [engines, batch] : {std::pair<int, std::size_t>(1, 1), {1, 7}, {2, 4096}, {2, 3}, {8, 4096}, {8, 5}}) {
      const std::vector<std::string> got = Bytes(rules, input, engines, batch);
      const auto [a, b] = std::mismatch(want.begin(), want.end(), got.begin(), got.end());
      BOOST_TEST((a == want.end() && b == got.end()), engines << " engines, batches of " << batch << ":\n" << (a == want.end() ? "" : *a) << "\n" << (b == got.end() ? "" : *b));
    }
  }
  BOOST_TEST_MESSAGE(transitions << " transitions of " << absl::StrJoin(kinds, ", "));
  BOOST_TEST(transitions > 1000u);
  for (const RuleKind* kind : AllKinds()) BOOST_TEST(kinds.count(kind->name()) == 1u, kind->name() << " said nothing");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
