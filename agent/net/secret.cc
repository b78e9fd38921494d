#include "agent/net/secret.h"

#include <openssl/crypto.h>

namespace nephoscope {

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  Wipe();
  value_ = other.value_;
  return *this;
}

// Copied and wiped, not moved: a short text lives inside the string object and a move would leave it behind.
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  value_ = other.value_;
  other.Wipe();
  return *this;
}

void Secret::Wipe() {
  if (!value_.empty()) OPENSSL_cleanse(value_.data(), value_.size());
  value_.clear();
}

}  // namespace nephoscope
