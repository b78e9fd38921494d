// Own probes of addresses: lines of expect that fail one after the other.
#include "absl/strings/match.h"
#include "rules/model/probe.h"
#include "tests/rules/kinds/kind_run.h"

using namespace nephoscope;
using Texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(health_check_test)

BOOST_AUTO_TEST_CASE(another_line_of_expect_that_fails_is_notified_once) {
  for (const bool restarts : {false, true}) BOOST_TEST_CONTEXT("restarts " << restarts) {
    KindRun run("\n  - alert: Down\n    kind: health_check\n    check: {http: https://shop.example.com/, expect: {status: 200, body: {contains: ok}}}\n    when: {failures: 2}\n", restarts);
    const SeriesId result = run.Metric("probe.result", {{"rule", "down"}, {"target", "https://shop.example.com/"}}, absl::Seconds(30));
    int at = 0;
    const auto probe = [&](int code, int times) {
      for (int i = 0; i < times; ++i, ++at) {
        run.Value(result, RunHour(at / 120.0), code);
        run.Advance(RunHour(at / 120.0) + absl::Seconds(1));
      }
    };
    probe(0, 3);
    probe(static_cast<int>(ProbeResult::kStatus), 6);
    Texts first = run.Lines();
    BOOST_TEST(first.size() == 1u);
    BOOST_TEST(absl::StrContains(first[0], " firing "), first[0]);
    probe(static_cast<int>(ProbeResult::kBody), 6);
    first = run.Lines();
    BOOST_REQUIRE(first.size() == 1u);
    BOOST_TEST(absl::EndsWith(first[0], "(condition_added)"), first[0]);
    BOOST_TEST(absl::StartsWith(run.Last("Down").explanation, "New: https://shop.example.com/: "), run.Last("Down").explanation);
    // One that was notified in this episode is not news again.
    probe(static_cast<int>(ProbeResult::kStatus), 6);
    probe(static_cast<int>(ProbeResult::kBody), 6);
    BOOST_TEST(run.Lines() == Texts{}, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()
