#include "rules/model/tag_label.h"

#include "absl/strings/ascii.h"

namespace nephoscope {

std::string TagLabel(absl::string_view key) {
  std::string out;
  key = absl::StripAsciiWhitespace(key);
  for (std::size_t i = 0; i < key.size(); ++i) {
    const auto c = static_cast<unsigned char>(key[i]);
    const bool word = absl::ascii_isupper(c) && i > 0 && absl::ascii_islower(static_cast<unsigned char>(key[i - 1]));
    if ((word || !absl::ascii_isalnum(c)) && !out.empty() && out.back() != '_') out += '_';
    if (absl::ascii_isalnum(c)) out += absl::ascii_tolower(c);
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

}  // namespace nephoscope
