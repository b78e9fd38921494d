#include "rules/model/resource_key.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(resource_key_test)

BOOST_AUTO_TEST_CASE(bill_and_metric_call_a_resource_by_the_same_short_name) {
  const struct { const char* what; const char* id; const char* want; } rows[] = {
      {"a plain id", "i-0A1b", "i-0a1b"},
      {"an ARN with a path", "arn:aws:ec2:eu-west-1:1111:instance/i-0A1b", "i-0a1b"},
      {"an ARN with colons", "arn:aws:rds:us-east-1:1111:db:Orders", "orders"},
      {"a load balancer in a bill", "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/50dc", "50dc"},
      {"a load balancer in CloudWatch", "app/web/50dc", "50dc"},
      {"Azure", "/subscriptions/s/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/Web1", "shop/web1"},
      {"Azure, a child", "/subscriptions/s/resourcegroups/shop/providers/microsoft.sql/servers/a/databases/B", "shop/b"},
      {"Google", "//compute.googleapis.com/projects/p/zones/z/instances/123", "123"},
      {"a slash at the end", "arn:aws:s3:::logs/", "logs"},
      {"blanks", "  vol-1 ", "vol-1"},
      {"nothing", "", ""},
      {"slashes alone", "///", ""},
      {"a resource group alone", "/subscriptions/s/resourceGroups/shop", "shop"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(ResourceKey(row.id) == row.want); }
  BOOST_TEST(ResourceKey("Web1", "Shop") == "shop/web1");
  BOOST_TEST(ResourceKey("web1", "") == "web1");
  BOOST_TEST(ResourceKey("", "shop") == "");
  BOOST_TEST(ResourceKey("/subscriptions/s/resourceGroups/Shop/providers/x/y/Web1", "other") == "shop/web1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
