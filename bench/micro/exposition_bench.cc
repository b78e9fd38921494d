// The page for Prometheus: range(0) firing alerts, each a series of its own. Items are series.
#include <benchmark/benchmark.h>
#include <prometheus/registry.h>

#include "absl/strings/str_cat.h"
#include "bench/universe.h"
#include "exporters/prometheus/exposition_writer.h"
#include "exporters/prometheus/prometheus_page.h"

namespace nephoscope {
namespace {

void PageOfAlerts(benchmark::State& state) {
  std::vector<AlertSnapshot> alerts(state.range(0));
  for (std::size_t i = 0; i < alerts.size(); ++i) {
    Transition& last = alerts[i].last;
    last.alert_id = absl::StrCat("id-", i);
    last.rule.name = "Dear";
    last.rule.kind = "threshold";
    last.labels = bench::UniverseSeries(static_cast<int>(i)).labels;
    last.type = EventType::kFiring;
    last.status = AlertState::kFiring;
    last.time = absl::FromUnixSeconds(1'780'000'000);
  }
  const prometheus::Registry own;
  std::string page;
  for (auto _ : state) {
    page.clear();
    WritePrometheusPage(alerts, RuleSet{}, own, ExpositionFormat{}, page);
    benchmark::DoNotOptimize(page.data());
  }
  state.counters["bytes"] = static_cast<double>(page.size());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(PageOfAlerts)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

// Only the lines: labels that are rendered already, and a number each.
void LinesOfOneFamily(benchmark::State& state) {
  std::vector<std::string> labels;
  for (int i = 0; i < state.range(0); ++i) {
    const Series one = bench::UniverseSeries(i);
    labels.push_back(RenderLabels(one.labels.Copy()));
  }
  std::string page;
  for (auto _ : state) {
    page.clear();
    ExpositionWriter writer(false, page);
    writer.Begin("cloud_cost_dollars", MetricKind::kGauge, "What it costs.");
    for (std::size_t i = 0; i < labels.size(); ++i) writer.Sample("", labels[i], bench::UniverseValue(i, 0));
    writer.End();
    benchmark::DoNotOptimize(page.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(LinesOfOneFamily)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
