#include "exporters/prometheus/prometheus_page.h"

#include <cmath>
#include <map>
#include <regex>
#include <set>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "exporters/prometheus/exposition_writer.h"
#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

// A page read back by a strict reader of its own; anything that the formats forbid fails the test.
struct Page {
  std::map<std::string, std::string> type_of, help_of;  // by family
  std::map<std::string, double> value_of;               // by name{labels} as written
  std::vector<std::string> families;

  Page(const std::string& text, bool openmetrics) {
    BOOST_REQUIRE(!text.empty() && text.back() == '\n');
    std::vector<std::string> lines = absl::StrSplit(text.substr(0, text.size() - 1), '\n');
    if (openmetrics) {
      BOOST_TEST(lines.back() == "# EOF");
      lines.pop_back();
    }
    for (const std::string& line : lines) BOOST_TEST_CONTEXT(line) {
        line[0] == '#' ? ReadMeta(line) : ReadSample(line, openmetrics);
      }
  }

  bool Has(const std::string& series) const { return value_of.count(series) == 1; }
  double Of(const std::string& series) const {
    BOOST_REQUIRE_MESSAGE(Has(series), series << " is missing");
    return value_of.at(series);
  }

 private:
  void ReadMeta(const std::string& line) {
    static const std::regex kMeta(R"(# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+))");
    std::smatch m;
    BOOST_REQUIRE(std::regex_match(line, m, kMeta));
    if (m[1] == "HELP") {
      families.push_back(m[2]);
      BOOST_TEST(help_of.emplace(m[2], m[3]).second);
    } else {
      BOOST_TEST(families.back() == m[2]);
      BOOST_TEST(type_of.emplace(m[2], m[3]).second);
    }
  }

  void ReadSample(const std::string& line, bool openmetrics) {
    static const std::regex kSample(
        R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? ([^ ]+)( [0-9.]+)?)re");
    std::smatch m;
    BOOST_REQUIRE(std::regex_match(line, m, kSample));
    double value = 0;
    BOOST_TEST(absl::SimpleAtod(std::string(m[6]), &value));
    BOOST_TEST(value_of.emplace(std::string(m[1]) + std::string(m[2]), value).second, "twice");
    const std::string& family = families.back();
    BOOST_TEST(type_of.count(family) == 1u);
    const std::set<std::string> allowed = Suffixes(type_of[family], openmetrics);
    BOOST_TEST(absl::StartsWith(std::string(m[1]), family));
    BOOST_TEST(allowed.count(std::string(m[1]).substr(family.size())) == 1u);
  }

  static std::set<std::string> Suffixes(const std::string& type, bool openmetrics) {
    if (type == "histogram") return {"_bucket", "_sum", "_count"};
    if (type == "summary") return {"", "_sum", "_count"};
    if (type == "counter" && openmetrics) return {"_total"};
    if (type == "info") return {"_info"};
    return {""};
  }
};

std::string Text(const std::vector<AlertSnapshot>& alerts, bool openmetrics, const RuleSet& rules = {},
                 const prometheus::Registry& own = prometheus::Registry()) {
  std::string out;
  WritePrometheusPage(alerts, rules, own, {openmetrics}, out);
  return out;
}

constexpr char kLabels[] =
    R"(alert_id="3b0d7c5f9a1e42d8",alertname="DepartmentMonthlyBudget",department="payments",owner="payments-platform")";

BOOST_AUTO_TEST_SUITE(prometheus_page_test)

