// The stdout exporter, as an engineer configures it and a coordinator reads it.
#include <boost/test/unit_test.hpp>

#include "exporters/exporter.h"
#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

struct Printed {
  explicit Printed(const char* format) {
    const ExporterType* type = FindExporter("stdout");
    BOOST_REQUIRE(type != nullptr);
    OptionValues values(type->options);
    values.Set("format", {std::string(format)});
    ExporterContext context;
    context.out = &out;
    exporter = *type->make(values, context);
  }
  std::string Of(const AlertSnapshot& alert) {
    BOOST_TEST(exporter->Send({1, alert.last.alert_id, alert.last.event_id, ToCloudEvent(alert.last, "a", alert.recorded)}));
    BOOST_REQUIRE(!out.blocks.empty());
    return out.blocks.back();
  }
  struct Out : TextOut {
    std::uint64_t Write(std::string text) override {
      if (full) return 0;
      blocks.push_back(std::move(text));
      return blocks.size();
    }
    std::uint64_t written() const override { return read; }
    absl::Status health() const override { return absl::OkStatus(); }
    void Flush(absl::Duration) override {}
    std::vector<std::string> blocks;
    std::uint64_t read = 0;
    bool full = false;
  };
  Out out;
  std::unique_ptr<Exporter> exporter;
};

BOOST_AUTO_TEST_SUITE(stdout_exporter_test)

BOOST_AUTO_TEST_CASE(an_alert_reads_as_three_plain_lines) {
  BOOST_TEST(Printed("text").Of(PaymentsOverBudget()) ==
             "CRITICAL (was warning): payments has spent 42,310.55 USD of 42,000.00 USD\n"
             "    16,900.00 USD at stake (projected overrun, between 13,200.00 USD and 21,100.00 USD). Owner: payments-platform "
             "(payments@example.com). "
             "Since 2026-06-11 00:00 UTC.\n"
             "    What to do: https://wiki.example.com/budget");
}

BOOST_AUTO_TEST_CASE(the_first_word_says_what_happened) {
  const struct {
    EventType type;
    const char* want;
  } rows[] = {{EventType::kPending, "NOT YET CRITICAL: "},
              {EventType::kFiring, "CRITICAL: "},
              {EventType::kUpdated, "STILL CRITICAL: "},
              {EventType::kDeescalated, "CRITICAL (was warning): "},
              {EventType::kResolved, "RESOLVED: "},
              {EventType::kCorrected, "CORRECTED: "},
              {EventType::kNoData, "NO DATA: "},
              {EventType::kDataReturned, "DATA IS BACK: "},
              {EventType::kFlapping, "UNSTEADY CRITICAL: "},
              {EventType::kReminder, "REMINDER, STILL CRITICAL: "}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.want) {
      AlertSnapshot alert = PaymentsOverBudget();
      alert.last.type = row.type;
      BOOST_TEST(Printed("text").Of(alert).rfind(row.want, 0) == 0u);
    }
}

