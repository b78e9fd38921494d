// SourceText: a file's text, and where in it a byte stands.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

// The text must outlive this. One thread.
class SourceText {
 public:
  explicit SourceText(absl::string_view text);

  absl::string_view text() const { return text_; }
  int lines() const { return static_cast<int>(starts_.size()); }
  // The line that holds this byte, from 1.
  int LineAt(std::size_t offset) const;
  // Without its line end; empty beyond the last line.
  absl::string_view Line(int line) const;
  std::size_t StartOf(int line) const;
  // The byte of a line's column (in code points, from 1).
  std::size_t OffsetOf(int line, int column) const;
  // Bytes [begin, end) as a mark on begin's line; columns in code points, at least one wide.
  Mark MarkOf(std::size_t begin, std::size_t end) const;

 private:
  int ColumnOf(int line, std::size_t offset) const;

  mutable int last_line_ = 0, last_column_ = 1;
  mutable std::size_t last_offset_ = 0;
  absl::string_view text_;
  std::vector<std::uint32_t> starts_;
};

// Code points of a UTF-8 text.
int CodePoints(absl::string_view text);

}  // namespace nephoscope
