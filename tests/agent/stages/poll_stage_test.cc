#include "agent/stages/poll_stage.h"

#include "agent/status/blind_rules.h"

#include <boost/test/unit_test.hpp>

#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "tests/agent/fakes.h"

namespace nephoscope {
namespace {

// Asks one URL a minute; each answer is one sample of the series `answers`, read in `slices` steps.
class CountingCollector : public Collector {
 public:
  const std::string& name() const override { return name_; }
  absl::Duration every(std::size_t) const override { return absl::Minutes(1); }
  absl::StatusOr<std::vector<Fetch>> Plan(std::size_t, absl::Time) override {
    ++plans;
    if (!plan_status.ok()) return plan_status;
    if (!fails.empty()) {
      std::vector<Fetch> all(2);
      for (std::size_t i = 0; i < 2; ++i) all[i].tag = i, all[i].http.url = "http://provider/page" + std::to_string(i + 1);
      return all;
    }
    Fetch fetch;
    fetch.http.url = "http://provider/page1";
    return std::vector<Fetch>{fetch};
  }
  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>& next) override {
    ++decodes;
    for (const std::string& one : fails)
      if (one.find(fetched.fetch->http.url) == 0) return absl::InvalidArgumentError(one);
    if (!fetched.http.transport.ok()) return fetched.http.transport;
    if (fetched.http.status != 200) return absl::UnavailableError("the provider answered " + std::to_string(fetched.http.status));
    if (slice_ < slices) {
      ++slice_;
      clock->now += absl::Milliseconds(4);
      return Progress::kMore;
    }
    slice_ = 0;
    Series series;
    series.metric = "answers";
    series.source = sink.Source(name_);
    Sample sample;
    sample.series = sink.Intern(series);
    sample.value = decodes;
    sink.Add(sample);
    if (reject) sink.Reject("page row 3", "\"x\" is not a number");
    if (two_pages && fetched.fetch->http.url == "http://provider/page1") {
      next.emplace_back();
      next.back().http.url = "http://provider/page2";
    }
    return Progress::kDone;
  }
  bool Forget() override { return ++forgets, true; }
  absl::Status Health() const override { return health; }

  FakeClock* clock = nullptr;
  absl::Status health;
  int plans = 0, decodes = 0, forgets = 0, slices = 0;
  bool two_pages = false, reject = false;
  absl::Status plan_status;
  std::vector<std::string> fails;  // "URL is away"; then two pages are asked for

 private:
  std::string name_ = "counting";
  int slice_ = 0;
};

std::shared_ptr<const RuleSet> WatchingRules() {
  auto rule = std::make_shared<Rule>();
  rule->name = rule->id = "watch";
  rule->kind = "threshold";
  rule->watch.metric = "answers";
  rule->levels.emplace_back();
  auto rules = std::make_shared<RuleSet>();
  rules->rules.push_back(rule);
  return rules;
}

struct Stage {
  Stage() : channel(64), router({&channel}, metrics, {}) {
    auto owned = std::make_unique<CountingCollector>();
    collector = owned.get();
    collector->clock = &clock;
    std::vector<std::unique_ptr<Collector>> collectors;
    collectors.push_back(std::move(owned));
    poll = std::make_unique<PollStage>(PollParts{&clock, &random, &http, &files, &router, &metrics, &readiness, &reach}, std::move(collectors));
    poll->SetRules(WatchingRules());
  }

  int Samples() {
    int count = 0;
    while (std::unique_ptr<Batch> batch = channel.Receive(absl::ZeroDuration())) {
      count += static_cast<int>(batch->samples.size());
      channel.Recycle(std::move(batch));
    }
    return count;
  }
  // The collector gives what it should.
  bool Good() const { return readiness.Ask().text.find("counting: ok\n") != std::string::npos; }
  void Steps(int n) {
    for (int i = 0; i < n; ++i) poll->Step(absl::Seconds(1));
  }

