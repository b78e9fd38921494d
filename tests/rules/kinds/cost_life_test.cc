// What a coordinator expects of cost_anomaly, case by case: what is reported, when, how often, and what is quiet.
#include <cmath>
#include <map>
#include <random>
#include <regex>
#include <set>

#include <boost/test/unit_test.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/rules/kinds/kind_run.h"

using namespace nephoscope;

namespace {

const char* const kRule =
    "  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [service]}\n    anomaly: {direction: both}\n";

// One engine and bills by day; a bill may be provisional.
class Bill {
 public:
  explicit Bill(const std::string& rule = kRule) : Bill(LoadRunRules(rule).rules) {}
  explicit Bill(std::shared_ptr<const RuleSet> rules) : engine_(EngineOptions{.agent_group = "test"}) {
    BOOST_REQUIRE(rules != nullptr && rules->rules.size() == 1);
    engine_.SetRules(std::move(rules), kRunStart, changes_);
  }

  SeriesId Of(std::vector<Label> labels) {
    Series series;
    series.id = next_++;
    series.metric = "cost.effective";
    series.type = ValueType::kMoney;
    series.currency = Currency::Usd();
    series.cadence = series.period = absl::Hours(24);
    series.labels = Labels(std::move(labels));
    engine_.DefineSeries(series);
    return series.id;
  }
  SeriesId Service(const std::string& name) { return Of({{"service", name}}); }

  void Cell(SeriesId id, int day, double dollars, bool provisional = false) {
    Sample sample;
    sample.series = id;
    sample.flags = provisional ? Sample::kProvisional : Sample::kFinal;
    sample.time_ms = absl::ToUnixMillis(RunDay(day));
    sample.micros = std::llround(dollars * 1e6);
    engine_.Observe({&sample, 1}, changes_);
  }
  // The bill is read; `day` is the first that is not over.
  void Read(int day) {
    engine_.Advance(0, RunDay(day), changes_);
    engine_.AdvanceClock(RunDay(day), changes_);
    for (Transition& one : changes_.transitions) {
      said_.push_back(std::move(one));
      if (said_.back().type == EventType::kFiring) fired_.push_back(day - 1);
    }
    changes_.clear();
  }

  // Days, counted from 0, on which an alert was new.
  const std::vector<int>& fired() const { return fired_; }
  const std::vector<Transition>& said() const { return said_; }
  std::string Texts() const {
    std::string out;
    for (const Transition& one : said_) absl::StrAppend(&out, "\n", ToText(one.type), ": ", one.explanation);
    return out;
  }

 private:
  Engine engine_;
  Changes changes_;
  SeriesId next_ = 0;
  std::vector<Transition> said_;
  std::vector<int> fired_;
};

// About 1,000 dollars a day, the same for the same seed.
class Noise {
 public:
  Noise(double swing, unsigned seed) : swing_(swing), random_(seed) {}
  double operator()() {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random_() % 10001) / 10000;
    return 1000 * std::exp(swing_ * (sum - 6));
  }

 private:
  double swing_;
  std::mt19937 random_;
};

// The days on which something was new, of `days` days whose cost is `cost(day, noise)`.
template <typename Cost>
std::vector<int> Fired(int days, double swing, unsigned seed, const Cost& cost, std::string* texts = nullptr) {
  Bill bill;
  const SeriesId id = bill.Service("A");
  Noise noise(swing, seed);
  for (int day = 0; day < days; ++day) bill.Cell(id, day, cost(day, noise())), bill.Read(day + 1);
  if (texts != nullptr) *texts = bill.Texts();
  return bill.fired();
}

