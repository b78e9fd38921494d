#include "tests/simulation/simulated_agent.h"

#include "exporters/events/cloud_event.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

constexpr char kPath[] = "/data/nephoscope.db";

int TickOf(absl::Time time) { return static_cast<int>((time - World::At(0)) / absl::Minutes(1)); }

void Feed(Engine& engine, const World& world, SourceId source, int from, int to, Changes& changes) {
  std::vector<Sample> samples;
  for (int tick = from; tick <= to; ++tick)
    for (const Sample& sample : world.Samples(source, tick)) samples.push_back(sample);
  engine.Observe(samples, changes);
  engine.Advance(source, World::At(to), changes);
}

}  // namespace

absl::Status SimulatedAgent::Start() {
  absl::StatusOr<Store::Opened> opened = Store::Open({.path = kPath, .files = &disk_, .synced = variant_ != Variant::kCommitsWithoutSync});
  if (!opened.ok()) return opened.status();
  quarantined_ = opened->quarantined;
  store_ = std::move(opened->store);
  const absl::StatusOr<std::vector<InstanceState>> states = store_->Instances();
  if (!states.ok()) return states.status();
  const absl::StatusOr<std::vector<SourceCursor>> cursors = store_->Cursors();
  if (!cursors.ok()) return cursors.status();
  for (const SourceCursor& cursor : *cursors) (cursor.source == "metrics" ? metrics_read_to_ : probes_found_) = TickOf(cursor.watermark);
  engine_ = MakeEngine(world_, *states);
  pump_ = std::make_unique<OutboxPump>(*store_, "kafka", /*window=*/8);
  return absl::OkStatus();
}

void SimulatedAgent::Poll(int tick) {
  tick_ = tick;
  Feed(*engine_, world_, kMetrics, metrics_read_to_ + 1, tick, changes_);
  metrics_read_to_ = tick;
  Feed(*engine_, world_, kProbes, tick, tick, changes_);
  probe_ticks_open_.push_back(tick);
  if (tick % snapshot_every_ != 0) return;
  engine_->Snapshot(changes_);
  snapshot_tick_ = tick;
}

absl::Status SimulatedAgent::Commit() {
  struct Commit commit;
  commit.recorded = World::At(tick_);
  for (const Transition& transition : changes_.transitions) {
    commit.transitions.push_back({&transition, ToCloudEvent(transition, "simulation", commit.recorded)});
    commit.outbox.push_back({0, "kafka", transition.event_id, transition.alert_id, commit.transitions.back().event_json});
  }
  commit.instances = changes_.instances;
  commit.cursors.push_back({"probes", World::At(tick_)});
  if (snapshot_tick_ > 0) commit.cursors.push_back({"metrics", World::At(snapshot_tick_)});
  if (absl::Status s = store_->Apply(commit); !s.ok()) return s;
  for (const OutboxRow& row : commit.outbox) events_committed_.push_back(row.event_id);
  probe_ticks_committed_.insert(probe_ticks_committed_.end(), probe_ticks_open_.begin(), probe_ticks_open_.end());
  probe_ticks_open_.clear();
  changes_.clear();
  snapshot_tick_ = 0;
  return absl::OkStatus();
}

absl::Status SimulatedAgent::Send(FakeKafka& kafka) {
  if (variant_ != Variant::kMarksBeforeItSends) return pump_->Step([&kafka](const OutboxRow& row) { return kafka.Send(row); });
  const absl::StatusOr<std::vector<OutboxRow>> rows = store_->Pending("kafka", 0, 8);
  if (!rows.ok()) return rows.status();
  for (const OutboxRow& row : *rows) {
    if (absl::Status s = store_->MarkDelivered({row.id}); !s.ok()) return s;
    if (!kafka.Send(row)) break;
  }
  return absl::OkStatus();
}

absl::Status SimulatedAgent::Hear(FakeKafka& kafka, const KafkaFaults& faults, Dice& dice) {
  for (const auto& [id, status] : kafka.Poll(faults, dice)) pump_->OnResult(id, status);
  return pump_->FlushMarks();
}

std::vector<Transition> ReferenceRun(const World& world, const std::set<int>& probe_ticks) {
  const std::unique_ptr<Engine> engine = MakeEngine(world, {});
  Changes changes;
  for (int tick = 1; tick <= World::kTicks; ++tick) {
    Feed(*engine, world, kMetrics, tick, tick, changes);
    if (probe_ticks.count(tick) > 0) Feed(*engine, world, kProbes, tick, tick, changes);
  }
  return changes.transitions;
}

}  // namespace nephoscope
