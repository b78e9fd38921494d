// Counts what the program allocates: replaces the global operator new. Include it in one .cc of a program only.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace nephoscope {

inline std::atomic<std::uint64_t> g_allocations{0};

// All threads, since the start.
inline std::uint64_t Allocations() { return g_allocations.load(std::memory_order_relaxed); }

// nullptr: there is no memory.
inline void* CountedTry(std::size_t size, std::size_t alignment) {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  void* p = nullptr;
  return ::posix_memalign(&p, alignment < sizeof(void*) ? sizeof(void*) : alignment, size == 0 ? 1 : size) == 0 ? p : nullptr;
}

inline void* CountedAllocate(std::size_t size, std::size_t alignment) {
  void* const p = CountedTry(size, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace nephoscope

#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // what posix_memalign gives, free takes
#endif

void* operator new(std::size_t size) { return nephoscope::CountedAllocate(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return nephoscope::CountedAllocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) { return nephoscope::CountedAllocate(size, static_cast<std::size_t>(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return nephoscope::CountedAllocate(size, static_cast<std::size_t>(alignment)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return nephoscope::CountedTry(size, alignof(std::max_align_t)); }  // as std::stable_sort asks
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return nephoscope::CountedTry(size, alignof(std::max_align_t)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
