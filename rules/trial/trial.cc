#include "rules/trial/trial.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "rules/model/check.h"

namespace nephoscope {

Trial::Trial(std::shared_ptr<const RuleSet> rules, absl::Time start, TrialOptions options)
    : rules_(std::move(rules)), interest_(rules_), start_(start), options_(std::move(options)), composites_(options_.agent_group) {
  CHECK(options_.engines >= 1 && options_.engines <= kShards && options_.batch >= 1);
  if (options_.engines > 1) composites_.SetRules(rules_, start, changes_);
  Start();
}

void Trial::Start() {
  for (int i = 0; i < options_.engines; ++i) {
    shards_.push_back(ShardsOfThread(i, options_.engines));
    engines_.push_back(std::make_unique<Engine>(EngineOptions{.agent_group = options_.agent_group, .shards = shards_.back()}));
    engines_.back()->SetRules(rules_, start_, changes_);
  }
}

void Trial::Restart() {
  CHECK(options_.restarts);
  for (auto& engine : engines_) engine->Snapshot(changes_);
  KeepStates();
  engines_.clear();
  shards_.clear();
  Start();
  std::vector<InstanceState> states;
  for (const auto& [id, state] : states_) states.push_back(state);
  for (std::size_t i = 0; i < engines_.size(); ++i) {
    std::vector<InstanceState> mine;
    for (const InstanceState& state : states)
      if (shards_[i] >> state.shard & 1) mine.push_back(state);
    engines_[i]->Restore(mine);
    for (const Series& series : series_) {
      if ((of_[series.id].interest & shards_[i]) == 0) continue;
      engines_[i]->DefineSeries(series);
      if (const ArrivalDelay late = delays_.Of(series.id); !late.none()) engines_[i]->SetDelay(series.id, late);
    }
  }
}

void Trial::KeepStates() {
  for (InstanceState& state : changes_.instances) {
    if (state.bytes.empty()) states_.erase(state.alert_id);
    else states_[state.alert_id] = std::move(state);
  }
  changes_.clear();
}

void Trial::Define(const Series& series) {
  if (options_.restarts) series_.push_back(series);
  if (of_.size() <= series.id) of_.resize(series.id + 1);
  if (sources_.size() <= series.source) sources_.resize(series.source + 1);
  sources_[series.source].known = true;
  sources_[series.source].cost = sources_[series.source].cost || series.type == ValueType::kMoney;
  Of& of = of_[series.id];
  of = {interest_.ShardsOf(series), series.source, series.period};
  delays_.Define(series.id, series);
  for (std::size_t i = 0; i < engines_.size(); ++i)
    if (of.interest & shards_[i]) engines_[i]->DefineSeries(series);
}

void Trial::Observe(absl::Span<const Sample> samples) {
  for (const Sample& sample : samples) {
    const Of& of = of_[sample.series];
    sources_[of.source].arrived = true;
    sources_[of.source].newest = std::max(sources_[of.source].newest, sample.time() + of.period);
    delays_.Add(sample.series, sample.time_ms);
  }
  for (; !samples.empty(); samples.remove_prefix(std::min(options_.batch, samples.size()))) {
    for (std::size_t i = 0; i < engines_.size(); ++i) {
      mine_.clear();
      for (const Sample& sample : samples.subspan(0, options_.batch))
        if (of_[sample.series].interest & shards_[i]) mine_.push_back(sample);
      engines_[i]->Observe(mine_, changes_);
    }
  }
}

void Trial::TellDelays(absl::Time now) {
  for (std::size_t source = 0; source < sources_.size(); ++source)
    if (sources_[source].known) delays_.Watermark(static_cast<SourceId>(source), WatermarkOf(source, now));
  late_.clear();
  delays_.EndRound(now, late_);
  for (const auto& [id, delay] : late_)
    for (std::size_t i = 0; i < engines_.size(); ++i)
      if (of_[id].interest & shards_[i]) engines_[i]->SetDelay(id, delay);
}

void Trial::Tick(absl::Time now) {
  TellDelays(now);
  for (auto& engine : engines_) {
    for (std::size_t source = 0; source < sources_.size(); ++source) {
      const bool answers = !options_.arrivals_answer || sources_[source].arrived;
      if (sources_[source].known) engine->Advance(static_cast<SourceId>(source), WatermarkOf(source, now), changes_, answers);
    }
    engine->AdvanceClock(now, changes_);
  }
  for (Source& source : sources_) source.arrived = false;
  if (engines_.size() > 1) composites_.Round(std::vector<Transition>(changes_.transitions), now, changes_);
  std::stable_sort(changes_.transitions.begin(), changes_.transitions.end(), [](const Transition& a, const Transition& b) {
    return std::tie(a.time, a.alert_id, a.sequence) < std::tie(b.time, b.alert_id, b.sequence);
  });
  for (Transition& transition : changes_.transitions) steps_.push_back({now, std::move(transition)});
  for (const NoRate& one : changes_.no_rates)
    if (std::find(no_rates_.begin(), no_rates_.end(), one) == no_rates_.end()) no_rates_.push_back(one);
  if (options_.restarts) KeepStates();
  changes_.clear();
}

std::vector<Transition> Trial::Look() const {
  std::vector<Transition> out;
  for (const auto& engine : engines_) engine->Look(out);
  composites_.Look(out);
  std::sort(out.begin(), out.end(), [](const Transition& a, const Transition& b) { return a.alert_id < b.alert_id; });
  return out;
}

namespace {

// The place of each series by name and labels, whatever the order in which a file names them.
std::vector<std::uint32_t> RanksOf(const std::vector<Series>& series) {
  std::vector<std::uint32_t> order(series.size()), out(series.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (series[a].metric != series[b].metric) return series[a].metric < series[b].metric;
    return series[a].labels != series[b].labels ? series[a].labels < series[b].labels : a < b;
  });
  for (std::size_t i = 0; i < order.size(); ++i) out[order[i]] = static_cast<std::uint32_t>(i);
  return out;
}

}  // namespace

