#include "agent/status/readiness.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(readiness_test)

BOOST_AUTO_TEST_CASE(nothing_is_ready_before_the_database_is_open) {
  Readiness readiness;
  BOOST_TEST(!readiness.Ask().ready);
  readiness.Expect("kafka");
  BOOST_TEST(readiness.Ask().text == "not ready\nkafka: has not worked yet\n");
  readiness.Report("kafka", absl::OkStatus());
  BOOST_TEST(!readiness.Ask().ready);
  BOOST_TEST(!readiness.Ask().good);
  readiness.Must("database", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
  BOOST_TEST(readiness.Ask().good);
  BOOST_TEST(readiness.Ask().text == "ready\ndatabase: ok\nkafka: ok\n");
}

BOOST_AUTO_TEST_CASE(a_part_that_does_not_work_degrades_but_does_not_take_us_out_of_service) {
  Readiness readiness;
  readiness.Must("database", absl::OkStatus());
  readiness.Expect("focus");
  BOOST_TEST(readiness.Ask().ready);
  BOOST_TEST(readiness.Ask().text == "degraded\ndatabase: ok\nfocus: has not worked yet\n");
  readiness.Report("focus", absl::OkStatus());
  readiness.Report("kafka", absl::OkStatus());
  BOOST_TEST(readiness.Ask().good);
  readiness.Report("focus", absl::UnavailableError("no file matches bills/*.csv"));
  BOOST_TEST(readiness.Ask().ready);
  BOOST_TEST(!readiness.Ask().good);
  BOOST_TEST(readiness.Ask().text == "degraded\ndatabase: ok\nfocus: no file matches bills/*.csv\nkafka: ok\n");
}

BOOST_AUTO_TEST_CASE(a_database_that_fails_later_does) {
  Readiness readiness;
  readiness.Must("database", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
  readiness.Must("database", absl::ResourceExhaustedError("the disk is full"));
  BOOST_TEST(readiness.Ask().text == "not ready\ndatabase: the disk is full\n");
  readiness.Must("database", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
