#include <boost/test/unit_test.hpp>

#include <filesystem>

#include "absl/strings/match.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/csv.h"
#include "tests/agent/collectors/recording_sink.h"
#include "tests/agent/temp_dir.h"

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
    auto plan = collector->Plan(kNow);
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
};

}  // namespace

BOOST_AUTO_TEST_SUITE(focus_test)

BOOST_AUTO_TEST_CASE(the_sample_bill_is_counted_to_the_last_digit_that_we_keep) {
  const std::string path = std::string(NEPHOSCOPE_SHARED_DIR) + "/data/focus/focus-1.0-sample.csv";
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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
