#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/language/language.h"
#include "rules/trial/trial.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

const absl::Time kStart = absl::FromCivil(absl::CivilDay(2026, 1, 5), absl::UTCTimeZone());
constexpr char kGroup[] = "scenario";

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

absl::Duration ParseLength(absl::string_view text) {
  absl::Duration out;
  std::string hours(text);
  if (!hours.empty() && hours.back() == 'd') {
    double days = 0;
    if (absl::SimpleAtod(absl::string_view(hours).substr(0, hours.size() - 1), &days)) return absl::Hours(24) * days;
  }
  if (!absl::ParseDuration(hours, &out)) throw std::runtime_error("not a length of time: " + hours);
  return out;
}

double ParseNumber(absl::string_view text) {
  double out = 0;
  if (!absl::SimpleAtod(text, &out)) throw std::runtime_error("not a number: " + std::string(text));
  return out;
}

// metric{a="b",c="d"} -> metric and labels.
void ParseSeries(absl::string_view text, Series& out) {
  const std::vector<absl::string_view> halves = absl::StrSplit(absl::StripSuffix(text, "}"), absl::MaxSplits('{', 1));
  out.metric = std::string(halves[0]);
  std::vector<Label> labels;
  if (halves.size() == 2) {
    for (absl::string_view pair : absl::StrSplit(halves[1], ',', absl::SkipEmpty())) {
      const std::vector<absl::string_view> sides = absl::StrSplit(pair, absl::MaxSplits('=', 1));
      if (sides.size() != 2) throw std::runtime_error("not a label: " + std::string(pair));
      labels.push_back({std::string(sides[0]), std::string(absl::StripSuffix(absl::StripPrefix(sides[1], "\""), "\""))});
    }
  }
  out.labels = Labels(std::move(labels));
}

class InputReader {
 public:
  TrialInput Read(const std::string& path) {
    int line_number = 0;
    for (absl::string_view line : absl::StrSplit(ReadAll(path), '\n')) {
      ++line_number;
      line = absl::StripAsciiWhitespace(line);
      if (line.empty() || line[0] == '#') continue;
      try {
        ReadLine(line);
      } catch (const std::runtime_error& error) {
        throw std::runtime_error(absl::StrCat(path, ":", line_number, ": ", error.what()));
      }
    }
    return std::move(input_);
  }
  // Names of rules.
  const std::set<std::string>& examples() const { return examples_; }

 private:
  void ReadLine(absl::string_view line) {
    const std::vector<absl::string_view> halves = absl::StrSplit(line, absl::MaxSplits(absl::string_view(": "), 1));
    if (halves.size() != 2) throw std::runtime_error("expected `series ...: phrases`");
    const std::vector<absl::string_view> words = absl::StrSplit(halves[0], ' ', absl::SkipEmpty());
    if (words[0] == "series" && words.size() >= 4) return ReadMetric(words, halves[1]);
    if (words[0] == "cost" && (words.size() == 3 || (words.size() == 5 && words[3] == "every"))) return ReadCost(words, halves[1]);
    if (words[0] == "restate" && words.size() == 5) return ReadRestated(words, halves[1]);
    if (words[0] == "examples") {
      for (absl::string_view name : absl::StrSplit(halves[1], ',')) examples_.insert(std::string(absl::StripAsciiWhitespace(name)));
      return;
    }
    if (words[0] == "restart") return input_.restarts.push_back(kStart + ParseLength(absl::StripAsciiWhitespace(halves[1])));
    throw std::runtime_error("expected examples, series, cost, restate or restart");
  }

  SeriesId Add(Series series) {
    const std::string key = absl::StrCat(series.metric, series.labels.Canonical());
    auto [at, is_new] = ids_.emplace(key, static_cast<SeriesId>(input_.series.size()));
    if (!is_new) return at->second;
    series.id = at->second;
    series.source = static_cast<SourceId>(series.type == ValueType::kMoney ? 0 : series.id + 1);
    input_.series.push_back(std::move(series));
    return at->second;
  }

