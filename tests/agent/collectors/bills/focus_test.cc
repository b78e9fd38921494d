#include <zlib.h>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "agent/collectors/bills/focus_columns.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/text/csv.h"
#include "tests/agent/collectors/recording_sink.h"
#include "tests/agent/temp_dir.h"
#include "tests/paths.h"

namespace nephoscope {

extern const CollectorType focus_collector;

namespace {

const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 11, 24, 12, 0, 0), absl::UTCTimeZone());
constexpr char kHeader[] = "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ServiceName,Tags\n";

// A collector on real files, and what came of its rounds.
struct Bills {
  explicit Bills(std::vector<std::string> files) : reader(MakeFileReader()) {
    OptionValues values(focus_collector.options);
    values.Set("files", {.value = std::move(files), .mark = {}, .given = true});
    values.Set("every", {.value = absl::Hours(1), .mark = {}, .given = true});
    values.Set("tags", {.value = std::vector<std::string>{"team", "cost_center"}, .mark = {}, .given = true});
    collector = *focus_collector.make(values, {.files = reader.get(), .environment = nullptr});
  }

  // One round; the first failure.
  absl::Status Round() {
    auto plan = PlanAll(*collector, now);
    // Files that were written just now are looked at twice.
    if (plan.ok() && plan->empty() && collector->every(0) < absl::Hours(1)) plan = PlanAll(*collector, now);
    if (!plan.ok()) return plan.status();
    planned = plan->size();
    absl::Status out;
    for (const Fetch& fetch : *plan) out.Update(Read(fetch));
    return out;
  }

  absl::Status Read(const Fetch& fetch) {
    Fetched fetched;
    fetched.fetch = &fetch;
    auto stream = reader->Open(fetch.file);
    fetched.file_status = stream.status();
    if (stream.ok()) fetched.stream = *std::move(stream);
    std::vector<Fetch> next;
    for (;;) {
      const auto progress = collector->Decode(fetched, sink, next);
      if (!progress.ok()) return progress.status();
      if (*progress == Progress::kDone) return absl::OkStatus();
    }
  }

  // The newest version of every cell of a metric.
  std::map<std::pair<std::string, std::int64_t>, std::int64_t> Cells(const std::string& metric) const {
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> out;
    for (const Sample& sample : sink.samples)
      if (sink.series[sample.series].metric == metric) out[{sink.series[sample.series].labels.ToString(), sample.time_ms}] = sample.micros;
    return out;
  }
  std::int64_t Total(const std::string& metric) const {
    std::int64_t out = 0;
    for (const auto& [key, micros] : Cells(metric)) out += micros;
    return out;
  }

  std::unique_ptr<FileReader> reader;
  std::unique_ptr<Collector> collector;
  RecordingSink sink;
  std::size_t planned = 0;
  absl::Time now = kNow;
};

}  // namespace

constexpr char kWide[] =
    "BilledCost,EffectiveCost,ListCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ProviderName,SubAccountId,ServiceName,ServiceCategory,ChargeCategory,ChargeFrequency,PricingCategory,ConsumedUnit,"
    "ResourceId,ResourceName,ResourceType,CommitmentDiscountId,CommitmentDiscountName,CommitmentDiscountType,CommitmentDiscountStatus,Tags\n";

std::shared_ptr<const Rule> Watching(const char* what) {
  auto rule = std::make_shared<Rule>();
  (std::string(what) == "resources" ? rule->watch.resources : rule->watch.commitments) = {"*"};
  return rule;
}

BOOST_AUTO_TEST_SUITE(focus_test)

BOOST_AUTO_TEST_CASE(the_sample_bill_is_counted_to_the_last_digit_that_we_keep) {
  const std::string path = SharedDir() + "/data/focus/focus-1.0-sample.csv";
  if (!std::filesystem::exists(path)) {
    BOOST_TEST_MESSAGE("skipped: ../shared is absent");
    return;
  }
  // The independent sum: every row's own field, added without cells.
  const auto reader = MakeFileReader();
  const auto stream = *reader->Open(path);
  CsvReader csv(*stream);
  std::vector<CsvField> row;
  BOOST_REQUIRE(*csv.Next(row));
  const auto column = std::find_if(row.begin(), row.end(), [](const CsvField& field) { return field.text == "BilledCost"; }) - row.begin();
  ExactSum sum;
  int rows = 0;
  for (; *csv.Next(row); ++rows) BOOST_TEST(sum.Add(row[column].text).ok());
  BOOST_TEST(rows == 667);

  Bills bills({path});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.sink.rejected.empty());
  const auto cells = static_cast<std::int64_t>(bills.Cells("cost.billed").size());
  BOOST_TEST(cells > 100);
  // A cell is rounded to millionths once.
  BOOST_TEST(std::abs(bills.Total("cost.billed") - sum.micros()) <= cells / 2 + 1);
  BOOST_TEST(bills.sink.series[0].currency.code() == "USD");
  BOOST_TEST((bills.sink.series[0].period == absl::Hours(24)));
}

BOOST_AUTO_TEST_CASE(rows_of_a_day_are_one_cell_and_a_bad_row_is_named_while_the_others_count) {
  const TempDir dir;
  const std::string path = dir.Write("bill.csv", std::string("\xEF\xBB\xBF") + kHeader +
                                                     "0.00000000001,1,USD,2026-11-01 00:00:00,2026-11-01 01:00:00,\"Big, \"\"odd\"\"\nname\",\"{\"\" Team\"\": \"\"pay\"\", \"\"CostCenter\"\": \"\"7\"\"}\"\r\n"
                                                     "1e-6,1,usd,2026-11-01T23:00:00Z,2026-11-02T00:00:00Z,\"Big, \"\"odd\"\"\nname\",\"{\"\"team\"\": \"\"pay\"\", \"\"cost-center\"\": \"\"7\"\"}\"\r\n"
                                                     "\r\n"
                                                     "much,1,USD,2026-11-01,2026-11-02,x,NULL\r\n"
                                                     "1,1,USD,yesterday,2026-11-02,x,NULL\r\n"
                                                     "1,1,dollars,2026-11-01,2026-11-02,x,NULL\r\n"
                                                     "-2.5,1,USD,2026-11-01,2026-11-02,NULL,NULL");
  Bills bills({path});
  BOOST_TEST(bills.Round().ok());
  const auto cells = bills.Cells("cost.billed");
  BOOST_TEST(cells.size() == 2u);
  BOOST_TEST(bills.Total("cost.billed") == -2'499'999);
  const char* const says[] = {"BilledCost: \"much\"", "ChargePeriodStart: \"yesterday\"", "BillingCurrency: \"dollars\""};
  BOOST_REQUIRE(bills.sink.rejected.size() == 3u);
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(absl::StrContains(bills.sink.rejected[i], says[i]), bills.sink.rejected[i]);
    BOOST_TEST(absl::StrContains(bills.sink.rejected[i], absl::StrCat("bill.csv row ", i + 4)), bills.sink.rejected[i]);
  }
  BOOST_TEST(bills.sink.series[0].labels.Get("team") == "pay");
  BOOST_TEST(bills.sink.series[0].labels.Get("cost_center") == "7");
}

