#include "rules/language/test_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/catalogue/catalogue.h"
#include "rules/kinds/kind.h"
#include "rules/language/language.h"
#include "rules/language/metric_check.h"
#include "rules/language/test_phrases.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr double kMostPoints = 1e6;
constexpr absl::Duration kDay = absl::Hours(24);

constexpr const char* kCosts[] = {"billed", "effective", "list", "contracted"};
constexpr const char* kStates[] = {"inactive", "pending", "firing", "recovering", "resolved", "corrected"};
constexpr const char* kNever[] = {"pending", "firing", "resolved", "corrected", "no_data"};
constexpr const char* kSeverities[] = {"info", "warning", "critical"};
constexpr const char* kVersions[] = {"rules/v1"};

constexpr Option kSeriesOptions[] = {
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
     .example = "40% for 1h, 99% for 4m, missing 5m",
     .required = true},
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

constexpr Option kOneTest[] = {
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
constexpr Option kOneFileTest[] = {
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

bool IsMoney(absl::string_view metric) {
  return absl::StartsWith(metric, "cost.") || metric == kResourceCostMetric || metric == kCommitmentEffectiveMetric ||
         metric == kCommitmentListMetric;
}

Labels LabelsOf(const OptionValues& values, const Rule* rule) {
  std::vector<Label> out;
  // `where` asks for these of every series; a test need not repeat them.
  if (rule != nullptr)
    for (const Matcher& matcher : rule->watch.where)
      if (matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kAnyOf) out.push_back({matcher.label, matcher.values[0]});
  for (const auto& [name, value] : values.TextMap("labels")) out.push_back({name, value});
  return Labels(std::move(out));
}

absl::Duration CadenceOf(const std::string& metric, const Rule* rule, bool money) {
  if (money) return kDay;
  if (const CatalogueMetric* known = FindMetric(metric); known != nullptr && known->cadence > absl::ZeroDuration()) return known->cadence;
  if (rule != nullptr && rule->every > absl::ZeroDuration()) return rule->every;
  return absl::Minutes(1);
}

}  // namespace

extern const OptionTable kTestOptions;
const OptionTable kTestOptions = {"tests", "One test.", kOneTest};
const OptionTable& TestFileOptions() { return kFile; }

void TestReader::Add(Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion,
                     std::string help) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  out.help = std::move(help);
  sink_.Add(std::move(out));
}

void TestReader::Read(const YamlNode& item, const Rule* rule, std::vector<RuleTest>& out) {
  const YamlNode* tests = item.Find("tests");
  if (tests == nullptr) return;
  OptionReader reader(sink_, context_, nullptr);
  if (tests->kind == YamlNode::kNull)
    return reader.Add(*tests, "R105", "\"tests\" has no value", "write a list: lines that begin with - name:");
  if (tests->kind != YamlNode::kList) return reader.Add(*tests, "R104", "\"tests\" takes a list", "write lines that begin with - name:");
  for (const YamlNode* one : tests->items) {
    if (one->kind != YamlNode::kMap) {
      reader.Add(*one, "R104", "an entry of \"tests\" takes keys", "write - name: what it shows");
      continue;
    }
    const OptionValues values = reader.Read(*one, kTestOptions, "tests");
    RuleTest test;
    if (rule != nullptr) test.alert = rule->name;
    if (rule != nullptr) One(values, rule, std::move(test), out);
  }
}

void TestReader::ReadFile(const OptionValues& file, absl::Span<const Rule* const> rules, std::vector<std::string> files,
                          std::vector<RuleTest>& out) {
  for (const OptionValues& values : file.MapList("tests")) {
    RuleTest test;
    test.files = files;
    test.alert = values.Text("alert");
    const Rule* rule = rules.size() == 1 ? rules[0] : nullptr;
    for (const Rule* one : rules)
      if (one->name == test.alert) rule = one;
    One(values, rule, std::move(test), out);
  }
}

