// SurpriseTail: how rare a value of a non-negative statistic is for its own past, as -log10 of its tail mass:
// 2 is "one sample in a hundred has been so large", 4 "one in ten thousand".
//
//   buckets   112 of equal width in the logarithm, four an octave, around the first value above zero
//   inside    -log10 of the mass at and above the bucket of the value
//   beyond u  u has 1 % of the mass above it; a Pareto tail from there (Hill, Ann. Statist. 3, 1975)
//
// Samples are forgotten by half in 6,000 of them. 500 bytes, no allocation, O(1) a sample.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "rules/engine/state_bytes.h"

namespace nephoscope {

struct TailTuning {
  double growth = std::exp2(1 / 6000.0);  // of the weight from sample to sample: a half-life of 6,000
  double share = 0.01;                    // of the mass that lies beyond u
  double least_slope = 0.1;               // of the Pareto tail: a thinner one is taken for this
};

class SurpriseTail {
 public:
  static constexpr double kMost = 30;

  // 0 before ten values are known, and of 0.
  double Surprise(double value) const;
  // The value whose Surprise is `surprise`; infinite where none is known to be.
  double ValueAt(double surprise) const;
  void Add(double value, const TailTuning& tuning);
  // Of an empty one: so many values of zero came before the first one above it.
  void Begin(double value, std::int64_t zeros);
  // No value above zero has come.
  // u; 0: not known.
  double edge() const { return edge_; }
  bool empty() const { return mass_ == 0; }

  void Save(StateWriter& out) const;
  // False: these are no numbers of a tail.
  bool Load(StateReader& in);

 private:
  static constexpr int kBuckets = 112, kPerOctave = 4;

  int BucketOf(double value) const;
  double LowOf(int bucket) const;
  double MassFrom(int bucket) const;
  void Refit(const TailTuning& tuning);

  std::array<float, kBuckets> counts_{};
  double mass_ = 0, weight_ = 1;  // of all values; of the next one: it grows instead of the others shrinking
  double origin_ = 0;             // log2 of the first value above zero
  double edge_ = 0;               // u; 0: not known
  float slope_ = 1, beyond_ = 1;  // of the tail; the share of the mass that lies in it
  std::uint32_t added_ = 0;
};

}  // namespace nephoscope