BOOST_AUTO_TEST_CASE(only_a_file_that_changed_is_read_again_and_only_changed_cells_are_told) {
  const TempDir dir;
  const std::string path = dir.Write("bill.csv", absl::StrCat(kHeader, "1,1,USD,2026-11-01,2026-11-02,a,\n2,2,USD,2026-11-02,2026-11-03,a,\n3,3,USD,2026-11-03,2026-11-04,a,\n"));
  Bills bills({path});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 6'000'000);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.planned == 0u);
  bills.sink.samples.clear();
  dir.Write("bill.csv", absl::StrCat(kHeader, "1,1,USD,2026-11-01,2026-11-02,a,\n2.50,2,USD,2026-11-02,2026-11-03,a,\n"));
  BOOST_TEST(bills.Round().ok());
  const auto cells = bills.Cells("cost.billed");
  BOOST_TEST(cells.size() == 2u);  // the day that changed, and the day whose rows are gone
  std::vector<std::int64_t> values;
  for (const auto& [key, micros] : cells) values.push_back(micros);
  BOOST_TEST(values == (std::vector<std::int64_t>{2'500'000, 0}), boost::test_tools::per_element());
  bills.sink.samples.clear();
  bills.collector->Forget();
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 3'500'000);
}

BOOST_AUTO_TEST_CASE(a_day_in_several_files_is_their_sum) {
  const TempDir dir;
  dir.Write("a.csv", absl::StrCat(kHeader, "1.25,1,USD,2026-11-01,2026-11-02,a,\n"));
  dir.Write("b.csv", absl::StrCat(kHeader, "2,1,USD,2026-11-01,2026-11-02,a,\n"));
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Cells("cost.billed").size() == 1u);
  BOOST_TEST(bills.Total("cost.billed") == 3'250'000);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_bill_is_refused_by_name_and_the_others_count) {
  const struct {
    const char* what;
    std::string text;
    const char* says;
  } rows[] = {
      {"empty", "", "empty"},
      {"a column is missing", "BilledCosts,EffectiveCost,BillingCurrency,ChargePeriodStart\n1,1,USD,2026-11-01\n", "BilledCosts"},
      {"another table", "name,age\nx,1\n", "BilledCost"},
      {"binary", std::string("\x7f" "ELF\0\1\2\3", 8), "BilledCost"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const TempDir dir;
      dir.Write("a.csv", row.text);
      dir.Write("b.csv", absl::StrCat(kHeader, "2,1,USD,2026-11-01,2026-11-02,a,\n"));
      Bills bills({dir / "*.csv"});
      const absl::Status status = bills.Round();
      BOOST_TEST(absl::StrContains(status.message(), "a.csv"), status);
      BOOST_TEST(absl::StrContains(status.message(), row.says), status);
      BOOST_TEST(bills.Total("cost.billed") == 2'000'000);
    }
}

BOOST_AUTO_TEST_CASE(no_file_is_said_with_the_pattern) {
  const TempDir dir;
  const absl::Status status = Bills({dir / "*.csv"}).Round();
  BOOST_TEST(absl::IsNotFound(status));
  BOOST_TEST(absl::StrContains(status.message(), "*.csv"));
}

BOOST_AUTO_TEST_CASE(the_newest_days_are_provisional) {
  const TempDir dir;
  const std::string path = dir.Write("bill.csv", absl::StrCat(kHeader, "1,1,USD,2026-11-01,2026-11-02,a,\n1,1,USD,2026-11-07,2026-11-08,a,\n1,1,USD,2026-11-10,2026-11-11,a,\n"));
  Bills bills({path});
  BOOST_TEST(bills.Round().ok());
  for (const Sample& sample : bills.sink.samples) BOOST_TEST(sample.provisional() == (sample.time() >= absl::FromCivil(absl::CivilDay(2026, 11, 8), absl::UTCTimeZone())));
  BOOST_TEST((bills.sink.watermarks["focus"] == absl::FromCivil(absl::CivilDay(2026, 11, 11), absl::UTCTimeZone())));
}

BOOST_AUTO_TEST_CASE(resources_are_reported_only_where_a_rule_looks_at_them) {
  const TempDir dir;
  const auto row = [](const char* cost, const char* category, const char* id, const char* type, const char* tags) {
    return absl::StrCat(cost, ",", cost, ",9,USD,2026-11-01,2026-11-02,AWS,111,EC2,Compute,", category, ",Usage-Based,Standard,Hours,", id, ",web,", type, ",,,,,", tags, "\n");
  };
  const std::string path = dir.Write("bill.csv", absl::StrCat(kWide, row("5", "Usage", "i-0A", "instance", "\"{\"\"Owner\"\": \"\"ann\"\", \"\" team\"\": \"\"pay\"\"}\""), row("3", "Usage", "i-0A", "instance", ""),
                                                              row("2", "Usage", "", "", ""), row("1", "Tax", "i-0A", "instance", ""), row("-4", "Credit", "i-0A", "", "")));
  Bills bills({path});
  RuleSet rules;
  bills.collector->SetRules(rules);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Cells("resource.cost").empty());
  const std::int64_t billed = bills.Total("cost.billed");
  rules.rules.push_back(Watching("resources"));
  bills.collector->SetRules(rules);
  bills.collector->Forget();
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == billed);
  BOOST_TEST(bills.Total("resource.cost") == 7'000'000);
  const auto cells = bills.Cells("resource.cost");
  BOOST_REQUIRE(cells.size() == 3u);
  const struct { const char* labels; std::int64_t micros; } want[] = {
      {"{account=\"111\",provider=\"AWS\",resource_id=\"i-0A\",resource_name=\"web\",resource_type=\"aws.ec2.instance\",service=\"EC2\",tag.Owner=\"ann\",tag.team=\"pay\",team=\"pay\"}", 5'000'000},
      {"{account=\"111\",provider=\"AWS\",resource_id=\"i-0A\",resource_name=\"web\",resource_type=\"aws.ec2.instance\",service=\"EC2\"}", 3'000'000},
      {"{account=\"111\",provider=\"AWS\",service=\"EC2\"}", -1'000'000},  // no resource, tax and credit
  };
  for (const auto& one : want) BOOST_TEST_CONTEXT(one.labels) {
    const auto found = std::find_if(cells.begin(), cells.end(), [&](const auto& cell) { return cell.first.first == one.labels; });
    BOOST_REQUIRE((found != cells.end()));
    BOOST_TEST(found->second == one.micros);
  }
  for (const Series& series : bills.sink.series)
    if (series.metric != "resource.cost") BOOST_TEST(!series.labels.Has("resource_id"));
}

