#include "rules/language/tables/table_reader.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(table_reader_test)

BOOST_AUTO_TEST_CASE(reads_what_spreadsheets_write) {
  const absl::StatusOr<Table> table = ReadTable("\xEF\xBB\xBF" "Account,owner\r\n1111, ann \r\n\r\n\"22\"\"22\",\"Bob, the\nbuilder\"\r\n");
  BOOST_REQUIRE(table.ok());
  BOOST_TEST((table->columns == std::vector<std::string>{"account", "owner"}));
  BOOST_REQUIRE(table->rows.size() == 2u);
  BOOST_TEST(table->rows[0].line == 2);
  BOOST_TEST(table->rows[0].cells[1] == "ann");
  BOOST_TEST(table->rows[1].line == 4);
  BOOST_TEST(table->rows[1].cells[0] == "22\"22");
  BOOST_TEST(table->rows[1].cells[1] == "Bob, the\nbuilder");
  BOOST_TEST(table->Find("owner") == 1);
  BOOST_TEST(table->Find("contact") == -1);
  BOOST_TEST(ReadTable("a;b\n1,5;2").value().rows[0].cells[0] == "1,5");
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
  BOOST_TEST(std::string(ReadTable("a,b\n1,2\n3\n").status().message()) == "line 3 has 1 cells; the first line names 2");
  BOOST_TEST(std::string(ReadTable("a,b\n1,\"2\n").status().message()) == "a quote that is opened in line 2 is not closed");
  BOOST_TEST(std::string(ReadTable("\n \n").status().message()) == "it is empty: the first line names the columns");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
