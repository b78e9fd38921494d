// CsvReader: RFC 4180 over a byte stream, row by row, in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/net/http.h"

namespace nephoscope {

struct CsvField {
  std::string text;
  bool quoted = false;  // a bare NULL differs from "NULL"
};

class CsvReader {
 public:
  // Does not own the stream.
  explicit CsvReader(ByteStream& stream) : stream_(stream) {}

  // Returns the beginning of the file, before the first Next: at most 64 KiB, less where the stream gives less at once.
  absl::string_view Beginning();

  // The next row into `fields` (reused). False: the end. InvalidArgument: a quote that is never closed, or a field over 1 MiB; reading
  // goes on behind it where that is possible. Rows end with LF, CR LF or CR. A byte-order mark, empty lines and blanks before
  // a quote are passed over.
  absl::StatusOr<bool> Next(std::vector<CsvField>& fields);

  std::int64_t row() const { return row_; }    // 1 is the first row (the header)
  // The newest row ends with the file instead of a line end: it may have been cut.
  bool cut() const { return cut_; }
  std::int64_t line() const { return first_line_; }  // where the row begins; fields may hold line breaks

 private:
  int Get();
  int Peek();
  bool BlanksAndQuote(const CsvField& field, int c) const;
  absl::Status Quoted(std::string& out);

  static constexpr std::size_t kBlock = 64 * 1024;
  static constexpr std::size_t kMostField = 1 << 20;

  ByteStream& stream_;
  std::string block_;
  std::size_t at_ = 0;
  bool end_ = false, cut_ = false;
  absl::Status failed_;
  std::int64_t row_ = 0, line_ = 1, first_line_ = 1;
};

}  // namespace nephoscope
