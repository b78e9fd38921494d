#include "rules/language/settings_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "rules/language/words/clock_changes.h"
#include "rules/language/words/meant.h"
#include "rules/language/words/time_words.h"
#include "rules/model/labels.h"

namespace nephoscope {
namespace {

void Add(DiagnosticSink& sink, Mark mark, const char* code, std::string message, std::string caret, std::optional<std::string> suggestion = std::nullopt) {
  Diagnostic out;
  out.code = code;
  out.mark = mark;
  out.message = std::move(message);
  out.caret_text = std::move(caret);
  out.suggestion = std::move(suggestion);
  sink.Add(std::move(out));
}

// nullopt: told.
std::optional<Currency> TakeCurrency(const std::string& code, Mark mark, DiagnosticSink& sink) {
  if (IsCurrencyCode(code)) return *Currency::Parse(code);
  const std::string nearest = MeantCurrency(code, Currency::Usd().code());
  Add(sink, mark, "R207", absl::StrCat("\"", code, "\" is not a currency"), nearest.empty() ? "write an ISO code, such as USD or EUR" : absl::StrCat("did you mean ", nearest, "?"),
      nearest.empty() ? std::nullopt : std::optional<std::string>(nearest));
  return std::nullopt;
}

void TakeCurrencies(const YamlNode* written, const OptionValues& currency, Settings& out, DiagnosticSink& sink) {
  if (const auto base = TakeCurrency(currency.Text("base"), currency.MarkOf("base"), sink)) out.base_currency = *base;
  const YamlNode* rates = written == nullptr ? nullptr : written->Find("rates");
  for (const auto& [code, text] : currency.TextMap("rates")) {
    const Mark mark = MarkOfKey(sink.text(), rates, code, currency.MarkOf("rates"));
    const auto other = TakeCurrency(code, mark, sink);
    Problem problem;
    const std::optional<double> rate = ReadNumber(text, problem);
    if (!rate || *rate <= 0) {
      Add(sink, mark, "R602", absl::StrCat("\"", text, "\" is not a rate for ", code), absl::StrCat("write what 1 ", code, " is worth in ", out.base_currency.code(), ", such as 1.08"));
    } else if (other && *other == out.base_currency) {
      Add(sink, mark, "R602", absl::StrCat(code, " is the base currency: its rate is always 1"), "take it out");
    } else if (other) {
      out.rates.emplace_back(*other, *rate);
    }
  }
  if (currency.Has("rates") && currency.entries().count("as_of") == 0)
    Add(sink, currency.MarkOf("rates"), "R602", "rates need their day", "write as_of: with the day of the rates, such as 2026-11-01");
  if (currency.Has("rates") && currency.Has("as_of")) out.rates_as_of = absl::FormatCivilTime(absl::CivilDay(currency.Date("as_of")));
}

constexpr const char* kKeys[] = {"currency", "ownership", "calendars", "time_intervals", "maintenance", "inhibit_rules", "receivers", "route"};

// Of a list the mark is its bracket: the place of this entry, with its quotes.
Mark MarkOfEntry(const SourceText& source, Mark mark, const std::string& text) {
  const std::size_t from = source.OffsetOf(mark.line, mark.column);
  if (from >= source.text().size() || source.text()[from] != '[') return mark;
  const std::size_t at = source.text().find(text, from);
  if (at == absl::string_view::npos) return mark;
  const std::size_t quote = source.text()[at - 1] == '"' || source.text()[at - 1] == '\'' ? 1 : 0;
  return source.MarkOf(at - quote, at + text.size() + quote);
}

// `text` by one of the readers of time_words.h; nullopt: told.
template <typename Read>
auto TakeWord(Read read, const std::string& text, Mark mark, DiagnosticSink& sink) {
  Problem problem;
  auto out = read(text, problem);
  if (!out) Add(sink, MarkOfEntry(sink.text(), mark, text), problem.code, absl::StrCat("\"", text, "\" ", problem.what), problem.caret, problem.suggestion);
  return out;
}

OwnerStep TakeOwnerTable(const std::string& name, Mark mark, const TableText& tables, DiagnosticSink& sink) {
  OwnerStep out;
  const std::optional<Table> table = TakeTable(name, mark, tables, sink);
  if (!table) return out;
  const int owner = table->Find("owner"), contact = table->Find("contact");
  if (owner < 0 || table->columns.size() < (contact < 0 ? 2u : 3u)) {
    Add(sink, mark, "R606", absl::StrCat(name, " needs a column \"owner\" and columns with labels"), "write account,department,owner,contact in its first line");
    return out;
  }
  for (const Table::Row& row : table->rows) {
    OwnerRow& made = out.table.emplace_back();
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      if (static_cast<int>(i) != owner && static_cast<int>(i) != contact && !row.cells[i].empty()) made.labels.emplace_back(SanitiseLabelName(table->columns[i]), row.cells[i]);
    made.owner = {row.cells[owner], contact < 0 ? "" : row.cells[contact], absl::StrCat(name, " line ", row.line)};
    if (made.owner.name.empty()) Add(sink, mark, "R606", absl::StrCat("line ", row.line, " of ", name, " names no owner"), "fill in its cell of the column owner");
  }
  return out;
}

// The tags of all steps before; those that everybody means without any.
std::vector<std::string> TagsBefore(const std::vector<OwnerStep>& steps) {
  std::vector<std::string> out;
  for (const OwnerStep& step : steps)
    if (step.tag_of.empty()) out.insert(out.end(), step.tags.begin(), step.tags.end());
  return out.empty() ? std::vector<std::string>{"owner", "team"} : out;
}

void TakeOwnership(const std::vector<OptionValues>& chain, const TableText& tables, Settings& out, DiagnosticSink& sink) {
  out.owner_steps.clear();
  bool ended = false;
  for (const OptionValues& step : chain) {
    const int said = step.Given("tag") + step.Given("tag_of") + step.Given("table") + step.Given("default");
    if (said > 1) Add(sink, step.mark, "R603", "each step of ownership is one entry", "write - tag: ... and - default: ... as two entries");
    if (ended) Add(sink, step.mark, "R603", "nothing comes after default: it answers always", "move default to the end");
    if (step.Has("tag")) {
      // Tags one after the other are one list, asked of one resource before the next.
      if (out.owner_steps.empty() || out.owner_steps.back().tags.empty() || !out.owner_steps.back().tag_of.empty()) out.owner_steps.emplace_back();
      for (const std::string& name : step.TextList("tag")) out.owner_steps.back().tags.push_back(name);
    }
    if (step.Has("tag_of")) out.owner_steps.push_back({TagsBefore(out.owner_steps), SanitiseLabelName(step.Text("tag_of")), {}});
    if (step.Has("table")) out.owner_steps.push_back(TakeOwnerTable(step.Text("table"), step.MarkOf("table"), tables, sink));
    if (!step.Given("default")) continue;
    ended = true;
    const OptionValues& owner = step.Map("default");
    out.default_owner = {owner.Text("owner"), owner.Text("contact"), "default"};
  }
}

// Dates, and the dates of tables.
std::vector<std::string> TakeHolidays(const OptionValues& values, const TableText& tables,
                                      DiagnosticSink& sink) {
  std::vector<std::string> out;
  const Mark mark = values.MarkOf("holidays");
  for (const std::string& text : values.TextList("holidays")) {
    if (!IsTableFile(text)) {
      if (TakeWord(ReadDate, text, mark, sink)) out.push_back(text);
      continue;
    }
    const std::optional<Table> table = TakeTable(text, mark, tables, sink);
    if (!table) continue;
    const int column = table->Find("date");
    if (column < 0) {
      Add(sink, mark, "R606", absl::StrCat(text, " needs a column \"date\""), "write date in its first line");
      continue;
    }
    for (const Table::Row& row : table->rows) {
      Problem problem;
      const std::string& cell = row.cells[static_cast<std::size_t>(column)];
      if (ReadDate(cell, problem)) out.push_back(cell);
      else Add(sink, mark, "R606", absl::StrCat("line ", row.line, " of ", text, ": \"", cell, "\" is no date"), "write it like 2026-12-25");
    }
  }
  return out;
}

void TakeCalendars(const std::vector<std::pair<std::string, OptionValues>>& calendars, const TableText& tables, FileSettings& to, DiagnosticSink& sink) {
  Settings& out = to.settings;
  for (const auto& [name, values] : calendars) {
    Calendar& calendar = out.calendars.emplace_back();
    calendar.name = name;
    if (const auto zone = TakeWord(ReadZone, values.Text("timezone"), values.MarkOf("timezone"), sink)) calendar.zone = *zone;
    if (const auto day = TakeWord(ReadDayOfYear, values.Text("fiscal_year_starts"), values.MarkOf("fiscal_year_starts"), sink)) calendar.month = day->first, calendar.day = day->second;
    if (const std::string& weeks = values.Text("weeks"); weeks.size() == 5) calendar.weeks = {weeks[0] - '0', weeks[2] - '0', weeks[4] - '0'};
    if (values.Has("holidays")) to.holidays[name] = TakeHolidays(values, tables, sink);
  }
}

// Names that stand twice are told.
template <typename T>
void CheckNames(const std::vector<T>& made, const std::vector<OptionValues>& written, DiagnosticSink& sink) {
  for (std::size_t i = 0; i < made.size(); ++i)
    if (std::any_of(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(i), [&](const T& other) { return !other.name.empty() && other.name == made[i].name; }))
      Add(sink, written[i].MarkOf("name"), "R607", absl::StrCat("the name \"", made[i].name, "\" stands here twice"), "give it another");
}

std::uint8_t TakeWeekdays(const std::vector<std::string>& texts, Mark mark, DiagnosticSink& sink) {
  std::uint8_t out = 0;
  for (const std::string& text : texts) out = static_cast<std::uint8_t>(out | TakeWord(ReadWeekdays, text, mark, sink).value_or(0));
  return out;
}

// The days after these.
std::uint8_t NextDays(std::uint8_t weekdays) { return static_cast<std::uint8_t>((weekdays << 1 | weekdays >> 6) & 0x7f); }

void TakeTimeIntervals(const std::vector<OptionValues>& written, Settings& out, DiagnosticSink& sink) {
  for (const OptionValues& values : written) {
    TimeInterval& interval = out.time_intervals.emplace_back();
    interval.name = values.Text("name");
    if (const auto zone = TakeWord(ReadZone, values.Text("timezone"), values.MarkOf("timezone"), sink)) interval.zone = *zone;
    if (values.Given("weekdays")) interval.weekdays = TakeWeekdays(values.TextList("weekdays"), values.MarkOf("weekdays"), sink);
    for (const std::string& text : values.TextList("times"))
      if (const auto range = TakeWord(ReadClockRange, text, values.MarkOf("times"), sink)) interval.times.push_back(*range);
    for (const auto& [from, to] : interval.times) {
      CheckClockChange(from, interval.weekdays, interval.zone, values.MarkOf("times"), sink);
      CheckClockChange(to, to > from ? interval.weekdays : NextDays(interval.weekdays), interval.zone, values.MarkOf("times"), sink);
    }
  }
  CheckNames(out.time_intervals, written, sink);
}

constexpr absl::Duration kLongest = absl::Hours(24 * 90);

void TakeEvery(const OptionValues& every, absl::TimeZone zone, Maintenance& out, DiagnosticSink& sink) {
  TimeInterval& starts = out.every.emplace();
  starts.zone = zone;
  if (every.Has("timezone"))
    if (const auto own = TakeWord(ReadZone, every.Text("timezone"), every.MarkOf("timezone"), sink)) starts.zone = *own;
  starts.weekdays = TakeWeekdays({every.Text("weekday")}, every.MarkOf("weekday"), sink);
  if (every.Has("at"))
    if (const auto at = TakeWord(ReadClock, every.Text("at"), every.MarkOf("at"), sink)) starts.times = {{*at % (24 * 60), *at % (24 * 60) + 1}};
  if (!starts.times.empty()) CheckClockChange(starts.times[0].first, starts.weekdays, starts.zone, every.MarkOf("at"), sink);
  out.length = every.Duration("for");
}

void CheckLength(const OptionValues& values, const Maintenance& made, bool no_end, DiagnosticSink& sink) {
  // What was written and could not be read was told.
  const auto unread = [&](const char* key) {
    const auto entry = values.entries().find(key);
    return entry != values.entries().end() && entry->second.given && std::holds_alternative<std::monostate>(entry->second.value);
  };
  if (unread("from") || unread("to") || unread("every")) return;
  const bool told = sink.errors() > 0;  // perhaps a key that was meant as one of these
  const bool fixed = values.Given("from") || values.Given("to"), every = values.Given("every");
  if (told && (fixed == every || !values.Given("from") || !values.Given("to"))) return;
  if (fixed == every) return Add(sink, values.mark, "R608", "a maintenance says when it is, once", "write from and to, or every");
  if (fixed && !values.Given("from")) return Add(sink, values.MarkOf("to"), "R608", "the maintenance has no beginning", "write from: 2026-12-24 18:00");
  if (fixed && !values.Given("to") && !no_end) return Add(sink, values.MarkOf("from"), "R608", "the maintenance has no end", "write to: with a day, or no_end: true");
  if (fixed && values.Has("from") && made.to <= made.from) return Add(sink, values.MarkOf("to"), "R608", "the maintenance ends before it begins", "write a later day");
  if (!no_end && (every ? made.length : made.to - made.from) > kLongest)
    Add(sink, values.MarkOf(every ? "every" : "to"), "R608", "the maintenance is longer than 90 days", "write an earlier day, or no_end: true");
}

void TakeMaintenance(const std::vector<OptionValues>& written, Settings& out, DiagnosticSink& sink) {
  for (const OptionValues& values : written) {
    Maintenance& made = out.maintenance.emplace_back();
    made.name = values.Text("name");
    made.where = values.Matchers("where");
    made.reason = values.Text("reason");
    made.ticket = values.Text("ticket");
    made.tells_at_end = values.Text("still_firing_at_end") != "silent";
    made.unused_for = values.Duration("end_early_if_unused_for");
    const absl::TimeZone zone = TakeWord(ReadZone, values.Text("timezone"), values.MarkOf("timezone"), sink).value_or(absl::UTCTimeZone());
    if (values.Has("from")) made.from = absl::FromCivil(values.Date("from"), zone);
    made.to = values.Has("to") ? absl::FromCivil(values.Date("to"), zone) : absl::InfiniteFuture();
    for (const char* key : {"from", "to"})
      if (values.Has(key)) CheckClockChange(values.Date(key), zone, values.MarkOf(key), sink);
    if (values.Given("every")) TakeEvery(values.Map("every"), zone, made, sink);
    CheckLength(values, made, values.Has("no_end") && values.Flag("no_end"), sink);
  }
  CheckNames(out.maintenance, written, sink);
}

void TakeInhibitRules(const std::vector<OptionValues>& written, Settings& out, DiagnosticSink& sink) {
  for (const OptionValues& values : written) {
    InhibitRule& made = out.inhibit_rules.emplace_back();
    made = {values.Text("name"), values.Matchers("source"), values.Matchers("target"), values.TextList("equal")};
    std::sort(made.equal.begin(), made.equal.end());
    for (const char* key : {"source", "target"})
      if (values.Has(key) && values.Matchers(key).empty()) Add(sink, values.MarkOf(key), "R103", absl::StrCat("\"", key, "\" names no alerts"), "write {alert: NAME}");
  }
  CheckNames(out.inhibit_rules, written, sink);
}

bool IsKafkaName(const std::string& name, std::size_t most) {
  const auto good = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= most && name != "." && name != ".." && std::all_of(name.begin(), name.end(), good);
}

std::string AsKafkaName(std::string name) {
  for (char& c : name)
    if (!IsKafkaName({'a', c}, 2)) c = '-';
  return name;
}

// Events carry the names of receivers whole, so they are short.
constexpr std::size_t kLongestReceiver = 64, kLongestTopic = 249;

void TakeReceivers(const YamlNode* written, const std::vector<std::pair<std::string, OptionValues>>& receivers, Settings& out, DiagnosticSink& sink) {
  for (const auto& [name, values] : receivers) {
    if (!IsKafkaName(name, kLongestReceiver))
      Add(sink, MarkOfKey(sink.text(), written, name, values.mark), "R609", absl::StrCat("\"", name, "\" cannot be the name of a receiver"), "write up to 64 letters, digits and . _ -");
    Receiver& made = out.receivers[name];
    made.alertmanager = values.Flag("alertmanager");
    if (!values.Given("kafka") || !values.Map("kafka").Given("topic")) continue;
    made.topic = values.Map("kafka").Text("topic");
    if (IsKafkaName(made.topic, kLongestTopic)) continue;
    const std::string meant = AsKafkaName(made.topic);
    const bool nearly = IsKafkaName(meant, kLongestTopic);
    Add(sink, values.Map("kafka").MarkOf("topic"), "R609", absl::StrCat("\"", made.topic, "\" is not a name that Kafka takes for a topic"),
        nearly ? absl::StrCat("write ", meant) : "write up to 249 letters, digits and . _ -", nearly ? std::optional<std::string>(meant) : std::nullopt);
  }
  for (const char* always : {"owner", "account_owner"}) out.receivers.emplace(always, Receiver{"", true});
}

void TakeRoute(const OptionValues& route, Settings& out, DiagnosticSink& sink) {
  const OptionValues& repeat = route.Map("repeat_interval");
  const OptionValues& mute = route.Map("mute_time_intervals");
  for (const Severity severity : {Severity::kInfo, Severity::kWarning, Severity::kCritical}) {
    const char* name = ToText(severity);
    out.route.mute_time_intervals[severity] = mute.TextList(name);
    if (!repeat.Given(name)) continue;
    if (const auto every = TakeWord(ReadRepeat, repeat.Text(name), repeat.MarkOf(name), sink)) out.route.repeat_interval[severity] = *every;
  }
}

}  // namespace

absl::Span<const char* const> SettingsKeys() { return kKeys; }

const std::string* TakeTableText(const std::string& name, Mark mark, const TableText& tables, DiagnosticSink& sink) {
  if (!IsTableFile(name) || absl::StrContains(name, '/')) {
    Add(sink, mark, "R606", absl::StrCat("\"", name, "\" is not a table beside this file"), "write the name of a file that ends in .csv, without folders");
    return nullptr;
  }
  const std::string* text = tables(name);
  if (text == nullptr) Add(sink, mark, "R606", absl::StrCat("the table ", name, " was not read"), "put it into the folder of this file");
  return text;
}

std::optional<Table> TakeTable(const std::string& name, Mark mark, const TableText& tables, DiagnosticSink& sink) {
  const std::string* text = TakeTableText(name, mark, tables, sink);
  if (text == nullptr) return std::nullopt;
  absl::StatusOr<Table> table = ReadTable(*text);
  if (!table.ok()) Add(sink, mark, "R606", absl::StrCat("in ", name, ", ", table.status().message()), "save it as CSV with one line for each row");
  return table.ok() ? std::optional<Table>(*std::move(table)) : std::nullopt;
}

void MergeSettings(const char* key, const FileSettings& from, Settings& to) {
  const absl::string_view name = key;
  const Settings& said = from.settings;
  if (name == "currency") to.base_currency = said.base_currency, to.rates = said.rates, to.rates_as_of = said.rates_as_of;
  if (name == "ownership") to.owner_steps = said.owner_steps, to.default_owner = said.default_owner;
  if (name == "calendars") to.calendars = said.calendars;
  if (name == "time_intervals") to.time_intervals = said.time_intervals;
  if (name == "maintenance") to.maintenance = said.maintenance;
  if (name == "inhibit_rules") to.inhibit_rules = said.inhibit_rules;
  if (name == "receivers") to.receivers = said.receivers;
  if (name == "route") to.route = said.route;
}

FileSettings TakeSettings(const YamlNode& root, const OptionValues& file, const TableText& tables, DiagnosticSink& sink) {
  FileSettings out;
  for (const char* key : kKeys)
    if (file.Given(key)) out.said[key] = file.MarkOf(key);
  if (out.Says("currency")) TakeCurrencies(root.Find("currency"), file.Map("currency"), out.settings, sink);
  if (out.Says("ownership")) TakeOwnership(file.MapList("ownership"), tables, out.settings, sink);
  if (out.Says("calendars")) TakeCalendars(file.NamedMaps("calendars"), tables, out, sink);
  if (out.Says("time_intervals")) TakeTimeIntervals(file.MapList("time_intervals"), out.settings, sink);
  if (out.Says("maintenance")) TakeMaintenance(file.MapList("maintenance"), out.settings, sink);
  if (out.Says("inhibit_rules")) TakeInhibitRules(file.MapList("inhibit_rules"), out.settings, sink);
  if (out.Says("receivers")) TakeReceivers(root.Find("receivers"), file.NamedMaps("receivers"), out.settings, sink);
  if (out.Says("route")) TakeRoute(file.Map("route"), out.settings, sink);
  return out;
}

}  // namespace nephoscope
