// Checker: runs a small concurrent program under many schedules and under the weak memory of C++20, and finds what goes wrong.
//
// Threads are fibers on one thread of the machine; before each atomic operation the scheduler chooses who goes on, and a load
// chooses which store it reads. Modelled: happens-before by vector clocks (a race on `var` is found whatever the schedule was),
// coherence, release sequences (read-modify-writes continue them), atomicity of read-modify-writes, the order of seq_cst operations,
// fences, blocking on events. An event carries no memory order: protocols must not lean on the kernel's.
// Not modelled: a load that reads a store which is executed later (load buffering; no C++ compiler or processor that we ship to
// does that to our patterns), and stores to one location in another order than that of execution.
//
// Exhaustive: all schedules with at most `preemptions` forced changes of thread and `stale` reads of an old store per run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <source_location>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nephoscope::model {

// One memory_order argument in the code under test, by its place in the source.
struct Site {
  std::string file;
  unsigned line = 0, column = 0;
  std::memory_order order = std::memory_order_relaxed;
  enum Operation { kLoad, kStore, kExchange, kFence } operation = kLoad;
  std::string text() const;
  friend auto operator<=>(const Site& a, const Site& b) = default;
};

struct Options {
  int preemptions = 2;
  int stale = 2;
  std::uint64_t runs = 2'000'000;           // at most
  std::optional<std::uint64_t> random_seed; // random schedules instead of all
  int pct_depth = 0;                        // > 0, with a seed: random priorities with this many changes (PCT, Burckhardt et al. 2010)
  std::vector<int> replay;                  // one run with these choices
  std::optional<Site> weaken;               // with this order one step weaker ...
  std::memory_order weaken_to = std::memory_order_relaxed;
};

struct Result {
  std::string failure;       // empty: none found
  std::uint64_t runs = 0;
  bool complete = false;     // all schedules within the bounds were run
  std::vector<int> choices;  // of the failing run, for Options::replay
  std::set<Site> sites;
};

struct Program {
  std::vector<std::function<void()>> threads;
  std::function<void()> after;  // when all threads have ended
};

// `make` builds the shared objects and the threads anew for every run.
Result Explore(const Options& options, const std::function<Program()>& make);

// Ends the run as failed, in the thread that calls it.
void Require(bool condition, const char* what);

// What the orders of `site` can be weakened to, one step.
std::vector<std::memory_order> Weaker(const Site& site);

namespace internal {
std::size_t NewLocation(std::uint64_t value);
std::uint64_t Load(std::size_t location, std::memory_order order, const std::source_location& where);
void Store(std::size_t location, std::uint64_t value, std::memory_order order, const std::source_location& where);
std::uint64_t Exchange(std::size_t location, std::uint64_t value, std::memory_order order, const std::source_location& where);
void Fence(std::memory_order order, const std::source_location& where);
void Yield();
std::size_t NewVar();
void UseVar(std::size_t var);
std::size_t NewEvent();
void Signal(std::size_t event);
bool Wait(std::size_t event, bool may_time_out);
}  // namespace internal

// The parameter M of the code under test (agent/pipeline/memory_model.h).
struct CheckedModel {
  template <class T>
  class atomic {
   public:
    atomic(T value) : location_(internal::NewLocation(static_cast<std::uint64_t>(value))) {}
    T load(std::memory_order order, std::source_location where = std::source_location::current()) const {
      return static_cast<T>(internal::Load(location_, order, where));
    }
    void store(T value, std::memory_order order, std::source_location where = std::source_location::current()) {
      internal::Store(location_, static_cast<std::uint64_t>(value), order, where);
    }
    T exchange(T value, std::memory_order order, std::source_location where = std::source_location::current()) {
      return static_cast<T>(internal::Exchange(location_, static_cast<std::uint64_t>(value), order, where));
    }

   private:
    const std::size_t location_;
  };

  template <class T>
  class var {
   public:
    void Put(T value) {
      internal::UseVar(id_);
      value_ = std::move(value);
    }
    T Take() {
      internal::UseVar(id_);
      return std::move(value_);
    }

   private:
    const std::size_t id_ = internal::NewVar();
    T value_{};
  };

  class event {
   public:
    void Signal() { internal::Signal(id_); }
    bool Wait(absl::Duration timeout) { return internal::Wait(id_, timeout != absl::InfiniteDuration()); }

   private:
    const std::size_t id_ = internal::NewEvent();
  };

  static void fence(std::memory_order order, std::source_location where = std::source_location::current()) { internal::Fence(order, where); }
  static void yield() { internal::Yield(); }
  static constexpr int kSpins = 0;  // a spin is the same look again: it only adds schedules
};

}  // namespace nephoscope::model