BOOST_AUTO_TEST_CASE(a_firing_alert_has_its_gauges) {
  for (const bool openmetrics : {false, true}) {
    const Page page(Text({PaymentsOverBudget()}, openmetrics), openmetrics);
    BOOST_TEST(page.Of(R"(nephoscope_alerts{alertname="DepartmentMonthlyBudget",state="firing",severity="critical"})") == 1);
    BOOST_TEST(page.Of(std::string("nephoscope_alert_active{") + kLabels + R"(,severity="critical"})") == 1);
    BOOST_TEST(page.Of(std::string("nephoscope_alert_active_since_seconds{") + kLabels + "}") ==
               absl::ToUnixSeconds(At("2026-06-11T00:00:00Z")));
    BOOST_TEST(page.Of("nephoscope_alert_series_dropped") == 0);
    BOOST_TEST(page.Of(R"(nephoscope_alert_impact{alertname="DepartmentMonthlyBudget",owner="payments-platform",currency="USD"})") ==
               16900);
    const std::string budget = R"({alertname="DepartmentMonthlyBudget",group="department=payments",currency="USD"})";
    BOOST_TEST(page.Of("nephoscope_budget_amount" + budget) == 42000);
    BOOST_TEST(page.Of("nephoscope_budget_spent" + budget) == 42310.55);
    BOOST_TEST(page.Of("nephoscope_budget_forecast" + budget) == 58900);
    BOOST_TEST(page.Of("nephoscope_budget_data_time_seconds" + budget) == absl::ToUnixSeconds(At("2026-06-17T00:00:00Z")));
    BOOST_TEST(!page.Has("nephoscope_budget_days_left" + budget));  // the alert does not say
  }
}

