// Warm, a sample costs no allocation on its way: known series are found, batches come back from the pool.
#include <boost/test/unit_test.hpp>

#include "agent/pipeline/channel.h"
#include "agent/pipeline/series_table.h"
#include "bench/allocation_counter.h"
#include "bench/universe.h"

using namespace nephoscope;

namespace {

void OneRound(SeriesTable& table, const std::vector<Series>& series, BatchChannel& channel) {
  for (std::size_t at = 0; at < series.size();) {
    auto batch = channel.Take();
    for (; at < series.size() && batch->samples.size() < Batch::kCapacity; ++at) batch->samples.push_back({.series = table.Intern(series[at]).id});
    batch->watermarks.emplace_back(SourceId{0}, absl::UnixEpoch());
    channel.Send(std::move(batch));
    channel.Recycle(channel.Receive(absl::ZeroDuration()));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(allocation_test)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  const std::uint64_t before = Allocations();
  std::string long_text(100, 'x');
  BOOST_TEST(Allocations() > before);
}

BOOST_AUTO_TEST_CASE(a_warm_pipeline_allocates_nothing_per_sample) {
  std::vector<Series> series;
  for (int i = 0; i < 10'000; ++i) series.push_back(bench::UniverseSeries(i));
  SeriesTable table;
  BatchChannel channel(4);
  OneRound(table, series, channel);  // warms up
  const std::uint64_t before = Allocations();
  for (int round = 0; round < 10; ++round) OneRound(table, series, channel);
  BOOST_TEST(Allocations() - before == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
