// FOR_ALL_PROCESSORS: before a function of plain loops over numbers. It is compiled for processors that calculate with four doubles at once as well, and the
// program takes that when it starts on one.
#pragma once

// The choice is made before a sanitizer is ready for it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FOR_ALL_PROCESSORS [[gnu::target_clones("avx2", "default")]]
#else
#define FOR_ALL_PROCESSORS
#endif
