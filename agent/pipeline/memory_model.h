// The memory model that the lock-free parts are written over: StdModel in the program, the checker's in tests/model.
//
// A model M gives
//   M::atomic<T>        load, store, exchange with a std::memory_order
//   M::var<T>           plain memory that several threads use in turn: the checker proves that no two uses race
//   M::fence(order)     std::atomic_thread_fence
//   M::yield()          a pause inside a short spin
//   M::event            EventFd
//   M::kSpins           how often to look again before sleeping in the kernel
#pragma once

#include <atomic>
#include <utility>

#include "agent/pipeline/event_fd.h"

namespace nephoscope {

// The C++ library's own; every call is inlined to the bare instruction.
struct StdModel {
  template <class T>
  using atomic = std::atomic<T>;

  template <class T>
  class var {
   public:
    void Put(T value) { value_ = std::move(value); }
    T Take() { return std::move(value_); }

   private:
    T value_{};
  };

  static void fence(std::memory_order order) { std::atomic_thread_fence(order); }

  static void yield() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  using event = EventFd;

  // A pause takes 10 to 45 ns: together a few hundred ns. Longer would cost a sidecar with a fraction of a core its whole time
  // slice while the other thread is not running at all.
  static constexpr int kSpins = 16;
};

}  // namespace nephoscope
