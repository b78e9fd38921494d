// The newest judgement, for whoever shows alerts.
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"
#include "tests/rules/engine/rule_builder.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 10, 1), absl::UTCTimeZone());

constexpr char kBudget[] = R"(apiVersion: rules/v1
rules:
  - alert: Budget
    kind: budget
    watch: {cost: effective, by: [team]}
    budget: {period: month, amount: 1000 USD}
    levels: {warning: {actual: 50%}}
)";

std::shared_ptr<const RuleSet> Load(const char* yaml) {
  const SourceFile file{"rules.yaml", yaml};
  const LoadedRules loaded = LoadRules({&file, 1});
  BOOST_REQUIRE(loaded.diagnostics.empty());
  return loaded.rules;
}

struct Bill {
  Bill() : engine(EngineOptions{.agent_group = "g"}) {
    engine.SetRules(Load(kBudget), kStart, out);
    int id = 0;
    for (const char* team : {"kept", "spent"}) {
      Series series;
      series.id = static_cast<SeriesId>(id++);
      series.source = 1;
      series.metric = "cost.effective";
      series.type = ValueType::kMoney;
      series.currency = *Currency::Parse("USD");
      series.cadence = absl::Hours(24);
      series.labels = Labels(std::vector<Label>{{"team", team}});
      engine.DefineSeries(series);
    }
  }
  void Day(int day) {
    const absl::Time time = kStart + day * absl::Hours(24);
    for (SeriesId id = 0; id < 2; ++id) {
      Sample sample;
      sample.series = id;
      sample.time_ms = absl::ToUnixMillis(time);
      sample.micros = id == 0 ? 1'000'000 : 60'000'000;
      engine.Observe({&sample, 1}, out);
    }
    engine.Advance(1, time + absl::Hours(24), out);
  }
  std::vector<AlertPresent> Take(std::size_t most = 100) {
    std::vector<AlertPresent> present;
    engine.TakePresent(most, present);
    return present;
  }
  Engine engine;
  Changes out;
};

std::string ActualOf(const AlertPresent& one) {
  for (const NamedValue& value : one.now.values)
    if (value.name == "actual") return one.now.labels.ToString() + " " + value.value;
  return "";
}

BOOST_AUTO_TEST_SUITE(engine_present_test)

BOOST_AUTO_TEST_CASE(a_budget_is_handed_out_whether_it_fires_or_not_and_as_it_is_now) {
  Bill bill;
  for (int day = 0; day < 20; ++day) bill.Day(day);
  BOOST_TEST(bill.out.transitions.size() == 1u);  // on the ninth day, with 540 USD
  const std::vector<AlertPresent> present = bill.Take();
  BOOST_REQUIRE(present.size() == 2u);
  std::set<std::string> actual;
  for (const AlertPresent& one : present) {
    actual.insert(ActualOf(one));
    BOOST_TEST((one.now.time == kStart + absl::Hours(24 * 20)), one.now.time);
    BOOST_TEST((one.missing_from > one.late_from));
    BOOST_TEST((one.late_from > kStart + absl::Hours(24 * 20)));
  }
  const std::set<std::string> want = {"{team=\"kept\"} 20.00", "{team=\"spent\"} 1200.00"};
  BOOST_TEST((actual == want), absl::StrCat(*actual.begin(), " ", *actual.rbegin()));
  BOOST_TEST(bill.Take().empty());  // nothing was judged since
  bill.Day(20);
  BOOST_TEST(bill.Take(1).size() == 1u);  // in turn, when there are too many
  BOOST_TEST(bill.Take(1).size() == 1u);
  BOOST_TEST(bill.Take(1).empty());
}

BOOST_AUTO_TEST_CASE(after_a_restart_a_budget_is_shown_before_anything_comes) {
  Bill bill;
  for (int day = 0; day < 20; ++day) bill.Day(day);
  bill.engine.Snapshot(bill.out);
  Engine again(EngineOptions{.agent_group = "g"});
  again.SetRules(Load(kBudget), kStart, bill.out);
  BOOST_TEST(again.Restore(bill.out.instances).empty());
  std::vector<AlertPresent> present;
  again.TakePresent(100, present);
  BOOST_REQUIRE(present.size() == 2u);
  std::set<std::string> actual;
  for (const AlertPresent& one : present) actual.insert(ActualOf(one));
  BOOST_TEST(*actual.rbegin() == "{team=\"spent\"} 1200.00");
}

// One that fires and goes on rests in a cell; it is judged there as well.
BOOST_AUTO_TEST_CASE(an_alert_that_rests_is_handed_out_with_its_newest_value) {
  auto rules = std::make_shared<RuleSet>();
  rules->rules.push_back(std::make_shared<Rule>(QueueRule()));
  Engine engine(EngineOptions{.agent_group = "g"});
  Changes out;
  engine.SetRules(rules, kStart, out);
  engine.DefineSeries(QueueSeries(0, "q"));
  std::vector<AlertPresent> present;
  for (int minute = 0; minute < 100; ++minute) {
    Sample sample;
    sample.series = 0;
    sample.time_ms = absl::ToUnixMillis(kStart + absl::Minutes(minute));
    sample.value = 100 + minute;
    engine.Observe({&sample, 1}, out);
    engine.Advance(1, sample.time(), out);
  }
  engine.TakePresent(100, present);
  BOOST_REQUIRE(present.size() == 1u);
  BOOST_TEST(present[0].now.summary == "q has 199 waiting");
  present.clear();
  engine.TakePresent(100, present);
  BOOST_TEST(present.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
