// A page of Prometheus text through the real reader: collector -> router -> ring -> Engine with one threshold on every series.
// Items are samples. range(0): series; range(1): 1 if every page has another order of lines, else 0. The HTTP client is not in it.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/collectors/collector.h"
#include "agent/pipeline/channel.h"
#include "agent/stages/sample_router.h"
#include "agent/status/self_metrics.h"
#include "bench/rules.h"
#include "bench/universe.h"
#include "rules/engine/engine.h"

namespace nephoscope {
namespace {

constexpr int kPages = 4;

std::shared_ptr<const RuleSet> OneThreshold() { return bench::RulesOf("  - {alert: Dear, kind: threshold, limit: 100000, watch: {metric: cloud_cost_dollars, by: [resource]}, when: {above: 1000000}}\n"); }

std::vector<std::string> Pages(int series, bool shuffled) {
  std::vector<std::string> texts(series), out;
  for (int i = 0; i < series; ++i) {
    const Series one = bench::UniverseSeries(i);
    std::vector<std::string> labels;
    for (const LabelView label : one.labels.pairs()) labels.push_back(absl::StrCat(label.name, "=\"", label.value, "\""));
    texts[i] = absl::StrCat(one.metric, "{", absl::StrJoin(labels, ","), "}");
  }
  std::vector<int> order(series);
  for (int i = 0; i < series; ++i) order[i] = i;
  std::mt19937 random(1);
  for (int page = 0; page < kPages; ++page) {
    if (shuffled) std::shuffle(order.begin(), order.end(), random);
    std::string& text = out.emplace_back();
    for (int i : order) absl::StrAppend(&text, texts[i], " ", absl::StrFormat("%.2f", bench::UniverseValue(i, page)), "\n");
  }
  return out;
}

class Ingest {
 public:
  explicit Ingest(int series) : channel_(static_cast<std::size_t>(series) / Batch::kCapacity + 8), router_(std::vector<BatchChannel*>{&channel_}, metrics_, SampleRouter::Bounds{.of_all = 10'000'000, .of_target = 10'000'000}), engine_(EngineOptions{}) {
    const CollectorType& type = *FindCollector("prometheus");
    OptionValues values(type.options);
    values.Set("targets", {.value = std::vector<std::string>{"127.0.0.1:1"}, .mark = {}, .given = true});
    values.Set("name", {.value = std::string("prometheus"), .mark = {}, .given = false});
    values.Set("every", {.value = absl::Seconds(15), .mark = {}, .given = false});
    values.Set("timeout", {.value = absl::Seconds(10), .mark = {}, .given = false});
    collector_ = *type.make(values, {});
    fetches_ = *PlanAll(*collector_, now_);
    router_.SetRules(OneThreshold());
  }

  // The page goes in and comes back: nothing of it is copied.
  void Read(std::string& page) {
    now_ += absl::Seconds(15);
    Fetched fetched;
    fetched.fetch = &fetches_[0];
    fetched.http.status = 200;
    fetched.http.received = now_;
    fetched.http.body.swap(page);
    std::vector<Fetch> next;
    absl::StatusOr<Progress> progress = Progress::kMore;
    while (progress.ok() && *progress == Progress::kMore) progress = collector_->Decode(fetched, router_, next);
    if (!progress.ok()) std::exit(1);
    router_.Flush(now_, 0, false);
    page.swap(fetched.http.body);
    while (auto batch = channel_.Receive(absl::ZeroDuration())) {
      if (batch->rules) engine_.SetRules(batch->rules, now_, changes_);
      for (const Series& one : batch->series) engine_.DefineSeries(one);
      engine_.Observe(batch->samples, changes_);
      for (const auto& [source, time] : batch->watermarks) engine_.Advance(source, time, changes_);
      changes_.clear();
      channel_.Recycle(std::move(batch));
    }
  }

 private:
  SelfMetrics metrics_;
  BatchChannel channel_;
  SampleRouter router_;
  Engine engine_;
  Changes changes_;
  std::unique_ptr<Collector> collector_;
  std::vector<Fetch> fetches_;
  absl::Time now_ = absl::FromUnixSeconds(1'780'000'005);
};

void PageToJudgement(benchmark::State& state) {
  const int series = static_cast<int>(state.range(0));
  std::vector<std::string> pages = Pages(series, state.range(1) != 0);
  Ingest ingest(series);
  std::size_t next = 0;
  for (int i = 0; i < 2 * kPages; ++i) ingest.Read(pages[next++ % kPages]);
  for (auto _ : state) ingest.Read(pages[next++ % kPages]);
  state.SetItemsProcessed(state.iterations() * series);
}
BENCHMARK(PageToJudgement)->Args({1'000, 0})->Args({100'000, 0})->Args({100'000, 1})->Args({1'000'000, 0})->Args({1'000'000, 1})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
