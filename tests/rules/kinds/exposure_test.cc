#include "rules/engine/exposure.h"

#include <boost/test/unit_test.hpp>

#include "rules/engine/interest.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr char kCpu[] = "  - {alert: Busy, kind: threshold, watch: {metric: aws.rds.cpu_utilization, by: [db_instance]}, when: {above: 90%}, summary: \"${db_instance} ${impact}\"}\n";
constexpr char kQueue[] = "  - {alert: Long, kind: threshold, watch: {metric: queue_length, combine: sum, by: [team]}, when: {above: 100}}\n";

std::string Told(const Transition& one) { return absl::StrCat(one.impact.basis, " ", one.impact.amount.ToText(), ": ", one.impact.method); }

SeriesId Database(KindRun& run, const std::string& arn, std::vector<Label> more = {}) {
  more.push_back({"resource_id", arn});
  more.push_back({"resource_type", "aws.rds.db_instance"});
  return run.Cost("resource.cost", std::move(more));
}

BOOST_AUTO_TEST_SUITE(exposure_test)

BOOST_AUTO_TEST_CASE(a_resource_exposes_what_it_costs_a_month) {
  KindRun run(kCpu);
  const SeriesId bill = Database(run, "arn:aws:rds:eu-west-1:1111:db:Shop"), other = Database(run, "arn:aws:rds:eu-west-1:1111:db:other");
  const SeriesId cpu = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "shop"}}, absl::Minutes(5), "%");
  for (int day = 0; day < 20; ++day) run.Cell(bill, day, day < 6 ? 1000 : 10), run.Cell(other, day, 5000);
  run.Value(cpu, RunDay(20), 95);
  run.Advance(RunDay(20));
  BOOST_TEST(Told(run.Last("Busy")) == "exposed 304.40 USD: what shop cost in the last 14 days of the bill, per month");
  BOOST_TEST(run.Last("Busy").summary == "shop 304.40 USD");
}

// The bill of today is not there yet, nor that of yesterday; a database of three days is not one of fourteen.
BOOST_AUTO_TEST_CASE(days_that_the_bill_does_not_have_are_no_days_without_cost) {
  KindRun run(kCpu);
  const SeriesId bill = Database(run, "shop"), cpu = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "shop"}}, absl::Minutes(5), "%");
  for (int day = 10; day < 13; ++day) run.Cell(bill, day, 20);
  run.Value(cpu, RunDay(14.5), 95);
  run.Advance(RunDay(14.5));
  BOOST_TEST(Told(run.Last("Busy")) == "exposed 608.80 USD: what shop cost in the last 3 days of the bill, per month");
}

BOOST_AUTO_TEST_CASE(a_restated_day_counts_as_it_is_now) {
  KindRun run(kCpu);
  const SeriesId bill = Database(run, "shop"), cpu = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "shop"}}, absl::Minutes(5), "%");
  run.Cell(bill, 0, 20);
  run.Cell(bill, 0, 10);
  run.Value(cpu, RunDay(1), 95);
  run.Advance(RunDay(1));
  BOOST_TEST(Told(run.Last("Busy")) == "exposed 304.40 USD: what shop cost in the last day of the bill, per month");
}

BOOST_AUTO_TEST_CASE(the_same_name_elsewhere_is_another_resource) {
  KindRun run(kCpu);
  const SeriesId here = Database(run, "shop", {{"account", "1"}, {"region", "eu"}}), there = Database(run, "shop", {{"account", "2"}, {"region", "eu"}});
  const SeriesId bucket = run.Cost("resource.cost", {{"resource_id", "shop"}, {"resource_type", "aws.s3.bucket"}, {"account", "1"}});
  const SeriesId cpu = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "shop"}, {"account", "1"}}, absl::Minutes(5), "%");
  for (const SeriesId bill : {here, there, bucket}) run.Cell(bill, 0, bill == here ? 1 : 100);
  run.Value(cpu, RunDay(1), 95);
  run.Advance(RunDay(1));
  BOOST_TEST(run.Last("Busy").impact.amount.ToText() == "30.44 USD");
}

