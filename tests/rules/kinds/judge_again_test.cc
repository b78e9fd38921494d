// Judgements made again with points that came late say what they would have said, had the points come in time (Evaluator::judges_past): random streams
// of each kind, beside an evaluator that stood still meanwhile and gets all points in their order.
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "rules/engine/evaluator.h"
#include "rules/engine/kind.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr int kStreams = 60;
constexpr int kUntilLate = 60;   // judgements, at most
constexpr int kUntilWorse = 400;  // steps in which it gets worse, at most

struct Asked {
  const char* name;
  const char* rule;
  int series;
  absl::Duration cadence;
  int steps;  // before points are late
  std::function<double(int series, int step, int noise)> value;  // noise: 0..99, of the step
  // Its state is no list of points, so it goes back only to where an alert began to get worse, as the engine asks it to.
  bool from_worse = false;
};

double Burst(int noise, double usual, double otherwise) { return noise < 25 ? otherwise : usual; }

std::vector<Asked> AllAsked() {
  const absl::Duration minute = absl::Minutes(1), ten = absl::Minutes(10);
  const auto load = [](int, int step, int noise) { return Burst(step % 7 < 4 ? noise : 99, 50 + noise % 5, 95); };
  const auto machines = [](int, int step, int noise) { return 10 + step % 13 + Burst(noise, 0, noise % 9); };
  const auto requests = [](int, int step, int noise) { return 1000 + (step * 37) % 101 + Burst(step % 17 < 6 ? noise : 99, 0, 400 + noise); };
  const auto events = [](int series, int, int noise) { return series == 0 ? Burst(noise, 1, 40) : 100.0 + noise; };
  // Falls, with a jump up now and then.
  const auto space = [](int, int step, int noise) { return 3000.0 - 40 * (step % 60) + noise % 9 + Burst(noise, 0, -150); };
  return {
      {"threshold", "  - {alert: A, kind: threshold, watch: {metric: m, stat: avg, window: 10m}, when: {above: 70}, recover: {below: 60}}\n", 2, minute, 60, load},
      {"expression", "  - {alert: A, kind: expr, expr: 'avg_over_time(m[15m]) > 65'}\n", 1, minute, 60, load},
      {"against the window before", "  - {alert: A, kind: change, watch: {metric: m, stat: avg, window: 5m}, when: {increase: {at_least: 20%}}}\n", 1, minute, 40, machines},
      {"against yesterday", "  - {alert: A, kind: change, watch: {metric: m, stat: max, window: 1h}, compare_to: same hour yesterday, every: 30m, when: {difference: {at_least: 3}}}\n", 2, ten, 6 * 30, machines},
      {"unusual", "  - {alert: A, kind: metric_anomaly, watch: {metric: m, stat: sum, window: 30m}, anomaly: {history: 2d, pattern: none, sensitivity: high}, recover: {normal_for: 2h}}\n", 1, ten, 6 * 30, requests, true},
      {"unusual, twice a day", "  - {alert: A, kind: metric_anomaly, watch: {metric: m, stat: avg, window: 12h}, anomaly: {history: 20d, pattern: none, sensitivity: high}, every: 12h}\n", 1, absl::Hours(12), 60, requests, true},
      {"budget of errors",
       "  - alert: A\n    kind: slo\n    watch: {good: {metric: m, where: {code: ok}}, total: {metric: m}}\n    slo: {objective: 95%, period: 30d, min_events: 6000}\n"
       "    burn_alerts: [{burn: 2, long: 6h, short: 10m, severity: critical}, {burn: 1.5, long: 2h, short: 30m, severity: warning}]\n",
       2, minute, 400, events},
      {"health", "  - {alert: A, kind: health_check, watch: {metric: m, stat: min, window: 5m}, when: {below: 51}, recover: {above: 52}}\n", 1, minute, 40, load},
      {"runs out", "  - {alert: A, kind: forecast, watch: {metric: m, stat: min}, forecast: {history: 2d, min_fit: 0.1}, when: {reaches: 0, within: 3d}}\n", 1, absl::Hours(1), 70, space},
  };
}

// One rule over its series, as an instance has it.
class Asking {
 public:
  Asking(std::shared_ptr<const Rule> rule, const std::vector<Series>& series) {
    const RuleKind& kind = *FindKind(rule->kind);
    evaluator_ = kind.MakeEvaluator(rule);
    if (kind.shares_input()) input_ = kind.MakeInput(rule), evaluator_->Use(input_.get());
    for (std::size_t slot = 0; slot < series.size(); ++slot) {
      if (input_ != nullptr) input_->Define(static_cast<int>(slot), series[slot]);
      evaluator_->Define(static_cast<int>(slot), series[slot]);
    }
  }

  void Add(const Sample& sample, std::set<absl::Time>& due) {
    std::vector<absl::Time> times;
    input().Add(static_cast<int>(sample.series), sample, times);
    due.insert(times.begin(), times.end());
  }
  // "unknown", or which levels hold and are over, and the text.
  std::string Judge(absl::Time time) {
    const Judgement judgement = evaluator_->Judge(time);
    holds_ = false;
    if (!judgement.known) return "unknown";
    Transition out;
    out.time = time;
    evaluator_->Describe(out);
    holds_ = judgement.holds.any();
    return absl::StrCat(judgement.holds.to_string(), " ", judgement.recovered.to_string(), " ", out.explanation);
  }
  bool holds() const { return holds_; }
  Input& input() { return input_ != nullptr ? *input_ : *evaluator_; }
  Evaluator& evaluator() { return *evaluator_; }
  std::string Saved() const {
    StateWriter out;
    if (input_ != nullptr) input_->Save(out);
    evaluator_->Save(out);
    return out.Take();
  }
  void Load(const std::string& bytes) {
    StateReader in(bytes);
    if (input_ != nullptr) input_->Load(in);
    evaluator_->Load(in);
  }

