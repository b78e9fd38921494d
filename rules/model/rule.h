// Rule: one question, as read from YAML; RuleSet: all that are loaded together.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "rules/model/exchange.h"
#include "rules/model/fixed_window.h"
#include "rules/model/labels.h"
#include "rules/model/money.h"
#include "rules/model/option_table.h"
#include "rules/model/settings.h"

namespace nephoscope {

// What a rule looks at (rules.md 2.3). One of `metric`, `events`, `resources` and `commitments` is set, or none (a health check with its own probe, a
// rule that is made of alerts).
struct Watch {
  // A metric that says something of a resource, by the label that names it.
  struct ResourceMetric {
    std::string metric, label;
    int condition = 0;  // of the kind's own list
  };
  // Events that are counted: those that were good, or all.
  struct Events {
    std::string metric;
    std::vector<Matcher> where;  // besides the watch's own
    std::string stat;            // sum: each point is a number of events; rate: the points are a counter
  };

  std::string metric;        // aws.rds.cpu_utilization, a Prometheus name, or cost.effective for `cost: effective`
  std::vector<Events> events;  // good and total, in this order
  bool alerts = false;       // the rule is made of other rules' alerts
  std::vector<std::string> resources;    // types of resources, * for any text: the series of resource.cost
  std::vector<std::string> commitments;  // types of commitments: the series of commitment.*
  std::vector<ResourceMetric> resource_metrics;  // that the kind looks at as well
  // The kind of resource that all its metrics are about (aws.rds.db_instance), and the label that names each; "": none.
  std::string resource_type, resource_label;
  bool per_resource = false;             // one alert for each resource, by the short name that bill and metrics agree in
  bool is_cost = false;
  std::vector<Matcher> where;
  std::vector<Matcher> leave_out;  // a series that matches any of these is not looked at
  std::string stat;                // avg, max, min, sum, count, last; empty: the kind's default
  absl::Duration window = absl::ZeroDuration();  // zero: the newest point
  std::optional<FixedWindow> fixed;              // instead of `window`; by the rule's calendar
  std::vector<std::string> by;     // sorted
  // The alerts of the rule are told apart by `by`; else by the target of its probe.
  bool groups_by_label() const { return alerts || !metric.empty() || !events.empty() || !resources.empty() || !commitments.empty(); }
  // What one group says depends on the series of the others, so all of them are on one shard and evaluated together.
  bool together = false;
  std::vector<std::string> taken;  // labels that texts may name and `by` does not have: they come with the data
  std::string combine;             // how the series of one group become one number; empty: sum for cost and counts, max otherwise
};

// One step of the severity ladder: a condition in the kind's own words.
struct Level {
  Severity severity = Severity::kWarning;
  OptionValues condition;  // by the kind's condition table
  absl::Duration hold = absl::ZeroDuration();             // `for`
  std::pair<int, int> hold_points = {0, 0};               // `for: 3 of 5 points`; {0, 0}: by time
  std::optional<OptionValues> recover;                    // by the kind's condition table; absent: the kind's default
};

enum class NoDataPolicy : std::uint8_t { kKeepLast, kNoData, kFiring, kOk };
enum class RuleMode : std::uint8_t { kLive, kShadow, kOff };

// Another alert that explains this one: while it fires with the same values of the labels `same`, nobody is told of this one.
struct DependsOn {
  std::string alert;              // the name of its rule
  std::vector<std::string> same;  // empty: any alert of that rule counts
};

// Alerts that are held and sent together.
struct Digest {
  TimeInterval when;            // one range of a minute on each of its days
  std::vector<std::string> by;  // sorted; one list for each value of these labels
};

// What a table gives to one group from a period on.
struct AmountRow {
  std::vector<std::string> group;      // the values of the labels of `by`, in their order
  std::optional<absl::CivilDay> since; // a day of the first period; absent: from the beginning
  Money amount;
};

struct Rule {
  std::string name;  // `alert:`
  std::string id;    // stable identity; default: the name in kebab-case
  std::vector<std::string> renamed_from;  // ids that it had before, the oldest first
  std::string kind;
  RuleMode mode = RuleMode::kLive;
  absl::Time until = absl::InfiniteFuture();  // with mode shadow or off: then it is live
  Watch watch;
  std::vector<Level> levels;  // ascending severity, at least one
  absl::Duration keep_firing_for = absl::ZeroDuration();
  absl::Duration every = absl::ZeroDuration();             // zero: the data's own cadence
  absl::Duration evaluation_delay = absl::ZeroDuration();
  absl::Duration no_data_after = absl::ZeroDuration();     // zero: 3 x cadence
  NoDataPolicy no_data = NoDataPolicy::kKeepLast;
  bool members_may_leave = false;  // a silent member of a group leaves it at once
  absl::Duration expire_after = absl::ZeroDuration();  // zero: ExpireAfterOf (rules/engine/intake.h)
  Money min_impact;
  std::optional<Owner> owner;  // absent: from tags
  std::vector<std::string> notify;
  std::optional<DependsOn> depends_on;
  std::optional<absl::Duration> repeat;  // infinite: never; absent: as the route says for its severity
  std::vector<std::string> active_time_intervals, mute_time_intervals;  // names of settings.time_intervals
  std::optional<Digest> digest;
  Currency currency;                 // that it compares in; empty: no amount is written in it, and it is that of the bill
  int currencies = 0;                // that its amounts are written in
  std::shared_ptr<const Exchange> exchange;  // for bills in another currency; nullptr: there are no rates
  std::optional<Calendar> calendar;  // that its periods and fixed windows are counted by
  Labels labels;  // values may have places, of `by` labels
  std::vector<std::pair<std::string, std::string>> annotations;
  std::string summary;      // template; empty: the kind's default
  std::string description;  // template
  std::string runbook;
  int limit = 500;
  std::vector<AmountRow> amounts;  // of the table that a budget names; by group, then by day
  std::vector<std::vector<std::string>> expected;  // groups that are looked at even if nothing is ever heard of them, by the values of `by`; sorted
  OptionValues options;  // the kind's own keys (`budget:`, `anomaly:`, `check:`, ...)

  std::string file;
  int line = 0;
  std::string revision;  // "sha256:..." over what the rule means (not over comments or spacing)

  // The fixed window that is looked at from `time`. Of rules that have one.
  TimeRange FixedRange(absl::Time time) const { return CellOf(*watch.fixed, calendar ? *calendar : PlainCalendar(), watch.is_cost, time); }

  // What its alerts are known by: the id that it had first, so that they outlive a new name.
  const std::string& alert_key() const { return renamed_from.empty() ? id : renamed_from.front(); }
  bool IsOrWas(const std::string& an_id) const { return an_id == id || std::find(renamed_from.begin(), renamed_from.end(), an_id) != renamed_from.end(); }
};

// An immutable snapshot; replaced whole on reload.
struct RuleSet {
  std::vector<std::shared_ptr<const Rule>> rules;
  Settings settings;
  std::vector<std::string> files;  // that were read
};

}  // namespace nephoscope
