#include "tests/model/checker.h"

#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "rules/model/check.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace nephoscope::model {
namespace {

using Order = std::memory_order;

bool Acquires(Order o) { return o == Order::acquire || o == Order::acq_rel || o == Order::seq_cst; }
bool Releases(Order o) { return o == Order::release || o == Order::acq_rel || o == Order::seq_cst; }

struct Abandoned {};  // thrown through a thread whose run is over

// What a thread knows: of each thread how far it got (happens-before), of each location the oldest store it may still read.
struct Knowledge {
  std::vector<std::uint32_t> clock, seen;

  static void Join(std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& from) {
    if (into.size() < from.size()) into.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
  }
  void Join(const Knowledge& other) { Join(clock, other.clock), Join(seen, other.seen); }
  static std::uint32_t& At(std::vector<std::uint32_t>& v, std::size_t i) {
    if (v.size() <= i) v.resize(i + 1);
    return v[i];
  }
};

struct Message {
  std::uint64_t value;
  Knowledge released;
};

struct Fiber {
  std::function<void()> run;
  ucontext_t context;
  void* tsan = nullptr;
  bool done = false;
  std::optional<std::size_t> blocked_on;
  Knowledge now, at_release_fence, for_acquire_fence;
  int priority = 0;
};

constexpr std::size_t kStack = 256 * 1024;
constexpr int kSteps = 20'000;
constexpr int kTimeOuts = 2;  // per run: time goes on for everybody, no thread times out again and again while the others stand still

class Run {
 public:
  Run(const Options& options, Result& result, std::vector<int>& script, std::vector<int>& widths, std::mt19937_64& random)
      : options_(options), result_(result), script_(script), widths_(widths), random_(random) {}

  void Execute(const std::function<Program()>& make);

  // Choices ------------------------------------------------------------------------------------------------------------
  int Choose(int n) {
    if (n == 1) return 0;
    if (at_ == script_.size()) {
      script_.push_back(options_.random_seed ? static_cast<int>(random_() % n) : 0);
      widths_.push_back(n);
    }
    return script_[at_++];
  }

  // Threads ------------------------------------------------------------------------------------------------------------
  bool in_thread() const { return current_ != nullptr; }
  Knowledge& now() { return current_ ? current_->now : setup_; }
  std::size_t index() const { return static_cast<std::size_t>(current_ - fibers_.data()); }

  // Before every visible operation. False: the run is being torn down, act plainly.
  bool Step() {
    if (!current_) return false;
    if (over_) {
      if (std::uncaught_exceptions() > 0) return false;
      throw Abandoned();
    }
    if (++steps_ > kSteps) Fail("no progress: the run does not end");
    SwitchTo(Next(false));
    ++Knowledge::At(current_->now.clock, index());
    return true;
  }
  void Fail(const std::string& what) {
    if (result_.failure.empty()) result_.failure = what;
    over_ = true;
    if (current_) throw Abandoned();
  }
  void Yield();
  void Signal(std::size_t event);
  bool Wait(std::size_t event, bool may_time_out);

  // Memory -------------------------------------------------------------------------------------------------------------
  std::size_t NewLocation(std::uint64_t value) {
    locations_.push_back({Message{value, setup_}});
    return locations_.size() - 1;
  }
  Order Effective(Order order, Site::Operation operation, const std::source_location& where) {
    const Site site{where.file_name(), where.line(), where.column(), order, operation};
    if (known_sites_.insert({site.line, site.column}).second) result_.sites.insert(site);
    return options_.weaken && *options_.weaken == site ? options_.weaken_to : order;
  }
  std::uint64_t Load(std::size_t location, Order order);
  void Store(std::size_t location, std::uint64_t value, Order order, const Knowledge* continues);
  std::uint64_t Exchange(std::size_t location, std::uint64_t value, Order order);
  void Fence(Order order);
  void UseVar(std::size_t var);

  std::vector<std::pair<int, Knowledge>> vars;  // last user (-1: set-up) and its clock then
  std::vector<int> events;

 private:
  std::vector<Fiber*> Enabled();
  Fiber* Next(bool leave);
  void SwitchTo(Fiber* to);
  static void Entry();
#if defined(__SANITIZE_ADDRESS__)
  std::pair<void*, std::size_t> StackOf(Fiber* fiber);
#endif
  void Take(const Message& message, Order order);

