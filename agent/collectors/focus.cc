// focus: reads FOCUS 1.0-1.2 bills (CSV, also gzipped) into daily cost cells. A bill that was written again is read again, and only what
// changed is reported: bills are restated.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/csv.h"
#include "agent/collectors/focus_columns.h"

namespace nephoscope {
namespace {

const Option kOptions[] = {
    {.name = "files", .type = OptionType::kTextList, .sentence = "The bills: paths, * for any text; .gz is unpacked", .example = "[\"bills/*.csv.gz\"]", .required = true},
    {.name = "every", .type = OptionType::kDuration, .sentence = "How often to look for new or changed files", .default_text = "1h", .minimum = 1},
    {.name = "tags", .type = OptionType::kTextList, .sentence = "Tag keys that become labels (spelling of case, - and _ does not matter); each more makes more groups", .default_text = "[department, team, owner, environment, cost_center, application]"},
    {.name = "name", .type = OptionType::kText, .sentence = "What this one is called, where there are two"},
};
const OptionTable kTable = {"focus", "Reads FOCUS bills from CSV files.", kOptions};

constexpr int kRowsPerSlice = 20'000;
constexpr std::size_t kMostGroups = 200'000;  // of labels in one file; beyond it the labels of tags are left out, and that is said
constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kFinalAfter = absl::Hours(72);  // younger days are provisional
constexpr const char* kMetrics[kCosts] = {"cost.billed", "cost.effective", "cost.list", "cost.contracted"};

struct CellKey {
  std::uint32_t group;
  std::int64_t day;  // since the epoch, UTC
  friend bool operator==(const CellKey&, const CellKey&) = default;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

struct Group {
  Labels labels;
  Currency currency;
  friend auto operator<=>(const Group&, const Group&) = default;
};

using Cells = std::map<CellKey, std::array<ExactSum, kCosts>>;

// One file while it is read, and what it said.
struct Bill {
  std::uint64_t size = 0;
  std::int64_t modified_ns = -1;
  std::map<CellKey, std::array<std::int64_t, kCosts>> told;  // micros
  absl::Time newest = absl::InfinitePast();
};

struct Reading {
  std::string path;
  std::unique_ptr<CsvReader> csv;
  FocusColumns columns;
  std::vector<CsvField> row;
  Cells cells;
  absl::Time newest = absl::InfinitePast();  // end of the newest charge period
};

class FocusCollector : public Collector {
 public:
  FocusCollector(const OptionValues& values, FileReader& files)
      : name_(values.Has("name") && !values.Text("name").empty() ? absl::StrCat("focus/", values.Text("name")) : "focus"), every_(values.Duration("every")), patterns_(values.TextList("files")), files_(files) {
    for (const std::string& tag : values.TextList("tags")) tags_.insert(TagLabel(tag));
  }

  const std::string& name() const override { return name_; }
  absl::Duration every() const override { return every_; }
  void Forget() override { bills_.clear(); }

  absl::StatusOr<std::vector<Fetch>> Plan(absl::Time) override {
    std::vector<Fetch> out;
    for (const std::string& pattern : patterns_) {
      const absl::StatusOr<std::vector<FileReader::Found>> found = files_.List(pattern);
      if (!found.ok()) return found.status();
      if (found->empty()) return absl::NotFoundError(absl::StrCat("no file matches ", pattern, "; put the bill there, or correct `files` of the focus collector"));
      for (const FileReader::Found& file : *found) {
        Bill& bill = bills_[file.path];
        if (bill.size == file.size && bill.modified_ns == file.modified_ns) continue;
        bill.size = file.size;
        bill.modified_ns = file.modified_ns;
        out.emplace_back().file = file.path;
      }
    }
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    const std::string& path = fetched.fetch->file;
    absl::StatusOr<Progress> result = fetched.file_status.ok() ? Slice(path, *fetched.stream, sink) : absl::StatusOr<Progress>(fetched.file_status);
    if (result.ok() && *result == Progress::kMore) return result;
    readings_.erase(path);
    if (result.ok()) return result;
    bills_[path].modified_ns = -1;  // looked at again with the next plan
    return absl::Status(result.status().code(), absl::StrCat("cannot read the bill ", path, ": ", result.status().message()));
  }

