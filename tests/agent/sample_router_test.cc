#include "agent/sample_router.h"

#include <boost/test/unit_test.hpp>

#include <prometheus/registry.h>

#include "absl/strings/str_cat.h"
#include "agent/self_metrics.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(sample_router_test)

// A label that takes a new value with every request: what is known stays, what is new is refused.
BOOST_AUTO_TEST_CASE(a_flood_of_label_values_ends_at_max_series) {
  SelfMetrics metrics;
  BatchChannel channel(64);
  SampleRouter router({&channel}, metrics, 1'000);
  Series series;
  series.metric = "requests";
  SeriesId known = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 200'000; ++i) {
    series.labels = Labels(std::vector<Label>{{"request", absl::StrCat(i)}});
    const SeriesId id = router.Intern(series);
    if (id == SeriesTable::kNoSeries) ++refused;
    else known = std::max(known, id);
    Sample sample;
    sample.series = id;
    router.Add(sample);
  }
  BOOST_TEST(known == 999u);
  BOOST_TEST(refused == 199'000u);
  series.labels = Labels(std::vector<Label>{{"request", "7"}});
  BOOST_TEST(router.Intern(series) == 7u);
  router.Flush(absl::FromUnixSeconds(1), 1, true);
  double dropped = 0;
  for (const auto& family : metrics.registry().Collect())
    if (family.name == "nephoscope_series_dropped_total") dropped = family.metric[0].counter.value;
  BOOST_TEST(dropped == 199'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
