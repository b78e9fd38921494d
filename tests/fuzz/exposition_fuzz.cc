// A page of a Prometheus target: every line is taken or refused by number.
#include <cstddef>
#include <cstdint>

#include "agent/collectors/exposition.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view page(reinterpret_cast<const char*>(data), size);
  for (bool openmetrics : {false, true}) {
    const absl::Status status = ReadExposition(page, openmetrics, [&](const ExpositionLine& line) {
      CHECK(line.series.data() >= page.data() && line.series.data() + line.series.size() <= page.data() + page.size());
      SeriesText series;
      if (ParseSeriesText(line.series, series).ok()) CHECK(!series.name.empty());
    });
    CHECK(status.ok() || !status.message().empty());
  }
  return 0;
}