  void ReadMetric(const std::vector<absl::string_view>& words, absl::string_view phrases) {
    Series series;
    ParseSeries(words[1], series);
    for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
      if (words[i] == "every") series.cadence = ParseLength(words[i + 1]);
      if (words[i] == "unit") series.unit = std::string(words[i + 1]);
    }
    const absl::Duration step = series.cadence;
    if (step <= absl::ZeroDuration()) throw std::runtime_error("a series needs `every 1m`");
    const SeriesId id = Add(std::move(series));
    absl::Time at = kStart;
    Phrases(phrases, [&](absl::string_view value, absl::Duration length, absl::Duration late) {
      for (const absl::Time end = at + length; at < end; at += step) {
        if (value == "gap") continue;
        TrialPoint point{at + late, {}};
        point.sample.series = id;
        point.sample.time_ms = absl::ToUnixMillis(at);
        point.sample.value = ParseNumber(value);
        input_.points.push_back(point);
      }
    });
  }

  Series CostSeries(absl::string_view text, absl::string_view currency, absl::Duration period = absl::Hours(24)) {
    Series series;
    ParseSeries(text, series);
    series.type = ValueType::kMoney;
    series.currency = *Currency::Parse(currency);
    series.cadence = series.period = period;
    return series;
  }

  void AddCell(SeriesId id, absl::Time day, absl::Time arrives, absl::string_view amount) {
    TrialPoint point{arrives, {}};
    point.sample.series = id;
    point.sample.time_ms = absl::ToUnixMillis(day);
    const absl::StatusOr<Money> money = Money::Parse(amount, Currency::Usd());
    if (!money.ok()) throw std::runtime_error(std::string(money.status().message()));
    point.sample.micros = money->micros;
    input_.points.push_back(point);
  }

  void ReadCost(const std::vector<absl::string_view>& words, absl::string_view phrases) {
    const absl::Duration period = words.size() == 5 ? ParseLength(words[4]) : absl::Hours(24);
    const SeriesId id = Add(CostSeries(words[1], words[2], period));
    absl::Time day = kStart;
    Phrases(phrases, [&](absl::string_view amount, absl::Duration length, absl::Duration late) {
      for (const absl::Time end = day + length; day < end; day += period)
        if (amount != "gap") AddCell(id, day, day + period + late, amount);
    });
    last_day_ = std::max(last_day_, day);
  }

  // "day 21" counts from 1; the new version arrives after everything else.
  void ReadRestated(const std::vector<absl::string_view>& words, absl::string_view amount) {
    const SeriesId id = Add(CostSeries(words[1], words[2]));
    const absl::Time day = kStart + absl::Hours(24) * (ParseNumber(words[4]) - 1);
    last_day_ += absl::Hours(1);
    AddCell(id, day, last_day_, absl::StripAsciiWhitespace(amount));
  }

  template <typename Take>
  void Phrases(absl::string_view phrases, const Take& take) {
    for (absl::string_view phrase : absl::StrSplit(phrases, ',')) {
      const std::vector<absl::string_view> words = absl::StrSplit(phrase, ' ', absl::SkipEmpty());
      if (words.size() == 2 && words[0] == "gap") {
        take("gap", ParseLength(words[1]), absl::ZeroDuration());
      } else if (words.size() == 3 && words[1] == "for") {
        take(words[0], ParseLength(words[2]), absl::ZeroDuration());
      } else if (words.size() == 5 && words[1] == "for" && words[3] == "late") {
        take(words[0], ParseLength(words[2]), ParseLength(words[4]));
      } else {
        throw std::runtime_error("expected `40 for 1h` or `gap 30m`, found `" + std::string(phrase) + "`");
      }
    }
  }

  TrialInput input_;
  std::map<std::string, SeriesId> ids_;
  std::set<std::string> examples_;
  absl::Time last_day_ = kStart;
};

std::shared_ptr<const RuleSet> ReadRules(const std::string& path) {
  const SourceFile file{path, ReadAll(path)};
  LoadedRules loaded = LoadRules({&file, 1});
  if (!loaded.diagnostics.empty()) throw std::runtime_error(RenderDiagnostics(loaded.diagnostics, {&file, 1}, false));
  return loaded.rules;
}

std::shared_ptr<const RuleSet> ReadExamples(const std::set<std::string>& wanted) {
  std::vector<SourceFile> files;
  for (const char* name : {"rules.yaml", "settings.yaml", "owners.csv"}) files.push_back({name, ReadAll(absl::StrCat(SourceDir() + "/tests/rules/language/examples/", name))});
  auto out = std::make_shared<RuleSet>(*LoadRules(files).rules);
  std::erase_if(out->rules, [&](const auto& rule) { return wanted.count(rule->name) == 0; });
  if (out->rules.size() != wanted.size()) throw std::runtime_error("not all of these are examples of the language");
  return out;
}

}  // namespace

std::string ToLine(const Transition& t) {
  const absl::Duration since = t.time - kStart;
  const std::int64_t days = since / absl::Hours(24);
  const std::string clock = absl::FormatTime("%H:%M", t.time, absl::UTCTimeZone());
  const std::string money = t.impact.basis.empty() ? "-" : absl::StrCat(t.impact.amount.ToText(), " ", t.impact.basis);
  return absl::StrCat("day ", days + 1, " ", clock, " ", ToText(t.type), " ", ToText(t.severity), " ", ToText(t.cause), " ", t.labels.ToString(), " ", money, " | ", t.summary);
}

std::vector<std::string> RunScenario(const std::string& path, int engines, std::size_t batch) {
  InputReader reader;
  TrialInput input = reader.Read(path + ".input");
  std::vector<TrialStep> steps = RunTrial(reader.examples().empty() ? ReadRules(path + ".rules.yaml") : ReadExamples(reader.examples()), std::move(input), kStart, {kGroup, engines, batch, true});
  std::stable_sort(steps.begin(), steps.end(), [](const TrialStep& a, const TrialStep& b) {
    return std::tie(a.transition.time, a.transition.alert_id, a.transition.sequence) < std::tie(b.transition.time, b.transition.alert_id, b.transition.sequence);
  });
  std::vector<std::string> out;
  for (const TrialStep& step : steps) out.push_back(ToLine(step.transition));
  return out;
}

}  // namespace nephoscope
