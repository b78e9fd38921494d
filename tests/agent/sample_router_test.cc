#include "agent/sample_router.h"

#include <boost/test/unit_test.hpp>

#include <prometheus/registry.h>

#include "absl/strings/str_cat.h"
#include "agent/self_metrics.h"
#include "rules/language/language.h"

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

std::shared_ptr<const RuleSet> RulesOver(const std::string& metric) {
  const SourceFile file = {"rules.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n  - {alert: High, kind: threshold, watch: {metric: ", metric, "}, when: {above: 1}}\n")};
  return LoadRules({&file, 1}).rules;
}

struct Sent {
  std::vector<SeriesId> series, samples;
};

// What a thread gets when each of the series is interned (if `interned`) and has a sample.
Sent Round(SampleRouter& router, BatchChannel& channel, const std::vector<Series>& all, bool interned) {
  for (SeriesId id = 0; id < all.size(); ++id) {
    if (interned) BOOST_TEST(router.Intern(all[id]) == id);
    Sample sample;
    sample.series = id;
    router.Add(sample);
  }
  router.Flush(absl::FromUnixSeconds(1), 1, true);
  Sent out;
  while (auto batch = channel.Receive(absl::ZeroDuration())) {
    for (const Series& one : batch->series) out.series.push_back(one.id);
    for (const Sample& one : batch->samples) out.samples.push_back(one.series);
    channel.Recycle(std::move(batch));
  }
  return out;
}

// A collector that remembers ids interns again when the generation changes.
BOOST_AUTO_TEST_CASE(a_series_that_no_rule_wanted_is_looked_at_anew_when_rules_change) {
  SelfMetrics metrics;
  BatchChannel channel(64);
  SampleRouter router({&channel}, metrics);
  std::vector<Series> all(3);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].metric = i == 1 ? "b" : "a", all[i].labels = Labels(std::vector<Label>{{"n", absl::StrCat(i)}});
  router.SetRules(RulesOver("a"));
  const std::uint64_t first = router.generation();
  Sent sent = Round(router, channel, all, true);
  BOOST_TEST(sent.series == (std::vector<SeriesId>{0, 2}), boost::test_tools::per_element());
  BOOST_TEST(sent.samples == (std::vector<SeriesId>{0, 2}), boost::test_tools::per_element());
  sent = Round(router, channel, all, true);
  BOOST_TEST(sent.series.empty());  // it knows them
  router.SetRules(RulesOver("b"));
  BOOST_TEST(router.generation() != first);
  sent = Round(router, channel, all, false);
  BOOST_TEST(sent.samples.empty());
  sent = Round(router, channel, all, true);
  BOOST_TEST(sent.series == (std::vector<SeriesId>{1}), boost::test_tools::per_element());
  BOOST_TEST(sent.samples == (std::vector<SeriesId>{1}), boost::test_tools::per_element());
  // What is wanted is known without being interned again.
  router.SetRules(RulesOver("b"));
  sent = Round(router, channel, all, false);
  BOOST_TEST(sent.series.empty());
  BOOST_TEST(sent.samples == (std::vector<SeriesId>{1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
