#include "agent/collectors/bills/bill_files.h"

namespace nephoscope {

bool BillFiles::Due(const FileReader::Found& file, absl::Time now) {
  Known& known = known_[file.path];
  const bool same = known.size == file.size && known.modified_ns == file.modified_ns;
  if (same && known.read) return false;
  const bool old = now - absl::FromUnixNanos(file.modified_ns) >= kLookAgain;
  known = {file.size, file.modified_ns, false, same || old};
  if (!known.still) {
    waits_ = true;
    return false;
  }
  return known.read = true;
}

std::int64_t BillFiles::modified_ns(const std::string& path) const {
  const auto found = known_.find(path);
  return found == known_.end() ? 0 : found->second.modified_ns;
}

}  // namespace nephoscope
