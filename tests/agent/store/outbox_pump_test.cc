#include "agent/store/outbox_pump.h"

#include <boost/test/unit_test.hpp>

#include "tests/agent/store/fault_vfs.h"
#include "tests/agent/store/sample_commit.h"

BOOST_AUTO_TEST_SUITE(outbox_pump_test)

using namespace nephoscope;

namespace {

// A store with rows 1..`rows` for kafka (keys alert-1, alert-2, alert-0, alert-1, ...) and a receiver that notes what it gets.
struct Bench {
  FaultVfs disk{1};
  std::unique_ptr<Store> store;
  std::vector<OutboxRow> sent;
  int takes = 1000;  // rows before `Send` answers false

  explicit Bench(int rows) {
    store = std::move(Store::Open({.path = "/a.db", .files = &disk})->store);
    for (int n = 1; n <= rows; ++n) BOOST_REQUIRE(ApplyNumber(*store, n).ok());
  }
  // What one Step sends, as "1 2 3".
  std::string Step(OutboxPump& pump) {
    const std::size_t before = sent.size();
    const absl::Status status = pump.Step([this](const OutboxRow& row) {
      if (static_cast<int>(sent.size()) >= takes) return false;
      sent.push_back(row);
      return true;
    });
    BOOST_TEST(status.ok(), status);
    std::string text;
    for (std::size_t i = before; i < sent.size(); ++i) absl::StrAppend(&text, text.empty() ? "" : " ", sent[i].event_id.substr(6));
    return text;
  }
  void Answer(OutboxPump& pump, int event, const absl::Status& status) {
    for (const OutboxRow& row : sent)
      if (row.event_id == absl::StrCat("event-", event)) return pump.OnResult(row.id, status);
    BOOST_FAIL("event " << event << " was not sent");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_row_of_a_key_is_in_flight_at_a_time_and_other_keys_do_not_wait) {
  Bench bench(5);
  OutboxPump pump(*bench.store, "kafka");
  BOOST_TEST(bench.Step(pump) == "1 2 3");  // 4 has the key of 1, 5 that of 2
  BOOST_TEST(pump.in_flight() == 3);
  BOOST_TEST(bench.Step(pump) == "");
  bench.Answer(pump, 2, absl::OkStatus());
  BOOST_TEST(bench.Step(pump) == "5");
  bench.Answer(pump, 1, absl::OkStatus());
  BOOST_TEST(bench.Step(pump) == "4");
}

BOOST_AUTO_TEST_CASE(a_delivered_row_is_marked_and_not_sent_again_by_the_next_process) {
  Bench bench(3);
  OutboxPump pump(*bench.store, "kafka");
  bench.Step(pump);
  bench.Answer(pump, 2, absl::OkStatus());
  BOOST_REQUIRE(pump.FlushMarks().ok());
  BOOST_TEST(bench.store->Outbox()->depth == 2);
  OutboxPump next(*bench.store, "kafka");
  BOOST_TEST(bench.Step(next) == "1 3");
}

BOOST_AUTO_TEST_CASE(a_row_is_not_marked_before_its_result) {
  Bench bench(3);
  OutboxPump pump(*bench.store, "kafka");
  bench.Step(pump);
  BOOST_REQUIRE(pump.FlushMarks().ok());
  BOOST_TEST(bench.store->Outbox()->depth == 3);
}

BOOST_AUTO_TEST_CASE(a_transient_failure_is_sent_again_before_later_rows_of_its_key) {
  Bench bench(4);
  OutboxPump pump(*bench.store, "kafka");
  BOOST_TEST(bench.Step(pump) == "1 2 3");
  bench.Answer(pump, 1, absl::UnavailableError("broker away"));
  BOOST_TEST(bench.Step(pump) == "1");
  bench.Answer(pump, 1, absl::OkStatus());
  BOOST_TEST(bench.Step(pump) == "4");
}

BOOST_AUTO_TEST_CASE(a_failure_told_from_within_send_does_not_let_a_later_row_overtake) {
  Bench bench(7);  // 1, 4 and 7 share a key
  OutboxPump pump(*bench.store, "kafka");
  std::string order;
  for (int pass = 0; pass < 4; ++pass)
    BOOST_REQUIRE(pump.Step([&](const OutboxRow& row) {
                        absl::StrAppend(&order, row.event_id.substr(6), " ");
                        pump.OnResult(row.id, row.event_id == "event-1" && pass == 0 ? absl::UnavailableError("away") : absl::OkStatus());
                        return true;
                      })
                      .ok());
  BOOST_TEST(order == "1 2 3 1 5 6 4 7 ");
}

BOOST_AUTO_TEST_CASE(a_row_that_can_never_be_delivered_is_parked_and_the_next_goes_on) {
  Bench bench(4);
  OutboxPump pump(*bench.store, "kafka");
  bench.Step(pump);
  bench.Answer(pump, 1, absl::InvalidArgumentError("message too large"));
  BOOST_TEST(bench.Step(pump) == "4");
  BOOST_TEST(bench.store->Outbox()->parked == 1);
}

BOOST_AUTO_TEST_CASE(a_full_receiver_gets_the_rest_later_in_order) {
  Bench bench(3);
  OutboxPump pump(*bench.store, "kafka");
  bench.takes = 1;
  BOOST_TEST(bench.Step(pump) == "1");
  BOOST_TEST(pump.in_flight() == 1);
  bench.takes = 1000;
  BOOST_TEST(bench.Step(pump) == "2 3");
}

BOOST_AUTO_TEST_CASE(no_more_rows_than_the_window_are_held) {
  Bench bench(9);
  OutboxPump pump(*bench.store, "kafka", 2);
  BOOST_TEST(bench.Step(pump) == "1 2");
  BOOST_TEST(bench.Step(pump) == "");
  bench.Answer(pump, 1, absl::OkStatus());
  BOOST_TEST(bench.Step(pump) == "3");
  BOOST_TEST(pump.in_flight() + pump.waiting() == 2);
}

BOOST_AUTO_TEST_CASE(after_a_reset_all_that_is_not_known_to_be_delivered_is_sent_again) {
  Bench bench(4);
  OutboxPump pump(*bench.store, "kafka");
  bench.Step(pump);
  bench.Answer(pump, 2, absl::OkStatus());
  pump.Reset();
  BOOST_TEST(pump.in_flight() == 0);
  bench.Answer(pump, 3, absl::OkStatus());  // an answer of the receiver that is gone: ignored
  BOOST_TEST(bench.Step(pump) == "1 3");
}

BOOST_AUTO_TEST_CASE(rows_are_sent_while_the_disk_is_full_and_marked_when_there_is_room) {
  Bench bench(3);
  OutboxPump pump(*bench.store, "kafka");
  bench.Step(pump);
  bench.Answer(pump, 1, absl::OkStatus());
  bench.disk.set_capacity(0);
  int sent = 0;
  pump.Reset();
  const absl::Status status = pump.Step([&sent](const OutboxRow&) { return ++sent > 0; });
  BOOST_TEST(absl::IsResourceExhausted(status), status);
  BOOST_TEST(sent == 2);  // 2 and 3; 1 was delivered, though its mark could not be written
  bench.disk.set_capacity(1 << 30);
  BOOST_TEST(pump.FlushMarks().ok());
  BOOST_TEST(bench.store->Outbox()->depth == 2);
}

BOOST_AUTO_TEST_SUITE_END()
