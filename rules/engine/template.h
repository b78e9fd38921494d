// Templates: text with ${name} or ${name | filter}. No loops, no queries, no code.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

// One ${...} of a template.
struct TemplatePlace {
  std::string name;
  std::string filter;    // money, percent, bytes, duration, date, upper, default; empty: none
  std::string argument;  // of default("...")
  std::size_t begin = 0, end = 0;  // bytes of the whole ${...} in the text
  bool closed = true;    // false: the } is missing
};

// `$$` is a dollar sign; a `$` that no `{` follows is one too.
std::vector<TemplatePlace> TemplatePlaces(absl::string_view text);

using Places = std::vector<std::pair<std::string, std::string>>;

// A name that is not there becomes empty, or what default("...") says.
std::string RenderTemplate(absl::string_view text, const Places& places);

absl::Span<const char* const> TemplateFilters();

// Numbers for people: at most three digits behind the point, no trailing zeros, thousands separated: 1,234.5.
std::string NumberText(double value);
// A value in its unit: "%" (a ratio times 100), "B" in KiB..TiB, "s" as 1h 5m, else the number and the unit.
std::string ValueText(double value, absl::string_view unit);
// 90 s -> "1 minute 30 seconds"; the two largest parts.
std::string LengthText(double seconds);

}  // namespace nephoscope
