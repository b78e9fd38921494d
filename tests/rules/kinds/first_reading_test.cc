// The first start on a bill of 90 days begins and ends alerts on the days on which they would have begun and ended.
#include <functional>

#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr int kDays = 90;

// Defines the series, and says what a day of the bill brings.
using Bill = std::function<std::function<void(int day)>(KindRun& run)>;

Texts LinesOf(const std::string& rule, const Bill& bill, bool at_once) {
  KindRun run(rule);
  const std::function<void(int)> read = bill(run);
  for (int day = 0; day < kDays; ++day) {
    read(day);
    if (!at_once) run.Advance(RunDay(day + 1));
  }
  if (at_once) run.Advance(RunDay(kDays));
  return run.Lines();
}

std::function<void(int)> Plan(KindRun& run) {
  const auto labels = [](const char* status) {
    return std::vector<Label>{{"account", "1"}, {"commitment_discount_status", status}, {"commitment_discount_id", "sp-1"}, {"commitment_discount_type", "savings_plan"}};
  };
  const SeriesId used = run.Cost("commitment.effective", labels("used")), unused = run.Cost("commitment.effective", labels("unused"));
  return [&run, used, unused](int day) {
    const bool idle = (day >= 20 && day < 40) || day >= 80;
    run.Cell(used, day, idle ? 50 : 100);
    run.Cell(unused, day, idle ? 50 : 0);
  };
}

// A machine without tags, which are put right on day 30; and another that comes on day 60.
std::function<void(int)> Tags(KindRun& run) {
  const auto labels = [](const char* id, bool tagged) {
    std::vector<Label> out = {{"provider", "AWS"}, {"account", "1"}, {"resource_id", id}, {"resource_type", "aws.ec2.instance"}};
    if (tagged) out.push_back({"tag.Owner", "a"});
    return out;
  };
  const SeriesId bare = run.Cost("resource.cost", labels("i-1", false)), mended = run.Cost("resource.cost", labels("i-1", true));
  const SeriesId good = run.Cost("resource.cost", labels("i-2", true)), late = run.Cost("resource.cost", labels("i-3", false));
  return [=, &run](int day) {
    run.Cell(day < 30 ? bare : mended, day, 10);
    run.Cell(good, day, 50);
    if (day >= 60) run.Cell(late, day, 40);
  };
}

BOOST_AUTO_TEST_SUITE(first_reading_test)

BOOST_AUTO_TEST_CASE(a_bill_that_is_read_whole_says_what_it_would_have_said_day_by_day) {
  const struct { const char *what, *rule; Bill bill; std::size_t steps; } rows[] = {
      {"commitment", "\n  - alert: A\n    kind: commitment\n    watch: {commitment: [savings_plan], by: [account]}\n    when: {utilization: {below: 90%}}\n    every: 1d\n", Plan, 3},
      {"tag_compliance", "\n  - alert: A\n    kind: tag_compliance\n    watch: {resource: \"*\", by: [account]}\n    tags: {required: [Owner]}\n    when: {untagged_cost: {above: 10%}}\n", Tags, 3},
      {"budget", "\n  - alert: A\n    kind: budget\n    watch: {cost: effective}\n    budget: {period: month, amount: 1000 USD}\n    when: {actual: 80%}\n",
       [](KindRun& run) {
         const SeriesId cost = run.Cost("cost.effective", {});
         return [&run, cost](int day) { run.Cell(cost, day, 30 + day); };
       }, 5},
      {"threshold", "\n  - alert: A\n    kind: threshold\n    watch: {cost: effective}\n    when: {above: 100 USD}\n",
       [](KindRun& run) {
         const SeriesId cost = run.Cost("cost.effective", {});
         return [&run, cost](int day) { run.Cell(cost, day, day % 20 < 5 ? 150 : 50); };
       }, 9},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Texts daily = LinesOf(row.rule, row.bill, false);
    BOOST_TEST(daily.size() >= row.steps);
    BOOST_TEST(LinesOf(row.rule, row.bill, true) == daily, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
