#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_join.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

std::vector<std::string> Scenarios() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(SourceDir() + "/tests/scenarios"))
    if (entry.path().extension() == ".input") out.push_back((entry.path().parent_path() / entry.path().stem()).string());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

BOOST_AUTO_TEST_SUITE(scenario_test)

// NEPHOSCOPE_WRITE_EXPECTED=1 writes what came; read it before you commit it.
BOOST_AUTO_TEST_CASE(every_scenario_gives_exactly_its_transitions) {
  BOOST_REQUIRE(Scenarios().size() >= 5u);
  for (const std::string& path : Scenarios()) BOOST_TEST_CONTEXT(path) {
    const std::vector<std::string> got = RunScenario(path, 1, 4096);
    if (std::getenv("NEPHOSCOPE_WRITE_EXPECTED") != nullptr) std::ofstream(path + ".expected") << absl::StrJoin(got, "\n") << (got.empty() ? "" : "\n");
    BOOST_TEST(got == Lines(path + ".expected"), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_cut_into_batches_and_shards_changes_nothing) {
  for (const std::string& path : Scenarios()) BOOST_TEST_CONTEXT(path) {
    const std::vector<std::string> want = RunScenario(path, 1, 4096);
    for (int engines : {1, 2, 8})
      for (std::size_t batch : {1, 3, 100}) BOOST_TEST(RunScenario(path, engines, batch) == want, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
