#include "rules/language/tests/test_reader.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/catalogue/catalogue.h"
#include "rules/engine/kind.h"
#include "rules/language/language.h"
#include "rules/language/checks/metric_check.h"
#include "rules/language/tests/test_phrases.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr double kMostPoints = 1e6;
constexpr absl::Duration kDay = absl::Hours(24);
constexpr const char* kSeverities[] = {"info", "warning", "critical"};  // by Severity

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
  table_missing_ = false;
  test.name = values.Text("name");
  test.file = sink_.file();
  test.line = values.mark.line;
  TakeStart(values, test);
  for (const OptionValues& one : values.MapList("series")) {
    TestSeries series;
    if (TakeSeries(one, rule, test.start, series)) test.series.push_back(std::move(series));
  }
  if (table_missing_) return;  // the start is not known, and nothing would be shown
  for (const OptionValues& one : values.MapList("expect")) TakeExpectation(one, test);
  CheckSize(values, test);
  if (sink_.errors() == before) out.push_back(std::move(test));
}

bool TestReader::TakeSeries(const OptionValues& values, const Rule* rule, absl::Time start, TestSeries& out) {
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
    series.currency = Currency();
    series.period = kDay;
  } else if (!probe) {
    series.unit = UnitOfMetric(series.metric);
  }
  if (!SaysOnce(values)) return false;
  const PhraseContext context{context_, series.metric, series.unit, money, probe, series.cadence, &series.currency};
  if (!(values.Has("values") ? TakePhrases(values, context, out) : TakeTable(values, context, start, out))) return false;
  if (money && series.currency.empty()) series.currency = rule == nullptr || rule->currency.empty() ? context_.base : rule->currency;
  return true;
}

// Its points are given in one way.
bool TestReader::SaysOnce(const OptionValues& values) {
  const int said = values.Given("values") + values.Given("points") + values.Given("from");
  if (said == 0) Add(values.mark, "R103", "series needs \"values\": its points", "write values: 40% for 1h, or points: or from:");
  if (said > 1) Add(values.MarkOf(values.Given("from") ? "from" : "points"), "R107", "the points of a series are given twice", "keep one of values, points and from");
  return said == 1 && (values.Has("values") || values.Has("points") || values.Has("from"));  // else it could not be read, and was told
}

// Where no start is written, the day of the first row with a date.
void TestReader::TakeStart(const OptionValues& values, RuleTest& test) {
  if (values.Has("start")) test.start = absl::FromCivil(values.Date("start"), absl::UTCTimeZone());
  if (values.Given("start")) return;
  std::optional<absl::Time> first;
  for (const OptionValues& one : values.MapList("series")) {
    const SourceText nothing("");
    DiagnosticSink untold("", nothing);  // told when the series is read
    std::vector<PointRow> rows = one.Has("points") ? RowsOf(one) : std::vector<PointRow>();
    if (const SourceFile* table = TableOf(one); table != nullptr) rows = ReadTable(*table, {}, untold);
    if (const std::optional<absl::Time> day = FirstDay(rows); day && (!first || *day < *first)) first = day;
  }
  if (first) test.start = *first;
}

const SourceFile* TestReader::TableOf(const OptionValues& values) const {
  if (!values.Has("from")) return nullptr;
  const std::string path = (std::filesystem::path(sink_.file()).parent_path() / values.Text("from")).lexically_normal().string();
  for (const SourceFile& file : files_)
    if (std::filesystem::path(file.path).lexically_normal().string() == path) return &file;
  return nullptr;
}

std::vector<PointRow> TestReader::RowsOf(const OptionValues& values) {
  std::vector<PointRow> out;
  for (const OptionValues& row : values.MapList("points"))
    if (row.Has("at") && row.Has("value")) out.push_back({row.Text("at"), row.Text("value"), row.MarkOf("at"), row.MarkOf("value")});
  return out;
}

bool TestReader::TakeTable(const OptionValues& values, const PhraseContext& context, absl::Time start, TestSeries& out) {
  // A single text in place of the list is read as the time of one row, which has no value.
  if (const std::vector<OptionValues>& rows = values.MapList("points"); rows.size() == 1 && rows[0].Given("at") && !rows[0].Given("value"))
    return Add(values.MarkOf("points"), "R104", "a row of \"points\" has a time and a value", "write points: [[2026-01-05 09:00, 40%]]"), false;
  if (values.Has("points")) return ReadPoints(RowsOf(values), start, context, false, sink_, out.points);
  if (!IsTableFile(values.Text("from"))) return Add(values.MarkOf("from"), "R507", "points come from a file of comma-separated values, which ends with .csv", "write from: fixtures/jan.csv"), false;
  const SourceFile* table = TableOf(values);
  if (table == nullptr) {
    Diagnostic told;
    told.severity = Diagnostic::Severity::kWarning;  // the rule is right all the same, and the agent needs no tests
    told.code = "R507";
    told.mark = values.MarkOf("from");
    told.message = absl::StrCat("the file ", values.Text("from"), " was not read, so the test is not run");
    told.caret_text = "name it as seen from this file";
    sink_.Add(std::move(told));
    return !(table_missing_ = true);
  }
  const SourceText text(table->text);
  DiagnosticSink of_table(table->path, text);
  const std::vector<PointRow> rows = ReadTable(*table, out.series.labels, of_table);
  const bool good = ReadPoints(rows, start, context, true, of_table, out.points) && of_table.errors() == 0;
  for (Diagnostic& one : of_table.Take()) table_problems_.push_back(std::move(one));
  if (!good) Add(values.MarkOf("from"), "R507", absl::StrCat("the file ", values.Text("from"), " cannot be read as points"), "see what is said of it");
  if (good && out.points.empty()) return Add(values.MarkOf("from"), "R507", absl::StrCat("no row of ", values.Text("from"), " has the labels of this series"), "compare its columns with labels"), false;
  return good;
}

bool TestReader::TakePhrases(const OptionValues& values, const PhraseContext& context, TestSeries& out) {
  const bool money = context.money;
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
  out.at = ReadMoment(out.at_text, start);
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
  for (const TestSeries& one : test.series) points += static_cast<double>(one.points.size());
  for (const TestSeries& one : test.series)
    for (const TestStretch& stretch : one.stretches) points += absl::FDivDuration(stretch.length, one.series.cadence) + 1;
  for (const TestExpectation& one : test.expect)
    if (one.at && *one.at > test.start + absl::Hours(24 * 366 * 3))
      return Add(values.mark, "R503", "a test may look three years ahead", "");
  if (points > kMostPoints)
    Add(values.mark, "R503", "the test has more than a million points", "make it shorter, or write every: for a slower rhythm");
}

}  // namespace nephoscope
