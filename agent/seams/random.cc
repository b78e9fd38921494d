#include "agent/seams/random.h"

#include <sys/random.h>

#include "rules/model/check.h"

namespace nephoscope {
namespace {

// Asked of the kernel each time: no state, so any thread may ask.
class KernelRandom : public Random {
 public:
  double Uniform() override {
    std::uint64_t bits = 0;
    CHECK(getrandom(&bits, sizeof bits, 0) == sizeof bits);
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
  }
};

}  // namespace

Random& SystemRandom() {
  static KernelRandom& random = *new KernelRandom;
  return random;
}

}  // namespace nephoscope
