#include "rules/model/tag_label.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

BOOST_AUTO_TEST_SUITE(tag_label_test)

BOOST_AUTO_TEST_CASE(spellings_of_one_tag_are_one_label) {
  const struct { const char *key, *want; } rows[] = {
      {"cost_center", "cost_center"}, {"CostCenter", "cost_center"}, {"cost-center", "cost_center"}, {"Cost Center", "cost_center"},
      {" team ", "team"}, {"ENV", "env"}, {"app.kubernetes.io/name", "app_kubernetes_io_name"}, {"a--b_", "a_b"}, {"", ""}, {"--", ""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.key) { BOOST_TEST(TagLabel(row.key) == row.want); }
}

BOOST_AUTO_TEST_SUITE_END()
