// Settings: what is said for all rules.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/model/calendar.h"
#include "rules/model/money.h"
#include "rules/model/option_table.h"
#include "rules/model/severity.h"

namespace nephoscope {

struct Owner {
  std::string name;
  std::string contact;
  std::string source;  // why: tag team on the series / the rule itself / owners.csv line 3 / default
  friend bool operator==(const Owner&, const Owner&) = default;
};

// One row of a table of owners: who owns what has these labels (values may be globs).
struct OwnerRow {
  std::vector<std::pair<std::string, std::string>> labels;
  Owner owner;
};

// One way to find an owner; one of the three is set.
struct OwnerStep {
  std::vector<std::string> tags;  // label names, the first that the series has
  std::string tag_of;             // the same tags of a parent (account): labels such as account_owner
  std::vector<OwnerRow> table;    // the first row that fits
};

// Planned work: what it covers is evaluated and recorded, and nobody is told.
struct Maintenance {
  std::string name;
  std::vector<Matcher> where;                     // on the labels of alerts
  absl::Time from = absl::InfinitePast(), to = absl::InfinitePast();
  std::optional<TimeInterval> every;              // instead of from and to; one range, of `length`
  absl::Duration length = absl::ZeroDuration();
  std::string reason, ticket;
  bool tells_at_end = true;                       // what still fires then
  absl::Duration unused_for = absl::ZeroDuration();  // it ends when it held no alert for so long; zero: it does not
};

// While a `source` alert fires, `target` alerts with the same values of the labels `equal` are not told.
struct InhibitRule {
  std::string name;
  std::vector<Matcher> source, target;
  std::vector<std::string> equal;  // sorted
};

// What is told when, unless the rule itself says so. Repeat: absent: never.
struct Route {
  std::map<Severity, absl::Duration> repeat_interval;
  std::map<Severity, std::vector<std::string>> mute_time_intervals;
};

// Where the notices of one receiver go.
struct Receiver {
  std::string topic;          // of Kafka; empty: that of the exporter
  bool alertmanager = false;  // its alerts are pushed to Alertmanager as well
};
inline constexpr std::size_t kMostReceivers = 100;  // of one alert
// By name. Empty: none are declared, and everything goes everywhere.
using Receivers = std::map<std::string, Receiver>;

struct Settings {
  Currency base_currency = Currency::Usd();
  std::vector<std::pair<Currency, double>> rates;  // one unit in base currency
  std::string rates_as_of;                         // the day of the rates, 2026-11-01; empty without rates
  std::vector<OwnerStep> owner_steps = {{{"owner", "team"}, "", {}}};  // first answer wins
  Owner default_owner = {"unowned", "", "default"};
  std::vector<Calendar> calendars;
  std::vector<TimeInterval> time_intervals;
  std::vector<Maintenance> maintenance;
  std::vector<InhibitRule> inhibit_rules;
  Receivers receivers;
  Route route;
};

}  // namespace nephoscope
