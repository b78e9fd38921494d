// ArrivedShare: how much of a day's cost is on the bill one, two days later.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "rules/engine/state_bytes.h"

namespace nephoscope {

class ArrivedShare {
 public:
  static constexpr int kAges = 3, kEnough = 14;  // days

  struct Of {
    bool known = false, whole = false;  // whole: what arrives at that age has not changed later
    double share = 1, swing = 0;
  };

  // What a day cost when it was `age` days old (1: yesterday).
  void See(std::int64_t day, int age, double cost) {
    if (age < 1 || age > kAges) return;
    Seen& one = seen_[static_cast<std::size_t>(day % kDays)];
    if (one.day != day) one = {.day = day};
    one.cost[static_cast<std::size_t>(age - 1)] = cost;
  }
  // The day is final; each day counts once.
  void Learn(std::int64_t day, double cost) {
    const Seen& one = seen_[static_cast<std::size_t>(day % kDays)];
    if (day <= learnt_ || one.day != day || cost <= 0) return;
    learnt_ = day;
    for (std::size_t age = 0; age < kAges; ++age) {
      if (one.cost[age] < 0) continue;
      Age& of = ages_[age];
      const double rate = std::max(1.0 / ++of.count, 0.05), off = one.cost[age] / cost - of.share;
      of.share += rate * off;
      if (of.count > 1) of.variance += rate * (off * off - of.variance);
    }
  }
  Of At(int age) const {
    const Age& of = ages_[static_cast<std::size_t>(std::clamp(age, 1, kAges) - 1)];
    Of out;
    out.known = of.count >= kEnough && of.share > 0.05;
    if (!out.known) return out;
    out.share = of.share;
    out.swing = std::sqrt(of.variance) / of.share;
    out.whole = std::fabs(of.share - 1) < 0.01 && out.swing < 0.01;
    return out;
  }

  void Save(StateWriter& out) const {
    out.Int(learnt_);
    for (const Age& one : ages_) out.Int(one.count), out.Real(one.share), out.Real(one.variance);
    for (const Seen& one : seen_) {
      out.Int(one.day);
      for (const double cost : one.cost) out.Real(cost);
    }
  }
  void Load(StateReader& in) {
    learnt_ = in.Int();
    for (Age& one : ages_) one.count = static_cast<int>(in.Int()), one.share = in.Real(), one.variance = in.Real();
    for (Seen& one : seen_) {
      one.day = in.Int();
      for (double& cost : one.cost) cost = in.Real();
    }
  }

 private:
  static constexpr std::size_t kDays = 5;
  struct Age {
    int count = 0;
    double share = 0, variance = 0;
  };
  struct Seen {
    std::int64_t day = -1;
    std::array<double, kAges> cost{-1, -1, -1};
  };
  std::array<Age, kAges> ages_{};
  std::array<Seen, kDays> seen_{};
  std::int64_t learnt_ = INT64_MIN;
};

}  // namespace nephoscope
