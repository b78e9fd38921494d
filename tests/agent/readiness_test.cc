#include "agent/readiness.h"

#include <boost/test/unit_test.hpp>

namespace nephoscope {
namespace {

BOOST_AUTO_TEST_SUITE(readiness_test)

BOOST_AUTO_TEST_CASE(nothing_is_ready_before_it_worked_once) {
  Readiness readiness;
  BOOST_TEST(!readiness.Ask().ready);
  readiness.Expect("kafka");
  BOOST_TEST(!readiness.Ask().ready);
  readiness.Report("kafka", absl::UnavailableError("no broker of 127.0.0.1:9092 answers"));
  BOOST_TEST(!readiness.Ask().ready);
  BOOST_TEST(readiness.Ask().text == "not ready\nkafka: no broker of 127.0.0.1:9092 answers\n");
  readiness.Report("kafka", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
}

BOOST_AUTO_TEST_CASE(a_provider_that_fails_later_is_told_but_does_not_take_us_out_of_service) {
  Readiness readiness;
  readiness.Report("focus", absl::OkStatus());
  readiness.Report("focus", absl::UnavailableError("no file matches bills/*.csv"));
  BOOST_TEST(readiness.Ask().ready);
  BOOST_TEST(readiness.Ask().text == "ready\nfocus: no file matches bills/*.csv\n");
}

BOOST_AUTO_TEST_CASE(a_database_that_fails_later_does) {
  Readiness readiness;
  readiness.Must("database", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
  readiness.Must("database", absl::ResourceExhaustedError("the disk is full"));
  BOOST_TEST(!readiness.Ask().ready);
  readiness.Must("database", absl::OkStatus());
  BOOST_TEST(readiness.Ask().ready);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
