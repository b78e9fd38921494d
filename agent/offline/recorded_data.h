// RecordedData: what was billed and measured, from files, as the input of a trial.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/net/http.h"
#include "rules/model/rule.h"
#include "rules/trial/trial.h"

namespace nephoscope {

struct RecordedData {
  TrialInput input;                                                       // ticks at least every hour, as the agent's clock
  absl::Time begin = absl::InfiniteFuture(), end = absl::InfinitePast();  // first and last arrival
  std::uint64_t rejected = 0;                                             // records that could not be read
  std::vector<std::string> examples;                                      // the first few of them, in words
  std::vector<std::string> notes;                                         // what people should know of the data
};

// Reads files of three kinds, told apart by their beginning:
//   FOCUS bills (CSV): cells arrive at the end of their day, as provisional, and again when they are final; `rules` says whether resources and commitments are looked at
//   CSV with the columns time (RFC 3339 or Unix seconds), metric, value, and perhaps arrived and unit; other columns are labels
//   Prometheus text or OpenMetrics with a timestamp on every line
// `.gz` is unpacked. At most 50 million points. Errors name the file, what was found and what was expected.
absl::StatusOr<RecordedData> ReadRecordedData(const std::vector<std::string>& paths, const RuleSet& rules, FileReader& files);

}  // namespace nephoscope
