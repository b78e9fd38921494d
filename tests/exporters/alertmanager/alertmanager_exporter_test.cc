// The Alertmanager exporter against a scripted clock and scripted answers.
#include <map>
#include <set>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "exporters/alertmanager/alertmanager_labels.h"
#include "exporters/exporter.h"
#include "tests/exporters/sample_alert.h"

using nlohmann::json;

namespace nephoscope {
namespace {

struct Posted {
  std::string url;
  json alerts;
  std::function<void(int, std::string)> answer;
};

// An exporter whose requests are kept; `status` answers them at once, -1 leaves them open.
struct Bench {
  explicit Bench(std::vector<std::string> urls = {"http://am:9093"}, absl::Duration every = absl::Minutes(1)) {
    const ExporterType* type = FindExporter("alertmanager");
    OptionValues values(type->options);
    values.Set("urls", {urls});
    values.Set("every", {every});
    ExporterContext context;
    context.post = [this](std::string url, std::string content_type, std::string body, std::function<void(int, std::string)> answer) {
      BOOST_TEST(content_type == "application/json");
      posts.push_back({url, json::parse(body), answer});
      if (status >= 0) answer(status, reason);
    };
    auto made = type->make(values, context);
    BOOST_REQUIRE_MESSAGE(made.ok(), made.status());
    exporter = *std::move(made);
  }
  // What was posted by this call.
  std::vector<Posted> Sync(std::vector<AlertSnapshot> alerts, absl::Time at) {
    posts.clear();
    exporter->Sync(alerts, at);
    return posts;
  }
  int status = 200;
  std::string reason;
  std::vector<Posted> posts;
  std::unique_ptr<Exporter> exporter;
};

const absl::Time kNow = At("2026-06-18T09:13:00Z");

AlertSnapshot Resolved(AlertSnapshot alert, absl::Time end, absl::Time recorded) {
  alert.last.type = EventType::kResolved;
  alert.last.status = AlertState::kInactive;
  alert.last.ends_at = end;
  ++alert.last.sequence;
  alert.recorded = recorded;
  return alert;
}

AlertSnapshot Numbered(int i) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.alert_id = "alert" + std::to_string(i);
  alert.last.labels = alert.last.labels.With("n", std::to_string(i));
  return alert;
}

BOOST_AUTO_TEST_SUITE(alertmanager_exporter_test)

BOOST_AUTO_TEST_CASE(only_receivers_that_say_so_are_told_through_it) {
  Bench bench;
  bench.exporter->SetReceivers({{"finops", {"", true}}, {"audit", {"", false}}});
  AlertSnapshot audit = Numbered(1), finops = Numbered(2);
  audit.last.notify = {"audit"};
  finops.last.notify = {"audit", "finops"};
  const auto posts = bench.Sync({audit, finops}, kNow);
  BOOST_REQUIRE_EQUAL(posts.size(), 1u);
  BOOST_REQUIRE_EQUAL(posts[0].alerts.size(), 1u);
  BOOST_TEST(posts[0].alerts[0].at("labels").at("n") == "2");
  // Not any more: what was told as active ends.
  bench.exporter->SetReceivers({{"finops", {"", false}}});
  const auto ended = bench.Sync({audit, finops}, kNow + absl::Seconds(5));
  BOOST_REQUIRE_EQUAL(ended.size(), 1u);
  BOOST_TEST(ended[0].alerts.at(0).at("endsAt") == "2026-06-18T09:13:05Z");
}

BOOST_AUTO_TEST_CASE(a_firing_alert_is_posted_with_labels_notes_and_an_end_that_it_outlives) {
  Bench bench({"http://am:9093/"});
  const auto posts = bench.Sync({PaymentsOverBudget()}, kNow);
  BOOST_REQUIRE_EQUAL(posts.size(), 1u);
  BOOST_TEST(posts[0].url == "http://am:9093/api/v2/alerts");
  const json& alert = posts[0].alerts.at(0);
  BOOST_TEST(alert.at("labels") == json({{"alertname", "DepartmentMonthlyBudget"},
                                         {"department", "payments"},
                                         {"kind", "budget"},
                                         {"owner", "payments-platform"},
                                         {"severity", "critical"}}));
  BOOST_TEST(alert.at("startsAt") == "2026-06-11T00:00:00Z");
  BOOST_TEST(alert.at("endsAt") == "2026-06-18T09:17:00Z");
  const json& notes = alert.at("annotations");
  BOOST_TEST(notes.at("alert_id") == "3b0d7c5f9a1e42d8");
  BOOST_TEST(notes.at("summary") == "payments has spent 42,310.55 USD of 42,000.00 USD");
  BOOST_TEST(notes.at("runbook_url") == "https://wiki.example.com/budget");
  BOOST_TEST(notes.at("impact") == "16,900.00 USD (projected_overrun)");
  BOOST_TEST(notes.at("actual") == "42310.55 USD");
  BOOST_TEST(bench.exporter->health().ok());
  BOOST_TEST(!bench.exporter->wants_events());
}

BOOST_AUTO_TEST_CASE(pending_alerts_are_not_told) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.status = AlertState::kPending;
  BOOST_TEST(Bench().Sync({alert}, kNow).empty());
}

