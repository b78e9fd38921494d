#include "agent/collectors/text/known_lines.h"

#include <algorithm>
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

std::size_t KnownLines::Table::SlotOf(std::size_t hash) const {
  std::size_t at = Place(hash);
  while (slots_[at].line != kNone && slots_[at].hash != hash) at = (at + 1) & (slots_.size() - 1);
  return at;
}

KnownLines::LineId KnownLines::Table::Find(std::size_t hash) const { return slots_.empty() ? kNone : slots_[SlotOf(hash)].line; }

// `line` is one more than the newest before it.
void KnownLines::Table::Put(std::size_t hash, LineId line) {
  if (2 * (std::size_t{line} + 1) > slots_.size()) Grow();
  slots_[SlotOf(hash)] = {hash, line};
}

void KnownLines::Table::Grow() {
  const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(std::max<std::size_t>(16, 2 * slots_.size())));
  for (const Slot& slot : before)
    if (slot.line != kNone) slots_[SlotOf(slot.hash)] = slot;
}

bool KnownLines::BeginsWith(absl::string_view rest, const Line& line) const {
  return rest.size() > line.length && std::memcmp(rest.data(), texts_.data() + line.begin, line.length) == 0 && EndsThere(TextOf(line), rest.substr(line.length));
}

std::size_t KnownLines::Guess(absl::string_view rest) {
  guessed_ = kNone;
  if (wrong_ >= kNoOrder && ++wrong_ % kTryAgain != 0) {
    guessed_ = FindAhead(rest);
  } else if (const LineId expected = Expected(); expected < lines_.size()) {
    if (!BeginsWith(rest, lines_[expected])) return ++wrong_, 0;
    wrong_ = 0;
    guessed_ = expected;
  }
  return guessed_ == kNone ? 0 : lines_[guessed_].length;
}

const SeriesId* KnownLines::Soon() {
  if (ahead_begin_ + 1 >= ahead_read_) return nullptr;
  const LineId line = AheadAt(ahead_begin_ + 1).line;
  return line == kNone ? nullptr : &lines_[line].id;
}

KnownLines::LineId KnownLines::FindAhead(absl::string_view rest) {
  while (ahead_begin_ < ahead_end_ && AheadAt(ahead_begin_).text < rest.data()) ++ahead_begin_;
  if (ahead_begin_ == ahead_end_ || AheadAt(ahead_begin_).text != rest.data()) {
    ahead_begin_ = ahead_found_ = ahead_read_ = ahead_end_ = 0;
    scanned_ = rest.data();
  }
  ahead_found_ = std::max(ahead_found_, ahead_begin_);
  ahead_read_ = std::max(ahead_read_, ahead_begin_);
  LookAhead(rest.data() + rest.size());
  if (ahead_begin_ == ahead_end_) return kNone;
  const LineId line = AheadAt(ahead_begin_++).line;
  return line != kNone && BeginsWith(rest, lines_[line]) ? line : kNone;
}

// Lines move from step to step: each asks for the memory that the next one reads.
void KnownLines::LookAhead(const char* end) {
  while (ahead_end_ < ahead_begin_ + kAhead && scanned_ < end) {
    const char* text = scanned_;
    while (text < end && IsBlank(*text)) ++text;
    const auto* newline = static_cast<const char*>(std::memchr(text, '\n', static_cast<std::size_t>(end - text)));
    const absl::string_view line(text, static_cast<std::size_t>((newline == nullptr ? end : newline) - text));
    scanned_ = newline == nullptr ? end : newline + 1;
    if (line.empty() || line[0] == '#') continue;
    const std::size_t brace = line.rfind('}');
    const std::size_t length = brace == absl::string_view::npos ? std::min(line.find_first_of(" \t"), line.size()) : brace + 1;
    const std::size_t hash = absl::HashOf(line.substr(0, length));
    by_hash_.Fetch(hash);
    AheadAt(ahead_end_++) = {text, length, hash, kNone};
  }
  for (; ahead_found_ < std::min(ahead_begin_ + kFound, ahead_end_); ++ahead_found_) {
    Ahead& ahead = AheadAt(ahead_found_);
    ahead.line = by_hash_.Find(ahead.hash);
    if (ahead.line == kNone) continue;
    __builtin_prefetch(&lines_[ahead.line], 1);
  }
  for (; ahead_read_ < std::min(ahead_begin_ + kRead, ahead_found_); ++ahead_read_) {
    const Ahead& ahead = AheadAt(ahead_read_);
    if (ahead.line == kNone) continue;
    const char* const known = texts_.data() + lines_[ahead.line].begin;
    for (std::size_t at = 0; at < std::min<std::size_t>(ahead.length, 256); at += 64) __builtin_prefetch(known + at);
  }
}

const SeriesId* KnownLines::Next(absl::string_view text) {
  if (const LineId guessed = std::exchange(guessed_, kNone); guessed != kNone) {
    MoveTo(guessed);
  } else {
    const LineId found = by_hash_.Find(absl::HashOf(text));
    if (found == kNone || TextOf(lines_[found]) != text) return nullptr;
    MoveTo(found);
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
  by_hash_.Put(absl::HashOf(text), line);
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
  guessed_ = kNone;
  ahead_begin_ = ahead_found_ = ahead_read_ = ahead_end_ = 0;
}

void KnownLines::ForgetOthers() {
  KnownLines kept;
  for (const Line& line : lines_)
    if (line.page == page_) kept.Learn(TextOf(line), line.id);
  *this = std::move(kept);
}

}  // namespace nephoscope
