#include "agent/text_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <string>

#include "tests/agent/fakes.h"

namespace nephoscope {
namespace {

// A pipe that nobody reads unless told.
struct Pipe {
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  }
  ~Pipe() { CloseReader(), close(ends[1]); }
  void CloseReader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  // Reads until `size` bytes have come.
  std::string Read(std::size_t size) {
    std::string out;
    char buffer[4096];
    while (out.size() < size) {
      const ssize_t n = read(ends[0], buffer, sizeof buffer);
      BOOST_REQUIRE(n > 0);
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  int ends[2];
};

double Seconds(const std::function<void()>& work) {
  const absl::Duration begin = SystemClock().SinceBoot();
  work();
  return absl::ToDoubleSeconds(SystemClock().SinceBoot() - begin);
}

BOOST_AUTO_TEST_SUITE(text_writer_test)

BOOST_AUTO_TEST_CASE(what_is_read_arrives_whole_and_in_order) {
  Pipe pipe;
  TextWriter writer(pipe.ends[1], "standard output", SystemClock(), {});
  std::string want;
  for (int i = 1; i <= 200; ++i) {
    const std::string text(static_cast<std::size_t>(i) * 40, static_cast<char>('a' + i % 26));
    want += text + "\n";
    BOOST_TEST(writer.Write(text) == static_cast<std::uint64_t>(i));
  }
  BOOST_TEST(pipe.Read(want.size()) == want);
  writer.Flush(absl::Seconds(10));
  BOOST_TEST(writer.written() == 200u);
  BOOST_TEST(writer.health().ok());
}

BOOST_AUTO_TEST_CASE(a_pipe_that_nobody_reads_holds_up_neither_the_caller_nor_the_end) {
  Pipe pipe;
  FakeClock clock;
  const double seconds = Seconds([&] {
    TextWriter writer(pipe.ends[1], "standard output", clock, {.blocks = 100});
    std::uint64_t taken = 0;
    for (int i = 0; i < 1000; ++i) taken = std::max(taken, writer.Write(std::string(4000, 'x')));
    BOOST_TEST(taken >= 100u);
    BOOST_TEST(writer.Write("one more") == 0u);
    BOOST_TEST(writer.written() < taken);
    BOOST_TEST(writer.health().ok());
    clock.now += TextWriter::kStalled;
    BOOST_TEST(writer.health().message().find("standard output is not being read") == 0u);
  });
  BOOST_TEST(seconds < 2);
}

BOOST_AUTO_TEST_CASE(a_reader_that_comes_late_gets_everything_that_was_taken) {
  Pipe pipe;
  TextWriter writer(pipe.ends[1], "standard output", SystemClock(), {});
  std::string want;
  for (int i = 0; i < 60; ++i) {
    BOOST_TEST(writer.Write(std::string(4000, 'x')) != 0u);
    want += std::string(4000, 'x') + "\n";
  }
  writer.Flush(absl::Milliseconds(20));
  BOOST_TEST(writer.written() < 60u);
  BOOST_TEST(pipe.Read(want.size()) == want);
  writer.Flush(absl::Seconds(10));
  BOOST_TEST(writer.written() == 60u);
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone_is_named_and_nothing_counts_as_written) {
  Pipe pipe;
  pipe.CloseReader();
  TextWriter writer(pipe.ends[1], "standard output", SystemClock(), {});
  writer.Write("lost?");
  for (int i = 0; i < 200 && writer.health().ok(); ++i) writer.Flush(absl::Milliseconds(10));
  BOOST_TEST(writer.health().message().find("standard output cannot be written: Broken pipe; 1 text waits") == 0u);
  BOOST_TEST(writer.written() == 0u);
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_loses_its_oldest_lines) {
  Pipe pipe;
  TextWriter writer(pipe.ends[1], "standard error", SystemClock(), {.blocks = 3, .when_full = TextWriter::WhenFull::kDropOldest});
  for (int i = 0; i < 100; ++i) BOOST_TEST(writer.Write(std::string(4000, static_cast<char>('0' + i % 10))) != 0u);
  std::string rest;
  while (rest.find("9\n") == std::string::npos || writer.written() < 100) rest += pipe.Read(1);
  BOOST_TEST(rest.size() < 100 * 4001u);
  BOOST_TEST(rest.substr(rest.size() - 4001) == std::string(4000, '9') + "\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
