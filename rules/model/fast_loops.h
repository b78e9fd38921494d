// For loops over many numbers.
#pragma once

// FOR_ALL_PROCESSORS, before a function of plain loops: it is compiled for processors that calculate with four doubles at once as well, and the program takes
// that when it starts on one. Sanitizers are not ready when the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_ALL_PROCESSORS [[gnu::target_clones("avx2", "default")]]
#else
#define FOR_ALL_PROCESSORS
#endif

// NOT_CLEARED, before an array that is written before it is read: -ftrivial-auto-var-init would clear it each time.
#if defined(__GNUC__) && !defined(__clang__)
#define NOT_CLEARED [[gnu::uninitialized]]
#else
#define NOT_CLEARED
#endif

namespace nephoscope {

// a * b - product: what a double has lost of it, to the last digit (Dekker, Numer. Math. 18, 1971; for numbers below 1e290, and where products and sums are
// not made one).
inline double LostOf(double a, double b, double product) {
  constexpr double kHalves = 134217729;  // 2^27 + 1
  const double turned_a = kHalves * a, high_a = turned_a - (turned_a - a), low_a = a - high_a;
  const double turned_b = kHalves * b, high_b = turned_b - (turned_b - b), low_b = b - high_b;
  return ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b;
}

}  // namespace nephoscope
