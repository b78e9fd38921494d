// Two rules that differ in what fires, or in who hears of it, never read the same.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/spoken.h"
#include "rules/language/language.h"
#include "rules/model/rule.h"
#include "tests/rules/kinds/kind_run.h"
#include "tests/rules/kinds/random_rules.h"

using namespace nephoscope;

namespace {

constexpr int kTries = 1500;      // contexts that one option is tried in
constexpr int kWanted = 4;      // pairs of which are enough
constexpr int kRefusedTries = 80;  // a kind that refuses an option refuses it every time
constexpr int kRandomRules = 300;

// Null: it is no rule; `codes`: why.
std::shared_ptr<const Rule> Load(const RuleKind& kind, WrittenValue written, std::set<std::string>* codes = nullptr) {
  written.fields.insert(written.fields.begin(), {{"alert", {.text = "A"}}, {"kind", {.text = kind.name()}}});
  const LoadedRules loaded = LoadRules(RandomRules::Files(written));
  for (const auto& rule : loaded.rules->rules)
    if (rule->name == "A" && loaded.rejected.empty()) return rule;
  if (codes != nullptr)
    for (const Diagnostic& one : loaded.diagnostics) codes->insert(one.code);
  return nullptr;
}

struct Read {
  WrittenValue written;
  std::string yaml, says, meaning;
};

std::vector<Read> ReadAll(const RuleKind& kind, const std::vector<WrittenValue>& all) {
  std::vector<Read> out;
  for (const WrittenValue& one : all) {
    const std::shared_ptr<const Rule> rule = Load(kind, one);
    if (rule == nullptr) continue;
    std::string intervals = absl::StrCat(absl::StrJoin(rule->active_time_intervals, ","), ";", absl::StrJoin(rule->mute_time_intervals, ","), ";", absl::FormatTime(rule->until));
    out.push_back({one, one.ToYaml(), SayRule(*rule), absl::StrCat(rule->revision, intervals)});
  }
  return out;
}

// How many pairs do not read the same; `wrong`: those that do, and mean something else.
int DifferentPairs(const std::vector<Read>& all, std::vector<std::string>& wrong) {
  int pairs = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      pairs += all[i].says != all[j].says;
      if (all[i].meaning != all[j].meaning && all[i].says == all[j].says) wrong.push_back(absl::StrCat("\n", all[i].yaml, "\n", all[j].yaml, "\nboth read: ", all[i].says));
    }
  return pairs;
}

// These say that an option has no meaning for a kind.
const std::set<std::string> kRefusals = {"R107", "R108", "R443", "R452", "R457"};

// What the sentences of one option show.
struct Tried {
  int tries = 0, loaded = 0, pairs = 0, refusals = 0;
  // Often, and never taken.
  bool refused() const { return loaded == 0 && refusals * 5 > tries; }
};

