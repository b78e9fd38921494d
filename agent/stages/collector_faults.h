// CollectorFaults: what is wrong with one collector, each thing once: for the log, /-/ready and the metrics.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "agent/collectors/collector.h"
#include "agent/stages/sample_router.h"

namespace nephoscope {

class Readiness;
class SelfMetrics;

// I/O thread only.
class CollectorFaults {
 public:
  // A thing that fails: the target it belongs to, its mark in the plan and the address that was asked.
  struct What {
    std::string target;
    std::uint64_t tag = 0;
    std::string address;
    friend auto operator<=>(const What&, const What&) = default;
  };
  static What Plan(const std::string& target) { return {target, ~std::uint64_t{0}, ""}; }
  static What Health(const std::string& target) { return {target, ~std::uint64_t{0} - 1, ""}; }

  CollectorFaults(std::string collector, Readiness& readiness, SelfMetrics& metrics);

  // `round`: of the target. Logged once, and again when it changes.
  void Fail(const What& what, std::uint64_t round, const absl::Status& status);
  void Clear(const What& what);
  // Forgets what failed in earlier rounds of `target` and was not asked for in this one.
  void EndRound(const std::string& target, std::uint64_t round);
  void Forget(const std::string& target) { EndRound(target, ~std::uint64_t{0}); }
  bool none() const { return failures_.empty(); }
  bool none_of(const std::string& target) const;
  void Report() const;

  // Logs records that could not be read, each once, and notes of the collector.
  void Rejected(const SampleRouter::Rejected& rejected);

 private:
  struct Failure {
    absl::Status status;
    std::uint64_t round = 0;  // the newest that it failed in
  };

  const std::string collector_;
  Readiness& readiness_;
  SelfMetrics& metrics_;
  std::map<What, Failure> failures_;
  std::set<std::string> rejected_;  // records that the log has named
};

}  // namespace nephoscope
