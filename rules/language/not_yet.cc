// What rules.md specifies and this version cannot load: said plainly, never ignored.
#include "rules/language/option_reader.h"

namespace nephoscope {
namespace {

struct NotYet {
  const char *map, *key, *purpose;
};

constexpr NotYet kNotYet[] = {
    {"rule", "renamed_from", "state follows a rename"},
    {"rule", "until", "the end of a mode"},
    {"rule", "digest", "alerts sent as a list"},
    {"rule", "repeat", "reminders"},
    {"rule", "active_time_intervals", "when a rule may notify"},
    {"rule", "mute_time_intervals", "when a rule may not notify"},
    {"rule", "expected", "known events"},
    {"rule", "severity_after_end", "the severity of a closed period that is restated"},
    {"rule", "noise_budget", "how many alerts a month are welcome"},
    {"window", "tumbling", "fixed windows"},
    {"window", "since", "growing windows"},
    {"where", "at_least", "labels compared as numbers"},
    {"where", "at_most", "labels compared as numbers"},
    {"where", "above", "labels compared as numbers"},
    {"where", "below", "labels compared as numbers"},
    {"budget", "calendar", "fiscal calendars"},
    {"budget", "amounts_from", "amounts from a table"},
    {"amounts", "grows", "amounts that grow"},
    {"anomaly", "noise_budget", "how many alerts a month are welcome"},
    {"pattern", "daily", "a daily rhythm"},
    {"file", "calendars", "fiscal calendars"},
    {"file", "time_intervals", "named times of the week"},
    {"file", "maintenance", "planned work"},
    {"file", "inhibit_rules", "alerts that silence others"},
    {"file", "receivers", "where notices go"},
    {"file", "route", "how notices are grouped and repeated"},
    {"file", "defaults", "values for all rules of a file"},
    {"ownership", "tag_of", "the owner of a parent"},
    {"ownership", "table", "owners from a table"},
};

}  // namespace

const char* NotInThisVersion(absl::string_view map, absl::string_view key) {
  for (const NotYet& one : kNotYet)
    if (map == one.map && key == one.key) return one.purpose;
  return nullptr;
}

}  // namespace nephoscope
