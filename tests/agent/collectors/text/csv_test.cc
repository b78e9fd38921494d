#include "agent/collectors/text/csv.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

// Gives a text in pieces of `piece` bytes.
class TextStream : public ByteStream {
 public:
  TextStream(std::string text, std::size_t piece) : text_(std::move(text)), piece_(piece) {}
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t got = std::min({size, piece_, text_.size() - at_});
    std::copy_n(text_.data() + at_, got, buffer);
    at_ += got;
    return got;
  }

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
};

// A row as text: fields between brackets, quoted ones with q; errors by their message; then where it was.
using Rows = std::vector<std::string>;

Rows Read(const std::string& text, std::size_t piece) {
  TextStream stream(text, piece);
  CsvReader csv(stream);
  std::vector<CsvField> row;
  Rows out;
  for (;;) {
    const absl::StatusOr<bool> more = csv.Next(row);
    if (more.ok() && !*more) return out;
    std::string& line = out.emplace_back();
    if (more.ok()) {
      for (const CsvField& field : row) absl::StrAppend(&line, field.quoted ? "q[" : "[", field.text, "]");
    } else {
      absl::StrAppend(&line, more.status().message());
    }
    absl::StrAppend(&line, " ", csv.row(), " ", csv.line(), csv.cut() ? " cut" : "");
  }
}

// The same, character by character and with nothing clever in it: the oracle.
class PlainCsv {
 public:
  explicit PlainCsv(const std::string& text) : text_(text) {}

  Rows Read() {
    if (text_.rfind("\xEF", 0) == 0) at_ = std::min<std::size_t>(3, text_.size());
    while (SkipEmpty()) Row();
    return out_;
  }

 private:
  int Peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : -1; }
  int Get() {
    const int c = Peek();
    if (c >= 0) ++at_;
    if (c == '\n') ++line_;
    return c;
  }
  bool SkipEmpty() {
    while (Peek() == '\n' || Peek() == '\r') Get();
    return Peek() >= 0;
  }
  bool Quoted(std::string& out) {
    opened_ = line_;
    for (int c = Get(); c >= 0; c = Get()) {
      if (c == '"' && Peek() != '"') return true;
      if (c == '"') Get();
      out += static_cast<char>(c);
    }
    return false;
  }
  void Row() {
    std::string line;
    ++row_;
    const int first_line = line_;
    const auto place = [&](bool cut) { return absl::StrCat(" ", row_, " ", first_line, cut ? " cut" : ""); };
    for (;;) {
      std::string text;
      bool quoted = Peek() == '"';
      if (quoted) {
        Get();
        if (!Quoted(text)) return Unclosed(place(true));
      }
      int c = Get();
      for (; c >= 0 && c != ',' && c != '\n'; c = Get()) {
        if (c == '\r' && Peek() != '\n') break;
        if (c == '"' && !quoted && !text.empty() && text.find_first_not_of(' ') == std::string::npos) {
          text.clear();
          quoted = true;
          if (!Quoted(text)) return Unclosed(place(true));
        } else if (c != '\r') {
          text += static_cast<char>(c);
        }
      }
      absl::StrAppend(&line, quoted ? "q[" : "[", text, "]");
      if (c != ',') return out_.push_back(line + place(c < 0));
    }
  }
  void Unclosed(const std::string& place) { out_.push_back(absl::StrCat("the quote opened in line ", opened_, " is never closed", place)); }

  const std::string text_;
  std::size_t at_ = 0;
  int row_ = 0, line_ = 1, opened_ = 0;
  Rows out_;
};

BOOST_AUTO_TEST_SUITE(csv_test)

BOOST_AUTO_TEST_CASE(rows_are_split_as_the_plain_reader_splits_them) {
  const std::vector<std::string> pieces = {"a", "\"", "\"\"", ",", "\n", "\r\n", "\r", " ", "\"a,b\"", "0123456789abcdef", "\"{\"\"k\"\": \"\"v\"\"}\"",
                                           "\xC3\xBC", "\"x\ny\"", ",,,", "NULL"};
  for (unsigned seed = 0; seed < 20'000; ++seed) {
    std::mt19937 random(seed);
    std::string text = seed % 50 == 0 ? "\xEF\xBB\xBF" : "";
    for (unsigned left = random() % 40; left > 0; --left) text += pieces[random() % pieces.size()];
    const Rows want = PlainCsv(text).Read();
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
      const Rows got = Read(text, piece);
      if (got == want) continue;
      BOOST_TEST_CONTEXT("seed " << seed << ", pieces of " << piece << ": " << text) BOOST_TEST(got == want, boost::test_tools::per_element());
      return;
    }
  }
}

BOOST_AUTO_TEST_CASE(rows_that_cross_blocks_stay_whole) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&text, i, ",\"a \"\"", i, "\"\"\",", std::string(static_cast<std::size_t>(i % 97), 'x'), "\n");
  BOOST_TEST((Read(text, 64 * 1024) == PlainCsv(text).Read()));
}

// What is no table is passed over in pieces, in little memory, each named.
BOOST_AUTO_TEST_CASE(a_row_without_an_end_is_refused_in_pieces) {
  const struct {
    const char* what;
    std::string text;
    const char* want;
  } rows[] = {
      {"no line end", std::string(5'000'000, 'x'), "the row that begins in line 1 is longer than 1 MiB"},
      {"a quote left open", "a,\"" + std::string(5'000'000, 'x'), "a field that begins in line 1 is longer than 1 MiB; is its quote closed?"},
      {"commas", std::string(5'000'000, ','), "the row that begins in line 1 is longer than 1 MiB"},
      {"empty lines", "a\n" + std::string(5'000'000, '\n'), "a"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Rows got = Read(row.text, 1 << 20);
    BOOST_REQUIRE(!got.empty());
    BOOST_TEST(absl::StrContains(got[0], row.want), got[0]);
    BOOST_TEST(got.size() >= 4u);
    BOOST_TEST(got.size() <= 6u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
