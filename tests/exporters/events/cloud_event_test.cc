#include "exporters/events/cloud_event.h"

#include <fstream>
#include <set>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "exporters/alertmanager/alertmanager_labels.h"
#include "exporters/events/cloud_event_time.h"
#include "tests/exporters/sample_alert.h"
#include "tests/paths.h"

using nlohmann::json;

namespace nephoscope {
namespace {

void SameValue(const NamedValue& a, const NamedValue& b) {
  BOOST_TEST(a.name == b.name);
  BOOST_TEST(a.value == b.value);
  BOOST_TEST(a.unit == b.unit);
  BOOST_TEST(a.low == b.low);
  BOOST_TEST(a.high == b.high);
}

void SameLife(const Transition& a, const Transition& b) {
  BOOST_TEST(a.event_id == b.event_id);
  BOOST_TEST(a.alert_id == b.alert_id);
  BOOST_TEST(a.sequence == b.sequence);
  BOOST_TEST(a.causation_id == b.causation_id);
  BOOST_TEST((a.type == b.type && a.status == b.status && a.previous_status == b.previous_status && a.cause == b.cause));
  BOOST_TEST((a.severity == b.severity && a.previous_severity == b.previous_severity && a.data_state == b.data_state));
  BOOST_TEST((a.time == b.time && a.starts_at == b.starts_at && a.ends_at == b.ends_at && a.window == b.window));
  BOOST_TEST((a.as_of == b.as_of && a.watermark == b.watermark && a.provisional == b.provisional && a.flapping == b.flapping));
}

void SameTexts(const Transition& a, const Transition& b) {
  BOOST_TEST(a.rule.name == b.rule.name);
  BOOST_TEST(a.rule.id == b.rule.id);
  BOOST_TEST(a.rule.kind == b.rule.kind);
  BOOST_TEST(a.rule.file == b.rule.file);
  BOOST_TEST(a.rule.line == b.rule.line);
  BOOST_TEST(a.rule.revision == b.rule.revision);
  BOOST_TEST((a.labels == b.labels && a.annotations == b.annotations && a.owner == b.owner && a.notify == b.notify));
  BOOST_TEST(a.condition_text == b.condition_text);
  BOOST_TEST(a.summary == b.summary);
  BOOST_TEST(a.explanation == b.explanation);
  BOOST_TEST(a.runbook == b.runbook);
}

void SameFigures(const Transition& a, const Transition& b) {
  BOOST_REQUIRE_EQUAL(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) SameValue(a.values[i], b.values[i]);
  BOOST_REQUIRE_EQUAL(a.threshold.has_value(), b.threshold.has_value());
  if (a.threshold) SameValue(*a.threshold, *b.threshold);
  BOOST_TEST((a.impact.amount == b.impact.amount && a.impact.low == b.impact.low && a.impact.high == b.impact.high));
  BOOST_TEST(a.impact.basis == b.impact.basis);
  BOOST_TEST(a.impact.method == b.impact.method);
  BOOST_REQUIRE_EQUAL(a.contributors.size(), b.contributors.size());
  for (std::size_t i = 0; i < a.contributors.size(); ++i)
    BOOST_TEST((a.contributors[i].labels == b.contributors[i].labels && a.contributors[i].amount == b.contributors[i].amount));
}

void SameAlert(const AlertSnapshot& a, const AlertSnapshot& b) {
  BOOST_TEST((a.recorded == b.recorded));
  SameLife(a.last, b.last);
  SameTexts(a.last, b.last);
  SameFigures(a.last, b.last);
}

json Event(const AlertSnapshot& alert) { return json::parse(ToCloudEvent(alert.last, "finops-eu-1", alert.recorded)); }

json SharedJson(const std::string& name) {
  std::ifstream in(SharedDir() + "/data/cloudevents/" + name);
  if (!in) return nullptr;
  return json::parse(in);
}

BOOST_AUTO_TEST_SUITE(cloud_event_test)

BOOST_AUTO_TEST_CASE(the_envelope_says_what_when_and_in_which_order) {
  const json event = Event(PaymentsOverBudget());
  const struct {
    const char* name;
    json want;
  } rows[] = {
      {"specversion", "1.0"},
      {"id", "9f2c61d04b7ae8135a60c2f1d7e84b93"},
      {"source", "/agents/finops-eu-1"},
      {"type", "io.nephoscope.alert.escalated.v1"},
      {"subject", "DepartmentMonthlyBudget/department=payments"},
      {"time", "2026-06-18T00:00:00Z"},
      {"recordedtime", "2026-06-18T09:12:44.12Z"},
      {"datacontenttype", "application/json"},
      {"partitionkey", "3b0d7c5f9a1e42d8"},
      {"sequence", "00000000000000000007"},
      {"severitytext", "ERROR"},
      {"severitynumber", 17},
      {"correlationid", "3b0d7c5f9a1e42d8-20260611T000000Z"},
      {"causationid", "c51d0000000000000000000000000000"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.name) {
      BOOST_TEST(event.at(row.name) == row.want);
    }
}

BOOST_AUTO_TEST_CASE(the_data_holds_money_as_decimal_text_and_every_member_of_the_design) {
  const json data = Event(PaymentsOverBudget()).at("data");
  const struct {
    const char* pointer;
    json want;
  } rows[] = {
      {"/alert_id", "3b0d7c5f9a1e42d8"},
      {"/episode", "2026-06-11T00:00:00Z"},
      {"/rule/id", "department-monthly-budget"},
      {"/rule/line", 3},
      {"/status", "firing"},
      {"/previous/status", "firing"},
      {"/previous/severity", "warning"},
      {"/severity", "critical"},
      {"/cause", "condition"},
      {"/startsAt", "2026-06-11T00:00:00Z"},
      {"/endsAt", nullptr},
      {"/activeFor", "P7D"},
      {"/labels/department", "payments"},
      {"/values/actual/value", "42310.55"},
      {"/values/forecast/low", "55200"},
      {"/condition/threshold/unit", "USD"},
      {"/condition/window/to", "2026-07-01T00:00:00Z"},
      {"/data_state/state", "fresh"},
      {"/data_state/provisional", true},
      {"/impact/amount", "16900.00"},
      {"/impact/currency", "USD"},
      {"/impact/basis", "projected_overrun"},
      {"/impact/high", "21100.00"},
      {"/contributors/0/amount", "9400.00"},
      {"/contributors/0/labels/service", "AmazonEC2"},
      {"/owner/contact", "payments@example.com"},
      {"/links", json::object()},  // no address that answers 404
      {"/suppressed", json::array()},
      {"/acknowledged", nullptr},
      {"/flapping", false},
      {"/notify/1", "finops"},
      {"/reason_notified", "escalated"},
      {"/fingerprint", FingerprintText(Fingerprint(AlertmanagerLabels(PaymentsOverBudget().last)))},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.pointer) {
      BOOST_TEST(data.at(json::json_pointer(row.pointer)) == row.want);
    }
  BOOST_TEST(!data.contains("truncated"));
}

BOOST_AUTO_TEST_CASE(severities_have_opentelemetry_words_and_numbers) {
  const struct {
    Severity severity;
    const char* text;
    int number;
  } rows[] = {{Severity::kInfo, "INFO", 9}, {Severity::kWarning, "WARN", 13}, {Severity::kCritical, "ERROR", 17}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
      AlertSnapshot alert = PaymentsOverBudget();
      alert.last.severity = row.severity;
      BOOST_TEST(Event(alert).at("severitytext") == row.text);
      BOOST_TEST(Event(alert).at("severitynumber") == row.number);
    }
}

BOOST_AUTO_TEST_CASE(an_alert_comes_back_as_it_was) {
  SameAlert(PaymentsOverBudget(), *FromCloudEvent(ToCloudEvent(PaymentsOverBudget().last, "a", PaymentsOverBudget().recorded)));
  constexpr unsigned kSeed = 20260618;
  RandomAlerts alerts(kSeed);
  for (int i = 0; i < 500; ++i) BOOST_TEST_CONTEXT("seed " << kSeed << " alert " << i) {
      const AlertSnapshot alert = alerts.Next();
      const std::string event = ToCloudEvent(alert.last, "agent", alert.recorded);
      const absl::StatusOr<AlertSnapshot> back = FromCloudEvent(event);
      BOOST_REQUIRE_MESSAGE(back.ok(), back.status() << " in " << event);
      SameAlert(alert, *back);
    }
}

BOOST_AUTO_TEST_CASE(every_event_is_a_valid_cloudevent_on_one_line) {
  RandomAlerts alerts(7);
  for (int i = 0; i < 200; ++i) {
    const AlertSnapshot alert = alerts.Next();
    const std::string event = ToCloudEvent(alert.last, "an agent/with \xff odd name", alert.recorded);
    BOOST_TEST(CheckCloudEvent(event).ToString() == "OK");
    BOOST_TEST(event.find('\n') == std::string::npos);
    const json parsed = json::parse(event);
    for (const auto& [name, value] : parsed.items()) BOOST_TEST(name.size() <= 20u);
  }
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_replaced) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.labels = Tags({{"na\xffme", "caf\xe9"}, {"ok", "\xc3"}});
  alert.last.rule.name = "\xf0\x28\x8c\x28";
  alert.last.summary = std::string("a\0b\xfe", 4);
  const std::string event = ToCloudEvent(alert.last, "\x80", alert.recorded);
  BOOST_TEST(CheckCloudEvent(event).ToString() == "OK");
  BOOST_TEST(json::parse(event).at("data").at("labels").at("ok") == "\uFFFD");
  BOOST_TEST(AlertToJson(alert, alert.last.time).find("caf\uFFFD") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_event_stays_under_64_kib_and_keeps_the_largest) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.contributors.clear();
  for (int i = 0; i < 300; ++i) alert.last.contributors.push_back({Tags({{"account", std::to_string(i)}}), Dollars(i % 2 ? i : -i)});
  const json data = Event(alert).at("data");
  BOOST_TEST(data.at("contributors").size() == 100u);
  BOOST_TEST(data.at("contributors")[0].at("amount") == "299.00");
  BOOST_TEST(data.at("contributors")[1].at("amount") == "-298.00");
  BOOST_TEST(data.at("contributors")[99].at("amount") == "-200.00");
  BOOST_TEST(data.at("truncated") == true);

  const struct {
    const char* what;
    std::size_t labels;
    std::string text;
  } rows[] = {
      {"a long explanation", 1, std::string(200'000, 'x')},
      {"control characters, six bytes each in JSON", 50, std::string(50'000, '\x01')},
      {"three bytes a character", 500, std::string(9'000, ' ') + "費用費用"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      AlertSnapshot big = alert;
      std::vector<Label> labels;
      for (std::size_t i = 0; i < row.labels; ++i) labels.push_back({"l" + std::to_string(i), row.text});
      big.last.labels = Labels(labels);
      for (auto& c : big.last.contributors) c.labels = Tags({{"account", row.text.substr(0, 5000)}});
      big.last.explanation = big.last.summary = big.last.rule.file = big.last.owner.name = row.text;
      big.last.annotations.assign(300, {"a", row.text});
      big.last.notify.assign(300, row.text);
      const std::string event = ToCloudEvent(big.last, "agent", big.recorded);
      BOOST_TEST(event.size() < 64u * 1024);
      BOOST_TEST(CheckCloudEvent(event).ToString() == "OK");
      BOOST_TEST(FromCloudEvent(event)->last.alert_id == alert.last.alert_id);
    }
}

BOOST_AUTO_TEST_CASE(the_time_an_alert_is_active_is_an_iso_duration) {
  const struct {
    absl::Duration active;
    const char* want;
  } rows[] = {{absl::ZeroDuration(), "PT0S"},
              {absl::Seconds(30), "PT30S"},
              {absl::Minutes(90), "PT1H30M"},
              {absl::Hours(24), "P1D"},
              {absl::Hours(26) + absl::Seconds(1), "P1DT2H1S"},
              {-absl::Hours(1), "PT0S"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.want) {
      AlertSnapshot alert = PaymentsOverBudget();
      alert.last.ends_at = alert.last.starts_at + row.active;
      BOOST_TEST(json::parse(AlertToJson(alert, alert.last.time)).at("activeFor") == row.want);
    }
}

BOOST_AUTO_TEST_CASE(an_alert_without_a_figure_has_null_and_one_that_never_began_no_episode) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.impact = {};
  alert.last.starts_at = absl::InfinitePast();
  const json event = Event(alert);
  BOOST_TEST(event.at("data").at("impact").is_null());
  BOOST_TEST(event.at("data").at("episode").is_null());
  BOOST_TEST(event.at("data").at("activeFor").is_null());
  BOOST_TEST(event.at("correlationid") == alert.last.alert_id);
}

BOOST_AUTO_TEST_CASE(what_is_not_our_event_is_refused_and_the_member_named) {
  const json good = Event(PaymentsOverBudget());
  const struct {
    const char* what;
    const char* pointer;
    json value;
    const char* says;
  } rows[] = {
      {"another type", "/type", "com.example.sale", "\"type\""},
      {"a later version", "/type", "io.nephoscope.alert.firing.v2", "\"type\""},
      {"an unknown word", "/type", "io.nephoscope.alert.exploded.v1", "\"type\""},
      {"no id", "/id", nullptr, "\"id\""},
      {"a sequence in words", "/sequence", "seven", "\"sequence\""},
      {"a time without zone", "/time", "2026-06-18T00:00:00", "\"time\""},
      {"data in another form", "/data", json::array(), "\"data\""},
      {"an unknown status", "/data/status", "burning", "\"data.status\""},
      {"a number for a text", "/data/rule/name", 5, "\"data.rule.name\""},
      {"a text for a number", "/data/rule/line", "three", "\"data.rule.line\""},
      {"money as a number", "/data/impact/amount", 16900, "\"data.impact.amount\""},
      {"money that is none", "/data/impact/low", "lots", "\"data.impact.low\""},
      {"an impossible date", "/data/startsAt", "2026-02-30T00:00:00Z", "\"data.startsAt\""},
      {"labels as a list", "/data/labels", json::array(), "\"data.labels\""},
      {"a contributor that is a text", "/data/contributors/0", "EC2", "\"data.contributors\""},
      {"a currency that is none", "/data/contributors/0/currency", "Dollar", "\"data.contributors[].currency\""},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      json event = good;
      event[json::json_pointer(row.pointer)] = row.value;
      const absl::Status status = FromCloudEvent(event.dump()).status();
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(std::string(status.message()).find(row.says) != std::string::npos, status);
    }
  for (const char* text : {"", "{", "[]", "null", "\"text\"", "\xff"}) BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!FromCloudEvent(text).ok());
    }
}

BOOST_AUTO_TEST_CASE(the_specification_s_valid_events_pass_and_its_invalid_ones_do_not) {
  const json valid = SharedJson("conformance/valid-events.json"), invalid = SharedJson("conformance/invalid-events.json");
  if (valid.is_null() || invalid.is_null()) {
    BOOST_TEST_MESSAGE("skipped: ../shared is absent");
    return;
  }
  for (const json& test : valid.at("tests")) BOOST_TEST_CONTEXT(test.at("id")) {
      BOOST_TEST(CheckCloudEvent(test.at("event").dump()).ToString() == "OK");
    }
  for (const json& test : invalid.at("tests")) BOOST_TEST_CONTEXT(test.at("id")) {
      BOOST_TEST(absl::IsInvalidArgument(CheckCloudEvent(test.at("event").dump())));
    }
  for (const char* number : {"01", "02", "04", "05"}) {
    const json example = SharedJson(std::string("json-format-examples/example-") + number + ".json");
    if (example.is_object() && example.contains("specversion")) BOOST_TEST_CONTEXT(number) {
        BOOST_TEST(CheckCloudEvent(example.dump()).ToString() == "OK");
      }
  }
}

BOOST_AUTO_TEST_CASE(our_events_satisfy_the_published_schema_s_types) {
  const json schema = SharedJson("schema/cloudevents.json");
  if (schema.is_null()) {
    BOOST_TEST_MESSAGE("skipped: ../shared is absent");
    return;
  }
  const json event = Event(PaymentsOverBudget());
  for (const json& name : schema.at("required")) BOOST_TEST(event.contains(name.get<std::string>()));
  for (const auto& [name, property] : schema.at("properties").items()) BOOST_TEST_CONTEXT(name) {
      if (!event.contains(name)) continue;
      const std::string reference = property.at("$ref").get<std::string>();
      const json type = schema.at(json::json_pointer(reference.substr(1))).at("type");
      const std::set<std::string> types =
          type.is_array() ? type.get<std::set<std::string>>() : std::set<std::string>{type.get<std::string>()};
      BOOST_TEST(types.count(event.at(name).type_name()) == 1u);
    }
}

BOOST_AUTO_TEST_CASE(times_are_read_as_strictly_as_rfc_3339_says) {
  const struct {
    const char* text;
    bool good;
  } rows[] = {{"2018-04-05T17:31:00Z", true},
              {"2018-04-05t17:31:00z", true},
              {"2018-04-05T17:31:00.000000000Z", true},
              {"2018-04-05T16:31:00-01:00", true},
              {"2018-04-05T17:31:00", false},
              {"2018-04-05 17:31:00Z", false},
              {"2018-04-05T17:31:00+25:00", false},
              {"2018-04-05T17:31:00+05", false},
              {"2018-04-05T17:31:00.Z", false},
              {"2018-13-05T17:31:00Z", false},
              {"2018-04-05T24:31:00Z", false},
              {" 2018-04-05T17:31:00Z", false},
              {"infinite-past", false},
              {"", false},
              {"2018-04-05T17:31:00ZZ", false}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.text) {
      BOOST_TEST(ParseRfc3339(row.text).has_value() == row.good);
    }
  BOOST_TEST((*ParseRfc3339("2018-04-05T16:31:00-01:00") == At("2018-04-05T17:31:00Z")));
}

BOOST_AUTO_TEST_CASE(an_event_says_who_was_notified_or_why_not) {
  const AlertSnapshot alert = PaymentsOverBudget();
  const json sent = Event(alert).at("data");
  BOOST_TEST(sent.at("suppressed") == json::array());
  BOOST_TEST(sent.at("notified").at("of") == "escalated");
  BOOST_TEST(sent.at("notified").at("who") == json(alert.last.notify));
  for (int i = 1; i <= static_cast<int>(kLastWhyNot); ++i) {
    const auto why_not = static_cast<WhyNot>(i);
    const std::string event = ToCloudEvent(alert.last, "a", alert.recorded, why_not);
    const json data = json::parse(event).at("data");
    BOOST_TEST(data.at("suppressed") == json::array({ToText(why_not)}));
    BOOST_TEST(data.at("reason_notified").is_null());
    BOOST_TEST(data.at("notified").is_null());
    const absl::StatusOr<AlertSnapshot> back = FromCloudEvent(event);
    BOOST_REQUIRE(back.ok());
    BOOST_TEST((back->notice.why_not == why_not));
    BOOST_TEST(!back->notice.of.has_value());
  }
}

BOOST_AUTO_TEST_CASE(the_api_shows_what_is_true_when_it_is_asked) {
  AlertSnapshot alert = PaymentsOverBudget();
  auto now = std::make_shared<Transition>(alert.last);
  now->summary = "as it is now";
  alert.now = now;
  alert.late_from = alert.last.time + absl::Hours(30);
  alert.missing_from = alert.last.time + absl::Hours(60);
  const struct { absl::Duration later; const char* active; const char* data; } rows[] = {{absl::Hours(24), "P8D", "fresh"}, {absl::Hours(48), "P9D", "late"}, {absl::Hours(24 * 51), "P58D", "missing"}};
  for (const auto& row : rows) {
    const json data = json::parse(AlertToJson(alert, alert.last.time + row.later));
    BOOST_TEST(data.at("activeFor") == row.active);
    BOOST_TEST(data.at("data_state").at("state") == row.data);
    BOOST_TEST(data.at("summary") == "as it is now");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