  const Options& options_;
  Result& result_;
  std::vector<int>& script_;
  std::vector<int>& widths_;
  std::mt19937_64& random_;
  std::size_t at_ = 0;
  int steps_ = 0, preemptions_ = 0, stale_ = 0, time_outs_ = 0;
  std::vector<int> priority_changes_;
  bool over_ = false;
  std::vector<Fiber> fibers_;
  Fiber* current_ = nullptr;
  ucontext_t main_;
  void* main_tsan_ = nullptr;
  Knowledge setup_, sc_;
  std::vector<std::vector<Message>> locations_;
  std::set<std::pair<unsigned, unsigned>> known_sites_;
};

Run* g_run = nullptr;
std::vector<std::vector<char>> g_stacks;

void Run::Entry() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
  Run& run = *g_run;
  Fiber& me = *run.current_;
  try {
    if (!run.over_) me.run();
  } catch (const Abandoned&) {
  }
  me.done = true;
  run.SwitchTo(run.Next(true));
}

std::vector<Fiber*> Run::Enabled() {
  std::vector<Fiber*> out;
  for (Fiber& f : fibers_)
    if (!f.done && (over_ || !f.blocked_on || events[*f.blocked_on] > 0)) out.push_back(&f);
  return out;
}

// Who goes on; nullptr: nobody can, back to Execute. `leave`: the current thread cannot or does not want to.
Fiber* Run::Next(bool leave) {
  std::vector<Fiber*> enabled = Enabled();
  if (over_) return enabled.empty() ? nullptr : std::find(enabled.begin(), enabled.end(), current_) != enabled.end() ? current_ : enabled[0];
  const bool can_stay = !leave && std::find(enabled.begin(), enabled.end(), current_) != enabled.end();
  if (enabled.empty()) return nullptr;
  if (options_.random_seed && options_.pct_depth > 0) {
    if (current_ && std::find(priority_changes_.begin(), priority_changes_.end(), steps_) != priority_changes_.end()) current_->priority = -steps_;
    if (current_ && leave) current_->priority = std::min(current_->priority, -steps_);
    return *std::max_element(enabled.begin(), enabled.end(), [](Fiber* a, Fiber* b) { return a->priority < b->priority; });
  }
  if (leave && enabled.size() > 1) std::erase(enabled, current_);
  if (!can_stay) return enabled[Choose(static_cast<int>(enabled.size()))];
  if (enabled.size() == 1 || (!options_.random_seed && preemptions_ >= options_.preemptions)) return current_;
  std::erase(enabled, current_);
  const int choice = Choose(static_cast<int>(enabled.size()) + 1);
  if (choice == 0) return current_;
  ++preemptions_;
  return enabled[choice - 1];
}

