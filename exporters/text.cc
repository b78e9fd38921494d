#include "exporters/text.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"

namespace nephoscope {

std::string ValidUtf8(absl::string_view text) {
  std::string plain(text);
  if (std::all_of(plain.begin(), plain.end(), [](char c) { return absl::ascii_isascii(static_cast<unsigned char>(c)); })) return plain;
  const std::string quoted = nlohmann::json(plain).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

std::string CutUtf8(absl::string_view text, std::size_t bytes) {
  std::string valid = ValidUtf8(text);
  if (valid.size() <= bytes) return valid;
  constexpr absl::string_view kMark = "…";
  const bool marked = bytes > 4 * kMark.size();
  std::size_t end = marked ? bytes - kMark.size() : bytes;
  while (end > 0 && (static_cast<unsigned char>(valid[end]) & 0xC0) == 0x80) --end;
  valid.resize(end);
  if (marked) valid.append(kMark.data(), kMark.size());
  return valid;
}

std::string Printable(absl::string_view text) {
  std::string out = ValidUtf8(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c < 0x20 || c == 0x7F) out[i] = ' ';
    // U+0080 to U+009F: terminals read them as escape sequences too.
    if (c == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0) out.replace(i, 2, " ");
  }
  return out;
}

std::string Rfc3339(absl::Time t) { return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", t, absl::UTCTimeZone()); }

}  // namespace nephoscope
