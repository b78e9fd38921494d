#include "rules/kinds/surprise_tail.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nephoscope {
namespace {

constexpr double kLeastMass = 10;      // before that nothing is rare
constexpr std::uint32_t kRefit = 16;   // samples from one fit of the tail to the next
constexpr double kHeaviest = 1e12;     // weight at which all masses are scaled down
constexpr double kNoSlope = 0.2;       // of a tail in which nothing lies

}  // namespace

int SurpriseTail::BucketOf(double value) const {
  if (value <= 0) return 0;
  const double place = kPerOctave * (std::log2(value) - origin_) + kBuckets / 2;
  return place < 1 ? 1 : place >= kBuckets - 1 ? kBuckets - 1 : static_cast<int>(place);
}

double SurpriseTail::LowOf(int bucket) const {
  if (bucket <= 0) return 0;
  return std::exp2(origin_ + static_cast<double>(bucket - kBuckets / 2) / kPerOctave);
}

// Eight sums side by side, so that the processor adds them at once.
double SurpriseTail::MassFrom(int bucket) const {
  constexpr int kLanes = 8;
  static_assert(kBuckets % kLanes == 0);
  std::array<float, kLanes> sums{};
  int at = bucket;
  for (; at % kLanes != 0; ++at) sums[at % kLanes] += counts_[at];
  for (; at < kBuckets; at += kLanes)
    for (int lane = 0; lane < kLanes; ++lane) sums[lane] += counts_[at + lane];
  double out = 0;
  for (const float sum : sums) out += sum;
  return out;
}

double SurpriseTail::Surprise(double value) const {
  if (!(value > 0) || mass_ < kLeastMass) return 0;
  if (edge_ <= 0 || value <= edge_) {
    const double mass = std::max(MassFrom(BucketOf(value)), 0.5 * weight_);
    return mass >= mass_ ? 0 : -std::log10(mass / mass_);
  }
  return std::min(kMost, -std::log10(std::min(1.0F, beyond_)) + std::log10(value / edge_) / slope_);
}

double SurpriseTail::ValueAt(double surprise) const {
  if (mass_ < kLeastMass) return std::numeric_limits<double>::infinity();
  const double of_edge = -std::log10(std::min(1.0F, beyond_));
  if (edge_ > 0 && surprise >= of_edge) return edge_ * std::pow(10, (surprise - of_edge) * slope_);
  const double mass = mass_ * std::pow(10, -surprise);
  double above = 0;
  int bucket = kBuckets - 1;
  for (; bucket > 0; --bucket)
    if ((above += counts_[bucket]) > mass) break;
  return LowOf(bucket + 1);
}

void SurpriseTail::Add(double value, const TailTuning& tuning) {
  if (empty()) {
    if (!(value > 0)) return;
    origin_ = std::log2(value);
  }
  counts_[BucketOf(value)] += static_cast<float>(weight_);
  mass_ += weight_;
  weight_ *= tuning.growth;
  ++added_;
  if (weight_ > kHeaviest) {
    for (float& count : counts_) count = static_cast<float>(count / weight_);
    mass_ /= weight_;
    weight_ = 1;
  }
  if (added_ % kRefit == 0 && mass_ >= kLeastMass) Refit(tuning);
}

void SurpriseTail::Begin(double value, std::int64_t zeros) {
  if (!empty() || !(value > 0)) return;
  origin_ = std::log2(value);
  counts_[0] = static_cast<float>(zeros);
  mass_ = static_cast<double>(zeros);
}

void SurpriseTail::Refit(const TailTuning& tuning) {
  const double need = tuning.share * mass_;
  double above = 0;
  int bucket = kBuckets - 1;
  for (; bucket > 1; --bucket)
    if ((above += counts_[bucket]) >= need) break;
  edge_ = LowOf(bucket + 1);
  double mass = 0, steps = 0;  // the latter: from u to the middle of each bucket
  for (int at = bucket + 1; at < kBuckets; ++at)
    mass += counts_[at], steps += counts_[at] * (at - bucket - 0.5);
  const double slope = mass > 0 ? steps / mass * std::log(2) / kPerOctave : kNoSlope;
  beyond_ = static_cast<float>(std::max(mass, 0.5 * weight_) / mass_);
  slope_ = static_cast<float>(std::max(tuning.least_slope, slope));
}

// Buckets of nothing, most of them, are not written.
void SurpriseTail::Save(StateWriter& out) const {
  int first = 0, end = kBuckets;
  while (first < end && counts_[first] == 0) ++first;
  while (end > first && counts_[end - 1] == 0) --end;
  for (const double one : {mass_, weight_, origin_, edge_}) out.Real(one);
  out.Real(slope_), out.Real(beyond_);
  out.Int(added_);
  out.Int(first);
  out.Text({reinterpret_cast<const char*>(counts_.data() + first), sizeof(float) * (end - first)});
}

bool SurpriseTail::Load(StateReader& in) {
  *this = SurpriseTail();
  for (double* one : {&mass_, &weight_, &origin_, &edge_}) *one = in.Real();
  slope_ = static_cast<float>(in.Real()), beyond_ = static_cast<float>(in.Real());
  added_ = static_cast<std::uint32_t>(in.Int());
  const auto first = static_cast<std::size_t>(std::clamp<std::int64_t>(in.Int(), 0, kBuckets));
  const std::string counts = in.Text();
  const std::size_t room = sizeof(float) * (kBuckets - first);
  std::memcpy(counts_.data() + first, counts.data(), std::min(counts.size(), room));
  return std::isfinite(mass_) && std::isfinite(weight_) && std::isfinite(origin_) && std::isfinite(edge_);
}

}  // namespace nephoscope
