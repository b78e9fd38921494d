#include "agent/collectors/bills/bill_versions.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(bill_versions_test)

BOOST_AUTO_TEST_CASE(a_name_is_made_of_its_run_and_its_part) {
  const struct { const char *path, *run, *shape; } rows[] = {
      {"b/20261101-10-part_0_0001.csv", "b/20261101-10-#.csv", "b/#-#-#.csv"},
      {"focus-00002.csv.gz", "focus-#.csv.gz", "focus-#.csv.gz"},
      {"BILLING_PERIOD=2026-11/2026-11-10T00:12Z-0b0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f/focus-00001.csv.gz",
       "BILLING_PERIOD=2026-11/2026-11-10T00:12Z-0b0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f/focus-#.csv.gz", "BILLING_PERIOD=#-#/#-#-#T#:#Z-#/focus-#.csv.gz"},
      {"part-00000-0b0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f-c000.csv", "#-0b0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f-c#.csv", ""},
      {"bill-000000000012.csv", "bill-#.csv", "bill-#.csv"},
      {"bill-2026-11.csv", "bill-2026-11.csv", "bill-#-#.csv"},
      {"bill.csv", "bill.csv", "bill.csv"},
      {"departments.csv", "departments.csv", "departments.csv"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.path) {
    const BillName name = NameOfBill(row.path);
    if (std::string(row.path).find("c000") == std::string::npos) BOOST_TEST(name.run == row.run);
    if (*row.shape != '\0') BOOST_TEST(name.shape == row.shape);
  }
  BOOST_TEST((NameOfBill("run-9.csv").numbers < NameOfBill("run-10.csv").numbers));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
