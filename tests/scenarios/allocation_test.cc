// Once warm, a sample that crosses nothing costs no allocation between the intern table and the engine's judgement.
#include <boost/test/unit_test.hpp>

#include "absl/strings/str_cat.h"
#include "agent/pipeline/channel.h"
#include "agent/pipeline/series_table.h"
#include "bench/allocation_counter.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

constexpr int kSeries = 2'000;

// Never reached by the universe, whose values are below 1,000.
std::string PointRules(int count) {
  std::string out = "apiVersion: rules/v1\nrules:\n";
  for (int k = 1; k <= count; ++k)
    absl::StrAppend(&out, "  - alert: Cost", k, "\n    kind: threshold\n    watch: {metric: cloud_cost_dollars, by: [resource]}\n    when: {above: ", k * 10'000, "}\n");
  return out;
}

constexpr char kWindowRules[] = R"(apiVersion: rules/v1
rules:
  - alert: AverageHigh
    kind: threshold
    watch: {metric: cloud_cost_dollars, stat: avg, window: 5m, by: [resource]}
    when: {above: 10000}
  - alert: WorstHigh
    kind: threshold
    watch: {metric: cloud_cost_dollars, stat: max, window: 5m, by: [resource]}
    when: {above: 10000}
  - alert: TeamCostly
    kind: threshold
    watch: {metric: cloud_cost_dollars, by: [team], combine: sum}
    when: {above: 10000000}
)";

// Of ten points none can lie so far from their mean unless the others are alike.
constexpr char kExpression[] = R"(apiVersion: rules/v1
rules:
  - alert: FarFromUsual
    kind: expr
    expr: (cloud_cost_dollars - avg_over_time(cloud_cost_dollars[10m])) / stddev_over_time(cloud_cost_dollars[10m]) > 2.8
)";

class Pipeline {
 public:
  explicit Pipeline(const std::string& yaml) {
    const SourceFile file{"allocation.yaml", yaml};
    LoadedRules loaded = LoadRules({&file, 1});
    BOOST_REQUIRE_MESSAGE(!HasErrors(loaded.diagnostics), RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
    engine_.SetRules(loaded.rules, now_, changes_);
    source_ = table_.Source("made up");
    for (int i = 0; i < kSeries; ++i) {
      series_.push_back(bench::UniverseSeries(i));
      series_.back().cadence = absl::Minutes(1);
      series_.back().id = table_.Intern(series_.back()).id;
      engine_.DefineSeries(series_.back());
    }
  }

  // One point of every series, a minute after the last; all else that the agent does in that time.
  void Minute(double factor = 1) {
    now_ += absl::Minutes(1);
    auto batch = channel_.Take();
    for (int i = 0; i < kSeries; ++i) {
      Sample sample{.series = table_.Intern(series_[i]).id, .time_ms = absl::ToUnixMillis(now_)};
      sample.value = bench::UniverseValue(i, ++step_) * factor;
      batch->samples.push_back(sample);
    }
    batch->watermarks.emplace_back(source_, now_);
    channel_.Send(std::move(batch));
    batch = channel_.Receive(absl::ZeroDuration());
    engine_.Observe(batch->samples, changes_);
    for (const auto& [source, time] : batch->watermarks) engine_.Advance(source, time, changes_);
    engine_.AdvanceClock(now_, changes_);
    channel_.Recycle(std::move(batch));
    alerts_ += changes_.transitions.size();
    changes_.clear();
  }

  std::size_t alerts() const { return alerts_; }
  Engine::Stats stats() const { return engine_.stats(); }

 private:
  SeriesTable table_;
  BatchChannel channel_{4};
  Engine engine_{EngineOptions{}};
  Changes changes_;
  std::vector<Series> series_;
  SourceId source_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1'780'000'000);
  std::uint64_t step_ = 0;
  std::size_t alerts_ = 0;
};

void WarmRunAllocatesNothing(const std::string& yaml, int rules) {
  Pipeline pipeline(yaml);
  for (int i = 0; i < 20; ++i) pipeline.Minute();
  const std::uint64_t judged = pipeline.stats().evaluations;
  const std::uint64_t before = Allocations();
  for (int i = 0; i < 10; ++i) pipeline.Minute();
  BOOST_TEST(Allocations() - before == 0u);
  BOOST_TEST(pipeline.alerts() == 0u);
  BOOST_TEST(pipeline.stats().evaluations > judged, "nothing was judged");
  BOOST_TEST(pipeline.stats().samples == 30u * kSeries);
  for (int i = 0; i < 10; ++i) pipeline.Minute(1e6);  // the rules do look
  BOOST_TEST(pipeline.alerts() >= static_cast<std::size_t>(rules));
}

BOOST_AUTO_TEST_SUITE(allocation_test)

BOOST_AUTO_TEST_CASE(ten_point_thresholds_allocate_nothing_per_sample) { WarmRunAllocatesNothing(PointRules(10), 10 * 500); }

BOOST_AUTO_TEST_CASE(windows_and_sums_of_groups_allocate_nothing_per_sample) { WarmRunAllocatesNothing(kWindowRules, 500); }

BOOST_AUTO_TEST_CASE(an_expression_over_one_series_allocates_nothing_per_sample) { WarmRunAllocatesNothing(kExpression, kSeries); }

BOOST_AUTO_TEST_CASE(the_counter_would_see_an_allocation) {
  const std::uint64_t before = Allocations();
  const std::string long_text(100, 'x');
  BOOST_TEST(Allocations() - before == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
