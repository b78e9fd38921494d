// Random: where chance comes from (retry jitter only; no identity is ever random).
#pragma once

#include <cstdint>

namespace nephoscope {

class Random {
 public:
  virtual ~Random() = default;
  // Uniform in [0, 1).
  virtual double Uniform() = 0;
};

// Seeded from the operating system.
Random& SystemRandom();

}  // namespace nephoscope
