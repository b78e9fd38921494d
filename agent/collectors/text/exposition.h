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
  std::int64_t number = 0;    // of the line, from 1
  bool has_time = false;
  std::int64_t time_ms = 0;
};

struct SeriesText {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
};

// Calls `take` for every sample in order of the page. InvalidArgument names the line number, what was found and what was expected;
// what came before has been taken. OpenMetrics must end with `# EOF`; its times are seconds, those of the text format milliseconds.
// `reject`: is given a line that cannot be read; true: the others count all the same. A page of OpenMetrics that was cut short is refused whole.
// `known`: how many bytes at the beginning of the rest of the page are the name and labels of its next sample, where the caller knows; else 0.
absl::Status ReadExposition(
    absl::string_view page, bool openmetrics, absl::FunctionRef<void(const ExpositionLine&)> take,
    absl::FunctionRef<std::size_t(absl::string_view)> known = [](absl::string_view) { return std::size_t{0}; },
    absl::FunctionRef<bool(std::int64_t number, const absl::Status&)> reject = [](std::int64_t, const absl::Status&) { return false; });

// How far a page was read that is read in slices.
struct ExpositionPlace {
  std::size_t at = 0;
  std::int64_t line = 0;
  bool ended = false;  // by # EOF
};

// The same for about `most` bytes of the page from `place` on; the page is over where place.at is its size.
absl::Status ReadExpositionSlice(absl::string_view page, bool openmetrics, ExpositionPlace& place, std::size_t most,
                                 absl::FunctionRef<void(const ExpositionLine&)> take, absl::FunctionRef<std::size_t(absl::string_view)> known,
                                 absl::FunctionRef<bool(std::int64_t number, const absl::Status&)> reject);

// Name and labels of `ExpositionLine::series`, unescaped; names in quotes as well, with the name of the metric in the braces ({"http.duration",method="GET"}). InvalidArgument says what is wrong.
absl::Status ParseSeriesText(absl::string_view text, SeriesText& out);

}  // namespace nephoscope
