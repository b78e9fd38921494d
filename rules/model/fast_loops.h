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
