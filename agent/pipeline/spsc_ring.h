// SpscRing: a bounded queue from exactly one thread to exactly one other, without locks (Lamport 1983, with cached indices).
//
// Both indices only grow; an item with index i lies in slot i mod capacity. The giver owns the slots [head, tail + capacity), the
// taker owns [tail, head). Publishing an index hands the slot over:
//
//   giver   write slot,  head.store(release) (A)      taker   head.load(acquire) (A'),  read slot
//   taker   read slot,   tail.store(release) (B)      giver   tail.load(acquire) (B'),  write slot
//
// Each side remembers the other's index and looks again only when the ring seems full or empty, so that the cache lines rest.
// tests/model checks that the four orders suffice and that none can be weaker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "agent/pipeline/memory_model.h"
#include "rules/model/check.h"

namespace nephoscope {

// T: movable, default constructible (a taken slot holds a moved-from T).
template <class T, class M = StdModel>
class SpscRing {
 public:
  // `capacity` is rounded up to a power of two.
  explicit SpscRing(std::size_t capacity) : mask_(RoundUp(capacity) - 1), slots_(new typename M::template var<T>[mask_ + 1]) {}
  SpscRing(const SpscRing&) = delete;
  SpscRing& operator=(const SpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // Giver's thread. False: full, and `item` is untouched.
  bool TryPush(T& item) {
    if (next_push_ - known_tail_ == capacity()) {
      known_tail_ = tail_.load(std::memory_order_acquire);  // B': with B, the taker has finished with the slot
      if (next_push_ - known_tail_ == capacity()) return false;
    }
    slots_[next_push_ & mask_].Put(std::move(item));
    head_.store(++next_push_, std::memory_order_release);  // A: the slot is written before the taker may see the index
    return true;
  }

  // Giver's thread. At most as many items are in the ring.
  std::size_t size_at_most() {
    known_tail_ = tail_.load(std::memory_order_acquire);  // B': as in TryPush
    return next_push_ - known_tail_;
  }

  // Taker's thread. False: empty, and `item` is untouched.
  bool TryPop(T& item) {
    if (next_pop_ == known_head_) {
      known_head_ = head_.load(std::memory_order_acquire);  // A': with A, the slot's content is visible
      if (next_pop_ == known_head_) return false;
    }
    item = slots_[next_pop_ & mask_].Take();
    tail_.store(++next_pop_, std::memory_order_release);  // B: the slot is read before the giver may write it again
    return true;
  }

 private:
  static constexpr std::size_t kLine = 64;  // bytes of a cache line

  static std::size_t RoundUp(std::size_t capacity) {
    CHECK(capacity > 0 && capacity <= (std::size_t{1} << 32));
    std::size_t power = 1;
    while (power < capacity) power *= 2;
    return power;
  }

  // Never written after construction.
  const std::size_t mask_;
  const std::unique_ptr<typename M::template var<T>[]> slots_;
  // Written by the giver, read by the taker.
  alignas(kLine) typename M::template atomic<std::uint64_t> head_{0};
  // Written by the taker, read by the giver.
  alignas(kLine) typename M::template atomic<std::uint64_t> tail_{0};
  // The giver's own.
  alignas(kLine) std::uint64_t next_push_ = 0;
  std::uint64_t known_tail_ = 0;
  // The taker's own.
  alignas(kLine) std::uint64_t next_pop_ = 0;
  std::uint64_t known_head_ = 0;
};

}  // namespace nephoscope
