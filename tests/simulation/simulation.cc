#include "tests/simulation/simulation.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "exporters/events/cloud_event.h"

namespace nephoscope {
namespace {

// Each schedule has its own mixture.
struct FaultRates {
  double crash_at_disk_call, crash_between_steps, power_cut, stays_down, disk_full, disk_error;
  KafkaFaults kafka;

  explicit FaultRates(Dice& dice) {
    const auto rate = [&dice](double highest) { return dice.Rolls(0.3) ? 0 : highest * static_cast<double>(dice.Below(100)) / 100; };
    crash_at_disk_call = rate(0.4), crash_between_steps = rate(0.1), power_cut = dice.Rolls(0.5) ? 1 : 0.5, stays_down = rate(0.7);
    disk_full = rate(0.15), disk_error = rate(0.15);
    kafka.down = rate(0.8), kafka.lost_ack = rate(0.4), kafka.duplicate = rate(0.3);
  }
};

// What the event says, but for the moment at which we knew.
std::string Meaning(const Transition& t) {
  return absl::StrCat(t.event_id, " ", t.rule.name, t.labels.ToString(), " ", ToText(t.type), " ", ToText(t.status), " ",
                      ToText(t.severity), " sequence ", t.sequence, " at ", absl::FormatTime(t.time, absl::UTCTimeZone()));
}

class Schedule {
 public:
  Schedule(std::uint64_t seed, Variant variant)
      : world_(seed), dice_(seed), rates_(dice_), disk_(seed), variant_(variant), snapshot_every_(1 + static_cast<int>(dice_.Below(7))) {}

  Outcome Run() {
    for (int tick = 1; tick < World::kTicks; ++tick) Tick(tick);
    rates_.crash_at_disk_call = rates_.crash_between_steps = rates_.stays_down = rates_.disk_full = rates_.disk_error = 0;
    rates_.kafka = {};
    disk_.CrashAt(0);
    disk_.FailAt(0, SQLITE_OK);
    for (int round = 0; round < 200 && !drained_; ++round) Drain();
    if (!drained_)
      Fail("the outbox is not empty 200 rounds after the faults ended");
    else
      JudgeAll();
    Stop();
    return outcome_;
  }

 private:
  void Tick(int tick) {
    if (!Running(tick)) return;
    ArmDisk();
    agent_->Poll(tick);
    if (CrashedHere()) return;
    if (!agent_->Commit().ok()) ++outcome_.refused_commits;
    if (CrashedHere()) return;
    agent_->Send(kafka_).IgnoreError();
    if (CrashedHere()) return;
    agent_->Hear(kafka_, rates_.kafka, dice_).IgnoreError();
    CrashedHere();
  }

  void Drain() {
    if (!polled_last_) {
      Tick(World::kTicks);
      polled_last_ = agent_ != nullptr && agent_->probe_ticks_open().empty();
      return;
    }
    agent_->Send(kafka_).IgnoreError();
    agent_->Hear(kafka_, {}, dice_).IgnoreError();
    const absl::StatusOr<Store::OutboxStats> stats = agent_->store().Outbox();
    drained_ = stats.ok() && stats->depth == 0;
  }

  bool Running(int tick) {
    if (agent_) return true;
    if (tick < World::kTicks && dice_.Rolls(rates_.stays_down)) return false;
    ArmDisk();
    agent_ = std::make_unique<SimulatedAgent>(world_, disk_, variant_, snapshot_every_);
    const absl::Status started = agent_->Start();
    if (!agent_->quarantined().empty()) Fail("the database was put aside after a crash");
    if (disk_.crashed()) return CrashNow(), false;
    if (!started.ok()) return agent_.reset(), false;  // full or failing: started again later
    AccountForProbes();
    return true;
  }

  void ArmDisk() {
    disk_.set_capacity(dice_.Rolls(rates_.disk_full) ? disk_.size() : std::int64_t{1} << 40);
    if (dice_.Rolls(rates_.disk_error)) disk_.FailAt(1 + dice_.Below(12), dice_.Rolls(0.5) ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC);
    if (dice_.Rolls(rates_.crash_at_disk_call)) disk_.CrashAt(1 + dice_.Below(30));
  }

