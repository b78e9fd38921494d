#include "agent/offline/recorded_data.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agent/collectors/bills/focus_columns.h"
#include "agent/collectors/bills/bill_format.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/text/csv.h"
#include "agent/collectors/text/exposition.h"
#include "agent/pipeline/series_table.h"
#include "rules/catalogue/catalogue.h"
#include "rules/language/tables/option_reader.h"
#include "rules/model/cost_labels.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostPoints = 50'000'000, kMostPage = std::size_t{1} << 30, kExamples = 5, kGaps = 200;
constexpr absl::Duration kTick = absl::Hours(1), kDay = absl::Hours(24), kFinalAfter = absl::Hours(72);

// Takes what collectors say; when a point could be known is said apart.
class Recorder : public SampleSink {
 public:
  explicit Recorder(RecordedData& out) : out_(out) {}

  SeriesId Intern(const Series& series) override {
    const SeriesTable::Result found = table_.Intern(series);
    if (found.is_new) out_.input.series.push_back(series), out_.input.series.back().id = found.id;
    return found.id;
  }
  void Add(const Sample& sample) override { AddAt(sample.time() + out_.input.series[sample.series].period, sample); }
  void AddAt(absl::Time arrives, const Sample& sample) {
    if (out_.input.points.size() < kMostPoints) out_.input.points.push_back({arrives, sample});
    full_ = full_ || out_.input.points.size() >= kMostPoints;
  }
  SourceId Source(absl::string_view name) override { return table_.Source(name); }
  void Watermark(SourceId, absl::Time) override {}  // the trial's ticks say it
  void Reject(absl::string_view where, absl::string_view what) override {
    if (++out_.rejected <= kExamples) out_.examples.push_back(absl::StrCat(where, ": ", what));
  }
  void Note(absl::string_view text) override { out_.notes.emplace_back(text); }
  bool full() const { return full_; }

 private:
  RecordedData& out_;
  SeriesTable table_;
  bool full_ = false;
};

enum class Format { kFocus, kCsv, kExposition };

absl::StatusOr<std::string> ReadStart(const std::string& path, FileReader& files) {
  absl::StatusOr<std::unique_ptr<ByteStream>> stream = files.Open(path);
  if (!stream.ok()) return stream.status();
  std::string out(64 * 1024, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const absl::StatusOr<std::size_t> read = (*stream)->Read(out.data() + size, out.size() - size);
    if (!read.ok()) return read.status();
    if (*read == 0) break;
    size += *read;
  }
  out.resize(size);
  return out;
}

absl::StatusOr<Format> FormatOf(const std::string& path, FileReader& files) {
  const absl::StatusOr<std::string> start = ReadStart(path, files);
  if (!start.ok()) return start.status();
  const BillFormat bill = RecogniseBill(*start);
  if (bill.focus) return Format::kFocus;
  const absl::string_view first = absl::StripPrefix(absl::string_view(*start).substr(0, start->find('\n')), "\xEF\xBB\xBF");
  const std::string lower = absl::StrCat(",", absl::AsciiStrToLower(absl::StripAsciiWhitespace(first)), ",");
  // x_metric_value{a="b",c="d"} and # HELP lines are no header of a table.
  const bool text = absl::StartsWith(first, "#") || absl::StrContains(first, '{');
  if (!text && absl::StrContains(first, ',') && absl::StrContains(lower, "metric") && absl::StrContains(lower, "value")) return Format::kCsv;
  if (!bill.problem.empty()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path, ": ", bill.problem));
  if (absl::StartsWith(first, "#") || absl::StrContains(first, '{') || (absl::StrContains(first, ' ') && !absl::StrContains(first, ',')))
    return Format::kExposition;
  return absl::InvalidArgumentError(
      absl::StrCat("cannot read ", path, ": it begins with \"", first.substr(0, 60),
                   "\"; a FOCUS bill, a CSV with the columns time, metric and value, or Prometheus text with times is needed"));
}