void TestReader::One(const OptionValues& values, const Rule* rule, RuleTest test, std::vector<RuleTest>& out) {
  const int before = sink_.errors();
  test.name = values.Text("name");
  test.file = sink_.file();
  test.line = values.mark.line;
  if (values.Has("start")) test.start = absl::FromCivil(values.Date("start"), absl::UTCTimeZone());
  for (const OptionValues& one : values.MapList("series")) {
    TestSeries series;
    if (TakeSeries(one, rule, series)) test.series.push_back(std::move(series));
  }
  for (const OptionValues& one : values.MapList("expect")) TakeExpectation(one, test);
  CheckSize(values, test);
  if (sink_.errors() == before) out.push_back(std::move(test));
}

bool TestReader::TakeSeries(const OptionValues& values, const Rule* rule, TestSeries& out) {
  if (!TakeWhat(values, rule, out.series)) return false;
  Series& series = out.series;
  const bool probe = series.metric == kProbeResultMetric;
  const bool money = IsMoney(series.metric);
  if (!probe) series.labels = LabelsOf(values, rule);
  if (series.cadence <= absl::ZeroDuration()) series.cadence = CadenceOf(series.metric, rule, money);
  if (values.Given("every") && values.Has("every")) {
    series.cadence = values.Duration("every");
    if (money && series.cadence != kDay)
      return Add(values.MarkOf("every"), "R503", "money comes in days: one cell of the bill for each", "take every out"), false;
  }
  if (money) {
    series.type = ValueType::kMoney;
    series.currency = context_.base;
    series.period = kDay;
  } else if (!probe) {
    series.unit = UnitOfMetric(series.metric);
  }
  if (!values.Has("values")) return false;
  const PhraseContext context{context_, series.metric, series.unit, money, probe, series.cadence};
  if (!ReadPhrases(values.Text("values"), values.MarkOf("values"), context, sink_, out.stretches)) return false;
  bool good = true;
  for (const TestStretch& stretch : out.stretches) good = good && (!money || stretch.length % kDay == absl::ZeroDuration());
  if (!good) Add(values.MarkOf("values"), "R503", "money comes in days: one cell of the bill for each", "write 100 USD for 20d");
  return good;
}

bool TestReader::TakeWhat(const OptionValues& values, const Rule* rule, Series& out) {
  if (values.Has("metric") && values.Has("cost"))
    return Add(values.MarkOf("cost"), "R502", "a series is of a metric or of a cost, not of both", "take one of the two out"), false;
  if (values.Has("metric")) {
    out.metric = values.Text("metric");
    return CheckMetricName(out.metric, values.MarkOf("metric"), sink_);
  }
  if (values.Has("cost")) return out.metric = absl::StrCat("cost.", values.Text("cost")), true;
  if (values.Given("metric") || values.Given("cost")) return false;  // could not be read, and was told
  if (rule != nullptr && !rule->watch.metric.empty()) return out.metric = rule->watch.metric, true;
  if (rule != nullptr && rule->watch.events.size() == 2 && rule->watch.events[0].metric == rule->watch.events[1].metric) return out.metric = rule->watch.events[1].metric, true;
  if (rule != nullptr && !rule->watch.resources.empty()) return out.metric = kResourceCostMetric, true;
  const std::vector<Probe> probes = rule == nullptr ? std::vector<Probe>() : FindKind(rule->kind)->Probes(*rule);
  if (probes.empty()) {
    Add(values.mark, "R502",
        rule == nullptr ? std::string("series needs metric or cost: which of the rules' input it is")
                        : absl::StrCat("series needs metric or cost: the rule ", rule->name, " has no single input"),
        "write metric: NAME or cost: effective");
    return false;
  }
  out.metric = kProbeResultMetric;
  out.cadence = probes[0].every;
  out.labels = Labels({{"rule", probes[0].rule_id}, {"target", probes[0].target}});
  return true;
}