BOOST_AUTO_TEST_CASE(only_alerts_that_are_active_have_a_series) {
  const struct {
    AlertState state;
    bool counted, shown;
  } rows[] = {{AlertState::kInactive, false, false},
              {AlertState::kPending, true, false},
              {AlertState::kFiring, true, true},
              {AlertState::kRecovering, true, true}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(ToText(row.state)) {
      AlertSnapshot alert = PaymentsOverBudget();
      alert.last.status = row.state;
      const std::string text = Text({alert}, false);
      BOOST_TEST((text.find("nephoscope_alerts{") != std::string::npos) == row.counted);
      BOOST_TEST((text.find("nephoscope_alert_active{") != std::string::npos) == row.shown);
      BOOST_TEST((text.find("nephoscope_alert_impact{") != std::string::npos) == row.shown);
    }
}

BOOST_AUTO_TEST_CASE(money_is_summed_per_rule_owner_and_currency_never_across_currencies) {
  AlertSnapshot a = PaymentsOverBudget(), b = a, c = a;
  b.last.alert_id = "b", b.last.impact.amount = Dollars(100), b.last.as_of = At("2026-06-10T00:00:00Z");
  c.last.alert_id = "c", c.last.impact.amount = {5'000'000, *Currency::Parse("EUR")};
  const Page page(Text({a, b, c}, false), false);
  const std::string labels = R"({alertname="DepartmentMonthlyBudget",owner="payments-platform",currency=)";
  BOOST_TEST(page.Of("nephoscope_alert_impact" + labels + R"("USD"})") == 17000);
  BOOST_TEST(page.Of("nephoscope_alert_impact" + labels + R"("EUR"})") == 5);
  BOOST_TEST(page.Of("nephoscope_alert_impact_data_time_seconds" + labels + R"("USD"})") ==
             absl::ToUnixSeconds(At("2026-06-10T00:00:00Z")));
}

BOOST_AUTO_TEST_CASE(over_5000_alerts_the_costliest_are_shown_and_the_rest_counted) {
  std::vector<AlertSnapshot> alerts(5010, PaymentsOverBudget());
  for (int i = 0; i < 5010; ++i) alerts[i].last.alert_id = "a" + std::to_string(i), alerts[i].last.impact.amount = Dollars(i);
  const std::string text = Text(alerts, true);
  BOOST_TEST(text.find("nephoscope_alert_series_dropped 10\n") != std::string::npos);
  BOOST_TEST(text.find("alert_id=\"a9\"") == std::string::npos);
  BOOST_TEST(text.find("alert_id=\"a10\"") != std::string::npos);
  BOOST_TEST(text.find("nephoscope_alerts{alertname=\"DepartmentMonthlyBudget\",state=\"firing\",severity=\"critical\"} 5010\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(odd_labels_come_out_legal_and_escaped) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.labels = Tags({{"cost-center", "a\"b\\c\nd"}, {"0day", "\xff"}, {"owner", "someone else"}});
  for (const bool openmetrics : {false, true}) {
    const std::string text = Text({alert, alert}, openmetrics);
    Page(text, openmetrics);
    BOOST_TEST(text.find(R"(cost_center="a\"b\\c\nd")") != std::string::npos);
    BOOST_TEST(text.find("_0day=\"\uFFFD\"") != std::string::npos);
    BOOST_TEST(text.find(R"(exported_owner="someone else")") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(random_alerts_make_a_page_that_reads_back) {
  RandomAlerts alerts(11);
  std::vector<AlertSnapshot> many;
  for (int i = 0; i < 200; ++i) many.push_back(alerts.Next());
  for (const bool openmetrics : {false, true}) BOOST_TEST(Page(Text(many, openmetrics), openmetrics).families.size() >= 3u);
}

BOOST_AUTO_TEST_CASE(loaded_rules_are_an_info_metric) {
  auto rule = std::make_shared<Rule>();
  rule->name = "ShopDown", rule->kind = "health_check", rule->file = "shop.yaml", rule->mode = RuleMode::kShadow;
  const RuleSet rules{{rule, rule}, {}, {}};
  const std::string series =
      R"(nephoscope_rule_info{alertname="ShopDown",kind="health_check",file="shop.yaml",mode="shadow",owner="by tag"})";
  const Page text(Text({}, false, rules), false), openmetrics(Text({}, true, rules), true);
  BOOST_TEST(text.Of(series) == 1);
  BOOST_TEST(text.type_of.at("nephoscope_rule_info") == "gauge");
  BOOST_TEST(openmetrics.Of(series) == 1);
  BOOST_TEST(openmetrics.type_of.at("nephoscope_rule") == "info");
}

BOOST_AUTO_TEST_CASE(our_own_telemetry_is_right_in_both_formats) {
  prometheus::Registry own;
  prometheus::BuildCounter()
      .Name("nephoscope_samples_total")
      .Help("Samples \"taken\" in\\out.")
      .Register(own)
      .Add({{"source", "a\"b"}})
      .Increment(3);
  prometheus::BuildCounter().Name("nephoscope_odd").Register(own).Add({}).Increment();
  prometheus::BuildGauge().Name("nephoscope_build_info").Help("Build.").Register(own).Add({{"version", "1"}}).Set(1);
  prometheus::BuildGauge().Name("nephoscope_lag_seconds").Help("Lag.").Register(own).Add({}).Set(-INFINITY);
  prometheus::BuildGauge().Name("nephoscope_empty").Help("Nothing yet.").Register(own);
  auto& histogram = prometheus::BuildHistogram()
                        .Name("nephoscope_commit_seconds")
                        .Help("Commits.")
                        .Register(own)
                        .Add({}, prometheus::Histogram::BucketBoundaries{0.5, 1});
  histogram.Observe(0.7);
  histogram.Observe(9);
  auto& summary = prometheus::BuildSummary()
                      .Name("nephoscope_wait_seconds")
                      .Help("Waits.")
                      .Register(own)
                      .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}});
  summary.Observe(2);

  const Page text(Text({}, false, {}, own), false), open(Text({}, true, {}, own), true);
  BOOST_TEST(text.Of(R"(nephoscope_samples_total{source="a\"b"})") == 3);
  BOOST_TEST(open.Of(R"(nephoscope_samples_total{source="a\"b"})") == 3);
  BOOST_TEST(text.type_of.at("nephoscope_samples_total") == "counter");
  BOOST_TEST(open.type_of.at("nephoscope_samples") == "counter");
  BOOST_TEST(text.help_of.at("nephoscope_samples_total") == R"(Samples "taken" in\\out.)");
  BOOST_TEST(open.help_of.at("nephoscope_samples") == R"(Samples \"taken\" in\\out.)");
  BOOST_TEST(text.Of("nephoscope_odd") == 1);
  BOOST_TEST(open.Of("nephoscope_odd_total") == 1);
  BOOST_TEST(text.help_of.at("nephoscope_odd") == "nephoscope odd");
  BOOST_TEST(open.type_of.at("nephoscope_build") == "info");
  BOOST_TEST(text.type_of.at("nephoscope_build_info") == "gauge");
  BOOST_TEST(open.Of("nephoscope_lag_seconds") == -INFINITY);
  BOOST_TEST(open.type_of.count("nephoscope_empty") == 0u);
  BOOST_TEST(text.Of(R"(nephoscope_commit_seconds_bucket{le="1"})") == 1);
  BOOST_TEST(open.Of(R"(nephoscope_commit_seconds_bucket{le="1.0"})") == 1);
  BOOST_TEST(open.Of(R"(nephoscope_commit_seconds_bucket{le="+Inf"})") == 2);
  BOOST_TEST(open.Of("nephoscope_commit_seconds_count") == 2);
  BOOST_TEST(open.Of("nephoscope_commit_seconds_sum") == 9.7);
  BOOST_TEST(open.Of(R"(nephoscope_wait_seconds{quantile="0.5"})") == 2);
  BOOST_TEST(open.Of("nephoscope_wait_seconds_count") == 1);
}

BOOST_AUTO_TEST_CASE(numbers_are_written_short_and_exact) {
  const struct {
    double value;
    const char* want;
  } rows[] = {{0, "0"},          {3, "3"},     {-0.25, "-0.25"},   {42310.55, "42310.55"},
              {1e300, "1e+300"}, {NAN, "NaN"}, {INFINITY, "+Inf"}, {-INFINITY, "-Inf"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.want) {
      std::string out;
      AppendNumber(row.value, out);
      BOOST_TEST(out == row.want);
    }
}

BOOST_AUTO_TEST_CASE(the_format_is_the_one_the_scraper_asks_for) {
  const struct {
    const char* accept;
    bool openmetrics;
  } rows[] = {
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/"
       "*;q=0.1",
       true},
      {"application/openmetrics-text; version=1.0.0; charset=utf-8", true},
      {"application/openmetrics-text", true},
      {"text/plain;version=0.0.4;q=0.5, Application/OpenMetrics-Text;q=0.9", true},
      {"", false},
      {"*/*", false},
      {"text/html", false},
      {"text/plain", false},
      {"application/openmetrics-text;q=0.2,text/plain;q=0.9", false},
      {"application/openmetrics-text;q=0", false},
      {"application/openmetrics-text;version=0.0.1", false},
      {"application/openmetrics-text;q=often", false},
      {";;;,,q=1", false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.accept) {
      BOOST_TEST(NegotiateExposition(row.accept).openmetrics == row.openmetrics);
    }
  BOOST_TEST(std::string(ExpositionFormat{true}.content_type()) == "application/openmetrics-text; version=1.0.0; charset=utf-8");
  BOOST_TEST(std::string(ExpositionFormat{false}.content_type()) == "text/plain; version=0.0.4; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(what_people_are_not_notified_of_has_a_twin_with_the_reason) {
  AlertSnapshot alert = PaymentsOverBudget();
  const std::string series = R"(nephoscope_alert_suppressed{alert_id="3b0d7c5f9a1e42d8",reason="muted"})";
  BOOST_TEST(Text({alert}, false).find("nephoscope_alert_suppressed") == std::string::npos);
  alert.notice.why_not = WhyNot::kMuted;
  BOOST_TEST(Page(Text({alert}, false), false).Of(series) == 1);
  alert.last.status = AlertState::kInactive;
  BOOST_TEST(Text({alert}, false).find("nephoscope_alert_suppressed") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_budget_is_shown_as_it_is_now_and_when_it_does_not_fire) {
  AlertSnapshot firing = PaymentsOverBudget(), kept = firing;
  auto now = std::make_shared<Transition>(firing.last);
  for (NamedValue& value : now->values)
    if (value.name == "actual") value.value = "50000";
  firing.now = now;
  kept.last.status = AlertState::kInactive;
  kept.last.labels = Labels(std::vector<Label>{{"department", "search"}});
  std::string out;
  WritePrometheusPage(std::vector<AlertSnapshot>{firing}, {}, prometheus::Registry(), {}, out, std::vector<AlertSnapshot>{kept});
  const Page page(out, false);
  BOOST_TEST(page.Of(R"(nephoscope_budget_spent{alertname="DepartmentMonthlyBudget",group="department=payments",currency="USD"})") == 50000);
  BOOST_TEST(page.Of(R"(nephoscope_budget_spent{alertname="DepartmentMonthlyBudget",group="department=search",currency="USD"})") == 42310.55);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