BOOST_AUTO_TEST_CASE(the_bill_knows_the_owner_where_the_metric_does_not) {
  KindRun run(kCpu);
  const SeriesId here = Database(run, "shop", {{"account", "1"}, {"owner", "dba"}, {"contact", "dba@example.com"}}), there = Database(run, "shop", {{"account", "2"}, {"owner", "others"}});
  const SeriesId lent = Database(run, "lent", {{"owner", "dba"}});
  const SeriesId shop = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "shop"}, {"account", "1"}}, absl::Minutes(5), "%");
  const SeriesId own = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "lent"}, {"owner", "checkout"}}, absl::Minutes(5), "%");
  const SeriesId new_one = run.Metric("aws.rds.cpu_utilization", {{"db_instance", "new"}}, absl::Minutes(5), "%");
  for (const SeriesId bill : {here, there, lent}) run.Cell(bill, 0, 1);
  for (const SeriesId cpu : {shop, own, new_one}) run.Value(cpu, RunDay(1), 95);
  run.Advance(RunDay(1));
  std::map<std::string, std::string> owners;
  for (const Transition& one : run.said()) owners[std::string(one.labels.Get("db_instance"))] = absl::StrCat(one.owner.name, " ", one.owner.contact, " ", one.owner.source);
  BOOST_TEST(owners["shop"] == "dba dba@example.com tag owner");
  BOOST_TEST(owners["lent"] == "checkout  tag owner");
  BOOST_TEST(owners["new"] == "unowned  default");
}

BOOST_AUTO_TEST_CASE(a_group_exposes_what_its_labels_cost_in_the_bill) {
  KindRun run(kQueue);
  const SeriesId a = run.Cost("cost.effective", {{"team", "pay"}, {"service", "EC2"}}), b = run.Cost("cost.effective", {{"team", "pay"}, {"service", "S3"}}), c = run.Cost("cost.effective", {{"team", "web"}, {"service", "S3"}});
  const SeriesId queue = run.Metric("queue_length", {{"team", "pay"}, {"host", "1"}}, absl::Minutes(1));
  for (const SeriesId bill : {a, b, c}) run.Cell(bill, 0, 10);
  run.Value(queue, RunDay(1), 1000);
  run.Advance(RunDay(1));
  BOOST_TEST(Told(run.Last("Long")) == "exposed 608.80 USD: what team pay cost in the last day of the bill, per month");
}

BOOST_AUTO_TEST_CASE(what_the_bill_does_not_know_exposes_nothing) {
  KindRun run(absl::StrCat(kCpu, kQueue));
  const SeriesId old = Database(run, "old"), free = Database(run, "free"), group = run.Cost("cost.effective", {{"team", "pay"}});
  run.Cell(old, 0, 10), run.Cell(free, 59, 0), run.Cell(group, 59, 10);
  for (const char* name : {"old", "free", "new"}) run.Value(run.Metric("aws.rds.cpu_utilization", {{"db_instance", name}, {"team", "pay"}}, absl::Minutes(5), "%"), RunDay(60), 95);
  run.Value(run.Metric("queue_length", {{"team", "ops"}}, absl::Minutes(1)), RunDay(60), 1000);
  run.Value(run.Metric("queue_length", {{"host", "1"}}, absl::Minutes(1)), RunDay(60), 1000);
  run.Advance(RunDay(60));
  BOOST_TEST(run.said().size() == 5u);
  for (const Transition& one : run.said()) BOOST_TEST(one.impact.basis == "", one.labels.ToString() << " " << Told(one));
}

BOOST_AUTO_TEST_CASE(amounts_of_a_rule_itself_stand) {
  KindRun run("  - {alert: Spend, kind: threshold, watch: {cost: effective, window: 1d, by: [team]}, when: {above: 5 USD}}\n");
  const SeriesId bill = run.Cost("cost.effective", {{"team", "pay"}});
  run.Cell(bill, 0, 12);
  run.Advance(RunDay(1));
  BOOST_TEST(run.Last("Spend").impact.amount.ToText() == "7.00 USD");
  BOOST_TEST(run.Last("Spend").impact.method == "what is spent beyond the limit");
}

// Every shard has alerts that may ask what the bill says.
BOOST_AUTO_TEST_CASE(every_shard_reads_the_bill_where_alerts_ask_it) {
  Series bill;
  bill.metric = "cost.effective";
  bill.type = ValueType::kMoney;
  BOOST_TEST(Interest(LoadRunRules(kQueue).rules).ShardsOf(bill) == ~std::uint64_t{0});
  bill.type = ValueType::kNumber;
  BOOST_TEST(Interest(LoadRunRules(kQueue).rules).ShardsOf(bill) == 0u);
  bill.type = ValueType::kMoney;
  BOOST_TEST(Interest(LoadRunRules("  - {alert: Spend, kind: threshold, watch: {cost: effective, where: {team: pay}, window: 1d, by: [team]}, when: {above: 5 USD}}\n").rules).ShardsOf(bill) == 0u);
  BOOST_TEST(LoadRunRules(kCpu).rules->rules[0]->watch.resource_type == "aws.rds.db_instance");
  BOOST_TEST(LoadRunRules(kQueue).rules->rules[0]->watch.resource_type == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
