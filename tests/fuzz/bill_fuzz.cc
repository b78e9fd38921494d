// A bill: rows, times, tags and amounts of any bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "agent/collectors/text/csv.h"
#include "agent/collectors/bills/focus_columns.h"
#include "agent/collectors/bills/focus_time.h"
#include "rules/model/check.h"
#include "rules/model/money.h"
#include "rules/model/tag_label.h"

using namespace nephoscope;

namespace {

class Bytes : public ByteStream {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  absl::StatusOr<std::size_t> Read(char* into, std::size_t most) override {
    const std::size_t n = std::min(left_, most);
    if (n > 0) std::memcpy(into, data_, n);
    data_ += n;
    left_ -= n;
    return n;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  CsvReader csv(bytes);
  FocusColumns columns;
  bool found = false;
  std::vector<CsvField> row;
  std::vector<std::pair<std::string, std::string>> tags;
  for (std::size_t rows = 0; rows <= size; ++rows) {
    const absl::StatusOr<bool> more = csv.Next(row);
    CHECK(more.ok() || !more.status().message().empty());
    if (more.ok() && !*more) return 0;
    if (!more.ok()) continue;
    if (!found) {
      found = columns.Find(row).ok();
      continue;
    }
    (void)FocusTime(FocusText(row, columns.period_start));
    tags.clear();
    (void)FocusTags(FocusText(row, columns.tags), tags);
    for (const auto& [key, value] : tags) TagLabel(key);
    for (int i = 0; i < 4; ++i) (void)Money::Parse(FocusText(row, columns.Cost(i)), {});
  }
  return 0;
}
