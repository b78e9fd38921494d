#include "rules/language/tables/settings_tables.h"

namespace nephoscope {
namespace {

constexpr const char* kWeeks[] = {"4-4-5", "4-5-4", "5-4-4"};

const Option kDefaultOwnerList[] = {
    {.name = "owner", .type = OptionType::kText, .sentence = "Who owns what nobody else does", .example = "cloud-coordination", .required = true},
    {.name = "contact", .type = OptionType::kText, .sentence = "How to reach them", .example = "cloud@example.com"},
};
const OptionTable kDefaultOwner = {"default", "Who owns what nobody else does.", kDefaultOwnerList};

const Option kOwnershipList[] = {
    {.name = "tag", .type = OptionType::kTextList, .sentence = "The tags (labels) that name the owner, in order", .example = "[Owner, owner, team]"},
    {.name = "tag_of", .type = OptionType::kText, .sentence = "The same tags of a parent, where they come along as labels such as account_owner", .example = "account"},
    {.name = "table", .type = OptionType::kText, .sentence = "A table beside this file: the columns owner and contact, and labels, * for any text; the first row that fits answers", .example = "owners.csv"},
    {.name = "default", .type = OptionType::kMap, .sentence = "Who owns what nobody else does", .example = "{owner: cloud-coordination}", .fields = &kDefaultOwner},
};

const Option kCalendarList[] = {
    {.name = "timezone", .type = OptionType::kText, .sentence = "The zone in which its days end; a billing day ends in UTC as well", .default_text = "UTC", .example = "America/New_York"},
    {.name = "fiscal_year_starts", .type = OptionType::kText, .sentence = "The first day of the fiscal year", .default_text = "January 1", .example = "October 1"},
    {.name = "weeks", .type = OptionType::kChoice, .sentence = "The weeks of the months of a quarter; the year then begins on the Sunday nearest to its day. Without it, calendar months", .example = "4-4-5", .choices = kWeeks},
    {.name = "holidays", .type = OptionType::kTextList, .sentence = "Days off, for rules of kind cost_anomaly that name none: dates, or a table beside this file with a column date", .example = "[2026-12-25, 2027-01-01]"},
};


constexpr const char* kAtEnd[] = {"notify", "silent"};

const Option kTimeIntervalList[] = {
    {.name = "name", .type = OptionType::kText, .sentence = "What rules call it", .example = "nights", .required = true},
    {.name = "timezone", .type = OptionType::kText, .sentence = "The zone of its days and times", .default_text = "UTC", .example = "America/Chicago"},
    {.name = "weekdays", .type = OptionType::kTextList, .sentence = "The days on which it begins; without it, every day", .example = "[monday-friday]"},
    {.name = "times", .type = OptionType::kTextList, .sentence = "From and to, perhaps across midnight; without it, the whole day", .example = "[\"22:00-06:00\"]"},
};

const Option kEveryList[] = {
    {.name = "weekday", .type = OptionType::kText, .sentence = "The day or days of the week", .default_text = "day", .example = "tuesday"},
    {.name = "at", .type = OptionType::kText, .sentence = "When it begins", .example = "\"02:00\"", .required = true},
    {.name = "for", .type = OptionType::kDuration, .sentence = "How long it takes", .example = "2h", .required = true, .minimum = 60},
    {.name = "timezone", .type = OptionType::kText, .sentence = "The zone of its days and times; without it, that of the maintenance", .example = "Europe/Berlin"},
};
const OptionTable kEvery = {"every", "Work that comes again.", kEveryList};

const Option kMaintenanceList[] = {
    {.name = "name", .type = OptionType::kText, .sentence = "What it is called", .example = "storage-patching", .required = true},
    {.name = "where", .type = OptionType::kMatchers, .sentence = "The alerts that nobody is told of, by their labels, alert, kind, severity or owner", .example = "{provider: aws, account: storage-prod}", .required = true},
    {.name = "from", .type = OptionType::kDate, .sentence = "When it begins", .example = "2026-12-24 18:00"},
    {.name = "to", .type = OptionType::kDate, .sentence = "When it ends", .example = "2027-01-02 08:00"},
    {.name = "every", .type = OptionType::kMap, .sentence = "Instead of from and to: work that comes again", .example = "{weekday: tuesday, at: \"02:00\", for: 2h}", .fields = &kEvery},
    {.name = "timezone", .type = OptionType::kText, .sentence = "The zone of from and to", .default_text = "UTC", .example = "Europe/Berlin"},
    {.name = "reason", .type = OptionType::kText, .sentence = "Why, for those who ask", .example = "new disks"},
    {.name = "ticket", .type = OptionType::kText, .sentence = "Where it was agreed", .example = "CHG0041234"},
    {.name = "still_firing_at_end", .type = OptionType::kChoice, .sentence = "Whether what still fires then is told", .default_text = "notify", .choices = kAtEnd},
    {.name = "end_early_if_unused_for", .type = OptionType::kDuration, .sentence = "It ends when it held no alert for so long", .example = "2d", .minimum = 60},
    {.name = "no_end", .type = OptionType::kFlag, .sentence = "It may last longer than 90 days, and needs no end", .default_text = "false"},
};

const Option kInhibitList[] = {
    {.name = "name", .type = OptionType::kText, .sentence = "What it is called", .example = "account-unreachable", .required = true},
    {.name = "source", .type = OptionType::kMatchers, .sentence = "The alerts that explain others, by their labels, alert, kind, severity or owner", .example = "{alert: AccountApiUnreachable}", .required = true},
    {.name = "target", .type = OptionType::kMatchers, .sentence = "The alerts that nobody is told of meanwhile", .example = "{kind: [threshold, absence]}", .required = true},
    {.name = "equal", .type = OptionType::kTextList, .sentence = "Labels that both must have the same values of", .example = "[provider, account]"},
};

const Option kReceiverKafkaList[] = {
    {.name = "topic", .type = OptionType::kText, .sentence = "The topic of its events; without it, that of the exporter", .example = "nephoscope.finops"},
};
const OptionTable kReceiverKafka = {"kafka", "How it is told through Kafka.", kReceiverKafkaList};
const Option kReceiverList[] = {
    {.name = "kafka", .type = OptionType::kMap, .sentence = "How it is told through Kafka", .example = "{topic: nephoscope.finops}", .fields = &kReceiverKafka},
    {.name = "alertmanager", .type = OptionType::kFlag, .sentence = "Whether its alerts go to Alertmanager as well", .default_text = "false"},
};

const Option kBySeverityList[] = {
    {.name = "info", .type = OptionType::kTextList, .sentence = "For alerts of this severity", .example = "[nights]"},
    {.name = "warning", .type = OptionType::kTextList, .sentence = "For alerts of this severity", .example = "[nights]"},
    {.name = "critical", .type = OptionType::kTextList, .sentence = "For alerts of this severity", .example = "[]"},
};
const OptionTable kBySeverity = {"mute_time_intervals", "Names of time intervals by severity.", kBySeverityList};
const Option kRepeatList[] = {
    {.name = "info", .type = OptionType::kText, .sentence = "For alerts of this severity", .default_text = "never", .example = "never"},
    {.name = "warning", .type = OptionType::kText, .sentence = "For alerts of this severity", .default_text = "never", .example = "1d"},
    {.name = "critical", .type = OptionType::kText, .sentence = "For alerts of this severity", .default_text = "never", .example = "4h"},
};
const OptionTable kRepeat = {"repeat_interval", "How often people are reminded, by severity.", kRepeatList};
const Option kRouteList[] = {
    {.name = "repeat_interval", .type = OptionType::kMap, .sentence = "How often people are reminded of alerts of a severity that go on, where the rule says nothing itself", .example = "{critical: 4h, warning: 1d}", .fields = &kRepeat},
    {.name = "mute_time_intervals", .type = OptionType::kMap, .sentence = "When nobody is told of alerts of a severity, where the rule says nothing itself", .example = "{info: [nights]}", .fields = &kBySeverity},
};

}  // namespace

const OptionTable kOwnershipOptions = {"ownership", "How owners are found.", kOwnershipList};
const OptionTable kCalendarOptions = {"calendars", "A fiscal calendar.", kCalendarList};
const OptionTable kTimeIntervalOptions = {"time_intervals", "A named time of the week.", kTimeIntervalList};
const OptionTable kMaintenanceOptions = {"maintenance", "Planned work: alerts are recorded, and nobody is told.", kMaintenanceList};
const OptionTable kInhibitOptions = {"inhibit_rules", "Alerts that explain others.", kInhibitList};
const OptionTable kReceiverOptions = {"receivers", "Where the notices of one receiver go.", kReceiverList};
const OptionTable kRouteOptions = {"route", "What is told when.", kRouteList};

}  // namespace nephoscope