BOOST_AUTO_TEST_CASE(commitments_are_reported_by_what_became_of_them) {
  const TempDir dir;
  const auto row = [](const char* effective, const char* list, const char* category, const char* frequency, const char* pricing, const char* unit, const char* commitment, const char* type, const char* status) {
    return absl::StrCat("0,", effective, ",", list, ",USD,2026-11-01,", *frequency == 'O' ? "2027-11-01" : "2026-11-02", ",AWS,111,EC2,Compute,", category, ",", frequency, ",", pricing, ",", unit, ",i-1,,,", commitment, ",,", type, ",",
                        status, ",\n");
  };
  const std::string path = dir.Write(
      "bill.csv", absl::StrCat(kWide, row("60", "100", "Usage", "Usage-Based", "Committed", "Hours", "sp-1", "Savings Plan", "Used"), row("40", "0", "Usage", "Usage-Based", "Committed", "", "sp-1", "Savings Plan", "Unused"),
                               row("30", "30", "Usage", "Usage-Based", "Standard", "Hrs", "", "", ""), row("7", "7", "Usage", "Usage-Based", "Standard", "GB", "", "", ""), row("8", "8", "Usage", "Usage-Based", "Dynamic", "Hours", "", "", ""),
                               row("0", "0", "Purchase", "One-Time", "Standard", "", "sp-1", "Savings Plan", ""), row("0", "0", "Purchase", "Recurring", "Standard", "", "cud-1", "Committed Use", "")));
  Bills bills({path});
  RuleSet rules;
  rules.rules.push_back(Watching("commitments"));
  bills.collector->SetRules(rules);
  BOOST_TEST(bills.Round().ok());
  const auto sum = [&](const char* metric, const char* status) {
    std::int64_t out = 0;
    for (const Sample& sample : bills.sink.samples) {
      const Series& series = bills.sink.series[sample.series];
      if (series.metric == metric && series.labels.Get("commitment_discount_status") == status) out += sample.micros;
    }
    return out;
  };
  BOOST_TEST(sum("commitment.effective", "used") == 60'000'000);
  BOOST_TEST(sum("commitment.effective", "unused") == 40'000'000);
  BOOST_TEST(sum("commitment.list", "used") == 100'000'000);
  BOOST_TEST(sum("commitment.list", "on_demand") == 30'000'000);
  BOOST_TEST(bills.Cells("resource.cost").empty());
  int ends = 0;
  for (const Sample& sample : bills.sink.samples) {
    const Series& series = bills.sink.series[sample.series];
    if (series.metric != "commitment.end") continue;
    ++ends;
    BOOST_TEST(series.labels.Get("commitment_discount_id") == "sp-1");
    BOOST_TEST(series.labels.Get("commitment_discount_type") == "savings_plan");
    BOOST_TEST((absl::FromUnixSeconds(static_cast<std::int64_t>(sample.value)) == absl::FromCivil(absl::CivilDay(2027, 11, 1), absl::UTCTimeZone())));
  }
  BOOST_TEST(ends == 1);
  // What is bought for a year does not make the bill complete for a year.
  BOOST_TEST((bills.sink.watermarks.at("focus") < absl::FromCivil(absl::CivilDay(2026, 12, 5), absl::UTCTimeZone())));
}

