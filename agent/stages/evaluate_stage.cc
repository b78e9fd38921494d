#include "agent/stages/evaluate_stage.h"

#include <algorithm>
#include <utility>

#include "agent/log.h"
#include "agent/status/self_metrics.h"
#include "rules/engine/composites.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kSnapshotEvery = absl::Seconds(30);
constexpr absl::Duration kPresentEvery = absl::Seconds(2);
constexpr std::size_t kMostPresent = 1000;  // at a time: the board is given the rest with the next ones
constexpr absl::Duration kWait = absl::Seconds(1);

}  // namespace

EvaluateStage::EvaluateStage(int thread, int threads, const std::string& agent_group, BatchChannel& in, Channel<Evaluation>& out, Clock& clock, SelfMetrics& metrics,
                             std::function<void()> wake_export)
    : thread_(thread), in_(in), out_(out), clock_(clock), metrics_(metrics), wake_export_(std::move(wake_export)),
      engine_(EngineOptions{.agent_group = agent_group, .shards = ShardsOfThread(thread, threads), .composites = false}),
      next_snapshot_(clock.SinceBoot() + kSnapshotEvery) {}

std::vector<Engine::Unrestored> EvaluateStage::Start(std::shared_ptr<const RuleSet> rules, absl::Span<const InstanceState> states) {
  composites_ = NeedsRounds(*rules);
  engine_.SetRules(std::move(rules), clock_.Now(), changes_);
  std::vector<Engine::Unrestored> lost = engine_.Restore(states);
  HandOn(0, 0);
  return lost;
}

void EvaluateStage::Run() {
  while (Step(kWait)) {
  }
  Snapshot();
  HandOn(0, 0);
  out_.Close();
  wake_export_();
}

bool EvaluateStage::Step(absl::Duration wait) {
  std::unique_ptr<Batch> batch = in_.Receive(wait);
  if (!batch) {
    if (in_.closed()) return false;
  } else {
    Apply(*batch);
    const std::int64_t sent_ns = batch->sent_ns;
    const std::uint64_t round = batch->round;
    in_.Recycle(std::move(batch));
    const bool urgent = !changes_.transitions.empty() ||
                        std::any_of(changes_.instances.begin(), changes_.instances.end(), [](const InstanceState& i) { return i.urgent; });
    if (caught_up_) engine_.TakePresent(kMostPresent, present_);  // people are notified of what is open as it is now
    if (urgent || caught_up_ || (round > 0 && (composites_ || new_rules_))) HandOn(sent_ns, round);
  }
  PresentWhenDue();
  SnapshotWhenDue();
  return true;
}

// After what was judged was handed on, so that the board knows the step that these are the figures of.
void EvaluateStage::PresentWhenDue() {
  const absl::Duration now = clock_.SinceBoot();
  if (!judged_ || now < next_present_) return;
  next_present_ = now + kPresentEvery;
  engine_.TakePresent(kMostPresent, present_);
  judged_ = present_.size() >= kMostPresent;
  if (!present_.empty()) HandOn(0, 0);
}

void EvaluateStage::Apply(const Batch& batch) {
  judged_ = true;
  past_before_ = std::max(past_before_, batch.past_before);
  caught_up_ = caught_up_ || batch.caught_up;
  if (batch.rules) {
    new_rules_ = batch.rules;
    composites_ = batch.composites;
    engine_.SetRules(batch.rules, newest_ == absl::InfinitePast() ? batch.wall : newest_, changes_);
  }
  for (const auto& [id, name] : batch.sources) {
    if (id >= sources_.size()) sources_.resize(id + 1);
    sources_[id].name = name;
    engine_.NameSource(id, name);
  }
  engine_.Forget(batch.gone, changes_);
  for (const Series& series : batch.series) engine_.DefineSeries(series);
  for (const auto& [id, delay] : batch.delays) engine_.SetDelay(id, delay);
  engine_.Observe(batch.samples, changes_);
  for (const auto& [source, time] : batch.watermarks) {
    engine_.Advance(source, time, changes_);
    newest_ = std::max(newest_, time);
    if (source >= sources_.size() || sources_[source].name.empty() || time <= sources_[source].read_to) continue;
    sources_[source].read_to = time;
    sources_[source].told = false;
  }
  if (batch.wall != absl::InfinitePast()) engine_.AdvanceClock(batch.wall, changes_);
  for (const NoRate& one : changes_.no_rates) {
    LogWarning(ToText(one), {{"alert", one.rule}});
    metrics_.RuleError(one.rule, "no_rate");
  }
  changes_.no_rates.clear();
}

void EvaluateStage::HandOn(std::int64_t sent_ns, std::uint64_t round) {
  const Engine::Stats stats = engine_.stats();
  metrics_.Engine(thread_, {.samples = static_cast<double>(stats.samples), .late = static_cast<double>(stats.late),
                            .restated = static_cast<double>(stats.restated), .evaluations = static_cast<double>(stats.evaluations),
                            .series = static_cast<double>(stats.series), .instances = static_cast<double>(stats.instances)});
  if (changes_.empty() && round == 0 && progress_.empty() && present_.empty() && !caught_up_) return;
  auto evaluation = std::make_unique<Evaluation>();
  std::swap(evaluation->changes, changes_);
  std::swap(evaluation->progress, progress_);
  std::swap(evaluation->present, present_);
  evaluation->past_before = std::exchange(past_before_, absl::InfinitePast());
  evaluation->caught_up = std::exchange(caught_up_, false);
  evaluation->sent_ns = evaluation->changes.empty() ? 0 : sent_ns;
  evaluation->round = round;
  evaluation->rules = std::exchange(new_rules_, nullptr);
  evaluation->newest = newest_;
  out_.Send(std::move(evaluation));
  wake_export_();
}

void EvaluateStage::SnapshotWhenDue() {
  const absl::Duration now = clock_.SinceBoot();
  if (now < next_snapshot_) return;
  next_snapshot_ = now + kSnapshotEvery;
  Snapshot();
  HandOn(0, 0);
}

void EvaluateStage::Snapshot() {
  engine_.Snapshot(changes_);
  for (Source& source : sources_)
    if (!std::exchange(source.told, true)) progress_.emplace_back(source.name, source.read_to);
}

}  // namespace nephoscope