BOOST_AUTO_TEST_CASE(what_goes_on_is_sent_again_every_minute_and_not_before) {
  Bench bench;
  bench.Sync({PaymentsOverBudget()}, kNow);
  BOOST_TEST(bench.Sync({PaymentsOverBudget()}, kNow + absl::Seconds(59)).empty());
  BOOST_REQUIRE_EQUAL(bench.Sync({PaymentsOverBudget()}, kNow + absl::Seconds(60)).size(), 1u);
  BOOST_TEST(bench.posts[0].alerts.at(0).at("endsAt") == "2026-06-18T09:18:00Z");
  Bench slow({"http://am:9093"}, absl::Minutes(5));
  slow.Sync({PaymentsOverBudget()}, kNow);
  BOOST_TEST(slow.posts[0].alerts.at(0).at("endsAt") == "2026-06-18T09:33:00Z");  // four times the interval
  BOOST_TEST(slow.Sync({PaymentsOverBudget()}, kNow + absl::Minutes(4)).empty());
}

BOOST_AUTO_TEST_CASE(a_new_transition_is_sent_at_once) {
  Bench bench;
  AlertSnapshot alert = PaymentsOverBudget();
  bench.Sync({alert}, kNow);
  ++alert.last.sequence;
  alert.last.summary = "worse";
  BOOST_REQUIRE_EQUAL(bench.Sync({alert}, kNow + absl::Seconds(1)).size(), 1u);
  BOOST_TEST(bench.posts[0].alerts.at(0).at("annotations").at("summary") == "worse");
}

BOOST_AUTO_TEST_CASE(another_severity_ends_the_old_fingerprint_and_begins_the_new_in_one_post) {
  Bench bench;
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.severity = Severity::kWarning;
  bench.Sync({alert}, kNow - absl::Hours(10));
  ++alert.last.sequence;
  alert.last.severity = Severity::kCritical;
  const auto posts = bench.Sync({alert}, kNow);
  BOOST_REQUIRE_EQUAL(posts.size(), 1u);
  std::map<std::string, std::string> end_of;
  for (const json& posted : posts[0].alerts) end_of[posted.at("labels").at("severity")] = posted.at("endsAt");
  BOOST_TEST(end_of.size() == 2u);
  BOOST_TEST(end_of["warning"] == "2026-06-18T00:00:00Z");  // when it became critical in the data
  BOOST_TEST(end_of["critical"] == "2026-06-18T09:17:00Z");
}

BOOST_AUTO_TEST_CASE(a_resolved_alert_is_told_with_its_true_end_for_fifteen_minutes) {
  Bench bench;
  bench.Sync({PaymentsOverBudget()}, kNow - absl::Minutes(1));
  const AlertSnapshot over = Resolved(PaymentsOverBudget(), At("2026-06-18T05:00:00Z"), kNow);
  int told = 0;
  for (int minute = 0; minute <= 30; ++minute) {
    for (const Posted& post : bench.Sync({over}, kNow + absl::Minutes(minute))) {
      BOOST_TEST(post.alerts.at(0).at("endsAt") == "2026-06-18T05:00:00Z");
      BOOST_TEST(minute < 15);
      ++told;
    }
  }
  BOOST_TEST(told == 15);
}

BOOST_AUTO_TEST_CASE(after_a_restart_a_fresh_end_is_told_and_an_old_one_is_not) {
  BOOST_TEST(Bench().Sync({Resolved(PaymentsOverBudget(), kNow - absl::Hours(9), kNow - absl::Minutes(5))}, kNow).size() == 1u);
  BOOST_TEST(Bench().Sync({Resolved(PaymentsOverBudget(), kNow - absl::Hours(9), kNow - absl::Minutes(16))}, kNow).empty());
}

BOOST_AUTO_TEST_CASE(an_alert_that_vanishes_from_the_list_is_ended) {
  Bench bench;
  bench.Sync({PaymentsOverBudget()}, kNow);
  const auto posts = bench.Sync({}, kNow + absl::Seconds(30));
  BOOST_REQUIRE_EQUAL(posts.size(), 1u);
  BOOST_TEST(posts[0].alerts.at(0).at("endsAt") == "2026-06-18T09:13:30Z");
}