absl::Status ReadBills(const std::vector<std::string>& paths, const RuleSet& rules, FileReader& files, Recorder& sink) {
  const CollectorType* type = FindCollector("focus");
  OptionValues values(type->options);
  values.Set("files", {paths, {}, true});
  OptionReader::FillDefaults(*type->options, values);
  const absl::StatusOr<std::unique_ptr<Collector>> collector = type->make(values, {.files = &files});
  if (!collector.ok()) return collector.status();
  (*collector)->SetRules(rules);
  const absl::StatusOr<std::vector<Fetch>> plan = PlanAll(**collector, absl::InfiniteFuture());
  if (!plan.ok()) return plan.status();
  for (const Fetch& fetch : *plan) {
    Fetched fetched;
    fetched.fetch = &fetch;
    absl::StatusOr<std::unique_ptr<ByteStream>> stream = files.Open(fetch.file);
    fetched.file_status = stream.status();
    if (stream.ok()) fetched.stream = std::move(*stream);
    std::vector<Fetch> next;
    absl::StatusOr<Progress> progress = Progress::kMore;
    while (progress.ok() && *progress == Progress::kMore) progress = (*collector)->Decode(fetched, sink, next);
    if (!progress.ok()) return progress.status();
  }
  return absl::OkStatus();
}

// Unix seconds with up to nine decimals, exactly: 1767225600.123 is no binary fraction.
bool ReadUnixSeconds(absl::string_view text, absl::Time& out) {
  constexpr std::int64_t kMost = 100'000'000'000;  // seconds; further away are milliseconds
  constexpr std::size_t kDigits = 9;
  const std::size_t point = std::min(text.find('.'), text.size());
  absl::string_view decimals = text.substr(std::min(point + 1, text.size()));
  std::int64_t whole = 0, nanos = 0;
  if (!absl::SimpleAtoi(text.substr(0, point), &whole) || whole <= -kMost || whole >= kMost) return false;
  if (decimals.find_first_not_of("0123456789") != absl::string_view::npos) return false;
  std::string padded(decimals.substr(0, kDigits));
  padded.resize(kDigits, '0');
  if (!absl::SimpleAtoi(padded, &nanos)) return false;
  const bool negative = absl::StartsWith(text, "-");
  out = absl::FromUnixSeconds(whole) + absl::Nanoseconds(negative ? -nanos : nanos);
  return true;
}

// RFC 3339, a plain date, or Unix seconds.
bool ReadTime(absl::string_view text, absl::Time& out) {
  double seconds = 0;
  if (ReadUnixSeconds(text, out)) return true;
  if (absl::SimpleAtod(text, &seconds) && seconds > -1e11 && seconds < 1e11) return out = absl::UnixEpoch() + absl::Seconds(seconds), true;
  std::string ignored;
  return absl::ParseTime(absl::RFC3339_full, text, &out, &ignored) || absl::ParseTime("%Y-%m-%d %H:%M:%S", text, &out, &ignored) ||
         absl::ParseTime("%Y-%m-%d", text, &out, &ignored);
}

class CsvFile {
 public:
  CsvFile(const std::string& path, Currency base, Recorder& sink) : path_(path), base_(base), sink_(sink), source_(sink.Source(path)), costs_(sink.Source(absl::StrCat(path, " (costs)"))) {}

  absl::Status Read(FileReader& files) {
    absl::StatusOr<std::unique_ptr<ByteStream>> stream = files.Open(path_);
    if (!stream.ok()) return stream.status();
    CsvReader csv(**stream);
    std::vector<CsvField> row;
    if (absl::StatusOr<bool> first = csv.Next(row); !first.ok() || !*first)
      return first.ok() ? absl::InvalidArgumentError(absl::StrCat(path_, " is empty")) : first.status();
    if (absl::Status status = Header(row); !status.ok()) return status;
    for (;;) {
      const absl::StatusOr<bool> more = csv.Next(row);
      if (more.ok() && !*more) return absl::OkStatus();
      const absl::Status status = more.ok() ? Row(row) : more.status();
      if (!status.ok() && !absl::IsInvalidArgument(status)) return status;
      if (!status.ok()) sink_.Reject(absl::StrCat(path_, " row ", csv.row()), status.message());
      if (sink_.full()) return absl::OkStatus();
    }
  }

