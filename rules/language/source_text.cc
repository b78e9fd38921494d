#include "rules/language/source_text.h"

#include <algorithm>

namespace nephoscope {

int CodePoints(absl::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

SourceText::SourceText(absl::string_view text) : text_(text) {
  starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') starts_.push_back(static_cast<std::uint32_t>(i + 1));
}

int SourceText::LineAt(std::size_t offset) const {
  return static_cast<int>(std::upper_bound(starts_.begin(), starts_.end(), offset) - starts_.begin());
}

std::size_t SourceText::StartOf(int line) const {
  if (line < 1) return 0;
  return line > lines() ? text_.size() : starts_[line - 1];
}

absl::string_view SourceText::Line(int line) const {
  if (line < 1 || line > lines()) return {};
  absl::string_view out = text_.substr(StartOf(line), StartOf(line + 1) - StartOf(line));
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.remove_suffix(1);
  return out;
}

std::size_t SourceText::OffsetOf(int line, int column) const {
  std::size_t at = StartOf(line);
  for (int left = column - 1; left > 0 && at < text_.size(); --left) {
    ++at;
    while (at < text_.size() && (text_[at] & 0xC0) == 0x80) ++at;
  }
  return at;
}

// A file may be one long line: columns are counted from the place that was asked for last where that is nearer than the line's start.
int SourceText::ColumnOf(int line, std::size_t offset) const {
  const std::size_t start = StartOf(line), apart = std::max(offset, last_offset_) - std::min(offset, last_offset_);
  if (line != last_line_ || apart > offset - start) {
    last_column_ = 1 + CodePoints(text_.substr(start, offset - start));
  } else if (offset >= last_offset_) {
    last_column_ += CodePoints(text_.substr(last_offset_, apart));
  } else {
    last_column_ -= CodePoints(text_.substr(offset, apart));
  }
  last_line_ = line;
  last_offset_ = offset;
  return last_column_;
}

Mark SourceText::MarkOf(std::size_t begin, std::size_t end) const {
  begin = std::min(begin, text_.size());
  const int line = LineAt(begin);
  const std::size_t line_end = StartOf(line) + Line(line).size();
  end = std::max(begin, std::min(end, line_end));
  const int column = ColumnOf(line, begin);
  return {line, column, column + std::max(1, CodePoints(text_.substr(begin, end - begin)))};
}

}  // namespace nephoscope
