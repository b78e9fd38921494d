// C11 threads as POSIX threads: the thread sanitizer of GCC 12 knows only the latter, and librdkafka starts its threads by the former.
#include <pthread.h>
#include <threads.h>

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* given) {
  const Start start = *static_cast<Start*>(given);
  delete static_cast<Start*>(given);
  return reinterpret_cast<void*>(static_cast<long>(start.function(start.argument)));
}

int Result(int error) { return error == 0 ? thrd_success : thrd_error; }

}  // namespace

extern "C" {
int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) { return Result(pthread_create(thread, nullptr, Run, new Start{function, argument})); }
int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<long>(value));
  return Result(error);
}
int thrd_detach(thrd_t thread) { return Result(pthread_detach(thread)); }
}