 private:
  absl::Status Header(const std::vector<CsvField>& row) {
    for (const CsvField& field : row) {
      names_.push_back(std::string(FocusTrim(field.text)));
      // Of our own columns, Time is time; those of labels stay as they are.
      for (const char* own : {"time", "arrived", "metric", "value", "unit"})
        if (absl::EqualsIgnoreCase(names_.back(), own)) names_.back() = own;
    }
    for (auto name = names_.begin(); name != names_.end(); ++name)
      if (std::find(names_.begin(), name, *name) != name)
        return absl::InvalidArgumentError(absl::StrCat(path_, " has two columns \"", *name, "\"; take one of them out"));
    for (const char* needed : {"time", "metric", "value"})
      if (std::find(names_.begin(), names_.end(), needed) == names_.end())
        return absl::InvalidArgumentError(
            absl::StrCat(path_, " has no column \"", needed, "\"; its columns are: ", absl::StrJoin(names_, ", ")));
    return absl::OkStatus();
  }

  absl::Status Row(const std::vector<CsvField>& row) {
    if (row.size() != names_.size())
      return absl::InvalidArgumentError(absl::StrCat("it has ", row.size(), " fields, the header ", names_.size()));
    Series series;
    std::string value;
    absl::Time time, arrived = absl::InfinitePast();
    std::vector<Label> labels;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const absl::string_view text = FocusTrim(row[i].text);
      if (names_[i] == "time" && !ReadTime(text, time))
        return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a time; 2026-01-05T09:00:00Z or Unix seconds are expected"));
      if (names_[i] == "arrived" && !text.empty() && !ReadTime(text, arrived))
        return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a time of arrival"));
      if (names_[i] == "metric") series.metric = std::string(text);
      if (names_[i] == "value") value = std::string(text);
      if (names_[i] == "unit") series.unit = std::string(text);
      if (names_[i] != "time" && names_[i] != "arrived" && names_[i] != "metric" && names_[i] != "value" && names_[i] != "unit")
        labels.push_back({names_[i], std::string(text)});
    }
    if (series.metric.empty()) return absl::InvalidArgumentError("it names no metric");
    series.labels = Labels(std::move(labels));
    return Take(series, value, time, arrived);
  }

  absl::Status Take(Series& series, const std::string& value, absl::Time time, absl::Time arrived) {
    Sample sample;
    sample.time_ms = absl::ToUnixMillis(time);
    series.source = absl::StartsWith(series.metric, "cost.") ? costs_ : source_;
    if (absl::StartsWith(series.metric, "cost.")) {
      const absl::StatusOr<Currency> currency = series.unit.empty() ? base_ : Currency::Parse(series.unit);
      if (!currency.ok()) return absl::InvalidArgumentError(absl::StrCat("unit: ", currency.status().message()));
      const absl::StatusOr<Money> money = Money::Parse(value, *currency);
      if (!money.ok()) return absl::InvalidArgumentError(money.status().message());
      series.type = ValueType::kMoney;
      series.currency = *currency;
      series.cadence = series.period = kDay;
      series.unit.clear();
      sample.micros = money->micros;
    } else if (!absl::SimpleAtod(value, &sample.value)) {
      return absl::InvalidArgumentError(absl::StrCat("\"", value, "\" is not a number"));
    }
    sample.series = sink_.Intern(series);
    sink_.AddAt(arrived == absl::InfinitePast() ? time + series.period : std::max(arrived, time), sample);
    return absl::OkStatus();
  }

  const std::string& path_;
  const Currency base_;
  Recorder& sink_;
  const SourceId source_, costs_;  // a bill says nothing of how far metrics reach
  std::vector<std::string> names_;
};

