#include "agent/collectors/text/csv.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

#ifdef __SSE2__
// A bit for each of the 16 bytes at `p` that is one of these.
template <char... kOf>
unsigned MaskOf(const char* p) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  __m128i any = _mm_setzero_si128();
  ((any = _mm_or_si128(any, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(kOf)))), ...);
  return static_cast<unsigned>(_mm_movemask_epi8(any));
}

// The first of `kOf` in [p, end); end: none. Reads up to 15 bytes behind the end.
template <char... kOf>
const char* FindAny(const char* p, const char* end) {
  for (; p < end; p += 16)
    if (const unsigned mask = MaskOf<kOf...>(p); mask != 0) return std::min(p + std::countr_zero(mask), end);
  return end;
}
#else
template <char... kOf>
const char* FindAny(const char* p, const char* end) {
  while (p < end && !((*p == kOf) || ...)) ++p;
  return p;
}
#endif

// One field, character by character, as it is told in the header; `out` is given the characters of its text. Returns where it ends: at
// a comma, a line end or `end`. `open_at` is the quote that was not closed before `end`, else nullptr.
template <typename Out>
const char* ReadField(const char* p, const char* end, bool& quoted, const char*& open_at, const Out& out) {
  const auto in_quotes = [&] {
    open_at = p++;
    for (; p < end; ++p) {
      if (*p == '"' && (p + 1 == end || p[1] != '"')) return ++p, open_at = nullptr, void();
      if (*p == '"') ++p;
      out(*p, false);
    }
  };
  bool blanks = false;  // all of the text so far, which is some
  quoted = p < end && *p == '"';
  if (quoted) in_quotes();
  for (bool first = !quoted; p < end && *p != ',' && *p != '\n'; ++p) {
    if (*p == '\r' && (p + 1 == end || p[1] != '\n')) return p;
    if (*p == '"' && !quoted && blanks) {
      quoted = true;
      out(0, true);
      in_quotes();
      --p;
    } else if (*p != '\r') {
      out(*p, false);
      blanks = *p == ' ' && (first || blanks);
      first = false;
    }
  }
  return p;
}

}  // namespace

// Moves what is left to the front and reads more behind it. False: there is no more.
bool CsvReader::Fill() {
  if (over_) return false;
  const std::size_t left = end_ - at_;
  if (room_ < kBlock || left > room_ / 2) {
    room_ = std::max(kBlock, 2 * room_);
    auto larger = std::make_unique<char[]>(room_ + kPadding);
    if (left > 0) std::memcpy(larger.get(), block_.get() + at_, left);
    block_ = std::move(larger);
  } else {
    std::memmove(block_.get(), block_.get() + at_, left);
  }
  passed_ += at_;
  at_ = 0;
  end_ = left;
  const std::size_t want = began_ ? room_ - left : kFirst;
  began_ = true;
  const absl::StatusOr<std::size_t> got = stream_.Read(block_.get() + left, want);
  if (!got.ok()) failed_ = got.status();
  over_ = !got.ok() || *got == 0;
  if (!over_) end_ += *got;
  return !over_;
}

absl::string_view CsvReader::Beginning() {
  if (!began_) Fill();
  return {data() + at_, end_ - at_};
}

// False: so many of them that another call has to go on.
bool CsvReader::SkipEmptyLines() {
  const std::uint64_t from = bytes();
  while (at_ < end_ || Fill()) {
    for (; at_ < end_ && (data()[at_] == '\n' || data()[at_] == '\r'); ++at_) line_ += data()[at_] == '\n';
    if (at_ < end_) return true;
    if (bytes() - from >= kMostRow) return false;
  }
  return true;
}

// The quote that closes the one at `p`; `end`: none. Counts the lines between.
const char* CsvReader::CloseOf(const char* p, const char* end, bool& doubled) {
  for (p = FindAny<'"', '\n'>(p + 1, end); p < end;) {
    if (*p == '\n') {
      ++lines_;
      p = FindAny<'"', '\n'>(p + 1, end);
    } else if (p + 1 < end && p[1] == '"') {
      doubled = true;
      p = FindAny<'"', '\n'>(p + 2, end);
    } else {
      return p;
    }
  }
  return end;
}

void CsvReader::Later(std::size_t field, const char* begin, const char* end) {
  rewrites_.push_back({field, static_cast<std::size_t>(begin - data()), static_cast<std::size_t>(end - data())});
}

