#include "agent/stages/sample_router.h"

#include <boost/test/unit_test.hpp>

#include <prometheus/registry.h>

#include "absl/strings/str_cat.h"
#include "agent/status/self_metrics.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(sample_router_test)

// A label that takes a new value with every request: what is known stays, what is new is refused.
BOOST_AUTO_TEST_CASE(a_flood_of_label_values_ends_at_max_series) {
  SelfMetrics metrics;
  BatchChannel channel(64);
  SampleRouter router({&channel}, metrics, {.of_all = 1'000});
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
  SampleRouter router({&channel}, metrics, {});
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

// A target whose points are ten minutes old. Its rules are told, those that are loaded later as well.
BOOST_AUTO_TEST_CASE(how_late_a_series_usually_is_goes_with_its_samples) {
  SelfMetrics metrics;
  BatchChannel channel(64);
  SampleRouter router({&channel}, metrics, {});
  router.SetRules(RulesOver("tunnel_state"));
  Series series;
  series.metric = "tunnel_state";
  series.source = router.Source("prometheus/a");
  std::vector<ArrivalDelay> told;
  const auto read = [&](int round) {
    const absl::Time now = absl::FromUnixSeconds(1'800'000'000 + 15 * round);
    Sample sample;
    sample.series = router.Intern(series);
    sample.time_ms = absl::ToUnixMillis(now - absl::Minutes(10));
    router.Add(sample);
    router.Watermark(series.source, now);
    router.Flush(now, 1, true);
    while (auto batch = channel.Receive(absl::ZeroDuration())) {
      for (const auto& [id, delay] : batch->delays) told.push_back(delay);
      channel.Recycle(std::move(batch));
    }
  };
  for (int round = 0; round < 5; ++round) read(round);
  BOOST_TEST((told == std::vector<ArrivalDelay>{{absl::Minutes(10), absl::Minutes(10)}}));
  BOOST_TEST((router.interest()->reach().delay(0) == ArrivalDelay{absl::Minutes(10), absl::Minutes(10)}));
  router.SetRules(RulesOver("up"));
  router.SetRules(RulesOver("tunnel_state"));
  told.clear();
  read(5);
  BOOST_TEST((told == std::vector<ArrivalDelay>{{absl::Minutes(10), absl::Minutes(10)}}));
  double seconds = 0;
  for (const auto& family : metrics.registry().Collect())
    if (family.name == "nephoscope_arrival_delay_seconds") seconds = family.metric[0].gauge.value;
  BOOST_TEST(seconds == 600);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
