#include "tests/twin/twin.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "tests/twin/twin_case.h"

namespace nephoscope {
namespace {

std::uint64_t Given(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

BOOST_AUTO_TEST_SUITE(twin_test)

// NEPHOSCOPE_TWIN_CASES: how many; NEPHOSCOPE_TWIN_SEED: the first, as a failure names it.
BOOST_AUTO_TEST_CASE(the_engine_says_what_its_twin_says) {
  const std::uint64_t first = Given("NEPHOSCOPE_TWIN_SEED", 1), cases = Given("NEPHOSCOPE_TWIN_CASES", 2'000);
  int wrong = 0;
  for (std::uint64_t seed = first; seed < first + cases && wrong < 5; ++seed) {
    const std::string difference = RunTwinCase(seed);
    BOOST_TEST(difference == "", difference);
    wrong += !difference.empty();
  }
  BOOST_TEST_MESSAGE(TransitionsCompared() << " transitions compared");
  if (cases >= 1'000) BOOST_TEST(TransitionsCompared() > cases);  // not quiet lives
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
