// Every header compiles alone: who includes it needs to know nothing else.
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/house/source_tree.h"
#include "tests/paths.h"

namespace {

struct Outcome {
  int status;
  std::string output;
};

Outcome Shell(const std::string& command) {
  Outcome out{-1, ""};
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  BOOST_REQUIRE(pipe);
  char buffer[4096];
  while (std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, n);
  out.status = ::pclose(pipe);
  return out;
}

const std::string kCompile = "g++ -std=c++20 -fsyntax-only -w -x c++ -I" + nephoscope::SourceDir() + " ";

}  // namespace

BOOST_AUTO_TEST_SUITE(headers_test)

BOOST_AUTO_TEST_CASE(every_header_compiles_alone) {
  std::string list;
  std::size_t headers = 0;
  for (const auto& file : nephoscope::house::ReadSources())
    if (file.path.ends_with(".h")) list += nephoscope::SourceDir() + "/" + file.path + "\n", ++headers;
  BOOST_TEST(headers > 20u, "the headers were not found");
  char name[] = "/tmp/nephoscope_headers_XXXXXX";
  const int fd = ::mkstemp(name);
  BOOST_REQUIRE(fd >= 0);
  std::ofstream(name) << list;
  const Outcome outcome = Shell("xargs -P2 -n1 " + kCompile + "< " + name);
  std::remove(name);
  BOOST_TEST(outcome.status == 0, outcome.output.substr(0, 4000));
}

BOOST_AUTO_TEST_CASE(a_header_that_leans_on_others_would_be_seen) {
  BOOST_TEST(Shell("echo 'inline std::string x;' | " + kCompile + "-").status != 0);
  BOOST_TEST(Shell("printf '#include <string>\\ninline std::string x;\\n' | " + kCompile + "-").status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
