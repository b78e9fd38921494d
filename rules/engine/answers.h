// Answers: how long a source has answered. A series is gone when its own source has answered without it for long
// enough; while the source itself is silent nothing is known of its series.
//
//   answers.Note(source, watermark);     // it answered up to then
//   answers.Since(source, heard)         // for so long it has answered since
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/model/series.h"

namespace nephoscope {

class Answers {
 public:
  void Note(SourceId source, absl::Time watermark);
  // Outages are not counted, nor is the time before its first answer. Zero: it has not answered.
  absl::Duration Since(SourceId source, absl::Time heard) const;

  // Up to when it has; InfinitePast: never.
  absl::Time Newest(SourceId source) const { return source < sources_.size() ? sources_[source].newest : absl::InfinitePast(); }

  // Ids are of one process, names are the same after a restart.
  void Name(SourceId source, absl::string_view name);
  const std::string& NameOf(SourceId source) const;
  // False: no such source has been named yet.
  bool Find(absl::string_view name, SourceId& source) const;

 private:
  static constexpr std::size_t kMostOutages = 64;  // older ones: time before them is not counted

  struct Outage {
    absl::Time end;
    absl::Duration length;
  };
  struct One {
    absl::Time first = absl::InfinitePast(), newest = absl::InfinitePast();
    absl::Duration step = absl::ZeroDuration();  // between the newest two
    std::vector<Outage> outages;                 // by time
    std::string name;
  };
  std::vector<One> sources_;  // by id
};

}  // namespace nephoscope
