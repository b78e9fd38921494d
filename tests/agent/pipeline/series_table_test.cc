#include "agent/pipeline/series_table.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"

using namespace nephoscope;

namespace {

Series Cpu(int i) {
  Series s;
  s.metric = "aws.ec2.cpu_utilization";
  s.labels = Labels({{"account", absl::StrCat(i % 200)}, {"resource", absl::StrCat("res-", i)}});
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(series_table_test)

BOOST_AUTO_TEST_CASE(ids_are_dense_in_order_of_first_sight) {
  SeriesTable table;
  for (SeriesId i = 0; i < 1000; ++i) {
    const auto result = table.Intern(Cpu(i));
    BOOST_TEST(result.is_new);
    BOOST_TEST(result.id == i);
  }
  BOOST_TEST(!table.Intern(Cpu(17)).is_new);
  BOOST_TEST(table.Intern(Cpu(17)).id == 17u);
  BOOST_TEST(table.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(each_part_of_the_identity_makes_another_series_and_nothing_else_does) {
  const struct { const char* what; void (*change)(Series&); bool is_new; } rows[] = {
      {"source", [](Series& s) { s.source = 1; }, true},
      {"metric", [](Series& s) { s.metric += "x"; }, true},
      {"type", [](Series& s) { s.type = ValueType::kMoney; }, true},
      {"currency", [](Series& s) { s.currency = Currency::Usd(); }, true},
      {"one label more", [](Series& s) { s.labels = s.labels.With("team", "a"); }, true},
      {"another value", [](Series& s) { s.labels = s.labels.With("account", "x"); }, true},
      {"the id asked with", [](Series& s) { s.id = 9; }, false},
      {"unit", [](Series& s) { s.unit = "%"; }, false},
      {"cadence", [](Series& s) { s.cadence = absl::Minutes(5); }, false},
      {"period", [](Series& s) { s.period = absl::Hours(24); }, false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    SeriesTable table;
    Series s = Cpu(1);
    table.Intern(s);
    row.change(s);
    BOOST_TEST(table.Intern(s).is_new == row.is_new);
  }
}

BOOST_AUTO_TEST_CASE(beyond_the_limit_known_series_are_found_and_new_ones_refused) {
  SeriesTable table(2);
  table.Intern(Cpu(0));
  table.Intern(Cpu(1));
  BOOST_TEST(table.Intern(Cpu(2)).id == SeriesTable::kNoSeries);
  BOOST_TEST(!table.Intern(Cpu(2)).is_new);
  BOOST_TEST(table.Intern(Cpu(1)).id == 1u);
  BOOST_TEST(table.size() == 2u);
}

BOOST_AUTO_TEST_CASE(agrees_with_a_plain_map_on_random_series) {
  const unsigned seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    std::mt19937 random(seed);
    SeriesTable table;
    std::map<std::string, SeriesId> twin;
    for (int i = 0; i < 50'000; ++i) {
      Series s = Cpu(static_cast<int>(random() % 5000));
      s.source = static_cast<SourceId>(random() % 3);
      const std::string identity = absl::StrCat(s.source, "\xff", s.metric, "\xff", s.labels.Canonical());
      const auto [it, is_new] = twin.try_emplace(identity, static_cast<SeriesId>(twin.size()));
      const auto result = table.Intern(s);
      BOOST_REQUIRE(result.is_new == is_new);
      BOOST_REQUIRE(result.id == it->second);
    }
    BOOST_TEST(table.size() == twin.size());
  }
}

BOOST_AUTO_TEST_CASE(sources_keep_their_numbers_and_names) {
  SeriesTable table;
  BOOST_TEST(table.Source("focus") == 0u);
  BOOST_TEST(table.Source("focus/main") == 1u);
  BOOST_TEST(table.Source("focus") == 0u);
  BOOST_TEST(table.SourceName(1) == "focus/main");
}

BOOST_AUTO_TEST_SUITE_END()