BOOST_AUTO_TEST_CASE(a_start_is_never_after_the_end) {
  AlertSnapshot odd = Resolved(PaymentsOverBudget(), At("2026-06-01T00:00:00Z"), kNow);
  const json alert = Bench().Sync({odd}, kNow).at(0).alerts.at(0);
  BOOST_TEST(At(alert.at("startsAt").get<std::string>()) <= At(alert.at("endsAt").get<std::string>()));
  AlertSnapshot never_began = PaymentsOverBudget();
  never_began.last.starts_at = absl::InfinitePast();
  BOOST_TEST(Bench().Sync({never_began}, kNow).at(0).alerts.at(0).at("startsAt") == "2026-06-18T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(an_alert_without_a_name_is_held_back) {
  AlertSnapshot nameless = PaymentsOverBudget();
  nameless.last.rule.name.clear();
  BOOST_TEST(Bench().Sync({nameless}, kNow).empty());
}

BOOST_AUTO_TEST_CASE(many_alerts_go_in_batches_of_256) {
  std::vector<AlertSnapshot> alerts;
  for (int i = 0; i < 600; ++i) alerts.push_back(Numbered(i));
  const auto posts = Bench().Sync(alerts, kNow);
  BOOST_REQUIRE_EQUAL(posts.size(), 3u);
  std::set<std::string> names;
  for (const Posted& post : posts) {
    BOOST_TEST(post.alerts.size() <= 256u);
    for (const json& alert : post.alerts) names.insert(alert.at("labels").at("n"));
  }
  BOOST_TEST(names.size() == 600u);
}

BOOST_AUTO_TEST_CASE(one_silent_alertmanager_does_not_hold_back_the_other) {
  Bench bench({"http://one:9093", "http://two:9093"});
  bench.status = -1;
  auto open = bench.Sync({PaymentsOverBudget()}, kNow);
  BOOST_REQUIRE_EQUAL(open.size(), 2u);
  open[1].answer(200, "");
  bench.status = 200;
  const auto posts = bench.Sync({PaymentsOverBudget()}, kNow + absl::Minutes(1));
  BOOST_REQUIRE_EQUAL(posts.size(), 1u);
  BOOST_TEST(posts[0].url == "http://two:9093/api/v2/alerts");
  open[0].answer(0, "");
  BOOST_TEST(absl::StrCat(bench.exporter->health().message()).find("http://one:9093 does not answer") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_failed_post_is_said_and_sent_again_until_it_is_taken) {
  const struct {
    int status;
    const char* reason;
    const char* says;
  } rows[] = {
      {0, "", "does not answer"}, {400, "invalid \x1b name", "answered 400 (expected 200): invalid   name"}, {503, "busy", "answered 503"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.says) {
      Bench bench({"http://user:secret@am:9093"});
      bench.status = row.status;
      bench.reason = row.reason;
      bench.Sync({PaymentsOverBudget()}, kNow);
      const std::string message(bench.exporter->health().message());
      BOOST_TEST(absl::IsUnavailable(bench.exporter->health()));
      BOOST_TEST(message.find(row.says) != std::string::npos, message);
      BOOST_TEST(message.find("secret") == std::string::npos);
      BOOST_TEST(bench.Sync({PaymentsOverBudget()}, kNow + absl::Seconds(4)).empty());  // not hammered
      bench.status = 200;
      BOOST_TEST(bench.Sync({PaymentsOverBudget()}, kNow + absl::Seconds(5)).size() == 1u);
      BOOST_TEST(bench.exporter->health().ok());
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_comes_too_late_harms_nobody) {
  auto bench = std::make_unique<Bench>();
  bench->status = -1;
  const auto open = bench->Sync({PaymentsOverBudget()}, kNow);
  bench->exporter.reset();
  open.at(0).answer(500, "late");
}

BOOST_AUTO_TEST_CASE(urls_that_are_none_are_refused_without_showing_secrets) {
  const ExporterType* type = FindExporter("alertmanager");
  const std::vector<std::string> rows[] = {{}, {"am:9093"}, {"http://am:9093", "ftp://user:secret@am"}};
  for (const auto& urls : rows) {
    OptionValues values(type->options);
    values.Set("urls", {urls});
    values.Set("every", {absl::Minutes(1)});
    ExporterContext context;
    context.post = [](auto...) {};
    const absl::Status status = type->make(values, context).status();
    BOOST_TEST(absl::IsInvalidArgument(status));
    BOOST_TEST(std::string(status.message()).find("urls") != std::string::npos);
    BOOST_TEST(std::string(status.message()).find("secret") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
