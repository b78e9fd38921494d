// RowSum: CRC-32 over the columns of a row, so that a flipped bit is noticed where SQLite sees a sound page.
#pragma once

#include <zlib.h>

#include <cstdint>

#include "absl/strings/string_view.h"

namespace nephoscope {

class RowSum {
 public:
  RowSum& Add(absl::string_view text) {
    Add(static_cast<std::int64_t>(text.size()));
    sum_ = crc32(sum_, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
    return *this;
  }
  RowSum& Add(std::int64_t number) {
    sum_ = crc32(sum_, reinterpret_cast<const Bytef*>(&number), sizeof number);
    return *this;
  }
  std::int64_t value() const { return static_cast<std::int64_t>(sum_); }

 private:
  uLong sum_ = crc32(0, nullptr, 0);
};

}  // namespace nephoscope
