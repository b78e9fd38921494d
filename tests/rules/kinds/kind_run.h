// KindRun: rules as a coordinator writes them, a few series, and what the engine says of them.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "rules/language/language.h"

namespace nephoscope {

inline const absl::Time kRunStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
inline absl::Time RunDay(double day) { return kRunStart + absl::Hours(24) * day; }
inline absl::Time RunHour(double hour) { return kRunStart + absl::Hours(1) * hour; }

inline LoadedRules LoadRunRules(const std::string& rules) {
  const SourceFile file{"rules.yaml", absl::StrCat("apiVersion: rules/v1\nrules:\n", rules)};
  return LoadRules({&file, 1});
}

// "R440 12 the message | ...": code, line and message of each problem.
inline std::string Problems(const std::string& rules) {
  std::string out;
  for (const Diagnostic& one : LoadRunRules(rules).diagnostics) absl::StrAppend(&out, out.empty() ? "" : " | ", one.code, " ", one.mark.line, " ", one.message, one.suggestion ? absl::StrCat(" -> ", *one.suggestion) : "");
  return out;
}

class KindRun {
 public:
  // `restarts`: after every Advance all states are written down and a new engine goes on from them.
  explicit KindRun(const std::string& rules, bool restarts = false) : restarts_(restarts) {
    const LoadedRules loaded = LoadRunRules(rules);
    BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(rules));
    rules_ = loaded.rules;
    Start();
  }

  SeriesId Metric(const std::string& metric, std::vector<Label> labels, absl::Duration cadence, const std::string& unit = "", SourceId source = 1) {
    Series series;
    series.source = source;
    series.metric = metric;
    series.unit = unit;
    series.cadence = cadence;
    series.labels = Labels(std::move(labels));
    return Add(std::move(series));
  }
  SeriesId Cost(const std::string& metric, std::vector<Label> labels, SourceId source = 0, const std::string& currency = "USD") {
    Series series;
    series.source = source;
    series.metric = metric;
    series.type = ValueType::kMoney;
    series.currency = *Currency::Parse(currency);
    series.cadence = series.period = absl::Hours(24);
    series.labels = Labels(std::move(labels));
    return Add(std::move(series));
  }

  // A series that is there already, with other labels.
  void Define(const Series& series) {
    series_[series.id] = series;
    engine_->DefineSeries(series);
  }

  void Value(SeriesId id, absl::Time time, double value) {
    Sample sample;
    sample.series = id;
    sample.time_ms = absl::ToUnixMillis(time);
    sample.value = value;
    engine_->Observe({&sample, 1}, changes_);
  }
  // The cell of a day counted from 0.
  void Cell(SeriesId id, int day, double dollars) {
    Sample sample;
    sample.series = id;
    sample.time_ms = absl::ToUnixMillis(RunDay(day));
    sample.micros = static_cast<std::int64_t>(dollars * 1e6 + (dollars < 0 ? -0.5 : 0.5));
    engine_->Observe({&sample, 1}, changes_);
  }
  // Everything up to `time` is there, from every source.
  void Advance(absl::Time time) {
    std::vector<SourceId> sources;
    for (const Series& series : series_)
      if (std::find(sources.begin(), sources.end(), series.source) == sources.end()) sources.push_back(series.source);
    for (SourceId source : sources) engine_->Advance(source, time, changes_);
    engine_->AdvanceClock(time, changes_);
    Take();
    if (restarts_) Start();
  }
  // Time passes, and no source answers.
  void Clock(absl::Time time) {
    engine_->AdvanceClock(time, changes_);
    Take();
  }
  void Reload(const std::string& rules, absl::Time now) {
    const LoadedRules loaded = LoadRunRules(rules);
    BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), Problems(rules));
    rules_ = loaded.rules;
    engine_->SetRules(rules_, now, changes_);
    engine_->AdvanceClock(now, changes_);
    Take();
  }

  // The engine is gone; a new one goes on from what was written down.
  void Restart() { Start(); }

  // All that was said since the last call: "05 10:00 firing warning A {account="1"}".
  std::vector<std::string> Lines() {
    std::vector<std::string> out;
    for (; told_ < said_.size(); ++told_) {
      const Transition& t = said_[told_];
      out.push_back(absl::StrCat(absl::FormatTime("%d %H:%M", t.time, absl::UTCTimeZone()), " ", ToText(t.type), " ", ToText(t.severity), " ", t.rule.name, " ", t.labels.ToString(),
                                 t.cause == Cause::kCondition ? "" : absl::StrCat(" (", ToText(t.cause), ")")));
    }
    return out;
  }
  const std::vector<Transition>& said() const { return said_; }
  // The newest transition of a rule; an empty one when there is none.
  Transition Last(const std::string& rule) const {
    for (auto at = said_.rbegin(); at != said_.rend(); ++at)
      if (at->rule.name == rule) return *at;
    return {};
  }
  const Engine& engine() const { return *engine_; }
  // Each once, and again after a restart.
  const std::vector<NoRate>& no_rates() const { return no_rates_; }

 private:
  SeriesId Add(Series series) {
    series.id = static_cast<SeriesId>(series_.size());
    series_.push_back(series);
    engine_->DefineSeries(series);
    return series.id;
  }
  void Take() {
    for (Transition& one : changes_.transitions) said_.push_back(std::move(one));
    no_rates_.insert(no_rates_.end(), changes_.no_rates.begin(), changes_.no_rates.end());
    engine_->Snapshot(changes_);
    for (InstanceState& state : changes_.instances) {
      if (state.bytes.empty()) {
        states_.erase(state.alert_id);
      } else {
        states_[state.alert_id] = std::move(state);
      }
    }
    changes_.clear();
  }
  void Start() {
    engine_ = std::make_unique<Engine>(EngineOptions{.agent_group = "test"});
    engine_->SetRules(rules_, kRunStart, changes_);
    std::vector<InstanceState> states;
    for (const auto& [id, state] : states_) states.push_back(state);
    for (const Engine::Unrestored& lost : engine_->Restore(states)) BOOST_ERROR(lost.reason);
    for (const Series& series : series_) engine_->DefineSeries(series);
  }

  bool restarts_;
  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Engine> engine_;
  std::vector<Series> series_;
  std::map<std::string, InstanceState> states_;
  std::vector<Transition> said_;
  std::size_t told_ = 0;
  Changes changes_;
  std::vector<NoRate> no_rates_;
};

using Texts = std::vector<std::string>;

}  // namespace nephoscope
