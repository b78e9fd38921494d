#include "agent/status/self_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "rules/model/own_metrics.h"

namespace nephoscope {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

Family<Counter>& Counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& Gauges(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Histogram& Seconds(Registry& registry, const char* name, const char* help) {
  const Histogram::BucketBoundaries bounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5};
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

// Totals that are counted elsewhere: raises `counter` to `total`.
void RaiseTo(Counter& counter, double total) {
  if (const double more = total - counter.Value(); more > 0) counter.Increment(more);
}

}  // namespace

struct SelfMetrics::Impl {
  Registry registry;
  Family<Gauge>& build = Gauges(registry, kBuildInfoMetric, "The running version.");
  Family<Counter>& polls = Counters(registry, "nephoscope_collector_polls_total", "Answers read from providers, by result.");
  Family<Gauge>& collector_up = Gauges(registry, "nephoscope_collector_up", "1 while a collector gives what it should, 0 while /-/ready says what is wrong with it.");
  Family<Counter>& rounds_missed = Counters(registry, "nephoscope_collector_rounds_missed_total", "Rounds of a target whose time passed while the one before was not over, or while the agent stood still.");
  Counter& ticks_missed = Counters(registry, "nephoscope_ticks_missed_total", "Seconds of the clock that were not looked at: the agent stood still, paused or starved.").Add({});
  Family<Counter>& clock_steps = Counters(registry, "nephoscope_clock_steps_total", "How often the machine's clock was set, by direction.");
  Family<Gauge>& last_poll = Gauges(registry, "nephoscope_collector_last_success_timestamp_seconds", "When a collector last had a good answer.");
  Family<Counter>& rejected = Counters(registry, "nephoscope_rejected_records_total", "Records that could not be read; the others counted all the same.");
  Counter& samples_sent = Counters(registry, "nephoscope_samples_sent_total", "Samples handed to evaluation.").Add({});
  Gauge& series_known = Gauges(registry, "nephoscope_series", "Series seen since the start.").Add({});
  Counter& series_dropped = Counters(registry, "nephoscope_series_dropped_total", "Samples of series beyond the limit of series.").Add({});
  Family<Gauge>& lag = Gauges(registry, "nephoscope_watermark_lag_seconds", "How far a source is behind the wall clock.");
  Family<Gauge>& delay = Gauges(registry, "nephoscope_arrival_delay_seconds", "How long after their time the points of a source usually arrive, of its latest series; allowed for in windows and silence.");
  Family<Counter>& samples = Counters(registry, "nephoscope_samples_evaluated_total", "Samples that rules have seen.");
  Family<Counter>& late = Counters(registry, "nephoscope_late_points_total", "Points that came after their window was judged.");
  Family<Counter>& restated = Counters(registry, "nephoscope_restated_cells_total", "Cost cells that were restated.");
  Family<Counter>& evaluations = Counters(registry, "nephoscope_rule_evaluations_total", "Judgements of one alert instance.");
  Family<Counter>& rule_errors = Counters(registry, "nephoscope_rule_errors_total", "Data that a rule had to leave out, by reason: no_rate is a currency without a rate.");
  Family<Gauge>& matched = Gauges(registry, "nephoscope_rule_matched_series", "Series that a rule looks at; a rule with 0 can never fire.");
  std::map<std::string, Gauge*> matched_of;
  Family<Gauge>& watched = Gauges(registry, "nephoscope_watched_series", "Series that at least one rule looks at.");
  Family<Gauge>& instances = Gauges(registry, "nephoscope_alert_instances", "Groups that rules keep state for.");
  Histogram& latency = Seconds(registry, "nephoscope_arrival_to_commit_seconds", "From a sample's hand-over to the commit of what it changed.");
  Family<Counter>& transitions = Counters(registry, "nephoscope_alert_transitions_total", "Steps in the life of alerts.");
  Family<Counter>& notified = Counters(registry, "nephoscope_notifications_total", "Events delivered to receivers, by result.");
  Family<Counter>& suppressed = Counters(registry, "nephoscope_notifications_suppressed_total", "Transitions that were recorded but not sent, by reason.");
  Histogram& commit = Seconds(registry, "nephoscope_commit_seconds", "Duration of database commits.");
  Counter& commit_failed = Counters(registry, "nephoscope_commit_failures_total", "Database commits that failed and were tried again.").Add({});
  Gauge& outbox_depth = Gauges(registry, "nephoscope_outbox_depth", "Events that wait for delivery.").Add({});
  Gauge& outbox_parked = Gauges(registry, "nephoscope_outbox_parked", "Events that a receiver refused for good.").Add({});
  Gauge& outbox_oldest = Gauges(registry, "nephoscope_outbox_oldest_seconds", "Age of the oldest event that waits.").Add({});
  Family<Gauge>& exporter_up = Gauges(registry, "nephoscope_exporter_up", "1 while a receiver takes events.");
  Family<Gauge>& reload_ok = Gauges(registry, kConfigReloadOkMetric, "1 when the present text of a rule file is in force, 0 when its last good version is.");
  Family<Gauge>& reload_time = Gauges(registry, "nephoscope_config_reload_timestamp_seconds", "When a rule file was last read.");
};

SelfMetrics::SelfMetrics() : impl_(std::make_unique<Impl>()) { impl_->build.Add({{"version", NEPHOSCOPE_VERSION}}).Set(1); }
SelfMetrics::~SelfMetrics() = default;

const Registry& SelfMetrics::registry() const { return impl_->registry; }

void SelfMetrics::Polled(const std::string& collector, bool ok, double now_seconds) {
  impl_->polls.Add({{"collector", collector}, {"result", ok ? "ok" : "error"}}).Increment();
  if (ok) impl_->last_poll.Add({{"collector", collector}}).Set(now_seconds);
}

void SelfMetrics::RoundsMissed(const std::string& collector, double rounds) {
  impl_->rounds_missed.Add({{"collector", collector}}).Increment(rounds);
}

void SelfMetrics::TicksMissed(double ticks) { impl_->ticks_missed.Increment(ticks); }

void SelfMetrics::ClockStep(double seconds) {
  impl_->clock_steps.Add({{"direction", seconds > 0 ? "forward" : "back"}}).Increment();
}

void SelfMetrics::CollectorUp(const std::string& collector, bool ok) { impl_->collector_up.Add({{"collector", collector}}).Set(ok ? 1 : 0); }

void SelfMetrics::Rejected(const std::string& collector, double records) { impl_->rejected.Add({{"collector", collector}}).Increment(records); }

void SelfMetrics::Sent(double samples, double series_known) {
  impl_->samples_sent.Increment(samples);
  impl_->series_known.Set(series_known);
}

void SelfMetrics::SeriesDropped(double count) { impl_->series_dropped.Increment(count); }

void SelfMetrics::Watermark(const std::string& source, double lag_seconds) { impl_->lag.Add({{"source", source}}).Set(lag_seconds); }

void SelfMetrics::ArrivalDelay(const std::string& source, double seconds) { impl_->delay.Add({{"source", source}}).Set(seconds); }

void SelfMetrics::Engine(int thread, const EngineTotals& totals) {
  const prometheus::Labels labels = {{"evaluator", std::to_string(thread)}};
  RaiseTo(impl_->samples.Add(labels), totals.samples);
  RaiseTo(impl_->late.Add(labels), totals.late);
  RaiseTo(impl_->restated.Add(labels), totals.restated);
  RaiseTo(impl_->evaluations.Add(labels), totals.evaluations);
  impl_->watched.Add(labels).Set(totals.series);
  impl_->instances.Add(labels).Set(totals.instances);
}

void SelfMetrics::RuleError(const std::string& alertname, const std::string& reason) { impl_->rule_errors.Add({{"alertname", alertname}, {"reason", reason}}).Increment(); }

void SelfMetrics::MatchedSeries(const std::map<std::string, double>& by_rule) {
  std::map<std::string, Gauge*>& shown = impl_->matched_of;
  for (auto it = shown.begin(); it != shown.end();) {
    if (by_rule.count(it->first) == 0) impl_->matched.Remove(it->second), it = shown.erase(it);
    else ++it;
  }
  for (const auto& [rule, series] : by_rule) {
    Gauge*& gauge = shown[rule];
    if (gauge == nullptr) gauge = &impl_->matched.Add({{"alertname", rule}});
    gauge->Set(series);
  }
}

void SelfMetrics::Latency(double seconds) { impl_->latency.Observe(seconds); }

void SelfMetrics::Transition(const std::string& alertname, const std::string& to) {
  impl_->transitions.Add({{"alertname", alertname}, {"to", to}}).Increment();
}

void SelfMetrics::Notified(const std::string& receiver, const std::string& result) {
  impl_->notified.Add({{"receiver", receiver}, {"result", result}}).Increment();
}

void SelfMetrics::Suppressed(const std::string& reason) { impl_->suppressed.Add({{"reason", reason}}).Increment(); }

void SelfMetrics::Committed(double seconds, bool ok) {
  impl_->commit.Observe(seconds);
  if (!ok) impl_->commit_failed.Increment();
}

void SelfMetrics::Outbox(double depth, double parked, double oldest_seconds) {
  impl_->outbox_depth.Set(depth);
  impl_->outbox_parked.Set(parked);
  impl_->outbox_oldest.Set(oldest_seconds);
}

void SelfMetrics::ExporterUp(const std::string& exporter, bool ok) { impl_->exporter_up.Add({{"exporter", exporter}}).Set(ok ? 1 : 0); }

void SelfMetrics::Reloaded(const std::string& file, bool ok, double now_seconds) {
  impl_->reload_ok.Add({{"file", file}}).Set(ok ? 1 : 0);
  impl_->reload_time.Add({{"file", file}}).Set(now_seconds);
}

}  // namespace nephoscope
