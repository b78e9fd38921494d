// Batch: the unit of work that crosses threads. Filled by the I/O thread, emptied by one evaluate thread, recycled.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/arrival_delays.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

// Applied in the order of the members: rules, sources, gone, series, delays, samples, watermarks, wall clock.
struct Batch {
  static constexpr std::size_t kCapacity = 4096;  // samples; a full batch is sent

  std::shared_ptr<const RuleSet> rules;  // new rules, else null
  bool composites = false;  // some of `rules` are made of alerts
  std::vector<std::pair<SourceId, std::string>> sources;  // named for the first time
  std::vector<SeriesId> gone;            // series that are no more; their ids may be those of others from here on
  std::vector<Series> series;            // seen for the first time (or newly of interest)
  std::vector<std::pair<SeriesId, ArrivalDelay>> delays;  // of series, where they have changed
  std::vector<Sample> samples;
  std::vector<std::pair<SourceId, absl::Time>> watermarks;
  absl::Time wall = absl::InfinitePast();  // the wall clock when the batch was sent
  std::uint64_t round = 0;                 // this is the last batch of the round with this number, from 1; 0: more of the round follows
  absl::Time past_before = absl::InfinitePast();  // some collector reads the past of before then (a start, a reload, an outage); InfinitePast: none does
  bool caught_up = false;                         // with the end of this batch they are through
  std::int64_t sent_ns = 0;                // Clock::SinceBoot when it was handed over, for the latency histogram

  Batch() { samples.reserve(kCapacity); }
  bool empty() const { return !rules && sources.empty() && gone.empty() && series.empty() && delays.empty() && samples.empty() && watermarks.empty(); }
  void clear() {
    rules.reset();
    sources.clear();
    gone.clear();
    series.clear();
    delays.clear();
    samples.clear();
    watermarks.clear();
    wall = absl::InfinitePast();
    round = 0;
    past_before = absl::InfinitePast();
    caught_up = false;
    sent_ns = 0;
  }
};

}  // namespace nephoscope
