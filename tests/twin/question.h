// Question to the engine's Rule, to words, and random ones.
#pragma once

#include <random>
#include <string>

#include "rules/model/rule.h"
#include "tests/twin/twin.h"

namespace nephoscope {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::int64_t Below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }
  bool Percent(int share) { return Below(100) < share; }
  template <typename T>
  T Of(std::initializer_list<T> list) { return *(list.begin() + Below(static_cast<std::int64_t>(list.size()))); }

 private:
  std::mt19937_64 random_;
};

// Values wander from 0 to 100; `step` is the time from point to point.
Question RandomQuestion(Dice& dice, bool money, absl::Duration step);
// The same question with other numbers.
Question Edited(Dice& dice, Question question, absl::Duration step);
Rule RuleOf(const Question& question, bool money, bool percent, const std::vector<std::string>& by);
std::string InWords(const Question& question);

}  // namespace nephoscope
