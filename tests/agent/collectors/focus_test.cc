#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/csv.h"
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
    auto plan = collector->Plan(now);
    // Files that were written just now are looked at twice.
    if (plan.ok() && plan->empty() && collector->every() < absl::Hours(1)) plan = collector->Plan(now);
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
