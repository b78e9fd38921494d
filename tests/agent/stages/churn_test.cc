// An hour of pods that come and go: a new name for each at every scrape. What is known of them is given back.
#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <prometheus/registry.h>

#include "absl/strings/str_cat.h"
#include "agent/stages/evaluate_stage.h"
#include "agent/stages/sample_router.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "rules/language/language.h"
#include "tests/agent/fakes.h"

namespace nephoscope {
namespace {

constexpr int kPods = 50;
constexpr absl::Duration kScrape = absl::Seconds(15);
constexpr char kRules[] = R"(apiVersion: rules/v1
rules:
  - {alert: Busy, kind: threshold, watch: {metric: load, by: [pod]}, when: {above: 80}, expire_after: 5m}
  - {alert: Team, kind: threshold, watch: {metric: load, by: [team]}, when: {above: 300}, expire_after: 5m}
  - {alert: Rate, kind: expr, expr: "sum by (team) (load) > 1e9", expire_after: 5m}
)";

// A target whose page names other pods each time, on one evaluate thread.
struct Agent {
  Agent() : in(64), out(1'024), router({&in}, metrics, {.of_all = 20'000, .of_target = 10'000}, &readiness),
            stage(0, 1, "test", in, out, clock, metrics, [] {}) {
    const SourceFile file{"rules.yaml", kRules};
    rules = LoadRules({&file, 1}).rules;
    BOOST_TEST(stage.Start(rules, {}).empty());
    router.SetRules(rules);
    source = router.Source("prometheus/web:9100");
  }

  void Scrape() {
    clock.now += kScrape;
    for (int pod = 0; pod < kPods; ++pod) {
      Series series;
      series.source = source;
      series.metric = "load";
      series.cadence = kScrape;
      series.labels = Labels(std::vector<Label>{{"pod", absl::StrCat("web-", scrapes, "-", pod)}, {"team", "web"}});
      Sample sample;
      sample.series = router.Intern(series);
      refused += sample.series == SeriesTable::kNoSeries;
      sample.time_ms = absl::ToUnixMillis(clock.now);
      sample.value = pod == 0 ? 90 : 10;
      router.Add(sample);
    }
    ++scrapes;
    router.Watermark(source, clock.now);
    router.Flush(clock.now, 0, true);
    for (int i = 0; i < 4; ++i) stage.Step(absl::ZeroDuration());
    while (auto evaluation = out.Receive(absl::ZeroDuration())) {
      for (const Transition& t : evaluation->changes.transitions) {
        fired += t.type == EventType::kFiring && t.rule.name == "Busy";
        gone += t.cause == Cause::kSeriesGone;
      }
    }
  }

  FakeClock clock;
  SelfMetrics metrics;
  Readiness readiness;
  BatchChannel in;
  Channel<Evaluation> out;
  SampleRouter router;
  EvaluateStage stage;
  std::shared_ptr<const RuleSet> rules;
  SourceId source = 0;
  int scrapes = 0, refused = 0, fired = 0, gone = 0;
};

double Gauge(const SelfMetrics& metrics, const std::string& name) {
  for (const auto& family : metrics.registry().Collect())
    if (family.name == name) return family.metric[0].gauge.value + family.metric[0].counter.value;
  return -1;
}

BOOST_AUTO_TEST_SUITE(churn_test)

BOOST_AUTO_TEST_CASE(an_hour_of_churn_leaves_memory_flat_and_no_alert_of_what_is_gone) {
  Agent agent;
  std::size_t bytes[3];
  for (int third = 0; third < 3; ++third) {
    for (int i = 0; i < 80; ++i) agent.Scrape();  // 20 minutes
    bytes[third] = mallinfo2().uordblks;
    BOOST_TEST_MESSAGE(20 * (third + 1) << " min: " << agent.scrapes * kPods << " series so far, " << bytes[third] / 1024 << " kB in use, "
                                        << agent.fired << " alerts began, " << agent.gone << " ended as gone");
  }
  BOOST_TEST(agent.refused == 0);
  BOOST_TEST(agent.fired == agent.scrapes);  // one pod of each scrape
  BOOST_TEST(agent.gone >= agent.fired - 60);
  // As many as come in a quarter of an hour, and not as many as came in the hour.
  BOOST_TEST(bytes[2] <= bytes[0] * 1.1);  // sanitizers say nothing of it: zero
}

BOOST_AUTO_TEST_CASE(a_page_of_endless_names_leaves_room_for_others_and_is_said) {
  SelfMetrics metrics;
  Readiness readiness;
  BatchChannel channel(64);
  SampleRouter router({&channel}, metrics, {.of_all = 1'000, .of_target = 400}, &readiness);
  Series series;
  series.metric = "requests";
  const auto ask = [&](const char* source, const std::string& name) {
    series.source = router.Source(source);
    series.labels = Labels(std::vector<Label>{{"request", name}});
    return router.Intern(series);
  };
  int taken = 0;
  for (int i = 0; i < 5'000; ++i) taken += ask("hostile", absl::StrCat(i)) != SeriesTable::kNoSeries;
  BOOST_TEST(taken == 400);
  BOOST_TEST(ask("good", "one") != SeriesTable::kNoSeries);
  const std::string said = readiness.Ask().text;
  BOOST_TEST(said.find("series of hostile: as many series are known as one target may have (max_series_per_target, 400)") != std::string::npos, said);
  // They are gone after an hour, as no rule looks at them, and there is room again.
  Sample sample;
  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  for (SeriesId id = 0; id < 400; ++id) sample.series = id, sample.time_ms = absl::ToUnixMillis(now), router.Add(sample);
  for (int minute = 0; minute < 80; ++minute) {
    router.Watermark(router.Source("hostile"), now += absl::Minutes(1));
    router.Flush(now, 0, true);
    while (auto batch = channel.Receive(absl::ZeroDuration())) channel.Recycle(std::move(batch));
  }
  BOOST_TEST(ask("hostile", "new") != SeriesTable::kNoSeries);
  BOOST_TEST(readiness.Ask().text.find("series of hostile: ok") != std::string::npos);
  BOOST_TEST(Gauge(metrics, "nephoscope_series_dropped_total") >= 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
