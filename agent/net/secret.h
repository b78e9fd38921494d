// Secret: text that cannot be printed, logged or compared by accident; its memory is wiped when it goes.
#pragma once

#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace nephoscope {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(other.value_) { other.Wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { Wipe(); }

  // For the one place that signs or sends it.
  absl::string_view Reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  void Wipe();

  std::string value_;
};

}  // namespace nephoscope
