#include "agent/collectors/text/csv.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {

absl::string_view CsvReader::Beginning() {
  Peek();
  return absl::string_view(block_).substr(at_);
}

int CsvReader::Peek() {
  if (at_ == block_.size() && !end_) {
    block_.resize(kBlock);
    const absl::StatusOr<std::size_t> got = stream_.Read(block_.data(), kBlock);
    if (!got.ok()) failed_ = got.status();
    block_.resize(got.ok() ? *got : 0);
    at_ = 0;
    end_ = block_.empty();
  }
  return at_ < block_.size() ? static_cast<unsigned char>(block_[at_]) : -1;
}

int CsvReader::Get() {
  const int c = Peek();
  if (c < 0) return c;
  ++at_;
  if (c == '\n') ++line_;
  return c;
}

// Behind the opening quote, to behind the closing one.
absl::Status CsvReader::Quoted(std::string& out) {
  const std::int64_t opened = line_;
  for (int c = Get(); c >= 0; c = Get()) {
    if (c == '"') {
      if (Peek() != '"') return absl::OkStatus();
      Get();
    }
    if (out.size() >= kMostField) return absl::InvalidArgumentError(absl::StrCat("a field that begins in line ", opened, " is longer than 1 MiB; is its quote closed?"));
    out += static_cast<char>(c);
  }
  cut_ = true;
  return absl::InvalidArgumentError(absl::StrCat("the quote opened in line ", opened, " is never closed"));
}

// `c` opens a quoted field, of which only blanks came so far.
bool CsvReader::BlanksAndQuote(const CsvField& field, int c) const {
  return c == '"' && !field.quoted && !field.text.empty() && field.text.find_first_not_of(' ') == std::string::npos;
}

absl::StatusOr<bool> CsvReader::Next(std::vector<CsvField>& fields) {
  if (row_ == 0 && Peek() == 0xEF) Get(), Get(), Get();  // byte-order mark
  while (Peek() == '\n' || Peek() == '\r') Get();
  if (!failed_.ok()) return failed_;
  if (Peek() < 0) return false;
  ++row_;
  first_line_ = line_;
  cut_ = false;
  std::size_t count = 0;
  for (;;) {
    if (fields.size() <= count) fields.resize(count + 1);
    CsvField& field = fields[count++];
    field.text.clear();
    field.quoted = Peek() == '"';
    if (field.quoted) {
      Get();
      if (absl::Status status = Quoted(field.text); !status.ok()) return status;
    }
    int c = Get();
    for (; c >= 0 && c != ',' && c != '\n'; c = Get()) {
      if (c == '\r' && Peek() != '\n') break;  // the line end of old spreadsheets
      if (BlanksAndQuote(field, c)) {
        field.text.clear();
        field.quoted = true;
        if (absl::Status status = Quoted(field.text); !status.ok()) return status;
      } else if (c != '\r' && field.text.size() < kMostField) {
        field.text += static_cast<char>(c);
      }
    }
    cut_ = c < 0;
    if (!failed_.ok()) return failed_;
    if (c != ',') break;
  }
  fields.resize(count);
  return true;
}

}  // namespace nephoscope
