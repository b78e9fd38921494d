// One random rule, a few random streams, and a random walk through the engine's calls; its twin walks beside it.
#pragma once

#include <cstdint>
#include <string>

namespace nephoscope {

// What differs, with the rule and both lives; "" when nothing does.
std::string RunTwinCase(std::uint64_t seed);

// How many transitions were compared since the program began: a test that compares nothing proves nothing.
std::uint64_t TransitionsCompared();

}  // namespace nephoscope
