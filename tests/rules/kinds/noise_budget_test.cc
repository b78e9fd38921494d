// A noise budget of many groups: how often each is asked, and that the budget is kept.
#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"
#include "rules/kinds/noise_budget.h"
#include "rules/model/grid.h"
#include "tests/rules/kinds/kind_run.h"

using namespace nephoscope;

namespace {

constexpr int kGroups = 120;
constexpr const char* kRule =
    "  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n"
    "    anomaly: {direction: both, noise_budget: 4 per month}\n";

// One more group, which has no days and counts how often it is asked.
class Asked : public NoiseBudget::Group {
 public:
  NoiseBudget::Past PastBefore(std::int64_t) override { return ++pasts, NoiseBudget::Past{}; }
  double Waiting(std::int64_t) override { return ++waits, 0; }
  int Reported(std::int64_t, std::int64_t) const override { return 0; }
  int pasts = 0, waits = 0;
};

// About 1,000 dollars a day; one day in sixty costs far more.
double CostOf(std::mt19937& random) {
  const double swing = static_cast<double>(random() % 2001) / 1000 - 1;
  return 1000 * (1 + 0.05 * swing) * (random() % 60 == 0 ? 2.5 : 1);
}

// The groups of a rule, without an engine.
class Groups {
 public:
  explicit Groups(Asked* asked) {
    const std::shared_ptr<const Rule> rule = LoadRunRules(kRule).rules->rules[0];
    const RuleKind& kind = *FindKind("cost_anomaly");
    common_ = kind.MakeCommon();
    std::static_pointer_cast<NoiseBudget>(common_)->Join(asked);
    for (int i = 0; i < kGroups; ++i) {
      Series series;
      series.type = ValueType::kMoney;
      series.currency = Currency::Usd();
      series.labels = Labels({{"service", absl::StrCat("s", i)}});
      all_.push_back(kind.MakeEvaluator(rule));
      all_.back()->Meet(common_);
      all_.back()->Define(0, series);
    }
  }
  void Add(int group, int day, double dollars) {
    Sample sample;
    sample.flags = Sample::kFinal;
    sample.time_ms = absl::ToUnixMillis(RunDay(day));
    sample.micros = std::llround(dollars * 1e6);
    std::vector<absl::Time> due;
    all_[static_cast<std::size_t>(group)]->Add(0, sample, due);
  }
  // `day` is over. How many groups are unusual.
  int Judge(int day) {
    int out = 0;
    for (const auto& one : all_) out += one->Judge(RunDay(day + 1)).holds.any();
    return out;
  }

 private:
  std::shared_ptr<RuleCommon> common_;
  std::vector<std::unique_ptr<Evaluator>> all_;
};

std::vector<SeriesId> ServicesOf(KindRun& run, bool backwards) {
  std::vector<SeriesId> out(kGroups);
  for (int i = 0; i < kGroups; ++i) {
    const int one = backwards ? kGroups - 1 - i : i;
    out[static_cast<std::size_t>(one)] = run.Cost("cost.effective", {{"service", absl::StrCat("s", one)}});
  }
  return out;
}

void RunDays(KindRun& run, const std::vector<SeriesId>& all, int days, unsigned seed) {
  std::mt19937 random(seed);
  for (int day = 0; day < days; ++day) {
    for (const SeriesId id : all) run.Cell(id, day, CostOf(random));
    run.Advance(RunDay(day + 1));
  }
}

int WeeksOf(int days) { return days / 7 + 2; }

}  // namespace

BOOST_AUTO_TEST_SUITE(noise_budget_test)

// Each group once a week for what it would have reported, and once a day for what is waiting.
BOOST_AUTO_TEST_CASE(groups_are_asked_once_a_week_however_many_they_are) {
  constexpr int kDays = 200;
  Asked asked;
  Groups groups(&asked);
  std::mt19937 random(5);
  int unusual = 0;
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < kGroups; ++i) groups.Add(i, day, CostOf(random));
    unusual += groups.Judge(day);
    BOOST_TEST_REQUIRE(asked.pasts <= WeeksOf(day + 1), "day " << day << ": " << asked.pasts);
    BOOST_TEST_REQUIRE(asked.waits <= day + 1, "day " << day << ": " << asked.waits);
  }
  BOOST_TEST(asked.pasts >= kDays / 7);
  BOOST_TEST(asked.waits > 0);
  BOOST_TEST(unusual > 0);
}

// A bill of months that is read at once: the first group that is judged makes the others follow.
BOOST_AUTO_TEST_CASE(days_that_come_together_are_stepped_once) {
  constexpr int kDays = 70;
  Asked asked;
  Groups groups(&asked);
  std::mt19937 random(6);
  for (int day = 0; day < kDays; ++day)
    for (int i = 0; i < kGroups; ++i) groups.Add(i, day, CostOf(random));
  groups.Judge(kDays - 1);
  BOOST_TEST(asked.pasts <= WeeksOf(kDays));
  BOOST_TEST(asked.pasts >= kDays / 7);
}

// A restated day takes back the weeks that were chosen by it: those alone are chosen anew, once.
BOOST_AUTO_TEST_CASE(a_restated_day_makes_only_later_weeks_anew) {
  constexpr int kDays = 100, kBack = 20;
  Asked asked;
  Groups groups(&asked);
  std::mt19937 random(7);
  for (int day = 0; day < kDays; ++day) {
    for (int i = 0; i < kGroups; ++i) groups.Add(i, day, CostOf(random));
    groups.Judge(day);
  }
  const int before = asked.pasts;
  for (int i = 0; i < kGroups; ++i) {
    groups.Add(i, kDays - kBack, 1234);
    groups.Add(i, kDays, CostOf(random));
  }
  groups.Judge(kDays);
  BOOST_TEST(asked.pasts > before);
  BOOST_TEST(asked.pasts - before <= WeeksOf(kBack));
}

// The first to be judged has no more right to the room than the last.
BOOST_AUTO_TEST_CASE(the_order_of_the_groups_does_not_matter) {
  const auto reported = [](bool backwards) {
    KindRun run(kRule);
    const std::vector<SeriesId> all = ServicesOf(run, backwards);
    RunDays(run, all, 150, 8);
    std::vector<std::string> out = run.Lines();
    std::sort(out.begin(), out.end());
    return out;
  };
  const std::vector<std::string> one = reported(false), other = reported(true);
  BOOST_TEST(!one.empty());
  BOOST_TEST(one == other, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(four_a_month_of_many_groups_are_four_in_any_month) {
  KindRun run(kRule);
  RunDays(run, ServicesOf(run, false), 200, 9);
  std::vector<std::int64_t> days;
  for (const Transition& one : run.said())
    if (one.type == EventType::kFiring) days.push_back(DayOf(one.window->second));
  std::sort(days.begin(), days.end());
  std::ptrdiff_t most = 0;
  for (auto from = days.begin(); from != days.end(); ++from)
    most = std::max(most, std::lower_bound(from, days.end(), *from + 31) - from);
  BOOST_TEST_MESSAGE(days.size() << " reports of " << kGroups << " groups, at most " << most << " in 31 days");
  BOOST_TEST(most <= 4);
  BOOST_TEST(days.size() >= 16u);
}

BOOST_AUTO_TEST_SUITE_END()
