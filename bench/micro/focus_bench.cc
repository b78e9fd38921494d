// How fast a FOCUS bill becomes costs by group and day: MB/s of one core, from memory.
#include <benchmark/benchmark.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/collectors/bills/focus_reading.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

class TextStream : public ByteStream {
 public:
  explicit TextStream(absl::string_view text) : text_(text) {}
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t got = std::min(size, text_.size());
    std::copy_n(text_.data(), got, buffer);
    text_.remove_prefix(got);
    return got;
  }

 private:
  absl::string_view text_;
};

// Rows as a provider writes them: 30 days, 40 accounts, 25 services, tags in JSON, prices with ten digits.
std::string Bill(int rows) {
  std::string out =
      "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeDescription,ChargeFrequency,"
      "ChargePeriodEnd,ChargePeriodStart,CommitmentDiscountId,CommitmentDiscountStatus,ConsumedQuantity,ConsumedUnit,ContractedCost,EffectiveCost,"
      "InvoiceIssuerName,ListCost,PricingCategory,PricingUnit,ProviderName,PublisherName,RegionId,RegionName,ResourceId,ResourceName,ResourceType,"
      "ServiceCategory,ServiceName,SkuId,SkuPriceId,SubAccountId,SubAccountName,Tags\n";
  for (int i = 0; i < rows; ++i) {
    const std::string day = absl::StrCat("2026-11-", (i / 7) % 30 < 9 ? "0" : "", (i / 7) % 30 + 1), cost = absl::StrCat(i % 97, ".", 1'000'000 + i * 7 % 8'999'999);
    absl::StrAppend(&out, cost, ",123456789012,USD,2026-12-01 00:00:00,2026-11-01 00:00:00,Usage,\"$0.0416 per On Demand, Linux t3.medium\",Usage-Based,", day,
                    " 23:59:59,", day, " 00:00:00,,,24,Hours,", cost);
    absl::StrAppend(&out, ",", cost, ",Amazon Web Services,", cost, ",Standard,Hours,AWS,Amazon Web Services,us-east-1,US East (N. Virginia),arn:aws:ec2:us-east-1:123456789012:instance/i-",
                    1'000'000'000 + i % 5'000, ",web-", i % 5'000, ",Instance,Compute,Service ", i % 25, ",SKU", i % 300, ",PRICE", i % 300, ",2", 10'000'000'000 + i % 40,
                    ",account-", i % 40, ",\"{\"\"team\"\": \"\"t", i % 20, "\"\", \"\"environment\"\": \"\"prod\"\"}\"\n");
  }
  return out;
}

// Reads a whole bill; returns the totals of effective and billed cost.
std::array<std::string, 2> ReadAll(ByteStream& stream, FocusContext& context) {
  FocusReading reading("bill.csv", stream, context);
  CHECK(reading.Begin().ok());
  for (absl::StatusOr<bool> more = true; more.ok() && *more;)
    more = reading.Read(256 << 10, [](const std::string& where, absl::string_view what) { std::fprintf(stderr, "%s: %s\n", where.c_str(), std::string(what).c_str()); });
  std::array<ExactSum, 2> totals;
  for (const auto& [key, sums] : reading.content().cells) {
    if (context.groups.Get(key.group).view != BillView::kBill) continue;
    CHECK(totals[0].Add(sums[1].ToDecimal()).ok() && totals[1].Add(sums[0].ToDecimal()).ok());
  }
  return {totals[0].ToDecimal(), totals[1].ToDecimal()};
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// For bench/compare/focus.py: one file, read once, as one line of JSON.
void CompareOne(const char* path) {
  FocusContext context;
  context.tags = {"team", "environment"};
  const auto files = MakeFileReader();
  auto stream = files->Open(path);
  CHECK(stream.ok());
  const double before = CpuSeconds();
  const std::array<std::string, 2> totals = ReadAll(**stream, context);
  const double cpu = CpuSeconds() - before;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("{\"cpu\": %f, \"total\": [\"%s\", \"%s\"], \"memory\": %ld}\n", cpu, totals[0].c_str(), totals[1].c_str(), usage.ru_maxrss);
}

// One of two errands of that script, and the end of the program.
void Errand(benchmark::State& state) {
  if (const char* path = std::getenv("NEPHOSCOPE_WRITE_BILL")) {
    std::ofstream out(path);
    out << Bill(std::atoi(std::getenv("NEPHOSCOPE_BILL_ROWS")));
    out.close();
    std::_Exit(out.good() ? 0 : 1);
  }
  if (const char* path = std::getenv("NEPHOSCOPE_READ_BILL")) {
    CompareOne(path);
    std::fflush(stdout);
    std::_Exit(0);
  }
  state.SkipWithError("bench/compare/focus.py runs this");
}
BENCHMARK(Errand);

void ReadBill(benchmark::State& state) {
  const std::string text = Bill(100'000);
  for (auto _ : state) {
    FocusContext context;
    context.tags = {"team", "environment"};
    context.resources = state.range(0) != 0;
    TextStream stream(text);
    FocusReading reading("bill.csv", stream, context);
    CHECK(reading.Begin().ok());
    for (absl::StatusOr<bool> more = true; more.ok() && *more;) more = reading.Read(256 << 10, [](const std::string&, absl::string_view) { std::abort(); });
    benchmark::DoNotOptimize(reading.content().cells.size());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(ReadBill)->Arg(0)->Arg(1)->ArgName("resources")->Unit(benchmark::kMillisecond);

void SplitRows(benchmark::State& state) {
  const std::string text = Bill(100'000);
  std::vector<CsvField> row;
  for (auto _ : state) {
    TextStream stream(text);
    CsvReader csv(stream);
    for (absl::StatusOr<bool> more = true; more.ok() && *more;) more = csv.Next(row);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(SplitRows)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nephoscope