  ReachBoard reach;
  FakeClock clock;
  FakeRandom random;
  FakeHttp http;
  NoFiles files;
  SelfMetrics metrics;
  Readiness readiness;
  BatchChannel channel;
  SampleRouter router;
  CountingCollector* collector;
  std::unique_ptr<PollStage> poll;
};

BOOST_AUTO_TEST_SUITE(poll_stage_test)

BOOST_AUTO_TEST_CASE(a_collector_is_asked_when_it_is_due_and_not_before) {
  Stage stage;
  stage.Steps(5);
  BOOST_TEST(stage.collector->plans == 1);
  BOOST_TEST(stage.Samples() == 1);
  stage.clock.now += absl::Seconds(59);
  stage.Steps(3);
  BOOST_TEST(stage.collector->plans == 1);
  stage.clock.now += absl::Seconds(1);
  stage.Steps(3);
  BOOST_TEST(stage.collector->plans == 2);
  BOOST_TEST(stage.Good());
}

BOOST_AUTO_TEST_CASE(pages_that_follow_are_fetched) {
  Stage stage;
  stage.collector->two_pages = true;
  stage.Steps(6);
  BOOST_TEST(stage.http.urls == (std::vector<std::string>{"http://provider/page1", "http://provider/page2"}), boost::test_tools::per_element());
  BOOST_TEST(stage.Samples() == 2);
}

BOOST_AUTO_TEST_CASE(a_long_answer_is_read_in_slices_without_waiting) {
  Stage stage;
  stage.collector->slices = 3;
  stage.Steps(2);
  BOOST_TEST(stage.Samples() == 0);
  BOOST_TEST((stage.http.last_wait == absl::ZeroDuration()));
  stage.Steps(4);
  BOOST_TEST(stage.Samples() == 1);
}

BOOST_AUTO_TEST_CASE(a_failure_that_may_pass_is_tried_again_later_and_told_meanwhile) {
  Stage stage;
  stage.http.answer = [](const HttpRequest&) {
    HttpResponse out;
    out.status = 503;
    return out;
  };
  stage.Steps(4);
  BOOST_TEST(stage.Samples() == 0);
  BOOST_TEST(!stage.Good());
  BOOST_TEST(stage.readiness.Ask().text.find("counting: the provider answered 503") != std::string::npos);
  const std::size_t asked = stage.http.urls.size();
  stage.http.answer = [](const HttpRequest&) {
    HttpResponse out;
    out.status = 200;
    return out;
  };
  for (int i = 0; i < 50 && stage.http.urls.size() == asked; ++i) {
    stage.clock.now += absl::Seconds(1);
    stage.Steps(1);
  }
  stage.Steps(3);
  BOOST_TEST(stage.Samples() == 1);
  BOOST_TEST(stage.Good());
}

BOOST_AUTO_TEST_CASE(a_plan_that_fails_is_told_and_tried_again_when_due) {
  Stage stage;
  stage.collector->plan_status = absl::NotFoundError("no file matches bills/*.csv");
  stage.Steps(3);
  BOOST_TEST(stage.readiness.Ask().text.find("no file matches bills/*.csv") != std::string::npos);
  stage.collector->plan_status = absl::OkStatus();
  stage.clock.now += absl::Minutes(1);
  stage.Steps(4);
  BOOST_TEST(stage.Samples() == 1);
}

BOOST_AUTO_TEST_CASE(a_round_that_works_but_gives_nothing_usable_is_not_ok) {
  Stage stage;
  stage.collector->health = absl::FailedPreconditionError("not one of its 12 rows could be read");
  stage.Steps(4);
  BOOST_TEST(!stage.Good());
  BOOST_TEST(stage.readiness.Ask().text.find("counting: not one of its 12 rows could be read\n") != std::string::npos);
  stage.collector->health = absl::OkStatus();
  stage.clock.now += absl::Minutes(1);
  stage.Steps(4);
  BOOST_TEST(stage.Good());
}

BOOST_AUTO_TEST_CASE(several_that_fail_are_each_named_once) {
  Stage stage;
  stage.collector->fails = {"http://provider/page1 is away", "http://provider/page2 is away"};
  stage.Steps(6);
  const std::string both = "counting: http://provider/page1 is away; http://provider/page2 is away\n";
  BOOST_TEST(stage.readiness.Ask().text.find(both) != std::string::npos, stage.readiness.Ask().text);
  stage.clock.now += absl::Minutes(1);
  stage.Steps(6);
  BOOST_TEST(stage.readiness.Ask().text.find(both) != std::string::npos, stage.readiness.Ask().text);
  stage.collector->fails = {"http://provider/page2 is away"};
  stage.clock.now += absl::Minutes(1);
  stage.Steps(6);
  BOOST_TEST(stage.readiness.Ask().text.find("counting: http://provider/page2 is away\n") != std::string::npos, stage.readiness.Ask().text);
}

// The batches since the last call: whether the past was being read, and whether that is over.
std::vector<std::string> Past(Stage& stage) {
  std::vector<std::string> out;
  while (std::unique_ptr<Batch> batch = stage.channel.Receive(absl::ZeroDuration())) {
    if (batch->past_before != absl::InfinitePast()) out.push_back(batch->caught_up ? "over" : "past");
    stage.channel.Recycle(std::move(batch));
  }
  return out;
}

BOOST_AUTO_TEST_CASE(the_first_round_reads_the_past_and_so_does_the_first_with_new_rules) {
  Stage stage;
  stage.collector->slices = 2;
  stage.Steps(6);
  const std::vector<std::string> first = Past(stage);
  BOOST_REQUIRE(!first.empty());
  BOOST_TEST(first.back() == "over");
  stage.clock.now += absl::Minutes(1);
  stage.Steps(6);
  BOOST_TEST(Past(stage).empty());
  stage.poll->SetRules(WatchingRules());
  stage.Steps(6);
  const std::vector<std::string> again = Past(stage);
  BOOST_TEST((!again.empty() && again.back() == "over"));
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_holds_no_notices_up) {
  Stage stage;
  stage.http.answer = [](const HttpRequest&) {
    HttpResponse out;
    out.status = 404;
    return out;
  };
  stage.Steps(3);
  const std::vector<std::string> first = Past(stage);
  BOOST_TEST((first.empty() || first.back() == "over"));
  stage.clock.now += absl::Minutes(5);
  stage.Steps(3);
  BOOST_TEST(Past(stage).empty());
}

BOOST_AUTO_TEST_CASE(new_rules_make_collectors_report_again) {
  Stage stage;
  stage.Steps(4);
  const int forgets = stage.collector->forgets;
  BOOST_TEST(stage.Samples() == 1);
  stage.poll->SetRules(WatchingRules());
  BOOST_TEST(stage.http.wakes >= 2);
  stage.Steps(4);
  BOOST_TEST(stage.collector->forgets == forgets + 1);
  BOOST_TEST(stage.Samples() == 1);
}

BOOST_AUTO_TEST_CASE(a_series_that_no_rule_wants_crosses_no_ring) {
  Stage stage;
  stage.poll->SetRules(std::make_shared<RuleSet>());
  stage.Steps(4);
  BOOST_TEST(stage.collector->decodes == 1);
  BOOST_TEST(stage.Samples() == 0);
}

BOOST_AUTO_TEST_CASE(the_wall_clock_reaches_evaluation_without_data) {
  Stage stage;
  stage.Steps(3);
  stage.Samples();
  stage.clock.now += absl::Seconds(2);
  stage.Steps(1);
  std::unique_ptr<Batch> tick = stage.channel.Receive(absl::ZeroDuration());
  BOOST_REQUIRE(tick != nullptr);
  BOOST_TEST((tick->wall == stage.clock.now));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
