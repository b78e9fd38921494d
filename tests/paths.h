#ifndef NEPHOSCOPE_TESTS_PATHS_H_
#define NEPHOSCOPE_TESTS_PATHS_H_

#include <string>

namespace nephoscope {

// Where this checkout lies, and the recordings beside it (which may be absent). Only `main.cc` is compiled with
// the paths, so that another clone of the same sources finds the same objects in the compiler's cache.
const std::string& SourceDir();
const std::string& SharedDir();

}  // namespace nephoscope

#endif  // NEPHOSCOPE_TESTS_PATHS_H_