 private:
  absl::StatusOr<Progress> Slice(const std::string& path, ByteStream& stream, SampleSink& sink) {
    std::unique_ptr<Reading>& reading = readings_[path];
    if (!reading) {
      reading = std::make_unique<Reading>();
      reading->path = path;
      reading->csv = std::make_unique<CsvReader>(stream);
      const absl::StatusOr<bool> header = reading->csv->Next(reading->row);
      if (!header.ok()) return header.status();
      if (!*header) return absl::InvalidArgumentError("the file is empty; expected a header row");
      if (absl::Status status = reading->columns.Find(reading->row); !status.ok()) return status;
    }
    for (int i = 0; i < kRowsPerSlice; ++i) {
      const absl::StatusOr<bool> more = reading->csv->Next(reading->row);
      if (!more.ok()) return more.status();
      if (!*more) {
        Tell(*reading, sink);
        return Progress::kDone;
      }
      if (absl::Status status = Take(*reading); !status.ok())
        sink.Reject(absl::StrCat(path, " row ", reading->csv->row(), " (line ", reading->csv->line(), ")"), status.message());
    }
    return Progress::kMore;
  }

  absl::Status Take(Reading& reading) {
    const FocusColumns& columns = reading.columns;
    const absl::StatusOr<absl::Time> start = FocusTime(FocusText(reading.row, columns.period_start));
    if (!start.ok()) return absl::InvalidArgumentError(absl::StrCat("ChargePeriodStart: ", start.status().message()));
    absl::StatusOr<absl::Time> end = columns.period_end < 0 ? *start + kDay : FocusTime(FocusText(reading.row, columns.period_end));
    if (!end.ok()) return absl::InvalidArgumentError(absl::StrCat("ChargePeriodEnd: ", end.status().message()));
    std::array<ExactSum, kCosts> costs;
    for (int i = 0; i < kCosts; ++i) {
      const absl::string_view text = FocusText(reading.row, columns.cost[i]);
      if (text.empty() && i >= 2) continue;  // ListCost and ContractedCost may be missing
      if (absl::Status status = costs[i].Add(text); !status.ok()) return absl::InvalidArgumentError(absl::StrCat(kNames[i], ": ", status.message()));
    }
    const absl::StatusOr<std::uint32_t> group = GroupOf(reading);
    if (!group.ok()) return group.status();
    const absl::Time day = absl::UnixEpoch() + absl::Floor(*start - absl::UnixEpoch(), kDay);
    std::array<ExactSum, kCosts>& cell = reading.cells[{*group, absl::ToInt64Hours(day - absl::UnixEpoch()) / 24}];
    for (int i = 0; i < kCosts; ++i)
      if (absl::Status status = cell[i].Add(costs[i].ToDecimal()); !status.ok()) return status;
    reading.newest = std::max({reading.newest, *end, day + kDay});
    return absl::OkStatus();
  }

