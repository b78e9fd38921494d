// What configured exporters are called.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

inline constexpr char kNameSentence[] = "What this one is called in messages and metrics, where two of one type are configured";

// "kafka"; with `name: audit` "kafka/audit".
inline std::string ExporterName(absl::string_view type, absl::string_view given) {
  return given.empty() ? std::string(type) : absl::StrCat(type, "/", given);
}

}  // namespace nephoscope
