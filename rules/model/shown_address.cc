#include "rules/model/shown_address.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nephoscope {
namespace {

constexpr char kHidden[] = "***";

// Of a=1&b=2 the names; a value without a name is hidden as a whole.
std::string ShownQuery(absl::string_view query) {
  std::string out;
  for (const absl::string_view part : absl::StrSplit(query, absl::ByAnyChar("&;"))) {
    const std::size_t equals = part.find('=');
    absl::StrAppend(&out, out.empty() ? "" : "&");
    if (part.empty()) continue;
    absl::StrAppend(&out, equals == part.npos ? "" : part.substr(0, equals + 1), kHidden);
  }
  return out;
}

}  // namespace

std::string ShownAddress(absl::string_view address) {
  std::string fragment;
  if (const std::size_t hash = address.find('#'); hash != address.npos) {
    fragment = absl::StrCat("#", kHidden);
    address = address.substr(0, hash);
  }
  std::string query;
  if (const std::size_t mark = address.find('?'); mark != address.npos) {
    query = absl::StrCat("?", ShownQuery(address.substr(mark + 1)));
    address = address.substr(0, mark);
  }
  const std::size_t scheme = address.find("://");
  const std::size_t host = scheme == address.npos ? 0 : scheme + 3;
  const std::size_t path = std::min(address.find('/', host), address.size());
  // A password may hold a slash; a path may hold an @. What stands before the last @ is hidden where it looks like a password.
  std::size_t user = address.substr(0, path).rfind('@');
  if (user == address.npos && address.substr(host, path - host).find(':') != address.npos) {
    const std::size_t later = address.rfind('@');
    const absl::string_view port = address.substr(0, path).substr(address.substr(0, path).rfind(':') + 1);
    const bool is_port = !port.empty() && port.find_first_not_of("0123456789") == port.npos;
    if (later != address.npos && later > host && !is_port) user = later;
  }
  if (user == address.npos || user < host) return absl::StrCat(address, query, fragment);
  return absl::StrCat(address.substr(0, host), address.substr(user + 1), query, fragment);
}

std::string WithShownAddresses(absl::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t scheme = text.find("://", at);
    if (scheme == text.npos) return absl::StrCat(out, text.substr(at));
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\"'`<>,{}[]()", scheme + 3), text.size());
    const absl::string_view address = text.substr(scheme, end - scheme);
    absl::StrAppend(&out, text.substr(at, scheme - at), ShownAddress(address));
    at = end;
  }
  return out;
}

}  // namespace nephoscope
