// SigningKey: the Ed25519 key (RFC 8032) that vouches for the history after old rows are gone.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// A new secret of 32 bytes.
std::string NewSigningKey();
// 32 bytes; empty: `secret` is no key.
std::string PublicKeyOf(absl::string_view secret);
// 64 bytes; empty: `secret` is no key.
std::string Sign(absl::string_view secret, absl::string_view message);
bool IsSignedBy(absl::string_view public_key, absl::string_view message, absl::string_view signature);

}  // namespace nephoscope
