#include "tests/twin/twin_case.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/engine/engine.h"
#include "tests/twin/question.h"
#include "tests/twin/twin.h"

namespace nephoscope {
namespace {

constexpr char kGroup[] = "twin";
const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
std::uint64_t compared = 0;

std::string TimeText(absl::Time time) { return time == absl::InfinitePast() ? "never" : absl::FormatTime("%d %H:%M:%E*S", time, absl::UTCTimeZone()); }

std::string Line(const Told& t, const std::string& value) {
  return absl::StrCat(TimeText(t.time), " ", ToText(t.type), " ", ToText(t.severity), " ", ToText(t.cause), " now ", ToText(t.status), " ", ToText(t.data), t.flapping ? " flapping" : "",
                      " since ", TimeText(t.starts_at), t.ends_at ? absl::StrCat(" until ", TimeText(*t.ends_at)) : "", " value ", value);
}

Told ToldOf(const Transition& t) {
  Told out{t.type, t.cause, t.status, t.data_state, t.severity, t.flapping, t.time, t.starts_at, std::nullopt, 0};
  if (t.type == EventType::kResolved || t.type == EventType::kCorrected) out.ends_at = t.ends_at;
  return out;
}

class Case {
 public:
  explicit Case(std::uint64_t seed) : dice_(seed), money_(dice_.Percent(25)), percent_(!money_ && dice_.Percent(25)) {
    step_ = money_ ? dice_.Of({absl::Hours(24), absl::Hours(8)}) : dice_.Of({absl::Minutes(1), absl::Minutes(5), absl::Minutes(7)});
    question_ = RandomQuestion(dice_, money_, step_);
    const bool daily = question_.change && question_.compare == Question::kYesterday && !money_;
    if (daily) step_ = absl::Hours(3);
    tidy_ = dice_.Percent(30);
    restarts_ = dice_.Percent(50);
    if (dice_.Percent(50)) edits_ = -1;
    by_ = dice_.Percent(60) ? std::vector<std::string>{"g"} : std::vector<std::string>{};
    rules_ = std::make_shared<RuleSet>(RuleSet{{std::make_shared<const Rule>(RuleOf(question_, money_, percent_, by_))}, {}, {}});
    MakeSeries();
    Start();
  }

  std::string Run() {
    const int steps = static_cast<int>(15 + dice_.Below(question_.compare == Question::kFourWeeks ? 60 : 30));
    for (int i = 0; i < steps; ++i) Step(i);
    return Compare();
  }