absl::Status ReadPage(const std::string& path, FileReader& files, Recorder& sink) {
  absl::StatusOr<std::unique_ptr<ByteStream>> stream = files.Open(path);
  if (!stream.ok()) return stream.status();
  std::string page;
  for (std::string block(1 << 16, '\0');;) {
    const absl::StatusOr<std::size_t> read = (*stream)->Read(block.data(), block.size());
    if (!read.ok()) return read.status();
    if (*read == 0) break;
    page.append(block, 0, *read);
    if (page.size() > kMostPage)
      return absl::ResourceExhaustedError(absl::StrCat(path, " is larger than 1 GiB; cut it into several files"));
  }
  const bool openmetrics = absl::EndsWith(absl::StripTrailingAsciiWhitespace(page), "# EOF");
  const SourceId source = sink.Source(path);
  std::map<std::string, SeriesId, std::less<>> ids;
  const absl::Status status = ReadExposition(page, openmetrics, [&](const ExpositionLine& line) {
    if (!line.has_time) return sink.Reject(absl::StrCat(path, ": ", line.series), "it has no time; every line needs one behind its value");
    auto known = ids.find(std::string(line.series));
    if (known == ids.end()) {
      SeriesText text;
      if (const absl::Status wrong = ParseSeriesText(line.series, text); !wrong.ok()) return sink.Reject(path, wrong.message());
      Series series;
      series.source = source;
      series.metric = text.name;
      std::vector<Label> labels;
      for (const auto& [name, value] : text.labels) labels.push_back({name, value});
      series.labels = Labels(std::move(labels));
      known = ids.emplace(std::string(line.series), sink.Intern(series)).first;
    }
    Sample sample;
    sample.series = known->second;
    sample.time_ms = line.time_ms;
    sample.value = line.value;
    sink.Add(sample);
  });
  return status.ok() ? status : absl::Status(status.code(), absl::StrCat("cannot read ", path, ": ", status.message()));
}

// What was known of costs when (rules.md 2.4): a cell arrives as provisional and is final once a day three days later
// has arrived, for which it comes again.
class Finality {
 public:
  // `bills`: whose cells came once each, marked by the collector as of the end.
  Finality(TrialInput& input, const SourceId* bills) : input_(input), bills_(bills) {}

  void Mark() {
    for (const TrialPoint& point : input_.points) {
      if (!IsCost(point)) continue;
      auto& days = known_[Of(point).source][Of(point).labels.Get(kChargePeriodLabel) != kTermCharge];
      const absl::Time over = std::max(point.arrives, point.sample.time() + kDay);
      absl::Time& known = days.emplace(point.sample.time(), over).first->second;
      known = std::min(known, over);
    }
    for (auto& [source, of_terms] : known_)
      for (auto& [daily, days] : of_terms) FromLater(days);
    const std::size_t count = input_.points.size();
    for (std::size_t i = 0; i < count; ++i)
      if (IsCost(input_.points[i])) MarkOne(i);
    for (const auto& [cell, one] : newest_) input_.points.push_back(one.second);
  }

 private:
  using Days = std::map<absl::Time, absl::Time>;  // day -> when it, or a later one, was known

  const Series& Of(const TrialPoint& point) const { return input_.series[point.sample.series]; }
  bool IsCost(const TrialPoint& point) const { return Of(point).type == ValueType::kMoney; }

  static void FromLater(Days& days) {
    absl::Time known = absl::InfiniteFuture();
    for (auto day = days.rbegin(); day != days.rend(); ++day) known = day->second = std::min(known, day->second);
  }

  absl::Time FinalAt(const TrialPoint& point) const {
    const auto& of_terms = known_.at(Of(point).source);
    const Days& days = of_terms.count(true) != 0 ? of_terms.at(true) : of_terms.begin()->second;
    const auto later = days.lower_bound(point.sample.time() + kFinalAfter);
    return later == days.end() ? absl::InfiniteFuture() : later->second;
  }

  void MarkOne(std::size_t i) {
    TrialPoint& point = input_.points[i];
    const bool of_bill = bills_ != nullptr && Of(point).source == *bills_;
    if (of_bill && point.sample.provisional()) return;  // it never was final
    TrialPoint final_one = point;
    final_one.arrives = FinalAt(point);
    if (final_one.arrives <= point.arrives) return;
    point.sample.flags |= Sample::kProvisional;
    if (final_one.arrives == absl::InfiniteFuture()) return;
    if (of_bill) input_.points.push_back(final_one);
    else KeepNewest(point.arrives, final_one);
  }

  // Of the versions that came before it was final.
  void KeepNewest(absl::Time arrived, const TrialPoint& final_one) {
    const auto [at, first] = newest_.try_emplace({final_one.sample.series, final_one.sample.time_ms}, arrived, final_one);
    if (!first && at->second.first <= arrived) at->second = {arrived, final_one};
  }