// Bought twice, for thirty days each, in one bill: each term is known from its first day on.
BOOST_AUTO_TEST_CASE(the_terms_of_a_commitment_are_known_from_their_first_days) {
  const TempDir dir;
  const auto row = [](int from, int days, const char* category) {
    const absl::CivilDay first(2026, 1, 1);
    return absl::StrCat("0,1,1,USD,", absl::FormatCivilTime(first + from), ",", absl::FormatCivilTime(first + from + days), ",AWS,111,EC2,Compute,", category, ",One-Time,Standard,Hours,i-1,,,sp-1,,Savings Plan,,\n");
  };
  std::string text = absl::StrCat(kWide, row(0, 30, "Purchase"), row(30, 30, "Purchase"));
  for (int day = 0; day < 60; ++day) text += row(day, 1, "Usage");
  const std::string path = dir.Write("bill.csv", text);
  Bills bills({path});
  RuleSet rules;
  rules.rules.push_back(Watching("commitments"));
  bills.collector->SetRules(rules);
  BOOST_TEST(bills.Round().ok());
  std::vector<std::string> got;
  for (const Sample& sample : bills.sink.samples)
    if (bills.sink.series[sample.series].metric == "commitment.end")
      got.push_back(absl::StrCat(absl::FormatTime("%m-%d", sample.time(), absl::UTCTimeZone()), " ends ", absl::FormatTime("%m-%d", absl::FromUnixSeconds(static_cast<std::int64_t>(sample.value)), absl::UTCTimeZone())));
  BOOST_TEST(got == (std::vector<std::string>{"01-01 ends 01-31", "01-31 ends 03-02"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(blanks_around_a_tag_make_no_group_of_their_own) {
  FocusTagList tags;
  BOOST_TEST(FocusTags("{\"team\": \"web \", \"env\": \"\xC2\xA0prod\"}", tags));
  BOOST_REQUIRE(tags.size() == 2u);
  for (const auto& [name, value] : tags) BOOST_TEST(value == (name == "team" ? "web" : "prod"));
}

BOOST_AUTO_TEST_CASE(money_that_stands_in_two_columns_of_one_name_is_refused_by_name) {
  const TempDir dir;
  for (const char* again : {"BilledCost", "billed_cost", "Billed Cost"}) BOOST_TEST_CONTEXT(again) {
    const std::string path = dir.Write("bill.csv", absl::StrCat("BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,", again, "\n1,1,USD,2026-01-01,2\n"));
    Bills bills({path});
    const absl::Status status = bills.Round();
    std::string told(status.message());
    for (const std::string& one : bills.sink.rejected) absl::StrAppend(&told, one);
    BOOST_TEST(absl::StrContains(told, "the column BilledCost stands there twice: column 1"), told);
    BOOST_TEST(bills.Total("cost.billed") == 0);
  }
}

BOOST_AUTO_TEST_CASE(the_sample_bill_has_resources_of_known_types_and_one_commitment) {
  const std::string path = SharedDir() + "/data/focus/focus-1.0-sample.csv";
  if (!std::filesystem::exists(path)) {
    BOOST_TEST_MESSAGE("skipped: ../shared is absent");
    return;
  }
  Bills bills({path});
  RuleSet rules;
  rules.rules = {Watching("resources"), Watching("commitments")};
  bills.collector->SetRules(rules);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.sink.rejected.empty());
  std::map<std::string, int> types;
  int used = 0;
  for (const Series& series : bills.sink.series) {
    if (series.metric == "resource.cost" && series.labels.Has("resource_id")) ++types[std::string(series.labels.Get("resource_type"))];
    used += series.metric == "commitment.effective" && series.labels.Get("commitment_discount_status") == "used";
  }
  BOOST_TEST(used == 1);
  BOOST_TEST(types["aws.ec2.instance"] >= 10);
  BOOST_TEST(types["aws.ebs.volume"] >= 40);
  BOOST_TEST(types["azure.storage.account"] >= 20);
  BOOST_TEST(types["oci.instance"] >= 1);
}

// 2026-11-`day`, as a row of kHeader.
std::string Row(const char* cost, int day, const char* service = "a", const char* tags = "") {
  return absl::StrCat(cost, ",", cost, ",USD,", absl::FormatCivilTime(absl::CivilDay(2026, 11, day)), ",",
                      absl::FormatCivilTime(absl::CivilDay(2026, 11, day + 1)), ",", service, ",", tags, "\n");
}
absl::Time November(int day) { return absl::FromCivil(absl::CivilDay(2026, 11, day), absl::UTCTimeZone()); }
bool Says(const absl::Status& status, absl::string_view text) { return absl::StrContains(status.message(), text); }

BOOST_AUTO_TEST_CASE(a_charge_for_a_term_does_not_say_how_far_the_bill_reaches) {
  const struct { const char *what, *rows; int reaches; } rows[] = {
      {"a purchase for a month", "50,50,USD,2026-11-02,2026-12-02,a,\n", 3},
      {"a purchase of a later day", "50,50,USD,2026-11-20,2026-12-20,a,\n", 3},
      {"a tax for the month", "50,50,USD,2026-11-01,2026-12-01,a,\n", 3},
      {"a day of 25 hours", "50,50,USD,2026-11-02T23:00:00Z,2026-11-04T00:00:00Z,a,\n", 3},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("1", 1), Row("1", 2), row.rows))});
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST((bills.sink.watermarks["focus"] == November(row.reaches)));
    BOOST_TEST(bills.Total("cost.billed") == 52'000'000);
  }
  // Where a bill has nothing else, its terms are all there is.
  const TempDir dir;
  Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, "3000,3000,USD,2026-11-01,2026-12-01,a,\n"))});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST((bills.sink.watermarks["focus"] == November(2)));
  BOOST_TEST(bills.sink.series[0].labels.Get("charge_period") == "term");
  BOOST_TEST((bills.sink.series[0].cadence == absl::ZeroDuration()));
}

BOOST_AUTO_TEST_CASE(a_day_that_is_not_over_is_not_judged_until_it_is) {
  const TempDir dir;
  Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("100", 20), Row("100", 23), Row("9", 24)))});
  BOOST_TEST(bills.Round().ok());  // at noon of the 24th
  BOOST_TEST((bills.sink.watermarks["focus"] == November(24)));
  for (const Sample& sample : bills.sink.samples) BOOST_TEST(sample.provisional() == (sample.time() > November(20)));
  bills.sink.samples.clear();
  bills.now += absl::Hours(11);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.planned == 0u);
  bills.now += absl::Hours(2);  // the file has not changed, but the day is over
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST((bills.sink.watermarks["focus"] == November(25)));
  BOOST_TEST(bills.sink.samples.empty());
}

BOOST_AUTO_TEST_CASE(a_day_is_told_again_when_it_is_final) {
  const TempDir dir;
  std::string text = absl::StrCat(kHeader, Row("1", 1), Row("1", 2));
  Bills bills({dir.Write("bill.csv", text)});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(std::all_of(bills.sink.samples.begin(), bills.sink.samples.end(), [](const Sample& s) { return s.provisional(); }));
  bills.sink.samples.clear();
  dir.Write("bill.csv", text += Row("1", 4));
  BOOST_TEST(bills.Round().ok());
  for (const Sample& sample : bills.sink.samples) BOOST_TEST(sample.provisional() == (sample.time() != November(1)));
  BOOST_TEST(bills.Cells("cost.billed").size() == 2u);  // the first, which is final now, and the new one
}

BOOST_AUTO_TEST_CASE(a_day_of_far_too_few_rows_is_provisional_at_any_age) {
  const TempDir dir;
  std::string text = kHeader;
  for (int day = 1; day <= 20; ++day)
    for (int row = 0; row < (day == 12 ? 2 : 10); ++row) text += Row("1", day);
  Bills bills({dir.Write("bill.csv", text)});
  BOOST_TEST(bills.Round().ok());
  for (const Sample& sample : bills.sink.samples)
    BOOST_TEST(sample.provisional() == (sample.time() == November(12) || sample.time() > November(17)));
}

