// A SampleSink that keeps everything, for tests of collectors.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"

namespace nephoscope {

class RecordingSink : public SampleSink {
 public:
  SeriesId Intern(const Series& wanted) override {
    ++interned;
    for (std::size_t i = 0; i < series.size(); ++i)
      if (series[i].metric == wanted.metric && series[i].labels == wanted.labels && series[i].source == wanted.source)
        return static_cast<SeriesId>(i);
    series.push_back(wanted);
    return static_cast<SeriesId>(series.size() - 1);
  }
  std::uint64_t generation() const override { return rules_set; }
  void Add(const Sample& sample) override { samples.push_back(sample); }
  SourceId Source(absl::string_view name) override {
    for (std::size_t i = 0; i < sources.size(); ++i)
      if (sources[i] == name) return static_cast<SourceId>(i);
    sources.emplace_back(name);
    return static_cast<SourceId>(sources.size() - 1);
  }
  void Watermark(SourceId source, absl::Time time) override { watermarks[sources.at(source)] = time; }
  void Reject(absl::string_view where, absl::string_view what) override { rejected.push_back(absl::StrCat(where, ": ", what)); }
  void Note(absl::string_view text) override { notes.emplace_back(text); }

  std::vector<Series> series;
  std::vector<Sample> samples;
  std::vector<std::string> sources, rejected, notes;
  std::map<std::string, absl::Time> watermarks;
  int interned = 0;             // calls
  std::uint64_t rules_set = 1;  // what generation() says
};

}  // namespace nephoscope
