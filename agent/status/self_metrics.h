// SelfMetrics: the agent's own telemetry, in prometheus-cpp. Handles are kept; nothing is looked up per sample.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace prometheus {
class Registry;
}

namespace nephoscope {

// Any thread. Names follow rules.md section 6 and the Prometheus naming practice, prefix nephoscope_.
class SelfMetrics {
 public:
  SelfMetrics();
  ~SelfMetrics();

  const prometheus::Registry& registry() const;

  // Poll stage.
  void Polled(const std::string& collector, bool ok, double now_seconds);
  // Rounds whose time passed while the one before was not over, or nobody looked.
  void RoundsMissed(const std::string& collector, double rounds);
  void TicksMissed(double ticks);
  // The machine's wall clock was set, by so many seconds.
  void ClockStep(double seconds);
  // 1 while the collector has what it should have (Collector::Health) and its newest round did not fail.
  void CollectorUp(const std::string& collector, bool ok);
  void Rejected(const std::string& collector, double records);
  void Sent(double samples, double series_known);
  void SeriesDropped(double count);
  void Watermark(const std::string& source, double lag_seconds);
  void ArrivalDelay(const std::string& source, double seconds);

  // Evaluate stage: totals since start, per engine thread.
  struct EngineTotals {
    double samples = 0, late = 0, restated = 0, evaluations = 0, series = 0, instances = 0;
  };
  void Engine(int thread, const EngineTotals& totals);
  // A rule that cannot judge all it should; `reason`: no_rate.
  void RuleError(const std::string& alertname, const std::string& reason);
  // How many series each rule looks at, by alertname; of rules that are gone nothing is shown any more.
  void MatchedSeries(const std::map<std::string, double>& by_rule);
  void Latency(double arrival_to_commit_seconds);

  // Export stage.
  void Transition(const std::string& alertname, const std::string& to);
  void Notified(const std::string& receiver, const std::string& result);
  void Suppressed(const std::string& reason);
  void Committed(double seconds, bool ok);
  void Outbox(double depth, double parked, double oldest_seconds);
  void ExporterUp(const std::string& exporter, bool ok);

  // Rule files.
  void Reloaded(const std::string& file, bool ok, double now_seconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nephoscope