std::vector<TrialStep> RunTrial(std::shared_ptr<const RuleSet> rules, TrialInput input, absl::Time start, const TrialOptions& options,
                                const TrialWatcher& look, std::vector<NoRate>* no_rates) {
  Trial trial(std::move(rules), start, options);
  for (SeriesId id = 0; id < input.series.size(); ++id) {
    input.series[id].id = id;
    trial.Define(input.series[id]);
  }
  const std::vector<std::uint32_t> ranks = RanksOf(input.series);
  std::stable_sort(input.points.begin(), input.points.end(), [&](const TrialPoint& a, const TrialPoint& b) {
    if (a.arrives != b.arrives) return a.arrives < b.arrives;
    if (a.sample.time_ms != b.sample.time_ms) return a.sample.time_ms < b.sample.time_ms;
    return ranks[a.sample.series] < ranks[b.sample.series];
  });
  std::sort(input.ticks.begin(), input.ticks.end());
  std::vector<Sample> together;
  auto tick = input.ticks.begin();
  std::sort(input.restarts.begin(), input.restarts.end());
  auto restart = input.restarts.begin();
  for (std::size_t at = 0; at < input.points.size() || tick != input.ticks.end();) {
    absl::Time now = at < input.points.size() ? input.points[at].arrives : absl::InfiniteFuture();
    if (tick != input.ticks.end()) now = std::min(now, *tick);
    together.clear();
    for (; at < input.points.size() && input.points[at].arrives == now; ++at) together.push_back(input.points[at].sample);
    while (tick != input.ticks.end() && *tick == now) ++tick;
    trial.BeginRound(now);
    trial.Observe(together);
    trial.Tick(now);
    if (look) look(now, trial);
    for (; restart != input.restarts.end() && *restart <= now; ++restart) trial.Restart();
  }
  if (no_rates != nullptr) *no_rates = trial.no_rates();
  return trial.steps();
}

}  // namespace nephoscope