bool Saturday(int day) { return day % 7 == 5; }
int DayOfMonthAt(int day) { return absl::ToCivilDay(RunDay(day), absl::UTCTimeZone()).day(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(cost_life_test)

BOOST_AUTO_TEST_CASE(a_weekend_batch_is_quiet_after_four_weeks) {
  for (unsigned seed = 1; seed <= 5; ++seed)
    for (const int day : Fired(150, 0.02, seed, [](int d, double cost) { return Saturday(d) ? 2.5 * cost : cost; }))
      BOOST_TEST(day < 28, "day " << day << " seed " << seed);
}

BOOST_AUTO_TEST_CASE(a_drift_of_two_percent_a_day_is_reported_within_ten_days_and_once) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::string texts;
    const std::vector<int> days = Fired(130, 0.02, seed, [](int d, double cost) { return cost * (1 + 0.02 * std::clamp(d - 59, 0, 20)); }, &texts);
    BOOST_TEST(days.size() == 1u, "seed " << seed << texts);
    if (days.empty()) continue;
    BOOST_TEST((days[0] >= 60 && days[0] < 70), "day " << days[0] << " seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_price_step_is_reported_once) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::string texts;
    const std::vector<int> days = Fired(150, 0.015, seed, [](int d, double cost) { return d >= 60 ? 1.08 * cost : cost; }, &texts);
    BOOST_TEST(days.size() == 1u, "seed " << seed << texts);
    BOOST_TEST((!days.empty() && days[0] >= 60 && days[0] < 75));
  }
}

BOOST_AUTO_TEST_CASE(a_credit_is_quiet) {
  BOOST_TEST(Fired(120, 0.03, 1, [](int d, double cost) { return d == 70 ? cost - 5000 : cost; }).empty());
  Bill bill;
  const SeriesId id = bill.Of({{"service", "A"}, {"charge_category", "Usage"}});
  const SeriesId credit = bill.Of({{"service", "A"}, {"charge_category", "Credit"}}), bought = bill.Of({{"service", "A"}, {"charge_category", "Purchase"}});
  Noise noise(0.03, 2);
  for (int day = 0; day < 120; ++day) {
    bill.Cell(id, day, noise());
    if (day == 70) bill.Cell(credit, day, -700);
    if (day == 80) bill.Cell(bought, day, 9000);
    bill.Read(day + 1);
  }
  BOOST_TEST(bill.fired().empty(), bill.Texts());
}

// First 60 %, then 95 %, final on the third day.
BOOST_AUTO_TEST_CASE(bills_that_grow_for_three_days_are_quiet_and_excess_is_seen_at_once) {
  for (const bool doubled : {false, true}) {
    Bill bill;
    const SeriesId id = bill.Service("A");
    Noise noise(0.02, 3);
    std::vector<double> costs;
    for (int day = 0; day < 100; ++day) {
      costs.push_back(noise() * (doubled && day == 80 ? 2.2 : 1));
      for (const auto& [age, share] : {std::pair{0, 0.6}, {1, 0.95}, {2, 1.0}})
        if (day >= age) bill.Cell(id, day - age, costs[static_cast<std::size_t>(day - age)] * share, age < 2);
      bill.Read(day + 1);
    }
    BOOST_TEST(bill.fired() == (doubled ? std::vector<int>{80} : std::vector<int>{}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_half_arrived_day_is_quiet) {
  Bill bill;
  const SeriesId id = bill.Service("A");
  Noise noise(0.02, 4);
  for (int day = 0; day < 90; ++day) {
    const double cost = noise();
    bill.Cell(id, day, day == 89 ? cost / 2 : cost, true);
    if (day >= 3) bill.Cell(id, day - 3, day - 3 == 89 ? cost : 1000, false);
    bill.Read(day + 1);
  }
  BOOST_TEST(bill.fired().empty(), bill.Texts());
}

BOOST_AUTO_TEST_CASE(a_doubled_day_is_reported_at_once_and_corrected) {
  Bill bill;
  const SeriesId id = bill.Service("A");
  Noise noise(0.02, 5);
  for (int day = 0; day < 60; ++day) bill.Cell(id, day, noise()), bill.Read(day + 1);
  bill.Cell(id, 60, 2000, true);
  bill.Read(61);
  BOOST_TEST(bill.fired() == std::vector<int>{60}, boost::test_tools::per_element());
  bill.Cell(id, 60, 1000);
  bill.Cell(id, 61, 1000, true);
  bill.Read(62);
  BOOST_TEST_REQUIRE(!bill.said().empty());
  BOOST_TEST((bill.said().back().type == EventType::kCorrected), bill.Texts());
  BOOST_TEST(absl::StrContains(bill.said().back().explanation, "The bill has changed: 1,000.00 USD on Friday 2026-03-06"), bill.Texts());
}

BOOST_AUTO_TEST_CASE(a_monthly_fee_is_quiet_from_the_third_month_on) {
  for (unsigned seed = 1; seed <= 5; ++seed)
    for (const int day : Fired(240, 0.03, seed, [](int d, double cost) { return DayOfMonthAt(d) == 1 ? cost + 2500 : cost; }))
      BOOST_TEST(day < 60, "day " << day << " seed " << seed);
  // The fee is all there is.
  Bill bill;
  const SeriesId other = bill.Service("other"), fee = bill.Service("fee");
  for (int day = 0; day < 240; ++day) {
    bill.Cell(other, day, 10);
    if (DayOfMonthAt(day) == 1) bill.Cell(fee, day, 400);
    bill.Read(day + 1);
  }
  for (const int day : bill.fired()) BOOST_TEST(day < 60, bill.Texts());
}

BOOST_AUTO_TEST_CASE(noise_gives_no_alert_in_its_first_days) {
  for (unsigned seed = 1; seed <= 40; ++seed)
    BOOST_TEST(Fired(29, 0.1, seed, [](int, double cost) { return cost; }).empty(), "seed " << seed);
}

BOOST_AUTO_TEST_CASE(new_spend_is_reported_on_its_first_day_with_its_whole_cost) {
  Bill bill;
  const SeriesId other = bill.Service("other"), fresh = bill.Service("fresh");
  Noise noise(0.03, 6);
  for (int day = 0; day < 100; ++day) {
    bill.Cell(other, day, noise());
    if (day >= 50) bill.Cell(fresh, day, 300);
    bill.Read(day + 1);
  }
  BOOST_TEST(bill.fired() == std::vector<int>{50}, boost::test_tools::per_element());
  const Transition& first = bill.said().front();
  BOOST_TEST(first.impact.amount.ToText() == "300.00 USD");
  BOOST_TEST(absl::StartsWith(first.explanation, "New spend: 300.00 USD on "), first.explanation);
}

BOOST_AUTO_TEST_CASE(spend_that_vanishes_is_reported_once_and_its_return_is_no_news) {
  Bill bill;
  const SeriesId other = bill.Service("other"), gone = bill.Service("gone");
  Noise noise(0.03, 7), more(0.03, 8);
  for (int day = 0; day < 120; ++day) {
    bill.Cell(other, day, noise());
    const double cost = more();
    if (day < 60 || day >= 68) bill.Cell(gone, day, cost);
    bill.Read(day + 1);
  }
  BOOST_TEST(bill.fired() == std::vector<int>{60}, boost::test_tools::per_element());
  BOOST_TEST(absl::StartsWith(bill.said().front().explanation, "No cost on "), bill.Texts());
  BOOST_TEST(absl::StrContains(bill.said().back().explanation, "the cost is back"), bill.Texts());
}

// An outage of twelve days: the level that comes back is the old one.
BOOST_AUTO_TEST_CASE(a_level_that_returns_is_no_second_anomaly) {
  std::string texts;
  const std::vector<int> days = Fired(130, 0.03, 9, [](int d, double cost) { return d >= 60 && d < 72 ? 0.3 * cost : cost; }, &texts);
  BOOST_TEST(days == std::vector<int>{60}, texts);
}

BOOST_AUTO_TEST_CASE(a_level_that_was_accepted_is_usual_from_then_on) {
  std::string texts;
  const std::vector<int> days = Fired(160, 0.03, 10, [](int d, double cost) { return d >= 60 ? 1.5 * cost : cost; }, &texts);
  BOOST_TEST(days == std::vector<int>{60}, texts);
  BOOST_TEST(absl::StrContains(texts, "this is accepted as the new usual level"), texts);
}

BOOST_AUTO_TEST_CASE(contributors_are_those_that_changed_not_the_largest) {
  Bill bill("  - alert: Unusual\n    kind: cost_anomaly\n    watch: {cost: effective, by: [account]}\n    anomaly: {direction: both}\n");
  const SeriesId large = bill.Of({{"account", "1"}, {"service", "EC2"}, {"region", "us-east-1"}, {"team", "web"}});
  const SeriesId small = bill.Of({{"account", "1"}, {"service", "S3"}, {"region", "eu-west-1"}, {"team", "storefront"}});
  Noise one(0.02, 11), two(0.02, 12);
  for (int day = 0; day < 70; ++day) {
    bill.Cell(large, day, 3 * one());
    bill.Cell(small, day, 0.1 * two() + (day == 65 ? 2000 : 0));
    bill.Read(day + 1);
  }
  BOOST_TEST_REQUIRE(!bill.said().empty());
  const Transition& first = bill.said().front();
  BOOST_TEST_REQUIRE(first.contributors.size() == 1u);
  BOOST_TEST(first.contributors[0].labels.Get("service") == "S3");
  BOOST_TEST(absl::StrContains(first.explanation, " S3 in eu-west-1, team storefront: +2,0"), first.explanation);
  BOOST_TEST(absl::StrContains(first.explanation, "% of the rise."), first.explanation);
  BOOST_TEST(!absl::StrContains(first.explanation, "{"), first.explanation);
}

// Fifty groups swing alike; the rule may report four times a month.
BOOST_AUTO_TEST_CASE(a_noise_budget_is_kept_by_reporting_the_most_expensive) {
  Bill bill(absl::StrReplaceAll(kRule, {{"direction: both", "direction: both, noise_budget: 4 per month"}}));
  std::vector<SeriesId> all;
  std::vector<Noise> noise;
  for (int i = 0; i < 50; ++i) all.push_back(bill.Service(absl::StrCat("s", i))), noise.emplace_back(0.05, 100 + i);
  std::mt19937 random(3);
  std::map<int, int> by_month;
  for (int day = 0; day < 150; ++day) {
    for (std::size_t i = 0; i < all.size(); ++i) bill.Cell(all[i], day, noise[i]() * (random() % 60 == 0 ? 2.5 : 1));
    bill.Read(day + 1);
  }
  for (const int day : bill.fired()) ++by_month[absl::ToCivilMonth(RunDay(day), absl::UTCTimeZone()).month()];
  for (const auto& [month, count] : by_month) BOOST_TEST(count <= 4, "month " << month << ": " << count);
  BOOST_TEST(bill.fired().size() >= 8u);
}

// Every number that a text compares is on the side that it says.
BOOST_AUTO_TEST_CASE(no_text_contradicts_its_own_numbers) {
  Bill bill;
  std::mt19937 random(17);
  std::vector<SeriesId> all;
  for (int i = 0; i < 12; ++i) all.push_back(bill.Of({{"service", absl::StrCat("s", i % 6)}, {"team", i < 6 ? "a" : "b"}}));
  Noise noise(0.05, 18);
  for (int day = 0; day < 300; ++day) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const int phase = (day + 37 * static_cast<int>(i)) % 140;
      bill.Cell(all[i], day, noise() * (phase < 2 ? 2.2 : phase > 40 && phase < 60 ? 1.4 : phase > 90 && phase < 97 ? 0.1 : 1));
    }
    bill.Read(day + 1);
  }
  const auto number = [](const Transition& one, const char* name, bool low) {
    for (const NamedValue& value : one.values)
      if (value.name == name) return std::stod(name == std::string("actual") ? value.value : low ? value.low : value.high);
    return 0.0;
  };
  BOOST_TEST(bill.said().size() > 40u);
  for (const Transition& one : bill.said()) {
    const double actual = number(one, "actual", true), low = number(one, "expected", true), high = number(one, "expected", false);
    const std::string& text = one.explanation;
    if (one.type == EventType::kCorrected) continue;
    const bool inside = actual >= low - 0.005 && actual <= high + 0.005;
    BOOST_TEST(absl::StrContains(text, Money{std::llround(actual * 1e6), Currency::Usd()}.ToText()), text);
    if (absl::StrContains(text, "which is usual again")) BOOST_TEST(inside, text);
    if (absl::StrContains(text, " is usual on a ")) BOOST_TEST(!inside, text);
    if (absl::StrContains(text, "which is usual by itself")) BOOST_TEST(inside, text);
    if (one.type == EventType::kFiring) BOOST_TEST(!absl::StrContains(text, "{"), text);
    const bool more = absl::StrContains(text, " more than expected"), less = absl::StrContains(text, " less than expected");
    BOOST_TEST(!(more && less), text);
  }
}

// Christmas as on a Sunday: neither new nor a fall, by the calendar of the settings or the rule's own list.
BOOST_AUTO_TEST_CASE(a_holiday_is_compared_with_sundays) {
  const auto fired = [](const std::string& settings, const std::string& anomaly) {
    const SourceFile file{"rules.yaml", absl::StrCat("apiVersion: rules/v1\n", settings, "rules:\n", absl::StrReplaceAll(kRule, {{"direction: both", absl::StrCat("direction: both", anomaly)}}))};
    const LoadedRules loaded = LoadRules({&file, 1});
    BOOST_REQUIRE(loaded.diagnostics.empty());
    Bill bill(loaded.rules);
    const SeriesId id = bill.Service("A");
    Noise noise(0.02, 21);
    for (int day = 0; day < 100; ++day) {
      const bool off = day % 7 > 4 || day == 80;  // 2026-03-26 is a Thursday
      bill.Cell(id, day, noise() * (off ? 0.6 : 1));
      bill.Read(day + 1);
    }
    return std::count(bill.fired().begin(), bill.fired().end(), 80) == 1;
  };
  BOOST_TEST(fired("", ""));
  BOOST_TEST(!fired("calendars: {office: {holidays: [2026-03-26]}}\n", ""));
  BOOST_TEST(!fired("", ", holidays: [2026-03-26]"));
  BOOST_TEST(fired("calendars: {office: {holidays: [2026-03-26]}}\n", ", holidays: [2026-12-25]"));
  BOOST_TEST(absl::StrContains(Problems(absl::StrReplaceAll(kRule, {{"direction: both", "holidays: [Christmas]"}})), "is not a date"));
}

BOOST_AUTO_TEST_SUITE_END()
