// Series that their source does not send any more, though it answers (rules.md 2.6, `expire_after`).
#include "absl/strings/match.h"
#include "tests/rules/kinds/kind_run.h"

namespace nephoscope {
namespace {

constexpr char kByPod[] = "\n  - alert: Busy\n    kind: threshold\n    watch: {metric: load, by: [pod]}\n    when: {above: 80}\n";

// A pod of each name that reports once a minute.
class Pods {
 public:
  explicit Pods(const std::string& rule, bool restarts = false) : run_(rule, restarts) {}

  void Start(const std::string& name, SourceId source = 1) {
    pods_.push_back({name, run_.Metric("load", {{"team", "web"}, {"pod", name}}, absl::Minutes(1), "", source)});
  }
  // For so many minutes: `values` by pod; one without is not sent.
  void Run(int minutes, const std::map<std::string, double>& values, bool answers = true) {
    for (const int end = minute_ + minutes; minute_ < end; ++minute_) {
      const absl::Time now = kRunStart + absl::Minutes(minute_);
      for (const auto& [name, id] : pods_)
        if (const auto value = values.find(name); value != values.end()) run_.Value(id, now, value->second);
      answers ? run_.Advance(now) : run_.Clock(now);
    }
  }
  KindRun& run() { return run_; }

 private:
  KindRun run_;
  std::vector<std::pair<std::string, SeriesId>> pods_;
  int minute_ = 0;
};

BOOST_AUTO_TEST_SUITE(gone_test)

BOOST_AUTO_TEST_CASE(the_alert_of_a_series_that_is_gone_ends_and_says_why) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    const std::string hour = absl::StrCat(kByPod, "    expire_after: 1h\n");
    Pods pods(restarts ? kByPod : hour, false);
    pods.Start("a"), pods.Start("b");
    pods.Run(10, {{"a", 90}, {"b", 10}});
    BOOST_TEST(pods.run().Lines() == Texts{"05 00:00 firing warning Busy {pod=\"a\"}"}, boost::test_tools::per_element());
    if (restarts) pods.run().Restart();
    pods.Run(55, {{"b", 10}});
    const Texts silent = {"05 00:12 no_data warning Busy {pod=\"a\"} (no_data)"};
    BOOST_TEST(pods.run().Lines() == silent, boost::test_tools::per_element());
    BOOST_TEST(pods.run().engine().stats().instances == 2u);
    pods.Run(restarts ? 24 * 60 : 20, {{"b", 10}});
    const Texts want = {restarts ? "06 00:09 resolved warning Busy {pod=\"a\"} (series_gone)" : "05 01:09 resolved warning Busy {pod=\"a\"} (series_gone)"};
    BOOST_TEST(pods.run().Lines() == want, boost::test_tools::per_element());
    const Transition last = pods.run().Last("Busy");
    BOOST_TEST(absl::StrContains(last.explanation, "its source answers, but has not sent it for"), last.explanation);
    BOOST_TEST(absl::StrContains(last.explanation, "that is no recovery"), last.explanation);
    BOOST_TEST(pods.run().engine().stats().instances == 1u);
    // It comes back: another episode.
    pods.Run(2, {{"a", 95}, {"b", 10}});
    const Texts again = pods.run().Lines();
    BOOST_REQUIRE(again.size() == 1u);
    BOOST_TEST(absl::StrContains(again[0], "firing warning Busy {pod=\"a\"}"), again[0]);
  }
}

BOOST_AUTO_TEST_CASE(while_the_source_itself_is_silent_nothing_is_gone) {
  Pods pods(absl::StrCat(kByPod, "    expire_after: 1h\n"));
  pods.Start("a"), pods.Start("b");
  pods.Run(10, {{"a", 90}, {"b", 10}});
  pods.Run(600, {}, false);
  // It answers again, without a: only the time since then counts.
  pods.Run(55, {{"b", 10}});
  for (const std::string& line : pods.run().Lines()) BOOST_TEST(!absl::StrContains(line, "series_gone"), line);
  pods.Run(10, {{"b", 10}});
  BOOST_TEST((pods.run().Last("Busy").cause == Cause::kSeriesGone));
}

BOOST_AUTO_TEST_CASE(a_group_recovers_when_its_silent_member_is_gone) {
  const char* const kinds[] = {
      "kind: threshold\n    watch: {metric: load, by: [team]}\n    when: {above: 80}",
      "kind: expr\n    expr: max by (team) (load) > 80",
      "kind: health_check\n    watch: {metric: load, by: [team]}\n    when: {above: 80}",
  };
  for (const char* kind : kinds) for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT(kind << " restarts " << restarts) {
    Pods pods(absl::StrCat("\n  - alert: Busy\n    ", kind, "\n    expire_after: 2h\n"), false);
    pods.Start("a"), pods.Start("b");
    pods.Run(10, {{"a", 90}, {"b", 10}});
    pods.Run(100, {{"b", 10}});
    if (restarts) pods.run().Restart();
    bool resolved = false;
    for (const Transition& t : pods.run().said()) resolved = resolved || t.type == EventType::kResolved;
    BOOST_TEST(!resolved);
    pods.Run(restarts ? 125 : 25, {{"b", 10}});
    BOOST_TEST((pods.run().Last("Busy").type == EventType::kResolved));
    BOOST_TEST((pods.run().Last("Busy").cause == Cause::kCondition));
    // A new pod takes the place of the old one.
    pods.Start("c");
    pods.Run(3, {{"b", 10}, {"c", 99}});
    BOOST_TEST((pods.run().Last("Busy").type == EventType::kFiring));
    pods.Run(3, {{"b", 10}, {"c", 9}});
    BOOST_TEST((pods.run().Last("Busy").type == EventType::kResolved));
  }
}

// That a series is away is what absence says.
BOOST_AUTO_TEST_CASE(absence_is_not_over_because_the_series_is_gone) {
  Pods pods("\n  - alert: Away\n    kind: absence\n    watch: {metric: load, by: [pod]}\n    when: {no_data_for: 1h}\n");
  pods.Start("a"), pods.Start("b");
  pods.Run(10, {{"a", 90}, {"b", 10}});
  pods.Run(3 * 24 * 60, {{"b", 10}});
  BOOST_TEST((pods.run().Last("Away").status == AlertState::kFiring));
}

BOOST_AUTO_TEST_CASE(days_without_a_line_of_a_bill_are_not_gone) {
  KindRun run("\n  - alert: Dear\n    kind: threshold\n    watch: {cost: effective, by: [team]}\n    when: {above: 80 USD}\n");
  const SeriesId a = run.Cost("cost.effective", {{"team", "a"}}), b = run.Cost("cost.effective", {{"team", "b"}});
  for (int day = 0; day < 6; ++day) {
    if (day < 3) run.Cell(a, day, 90);
    run.Cell(b, day, 10);
    run.Advance(RunDay(day + 1));
  }
  BOOST_TEST((run.Last("Dear").status == AlertState::kFiring));
  BOOST_TEST(Problems("\n  - alert: Dear\n    kind: threshold\n    watch: {cost: effective}\n    when: {above: 80 USD}\n    expire_after: 2h\n") ==
             "R452 8 `expire_after` has no meaning here: a bill has no line where nothing was spent, so nothing of it is ever gone");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
