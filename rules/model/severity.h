// How urgent an alert is.
#pragma once

#include <cstdint>

namespace nephoscope {

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };

// "info", "warning", "critical": the words of rule files, labels and events.
constexpr const char* ToText(Severity s) {
  switch (s) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kCritical: return "critical";
  }
  return "warning";
}

}  // namespace nephoscope