void Run::SwitchTo(Fiber* to) {
  Fiber* from = current_;
  if (to == from && to) return;
  current_ = to;
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(to ? to->tsan : main_tsan_, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
  void* kept = nullptr;
  const auto [bottom, size] = StackOf(to);
  __sanitizer_start_switch_fiber(&kept, bottom, size);
#endif
  swapcontext(from ? &from->context : &main_, to ? &to->context : &main_);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(kept, nullptr, nullptr);
#endif
}

#if defined(__SANITIZE_ADDRESS__)
std::pair<void*, std::size_t> Run::StackOf(Fiber* fiber) {
  if (fiber) return {fiber->context.uc_stack.ss_sp, kStack};
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  return {bottom, size};
}
#endif

void Run::Execute(const std::function<Program()>& make) {
  Program program = make();
  setup_.clock.assign(program.threads.size(), 0);
  fibers_.resize(program.threads.size());
  while (g_stacks.size() < fibers_.size()) g_stacks.emplace_back(kStack);
  if (options_.random_seed)
    for (int i = 0; i + 1 < options_.pct_depth; ++i) priority_changes_.push_back(1 + static_cast<int>(random_() % 60));
  for (std::size_t i = 0; i < fibers_.size(); ++i) {
    Fiber& f = fibers_[i];
    f.run = program.threads[i];
    f.now = f.at_release_fence = setup_;
    f.priority = 1 + static_cast<int>(options_.random_seed ? random_() % 1000 : 0);
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(g_stacks[i].data(), kStack);  // a fiber never returns from its first frame, which stays marked
#endif
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = g_stacks[i].data();
    f.context.uc_stack.ss_size = kStack;
    f.context.uc_link = nullptr;
    makecontext(&f.context, &Run::Entry, 0);
#if defined(__SANITIZE_THREAD__)
    f.tsan = __tsan_create_fiber(0);
#endif
  }
#if defined(__SANITIZE_THREAD__)
  main_tsan_ = __tsan_get_current_fiber();
#endif
  while (Fiber* next = Next(true)) SwitchTo(next);
  if (std::any_of(fibers_.begin(), fibers_.end(), [](const Fiber& f) { return !f.done; })) {
    Fail("a thread sleeps for ever: a wake-up was lost");
    while (Fiber* next = Next(true)) SwitchTo(next);
  }
  for (Fiber& f : fibers_) setup_.Join(f.now);
  if (!over_ && program.after) program.after();
#if defined(__SANITIZE_THREAD__)
  for (Fiber& f : fibers_) __tsan_destroy_fiber(f.tsan);
#endif
}

void Run::Yield() {
  if (!current_) return;
  if (over_) return void(Step());
  if (++steps_ > kSteps) Fail("no progress: the run does not end");
  SwitchTo(Next(true));
}

void Run::Signal(std::size_t event) {
  Step();
  ++events[event];
}

bool Run::Wait(std::size_t event, bool may_time_out) {
  if (!Step()) return true;
  if (events[event] == 0) {
    if (may_time_out && time_outs_ < kTimeOuts && Choose(2) == 1) return ++time_outs_, false;
    current_->blocked_on = event;
    SwitchTo(Next(true));
    current_->blocked_on.reset();
    if (over_) throw Abandoned();
  }
  events[event] = 0;
  return true;
}

void Run::Take(const Message& message, Order order) {
  (Acquires(order) ? current_->now : current_->for_acquire_fence).Join(message.released);
}

std::uint64_t Run::Load(std::size_t location, Order order) {
  std::vector<Message>& messages = locations_[location];
  if (!Step()) return messages.back().value;
  std::uint32_t& seen = Knowledge::At(current_->now.seen, location);
  const std::uint32_t last = static_cast<std::uint32_t>(messages.size()) - 1;
  std::uint32_t oldest = seen;
  if (order == Order::seq_cst) oldest = std::max(oldest, Knowledge::At(sc_.seen, location));
  const std::uint32_t old_ones = stale_ < options_.stale ? last - oldest : 0;
  const std::uint32_t age = static_cast<std::uint32_t>(Choose(static_cast<int>(old_ones) + 1));
  if (age > 0) ++stale_;
  seen = last - age;
  if (order == Order::seq_cst) Knowledge::At(sc_.seen, location) = std::max(Knowledge::At(sc_.seen, location), last - age);
  const Message message = messages[last - age];
  Take(message, order);
  return message.value;
}

void Run::Store(std::size_t location, std::uint64_t value, Order order, const Knowledge* continues) {
  std::vector<Message>& messages = locations_[location];
  const std::uint32_t index = static_cast<std::uint32_t>(messages.size());
  if (!current_) return void(messages.push_back({value, setup_}));
  Knowledge::At(current_->now.seen, location) = index;
  Knowledge released = Releases(order) ? current_->now : current_->at_release_fence;
  Knowledge::At(released.seen, location) = index;
  if (continues) released.Join(*continues);
  if (order == Order::seq_cst) Knowledge::At(sc_.seen, location) = index;
  messages.push_back({value, std::move(released)});
}

std::uint64_t Run::Exchange(std::size_t location, std::uint64_t value, Order order) {
  Step();
  const Message before = locations_[location].back();
  if (current_) Take(before, order);
  Store(location, value, order, &before.released);
  return before.value;
}

void Run::Fence(Order order) {
  if (!Step()) return;
  if (Acquires(order)) current_->now.Join(current_->for_acquire_fence);
  if (order == Order::seq_cst) {
    Knowledge::Join(current_->now.seen, sc_.seen);
    Knowledge::Join(sc_.seen, current_->now.seen);
  }
  if (Releases(order)) current_->at_release_fence = current_->now;
}

void Run::UseVar(std::size_t var) {
  if (!current_) return;
  if (over_) return void(Step());
  auto& [user, knowledge] = vars[var];
  const std::size_t me = index();
  if (user >= 0 && static_cast<std::size_t>(user) != me &&
      Knowledge::At(current_->now.clock, user) < Knowledge::At(knowledge.clock, user))
    Fail("a data race: two threads use a plain variable and nothing orders them");
  // A tick of its own: what follows the last atomic operation is not covered by what that operation released.
  ++Knowledge::At(current_->now.clock, me);
  user = static_cast<int>(me);
  knowledge = current_->now;
}

// The next script in depth-first order; false: there is none.
bool Advance(std::vector<int>& script, std::vector<int>& widths) {
  while (!script.empty() && script.back() + 1 >= widths.back()) script.pop_back(), widths.pop_back();
  if (script.empty()) return false;
  ++script.back();
  return true;
}

}  // namespace