 private:
  void MakeSeries() {
    const int sources = tidy_ ? 1 : static_cast<int>(1 + dice_.Below(3));
    const bool no_rhythm = !money_ && dice_.Percent(10);
    for (int i = 0, n = static_cast<int>(1 + dice_.Below(3)); i < n; ++i) {
      Series one;
      one.id = static_cast<SeriesId>(i);
      one.source = static_cast<SourceId>(dice_.Below(sources));
      one.metric = money_ ? "cost.effective" : "load";
      one.unit = percent_ ? "%" : "";
      one.cadence = no_rhythm ? absl::ZeroDuration() : !money_ && dice_.Percent(15) ? step_ * 2 : step_;
      if (money_) one.type = ValueType::kMoney, one.currency = *Currency::Parse(question_.currency.empty() ? "USD" : dice_.Of({"USD", "USD", "EUR", "EUR", "GBP"})), one.period = step_;
      one.labels = Labels(std::vector<Label>{{"g", dice_.Of({"a", "a", "b", ""})}, {"i", absl::StrCat(i)}});
      groups_[one.labels.Project(by_)].push_back(one);
      series_.push_back(std::move(one));
      walk_.push_back(static_cast<double>(30 + dice_.Below(50)));
      silent_.push_back(0);
      const std::int64_t born = dice_.Percent(15) ? dice_.Below(20) : 0, quits = 5 + dice_.Below(25);
      away_.push_back({born, dice_.Percent(30) ? quits : 1'000, quits + 3 + dice_.Below(30)});
      shift_.push_back(!money_ && dice_.Percent(10) ? -30 : 0);
    }
    for (const auto& [by, members] : groups_) twins_.emplace(by, Twin(question_, members));
    const int share = static_cast<int>(dice_.Below(3));
    jitter_ = !money_ && dice_.Percent(25);
    gaps_ = share * 4;
  }

  // Quiet cells are not written down: after a restart they no longer know that a point is late, or was judged by another rule.
  void Start() {
    engine_ = std::make_unique<Engine>(EngineOptions{.agent_group = kGroup, .quiet_cells = !restarts_ || (tidy_ && edits_ < 0)});
    engine_->SetRules(rules_, kStart, changes_);
    std::vector<InstanceState> states;
    for (const auto& [id, state] : states_) states.push_back(state);
    for (const Engine::Unrestored& lost : engine_->Restore(states)) wrong_ = lost.reason;
    for (const Series& one : series_) engine_->DefineSeries(one);
  }

  Twin& TwinOf(SeriesId id) { return twins_.at(series_[id].labels.Project(by_)); }

  void Observe(const std::vector<Sample>& samples) {
    for (std::size_t from = 0; from < samples.size();) {
      const std::size_t n = 1 + static_cast<std::size_t>(dice_.Below(static_cast<std::int64_t>(samples.size() - from)));
      engine_->Observe(absl::MakeConstSpan(samples).subspan(from, n), changes_);
      from += n;
    }
    for (const Sample& sample : samples) {
      TwinOf(sample.series).Point(sample);
      newest_[{sample.series, sample.time_ms}] = sample;
    }
  }

  void Advance(SourceId source, absl::Time watermark) {
    watermarks_[source] = std::max(watermarks_.emplace(source, watermark).first->second, watermark);
    engine_->Advance(source, watermark, changes_);
    for (auto& [by, twin] : twins_) twin.Advance(source, watermark);
    Take();
  }

  Sample Make(SeriesId id, absl::Time time, double value) {
    Sample out;
    out.series = id;
    out.time_ms = absl::ToUnixMillis(time);
    if (money_) out.micros = std::llround(value * 1e6);
    else out.value = value;
    return out;
  }

  void Step(int i) {
    const absl::Time now = kStart + step_ * i;
    std::vector<Sample> batch;
    for (const Series& one : series_) {
      double& value = walk_[one.id];
      value = std::clamp(value + static_cast<double>(dice_.Below(31) - 15), 0.0, 100.0);
      if (const Away& away = away_[one.id]; i < away.born || (i >= away.quits && i < away.returns)) continue;
      if (silent_[one.id] > 0 ? silent_[one.id]-- > 0 : dice_.Percent(gaps_)) {
        if (dice_.Percent(30)) silent_[one.id] = static_cast<int>(dice_.Below(7));
        continue;
      }
      if (one.cadence > step_ && i % 2 == 1) continue;
      const absl::Time at = jitter_ ? now - absl::Seconds(dice_.Below(absl::ToInt64Seconds(step_))) : now;
      Sample sample = Make(one.id, at, value + shift_[one.id]);
      if (!tidy_ && dice_.Percent(4)) {
        late_.emplace(i + 1 + dice_.Below(6), sample);
        continue;
      }
      batch.push_back(sample);
      if (tidy_) continue;
      if (dice_.Percent(5)) batch.push_back(sample);
      if (dice_.Percent(6)) late_.emplace(i + dice_.Below(5), Make(one.id, at, static_cast<double>(dice_.Below(101))));
      if (!money_ && dice_.Percent(2)) batch.push_back(Make(one.id, at + absl::Seconds(1), dice_.Percent(50) ? NAN : INFINITY));
    }
    for (auto at = late_.begin(); at != late_.end() && at->first <= i; at = late_.erase(at)) batch.push_back(at->second);
    Observe(batch);
    for (const Series& one : series_)
      if (dice_.Percent(tidy_ ? 100 : 70)) Advance(one.source, now + (money_ ? step_ : absl::ZeroDuration()) - (tidy_ ? absl::ZeroDuration() : step_ * dice_.Of({0, 0, 0, 1, 2, 5})));
    if (dice_.Percent(40)) Clock(now + (money_ ? step_ : absl::ZeroDuration()));
    if (dice_.Percent(4)) engine_->SetRules(rules_, now, changes_);
    if (edits_ >= 0 && dice_.Percent(5)) Edit(now);
    if (dice_.Percent(8)) Snapshot();
    if (restarts_ && dice_.Percent(10)) Restart(i);
  }

  void Edit(absl::Time now) {
    question_ = Edited(dice_, question_, step_);
    Rule rule = RuleOf(question_, money_, percent_, by_);
    rule.revision = absl::StrCat("sha256:edit", ++edits_);
    rules_ = std::make_shared<RuleSet>(RuleSet{{std::make_shared<const Rule>(std::move(rule))}, {}, {}});
    engine_->SetRules(rules_, now, changes_);
    for (auto& [by, twin] : twins_) twin.Edit(question_);
    Take();
  }

  void Clock(absl::Time now) {
    engine_->AdvanceClock(now, changes_);
    for (auto& [by, twin] : twins_) twin.Clock(now);
    Take();
  }

  void Snapshot() {
    engine_->Snapshot(changes_);
    Take();
  }

  // What sources still have is asked for again. A crash (no snapshot at the end) judges some points again; only where none is
  // late, and none was judged by another rule, does that have to give the same.
  void Restart(int i) {
    if (!tidy_ || edits_ > 0 || step_ * i > absl::Hours(24 * 25) || dice_.Percent(50)) Snapshot();
    Start();
    for (auto& [by, twin] : twins_) twin.Restart();
    std::vector<Sample> again;
    for (const auto& [key, sample] : newest_)
      if (money_ ? sample.time() > kStart + step_ * i - absl::Hours(24 * 30) : std::isfinite(sample.value)) again.push_back(sample);
    Observe(again);
    std::vector<std::pair<absl::Time, SourceId>> order;
    for (const auto& [source, watermark] : watermarks_) order.emplace_back(watermark, source);
    std::sort(order.begin(), order.end());
    for (const auto& [watermark, source] : order) Advance(source, watermark);
  }

  void Take() {
    for (Transition& one : changes_.transitions) said_[one.labels].push_back(std::move(one));
    for (InstanceState& state : changes_.instances) {
      if (state.bytes.empty()) states_.erase(state.alert_id);
      else states_[state.alert_id] = std::move(state);
    }
    changes_.clear();
  }

  std::string Compare() {
    if (!wrong_.empty()) return wrong_;
    std::set<std::string> ids;
    for (auto& [by, twin] : twins_) {
      std::vector<Transition>& said = said_[by];
      std::vector<std::string> got, want;
      for (std::size_t i = 0; i < said.size(); ++i) {
        if (said[i].alert_id != AlertId(kGroup, "twin", by) || said[i].sequence != i + 1 || !ids.insert(said[i].event_id).second) return "identity, order or event id is wrong";
        got.push_back(Line(ToldOf(said[i]), said[i].values[0].value));
      }
      for (const Told& one : twin.told()) {
        const std::size_t i = want.size();
        const std::string newest = one.newest ? Line(one, Shown(*one.newest)) : "";
        want.push_back(i < got.size() && got[i] == newest ? newest : Line(one, Shown(one.value)));
      }
      compared += want.size();
      if (got != want) return Difference(by, got, want);
    }
    return said_.size() > twins_.size() ? "alerts of groups that are not there" : "";
  }

  std::string Shown(double value) const {
    return money_ ? Money{std::llround(value * 1e6), {}}.ToDecimal() : absl::StrCat(value);
  }

  std::string Difference(const Labels& by, const std::vector<std::string>& got, const std::vector<std::string>& want) const {
    std::string out = absl::StrCat(InWords(question_), "  step ", absl::FormatDuration(step_), money_ ? " money" : percent_ ? " %" : "", tidy_ ? " tidy" : "", ", group ", by.ToString(), " of ",
                                   groups_.at(by).size(), " series\n");
    std::size_t same = 0;
    while (same < std::min(got.size(), want.size()) && got[same] == want[same]) ++same;
    for (std::size_t i = same > 3 ? same - 3 : 0; i < same; ++i) absl::StrAppend(&out, "  both    ", got[i], "\n");
    for (std::size_t i = same; i < std::min(got.size(), same + 3); ++i) absl::StrAppend(&out, "  engine  ", got[i], "\n");
    for (std::size_t i = same; i < std::min(want.size(), same + 3); ++i) absl::StrAppend(&out, "  twin    ", want[i], "\n");
    return out;
  }

  Dice dice_;
  bool money_, percent_, tidy_ = false, restarts_ = false, jitter_ = false;
  int gaps_ = 0, edits_ = 0;  // -1: never
  absl::Duration step_;
  Question question_;
  std::vector<std::string> by_;
  std::shared_ptr<const RuleSet> rules_;
  std::vector<Series> series_;
  std::vector<double> walk_;
  std::vector<int> silent_;
  struct Away {
    std::int64_t born, quits, returns;  // steps
  };
  std::vector<Away> away_;
  std::vector<double> shift_;
  std::map<Labels, std::vector<Series>> groups_;
  std::map<Labels, Twin> twins_;
  std::multimap<std::int64_t, Sample> late_;
  std::map<std::pair<SeriesId, std::int64_t>, Sample> newest_;
  std::map<SourceId, absl::Time> watermarks_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, InstanceState> states_;
  std::map<Labels, std::vector<Transition>> said_;
  Changes changes_;
  std::string wrong_;
};

}  // namespace

std::string RunTwinCase(std::uint64_t seed) {
  const std::string out = Case(seed).Run();
  return out.empty() ? "" : absl::StrCat("NEPHOSCOPE_TWIN_SEED=", seed, "\n", out);
}

std::uint64_t TransitionsCompared() { return compared; }

}  // namespace nephoscope
