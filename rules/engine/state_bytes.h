// Reading and writing of the opaque, versioned bytes of InstanceState.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nephoscope {

class StateWriter {
 public:
  void Int(std::int64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void Real(double value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void Text(absl::string_view value) {
    Int(static_cast<std::int64_t>(value.size()));
    bytes_.append(value.data(), value.size());
  }
  void Time(absl::Time value) {
    Int(value == absl::InfinitePast() ? INT64_MIN : value == absl::InfiniteFuture() ? INT64_MAX : absl::ToUnixMicros(value));
  }
  void Length(absl::Duration value) { Int(absl::ToInt64Microseconds(value)); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Of what was written as numbers only: the same in fewer bytes, one for a small number and for "never". And back.
inline std::string PackNumbers(absl::string_view bytes) {
  std::string out;
  for (; bytes.size() >= sizeof(std::int64_t); bytes.remove_prefix(sizeof(std::int64_t))) {
    std::int64_t value;
    std::memcpy(&value, bytes.data(), sizeof value);
    std::uint64_t rest = (static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63)) + 2;  // the least of all becomes 1
    for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<char>(rest | 0x80));
    out.push_back(static_cast<char>(rest));
  }
  return out;
}
inline std::string UnpackNumbers(absl::string_view packed) {
  std::string out;
  std::uint64_t read = 0;
  int shift = 0;
  for (const char c : packed) {
    read |= static_cast<std::uint64_t>(c & 0x7f) << shift;
    shift += 7;
    if ((c & 0x80) != 0) continue;
    const std::uint64_t zigzag = read - 2;
    const auto value = static_cast<std::int64_t>(zigzag >> 1 ^ (~(zigzag & 1) + 1));
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
    read = 0, shift = 0;
  }
  return out;
}

// Every read checks its bounds: after the first that fails, ok() is false and everything reads as zero.
class StateReader {
 public:
  explicit StateReader(absl::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

  std::int64_t Int() { return Fixed<std::int64_t>(); }
  double Real() { return Fixed<double>(); }
  std::string Text() {
    const std::int64_t size = Int();
    if (size < 0 || size > static_cast<std::int64_t>(rest_.size())) {
      ok_ = false;
      return {};
    }
    std::string out(rest_.data(), static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return out;
  }
  absl::Time Time() {
    const std::int64_t value = Int();
    return value == INT64_MIN ? absl::InfinitePast() : value == INT64_MAX ? absl::InfiniteFuture() : absl::FromUnixMicros(value);
  }
  absl::Duration Length() { return absl::Microseconds(Int()); }
  // A count of things that take at least `bytes_each`: never more than there can be.
  std::size_t Count(std::size_t bytes_each) {
    const std::int64_t n = Int();
    if (n < 0 || static_cast<std::uint64_t>(n) > rest_.size() / bytes_each) {
      ok_ = false;
      return 0;
    }
    return static_cast<std::size_t>(n);
  }

 private:
  template <typename T>
  T Fixed() {
    T value{};
    if (!ok_ || rest_.size() < sizeof value) {
      ok_ = false;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }

  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace nephoscope
