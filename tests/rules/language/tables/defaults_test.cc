#include "rules/language/tables/defaults.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(defaults_test)

BOOST_AUTO_TEST_CASE(what_names_one_rule_has_no_default) {
  std::set<std::string> keys;
  for (const Option& option : DefaultsOptions().options) {
    keys.insert(option.name);
    BOOST_TEST(option.default_text == nullptr, option.name);
  }
  for (const char* key : {"alert", "kind", "id", "renamed_from", "watch", "summary", "tests"}) BOOST_TEST(keys.count(key) == 0u, key);
  for (const char* key : {"notify", "owner", "labels", "severity", "mute_time_intervals"}) BOOST_TEST(keys.count(key) == 1u, key);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
