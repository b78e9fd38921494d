#include "agent/store/packed_id.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace nephoscope {
namespace {

constexpr std::size_t kPacked = 16;

bool IsHexId(absl::string_view id) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return id.size() == 2 * kPacked && std::all_of(id.begin(), id.end(), hex);
}

}  // namespace

std::string PackId(absl::string_view id) {
  if (IsHexId(id)) return absl::HexStringToBytes(id);
  std::string out(1, '\0');
  out.append(id.data(), id.size());
  if (out.size() == kPacked) out.push_back('\0');
  return out;
}

std::string UnpackId(absl::string_view packed) {
  if (packed.size() == kPacked) return absl::BytesToHexString(packed);
  if (!packed.empty()) packed.remove_prefix(1);
  if (packed.size() == kPacked && packed.back() == '\0') packed.remove_suffix(1);
  return std::string(packed.data(), packed.size());
}

}  // namespace nephoscope
