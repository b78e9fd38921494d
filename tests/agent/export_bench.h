// An export stage with its own store, clock and one receiver that writes down what it is sent.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/stages/export_stage.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "exporters/events/cloud_event.h"
#include "rules/language/language.h"
#include "tests/agent/fakes.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {

class FakeExporter : public Exporter {
 public:
  struct Seen {
    std::vector<std::string> events, payloads;
    std::vector<DeliveryResult> results;  // handed out by the next Poll
    bool accept = true, acknowledge = true;
    std::size_t last_sync = 0;
    std::vector<std::string> last_notify;  // of the first alert of the last Sync
    Receivers receivers;
    absl::Status health;
  };
  explicit FakeExporter(Seen& seen, bool record = false) : seen_(seen), record_(record), name_(record ? "record" : "fake") {}
  const std::string& name() const override { return name_; }
  bool wants_events() const override { return true; }
  bool wants_record() const override { return record_; }
  bool Send(const Delivery& delivery) override {
    if (!seen_.accept) return false;
    seen_.events.push_back(delivery.event_id);
    seen_.payloads.push_back(delivery.payload);
    if (seen_.acknowledge) seen_.results.push_back({delivery.id, absl::OkStatus()});
    return true;
  }
  void Poll(std::vector<DeliveryResult>& results) override { std::swap(results, seen_.results); }
  void Sync(absl::Span<const AlertSnapshot> alerts, absl::Time) override {
    seen_.last_sync = alerts.size();
    seen_.last_notify = alerts.empty() ? std::vector<std::string>() : alerts[0].last.notify;
  }
  void SetReceivers(const Receivers& receivers) override { seen_.receivers = receivers; }
  absl::Status health() const override { return seen_.health; }

 private:
  Seen& seen_;
  const bool record_;
  const std::string name_;
};

// The real store until `full`; then it takes nothing more.
class FillingStore : public Store {
 public:
  explicit FillingStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  absl::Status Apply(const Commit& commit) override { return full ? absl::ResourceExhaustedError("the disk is full") : store_->Apply(commit); }
  absl::StatusOr<std::vector<OutboxRow>> Pending(absl::string_view receiver, std::int64_t after, int limit) override { return store_->Pending(receiver, after, limit); }
  absl::Status MarkDelivered(absl::Span<const std::int64_t> ids) override { return store_->MarkDelivered(ids); }
  absl::Status Park(std::int64_t id, absl::string_view reason) override { return store_->Park(id, reason); }
  absl::StatusOr<OutboxStats> Outbox() override { return store_->Outbox(); }
  absl::StatusOr<std::vector<InstanceState>> Instances() override { return store_->Instances(); }
  absl::StatusOr<std::vector<SourceCursor>> Cursors() override { return store_->Cursors(); }
  absl::StatusOr<std::vector<std::string>> LatestEvents(absl::Time since) override { return store_->LatestEvents(since); }
  absl::Time last_recorded() const override { return store_->last_recorded(); }
  absl::StatusOr<std::int64_t> VerifyChain() override { return store_->VerifyChain(); }
  bool full = false;

 private:
  std::unique_ptr<Store> store_;
};

inline std::unique_ptr<Evaluation> Firing(const std::string& rule, int n) {
  auto out = std::make_unique<Evaluation>();
  Transition& t = out->changes.transitions.emplace_back();
  t.event_id = "event" + std::to_string(n);
  t.alert_id = "alert" + std::to_string(n);
  t.sequence = 1;
  t.type = EventType::kFiring;
  t.status = AlertState::kFiring;
  t.rule.name = t.rule.id = rule;
  t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000);
  t.summary = "it happened";
  out->changes.instances.push_back({t.alert_id, rule, 0, "state", true});
  return out;
}

struct Bench {
  // `with_record`: a second receiver, that keeps the record.
  explicit Bench(bool with_record = false) : channel(16), with_record_(with_record) { Restart(); }

