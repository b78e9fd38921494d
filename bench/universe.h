// The series universe of all benches (performance.md 1.1): N series with six labels, values by a fixed formula.
#pragma once

#include <cmath>
#include <cstdint>

#include "absl/strings/str_format.h"
#include "rules/model/series.h"

namespace nephoscope::bench {

inline std::uint64_t Mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

inline Series UniverseSeries(int i) {
  static constexpr const char* kProviders[] = {"aws", "azure", "gcp"};
  Series s;
  s.metric = "cloud_cost_dollars";
  s.labels = Labels({{"provider", kProviders[i % 3]},
                     {"account", absl::StrFormat("account-%04d", i % 200)},
                     {"region", absl::StrFormat("region-%02d", i % 20)},
                     {"service", absl::StrFormat("svc-%02d", i % 50)},
                     {"team", absl::StrFormat("team-%03d", i % 100)},
                     {"resource", absl::StrFormat("res-%06d", i)}});
  return s;
}

inline double UniverseValue(std::uint64_t i, std::uint64_t step) {
  const double base = 10 + static_cast<double>(Mix(i) % 100000) / 1000;
  const double n = (static_cast<double>(Mix(i * 1000003 + step) % 2001) - 1000) / 1000;
  return std::round(base * (1 + 0.05 * n) * 100) / 100;
}

}  // namespace nephoscope::bench
