#include "rules/language/tables/rule_tables.h"

#include <map>
#include <memory>

#include "rules/language/tables/defaults.h"
#include "rules/language/tables/settings_tables.h"
#include "rules/language/tables/test_tables.h"

namespace nephoscope {
namespace {

constexpr const char* kModes[] = {"live", "shadow", "off"};
constexpr const char* kSeverities[] = {"info", "warning", "critical"};
constexpr const char* kCosts[] = {"billed", "effective", "list", "contracted", "amortized", "unblended"};
constexpr const char* kStats[] = {"avg", "max", "min", "sum", "count", "last", "rate", "p50", "p75", "p90", "p95", "p99"};
constexpr const char* kCombines[] = {"sum", "max", "min", "avg", "count"};
constexpr const char* kNoDataStates[] = {"keep_last", "no_data", "firing", "ok", "ignore", "missing", "breaching", "notBreaching"};
constexpr const char* kVersions[] = {"rules/v1"};

constexpr const char* kEventStats[] = {"sum", "rate"};
const Option kEventsOptions[] = {
    {.name = "metric", .type = OptionType::kText, .sentence = "The metric that counts the events", .example = "aws.alb.requests", .required = true},
    {.name = "where", .type = OptionType::kMatchers, .sentence = "Only series with these labels", .example = "{code_class: [2xx, 3xx]}"},
    {.name = "stat", .type = OptionType::kChoice, .sentence = "sum: each point is a number of events; rate: the points are a counter that only grows", .default_text = "sum", .choices = kEventStats},
};
const OptionTable kEvents = {"events", "Events that are counted.", kEventsOptions};

constexpr const char* kSince[] = {"start of day", "start of week", "start of month", "start of quarter", "start of year"};
const Option kWindowOptions[] = {
    {.name = "sliding", .type = OptionType::kDuration, .sentence = "How far back each value looks", .example = "10m", .minimum = 1},
    {.name = "tumbling", .type = OptionType::kText, .sentence = "Of a threshold: whole days (1d), weeks from Monday (1w), month, quarter, year, or parts of a day such as 6h, each judged at its end", .example = "1d"},
    {.name = "since", .type = OptionType::kChoice, .sentence = "Of a threshold: from then until now", .example = "start of month", .choices = kSince},
    {.name = "calendar", .type = OptionType::kText, .sentence = "The calendar of the settings whose days and fiscal months these are; without it, those of UTC", .example = "finance"},
};
const OptionTable kWindow = {"window", "How far back each value looks.", kWindowOptions};

const Option kWatchOptions[] = {
    {.name = "metric", .type = OptionType::kText, .sentence = "The metric, such as aws.rds.cpu_utilization or a Prometheus name", .example = "aws.rds.cpu_utilization"},
    {.name = "cost", .type = OptionType::kChoice, .sentence = "The column of the bill (FOCUS); amortized means effective, unblended means billed", .example = "effective", .choices = kCosts},
    {.name = "resource", .type = OptionType::kTextList, .sentence = "Types of resources, * for any text", .example = "[aws.ec2.instance, \"azure.compute.*\"]"},
    {.name = "commitment", .type = OptionType::kTextList, .sentence = "Types of commitments: savings_plan, reserved_instance, committed_use_discount; * for all", .example = "[savings_plan, reserved_instance]"},
    {.name = "good", .type = OptionType::kMap, .sentence = "The events that were as they should be", .example = "{metric: aws.alb.requests, where: {code_class: [2xx, 3xx, 4xx]}}", .fields = &kEvents},
    {.name = "total", .type = OptionType::kMap, .sentence = "All events", .example = "{metric: aws.alb.requests}", .fields = &kEvents},
    {.name = "where", .type = OptionType::kMatchers, .sentence = "Only series with these labels", .example = "{env: prod}"},
    {.name = "leave_out", .type = OptionType::kMatchers, .sentence = "Not the series with any of these labels", .example = "{charge_category: [Tax, Credit]}"},
    {.name = "stat", .type = OptionType::kChoice, .sentence = "What is made of the points of one series in the window", .example = "avg", .choices = kStats},
    {.name = "window", .type = OptionType::kMap, .sentence = "How far back each value looks, or a window that the calendar begins and ends", .example = "10m", .fields = &kWindow, .shorthand = "sliding"},
    {.name = "by", .type = OptionType::kTextList, .sentence = "One alert for each value of these labels", .example = "[team]"},
    {.name = "combine", .type = OptionType::kChoice, .sentence = "How the series of one group become one number", .example = "sum", .choices = kCombines},
};
const OptionTable kWatch = {"watch", "What a rule looks at.", kWatchOptions};

const Option kNoDataOptions[] = {
    {.name = "after", .type = OptionType::kDuration, .sentence = "How long data may stay away; auto is three times their rhythm", .default_text = "auto", .example = "30m", .minimum = 1},
    {.name = "state", .type = OptionType::kChoice, .sentence = "What then becomes of the alert; ignore, missing, breaching and notBreaching are CloudWatch's words for these four", .default_text = "keep_last", .choices = kNoDataStates},
};
const OptionTable kNoData = {"no_data", "What happens when data stay away.", kNoDataOptions};

const Option kOwnerOptions[] = {
    {.name = "team", .type = OptionType::kText, .sentence = "Who owns what the rule finds", .example = "checkout", .required = true},
    {.name = "contact", .type = OptionType::kText, .sentence = "How to reach them", .example = "checkout@example.com"},
};
const OptionTable kOwner = {"owner", "Who owns what the rule finds.", kOwnerOptions};

const Option kDigestOptions[] = {
    {.name = "every", .type = OptionType::kTextList, .sentence = "The day or days of the week", .default_text = "day", .example = "monday"},
    {.name = "at", .type = OptionType::kText, .sentence = "The time of the day", .example = "\"08:00\"", .required = true},
    {.name = "timezone", .type = OptionType::kText, .sentence = "The zone of its days and times", .default_text = "UTC", .example = "America/New_York"},
    {.name = "by", .type = OptionType::kTextList, .sentence = "One list for each value of these labels; owner is the owner's name", .example = "[owner]"},
};
const OptionTable kDigest = {"digest", "Alerts that are sent together, as a list.", kDigestOptions};

const Option kDependsOnOptions[] = {
    {.name = "alert", .type = OptionType::kText, .sentence = "The alert that explains this one", .example = "RegionDown", .required = true},
    {.name = "same", .type = OptionType::kTextList, .sentence = "Labels that both must have the same values of; without it, any alert of that name counts", .example = "[region]"},
};
const OptionTable kDependsOn = {"depends_on", "Which other alert explains this one.", kDependsOnOptions};

const Option kCommonOptions[] = {
    {.name = "alert", .type = OptionType::kText, .sentence = "The name, unique over all files", .example = "DatabaseCpuHigh", .required = true},
    {.name = "kind", .type = OptionType::kText, .sentence = "What is asked", .example = "threshold", .required = true},
    {.name = "id", .type = OptionType::kText, .sentence = "The lasting identity; without it, made of the name", .example = "database-cpu-high"},
    {.name = "renamed_from", .type = OptionType::kTextList, .sentence = "Names or ids that the rule had before, the oldest first: its alerts live on", .example = "[DatabaseBusy]"},
    {.name = "mode", .type = OptionType::kChoice, .sentence = "shadow evaluates and explains without notices, off does nothing", .default_text = "live", .choices = kModes},
    {.name = "until", .type = OptionType::kDate, .sentence = "The day (UTC) on which mode: shadow or mode: off ends and the rule is live", .example = "2026-12-01"},
    {.name = "watch", .type = OptionType::kMap, .sentence = "What to look at", .example = "{metric: aws.rds.cpu_utilization, by: [account]}", .fields = &kWatch},
    {.name = "severity", .type = OptionType::kChoice, .sentence = "How urgent the alert of `when` is; without it, warning", .example = "warning", .choices = kSeverities},
    {.name = "for", .type = OptionType::kText, .sentence = "How long it must hold before the alert fires", .example = "15m"},
    {.name = "keep_firing_for", .type = OptionType::kDuration, .sentence = "How long it stays firing after it was last true", .default_text = "0s"},
    {.name = "every", .type = OptionType::kDuration, .sentence = "How often it is evaluated; auto is the rhythm of the data", .default_text = "auto", .example = "5m", .minimum = 1},
    {.name = "evaluation_delay", .type = OptionType::kDuration, .sentence = "How long late points are waited for", .default_text = "auto", .example = "10m"},
    {.name = "no_data", .type = OptionType::kMap, .sentence = "What happens when data stay away", .example = "{after: 30m, state: keep_last}", .fields = &kNoData, .shorthand = "state"},
    {.name = "members_may_leave", .type = OptionType::kFlag, .sentence = "A series of a group that falls silent leaves it at once, as in fleets that shrink; else the alert is over only when all have reported", .default_text = "false"},
    {.name = "expire_after", .type = OptionType::kDuration, .sentence = "How long a series may be absent while its source answers before it is gone and its alert ends; without it a day (metric_anomaly: 7 days), or twice no_data.after if that is longer, and never where absence itself is watched", .example = "1h", .minimum = 60},
    {.name = "min_impact", .type = OptionType::kMoney, .sentence = "With less at stake the alert is recorded, but nobody is told", .example = "100 USD"},
    {.name = "owner", .type = OptionType::kMap, .sentence = "from_tags, or who owns what the rule finds", .example = "{team: checkout, contact: checkout@example.com}", .fields = &kOwner, .shorthand = "team"},
    {.name = "notify", .type = OptionType::kTextList, .sentence = "Who is told; an empty list feeds other rules only", .default_text = "owner", .example = "[owner, finops]"},
    {.name = "digest", .type = OptionType::kMap, .sentence = "People are sent its alerts as a list, at this time; critical ones are told at once", .example = "{every: monday, at: \"08:00\", by: [owner]}", .fields = &kDigest},
    {.name = "repeat", .type = OptionType::kText, .sentence = "How often people are reminded of an alert that goes on, or never; without it, as route.repeat_interval of the settings says", .example = "4h"},
    {.name = "active_time_intervals", .type = OptionType::kTextList, .sentence = "People are told only in these time intervals of the settings", .example = "[office-hours]"},
    {.name = "mute_time_intervals", .type = OptionType::kTextList, .sentence = "Nobody is told in these time intervals of the settings", .example = "[nights]"},
    {.name = "depends_on", .type = OptionType::kMap, .sentence = "While that other alert fires, nobody is told of this one", .example = "{alert: RegionDown, same: [region]}", .fields = &kDependsOn, .shorthand = "alert"},
    {.name = "labels", .type = OptionType::kTextMap, .sentence = "Labels that every alert of the rule carries; places may stand for labels of `by`", .example = "{topic: egress}"},
    {.name = "annotations", .type = OptionType::kTextMap, .sentence = "Texts that every alert of the rule carries", .example = "{dashboard: https://example.com}"},
    {.name = "summary", .type = OptionType::kTemplate, .sentence = "The one line that people read first", .example = "${team} spent ${value}"},
    {.name = "description", .type = OptionType::kTemplate, .sentence = "More about it", .example = "${team} spent ${value}"},
    {.name = "runbook", .type = OptionType::kUrl, .sentence = "Where it says what to do", .example = "https://wiki.example.com/budget"},
    {.name = "limit", .type = OptionType::kInteger, .sentence = "The most alerts of this rule at once", .default_text = "500", .minimum = 1, .maximum = 100000},
    {.name = "tests", .type = OptionType::kMapList, .sentence = "Input and what must come of it, for nephoscope test", .example = "[{name: no input, series: [], expect: []}]", .fields = &kTestOptions},
};
const OptionTable kCommon = {"rule", "One question.", kCommonOptions};

const Option kCurrencyOptions[] = {
    {.name = "base", .type = OptionType::kText, .sentence = "The currency that amounts are compared in", .default_text = "USD", .example = "EUR"},
    {.name = "rates", .type = OptionType::kTextMap, .sentence = "What one unit of another currency is worth in the base currency", .example = "{EUR: 1.08}", .form = R"(^\s*\+?[0-9._]+(?:[eE][+-]?[0-9]+)?[kM]?\s*$)"},
    {.name = "as_of", .type = OptionType::kDate, .sentence = "The day of the rates", .example = "2026-11-01"},
};
const OptionTable kCurrency = {"currency", "Currencies.", kCurrencyOptions};
const OptionTable kAnyRule = {"rules", "Rules.", {}};

const Option kFileOptions[] = {
    {.name = "apiVersion", .type = OptionType::kChoice, .sentence = "the version of the rule language", .example = "rules/v1", .required = true, .choices = kVersions},
    {.name = "rules", .type = OptionType::kMapList, .sentence = "The rules", .fields = &kAnyRule},
    {.name = "currency", .type = OptionType::kMap, .sentence = "Base currency and rates", .example = "{base: USD}", .fields = &kCurrency},
    {.name = "ownership", .type = OptionType::kMapList, .sentence = "How owners are found; the first answer wins", .example = "[{tag: [owner, team]}]", .fields = &kOwnershipOptions},
    {.name = "calendars", .type = OptionType::kMoneyMap, .sentence = "Fiscal calendars by name, for the periods of budgets", .example = "{finance: {fiscal_year_starts: October 1}}", .fields = &kCalendarOptions},
    {.name = "time_intervals", .type = OptionType::kMapList, .sentence = "Named times of the week", .example = "[{name: nights, times: [\"22:00-06:00\"]}]", .fields = &kTimeIntervalOptions},
    {.name = "maintenance", .type = OptionType::kMapList, .sentence = "Planned work, during which nobody is told", .example = "[{name: disks, where: {env: dev}, every: {at: \"02:00\", for: 2h}}]", .fields = &kMaintenanceOptions},
    {.name = "inhibit_rules", .type = OptionType::kMapList, .sentence = "Alerts that explain others, of which nobody is told meanwhile", .example = "[{name: down, source: {alert: RegionDown}, target: {env: dev}}]", .fields = &kInhibitOptions},
    {.name = "receivers", .type = OptionType::kMoneyMap, .sentence = "Where notices go, by the names that `notify` uses; owner and account_owner are always there", .example = "{finops: {kafka: {topic: nephoscope.finops}, alertmanager: true}}", .fields = &kReceiverOptions},
    {.name = "route", .type = OptionType::kMap, .sentence = "What is told when, unless a rule says so itself", .example = "{mute_time_intervals: {info: [nights]}}", .fields = &kRouteOptions},
    {.name = "defaults", .type = OptionType::kMap, .sentence = "What every rule of the file says that does not say otherwise", .example = "{notify: [owner, finops]}", .fields = &DefaultsOptions()},
};
const OptionTable kFile = {"file", "A file of rules or settings.", kFileOptions};

std::unique_ptr<KindTables> Make(const RuleKind& kind) {
  auto out = std::make_unique<KindTables>();
  out->level_options.assign(kind.condition().options.begin(), kind.condition().options.end());
  out->level_options.push_back({.name = "for", .type = OptionType::kText, .sentence = "How long it must hold before the alert fires", .example = "15m"});
  out->level_options.push_back({.name = "recover", .type = OptionType::kMap, .sentence = "When the alert is over", .fields = &kind.recover()});
  out->level = {"level", "A condition.", out->level_options};
  for (const char* severity : kSeverities)
    out->levels_options.push_back({.name = severity, .type = OptionType::kMap, .sentence = "The condition of this severity", .fields = &out->level});
  out->levels = {"levels", "Conditions by severity.", out->levels_options};
  out->rule_options = {
      {.name = "when", .type = OptionType::kMap, .sentence = "The condition", .fields = &out->level},
      {.name = "levels", .type = OptionType::kMap, .sentence = "Conditions by severity", .fields = &out->levels},
      {.name = "recover", .type = OptionType::kMap, .sentence = "When the alert is over", .fields = &kind.recover()},
  };
  out->rule = {"rule", "Conditions.", out->rule_options};
  return out;
}

}  // namespace

const OptionTable& CommonRuleOptions() { return kCommon; }
const OptionTable& WatchOptions() { return kWatch; }
const OptionTable& FileOptions() { return kFile; }

const KindTables& TablesOf(const RuleKind& kind) {
  static auto& all = *new std::map<const RuleKind*, std::unique_ptr<KindTables>>();
  // All at once, the first time: later calls only read, from whatever thread.
  static const bool made = [] {
    for (const RuleKind* one : AllKinds()) all.emplace(one, Make(*one));
    return true;
  }();
  (void)made;
  return *all.at(&kind);
}

}  // namespace nephoscope