  void Restart() {
    stage.reset();
    store.reset();
    absl::StatusOr<Store::Opened> opened = Store::Open({.path = dir / "nephoscope.db"});
    BOOST_REQUIRE(opened.ok());
    store = std::make_unique<FillingStore>(std::move(opened->store));
    std::vector<std::unique_ptr<Exporter>> exporters;
    exporters.push_back(std::make_unique<FakeExporter>(seen));
    if (with_record_) exporters.push_back(std::make_unique<FakeExporter>(record, true));
    stage = std::make_unique<ExportStage>(ExportParts{"agent", &clock, store.get(), &http, &board, &metrics, &readiness}, std::move(exporters), std::vector<Channel<Evaluation>*>{&channel});
    BOOST_REQUIRE(stage->Start().ok());
  }
  void Steps(int n) {
    for (int i = 0; i < n; ++i) stage->Step(absl::ZeroDuration());
  }

  TempDir dir;
  FakeClock clock;
  FakeHttp http;
  AlertBoard board;
  SelfMetrics metrics;
  Readiness readiness;
  FakeExporter::Seen seen, record;
  Channel<Evaluation> channel;
  std::unique_ptr<FillingStore> store;
  std::unique_ptr<ExportStage> stage;
  const bool with_record_;
};

inline constexpr char kRunaway[] = R"(apiVersion: rules/v1
rules:
  - alert: a
    kind: threshold
    watch: {metric: a, by: [account]}
    when: {above: 1}
  - alert: b
    kind: threshold
    watch: {metric: b, by: [account]}
    when: {above: 1}
  - alert: whole
    kind: composite
    all_of: [a, b]
    same: [account]
    replaces_parts: true
    severity: critical
)";

// Alerts of `a` and `b`, and the composite of both that replaces them.
struct Runaway : Bench {
  explicit Runaway(const char* yaml = kRunaway, bool with_record = false) : Bench(with_record), yaml_(yaml) { Begin(); }
  void Begin() {
    const SourceFile file{"r.yaml", yaml_};
    const LoadedRules loaded = LoadRules({&file, 1});
    BOOST_REQUIRE(loaded.diagnostics.empty());
    const std::vector<InstanceState> states = *store->Instances();
    BOOST_TEST(stage->StartComposites(loaded.rules, states, {}).empty());
    stage->SetRules(loaded.rules);
    rules = loaded.rules;
  }
  void Say(const std::string& rule, const std::string& account, EventType type, Severity severity = Severity::kWarning) {
    auto evaluation = std::make_unique<Evaluation>();
    Transition& t = evaluation->changes.transitions.emplace_back();
    t.alert_id = rule + account;
    t.sequence = ++sequence[t.alert_id];
    t.event_id = t.alert_id + "-" + std::to_string(t.sequence);
    t.type = type;
    t.status = type == EventType::kResolved ? AlertState::kInactive : AlertState::kFiring;
    t.severity = severity;
    t.rule.name = t.rule.id = rule;
    t.labels = Labels(std::vector<Label>{{"account", account}});
    t.time = t.starts_at = absl::FromUnixSeconds(1'800'000'000) + absl::Seconds(++clock_of_data);
    evaluation->newest = t.time;
    evaluation->round = ++round;
    channel.Send(std::move(evaluation));
    Steps(4);
  }
  // What was sent since the last call; the composite's own events by their type.
  std::vector<std::string> Sent() {
    std::vector<std::string> out;
    for (; told < seen.events.size(); ++told) {
      std::string event = seen.events[told];
      for (const AlertSnapshot& alert : board.All())
        if (alert.last.event_id == event && alert.last.rule.name == "whole") event = std::string("whole ") + ToText(alert.last.type);
      out.push_back(event);
    }
    return out;
  }
  const char* yaml_;
  std::shared_ptr<const RuleSet> rules;
  std::map<std::string, std::uint64_t> sequence;
  std::uint64_t round = 0;
  int clock_of_data = 0;
  std::size_t told = 0;
};
using Sent = std::vector<std::string>;

}  // namespace nephoscope