BOOST_AUTO_TEST_CASE(a_resolved_alert_says_how_long_it_was_and_that_nothing_is_left_to_do) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.type = EventType::kResolved;
  alert.last.status = AlertState::kInactive;
  alert.last.ends_at = At("2026-06-20T10:30:00Z");
  const std::string text = Printed("text").Of(alert);
  BOOST_TEST(text.find("From 2026-06-11 00:00 UTC to 2026-06-20 10:30 UTC.") != std::string::npos);
  BOOST_TEST(text.find("Nothing to do") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(money_is_said_as_a_person_would) {
  const struct {
    const char* what;
    EventType type;
    std::int64_t amount, low, high;
    const char* want;
  } rows[] = {{"an estimate", EventType::kFiring, 16'900'000'000, 13'200'000'000, 21'100'000'000, "16,900.00 USD at stake (projected overrun, between 13,200.00 USD and 21,100.00 USD)."},
              {"certain: no band", EventType::kFiring, 320'000'000, 320'000'000, 320'000'000, "320.00 USD at stake (projected overrun)."},
              {"nothing yet, and none expected", EventType::kFiring, 0, 0, 0, "No money is at stake."},
              {"nothing yet, but perhaps", EventType::kFiring, 0, 0, 5'000'000, "0.00 USD at stake (projected overrun, between 0.00 USD and 5.00 USD)."},
              {"it is over", EventType::kResolved, 320'000'000, 320'000'000, 320'000'000, "320.00 USD in the end (projected overrun)."}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      AlertSnapshot alert = PaymentsOverBudget();
      alert.last.type = row.type;
      alert.last.impact.amount.micros = row.amount;
      alert.last.impact.low = Money{row.low, Currency::Usd()};
      alert.last.impact.high = Money{row.high, Currency::Usd()};
      const std::string text = Printed("text").Of(alert);
      BOOST_TEST(text.find(row.want) != std::string::npos, text);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_said) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.runbook.clear();
  alert.last.impact = {};
  const std::string text = Printed("text").Of(alert);
  BOOST_TEST(text.find("No dollar figure is known.") != std::string::npos);
  BOOST_TEST(
      text.find("ask payments-platform (payments@example.com); rule DepartmentMonthlyBudget (budgets.yml line 3) names no runbook") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tag_cannot_steer_the_terminal) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.summary = "\x1b[2Jgone\r\nCRITICAL: forged\xc2\x9b";
  const std::string text = Printed("text").Of(alert);
  BOOST_TEST(text.find('\x1b') == std::string::npos);
  BOOST_TEST(text.find("\xc2\x9b") == std::string::npos);
  BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2);
}

BOOST_AUTO_TEST_CASE(json_is_the_event_byte_for_byte) {
  const AlertSnapshot alert = PaymentsOverBudget();
  BOOST_TEST(Printed("json").Of(alert) == ToCloudEvent(alert.last, "a", alert.recorded));
}

BOOST_AUTO_TEST_CASE(each_delivery_is_answered_once_and_a_broken_one_never_comes_back) {
  Printed printed("text");
  BOOST_TEST(printed.exporter->wants_events());
  printed.exporter->Send({4, "k", "e", ToCloudEvent(PaymentsOverBudget().last, "a", absl::UnixEpoch())});
  printed.exporter->Send({5, "k", "e", "{}"});
  std::vector<DeliveryResult> results;
  printed.out.read = 1;
  printed.exporter->Poll(results);
  printed.exporter->Poll(results);
  BOOST_REQUIRE_EQUAL(results.size(), 2u);
  BOOST_TEST(results[0].id == 4);
  BOOST_TEST(results[0].status.ok());
  BOOST_TEST(results[1].id == 5);
  BOOST_TEST(absl::IsInvalidArgument(results[1].status));
  BOOST_TEST(printed.out.blocks.size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_exporter_of_the_list_is_found_by_name_and_described) {
  BOOST_TEST(AllExporters().size() == 3u);
  for (const ExporterType* type : AllExporters()) BOOST_TEST_CONTEXT(type->name) {
      BOOST_TEST(FindExporter(type->name) == type);
      BOOST_TEST(std::string(type->options->name) == type->name);
      for (const Option& option : type->options->options) BOOST_TEST(std::string(option.sentence).size() > 10u);
    }
  BOOST_TEST(FindExporter("pigeon") == nullptr);
}

BOOST_AUTO_TEST_CASE(an_alert_is_delivered_when_it_is_written_not_when_it_is_taken) {
  Printed printed("text");
  const AlertSnapshot alert = PaymentsOverBudget();
  const Delivery one{7, alert.last.alert_id, alert.last.event_id, ToCloudEvent(alert.last, "a", alert.recorded)};
  std::vector<DeliveryResult> results;
  printed.out.full = true;
  BOOST_TEST(!printed.exporter->Send(one));
  printed.out.full = false;
  BOOST_TEST(printed.exporter->Send(one));
  printed.exporter->Poll(results);
  BOOST_TEST(results.empty());
  printed.out.read = 1;
  printed.exporter->Poll(results);
  BOOST_REQUIRE(results.size() == 1u);
  BOOST_TEST(results[0].id == 7);
  BOOST_TEST(results[0].status.ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
