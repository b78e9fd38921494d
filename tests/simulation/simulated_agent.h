// SimulatedAgent: one process of the agent, from start to crash: the real engine, store, events and pump on one thread.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/store/outbox_pump.h"
#include "agent/store/store.h"
#include "rules/engine/engine.h"
#include "tests/agent/store/fault_vfs.h"
#include "tests/simulation/fake_kafka.h"
#include "tests/simulation/world.h"

namespace nephoscope {

// The agent as it is, and two with a fault put in on purpose: the simulation must catch these.
enum class Variant { kReal, kMarksBeforeItSends, kCommitsWithoutSync };

class SimulatedAgent {
 public:
  // `snapshot_every`: ticks between snapshots of all instances.
  SimulatedAgent(const World& world, FaultVfs& disk, Variant variant, int snapshot_every)
      : world_(world), disk_(disk), variant_(variant), snapshot_every_(snapshot_every) {}

  // Opens the store and goes on where it stood. Not OK: not running (the disk failed or stopped).
  absl::Status Start();

  // Reads the metrics since they were last read, and the probes of this tick; evaluates.
  void Poll(int tick);
  // What changed, in one transaction; tried again with what comes when it fails.
  absl::Status Commit();
  // What is committed and not delivered goes to Kafka.
  absl::Status Send(FakeKafka& kafka);
  // What became of it.
  absl::Status Hear(FakeKafka& kafka, const KafkaFaults& faults, Dice& dice);

  Store& store() { return *store_; }
  // Ticks up to which the probes that were seen are on disk, as Start found.
  int probes_found() const { return probes_found_; }
  const std::vector<int>& probe_ticks_committed() const { return probe_ticks_committed_; }
  const std::vector<int>& probe_ticks_open() const { return probe_ticks_open_; }  // seen, not committed
  const std::vector<std::string>& events_committed() const { return events_committed_; }
  const std::string& quarantined() const { return quarantined_; }

 private:
  const World& world_;
  FaultVfs& disk_;
  Variant variant_;
  int snapshot_every_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<OutboxPump> pump_;
  Changes changes_;
  int tick_ = 0, metrics_read_to_ = 0, probes_found_ = 0;
  int snapshot_tick_ = 0;  // of a snapshot in changes_; 0: none
  std::vector<int> probe_ticks_open_, probe_ticks_committed_;
  std::vector<std::string> events_committed_;
  std::string quarantined_;
};

// The same engine on the same input without store, crash or Kafka: the transitions that must exist. The probes are those of
// `probe_ticks`.
std::vector<Transition> ReferenceRun(const World& world, const std::set<int>& probe_ticks);

}  // namespace nephoscope
