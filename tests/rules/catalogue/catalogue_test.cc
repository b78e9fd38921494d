#include "rules/catalogue/catalogue.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

using namespace nephoscope;

namespace {

bool IsWord(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalogue_test)

BOOST_AUTO_TEST_CASE(each_provider_has_metrics_of_the_services_that_people_run) {
  BOOST_TEST(AllMetrics().size() >= 600u);
  const struct { const char* prefix; std::size_t services; } rows[] = {{"aws.", 40}, {"azure.", 35}, {"gcp.", 23}, {"cost.", 1}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.prefix) {
      std::set<std::string> services;
      for (const CatalogueMetric& metric : AllMetrics())
        if (absl::StartsWith(metric.name, row.prefix)) services.insert(metric.service);
      BOOST_TEST(services.size() >= row.services);
    }
}

BOOST_AUTO_TEST_CASE(names_are_sorted_words_and_every_fact_is_there) {
  const std::set<std::string> units = {"%", "B", "s", "B/s", "/s", "count", "USD", "money"};
  std::string before;
  for (const CatalogueMetric& metric : AllMetrics()) BOOST_TEST_CONTEXT(metric.name) {
      BOOST_TEST((before < metric.name), before);
      before = metric.name;
      for (absl::string_view part : absl::StrSplit(metric.name, '.')) BOOST_TEST(IsWord(part));
      BOOST_TEST(units.count(metric.unit) == 1u, metric.unit);
      BOOST_TEST(metric.cadence >= absl::Minutes(1));
      BOOST_TEST(metric.factor > 0);
      BOOST_TEST(!metric.sources.empty());
      BOOST_TEST(!metric.space.empty());
      BOOST_TEST(!metric.stat.empty());
      BOOST_TEST(metric.sentence.size() > 5u);
      BOOST_TEST(metric.sentence.back() == '.');
    }
}

BOOST_AUTO_TEST_CASE(labels_are_words_and_none_stands_twice) {
  for (const CatalogueMetric& metric : AllMetrics()) BOOST_TEST_CONTEXT(metric.name) {
      const std::set<std::string> once(metric.labels.begin(), metric.labels.end());
      BOOST_TEST(once.size() == metric.labels.size());
      BOOST_TEST(once.count("provider") == 1u);
      for (const std::string& label : metric.labels) BOOST_TEST(IsWord(label), label);
    }
}

BOOST_AUTO_TEST_CASE(no_two_names_mean_the_same_measurement_made_in_the_same_way_of_one_service) {
  // alb.requests is made of the counts by class, which may be named alone as well; functions are web apps to Azure.
  std::map<std::string, std::string> seen;
  for (const CatalogueMetric& metric : AllMetrics()) {
    if (metric.sources.size() > 1) continue;
    std::string key = metric.space + "|" + metric.sources[0].name + "|" + metric.stat;
    for (const std::string& dimension : metric.dimensions) key += "|" + dimension;
    const auto [it, fresh] = seen.emplace(key, metric.name);
    BOOST_TEST(fresh, metric.name << " is " << it->second);
  }
}

BOOST_AUTO_TEST_CASE(known_facts_are_right) {
  const struct { const char *name, *space, *source, *stat, *unit; int cadence_s; double factor; } rows[] = {
      {"aws.rds.cpu_utilization", "AWS/RDS", "CPUUtilization", "Average", "%", 60, 1},
      {"aws.ec2.cpu_utilization", "AWS/EC2", "CPUUtilization", "Average", "%", 300, 1},
      {"aws.rds.free_storage_space", "AWS/RDS", "FreeStorageSpace", "Minimum", "B", 60, 1},
      {"aws.lambda.duration", "AWS/Lambda", "Duration", "Average", "s", 60, 0.001},
      {"aws.opensearch.free_storage_space", "AWS/ES", "FreeStorageSpace", "Minimum", "B", 60, 1048576},
      {"aws.s3.bucket_size", "AWS/S3", "BucketSizeBytes", "Average", "B", 86400, 1},
      {"azure.app_service.requests", "Microsoft.Web/sites", "Requests", "Total", "count", 60, 1},
      {"azure.vm.cpu_utilization", "Microsoft.Compute/virtualMachines", "Percentage CPU", "Average", "%", 60, 1},
      {"azure.storage.used_capacity", "Microsoft.Storage/storageAccounts", "UsedCapacity", "Average", "B", 3600, 1},
      {"gcp.compute.cpu_utilization", "gce_instance", "compute.googleapis.com/instance/cpu/utilization", "ALIGN_MEAN", "%", 60, 100},
      {"gcp.pubsub_subscription.undelivered_messages", "pubsub_subscription", "pubsub.googleapis.com/subscription/num_undelivered_messages", "ALIGN_MAX", "count", 60, 1},
      {"cost.effective", "FOCUS", "EffectiveCost", "sum", "money", 86400, 1},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.name) {
      const CatalogueMetric* metric = FindMetric(row.name);
      BOOST_REQUIRE(metric != nullptr);
      BOOST_TEST(metric->space == row.space);
      BOOST_TEST(metric->sources[0].name == row.source);
      BOOST_TEST(metric->stat == row.stat);
      BOOST_TEST(metric->unit == row.unit);
      BOOST_TEST((metric->cadence == absl::Seconds(row.cadence_s)));
      BOOST_TEST(metric->factor == row.factor);
    }
  const std::vector<std::string> labels = {"provider", "account", "region", "db_instance"};
  BOOST_TEST(FindMetric("aws.rds.cpu_utilization")->labels == labels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_requests_of_a_load_balancer_are_told_apart_by_class_and_by_who_answered) {
  const CatalogueMetric* requests = FindMetric("aws.alb.requests");
  BOOST_REQUIRE(requests != nullptr);
  BOOST_TEST(requests->sources.size() == 7u);
  std::set<std::string> told_apart;
  for (const MetricSource& source : requests->sources) told_apart.insert(source.labels[0].second + source.labels[1].second);
  BOOST_TEST(told_apart.size() == 7u);
  BOOST_TEST(std::count(requests->labels.begin(), requests->labels.end(), "code_class") == 1);
}

BOOST_AUTO_TEST_CASE(names_that_are_not_in_it_are_not_found) {
  for (const char* name : {"", "aws", "aws.rds", "aws.rds.", "aws.rds.cpu_utilisation", "AWS.RDS.cpu_utilization", "aws.rds.cpu_utilization.x", "zzz", "up"})
    BOOST_TEST((FindMetric(name) == nullptr), name);
  for (const CatalogueMetric& metric : AllMetrics()) BOOST_TEST((FindMetric(metric.name) == &metric));
}

BOOST_AUTO_TEST_CASE(dimensions_become_labels_in_snake_case) {
  const struct { const char *dimension, *label; } rows[] = {
      {"InstanceId", "instance_id"}, {"DBInstanceIdentifier", "db_instance"}, {"LoadBalancer", "load_balancer"}, {"FunctionName", "function_name"},
      {"NatGatewayId", "nat_gateway_id"}, {"DBClusterIdentifier", "db_cluster"}, {"VpcId", "vpc_id"}, {"DBName", "db_name"}, {"env", "env"},
      {"my-dim", "my_dim"}, {"1st", "_1st"}, {"Cluster Name", "cluster_name"}, {"Broker ID", "broker_id"}, {"StateMachineArn", "state_machine_arn"},
      {"zone", "zone"}, {"Region", "measured_region"}, {"WebACL", "web_acl"}, {"LUN", "lun"},
  };
  for (const auto& row : rows) BOOST_TEST(DimensionLabel(row.dimension) == row.label);
}

BOOST_AUTO_TEST_SUITE_END()
