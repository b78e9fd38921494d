// Reader of the Prometheus text format 0.0.4 and of OpenMetrics 1.0.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

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
absl::Status ReadExposition(absl::string_view page, bool openmetrics, const std::function<void(const ExpositionLine&)>& take);

// Name and labels of `ExpositionLine::series`, unescaped. InvalidArgument says what is wrong.
absl::Status ParseSeriesText(absl::string_view text, SeriesText& out);

}  // namespace nephoscope
