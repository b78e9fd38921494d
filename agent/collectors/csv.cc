#include "agent/collectors/csv.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {

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
  return absl::InvalidArgumentError(absl::StrCat("the quote opened in line ", opened, " is never closed"));
}

absl::StatusOr<bool> CsvReader::Next(std::vector<CsvField>& fields) {
  if (row_ == 0 && Peek() == 0xEF) Get(), Get(), Get();  // byte-order mark
  while (Peek() == '\n' || Peek() == '\r') Get();
  if (!failed_.ok()) return failed_;
  if (Peek() < 0) return false;
  ++row_;
  first_line_ = line_;
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
    while (c >= 0 && c != ',' && c != '\n') {
      if (c != '\r' && field.text.size() < kMostField) field.text += static_cast<char>(c);
      c = Get();
    }
    if (!failed_.ok()) return failed_;
    if (c != ',') break;
  }
  fields.resize(count);
  return true;
}

}  // namespace nephoscope
