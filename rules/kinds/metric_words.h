// Words for a metric that is unusual. The numbers are those by which it was judged, so that no text contradicts itself.
#pragma once

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "rules/kinds/metric_verdict.h"

namespace nephoscope {

class MetricWords {
 public:
  // `first`: the first sample.
  struct About {
    std::string metric, unit;
    const char* at_this_time = "";                    // " at this time of the week"
    absl::Time first = absl::InfinitePast();
    absl::Time back_since = absl::InfinitePast();  // data came back then, not long ago
    absl::Duration gap;
  };

  MetricWords(About about, const MetricVerdict& verdict) : about_(std::move(about)), verdict_(verdict) {}

  std::string Explanation() const;
  // spike, stays higher, stays lower, slow climb, slow decline, dropped, unusually quiet, swings, usual
  const char* Pattern() const;
  std::string Value() const { return Shown(verdict_.look.value); }
  std::string Expected() const { return Round(verdict_.usual.centre); }
  // As many digits as it takes to stay on its side of the value.
  std::string Low() const { return Edge(verdict_.usual.low); }
  std::string High() const { return Edge(verdict_.usual.high); }

 private:
  std::string Shown(double value) const;
  std::string Round(double value) const;
  std::string Accepted() const;
  std::string Digits(double edge, double value) const;
  std::string Edge(double edge) const;
  std::string Limit() const;
  std::string WarmingUp() const;
  std::string Usual() const;
  std::string Unusual() const;
  std::string Between() const;
  std::string UsualText() const;
  std::string RarityText() const;
  std::string SinceText() const;
  std::string PastText() const;
  std::string GapText() const;

  const About about_;
  const MetricVerdict& verdict_;
};

}  // namespace nephoscope
