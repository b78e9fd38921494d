// Waiter: one thread waits for what another one does without locks; short waits spin, long ones sleep in the kernel.
//
// The waiting thread announces that it is about to sleep and then looks once more; the other acts and then asks whether anybody
// sleeps. Both use a read-modify-write of one flag, and of two such operations one comes first:
//   - the announcement first: the other reads it and signals;
//   - the question first: the announcement reads what the question wrote (release D -> acquire C), so that the act is visible
//     to the look after it. The relaxed exchange (E) between them keeps the release sequence alive; a plain store would cut it.
// Either way no wake-up is lost, no fence is needed, and there is no system call unless somebody sleeps. Checked in tests/model.
#pragma once

#include "absl/time/time.h"
#include "agent/pipeline/memory_model.h"

namespace nephoscope {

// One thread calls Await, one thread calls Notify.
template <class M = StdModel>
class Waiter {
 public:
  // Until `ready()` is true, which is called on this thread and may do what became possible. False: `timeout` passed, or the
  // sleep was cut short; not ready.
  template <class Ready>
  bool Await(Ready ready, absl::Duration timeout) {
    if (ready()) return true;
    if (timeout <= absl::ZeroDuration()) return false;
    for (int i = 0; i < M::kSpins; ++i) {
      M::yield();
      if (ready()) return true;
    }
    asleep_.exchange(true, std::memory_order_acquire);  // C: what happened before the question D is seen by the look that follows
    const bool was_ready = ready();
    if (!was_ready) event_.Wait(timeout);
    asleep_.exchange(false, std::memory_order_relaxed);  // E
    return was_ready || ready();
  }

  // After the act that may make the other thread ready.
  void Notify() {
    if (asleep_.exchange(false, std::memory_order_release)) event_.Signal();  // D: the act is seen by whoever announces after this
  }

 private:
  alignas(64) typename M::template atomic<bool> asleep_{false};
  typename M::event event_;
};

}  // namespace nephoscope
