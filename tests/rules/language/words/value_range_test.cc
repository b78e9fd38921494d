#include "rules/language/words/value_range.h"

#include <boost/test/unit_test.hpp>

#include "rules/kinds/limits.h"

using namespace nephoscope;

namespace {

const OptionTable kTable = {"limits", "Limits.", kLimitOptions};

struct Word {
  const char* name;
  double value;
};

OptionValues Of(std::vector<Word> words) {
  OptionValues out(&kTable);
  for (const Word& word : words) {
    Quantity quantity;
    quantity.value = word.value;
    out.Set(word.name, {quantity, {}, true});
  }
  return out;
}

ValueRange Range(std::vector<Word> words) { return RangeOf(Of(std::move(words))).value(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(value_range_test)

BOOST_AUTO_TEST_CASE(limits_together_are_the_numbers_that_hold_for_all_of_them) {
  const struct { const char* what; std::vector<Word> words; bool empty; } rows[] = {
      {"one side", {{"above", 5}}, false},
      {"two sides", {{"above", 5}, {"below", 6}}, false},
      {"none between", {{"above", 6}, {"below", 5}}, true},
      {"the bound itself", {{"at_least", 5}, {"at_most", 5}}, false},
      {"not the bound itself", {{"above", 5}, {"at_most", 5}}, true},
      {"exactly what is left out", {{"equals", 5}, {"below", 5}}, true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Range(row.words).empty() == row.empty); }
}

BOOST_AUTO_TEST_CASE(a_range_contains_what_it_is_no_narrower_than) {
  const struct { std::vector<Word> wide, narrow; bool want; } rows[] = {
      {{{"above", 5}}, {{"above", 6}}, true},  {{{"above", 6}}, {{"above", 5}}, false},    {{{"above", 5}}, {{"at_least", 5}}, false},
      {{{"at_least", 5}}, {{"above", 5}}, true}, {{{"below", 5}}, {{"above", 5}}, false}, {{{"above", 5}}, {{"equals", 7}}, true},
  };
  for (const auto& row : rows) BOOST_TEST(Range(row.wide).Contains(Range(row.narrow)) == row.want);
}

BOOST_AUTO_TEST_CASE(a_condition_without_limits_has_no_range) { BOOST_TEST(!RangeOf(Of({})).has_value()); }

BOOST_AUTO_TEST_SUITE_END()
