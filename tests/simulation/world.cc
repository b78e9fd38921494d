#include "tests/simulation/world.h"

#include "absl/strings/str_cat.h"
#include "rules/language/language.h"
#include "rules/model/check.h"
#include "rules/model/probe.h"

namespace nephoscope {
namespace {

constexpr int kHosts = 2;
constexpr char kTarget[] = "http://shop.example/health";

constexpr char kRules[] = R"yaml(
apiVersion: rules/v1
rules:
  - alert: Spike
    kind: threshold
    watch: {metric: queue_length, by: [host]}
    when: {above: 90}
  - alert: Sustained
    kind: threshold
    watch: {metric: queue_length, by: [host]}
    levels:
      warning:  {at_least: 60, for: 2m, recover: {below: 50}}
      critical: {at_least: 80, for: 1m}
    keep_firing_for: 2m
  - alert: ShopDown
    kind: health_check
    check: {http: "http://shop.example/health", every: 1m}
    when: {failures: 1}
    recover: {successes: 1}
  - alert: ShopDownForLong
    kind: health_check
    check: {http: "http://shop.example/health", every: 1m}
    when: {failures: 3}
    recover: {successes: 2}
)yaml";

// Mostly stays where it was, moves between quiet, busy and hot, and jumps for a single minute now and then.
std::vector<double> QueueLengths(Dice& dice) {
  constexpr double kLevels[] = {40, 55, 65, 85};
  std::vector<double> values;
  double level = kLevels[0];
  for (int tick = 0; tick <= World::kTicks; ++tick) {
    if (dice.Rolls(0.3)) level = kLevels[dice.Below(4)];
    values.push_back(dice.Rolls(0.12) ? 95 : level);
  }
  return values;
}

std::vector<double> ProbeResults(Dice& dice) {
  std::vector<double> values;
  bool down = false;
  for (int tick = 0; tick <= World::kTicks; ++tick) {
    if (dice.Rolls(0.25)) down = !down;
    values.push_back(down ? static_cast<double>(ProbeResult::kRefused) : static_cast<double>(ProbeResult::kOk));
  }
  return values;
}

}  // namespace

World::World(std::uint64_t seed) {
  Dice dice(seed * 2 + 1);
  const auto add = [this](SourceId source, std::string metric, Labels labels, std::vector<double> values) {
    Series series;
    series.id = static_cast<SeriesId>(series_.size());
    series.source = source;
    series.cadence = absl::Minutes(1);
    series.metric = std::move(metric);
    series.labels = std::move(labels);
    series_.push_back(std::move(series));
    values_.push_back(std::move(values));
  };
  for (int host = 0; host < kHosts; ++host) add(kMetrics, "queue_length", Labels({{"host", absl::StrCat("h", host)}}), QueueLengths(dice));
  const std::vector<double> results = ProbeResults(dice);
  for (const char* rule : {"shop-down", "shop-down-for-long"})
    add(kProbes, kProbeResultMetric, Labels({{"rule", rule}, {"target", kTarget}}), results);
}

absl::Time World::At(int tick) { return absl::FromUnixSeconds(1'790'000'040) + absl::Minutes(tick); }

std::vector<Sample> World::Samples(SourceId source, int tick) const {
  std::vector<Sample> samples;
  for (const Series& series : series_) {
    if (series.source != source) continue;
    Sample sample;
    sample.series = series.id;
    sample.time_ms = absl::ToUnixMillis(At(tick));
    sample.value = values_[series.id][static_cast<std::size_t>(tick)];
    samples.push_back(sample);
  }
  return samples;
}

std::shared_ptr<const RuleSet> SimulationRules() {
  static const std::shared_ptr<const RuleSet> rules = [] {
    const SourceFile file[] = {{"simulation.yaml", kRules}};
    const LoadedRules loaded = LoadRules(file);
    std::fputs(RenderDiagnostics(loaded.diagnostics, file, false).c_str(), HasErrors(loaded.diagnostics) ? stderr : stdout);
    CHECK(!HasErrors(loaded.diagnostics));
    return loaded.rules;
  }();
  return rules;
}

std::unique_ptr<Engine> MakeEngine(const World& world, absl::Span<const InstanceState> states) {
  auto engine = std::make_unique<Engine>(EngineOptions{.agent_group = "simulation"});
  Changes none;
  engine->SetRules(SimulationRules(), World::At(0), none);
  CHECK(engine->Restore(states).empty());
  for (const Series& series : world.series()) engine->DefineSeries(series);
  return engine;
}

}  // namespace nephoscope
