// What a composite asks of its parts: all_of, any_of, none_of, at_least, in_order.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/model/option_table.h"

namespace nephoscope {

// "2 of [A, B, C]". `least` is 0 where the text has another form.
struct AtLeast {
  int least = 0;
  std::vector<std::string> names;
};
AtLeast ParseAtLeast(absl::string_view text);

// One part that fires: which (a number of PartClauses::names) and since when.
struct PartBegin {
  absl::Time begin;
  int name = 0;
};

// All clauses must hold.
class PartClauses {
 public:
  PartClauses() = default;
  explicit PartClauses(const OptionValues& options);

  // The parts that must or may fire, then those that must not; each once.
  const std::vector<std::string>& names() const { return names_; }
  // -1: not a part.
  int NumberOf(absl::string_view name) const;
  bool forbids(int name) const { return name >= allowed_; }
  int allowed() const { return allowed_; }
  // The least number of parts that must fire together.
  int needed() const;

  // Whether the parts that fire are enough, with begins no further apart than `within` (zero: any). `used` gets the numbers of the parts
  // that made it so. Sorts `parts`. O(n * names), with in_order O(n^2) at worst.
  bool Hold(std::vector<PartBegin>& parts, absl::Duration within, std::vector<int>& used) const;

  // "all of A and B, and none of C".
  std::string text() const;
  // "A and B fire, and none of C fires".
  std::string verbs() const;

 private:
  struct Clause {
    const char* words;
    int least;              // of `names`
    bool ordered = false;
    std::vector<int> names;
  };
  void Add(const char* words, int least, bool ordered, const std::vector<std::string>& names);
  int Number(const std::string& name);
  bool Enough(const std::vector<int>& counts) const;
  static bool InOrder(const Clause& clause, const PartBegin* from, const PartBegin* to);

  std::vector<std::string> names_;
  std::vector<Clause> clauses_;
  int allowed_ = 0;
};

}  // namespace nephoscope
