// Channel: what crosses threads crosses here, by unique_ptr; the giver forgets it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "agent/pipeline/batch.h"
#include "agent/pipeline/memory_model.h"
#include "agent/pipeline/spsc_ring.h"
#include "agent/pipeline/waiter.h"
#include "rules/model/check.h"

namespace nephoscope {

// Bounded; from one thread to one other. A full channel makes the giver wait: nothing is ever dropped here.
template <class T, class M = StdModel>
class Channel {
 public:
  // `capacity`: items on their way, rounded up to a power of two.
  explicit Channel(std::size_t capacity) : ring_(capacity) {}

  std::size_t capacity() const { return ring_.capacity(); }

  // Giver's thread. Waits for room.
  void Send(std::unique_ptr<T> item) {
    CHECK(item != nullptr && !closed_by_giver_);
    while (!room_.Await([&] { return ring_.TryPush(item); }, absl::InfiniteDuration())) {
    }
    items_.Notify();
  }

  // Giver's thread. At least half of the room is taken.
  bool crowded() { return ring_.size_at_most() * 2 >= ring_.capacity(); }

  // Giver's thread, or any thread after the giver's has ended: nothing more will come.
  void Close() {
    closed_by_giver_ = true;
    closed_.store(true, std::memory_order_release);  // F: all that was sent is in the ring before the taker may see the end
    items_.Notify();
  }

  // Taker's thread. Null: nothing came within `timeout` (a Unix signal may cut the wait short), or there is an end.
  std::unique_ptr<T> Receive(absl::Duration timeout) {
    std::unique_ptr<T> item;
    items_.Await([&] { return TryTake(item); }, timeout);
    if (item) room_.Notify();
    return item;
  }

  // Taker's thread, after Receive gave null: closed, and all that was sent has been received.
  bool closed() const { return ended_; }

 private:
  bool TryTake(std::unique_ptr<T>& item) {
    if (ring_.TryPop(item)) return true;
    if (!closed_.load(std::memory_order_acquire)) return false;  // F': with F
    ended_ = !ring_.TryPop(item);                                // sent between the look above and the end
    return true;
  }

  SpscRing<std::unique_ptr<T>, M> ring_;
  Waiter<M> items_;  // the taker waits
  Waiter<M> room_;   // the giver waits
  typename M::template atomic<bool> closed_{false};
  bool closed_by_giver_ = false;
  bool ended_ = false;  // the taker's own
};

// Batches to one evaluate thread, and the empty ones back: once as many batches exist as are ever under way at a time, none is
// allocated any more, and neither is what their vectors hold.
//
//   giver  auto batch = channel.Take();  ... fill ...  channel.Send(std::move(batch));
//   taker  if (auto batch = channel.Receive(absl::Seconds(1))) { ... read ...  channel.Recycle(std::move(batch)); }
class BatchChannel {
 public:
  // `capacity`: full batches on their way, rounded up to a power of two.
  explicit BatchChannel(std::size_t capacity) : full_(capacity), empty_(full_.capacity() + 2) {}  // one more in the hands of each side

  // Giver's thread. An empty batch; a new one while the pool is still growing.
  std::unique_ptr<Batch> Take() {
    std::unique_ptr<Batch> batch;
    if (!empty_.TryPop(batch)) batch = std::make_unique<Batch>();
    return batch;
  }
  // As in Channel.
  void Send(std::unique_ptr<Batch> batch) { full_.Send(std::move(batch)); }
  void Close() { full_.Close(); }
  bool crowded() { return full_.crowded(); }
  std::unique_ptr<Batch> Receive(absl::Duration timeout) { return full_.Receive(timeout); }
  bool closed() const { return full_.closed(); }

  // Taker's thread. Emptied here, so that it lets go of rules and series at once; freed when the pool is full (the giver made
  // more batches than it can have under way).
  void Recycle(std::unique_ptr<Batch> batch) {
    batch->clear();
    empty_.TryPush(batch);
  }

 private:
  Channel<Batch> full_;
  SpscRing<std::unique_ptr<Batch>> empty_;
};

}  // namespace nephoscope