  bool CrashedHere() {
    if (dice_.Rolls(rates_.crash_between_steps)) disk_.Crash();
    if (!disk_.crashed()) return false;
    CrashNow();
    return true;
  }

  void CrashNow() {
    disk_.Crash();
    Stop();
    disk_.Restart(dice_.Rolls(rates_.power_cut) ? FaultVfs::Stop::kPowerCut : FaultVfs::Stop::kKilled);
    kafka_.ProducerDied(dice_);
    ++outcome_.crashes;
  }

  // Keeps what the agent was told is on disk, then lets it go.
  void Stop() {
    if (!agent_) return;
    acknowledged_.insert(agent_->events_committed().begin(), agent_->events_committed().end());
    probe_ticks_.insert(agent_->probe_ticks_committed().begin(), agent_->probe_ticks_committed().end());
    in_doubt_.insert(agent_->probe_ticks_open().begin(), agent_->probe_ticks_open().end());
    agent_.reset();
  }

  // A commit that was not acknowledged may have reached the disk all the same.
  void AccountForProbes() {
    for (const int tick : in_doubt_)
      if (tick <= agent_->probes_found()) probe_ticks_.insert(tick);
    in_doubt_.clear();
    if (!probe_ticks_.empty() && *probe_ticks_.rbegin() > agent_->probes_found()) Fail("an acknowledged commit is not on the disk");
  }

  void JudgeAll() {
    acknowledged_.insert(agent_->events_committed().begin(), agent_->events_committed().end());
    probe_ticks_.insert(agent_->probe_ticks_committed().begin(), agent_->probe_ticks_committed().end());
    if (const absl::StatusOr<std::int64_t> chain = agent_->store().VerifyChain(); !chain.ok()) Fail(std::string(chain.status().message()));
    JudgeTopic();
  }

  void JudgeTopic() {
    std::map<std::string, std::string> arrived;  // event id -> meaning
    std::map<std::string, std::uint64_t> last;   // alert -> sequence
    for (const OutboxRow& row : kafka_.topic()) {
      if (arrived.count(row.event_id) > 0) {
        ++outcome_.duplicates;
        continue;
      }
      const absl::StatusOr<AlertSnapshot> event = FromCloudEvent(row.payload);
      if (!event.ok()) return Fail(absl::StrCat("an event cannot be read: ", event.status().message()));
      arrived[row.event_id] = Meaning(event->last);
      if (event->last.sequence != last[row.key] + 1) Fail(absl::StrCat("after sequence ", last[row.key], " comes ", arrived[row.event_id]));
      last[row.key] = event->last.sequence;
    }
    for (const std::string& id : acknowledged_)
      if (arrived.count(id) == 0) Fail("an acknowledged event was lost: " + id);
    CompareWithReference(arrived);
  }

  void CompareWithReference(std::map<std::string, std::string>& arrived) {
    for (const Transition& t : ReferenceRun(world_, probe_ticks_)) {
      ++outcome_.events;
      const auto found = arrived.find(t.event_id);
      if (found == arrived.end()) {
        Fail("lost: " + Meaning(t));
        continue;
      }
      if (found->second != Meaning(t)) Fail(absl::StrCat("arrived: ", found->second, ", expected: ", Meaning(t)));
      arrived.erase(found);
    }
    for (const auto& [id, meaning] : arrived) Fail("nobody should have sent: " + meaning);
  }

  void Fail(std::string what) {
    if (outcome_.failure.empty()) outcome_.failure = std::move(what);
  }

  World world_;
  Dice dice_;
  FaultRates rates_;
  FaultVfs disk_;
  Variant variant_;
  int snapshot_every_;
  FakeKafka kafka_;
  std::unique_ptr<SimulatedAgent> agent_;
  std::set<int> probe_ticks_, in_doubt_;  // seen and on disk; seen, and perhaps on disk
  std::set<std::string> acknowledged_;    // event ids
  bool polled_last_ = false, drained_ = false;
  Outcome outcome_;
};

}  // namespace

Outcome Simulate(std::uint64_t seed, Variant variant) { return Schedule(seed, variant).Run(); }

}  // namespace nephoscope
