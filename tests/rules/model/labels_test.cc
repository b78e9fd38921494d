#include "rules/model/labels.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(labels_test)

BOOST_AUTO_TEST_CASE(labels_are_sorted_unique_and_never_empty) {
  const Labels labels({{"team", "web"}, {"account", "1"}, {"team", "payments"}, {"zone", ""}});
  BOOST_TEST(labels.ToString() == "{account=\"1\",team=\"payments\"}");
  BOOST_TEST(labels.Get("team") == "payments");
  BOOST_TEST(!labels.Has("zone"));
  BOOST_TEST(!labels.Has("tea"));
}

BOOST_AUTO_TEST_CASE(a_group_label_that_is_missing_becomes_none) {
  const Labels labels(std::vector<Label>{{"account", "1"}});
  BOOST_TEST(labels.Project({"account", "team"}).ToString() == "{account=\"1\",team=\"(none)\"}");
}

BOOST_AUTO_TEST_CASE(values_are_escaped_in_text) {
  BOOST_TEST(Labels(std::vector<Label>{{"a", "x\"y\\z\nw"}}).ToString() == "{a=\"x\\\"y\\\\z\\nw\"}");
}

BOOST_AUTO_TEST_CASE(the_canonical_form_keeps_names_and_values_apart) {
  BOOST_TEST(Labels(std::vector<Label>{{"a", "bc"}}).Canonical() != Labels(std::vector<Label>{{"ab", "c"}}).Canonical());
  BOOST_TEST(Labels({{"a", "1"}, {"b", "2"}}).Canonical() == "a\xff" "1\xff" "b\xff" "2\xff");
}

BOOST_AUTO_TEST_CASE(with_sets_replaces_and_removes) {
  const Labels labels(std::vector<Label>{{"a", "1"}});
  BOOST_TEST(labels.With("a", "2").Get("a") == "2");
  BOOST_TEST(labels.With("b", "3").size() == 2u);
  BOOST_TEST(labels.With("a", "").empty());
}

BOOST_AUTO_TEST_CASE(pairs_come_back_as_they_were_given_whatever_their_length) {
  for (const std::size_t length : {1u, 127u, 128u, 300u, 16'383u, 16'384u, 3'000'000u}) BOOST_TEST_CONTEXT(length) {
    const std::vector<Label> pairs = {{"a", std::string(length, 'x')}, {std::string(length, 'b'), "\xff\0y"}, {"c", std::string("\0\x80", 2)}};
    const Labels labels(pairs);
    BOOST_TEST((labels.Copy() == pairs));
    BOOST_TEST(labels.size() == 3u);
    BOOST_TEST(labels.Get("c") == pairs[2].value);
  }
  BOOST_TEST(Labels().size() == 0u);
  BOOST_TEST(Labels().Copy().empty());
  BOOST_TEST(Labels({{"a", ""}, {"b", ""}}).empty());
}

BOOST_AUTO_TEST_CASE(labels_are_ordered_by_names_and_values) {
  const auto of = [](std::vector<Label> pairs) { return Labels(std::move(pairs)); };
  // Each is less than the next, though a longer text has a larger length before it.
  const Labels rows[] = {of({}), of({{"a", "1"}, {"zz", "1"}}), of({{"a", "2"}}), of({{"aa", "1"}}), of({{"b", "1"}}), of({{"b", "1"}, {"c", "1"}}), of({{"b", "111"}}), of({{"b", "2"}}), of({{"b", "\x80"}})};
  for (std::size_t i = 0; i < std::size(rows); ++i)
    for (std::size_t j = 0; j < std::size(rows); ++j) BOOST_TEST_CONTEXT(i << " " << j) {
      BOOST_TEST((rows[i] < rows[j]) == (i < j));
      BOOST_TEST((rows[i] == rows[j]) == (i == j));
    }
  BOOST_TEST((of({{"a", "1"}}) == of({{"a", "1"}})));
}

BOOST_AUTO_TEST_CASE(label_names_fit_prometheus) {
  const struct { const char* from; const char* to; } rows[] = {{"cost-center", "cost_center"}, {"1st", "_1st"}, {"", "_"}, {"a.b/c", "a_b_c"}, {"ok_1", "ok_1"}};
  for (const auto& row : rows) BOOST_TEST(SanitiseLabelName(row.from) == row.to);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
