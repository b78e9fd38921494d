// CsvReader: RFC 4180 over a byte stream, row by row, in bounded memory, without a copy of what needs none.
//
//   block_   ... | row that was given | rest that was read | room, then kPadding bytes that may be loaded
//                  begin of row         at_                  end_
//
// A row is split where it lies: fields are views into the block. A field with doubled quotes, or with text around its quotes,
// is rewritten in place once its row is complete; what is rewritten is never longer.
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
  absl::string_view text;  // good until the next row is read
  bool quoted = false;     // a bare NULL differs from "NULL"
};

class CsvReader {
 public:
  // Does not own the stream.
  explicit CsvReader(ByteStream& stream) : stream_(stream) {}

  // Returns the beginning of the file, before the first Next: at most 64 KiB, less where the stream gives less at once.
  absl::string_view Beginning();

  // The next row into `fields` (reused). False: the end. InvalidArgument: a quote that is never closed, or a row over kMostRow; reading
  // goes on behind it where that is possible. Rows end with LF, CR LF or CR. A byte-order mark, empty lines and blanks before
  // a quote are passed over. One call passes over kMostRow bytes at the most.
  absl::StatusOr<bool> Next(std::vector<CsvField>& fields);

  std::int64_t row() const { return row_; }    // 1 is the first row (the header)
  // The newest row ends with the file instead of a line end: it may have been cut.
  bool cut() const { return cut_; }
  std::int64_t line() const { return first_line_; }  // where the row begins; fields may hold line breaks
  std::uint64_t bytes() const { return passed_ + at_; }  // read so far, of what is unpacked

  static constexpr std::size_t kMostRow = 1 << 20;

 private:
  enum class Found { kRow, kMore };  // kMore: the row goes on behind what was read
  struct Rewrite {
    std::size_t field, begin, end;  // its bytes as they stand in the block
  };

  bool Fill();
  bool SkipEmptyLines();
  Found Split(std::vector<CsvField>& fields);
  const char* CloseOf(const char* p, const char* end, bool& doubled);
  void Later(std::size_t field, const char* begin, const char* end);
  absl::Status TooLong();
  const char* data() const { return block_.get(); }

  static constexpr std::size_t kBlock = 256 * 1024;
  static constexpr std::size_t kPadding = 64;
  static constexpr std::size_t kFirst = 64 * 1024;

  ByteStream& stream_;
  std::unique_ptr<char[]> block_;
  std::size_t room_ = 0, at_ = 0, end_ = 0;
  std::uint64_t passed_ = 0;  // bytes of the stream before block_
  std::size_t next_ = 0;      // behind the row that Split found
  std::int64_t lines_ = 0;    // line ends in it
  std::int64_t open_line_ = 0;  // where the quote was opened that is not closed; 0: none is
  std::vector<Rewrite> rewrites_;
  bool over_ = false, cut_ = false, began_ = false;
  absl::Status failed_;
  std::int64_t row_ = 0, line_ = 1, first_line_ = 1;
};

}  // namespace nephoscope
