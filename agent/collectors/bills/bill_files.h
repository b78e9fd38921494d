// BillFiles: which files are to be read now: those that changed and have been still since.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "agent/net/http.h"

namespace nephoscope {

// A file that is written in place is left alone while it grows: it is read once its size and time were the same at two
// looks, or when it was last written longer ago than looks are apart.
class BillFiles {
 public:
  static constexpr absl::Duration kLookAgain = absl::Seconds(2);

  // True: read it now; it counts as read from then on.
  bool Due(const FileReader::Found& file, absl::Time now);
  // It has to be read again, as it is.
  void Again(const std::string& path) { known_[path].read = false; }
  void AllAgain() {
    for (auto& [path, one] : known_) one.read = false;
  }
  // Some file was written just now.
  bool waits() const { return waits_; }
  void BeginLook() { waits_ = false; }
  std::int64_t modified_ns(const std::string& path) const;

 private:
  struct Known {
    std::uint64_t size = 0;
    std::int64_t modified_ns = -1;
    bool read = false, still = false;
  };
  std::map<std::string, Known> known_;
  bool waits_ = false;
};

}  // namespace nephoscope