 private:
  std::unique_ptr<Input> input_;
  std::unique_ptr<Evaluator> evaluator_;
  bool holds_ = false;
};

struct Seen {
  int held = 0, changed = 0;
};

void OneStream(const Asked& asked, std::uint64_t seed, Seen& seen) {
  std::mt19937_64 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<std::uint64_t>(n)); };
  const LoadedRules loaded = LoadRunRules(asked.rule);
  BOOST_REQUIRE_MESSAGE(loaded.diagnostics.empty(), asked.name << ": " << Problems(asked.rule));
  std::vector<Series> series(static_cast<std::size_t>(asked.series));
  for (std::size_t i = 0; i < series.size(); ++i) {
    series[i].id = static_cast<SeriesId>(i);
    series[i].metric = "m";
    series[i].cadence = asked.cadence;
    series[i].labels = Labels(std::vector<Label>{{"code", i == 0 ? "bad" : "ok"}});
  }
  Asking one(loaded.rules->rules[0], series);
  std::set<absl::Time> due;
  const auto samples = [&](int step) {
    std::vector<Sample> out;
    for (const Series& each : series) {
      Sample sample;
      sample.series = each.id;
      sample.time_ms = absl::ToUnixMillis(kRunStart + asked.cadence * step);
      sample.value = asked.value(static_cast<int>(each.id), step, below(100));
      if (below(30) != 0) out.push_back(sample);
    }
    return out;
  };
  const auto judge_until = [&](absl::Time time) {
    for (; !due.empty() && *due.begin() <= time; due.erase(due.begin())) one.Judge(*due.begin());
  };
  int step = 0;
  for (; step < asked.steps + below(50); ++step) {
    for (const Sample& sample : samples(step)) one.Add(sample, due);
    judge_until(kRunStart + asked.cadence * step);
  }
  // The state before the first judgement that is made again.
  std::string before = one.Saved();
  std::set<absl::Time> open = due;
  std::int64_t carry = one.evaluator().Carry();
  std::vector<Sample> all, late;
  std::map<absl::Time, std::string> said;
  for (const int last = step + kUntilWorse; asked.from_worse && said.empty() && step < last; ++step) {
    for (const Sample& sample : samples(step)) one.Add(sample, due);
    for (const absl::Time now = kRunStart + asked.cadence * step; said.empty() && !due.empty() && *due.begin() <= now; due.erase(due.begin())) {
      before = one.Saved(), open = due, carry = one.evaluator().Carry();
      const std::string text = one.Judge(*due.begin());
      if (one.holds()) said[*due.begin()] = text;
    }
  }
  if (asked.from_worse && said.empty()) return;
  const int until = step + 1 + below(kUntilLate), share = below(60);
  for (; step < until; ++step) {
    for (const Sample& sample : samples(step)) {
      all.push_back(sample);
      if (below(100) < share && step + 1 < until) late.push_back(sample);
      else one.Add(sample, due);
    }
    for (const absl::Time now = kRunStart + asked.cadence * step; !due.empty() && *due.begin() <= now; due.erase(due.begin())) {
      if (!said.empty()) one.input().KeepFrom(said.begin()->first);
      said[*due.begin()] = one.Judge(*due.begin());
    }
  }
  const absl::Time now = kRunStart + asked.cadence * (step - 1);
  Asking copy(loaded.rules->rules[0], series);
  copy.Load(before);
  std::set<absl::Time> times = open, known;
  for (const Sample& sample : all) copy.Add(sample, times);
  for (const Sample& sample : late) one.Add(sample, known);
  if (said.empty()) return;
  times.erase(times.upper_bound(now), times.end());
  times.erase(times.begin(), times.lower_bound(said.begin()->first));
  one.evaluator().GoBack(said.begin()->first, carry);
  for (const absl::Time time : times) {
    const std::string again = one.Judge(time), want = copy.Judge(time);
    BOOST_TEST(again == want, asked.name << ", stream " << seed << ", " << absl::FormatTime(time, absl::UTCTimeZone()) << "\n  again  " << again << "\n  fresh  " << want);
    if (again != want) return;
    seen.held += one.holds();
    seen.changed += said[time] != want;
  }
}

BOOST_AUTO_TEST_SUITE(judge_again_test)

BOOST_AUTO_TEST_CASE(what_is_judged_again_is_judged_as_if_for_the_first_time) {
  for (const Asked& asked : AllAsked()) {
    Seen seen;
    for (std::uint64_t seed = 0; seed < kStreams; ++seed) OneStream(asked, seed, seen);
    BOOST_TEST_MESSAGE(asked.name << ": " << seen.held << " judgements hold, " << seen.changed << " are others than before");
    BOOST_TEST(seen.held > 50, asked.name << " holds hardly ever");
    BOOST_TEST(seen.changed > 50, asked.name << ": late points change hardly anything");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