Tried Try(const RuleKind& kind, RandomRules& random, const OptionPath& path, std::vector<std::string>& wrong) {
  Tried out;
  while (out.tries < kTries && out.pairs < kWanted) {
    if (out.tries > kRefusedTries && out.refused()) break;
    ++out.tries;
    const WrittenValue rule = random.Make(path);
    std::set<std::string> codes;
    if (Load(kind, rule, &codes) == nullptr) {
      out.refusals += std::any_of(codes.begin(), codes.end(), [](const std::string& code) { return kRefusals.count(code) != 0; });
      continue;
    }
    ++out.loaded;
    out.pairs += DifferentPairs(ReadAll(kind, random.Variants(rule, path)), wrong);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(say_rule_test)

BOOST_AUTO_TEST_CASE(sentences_have_one_order_and_say_what_is_meant) {
  const std::string end = " Without data, the alert stays as it is. The owner is notified.";
  const struct { const char* rule; std::string want; } rows[] = {
      {"{kind: budget, watch: {cost: effective, where: {provider: AWS}}, budget: {amount: 42000 USD}, when: {actual: 80%, forecast: 100%}}",
       "Warning when the effective cost, where provider is AWS, reaches 80% of the budget or is on course for 100%. The budget is 42,000 USD for each month." + end},
      {"{kind: cost_anomaly, watch: {cost: effective, by: [service]}, when: {impact: {at_least: 100 USD}, change: {at_least: 30%}}, expected: [{from: 2026-11-26, to: 2026-11-30, where: {service: CDN}, reason: Black Friday}]}",
       "Warning when the daily effective cost is unusually high for the weekday and the extra adds up to at least 100 USD and 30% of the usual. The usual is learned from the last 56 days. "
       "Known events are left out: Black Friday from 2026-11-26 to 2026-11-30, where service is CDN. One alert for each service." + end},
      {"{kind: slo, watch: {good: {metric: good}, total: {metric: all}}, slo: {objective: 99.95%}, burn_alerts: [{burn: 1, long: 3d, short: 6h, severity: warning}]}",
       "Warning when the error budget is spent faster than allowed (in 3 days and in 6 hours). The objective is 99.95% good events in 30 days. Good are good, out of all." + end},
      {"{kind: commitment, watch: {commitment: [savings_plan]}, when: {any_of: [{utilization: {below: 80%}, coverage: {below: 50%}}, {expires_within: 30d}]}}",
       "Warning when commitments (savings_plan) have a utilization below 80% and have a coverage below 50%, or end within 30 days." + end},
      {"{kind: threshold, watch: {metric: load, stat: p95, window: 10m, by: [host]}, levels: {warning: {at_least: 80%, for: 15m, recover: {below: 70%}}, critical: {at_least: 95%}}, no_data: {after: 30m, state: firing}, notify: [owner, account_owner], mode: shadow}",
       "Warning when the 95th percentile of load over 10 minutes is at least 80% for 15 minutes. Critical when it is at least 95%. One alert for each host. Warning is over when it is below 70%. "
       "Critical is over when it is below 85.5%. Without data for 30 minutes, it fires. The owner and the account owner are notified. On trial: alerts are recorded, nobody is notified."},
      {"{kind: idle, watch: {resource: [aws.ec2.instance]}, idle: {over: 7d, days: 5, all_of: [{metric: cpu_utilization, stat: max, below: 5%}]}, when: {monthly_cost: {at_least: 20 USD}}}",
       "Warning when a resource of type aws.ec2.instance does nothing for 7 days and costs at least 20 USD a month. It does nothing when the highest cpu_utilization is below 5%. "
       "It is enough that this is so on 5 of the 7 days. Resources younger than 14 days are not judged, nor those with less than 90% of their data. One alert for each resource." + end},
  };
  for (const auto& row : rows) {
    std::string rule = row.rule;
    const std::string text = absl::StrCat("  - {alert: A, ", rule.substr(1), "\n");
    const LoadedRules loaded = LoadRunRules(text);
    BOOST_TEST_REQUIRE(loaded.rules->rules.size() == 1u, Problems(text));
    BOOST_TEST(SayRule(*loaded.rules->rules[0]) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(rules_that_differ_in_one_option_never_read_the_same) {
  std::vector<std::string> wrong, never;
  int pairs = 0;
  for (const RuleKind* kind : AllKinds()) {
    RandomRules random(*kind, 7);
    for (const OptionPath& path : random.paths()) {
      const Tried tried = Try(*kind, random, path, wrong);
      pairs += tried.pairs;
      if (tried.pairs == 0 && !tried.refused()) never.push_back(absl::StrCat(kind->name(), ": ", absl::StrJoin(path, "."), tried.loaded == 0 ? "  (never loads)" : ""));
    }
  }
  BOOST_TEST(wrong.empty(), wrong.size() << " pairs read the same" << absl::StrJoin(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(wrong.size(), 40)), "\n"));
  BOOST_TEST(never.empty(), "changes no sentence:\n" << absl::StrJoin(never, "\n"));
  BOOST_TEST_MESSAGE(pairs << " pairs");
}

BOOST_AUTO_TEST_CASE(random_rules_that_differ_never_read_the_same) {
  std::vector<std::string> wrong;
  int pairs = 0;
  for (const RuleKind* kind : AllKinds()) {
    RandomRules random(*kind, 11);
    std::vector<WrittenValue> all;
    for (int i = 0; i < kRandomRules; ++i) all.push_back(random.Make({}));
    pairs += DifferentPairs(ReadAll(*kind, all), wrong);
  }
  BOOST_TEST(wrong.empty(), wrong.size() << " pairs read the same" << absl::StrJoin(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(wrong.size(), 20)), "\n"));
  BOOST_TEST(pairs > 5000);
}

BOOST_AUTO_TEST_SUITE_END()