  TrialInput& input_;
  const SourceId* bills_;
  std::map<SourceId, std::map<bool, Days>> known_;  // by source; true: of daily costs, false: of charges for a term
  // By series and time: when the version came that became final, and that version.
  std::map<std::pair<SeriesId, std::int64_t>, std::pair<absl::Time, TrialPoint>> newest_;
};

// The times of the first points of a series, whatever the order in which they stand in the file.
class FirstTimes {
 public:
  void Add(std::int64_t time_ms) {
    if (times_.size() == kGaps + 1) {
      if (time_ms >= times_.front()) return;
      std::pop_heap(times_.begin(), times_.end());
      times_.pop_back();
    }
    times_.push_back(time_ms);
    std::push_heap(times_.begin(), times_.end());
  }

  // The middle one of the gaps between them; zero: there is none.
  absl::Duration Rhythm() {
    std::sort(times_.begin(), times_.end());
    times_.erase(std::unique(times_.begin(), times_.end()), times_.end());
    std::vector<std::int64_t> gaps;
    for (std::size_t i = 1; i < times_.size(); ++i) gaps.push_back(times_[i] - times_[i - 1]);
    if (gaps.empty()) return absl::ZeroDuration();
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return absl::Milliseconds(*middle);
  }

 private:
  std::vector<std::int64_t> times_;  // a heap, the newest on top
};

// The rhythm of a metric: the catalogue's, unless the points are further apart (a metric of a minute, read every five), else that of its first points.
// How far apart the points of a metric are that is silent when it is zero says how often something happened, not how often it is read.
void SetCadences(TrialInput& input) {
  std::vector<FirstTimes> times(input.series.size());
  for (const TrialPoint& point : input.points) times[point.sample.series].Add(point.sample.time_ms);
  for (std::size_t i = 0; i < input.series.size(); ++i) {
    Series& series = input.series[i];
    if (series.cadence > absl::ZeroDuration()) continue;
    if (series.labels.Get(kChargePeriodLabel) == kTermCharge) continue;  // has none
    if (const CatalogueMetric* known = FindMetric(series.metric); known != nullptr) {
      const bool as_known = known->silent_when_zero && known->cadence > absl::ZeroDuration();
      series.cadence = as_known ? known->cadence : std::max(known->cadence, times[i].Rhythm());
      if (series.unit.empty()) series.unit = known->unit;
    } else {
      series.cadence = times[i].Rhythm();
    }
  }
}

}  // namespace

absl::StatusOr<RecordedData> ReadRecordedData(const std::vector<std::string>& paths, const RuleSet& rules, FileReader& files) {
  RecordedData out;
  Recorder sink(out);
  std::vector<std::string> bills;
  for (const std::string& path : paths) {
    const absl::StatusOr<Format> format = FormatOf(path, files);
    if (!format.ok()) return format.status();
    absl::Status status;
    if (*format == Format::kFocus) bills.push_back(path);
    if (*format == Format::kCsv) status = CsvFile(path, rules.settings.base_currency, sink).Read(files);
    if (*format == Format::kExposition) status = ReadPage(path, files, sink);
    if (!status.ok()) return status;
  }
  if (!bills.empty())
    if (absl::Status status = ReadBills(bills, rules, files, sink); !status.ok()) return status;
  if (sink.full())
    return absl::ResourceExhaustedError(absl::StrCat("the data have more than ", kMostPoints, " points; take fewer days or fewer series"));
  if (out.input.points.empty())
    return absl::InvalidArgumentError(
        absl::StrCat("there is not one point in the data", out.examples.empty() ? "" : absl::StrCat("; ", out.examples[0])));
  SetCadences(out.input);
  SourceId source_of_bills = 0;
  if (!bills.empty()) source_of_bills = sink.Source("focus");
  Finality(out.input, bills.empty() ? nullptr : &source_of_bills).Mark();
  for (const TrialPoint& point : out.input.points)
    out.begin = std::min(out.begin, point.arrives), out.end = std::max(out.end, point.arrives);
  for (absl::Time at = out.begin; at < out.end; at += kTick) out.input.ticks.push_back(at);
  return out;
}

}  // namespace nephoscope
