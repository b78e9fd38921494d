#include "rules/catalogue/resources.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/catalogue/catalogue.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(resources_test)

BOOST_AUTO_TEST_CASE(every_type_is_found_and_its_metrics_have_its_label) {
  BOOST_TEST(AllResourceTypes().size() >= 60u);
  std::set<std::string> names;
  for (const ResourceType& type : AllResourceTypes()) BOOST_TEST_CONTEXT(type.name) {
    BOOST_TEST(names.insert(type.name).second);
    BOOST_TEST(FindResourceType(type.name) == &type);
    BOOST_TEST(IsProviderName(type.name));
    BOOST_TEST(absl::AsciiStrToLower(type.ids) == type.ids);
    BOOST_TEST(absl::AsciiStrToLower(type.billed) == type.billed);
    if (*type.metrics == 0) continue;
    int with_label = 0;
    for (const CatalogueMetric& metric : AllMetrics())
      with_label += absl::StartsWith(metric.name, absl::StrCat(type.metrics, ".")) && std::find(metric.labels.begin(), metric.labels.end(), type.label) != metric.labels.end();
    BOOST_TEST(with_label > 0);
  }
  BOOST_TEST(FindResourceType("aws.ec2.instanc") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_a_bill_speaks_of_has_a_type) {
  const struct { const char* provider; const char* id; const char* billed; const char* want; } rows[] = {
      {"AWS", "i-0e028", "", "aws.ec2.instance"},
      {"AWS", "arn:aws:ec2:us-west-2:1:instance/i-0e", "", "aws.ec2.instance"},
      {"Amazon Web Services", "anything", "instance", "aws.ec2.instance"},
      {"AWS", "vol-1", "volume", "aws.ebs.volume"},
      {"AWS", "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/x/y", "", "aws.alb.load_balancer"},
      {"AWS", "arn:aws:elasticloadbalancing:r:1:loadbalancer/x", "", "aws.elb.load_balancer"},
      {"AWS", "arn:aws:rds:r:1:db:orders", "", "aws.rds.db_instance"},
      {"AWS", "arn:aws:s3:::logs", "", "aws.s3.bucket"},
      {"AWS", "arn:aws:strange:r:1:thing/x", "", "aws.other"},
      {"AWS", "", "Dedicated Host", "aws.dedicated_host"},
      {"Microsoft", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web1", "", "azure.compute.virtual_machine"},
      {"Microsoft", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/x", "", "azure.compute.vm_scale_set"},
      {"Microsoft", "x", "Storage account", "azure.storage.account"},
      {"Google Cloud", "//compute.googleapis.com/projects/p/zones/z/instances/1", "", "gcp.compute.instance"},
      {"Google Cloud", "//redis.googleapis.com/projects/p/locations/l/instances/1", "", "gcp.redis.instance"},
      {"Oracle", "ocid6.instance.x", "instance", "oci.instance"},
      {"Hetzner", "", "", "other.other"},
      {"", "", "", "other.other"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.provider << " " << row.id << " " << row.billed) { BOOST_TEST(ResourceTypeOf(row.provider, row.id, row.billed) == row.want); }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