BOOST_AUTO_TEST_CASE(a_row_with_another_number_of_fields_does_not_count_and_is_named) {
  const struct { const char *what, *row, *says; } rows[] = {
      {"cut short", "5,5,USD,2026-11", "row 3 (line 3): it has 4 fields, the header 7: the file was cut off here"},
      {"too few in the middle", "5,5,USD,2026-11-02,2026-11-03\n1,1,USD,2026-11-01,2026-11-02,a,\n", "it has 5 fields, the header 7"},
      {"too many", "5,5,USD,2026-11-02,2026-11-03,a,,x\n", "it has 8 fields, the header 7"},
      {"cut within a quote", "5,5,USD,2026-11-02,2026-11-03,\"a", "is never closed"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("1", 1), row.row))});
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == (row.what == rows[1].what ? 2'000'000 : 1'000'000));
    BOOST_REQUIRE(bills.sink.rejected.size() == 1u);
    BOOST_TEST(absl::StrContains(bills.sink.rejected[0], row.says), bills.sink.rejected[0]);
  }
}

// It would be the newest day of the bill, and nothing after it would be news.
BOOST_AUTO_TEST_CASE(a_row_that_cannot_be_true_is_named_and_says_nothing_of_how_far_the_bill_reaches) {
  const struct { const char *row, *says; } rows[] = {
      {"5,5,USD,2099-01-01,2099-01-02,a,\n", "row 4 (line 4): ChargePeriodStart: \"2099-01-01\" is later than tomorrow"},
      {"5,5,USD,2026-11-26,2026-11-27,a,\n", "\"2026-11-26\" is later than tomorrow"},
      {"5,5,USD,0001-01-01,2026-11-03,a,\n", "\"0001-01-01\" is before there were such bills"},
      {"5,5,USD,2026-11-02,2026-11-01,a,\n", "ChargePeriodEnd: \"2026-11-01\" is before ChargePeriodStart \"2026-11-02\""},
      {"5,5,USD,2026-11-02,0001-01-01,a,\n", "ChargePeriodEnd: \"0001-01-01\" is before"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.row) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("1", 1), Row("1", 2), row.row, Row("1", 25)))});  // tomorrow is said ahead
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 3'000'000);
    BOOST_REQUIRE(bills.sink.rejected.size() == 1u);
    BOOST_TEST(absl::StrContains(bills.sink.rejected[0], row.says), bills.sink.rejected[0]);
    BOOST_TEST((bills.sink.watermarks["focus"] == November(3)));
  }
}

// As a backtest reads it.
BOOST_AUTO_TEST_CASE(a_day_far_behind_a_bill_whose_time_nobody_knows_is_not_believed) {
  std::string text = kHeader;
  for (int day = 1; day <= 28; ++day) text += Row("1", day);
  for (const char* far : {"2099-01-01", "2028-02-01"}) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(text, "5,5,USD,", far, ",,a,\n"))});
    bills.now = absl::InfiniteFuture();
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 28'000'000);
    BOOST_REQUIRE(bills.sink.rejected.size() == 1u);
    BOOST_TEST(absl::StrContains(bills.sink.rejected[0], absl::StrCat("1 row begins on ", far, ", long after all others (the last on 2026-11-28)")), bills.sink.rejected[0]);
    BOOST_TEST((bills.sink.watermarks["focus"] == November(29)));
  }
  const TempDir dir;  // a bill that pauses is none of it
  Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("1", 1), "5,5,USD,2028-02-01,,a,\n"))});
  bills.now = absl::InfiniteFuture();
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 6'000'000);
}