// Splits the row at at_, as far as it was read.
CsvReader::Found CsvReader::Split(std::vector<CsvField>& fields) {
  const char *p = data() + at_, *const end = data() + end_;
  std::size_t count = 0;
  lines_ = 0;
  open_line_ = 0;
  rewrites_.clear();
  for (;;) {
    if (fields.size() <= count) fields.resize(std::max<std::size_t>(64, 2 * count));
    CsvField& field = fields[count++];
    field.quoted = p < end && *p == '"';
    const char* const begin = p;
    bool plain = true;
    if (field.quoted) {
      bool doubled = false;
      const char* close = CloseOf(p, end, doubled);
      plain = close + 1 < end && (close[1] == ',' || close[1] == '\n');
      field.text = {begin + 1, static_cast<std::size_t>(close - begin - 1)};
      p = close + 1;
      if (plain && doubled) Later(count - 1, begin, p);
    } else {
      p = FindAny<',', '\n', '\r', '"'>(p, end);
      plain = p < end && (*p == ',' || *p == '\n');
      field.text = {begin, static_cast<std::size_t>(p - begin)};
    }
    if (!plain) {
      const char* open_at = nullptr;
      std::int64_t lines = 0;
      p = ReadField(begin, end, field.quoted, open_at, [&](char c, bool) { lines += c == '\n'; });
      if (field.text.data() == begin + 1) lines_ -= std::count(begin + 1, field.text.data() + field.text.size(), '\n');
      if (open_at != nullptr) open_line_ = line_ + lines_ + std::count(begin, open_at, '\n');
      lines_ += lines;
      Later(count - 1, begin, p);
    }
    const bool quote_may_go_on = p == end && !over_;
    if (quote_may_go_on) return Found::kMore;
    if (p < end && *p == ',') {
      ++p;
      continue;
    }
    // A line end, or the end of the file.
    const bool lone_return = p < end && *p == '\r';
    if (lone_return && p + 1 == end && !over_) return Found::kMore;
    cut_ = p == end;
    if (p < end && *p == '\n') ++lines_;
    next_ = static_cast<std::size_t>(p - data()) + (p < end ? 1 : 0);
    fields.resize(count);
    return Found::kRow;
  }
}

// Passes over so much of it; the rest is read as rows of their own.
absl::Status CsvReader::TooLong() {
  const std::int64_t opened = open_line_;
  line_ += std::count(data() + at_, data() + at_ + kMostRow, '\n');
  at_ += kMostRow;
  if (opened > 0)
    return absl::InvalidArgumentError(
        absl::StrCat("a field that begins in line ", opened, " is longer than 1 MiB; is its quote closed?"));
  return absl::InvalidArgumentError(absl::StrCat("the row that begins in line ", first_line_, " is longer than 1 MiB, which no row of a bill is"));
}

absl::StatusOr<bool> CsvReader::Next(std::vector<CsvField>& fields) {
  while (row_ == 0 && end_ - at_ < 3 && Fill()) {  // as long as a byte-order mark
  }
  if (row_ == 0 && at_ == 0 && passed_ == 0 && end_ > 0 && static_cast<unsigned char>(data()[0]) == 0xEF) at_ = std::min<std::size_t>(3, end_);
  const bool row_follows = SkipEmptyLines();
  if (!failed_.ok()) return failed_;
  if (row_follows && at_ == end_) return false;
  ++row_;
  first_line_ = line_;
  cut_ = false;
  if (!row_follows) return absl::InvalidArgumentError("1 MiB of empty lines");
  while (Split(fields) == Found::kMore) {
    if (end_ - at_ > kMostRow) return TooLong();
    Fill();
    if (!failed_.ok()) return failed_;
  }
  for (const Rewrite& one : rewrites_) {
    char* const to = block_.get() + one.begin;
    std::size_t size = 0;
    const char* open_at = nullptr;
    bool quoted = false;
    ReadField(to, data() + one.end, quoted, open_at, [&](char c, bool anew) {
      if (anew) size = 0;
      else to[size++] = c;
    });
    fields[one.field].text = {to, size};
  }
  at_ = next_;
  line_ += lines_;
  if (open_line_ == 0) return true;
  cut_ = true;
  return absl::InvalidArgumentError(absl::StrCat("the quote opened in line ", open_line_, " is never closed"));
}

}  // namespace nephoscope
