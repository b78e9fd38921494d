// TextWriter: a thread that writes to a file descriptor, so that a reader who does not read holds up nobody else.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "agent/seams/clock.h"
#include "exporters/exporter.h"

namespace nephoscope {

// Any thread may write. Destruction waits a moment for the block that is being written and drops the rest; a thread that the
// kernel holds (a terminal that was stopped) is left behind with what belongs to it.
class TextWriter : public TextOut {
 public:
  enum class WhenFull { kRefuse, kDropOldest };
  struct Bounds {
    std::size_t blocks = 1024;
    std::size_t bytes = std::size_t{4} << 20;
    WhenFull when_full = WhenFull::kRefuse;
  };
  // Nothing written for so long while something waits: the reader does not read.
  static constexpr absl::Duration kStalled = absl::Seconds(5);

  // `fd` stays open and is not closed. `name`: "standard output", for messages.
  TextWriter(int fd, std::string name, Clock& clock, Bounds bounds);
  ~TextWriter() override;
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  std::uint64_t Write(std::string text) override;
  std::uint64_t written() const override;
  absl::Status health() const override;
  void Flush(absl::Duration timeout) override;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace nephoscope