BOOST_AUTO_TEST_CASE(a_field_that_only_groups_never_costs_the_money_of_its_row) {
  const struct { const char *what, *tags, *team; bool readable; } rows[] = {
      {"an object", R"("{""team"":""web""}")", "web", true},
      {"a list of key and value", R"("[{""key"":""team"",""value"":""web""}]")", "web", true},
      {"a list in capitals", R"("[{""Key"":""Team"",""Value"":""web""}]")", "web", true},
      {"a list of objects", R"("[{""team"":""web""},{""x"":1}]")", "web", true},
      {"a number", R"("{""team"":7}")", "7", true},
      {"a truth", R"("{""team"":true}")", "true", true},
      {"nothing", R"("{""team"":null}")", "", true},
      {"JSON in JSON", R"("""{\""team\"":\""web\""}""")", "web", true},
      {"without braces", R"("""team"": ""web"",""env"": ""prod""")", "web", true},
      {"a value of several", R"("{""team"":[""web"",""db""],""cost_center"":""7""}")", "", false},
      {"broken", R"("{""team"":")", "", false},
      {"a word", "web", "", false},
      {"an empty list", "[]", "", true},
      {"NULL", "NULL", "", true},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, Row("3", 1, "a", row.tags), Row("4", 1, "b")))});
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 7'000'000);
    BOOST_TEST(bills.sink.rejected.empty());
    bool found = false;
    for (const Series& series : bills.sink.series) found = found || (series.labels.Get("team") == row.team && series.labels.Get("service") == "a");
    BOOST_TEST(found);
    BOOST_TEST(bills.sink.notes.size() == (row.readable ? 0u : 1u));
    if (!row.readable) BOOST_TEST(absl::StrContains(bills.sink.notes[0], "the tags of 1 row of "), bills.sink.notes[0]);
  }
}

BOOST_AUTO_TEST_CASE(columns_are_found_by_the_names_of_all_versions_in_any_spelling) {
  const char* const headers[] = {
      "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ServiceProviderName,Tags",
      "BILLEDCOST,EFFECTIVECOST,BILLINGCURRENCY,CHARGEPERIODSTART,CHARGEPERIODEND,PROVIDERNAME,TAGS",
      "billed_cost,effective_cost,billing_currency,charge_period_start,charge_period_end,provider_name,tags",
      "\"Billed Cost\",\"Effective Cost\",\"Billing Currency\",\"Charge Period Start\",\"Charge Period End\",\"Provider Name\",\"Tags\"",
      "\xEF\xBB\xBF" "BilledCost, EffectiveCost,BillingCurrency\xC2\xA0,ChargePeriodStart,ChargePeriodEnd,ProviderName\xE2\x80\x8B,Tags",
  };
  for (const char* header : headers) BOOST_TEST_CONTEXT(header) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(header, "\n2,2,USD,2026-11-01,2026-11-02,Vercel\xC2\xA0,\n"))});
    BOOST_TEST(bills.Round().ok());
    BOOST_REQUIRE(!bills.sink.series.empty());
    BOOST_TEST(bills.sink.series[0].labels.Get("provider") == "Vercel");
  }
}

BOOST_AUTO_TEST_CASE(a_newer_export_of_the_same_days_replaces_the_older_one) {
  std::string ten = kHeader;
  for (int day = 1; day <= 10; ++day) ten += Row(day == 10 ? "40" : "100", day);
  std::string eleven = kHeader;  // of which the newest day has changed
  for (int day = 1; day <= 11; ++day) eleven += Row("100", day);
  const struct { const char *what, *older, *newer; } rows[] = {
      {"a number behind the month", "20261101-10-part_0_0001.csv", "20261101-11-part_0_0001.csv"},
      {"the day of the run", "focus_2026-11-11.csv", "focus_2026-11-12.csv"},
      {"9 and 10", "run-9.csv", "run-10.csv"},
      {"a GUID", "0b0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f.csv", "0a0e5e1c-9d5c-4a5e-8f57-2f3a8c2d1b9f.csv"},
      {"other names, the same rows", "november.csv", "november-new.csv"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    dir.Write(row.older, ten);
    std::filesystem::last_write_time(dir / row.older, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
    Bills bills({dir / "*.csv"});
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 940'000'000);
    dir.Write(row.newer, eleven);
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 1'100'000'000);
    BOOST_REQUIRE(bills.sink.notes.size() == 1u);
    for (const char* words : {row.older, row.newer, "10 days (2026-11-01 to 2026-11-10)", "only the newer one counts"})
      BOOST_TEST(absl::StrContains(bills.sink.notes[0], words), bills.sink.notes[0]);
    bills.collector->Forget();
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == 1'100'000'000);
    BOOST_TEST(bills.sink.notes.size() == 1u);  // said once
  }
}

// Every amount was restated, and one resource more appears: the name decides.
BOOST_AUTO_TEST_CASE(a_newer_run_of_one_name_replaces_the_older_whatever_its_rows) {
  const struct { const char *what, *older, *newer; bool version; } rows[] = {
      {"a number behind the month, and a part", "20261101-10-part_0_0001.csv", "20261101-11-part_0_0001.csv", true},
      {"the day of the run", "focus-2026-11-11.csv", "focus-2026-11-12.csv", true},
      {"the day and the time", "bill_20261111120000.csv", "bill_20261112120000.csv", true},
      {"a folder for each run", "20261111/bill-00001.csv", "20261112/bill-00001.csv", true},
      {"two names", "storage.csv", "database.csv", false},
      {"no date", "bill-1.csv", "bill-2.csv", false},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    for (const char* folder : {"20261111", "20261112"}) std::filesystem::create_directory(dir / folder);
    const auto write = [&](const char* name, const char* cost, int days, bool more) {
      std::string text = kHeader;
      for (int day = 1; day <= days; ++day) text += Row(cost, day) + (more ? Row("1", day, "b") : "");
      dir.Write(name, text);
    };
    write(row.older, "10", 10, false);
    Bills bills({dir / "*.csv", dir / "*/*.csv"});
    (void)bills.Round();
    write(row.newer, "11", 11, true);
    (void)bills.Round();
    BOOST_TEST(bills.Total("cost.billed") == (row.version ? 132'000'000 : 232'000'000));
    write(row.newer, "12", 11, true);  // written again
    (void)bills.Round();
    BOOST_TEST(bills.Total("cost.billed") == (row.version ? 143'000'000 : 243'000'000));
  }
}

// A file of what was added since is no version of the bill.
BOOST_AUTO_TEST_CASE(a_file_with_far_fewer_rows_or_without_days_of_the_older_adds_up) {
  const TempDir dir;
  std::string full = kHeader;
  for (int day = 1; day <= 4; ++day)
    for (int row = 0; row < 5; ++row) full += Row("1", day);
  dir.Write("focus-2026-11-11.csv", full);
  dir.Write("focus-2026-11-12.csv", absl::StrCat(kHeader, Row("3", 1), Row("3", 2), Row("3", 3), Row("3", 4), Row("3", 5)));
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 35'000'000);
  const TempDir other;
  other.Write("focus-2026-11-11.csv", absl::StrCat(kHeader, Row("1", 1), Row("1", 2), Row("1", 4)));
  other.Write("focus-2026-11-12.csv", absl::StrCat(kHeader, Row("2", 2), Row("2", 3), Row("2", 5)));
  Bills apart({other / "*.csv"});
  BOOST_TEST(apart.Round().ok());
  BOOST_TEST(apart.Total("cost.billed") == 9'000'000);
}

BOOST_AUTO_TEST_CASE(what_was_decided_by_rows_stays_when_the_newer_is_written_again) {
  const TempDir dir;
  const auto write = [&](const char* name, const char* cost, int days) {
    std::string text = kHeader;
    for (int day = 1; day <= days; ++day) text += Row(cost, day);
    dir.Write(name, text);
  };
  write("november.csv", "10", 10);
  std::filesystem::last_write_time(dir / "november.csv", std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  write("november-new.csv", "10", 11);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 110'000'000);
  write("november-new.csv", "12", 11);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 132'000'000);
}

BOOST_AUTO_TEST_CASE(the_money_of_one_of_two_files_goes_when_it_is_deleted_and_that_is_said) {
  const struct { const char *older, *newer, *deleted; std::int64_t both, left; } rows[] = {
      {"focus-2026-11-11.csv", "focus-2026-11-12.csv", "focus-2026-11-12.csv", 33'000'000, 20'000'000},
      {"storage.csv", "database.csv", "storage.csv", 53'000'000, 33'000'000},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.older) {
    const TempDir dir;
    dir.Write(row.older, absl::StrCat(kHeader, Row("10", 1), Row("10", 2)));
    dir.Write(row.newer, absl::StrCat(kHeader, Row("11", 1), Row("11", 2), Row("11", 3)));
    Bills bills({dir / "*.csv"});
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == row.both);
    std::filesystem::remove(dir / row.deleted);
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.Total("cost.billed") == row.left);
    BOOST_TEST(absl::StrContains(bills.sink.notes.back(), absl::StrCat(row.deleted, " is not there any more: its cost does not count now")), bills.sink.notes.back());
    const std::size_t said = bills.sink.notes.size();
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.sink.notes.size() == said);
  }
  const TempDir dir;  // alone it is history that was read
  dir.Write("october.csv", absl::StrCat(kHeader, Row("10", 1)));
  dir.Write("november.csv", absl::StrCat(kHeader, Row("11", 5)));
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  std::filesystem::remove(dir / "october.csv");
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 21'000'000);
}

BOOST_AUTO_TEST_CASE(parts_of_one_export_add_up_and_its_next_run_replaces_them_all) {
  const TempDir dir;
  const auto write = [&](const char* run, int days) {
    std::string one = kHeader, two = kHeader;
    for (int day = 1; day <= days; ++day) one += Row("1", day, "web"), two += Row("10", day, "db");
    dir.Write(absl::StrCat("bill-", run, "-00001.csv"), one);
    dir.Write(absl::StrCat("bill-", run, "-00002.csv"), two);
  };
  write("20261103", 2);
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 22'000'000);
  BOOST_TEST(bills.sink.notes.empty());
  write("20261104", 3);
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 33'000'000);
}

BOOST_AUTO_TEST_CASE(where_it_cannot_be_decided_both_count_and_that_is_said_once) {
  const TempDir dir;
  dir.Write("bill-1.csv", absl::StrCat(kHeader, Row("1", 1), Row("1", 2)));
  dir.Write("bill-2.csv", absl::StrCat(kHeader, Row("2", 1), Row("2", 2)));
  Bills bills({dir / "*.csv"});
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.Total("cost.billed") == 6'000'000);
  BOOST_REQUIRE(bills.sink.notes.size() == 1u);
  for (const char* words : {"bill-1.csv", "bill-2.csv", "2 days (2026-11-01 to 2026-11-02)", "cannot be decided"})
    BOOST_TEST(absl::StrContains(bills.sink.notes[0], words), bills.sink.notes[0]);
  dir.Write("bill-3.csv", absl::StrCat(kHeader, Row("5", 7)));
  BOOST_TEST(bills.Round().ok());
  BOOST_TEST(bills.sink.notes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_is_read_when_it_is_still) {
  const TempDir dir;
  const std::string path = dir / "bill.csv";
  const auto write = [&](const std::string& text, absl::Duration age) {
    dir.Write("bill.csv", text);
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(absl::ToInt64Seconds(age)));
  };
  write(absl::StrCat(kHeader, Row("1", 1)), absl::ZeroDuration());
  Bills bills({path});
  bills.now = absl::Now();
  BOOST_TEST(PlanAll(*bills.collector, bills.now)->empty());
  BOOST_TEST((bills.collector->every(0) < absl::Minutes(1)));  // it looks again soon
  BOOST_TEST(Says(bills.collector->Health(), "being written"));
  write(absl::StrCat(kHeader, Row("1", 1), Row("1", 2)), absl::ZeroDuration());
  BOOST_TEST(PlanAll(*bills.collector, bills.now)->empty());
  BOOST_TEST(PlanAll(*bills.collector, bills.now)->size() == 1u);
  BOOST_TEST((bills.collector->every(0) == absl::Hours(1)));
  // One that was written a while ago is read at once.
  write(absl::StrCat(kHeader, Row("1", 1)), absl::Hours(1));
  BOOST_TEST(PlanAll(*bills.collector, bills.now)->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_sharply_or_is_cut_is_held_and_reported) {
  std::string ten = kHeader;
  for (int day = 1; day <= 10; ++day) ten += Row("100", day);
  const struct { const char *what; std::string text; const char* says; std::int64_t total; } rows[] = {
      {"the first three days only", absl::StrCat(kHeader, Row("100", 1), Row("100", 2), Row("100", 3)), "has 3 rows now and had 10", 1'000'000'000},
      {"no rows", kHeader, "has 0 rows now and had 10", 1'000'000'000},
      {"cut in a row", ten + "100,100,USD,2026", "ends in the middle of a row", 1'000'000'000},
      {"empty", "", "the file is empty", 1'000'000'000},
      {"a day less, which is restated", ten.substr(0, ten.rfind("100,100")), "", 900'000'000},
      {"the next days, in a file that begins anew", absl::StrCat(kHeader, Row("7", 11)), "", 1'007'000'000},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", ten)});
    BOOST_TEST(bills.Round().ok());
    dir.Write("bill.csv", row.text);
    (void)bills.Round();
    BOOST_TEST(bills.Total("cost.billed") == row.total);
    BOOST_TEST(bills.collector->Health().ok() == (*row.says == '\0'));
    BOOST_TEST(Says(bills.collector->Health(), row.says), bills.collector->Health());
    dir.Write("bill.csv", ten + Row("100", 11));  // it is whole again
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.collector->Health().ok());
  }
}

BOOST_AUTO_TEST_CASE(nothing_readable_is_not_ok_and_a_file_is_not_read_again_before_it_changes) {
  const struct { const char *what, *rows, *says; } rows[] = {
      {"no row can be read", "1,1,USD,11/01/2026,11/02/2026,a,\n1,1,USD,11/02/2026,11/03/2026,a,\n", "not one of its 2 rows could be read; row 2: ChargePeriodStart: \"11/01/2026\" does not say which number is the month"},
      {"most cannot", "1,1,USD,x,y,a,\n1,1,USD,x,y,a,\n1,1,USD,2026-11-01,2026-11-02,a,\n", "2 of the 3 rows of "},
      {"there is none", "", "have no rows"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const TempDir dir;
    Bills bills({dir.Write("bill.csv", absl::StrCat(kHeader, row.rows))});
    (void)bills.Round();
    BOOST_TEST(Says(bills.collector->Health(), row.says), bills.collector->Health());
    (void)bills.Round();
    BOOST_TEST(bills.planned == 0u);
    BOOST_TEST(Says(bills.collector->Health(), row.says));
    dir.Write("bill.csv", absl::StrCat(kHeader, Row("1", 1), Row("1", 2), Row("1", 3), Row("1", 4)));
    BOOST_TEST(bills.Round().ok());
    BOOST_TEST(bills.collector->Health().ok());
  }
}

// Of random bills: the order of columns and rows, quotes, line ends, blanks and the form of times change nothing.
BOOST_AUTO_TEST_CASE(how_a_bill_is_written_does_not_change_what_it_says) {
  std::mt19937 random(20261129);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 40; ++round) BOOST_TEST_CONTEXT("round " << round) {
    std::vector<std::array<std::string, 7>> rows;
    for (int i = 0; i < 30; ++i) {
      const int day = 1 + pick(9);
      rows.push_back({absl::StrCat(pick(1000), ".", pick(100)), absl::StrCat(pick(1000)), "USD", absl::StrCat("2026-11-0", day), absl::StrCat("2026-11-", day == 9 ? "" : "0", day + 1), absl::StrCat("s", pick(3)), ""});
    }
    const std::vector<std::string> names = {"BilledCost", "EffectiveCost", "BillingCurrency", "ChargePeriodStart", "ChargePeriodEnd", "ServiceName", "Tags"};
    const auto write = [&](bool otherwise) {
      std::vector<int> order = {0, 1, 2, 3, 4, 5, 6};
      if (otherwise) std::shuffle(order.begin(), order.end(), random), std::shuffle(rows.begin(), rows.end(), random);
      const char* const end = !otherwise ? "\n" : (const char*[]){"\n", "\r\n", "\r"}[pick(3)];
      const auto field = [&](int column, std::string text) {
        const char* const forms[] = {"", "T00:00:00Z", " 00:00:00", "T00:00Z", "T00:00:00.000+00:00", " 00:00:00 UTC"};
        if (otherwise && (column == 3 || column == 4)) text += forms[pick(6)];
        if (otherwise && column == 1 && pick(3) == 0) text = absl::StrCat("+", text, "e0");
        if (!otherwise || pick(3) > 0) return text;
        return pick(2) == 0 ? absl::StrCat("\"", text, "\"") : absl::StrCat(" ", text, "\xC2\xA0");
      };
      std::vector<std::string> cells;
      std::string out;
      for (int column : order) cells.push_back(names[static_cast<std::size_t>(column)]);
      out = absl::StrCat(absl::StrJoin(cells, ","), end);
      for (const auto& row : rows) {
        cells.clear();
        for (int column : order) cells.push_back(field(column, row[static_cast<std::size_t>(column)]));
        absl::StrAppend(&out, absl::StrJoin(cells, ","), end);
      }
      return out;
    };
    const TempDir dir;
    Bills plain({dir.Write("plain.csv", write(false))}), other({dir.Write("other.csv", write(true))});
    BOOST_TEST(plain.Round().ok());
    BOOST_TEST(other.Round().ok());
    BOOST_TEST(other.sink.rejected.empty());
    for (const char* metric : {"cost.billed", "cost.effective"}) BOOST_TEST((plain.Cells(metric) == other.Cells(metric)));
    BOOST_TEST(!plain.Cells("cost.billed").empty());
  }
}

// Neither a file without a line end nor one that unpacks without end is read as a whole, takes long at a time, or hides a good one.
BOOST_AUTO_TEST_CASE(a_file_without_a_line_end_and_a_bomb_harm_nothing) {
  TempDir dir;
  dir.Write("good.csv", absl::StrCat(kHeader, "1,1,USD,2026-11-01,2026-11-02,a,\n"));
  dir.Write("endless.csv", absl::StrCat(kHeader, "1,1,USD,2026-11-01,2026-11-02,", std::string(20 << 20, 'x')));
  const std::string block(1 << 20, '0');
  gzFile bomb = gzopen((dir / "bomb.csv.gz").c_str(), "wb9");
  gzwrite(bomb, kHeader, sizeof kHeader - 1);
  for (int i = 0; i < 100; ++i) gzwrite(bomb, block.data(), static_cast<unsigned>(block.size()));
  gzclose(bomb);
  Bills bills({dir / "*.csv*"});
  const absl::Status status = bills.Round();
  BOOST_TEST(bills.Total("cost.billed") == 1'000'000);
  BOOST_TEST(absl::StrContains(status.message(), "bomb.csv.gz unpacks to more than 400 times its size"), status.message());
  const std::string health(bills.collector->Health().message());
  BOOST_TEST(absl::StrContains(health, "bomb.csv.gz"), health);
  BOOST_TEST(absl::StrContains(health, "1 more file"), health);
  BOOST_TEST(absl::StrContains(absl::StrJoin(bills.sink.rejected, "\n"), "endless.csv row 2 (line 2): the row that begins in line 2 is longer than 1 MiB"));
}

// The poll stage asks and answers health checks between the calls: none may do much, neither of reading nor of telling.
BOOST_AUTO_TEST_CASE(a_large_bill_is_read_and_told_in_small_pieces) {
  TempDir dir;
  std::string text = kHeader;
  for (int i = 0; i < 20'000; ++i)
    absl::StrAppend(&text, "1.", i, ",1,USD,2026-11-", i % 20 < 9 ? "0" : "", i % 20 + 1, ",2026-11-30,service ", i / 20, ",\"{\"\"team\"\": \"\"t", i % 7, "\"\"}\"\n");
  dir.Write("bill.csv", text);
  Bills bills({dir / "bill.csv"});
  BOOST_TEST(PlanAll(*bills.collector, kNow)->empty());  // written just now
  const std::vector<Fetch> plan = *PlanAll(*bills.collector, kNow);
  BOOST_REQUIRE(plan.size() == 1u);
  Fetched fetched;
  fetched.fetch = &plan[0];
  fetched.stream = *bills.reader->Open(plan[0].file);
  std::vector<Fetch> next;
  std::size_t calls = 0, most = 0;
  for (absl::StatusOr<Progress> progress = Progress::kMore; *progress == Progress::kMore; ++calls) {
    const std::size_t before = bills.sink.samples.size();
    progress = bills.collector->Decode(fetched, bills.sink, next);
    BOOST_REQUIRE(progress.ok());
    most = std::max(most, bills.sink.samples.size() - before);
  }
  BOOST_TEST(bills.sink.samples.size() >= 40'000u);
  BOOST_TEST(most <= 8'000u);
  BOOST_TEST(calls >= text.size() / (256u << 10) + 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
