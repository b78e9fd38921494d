#include <cmath>
#include <random>

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"
#include "rules/kinds/spoken.h"
#include "tests/rules/kinds/kind_run.h"

using namespace nephoscope;

namespace {

using Texts = std::vector<std::string>;

std::string RuleWith(const std::string& more, const std::string& direction = "up") {
  return absl::StrCat("  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service_name]}\n    anomaly: {history: 4w, pattern: none, direction: ", direction,
                      "}\n    when: {impact: {at_least: 100 USD}}\n", more);
}

// 60 days of about 1,000 dollars of each of two services, but for what `costs` says of a day.
Texts Course(const std::string& rule, const std::map<int, double>& costs, bool restarts = false, Transition* last = nullptr) {
  KindRun run(rule, restarts);
  std::vector<SeriesId> services;
  for (const char* name : {"A", "B"}) services.push_back(run.Cost("cost.effective", {{"service_name", name}}));
  for (int day = 0; day < 60; ++day) {
    for (const SeriesId id : services) {
      const auto found = costs.find(day);
      run.Cell(id, day, found == costs.end() ? 1000 + day % 3 : found->second);
    }
    run.Advance(RunDay(day + 1));
  }
  if (last != nullptr) *last = run.Last("Unusual");
  Texts out = run.Lines();
  std::erase_if(out, [](const std::string& line) { return absl::StrContains(line, " updated "); });  // it has doubled
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cost_anomaly_test)

// Day 0 is 2026-01-05: day 30 is 2026-02-04.
BOOST_AUTO_TEST_CASE(known_events_are_not_reported) {
  const std::map<int, double> sale = {{30, 3000}, {31, 3000}, {32, 3000}};
  const Texts both = {"05 00:00 firing warning Unusual {service_name=\"A\"}", "05 00:00 firing warning Unusual {service_name=\"B\"}", "09 00:00 resolved warning Unusual {service_name=\"A\"}",
                      "09 00:00 resolved warning Unusual {service_name=\"B\"}"};
  BOOST_TEST(Course(RuleWith(""), sale) == both, boost::test_tools::per_element());
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(restarts) {
    BOOST_TEST(Course(RuleWith("    expected: [{from: 2026-02-04, to: 2026-02-06, reason: Sale}]\n"), sale, restarts) == Texts{}, boost::test_tools::per_element());
    // Of one service alone.
    BOOST_TEST(Course(RuleWith("    expected: [{from: 2026-02-04, to: 2026-02-06, where: {service_name: B}, reason: Sale}]\n"), sale, restarts) ==
                   (Texts{both[0], both[2]}),
               boost::test_tools::per_element());
    // It went on for a day longer than it should have.
    Transition last;
    BOOST_TEST(Course(RuleWith("    expected: [{from: 2026-02-04, to: 2026-02-05, where: {service_name: [A, B]}, reason: Sale}]\n"), sale, restarts, &last).front() ==
               "07 00:00 firing warning Unusual {service_name=\"A\"}");
    BOOST_TEST((last.type == EventType::kResolved));
    BOOST_TEST(absl::StrContains(last.explanation, "more than expected in 1 day."), last.explanation);
  }
}

// 25 days at three times the usual: who learns from them takes that for usual.
BOOST_AUTO_TEST_CASE(nothing_is_learnt_from_known_events) {
  std::map<int, double> costs;
  for (int day = 25; day < 50; ++day) costs[day] = 3000;
  costs[56] = 1500;
  const std::string expected = "    expected: [{from: 2026-01-30, to: 2026-02-23, reason: Sale}]\n";
  const Texts want = {"03 00:00 firing warning Unusual {service_name=\"A\"}", "03 00:00 firing warning Unusual {service_name=\"B\"}", "05 00:00 resolved warning Unusual {service_name=\"A\"}",
                      "05 00:00 resolved warning Unusual {service_name=\"B\"}"};
  BOOST_TEST(Course(RuleWith(expected, "both"), costs) == want, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(said_back_it_names_the_known_events) {
  const LoadedRules loaded = LoadRunRules(RuleWith("    expected: [{from: 2026-02-04, to: 2026-02-06, reason: Sale}, {from: 2026-03-01, to: 2026-03-01, where: {service_name: A}, reason: Move}]\n"));
  BOOST_TEST_REQUIRE(loaded.rules->rules.size() == 1u);
  const std::string said = SayRule(*loaded.rules->rules[0]);
  BOOST_TEST(absl::StrContains(said, "Known events are left out: Sale from 2026-02-04 to 2026-02-06; Move from 2026-03-01 to 2026-03-01, where service_name is A."), said);
}

BOOST_AUTO_TEST_CASE(the_days_of_an_event_are_in_order) {
  BOOST_TEST(absl::StrContains(Problems(RuleWith("    expected: [{from: 2026-02-06, to: 2026-02-04, reason: Sale}]\n")), "R463"));
  BOOST_TEST(Problems(RuleWith("    expected: [{from: 2026-02-04, to: 2026-02-04, reason: Sale}]\n")) == "");
}

std::string BudgetRule(const std::string& anomaly) {
  return absl::StrCat("  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service_name]}\n    anomaly: {pattern: none, ", anomaly, "}\n    when: {impact: {at_least: 5 USD}}\n");
}

// What is said of 12 services in 150 days that swing by some 5 % around 1,000 dollars. The same for the same seed.
Texts Swings(const std::string& rule, bool restarts, Transition* last = nullptr) {
  KindRun run(rule, restarts);
  std::vector<SeriesId> services;
  for (int i = 0; i < 12; ++i) services.push_back(run.Cost("cost.effective", {{"service_name", absl::StrCat("S", i)}}));
  std::mt19937 random(11);
  const auto swing = [&] {  // heavier tails than a normal one: the sum of two, now and then thrice as large
    const double one = static_cast<double>(random() % 2001) / 1000 - 1, two = static_cast<double>(random() % 2001) / 1000 - 1;
    return (one + two) * 0.05 * (random() % 12 == 0 ? 3 : 1);
  };
  for (int day = 0; day < 150; ++day) {
    for (const SeriesId id : services) run.Cell(id, day, std::round(1000 * (1 + swing())));
    run.Advance(RunDay(day + 1));
  }
  if (last != nullptr) {
    for (const Transition& one : run.said())
      if (one.type == EventType::kFiring) *last = one;
  }
  Texts out = run.Lines();
  std::erase_if(out, [](const std::string& line) { return !absl::StrContains(line, " firing "); });
  return out;
}

// 110 days after the first 40: a rule of 12 services reports about as often as it may, and not by the service.
BOOST_AUTO_TEST_CASE(a_noise_budget_is_what_the_whole_rule_reports) {
  const std::size_t seldom = Swings(BudgetRule("noise_budget: 1 per month"), false).size();
  const std::size_t often = Swings(BudgetRule("noise_budget: 10 per month"), false).size();
  const std::size_t always = Swings(BudgetRule("noise_budget: 1 per day"), false).size();
  BOOST_TEST_MESSAGE("reports in 150 days: " << seldom << " at 1 per month, " << often << " at 10, " << always << " at 1 per day");
  BOOST_TEST((seldom >= 1 && seldom <= 10));
  BOOST_TEST((often >= 20 && often <= 65));
  BOOST_TEST((always > often && always <= 190));
}

BOOST_AUTO_TEST_CASE(a_restart_chooses_the_same_by_the_noise_budget) {
  Transition last;
  BOOST_TEST(Swings(BudgetRule("noise_budget: 6 per month"), true, &last) == Swings(BudgetRule("noise_budget: 6 per month"), false), boost::test_tools::per_element());
  BOOST_TEST(absl::StrContains(last.explanation, "By the noise budget (6 per month) a day is unusual from "), last.explanation);
  BOOST_TEST(absl::StrContains(last.explanation, " in the 56 days before 2026-05-"), last.explanation);
}

BOOST_AUTO_TEST_CASE(an_edited_noise_budget_counts_at_once) {
  const auto limit = [](const std::string& first, const std::string& then) {
    KindRun run(BudgetRule(first));
    const SeriesId id = run.Cost("cost.effective", {{"service_name", "A"}});
    for (int day = 0; day < 80; ++day) run.Cell(id, day, 1000 + (day * 37) % 60 + (day % 10 == 0 ? 60 : 0)), run.Advance(RunDay(day + 1));
    run.Reload(BudgetRule(then), RunDay(80));
    run.Cell(id, 80, 2000);
    run.Advance(RunDay(81));
    return run.Last("Unusual").explanation;
  };
  const std::string edited = limit("noise_budget: 1 per year", "noise_budget: 20 per month");
  BOOST_TEST(edited == limit("noise_budget: 20 per month", "noise_budget: 20 per month"));
  BOOST_TEST(edited != limit("noise_budget: 1 per year", "noise_budget: 1 per year"));
}

BOOST_AUTO_TEST_CASE(a_noise_budget_is_a_number_in_a_time) {
  for (const char* good : {"4 per month", "1 per week", "0.5 per quarter", "2 a day", "30 per year"}) BOOST_TEST(Problems(BudgetRule(absl::StrCat("noise_budget: ", good))) == "", good);
  for (const char* bad : {"4", "four per month", "4 per fortnight", "0 per month", "-1 per day", "4 monthly", "nan per day", "inf per day", "1e9 per day"})
    BOOST_TEST(absl::StrContains(Problems(BudgetRule(absl::StrCat("noise_budget: ", bad))), "R464"), bad);
  BOOST_TEST(absl::StrContains(Problems(BudgetRule("noise_budget: 4 per month, sensitivity: low")), "take out sensitivity or noise_budget"));
}

BOOST_AUTO_TEST_CASE(said_back_it_fits_its_pattern_and_direction) {
  const auto said = [](const std::string& anomaly) { return SayRule(*LoadRunRules(BudgetRule(anomaly)).rules->rules[0]); };
  BOOST_TEST(absl::StrContains(said("direction: both"), "is unusual and the difference adds up to at least"), said("direction: both"));
  BOOST_TEST(absl::StrContains(said("noise_budget: 4 per month"), "follows from the noise budget: 4 per month."), said("noise_budget: 4 per month"));
}

// A bill is by the day, so a daily rhythm is none.
BOOST_AUTO_TEST_CASE(daily_is_the_same_as_none) {
  const std::map<int, double> wild = {{33, 4000}};
  std::string daily = RuleWith("");
  daily.replace(daily.find("pattern: none"), 13, "pattern: daily");
  BOOST_TEST(Course(daily, wild) == Course(RuleWith(""), wild), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