Result Explore(const Options& options, const std::function<Program()>& make) {
  CHECK(g_run == nullptr);
  Result result;
  std::vector<int> script = options.replay, widths(script.size(), 1);
  std::mt19937_64 random(options.random_seed.value_or(0));
  do {
    Run run(options, result, script, widths, random);
    g_run = &run;
    run.Execute(make);
    g_run = nullptr;
    ++result.runs;
    if (!result.failure.empty()) return result.choices = script, result;
    if (!options.replay.empty()) return result;
    if (options.random_seed) {
      script.clear(), widths.clear();
    } else if (!Advance(script, widths)) {
      return result.complete = true, result;
    }
  } while (result.runs < options.runs);
  return result;
}

void Require(bool condition, const char* what) {
  if (!condition) g_run->Fail(what);
}

std::string Site::text() const {
  static constexpr const char* kOrders[] = {"relaxed", "consume", "acquire", "release", "acq_rel", "seq_cst"};
  static constexpr const char* kOperations[] = {"load", "store", "exchange", "fence"};
  return absl::StrCat(file.substr(file.rfind('/') + 1), ":", line, " ", kOperations[operation], " ", kOrders[static_cast<int>(order)]);
}

std::vector<Order> Weaker(const Site& site) {
  switch (site.order) {
    case Order::acquire:
    case Order::release: return {Order::relaxed};
    case Order::acq_rel: return {Order::acquire, Order::release};
    case Order::seq_cst: return {site.operation == Site::kLoad ? Order::acquire : site.operation == Site::kStore ? Order::release : Order::acq_rel};
    default: return {};
  }
}

namespace internal {
std::size_t NewLocation(std::uint64_t value) { return g_run->NewLocation(value); }
std::uint64_t Load(std::size_t l, Order o, const std::source_location& where) { return g_run->Load(l, g_run->Effective(o, Site::kLoad, where)); }
void Store(std::size_t l, std::uint64_t v, Order o, const std::source_location& where) {
  const Order order = g_run->Effective(o, Site::kStore, where);
  g_run->Step();
  g_run->Store(l, v, order, nullptr);
}
std::uint64_t Exchange(std::size_t l, std::uint64_t v, Order o, const std::source_location& where) {
  return g_run->Exchange(l, v, g_run->Effective(o, Site::kExchange, where));
}
void Fence(Order o, const std::source_location& where) { g_run->Fence(g_run->Effective(o, Site::kFence, where)); }
void Yield() { g_run->Yield(); }
std::size_t NewVar() { return g_run->vars.emplace_back(-1, Knowledge{}), g_run->vars.size() - 1; }
void UseVar(std::size_t var) { g_run->UseVar(var); }
std::size_t NewEvent() { return g_run->events.emplace_back(0), g_run->events.size() - 1; }
void Signal(std::size_t event) { g_run->Signal(event); }
bool Wait(std::size_t event, bool may_time_out) { return g_run->Wait(event, may_time_out); }
}  // namespace internal

}  // namespace nephoscope::model
