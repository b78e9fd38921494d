// What rules.md specifies and this version cannot load: said plainly, never ignored.
#include "rules/language/option_reader.h"

namespace nephoscope {
namespace {

struct NotYet {
  const char *map, *key, *purpose;
};

constexpr NotYet kNotYet[] = {
    {"rule", "noise_budget", "how many alerts a month are welcome"},
    {"anomaly", "noise_budget", "how many alerts a month are welcome"},
};

}  // namespace

const char* NotInThisVersion(absl::string_view map, absl::string_view key) {
  for (const NotYet& one : kNotYet)
    if (map == one.map && key == one.key) return one.purpose;
  return nullptr;
}

}  // namespace nephoscope
