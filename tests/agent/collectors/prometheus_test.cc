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
    fetches = *collector->Plan(now);
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
    BOOST_TEST(collector->Decode(fetched, sink, next).ok());
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
