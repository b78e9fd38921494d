// What the scraper remembers of a target from page to page.
#include <boost/test/unit_test.hpp>

#include "agent/collectors/collector.h"
#include "tests/agent/collectors/recording_sink.h"

namespace nephoscope {
namespace {

struct Scraper {
  Scraper() {
    const CollectorType& type = *FindCollector("prometheus");
    OptionValues values(type.options);
    values.Set("targets", {.value = std::vector<std::string>{"127.0.0.1:1"}, .mark = {}, .given = true});
    values.Set("name", {.value = std::string("prometheus"), .mark = {}, .given = false});
    values.Set("every", {.value = absl::Seconds(15), .mark = {}, .given = false});
    values.Set("timeout", {.value = absl::Seconds(10), .mark = {}, .given = false});
    collector = *type.make(values, {});
    fetches = *PlanAll(*collector, now);
  }

  // How many series are interned for a page; one of them is `up`.
  int Interned(const std::string& page) {
    const int before = sink.interned;
    now += absl::Seconds(15);
    Fetched fetched;
    fetched.fetch = &fetches[0];
    fetched.http.status = 200;
    fetched.http.received = now;
    fetched.http.body = page;
    std::vector<Fetch> next;
    absl::StatusOr<Progress> progress = Progress::kMore;
    while (progress.ok() && *progress == Progress::kMore) progress = collector->Decode(fetched, sink, next);
    BOOST_TEST(progress.ok());
    return sink.interned - before;
  }

  RecordingSink sink;
  std::unique_ptr<Collector> collector;
  std::vector<Fetch> fetches;
  absl::Time now = absl::FromUnixSeconds(1'780'000'005);
};

BOOST_AUTO_TEST_SUITE(prometheus_test)

BOOST_AUTO_TEST_CASE(a_series_is_interned_once_and_again_when_rules_changed) {
  Scraper scraper;
  const std::string page = "load{host=\"a\"} 1\nload{host=\"b\"} 2\n";
  BOOST_TEST(scraper.Interned(page) == 3);
  BOOST_TEST(scraper.Interned(page) == 1);
  ++scraper.sink.rules_set;  // what the sink knew of them may be forgotten
  BOOST_TEST(scraper.Interned(page) == 3);
  BOOST_TEST(scraper.Interned(page) == 1);
  BOOST_TEST(scraper.sink.series.size() == 3u);
  BOOST_TEST(scraper.sink.samples.size() == 12u);
}

// Field case 23.
BOOST_AUTO_TEST_CASE(lines_around_one_that_cannot_be_read_count_and_the_target_is_up) {
  Scraper scraper;
  BOOST_TEST(scraper.Interned("before_gauge 5\nrequests{\"http.scheme\"=\"https\"} 3\nwhat is this\nafter_gauge 5\n") == 4);
  BOOST_TEST(scraper.sink.samples.back().value == 1);
  BOOST_TEST(scraper.sink.rejected.size() == 1u);
  BOOST_TEST(scraper.sink.rejected[0].find("http://127.0.0.1:1/metrics line 3: ") == 0u);
}

absl::StatusOr<std::unique_ptr<Collector>> With(std::vector<std::string> targets) {
  const CollectorType& type = *FindCollector("prometheus");
  OptionValues values(type.options);
  values.Set("targets", {.value = std::move(targets), .mark = {}, .given = true});
  values.Set("name", {.value = std::string("prometheus"), .mark = {}, .given = false});
  values.Set("every", {.value = absl::Seconds(15), .mark = {}, .given = false});
  values.Set("timeout", {.value = absl::Seconds(10), .mark = {}, .given = false});
  return type.make(values, {});
}

// Field case 11.
BOOST_AUTO_TEST_CASE(no_two_targets_write_one_series) {
  const struct { std::vector<std::string> targets; std::vector<std::string> instances; } rows[] = {
      {{"127.0.0.1:1", "127.0.0.1:2"}, {"127.0.0.1:1", "127.0.0.1:2"}},
      {{"http://127.0.0.1:1/works", "http://127.0.0.1:1/missing"}, {"127.0.0.1:1/works", "127.0.0.1:1/missing"}},
      {{"http://127.0.0.1:1/metrics", "https://127.0.0.1:1/metrics"}, {"http://127.0.0.1:1/metrics", "https://127.0.0.1:1/metrics"}},
  };
  for (const auto& row : rows) {
    auto made = With(row.targets);
    BOOST_REQUIRE(made.ok());
    RecordingSink sink;
    const std::vector<Fetch> fetches = *PlanAll(**made, absl::UnixEpoch());
    for (const Fetch& fetch : fetches) {
      Fetched fetched;
      fetched.fetch = &fetch;
      fetched.http.status = 200;
      fetched.http.body = "up 7\n";  // its own, not ours
      std::vector<Fetch> next;
      BOOST_TEST((*made)->Decode(fetched, sink, next).ok());
    }
    BOOST_REQUIRE(sink.series.size() == 4u);
    for (std::size_t i = 0; i < 2; ++i) {
      BOOST_TEST(sink.series[2 * i].metric == "exported_up");
      BOOST_TEST(sink.series[2 * i + 1].metric == "up");
      BOOST_TEST(sink.series[2 * i + 1].labels.Get("instance") == row.instances[i]);
    }
  }
  const auto twice = With({"127.0.0.1:1", "http://127.0.0.1:1/metrics"});
  BOOST_TEST(twice.status().message() == "`targets` names http://127.0.0.1:1/metrics twice: leave one of them out");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
