#include "rules/language/tables/expansion.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

bool GoodName(absl::string_view name) {
  if (absl::StartsWith(name, "file:")) return name.size() > 5;
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return true;
}

bool ExpandOne(absl::string_view reference, Expand expand, std::string& out, Problem& problem) {
  const std::size_t dash = absl::StartsWith(reference, "file:") ? absl::string_view::npos : reference.find(":-");
  const absl::string_view name = reference.substr(0, dash);
  if (!GoodName(name)) {
    problem = {"A002", absl::StrCat("${", reference, "} is not a reference"), "write ${NAME}, ${NAME:-default} or ${file:/path}; a dollar sign alone is $$", std::nullopt};
    return false;
  }
  std::string value;
  if (expand(name, value) && (dash == absl::string_view::npos || !value.empty())) {
    out += value;
    return true;
  }
  if (dash != absl::string_view::npos) {
    absl::StrAppend(&out, reference.substr(dash + 2));
    return true;
  }
  problem = absl::StartsWith(name, "file:")
                ? Problem{"A003", absl::StrCat("the file ", name.substr(5), " cannot be read"), "check its path and that the agent's user may read it", std::nullopt}
                : Problem{"A001", absl::StrCat("the environment has no variable ", name), absl::StrCat("set it, or give a default: ${", name, ":-...}"), std::nullopt};
  return false;
}

}  // namespace

bool ExpandReferences(absl::string_view text, Expand expand, std::string& out, bool& expanded, Problem& problem) {
  out.clear();
  expanded = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '$' || at + 1 >= text.size() || (text[at + 1] != '$' && text[at + 1] != '{')) {
      out += text[at];
      continue;
    }
    if (text[at + 1] == '$') {
      out += '$';
      ++at;
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == absl::string_view::npos) {
      problem = {"A002", "${ is never closed", "a } is missing", std::nullopt};
      return false;
    }
    expanded = true;
    if (!ExpandOne(text.substr(at + 2, end - at - 2), expand, out, problem)) return false;
    at = end;
  }
  return true;
}

}  // namespace nephoscope