void TestReader::TakeExpectation(const OptionValues& values, RuleTest& test) {
  TestExpectation out;
  out.line = values.mark.line;
  const int said = values.Given("at") + values.Given("notifications") + values.Given("never");
  if (said != 1)
    return Add(values.mark, "R504",
               said == 0 ? "an expectation says what it is about: at, never or notifications"
                         : "an expectation says one thing: at, never or notifications",
               "write {at: 1h30m, state: firing}");
  for (const char* key : {"state", "impact", "owner", "summary", "text", "notified"})
    if (values.Given(key) && !values.Given("at"))
      return Add(values.MarkOf(key), "R504", absl::StrCat("\"", key, "\" is of one moment and needs at"), "write at: 1h30m");
  if (values.Given("severity") && values.Given("notifications"))
    return Add(values.MarkOf("severity"), "R504", "notifications are counted whatever their severity", "take severity out");
  if (values.Given("at") && !TakeAt(values, test.start, out)) return;
  if (values.Has("notifications")) out.notifications = values.Integer("notifications");
  out.never = values.Text("never");
  out.state = values.Text("state").empty() ? "firing" : values.Text("state");
  out.alert = values.Text("alert");
  std::vector<Label> labels;
  for (const auto& [name, value] : values.TextMap("labels")) labels.push_back({name, value});
  out.labels = Labels(std::move(labels));
  for (int i = 0; i < 3; ++i)
    if (values.Text("severity") == kSeverities[i]) out.severity = static_cast<Severity>(i);
  if (values.Has("impact")) out.impact = values.Amount("impact");
  if (values.Has("notified")) out.notified = values.Flag("notified");
  out.owner = values.Text("owner");
  out.summary = values.Text("summary");
  out.text = values.Text("text");
  test.expect.push_back(std::move(out));
}

// "1h30m", "day 3 09:00", "2026-01-07 09:00".
bool TestReader::TakeAt(const OptionValues& values, absl::Time start, TestExpectation& out) {
  if (!values.Has("at")) return false;
  out.at_text = values.Text("at");
  absl::string_view text = out.at_text;
  Problem problem, ignored;
  if (const std::optional<absl::Duration> since = ReadDuration(text, problem)) {
    out.at = start + *since;
  } else if (absl::ConsumePrefix(&text, "day ")) {
    const std::size_t space = std::min(text.find(' '), text.size());
    int day = 0;
    const std::optional<absl::CivilSecond> clock = ReadDate(absl::StrCat("2026-01-05", text.substr(space)), ignored);
    if (absl::SimpleAtoi(text.substr(0, space), &day) && day >= 1 && clock)
      out.at = start + kDay * (day - 1) + absl::Seconds(*clock - absl::CivilSecond(2026, 1, 5));
  } else if (const std::optional<absl::CivilSecond> date = ReadDate(text, ignored)) {
    out.at = absl::FromCivil(*date, absl::UTCTimeZone());
  }
  if (!out.at)
    return Add(values.MarkOf("at"), "R504", absl::StrCat("\"", out.at_text, "\" is not a moment of the test"),
               "write 1h30m (since the start), day 3 09:00, or 2026-01-07 09:00"),
           false;
  if (*out.at >= start) return true;
  return Add(values.MarkOf("at"), "R504",
             absl::StrCat(out.at_text, " is before the test begins: ", absl::FormatTime("%Y-%m-%d %H:%M UTC", start, absl::UTCTimeZone())),
             "write a later time, or set start"),
         false;
}

void TestReader::CheckSize(const OptionValues& values, const RuleTest& test) {
  double points = 0;
  for (const TestSeries& one : test.series)
    for (const TestStretch& stretch : one.stretches) points += absl::FDivDuration(stretch.length, one.series.cadence) + 1;
  for (const TestExpectation& one : test.expect)
    if (one.at && *one.at > test.start + absl::Hours(24 * 366 * 3))
      return Add(values.mark, "R503", "a test may look three years ahead", "");
  if (points > kMostPoints)
    Add(values.mark, "R503", "the test has more than a million points", "make it shorter, or write every: for a slower rhythm");
}

}  // namespace nephoscope
