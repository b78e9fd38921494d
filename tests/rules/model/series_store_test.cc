#include "rules/model/series_store.h"

#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

Series One(SeriesId id, const std::string& metric) {
  Series out;
  out.id = id;
  out.source = 7;
  out.type = ValueType::kMoney;
  out.currency = *Currency::Parse("EUR");
  out.cadence = absl::Minutes(5);
  out.period = absl::Hours(24);
  out.metric = metric;
  out.unit = "EUR";
  out.labels = Labels(std::vector<Label>{{"account", absl::StrCat("a", id)}});
  return out;
}

BOOST_AUTO_TEST_SUITE(series_store_test)

BOOST_AUTO_TEST_CASE(a_series_comes_back_as_it_was_put) {
  SeriesStore store;
  store.Put(One(3, "cost.effective"));
  store.Put(One(1, "cost.billed"));
  BOOST_TEST(store.count() == 2u);
  BOOST_TEST(store.end() == 4u);
  BOOST_TEST(!store.Has(0));
  BOOST_TEST(!store.Has(2));
  BOOST_TEST(!store.Has(4));
  const Series wanted = One(3, "cost.effective"), got = store.Get(3);
  BOOST_TEST((got.id == wanted.id && got.source == wanted.source && got.type == wanted.type && got.currency == wanted.currency));
  BOOST_TEST((got.cadence == wanted.cadence && got.period == wanted.period));
  BOOST_TEST((got.metric == wanted.metric && got.unit == wanted.unit && got.labels == wanted.labels));
  BOOST_TEST(store.UnitOf(1) == "EUR");
}

BOOST_AUTO_TEST_CASE(another_of_the_same_id_takes_its_place) {
  SeriesStore store;
  store.Put(One(0, "cost.billed"));
  store.Put(One(0, "cost.effective"));
  BOOST_TEST(store.count() == 1u);
  BOOST_TEST(store.Get(0).metric == "cost.effective");
}

BOOST_AUTO_TEST_CASE(the_place_of_one_that_is_dropped_is_used_again) {
  SeriesStore store;
  for (SeriesId id = 0; id < 5; ++id) store.Put(One(id, "cost.billed"));
  store.Drop(2);
  store.Drop(2);
  store.Drop(77);
  BOOST_TEST(!store.Has(2));
  BOOST_TEST(store.count() == 4u);
  store.Put(One(90, "cost.effective"));
  store.Put(One(2, "cost.listed"));
  BOOST_TEST(store.count() == 6u);
  BOOST_TEST(store.end() == 91u);
  BOOST_TEST(store.MetricOf(90) == "cost.effective");
  BOOST_TEST(store.MetricOf(2) == "cost.listed");
  for (const SeriesId id : {0, 1, 3, 4}) BOOST_TEST((store.Get(id).labels == One(id, "").labels && store.Get(id).id == id));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
