#include "agent/collectors/known_lines.h"

#include <cstring>
#include <utility>

#include "absl/hash/hash.h"

namespace nephoscope {
namespace {

constexpr std::size_t kFew = 1000;        // lines that may be kept without being on the page
constexpr unsigned kNoOrder = 8;          // wrong guesses in a row: this page is shuffled,
constexpr unsigned kTryAgain = 64;        // and one line in so many is guessed again

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// Behind a name without labels blanks may come, and labels then.
bool EndsThere(absl::string_view text, absl::string_view behind) {
  if (!IsBlank(behind[0])) return false;
  if (text.back() == '}') return true;
  const std::size_t next = behind.find_first_not_of(" \t");
  return next != absl::string_view::npos && behind[next] != '{';
}

}  // namespace

std::size_t KnownLines::Guess(absl::string_view rest) {
  guessed_ = false;
  if (wrong_ >= kNoOrder && ++wrong_ % kTryAgain != 0) return 0;
  const LineId expected = Expected();
  if (expected >= lines_.size()) return 0;
  const Line& line = lines_[expected];
  if (rest.size() <= line.length || std::memcmp(rest.data(), texts_.data() + line.begin, line.length) != 0) return ++wrong_, 0;
  guessed_ = EndsThere(TextOf(line), rest.substr(line.length));
  return guessed_ ? line.length : 0;
}

const SeriesId* KnownLines::Next(absl::string_view text) {
  if (std::exchange(guessed_, false)) {
    wrong_ = 0;
    MoveTo(Expected());
  } else {
    const auto found = by_hash_.find(absl::HashOf(text));
    if (found == by_hash_.end() || TextOf(lines_[found->second]) != text) return nullptr;
    MoveTo(found->second);
  }
  return &lines_[at_].id;
}

void KnownLines::Learn(absl::string_view text, SeriesId id) {
  const auto line = static_cast<LineId>(lines_.size());
  // Of many, a quarter is spare and not half.
  if (lines_.size() == lines_.capacity()) lines_.reserve(lines_.size() + lines_.size() / 4 + 16);
  if (texts_.size() + text.size() > texts_.capacity()) texts_.reserve(texts_.size() + texts_.size() / 4 + text.size() + 1024);
  lines_.push_back({texts_.size(), static_cast<std::uint32_t>(text.size()), id, line + 1, 0});
  texts_.insert(texts_.end(), text.begin(), text.end());
  by_hash_[absl::HashOf(text)] = line;
  MoveTo(line);
}

void KnownLines::MoveTo(LineId line) {
  Expected() = line;
  at_ = line;
  seen_ += std::exchange(lines_[line].page, page_) != page_;
}

void KnownLines::EndPage() {
  if (lines_.size() > 2 * seen_ + kFew) ForgetOthers();
  ++page_;
  seen_ = 0;
  wrong_ = 0;
  at_ = kFirst;
  guessed_ = false;
}

void KnownLines::ForgetOthers() {
  KnownLines kept;
  for (const Line& line : lines_)
    if (line.page == page_) kept.Learn(TextOf(line), line.id);
  *this = std::move(kept);
}

}  // namespace nephoscope
