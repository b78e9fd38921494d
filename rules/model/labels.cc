#include "rules/model/labels.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {

Labels::Labels(std::vector<Label> pairs) : pairs_(std::move(pairs)) {
  std::stable_sort(pairs_.begin(), pairs_.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  std::vector<Label> kept;
  kept.reserve(pairs_.size());
  for (Label& pair : pairs_) {
    if (!kept.empty() && kept.back().name == pair.name) {
      kept.back() = std::move(pair);
    } else {
      kept.push_back(std::move(pair));
    }
  }
  kept.erase(std::remove_if(kept.begin(), kept.end(), [](const Label& p) { return p.value.empty(); }), kept.end());
  pairs_ = std::move(kept);
}

absl::string_view Labels::Get(absl::string_view name) const {
  auto at = std::lower_bound(pairs_.begin(), pairs_.end(), name,
                             [](const Label& pair, absl::string_view wanted) { return absl::string_view(pair.name) < wanted; });
  if (at == pairs_.end() || absl::string_view(at->name) != name) return {};
  return at->value;
}

Labels Labels::Project(absl::Span<const std::string> names) const {
  std::vector<Label> kept;
  kept.reserve(names.size());
  for (const std::string& name : names) {
    absl::string_view value = Get(name);
    kept.push_back({name, std::string(value.empty() ? kNoGroup : value)});
  }
  return Labels(std::move(kept));
}

Labels Labels::With(absl::string_view name, absl::string_view value) const {
  std::vector<Label> pairs = pairs_;
  pairs.push_back({std::string(name), std::string(value)});
  return Labels(std::move(pairs));
}

std::string Labels::ToString() const {
  std::string out = "{";
  for (const Label& pair : pairs_) {
    if (out.size() > 1) out += ',';
    absl::StrAppend(&out, pair.name, "=\"");
    for (char c : pair.value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out + "}";
}

std::string Labels::Canonical() const {
  std::string out;
  for (const Label& pair : pairs_) absl::StrAppend(&out, pair.name, "\xff", pair.value, "\xff");
  return out;
}

std::string SanitiseLabelName(absl::string_view name) {
  std::string out;
  out.reserve(name.size() + 1);
  for (char c : name) out += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (out.empty() || absl::ascii_isdigit(static_cast<unsigned char>(out[0]))) out.insert(out.begin(), '_');
  return out;
}

}  // namespace nephoscope
