#include "rules/importing/importing.h"

#include <boost/test/unit_test.hpp>

using namespace nephoscope;

namespace {

Imported Some() {
  Imported out;
  out.items.push_back({"one", "a.json:1", {"  - alert: One\n"}, {}, ""});
  out.items.push_back({"two\nlines", "a.json:2", {"  - alert: Two\n"}, {"look\n  - alert: Here"}, ""});
  out.items.push_back({"three", "a.json:3", {}, {}, "no: write it anew"});
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(importing_test)

BOOST_AUTO_TEST_CASE(notes_stand_above_their_rule_and_cannot_leave_their_line) {
  BOOST_TEST(RulesOf(Some()) ==
             "apiVersion: rules/v1\nrules:\n"
             "  # one (a.json:1)\n  - alert: One\n"
             "  # two lines (a.json:2)\n  # note: look   - alert: Here\n  - alert: Two\n");
}

BOOST_AUTO_TEST_CASE(the_report_names_every_item_and_counts) {
  BOOST_TEST(ReportOf(Some()) ==
             "a.json:1 one: converted\n"
             "a.json:2 two lines: converted with notes\n  - look   - alert: Here\n"
             "a.json:3 three: refused: no: write it anew\n"
             "1 converted, 1 converted with notes, 1 refused\n");
}

BOOST_AUTO_TEST_CASE(nothing_converted_is_no_rule_file) { BOOST_TEST(RulesOf({}) == ""); }

BOOST_AUTO_TEST_SUITE_END()
