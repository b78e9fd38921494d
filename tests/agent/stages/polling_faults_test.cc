// The poll and evaluate stages with the real collectors, in virtual time: bad targets beside good ones, clocks that are set, pauses.
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/status/blind_rules.h"
#include "agent/stages/evaluate_stage.h"
#include "agent/stages/poll_stage.h"
#include "agent/status/readiness.h"
#include "agent/seams/steered_clock.h"
#include "agent/status/self_metrics.h"
#include "rules/language/language.h"
#include "rules/language/tables/option_reader.h"
#include "tests/agent/virtual_web.h"

namespace nephoscope {
namespace {

constexpr char kGoodPage[] = "m 5\n";

HttpResponse Answer(int status, std::string body = "", Headers headers = {}) {
  HttpResponse out;
  out.status = status;
  out.body = std::move(body);
  out.headers = std::move(headers);
  return out;
}

HttpResponse Broken(absl::Status transport) {
  HttpResponse out;
  out.transport = std::move(transport);
  return out;
}

// Each way to be a bad target, by a word in its name.
VirtualWeb::Reply Behave(const HttpRequest& request) {
  const auto named = [&](const char* word) { return absl::StrContains(request.url, word); };
  constexpr absl::Duration kNever = absl::Hours(1000), kSoon = absl::Milliseconds(20);
  if (named("hang") || named("drip")) return {kNever, {}};
  if (named("reset")) return {kSoon, Broken(absl::UnavailableError("the connection broke"))};
  if (named("throttle")) return {kSoon, Answer(429, "", {{"Retry-After", "3600"}})};
  if (named("error")) return {kSoon, Answer(500)};
  if (named("garbage")) return {kSoon, Answer(200, std::string(100'000, '\xff') + "\n%%%%\n")};
  if (named("endless")) return {absl::Seconds(3), Broken(absl::ResourceExhaustedError("it answered with more than 67108864 bytes"))};
  return {kSoon, Answer(200, kGoodPage)};
}

std::unique_ptr<Collector> Make(const char* kind, const std::function<void(OptionValues&)>& set) {
  const CollectorType* type = FindCollector(kind);
  OptionValues values(type->options);
  set(values);
  OptionReader::FillDefaults(*type->options, values);
  return *type->make(values, {});
}

struct Machine {
  explicit Machine(const std::string& rules, std::vector<std::string> targets, absl::Duration every = absl::Seconds(15)) {
    std::vector<std::unique_ptr<Collector>> collectors;
    collectors.push_back(Make("prometheus", [&](OptionValues& values) {
      values.Set("targets", {targets, {}, true});
      values.Set("every", {every, {}, true});
    }));
    collectors.push_back(Make("probe", [](OptionValues&) {}));
    web.behave = Behave;
    poll = std::make_unique<PollStage>(PollParts{&clock, &random, &web, &files, &router, &metrics, &readiness, &reach}, std::move(collectors));
    const SourceFile file = {"rules.yaml", "apiVersion: rules/v1\nrules:\n" + rules};
    LoadedRules loaded = LoadRules({&file, 1});
    BOOST_TEST_REQUIRE(loaded.rules->rules.size() > 0u, RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
    evaluate.Start(loaded.rules, {});
    poll->SetRules(loaded.rules);
  }

  void RunFor(absl::Duration length) {
    for (const absl::Duration end = clock.SinceBoot() + length; clock.SinceBoot() < end;) Turn();
  }
  void Turn() {
    poll->Step(absl::Seconds(1));
    while (std::unique_ptr<Batch> batch = batches.Receive(absl::ZeroDuration())) {
      again.Send(std::move(batch));
      evaluate.Step(absl::ZeroDuration());
    }
    while (std::unique_ptr<Evaluation> evaluation = evaluations.Receive(absl::ZeroDuration()))
      for (const Transition& one : evaluation->changes.transitions) explanation = one.explanation, data = one.data_state, happened.push_back(absl::StrCat(one.rule.name, " ", ToText(one.type), " ", one.labels.Get("instance"), one.labels.Get("target")));
  }
  int Happened(absl::string_view begin) const {
    return static_cast<int>(std::count_if(happened.begin(), happened.end(), [&](const std::string& one) { return absl::StartsWith(one, begin); }));
  }
  const std::vector<absl::Duration>& Asked(const std::string& target) { return web.asked[absl::StrCat("http://", target, "/metrics")]; }

  FakeClock machine;
  SteeredClock clock{machine};
  FakeRandom random;
  VirtualWeb web{machine, clock};
  NoFiles files;
  SelfMetrics metrics;
  Readiness readiness;
  ReachBoard reach;
  BatchChannel batches{64}, again{64};
  Channel<Evaluation> evaluations{256};
  SampleRouter router{{&batches}, metrics, {}};
  EvaluateStage evaluate{0, 1, "test", again, evaluations, clock, metrics, [] {}};
  std::unique_ptr<PollStage> poll;
  std::vector<std::string> happened;  // "Rule event instance"
  std::string explanation;            // of the last
  DataState data = DataState::kFresh;
};

constexpr char kRules[] =
    "  - {alert: Gone, kind: absence, watch: {metric: m, by: [instance]}, when: {no_data_for: 1m}}\n"
    "  - {alert: High, kind: threshold, watch: {metric: m, by: [instance]}, when: {above: 100}, no_data: {after: 1m, state: firing}}\n"
    "  - {alert: Down, kind: threshold, watch: {metric: up, by: [instance]}, when: {below: 1}, for: 1m}\n"
    "  - {alert: Site, kind: health_check, check: {http: \"http://good.site/health\", every: 10s, timeout: 5s}, when: {failures: 2}}\n"
    "  - {alert: Slow, kind: health_check, check: {http: \"http://hang.site/health\", every: 10s, timeout: 5s}, when: {failures: 2}}\n";

const std::vector<std::string> kBad = {"hang:1", "drip:1", "reset:1", "throttle:1", "error:1", "garbage:1", "endless:1"};

std::vector<std::string> WithGood(std::vector<std::string> targets, int good = 2) {
  for (int i = 1; i <= good; ++i) targets.push_back(absl::StrCat("good:", i));
  return targets;
}

// The longest and the shortest time between two askings.
struct Rhythm {
  absl::Duration least = absl::InfiniteDuration(), most = absl::ZeroDuration();
};
Rhythm RhythmOf(const std::vector<absl::Duration>& asked) {
  Rhythm out;
  for (std::size_t i = 1; i < asked.size(); ++i) out.least = std::min(out.least, asked[i] - asked[i - 1]), out.most = std::max(out.most, asked[i] - asked[i - 1]);
  return out;
}

BOOST_AUTO_TEST_SUITE(polling_faults_test)

BOOST_AUTO_TEST_CASE(bad_targets_of_every_kind_leave_good_ones_their_rhythm) {
  Machine machine(kRules, WithGood(kBad));
  machine.RunFor(absl::Hours(1));
  for (const char* good : {"good:1", "good:2"}) BOOST_TEST_CONTEXT(good) {
    const std::vector<absl::Duration>& asked = machine.Asked(good);
    BOOST_TEST(asked.size() >= 240u);
    BOOST_TEST((RhythmOf(asked).least >= absl::Seconds(14)));
    BOOST_TEST((RhythmOf(asked).most <= absl::Seconds(16)), RhythmOf(asked).most);
  }
  const Rhythm site = RhythmOf(machine.web.asked["http://good.site/health"]);
  BOOST_TEST((site.least >= absl::Seconds(9) && site.most <= absl::Seconds(11)));
  for (const std::string& bad : kBad) BOOST_TEST(machine.Asked(bad).size() <= 241u, bad << " " << machine.Asked(bad).size());
  BOOST_TEST(machine.Asked("throttle:1").size() <= 6u);  // it asked to be left alone, for 15 minutes at the most at a time
  // Nothing is said of what works; all that does not is.
  for (const std::string& one : machine.happened) BOOST_TEST(!absl::StrContains(one, "good"), one);
  for (const std::string& bad : kBad) BOOST_TEST(machine.Happened("Down firing " + bad) == 1, bad);
  BOOST_TEST(machine.Happened("Slow firing") == 1);
}

BOOST_AUTO_TEST_CASE(a_failing_target_is_asked_no_more_often_than_it_should_be) {
  for (const char* bad : {"error:1", "reset:1", "throttle:1", "hang:1", "endless:1"}) BOOST_TEST_CONTEXT(bad) {
    Machine machine(kRules, {bad}, absl::Seconds(1));
    machine.RunFor(absl::Minutes(5));
    const std::vector<absl::Duration>& asked = machine.Asked(bad);
    BOOST_TEST(asked.size() <= 301u);
    if (asked.size() > 1) BOOST_TEST((RhythmOf(asked).least >= absl::Milliseconds(900)));
  }
}

BOOST_AUTO_TEST_CASE(hundreds_of_hanging_targets_leave_room_for_good_ones) {
  std::vector<std::string> targets;
  for (int i = 1; i <= 400; ++i) targets.push_back(absl::StrCat("hang:", i));
  Machine machine(kRules, WithGood(targets, 20));
  machine.RunFor(absl::Minutes(2));  // in the first round nobody knows yet which are good
  machine.happened.clear();
  const std::size_t before = machine.Asked("good:7").size();
  machine.RunFor(absl::Minutes(10));
  BOOST_TEST(machine.Asked("good:7").size() - before >= 39u);
  BOOST_TEST(machine.web.in_flight() <= 256);
  for (const std::string& one : machine.happened) BOOST_TEST(!absl::StrContains(one, "good"), one);
}

struct ClockCase {
  const char* what;
  absl::Duration set = absl::ZeroDuration(), pause = absl::ZeroDuration();
};

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_and_a_pause_make_no_alert_and_hide_none) {
  const ClockCase cases[] = {
      {"10 s forward", absl::Seconds(10)}, {"10 s back", -absl::Seconds(10)},       {"1 h forward", absl::Hours(1)},
      {"1 h back", -absl::Hours(1)},       {"1 d forward", absl::Hours(24)},        {"1 d back", -absl::Hours(24)},
      {"30 s paused", {}, absl::Seconds(30)}, {"10 min paused", {}, absl::Minutes(10)}, {"both", absl::Hours(1), absl::Minutes(10)},
  };
  for (const ClockCase& one : cases) BOOST_TEST_CONTEXT(one.what) {
    Machine machine(kRules, WithGood({"hang:1"}));
    bool high = false;
    machine.web.behave = [&](const HttpRequest& request) {
      VirtualWeb::Reply reply = Behave(request);
      if (high && request.url == "http://good:1/metrics") reply.response.body = "m 500\n";
      return reply;
    };
    machine.RunFor(absl::Minutes(30));
    machine.happened.clear();
    machine.machine.stepped += one.set;
    machine.machine.now += one.pause;
    machine.RunFor(absl::Minutes(20));
    for (const std::string& event : machine.happened) BOOST_TEST(false, event);
    high = true;
    machine.RunFor(absl::Minutes(2));
    BOOST_TEST(machine.Happened("High firing good:1") == 1);
    high = false;
    machine.RunFor(absl::Minutes(2));
    BOOST_TEST(machine.Happened("High resolved good:1") == 1);
    BOOST_TEST(machine.happened.size() == 2u);
    // What is really silent is noticed as well.
    machine.web.behave = [&](const HttpRequest& request) {
      return request.url == "http://good:2/metrics" ? VirtualWeb::Reply{absl::Milliseconds(20), Answer(200, "other 1\n")} : Behave(request);
    };
    machine.RunFor(absl::Minutes(3));
    BOOST_TEST(machine.Happened("Gone firing good:2") == 1);
  }
}

// Local time is no clock of ours: on both days of the year nothing happens.
BOOST_AUTO_TEST_CASE(days_with_a_changed_hour_are_days_as_others) {
  for (const char* day : {"2027-03-14T06:30:00Z", "2027-11-07T05:30:00Z"}) BOOST_TEST_CONTEXT(day) {
    Machine machine(kRules, WithGood({}));
    std::string error;
    BOOST_REQUIRE(absl::ParseTime(absl::RFC3339_full, day, &machine.machine.now, &error));
    machine.RunFor(absl::Hours(2));
    BOOST_TEST(machine.Happened("Gone") + machine.Happened("High") + machine.Happened("Site") == 0);
    BOOST_TEST(machine.Asked("good:1").size() >= 480u);
  }
}

BOOST_AUTO_TEST_CASE(a_check_that_may_not_be_made_is_said_once_with_the_way_out) {
  Machine machine("  - {alert: Local, kind: health_check, check: {http: \"http://127.0.0.1:8080/healthz\", every: 10s, timeout: 5s}, when: {failures: 2}}\n", WithGood({}));
  machine.web.behave = [](const HttpRequest&) {
    return VirtualWeb::Reply{absl::Milliseconds(1), Broken(absl::PermissionDeniedError("the address 127.0.0.1 is this machine itself; add it to `probes: {allow: [...]}`"))};
  };
  machine.RunFor(absl::Minutes(10));
  BOOST_TEST(machine.happened == std::vector<std::string>{"Local no_data http://127.0.0.1:8080/healthz"}, boost::test_tools::per_element());
  BOOST_TEST(absl::StrContains(machine.explanation, "http://127.0.0.1:8080/healthz: it is not checked, as the agent may not ask this address"), machine.explanation);
  BOOST_TEST(absl::StrContains(machine.explanation, "`probes: {allow: [...]}`"), machine.explanation);
  BOOST_TEST((machine.data == DataState::kError));
  BOOST_TEST(absl::StrContains(machine.readiness.Ask().text, "probe: a health check is not made, that of the rule Local: the address 127.0.0.1"), machine.readiness.Ask().text);
  machine.web.behave = Behave;
  machine.RunFor(absl::Minutes(1));
  BOOST_TEST(machine.happened.back() == "Local data_returned http://127.0.0.1:8080/healthz");
  BOOST_TEST(absl::StrContains(machine.readiness.Ask().text, "probe: ok"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
