#include "rules/language/tables/test_tables.h"

namespace nephoscope {
namespace {

constexpr const char* kCosts[] = {"billed", "effective", "list", "contracted"};
constexpr const char* kStates[] = {"inactive", "pending", "firing", "recovering", "resolved", "corrected"};
constexpr const char* kNever[] = {"pending", "firing", "resolved", "corrected", "no_data"};
constexpr const char* kSeverities[] = {"info", "warning", "critical"};
constexpr const char* kVersions[] = {"rules/v1"};

constexpr Option kPointOptions[] = {
    {.name = "at", .type = OptionType::kText, .sentence = "When: a date, day 3 09:00, or time since the start", .example = "2026-01-07 09:00", .required = true},
    {.name = "value", .type = OptionType::kText, .sentence = "What it is then", .example = "40%", .required = true},
};
const OptionTable kPoint = {"points", "One point: when and what.", kPointOptions};

const Option kSeriesOptions[] = {
    {.name = "metric",
     .type = OptionType::kText,
     .sentence = "Of which metric; without it, what the rule watches",
     .example = "aws.rds.cpu_utilization"},
    {.name = "cost", .type = OptionType::kChoice, .sentence = "Or of which column of the bill", .example = "effective", .choices = kCosts},
    {.name = "labels",
     .type = OptionType::kTextMap,
     .sentence = "Its labels; those that the rule asks for in `where` are added",
     .example = "{db_instance: orders}"},
    {.name = "every",
     .type = OptionType::kDuration,
     .sentence = "From one point to the next; without it, the rhythm of the metric (a day for money), else 1m",
     .example = "1m",
     .minimum = 0.001},
    {.name = "values",
     .type = OptionType::kText,
     .sentence = "Its points in phrases, from the start on",
     .example = "40% for 1h, 99% for 4m, missing 5m"},
    {.name = "points",
     .type = OptionType::kMapList,
     .sentence = "Or its points as a table, each with its time",
     .example = "[[2026-01-05 09:00, 40%], [2026-01-05 09:05, 99%]]",
     .fields = &kPoint,
     .shorthand = "at"},
    {.name = "from",
     .type = OptionType::kText,
     .sentence = "Or a file with the columns time and value, as seen from this file; a column with the name of a label picks rows",
     .example = "fixtures/jan.csv"},
};
const OptionTable kSeries = {"series", "The input of a test.", kSeriesOptions};

constexpr Option kExpectOptions[] = {
    {.name = "at",
     .type = OptionType::kText,
     .sentence = "When it is looked at: time since the start, day 3 or a date",
     .example = "1h30m"},
    {.name = "state",
     .type = OptionType::kChoice,
     .sentence = "What the alert is then; without it, firing",
     .example = "firing",
     .choices = kStates},
    {.name = "notifications",
     .type = OptionType::kInteger,
     .sentence = "How many notices people get in the whole test",
     .example = "2",
     .minimum = 0},
    {.name = "never",
     .type = OptionType::kChoice,
     .sentence = "What the alert must not be at any time",
     .example = "firing",
     .choices = kNever},
    {.name = "alert", .type = OptionType::kText, .sentence = "Of which rule, where there are several", .example = "DatabaseCpuHigh"},
    {.name = "labels",
     .type = OptionType::kTextMap,
     .sentence = "Labels that the alert has, perhaps besides others",
     .example = "{db_instance: orders}"},
    {.name = "severity", .type = OptionType::kChoice, .sentence = "How urgent it is", .example = "warning", .choices = kSeverities},
    {.name = "impact", .type = OptionType::kMoney, .sentence = "The money at stake, to the cent", .example = "1200 USD"},
    {.name = "owner", .type = OptionType::kText, .sentence = "Who owns it", .example = "payments"},
    {.name = "summary", .type = OptionType::kText, .sentence = "Its whole summary", .example = "orders has run at 85 % CPU"},
    {.name = "text", .type = OptionType::kText, .sentence = "Words that occur in its summary or explanation", .example = "85 %"},
    {.name = "notified", .type = OptionType::kFlag, .sentence = "Whether people have been told of it by then", .example = "true"},
};
const OptionTable kExpect = {"expect", "What must come of it.", kExpectOptions};

const Option kOneTest[] = {
    {.name = "name",
     .type = OptionType::kText,
     .sentence = "What the test shows, as a sentence",
     .example = "a short spike is ignored",
     .required = true},
    {.name = "start",
     .type = OptionType::kDate,
     .sentence = "When its time begins (UTC)",
     .default_text = "2026-01-05",
     .example = "2026-01-05"},
    {.name = "series", .type = OptionType::kMapList, .sentence = "The input", .required = true, .fields = &kSeries},
    {.name = "expect",
     .type = OptionType::kMapList,
     .sentence = "What must come of it; [] is: nothing fires",
     .required = true,
     .fields = &kExpect},
};
const Option kOneFileTest[] = {
    kOneTest[0],
    {.name = "alert",
     .type = OptionType::kText,
     .sentence = "The rule it is about; without it, all rules of the files",
     .example = "DatabaseCpuHigh"},
    kOneTest[1],
    kOneTest[2],
    kOneTest[3],
};
const OptionTable kFileTest = {"tests", "One test.", kOneFileTest};

constexpr Option kFileOptions[] = {
    {.name = "apiVersion",
     .type = OptionType::kChoice,
     .sentence = "the version of the rule language",
     .example = "rules/v1",
     .required = true,
     .choices = kVersions},
    {.name = "rules",
     .type = OptionType::kTextList,
     .sentence = "the rule files that are tested, as seen from this file",
     .example = "[costs.yaml]",
     .required = true},
    {.name = "tests", .type = OptionType::kMapList, .sentence = "the tests", .required = true, .fields = &kFileTest},
};
const OptionTable kFile = {"test file", "Tests of rules in other files.", kFileOptions};

}  // namespace

extern const OptionTable kTestOptions;
const OptionTable kTestOptions = {"tests", "One test.", kOneTest};
const OptionTable& TestFileOptions() { return kFile; }

}  // namespace nephoscope
