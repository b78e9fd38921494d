// The series that pages of text are made of. Pages keep their order, so the line behind a line is usually the one that was there on the page before. Where they do not, the
// lines are looked for in a table, some lines ahead: that waits for memory, and so for several lines at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/model/series.h"

namespace nephoscope {

// Remembers little more than twice what is on a page, whatever a target makes up.
//
//   for each line: length = lines.Guess(rest); ...; id = lines.Next(text); if (id == nullptr) lines.Learn(text, Intern(...));
//   lines.EndPage();
class KnownLines {
 public:
  // How many bytes at the beginning of `rest`, which is what is left of the page, are name and labels of the next line, because they were there on an earlier page; 0: that is not known.
  std::size_t Guess(absl::string_view rest);
  // After Guess: a series that a line soon behind is of; nullptr: not known.
  const SeriesId* Soon();
  // The series of the next line, whose name and labels are `text`; nullptr: it is new, and has to be learned before the next one.
  const SeriesId* Next(absl::string_view text);
  void Learn(absl::string_view text, SeriesId id);
  // The page is over, or cannot be read any further.
  void EndPage();

  std::size_t size() const { return lines_.size(); }

 private:
  using LineId = std::uint32_t;
  static constexpr LineId kFirst = ~LineId{0};  // before the first line of a page
  static constexpr LineId kNone = kFirst;

  struct Line {
    std::size_t begin;  // in texts_
    std::uint32_t length;
    SeriesId id;
    LineId next;        // the line behind it, when it was last seen
    std::uint32_t page; // when that was
  };

  // Where lines are looked for by the hash of their text. At most half full: what is looked for is mostly in the one piece of memory that
  // was fetched for it, where a flat_hash_map looks into two or three. Of two texts that look the same to it the later one is there.
  class Table {
   public:
    void Fetch(std::size_t hash) const {
      if (!slots_.empty()) __builtin_prefetch(&slots_[Place(hash)]);
    }
    LineId Find(std::size_t hash) const;  // kNone: it is not there
    void Put(std::size_t hash, LineId line);

   private:
    struct Slot {
      std::size_t hash = 0;
      LineId line = kNone;
    };
    std::size_t Place(std::size_t hash) const { return hash & (slots_.size() - 1); }
    std::size_t SlotOf(std::size_t hash) const;  // where it is, or would be
    void Grow();

    std::vector<Slot> slots_;   // as many as a power of two
  };

  // A line that is yet to be asked for.
  struct Ahead {
    const char* text;
    std::size_t length, hash;  // of name and labels, as far as that can be seen from the end of the line
    LineId line;               // kNone: not known, or not yet looked for
  };
  static constexpr std::size_t kAhead = 16, kFound = 8, kRead = 4;  // lines ahead: hashed; looked for; their texts are fetched

  bool BeginsWith(absl::string_view rest, const Line& line) const;
  LineId FindAhead(absl::string_view rest);
  void LookAhead(const char* end);
  Ahead& AheadAt(std::size_t i) { return ahead_[i % kAhead]; }
  absl::string_view TextOf(const Line& line) const { return {texts_.data() + line.begin, line.length}; }
  LineId& Expected() { return at_ == kFirst ? first_ : lines_[at_].next; }
  void MoveTo(LineId line);
  void ForgetOthers();

  std::vector<char> texts_;  // one behind the other, mostly in the order of the page
  std::vector<Line> lines_;
  Table by_hash_;             // of the text
  LineId first_ = 0, at_ = kFirst;
  std::uint32_t page_ = 1;
  std::size_t seen_ = 0;      // of lines_, on this page
  unsigned wrong_ = 0;        // guesses in a row
  LineId guessed_ = kNone;
  std::array<Ahead, kAhead> ahead_;
  std::size_t ahead_begin_ = 0, ahead_found_ = 0, ahead_read_ = 0, ahead_end_ = 0;  // counted without end
  const char* scanned_ = nullptr;  // lines before this are in ahead_
};

}  // namespace nephoscope
