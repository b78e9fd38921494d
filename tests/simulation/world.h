// World: what the simulated agent watches. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "rules/engine/engine.h"
#include "rules/model/rule.h"
#include "rules/model/series.h"

namespace nephoscope {

inline constexpr SourceId kMetrics = 1;  // can be asked again for any time: a provider's API
inline constexpr SourceId kProbes = 2;   // is gone when nobody looked

// Chance with a memory for the seed it came from.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  bool Rolls(double chance) { return static_cast<double>(random_() >> 11) * 0x1p-53 < chance; }
  std::int64_t Below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }

 private:
  std::mt19937_64 random_;
};

class World {
 public:
  static constexpr int kTicks = 24;  // minutes

  explicit World(std::uint64_t seed);

  static absl::Time At(int tick);
  const std::vector<Series>& series() const { return series_; }
  // The samples of one source at one tick, the same whenever asked.
  std::vector<Sample> Samples(SourceId source, int tick) const;

 private:
  std::vector<Series> series_;
  std::vector<std::vector<double>> values_;  // [series][tick]
};

// Edge-triggered rules (true for one tick is enough), rules with hold times and a ladder, and a health check.
std::shared_ptr<const RuleSet> SimulationRules();

// An engine with these rules and the world's series, nothing observed yet.
std::unique_ptr<Engine> MakeEngine(const World& world, absl::Span<const InstanceState> states);

}  // namespace nephoscope