  absl::StatusOr<std::uint32_t> GroupOf(const Reading& reading) {
    const FocusColumns& c = reading.columns;
    const absl::StatusOr<Currency> currency = Currency::Parse(FocusText(reading.row, c.currency));
    if (!currency.ok()) return absl::InvalidArgumentError(absl::StrCat("BillingCurrency: ", currency.status().message()));
    const struct { const char* label; int column; } plain[] = {{"provider", c.provider},   {"billing_account", c.billing_account}, {"account", c.account}, {"account_name", c.account_name},
                                                               {"service", c.service},     {"service_category", c.service_category}, {"region", c.region},  {"charge_category", c.charge_category}};
    std::vector<Label> labels;
    std::vector<std::pair<std::string, std::string>> tags;
    if (absl::Status status = FocusTags(FocusText(reading.row, c.tags), tags); !status.ok()) return absl::InvalidArgumentError(absl::StrCat("Tags: ", status.message()));
    if (groups_.size() < kMostGroups)
      for (auto& [key, value] : tags)
        if (std::string label = TagLabel(key); tags_.count(label) != 0) labels.push_back({std::move(label), value});
    for (const auto& one : plain) labels.push_back({one.label, std::string(FocusText(reading.row, one.column))});
    Group group{Labels(std::move(labels)), *currency};
    const auto [at, is_new] = groups_.emplace(std::move(group), static_cast<std::uint32_t>(group_list_.size()));
    if (is_new) group_list_.push_back(&at->first);
    return at->second;
  }

  void Tell(Reading& reading, SampleSink& sink) {
    Bill& bill = bills_[reading.path];
    bill.newest = reading.newest;
    const SourceId source = sink.Source(name_);
    std::map<CellKey, std::array<std::int64_t, kCosts>> now;
    for (const auto& [key, sums] : reading.cells)
      for (int i = 0; i < kCosts; ++i) now[key][i] = sums[i].micros();
    // A cell whose rows are gone from a file that was written again is worth nothing now.
    for (const auto& [key, micros] : bill.told) now.try_emplace(key);
    for (const auto& [key, micros] : now) {
      const auto told = bill.told.find(key);
      for (int i = 0; i < kCosts; ++i)
        if (told == bill.told.end() || told->second[i] != micros[i]) changed_.insert({key, i});
    }
    for (auto& [key, micros] : now)
      for (int i = 0; i < kCosts; ++i) bill.told[key][i] = micros[i];
    for (const auto& [path, other] : bills_) newest_ = std::max(newest_, other.newest);
    TellChanged(source, sink);
    if (newest_ != absl::InfinitePast()) sink.Watermark(source, newest_);
  }

  // One day of one group may stand in several files: its cell is their sum.
  void TellChanged(SourceId source, SampleSink& sink) {
    for (const auto& [key, cost] : changed_) {
      Money sum;
      for (const auto& [path, bill] : bills_)
        if (const auto at = bill.told.find(key); at != bill.told.end()) sum = sum + Money{at->second[cost], {}};
      Series series;
      series.source = source;
      series.type = ValueType::kMoney;
      series.metric = kMetrics[cost];
      series.currency = group_list_[key.group]->currency;
      series.labels = group_list_[key.group]->labels;
      series.cadence = series.period = kDay;
      Sample sample;
      sample.series = sink.Intern(series);
      const absl::Time day = absl::UnixEpoch() + key.day * kDay;
      sample.time_ms = absl::ToUnixMillis(day);
      sample.flags = day + kFinalAfter > newest_ ? Sample::kProvisional : Sample::kFinal;
      sample.micros = sum.micros;
      sink.Add(sample);
    }
    changed_.clear();
  }

  static constexpr const char* kNames[kCosts] = {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost"};

  std::string name_;
  absl::Duration every_;
  std::vector<std::string> patterns_;
  FileReader& files_;
  std::set<std::string> tags_;
  std::map<std::string, Bill> bills_;
  std::map<std::string, std::unique_ptr<Reading>> readings_;
  std::map<Group, std::uint32_t> groups_;
  std::vector<const Group*> group_list_;
  std::set<std::pair<CellKey, int>> changed_;
  absl::Time newest_ = absl::InfinitePast();
};

absl::StatusOr<std::unique_ptr<Collector>> Make(const OptionValues& values, const CollectorContext& context) {
  return std::make_unique<FocusCollector>(values, *context.files);
}

}  // namespace

extern const CollectorType focus_collector;
const CollectorType focus_collector = {"focus", &kTable, &Make};

}  // namespace nephoscope
