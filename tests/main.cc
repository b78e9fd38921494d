#define BOOST_TEST_MODULE nephoscope
#include <boost/test/unit_test.hpp>

#include "tests/paths.h"

namespace nephoscope {

const std::string& SourceDir() {
  static const std::string dir = NEPHOSCOPE_SOURCE_DIR;
  return dir;
}

const std::string& SharedDir() {
  static const std::string dir = NEPHOSCOPE_SHARED_DIR;
  return dir;
}

}  // namespace nephoscope
