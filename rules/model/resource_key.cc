#include "rules/model/resource_key.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr absl::string_view kGroup = "/resourcegroups/";

absl::string_view LastPart(absl::string_view text) {
  while (!text.empty() && (text.back() == '/' || text.back() == ':')) text.remove_suffix(1);
  const std::size_t at = text.find_last_of("/:");
  return at == absl::string_view::npos ? text : text.substr(at + 1);
}

}  // namespace

std::string ResourceKey(absl::string_view id) {
  const std::string small = absl::AsciiStrToLower(absl::StripAsciiWhitespace(id));
  const absl::string_view name = LastPart(small);
  const std::size_t group = small.find(kGroup.data(), 0, kGroup.size());
  if (group == std::string::npos) return std::string(name);
  const absl::string_view rest = absl::string_view(small).substr(group + kGroup.size());
  const absl::string_view of = rest.substr(0, rest.find('/'));
  return of.size() == rest.size() ? std::string(name) : absl::StrCat(of, "/", name);
}

std::string ResourceKey(absl::string_view name, absl::string_view resource_group) {
  const std::string key = ResourceKey(name);
  if (resource_group.empty() || key.empty() || key.find('/') != std::string::npos) return key;
  return absl::StrCat(absl::AsciiStrToLower(resource_group), "/", key);
}

}  // namespace nephoscope
