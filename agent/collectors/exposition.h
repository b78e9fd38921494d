// Reader of the Prometheus text format 0.0.4 and of OpenMetrics 1.0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

// One sample line.
struct ExpositionLine {
  absl::string_view series;   // name and labels as they stand on the page
  double value = 0;
  bool has_time = false;
  std::int64_t time_ms = 0;
};

struct SeriesText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
};

// Calls `take` for every sample in order of the page. InvalidArgument names the line number, what was found and what was expected;
// what came before has been taken. OpenMetrics must end with `# EOF`; its times are seconds, those of the text format milliseconds.
// `known`: how many bytes at the beginning of the rest of the page are the name and labels of its next sample, where the caller knows; else 0.
absl::Status ReadExposition(
    absl::string_view page, bool openmetrics, absl::FunctionRef<void(const ExpositionLine&)> take,
    absl::FunctionRef<std::size_t(absl::string_view)> known = [](absl::string_view) { return std::size_t{0}; });

// Name and labels of `ExpositionLine::series`, unescaped. InvalidArgument says what is wrong.
absl::Status ParseSeriesText(absl::string_view text, SeriesText& out);

}  // namespace nephoscope
