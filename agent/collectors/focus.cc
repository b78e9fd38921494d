// focus: reads FOCUS 1.0-1.2 bills (CSV, also gzipped) into daily cost cells. A bill that was written again is read again, and only what
// changed is reported: bills are restated.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/csv.h"
#include "agent/collectors/focus_columns.h"
#include "agent/collectors/focus_row.h"
#include "rules/model/grid.h"
#include "rules/model/resource_key.h"
#include "rules/model/tag_label.h"

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
constexpr absl::Duration kLongestWait = absl::Hours(24 * 31);  // a charge for years ahead does not make the bill complete until then
constexpr absl::Duration kFinalAfter = absl::Hours(72);  // younger days are provisional
// What a group of rows is reported as; which of the four costs of it, by what name.
enum View { kBill, kResource, kCommitment };
constexpr const char* kMetrics[][kCosts] = {{"cost.billed", "cost.effective", "cost.list", "cost.contracted"},
                                            {nullptr, kResourceCostMetric, nullptr, nullptr},
                                            {nullptr, kCommitmentEffectiveMetric, kCommitmentListMetric, nullptr}};

struct CellKey {
  std::uint32_t group;
  std::int64_t day;  // since the epoch, UTC
  friend bool operator==(const CellKey&, const CellKey&) = default;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

struct Group {
  View view = kBill;
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
  std::map<Labels, absl::Time> ends;         // of commitments
  absl::Time newest = absl::InfinitePast();  // end of the newest charge period
  bool crowded = false;                      // said that there are too many groups
};

class FocusCollector : public Collector {
 public:
  FocusCollector(const OptionValues& values, FileReader& files)
      : name_(values.Has("name") && !values.Text("name").empty() ? absl::StrCat("focus/", values.Text("name")) : "focus"), every_(values.Duration("every")), patterns_(values.TextList("files")), files_(files) {
    for (const std::string& tag : values.TextList("tags")) tags_.insert(TagLabel(tag));
  }

  const std::string& name() const override { return name_; }
  absl::Duration every() const override { return every_; }
  void Forget() override { bills_.clear(), ends_.clear(); }
  void SetRules(const RuleSet& rules) override {
    resources_ = commitments_ = false;
    for (const auto& rule : rules.rules) {
      if (rule->mode == RuleMode::kOff) continue;
      resources_ = resources_ || !rule->watch.resources.empty() || !rule->watch.resource_type.empty();
      commitments_ = commitments_ || !rule->watch.commitments.empty();
    }
  }

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
      const absl::Status status = Take(*reading);
      if (groups_.size() >= kMostGroups && !std::exchange(reading->crowded, true))
        sink.Reject(path, absl::StrCat("more than ", kMostGroups, " groups of labels: beyond these, tags and resources are left out; use fewer `tags`, or rules that watch no resources"));
      if (!status.ok())
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
    const absl::StatusOr<Currency> currency = Currency::Parse(FocusText(reading.row, columns.currency));
    if (!currency.ok()) return absl::InvalidArgumentError(absl::StrCat("BillingCurrency: ", currency.status().message()));
    const FocusRow row{columns, reading.row};
    std::vector<std::pair<std::string, std::string>> tags;
    if (absl::Status status = FocusTags(row.Text(columns.tags), tags); !status.ok()) return absl::InvalidArgumentError(absl::StrCat("Tags: ", status.message()));
    const absl::Time day = GridDown(*start, kDay);
    const auto add = [&](View view, Labels labels) {
      std::array<ExactSum, kCosts>& cell = reading.cells[{GroupOf({view, std::move(labels), *currency}), absl::ToInt64Hours(day - absl::UnixEpoch()) / 24}];
      absl::Status status;
      for (int i = 0; i < kCosts; ++i)
        if (kMetrics[view][i] != nullptr) status.Update(cell[i].Add(costs[i].ToDecimal()));
      return status;
    };
    const bool crowded = groups_.size() >= kMostGroups;
    absl::Status status = add(kBill, row.BillLabels(crowded ? kNoTags : tags_, tags));
    if (resources_) status.Update(add(kResource, row.ResourceLabels(crowded, crowded ? kNoTags : tags_, tags)));
    if (commitments_ && row.IsCommitment()) status.Update(add(kCommitment, row.CommitmentLabels()));
    if (commitments_ && row.EndsCommitment(*end - *start)) {
      absl::Time& last = reading.ends.emplace(row.CommitmentLabels(), *end).first->second;
      last = std::max(last, *end);
    }
    reading.newest = std::max({reading.newest, std::min(*end, day + kLongestWait), day + kDay});
    return status;
  }

  std::uint32_t GroupOf(Group group) {
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
        if (kMetrics[group_list_[key.group]->view][i] != nullptr && (told == bill.told.end() || told->second[i] != micros[i])) changed_.insert({key, i});
    }
    for (auto& [key, micros] : now)
      for (int i = 0; i < kCosts; ++i) bill.told[key][i] = micros[i];
    for (const auto& [path, other] : bills_) newest_ = std::max(newest_, other.newest);
    TellChanged(source, sink);
    TellEnds(reading.ends, source, sink);
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
      series.metric = kMetrics[group_list_[key.group]->view][cost];
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

  // When commitments end: said once, and again when it changes.
  void TellEnds(const std::map<Labels, absl::Time>& ends, SourceId source, SampleSink& sink) {
    for (const auto& [labels, end] : ends) {
      const auto [at, is_new] = ends_.emplace(labels, end);
      if (!is_new && at->second >= end) continue;
      at->second = end;
      Series series;
      series.source = source;
      series.metric = kCommitmentEndMetric;
      series.unit = "s";
      series.labels = labels;
      Sample sample;
      sample.series = sink.Intern(series);
      sample.time_ms = absl::ToUnixMillis(newest_);
      sample.value = absl::ToDoubleSeconds(end - absl::UnixEpoch());
      sink.Add(sample);
    }
  }

  static constexpr const char* kNames[kCosts] = {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost"};

  std::string name_;
  absl::Duration every_;
  std::vector<std::string> patterns_;
  FileReader& files_;
  std::set<std::string> tags_;
  const std::set<std::string> kNoTags;
  bool resources_ = false, commitments_ = false;  // some rule looks at them
  std::map<Labels, absl::Time> ends_;
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

bool Brings(const OptionValues&, absl::string_view metric) {
  return absl::StartsWith(metric, "cost.") || metric == kResourceCostMetric || absl::StartsWith(metric, kCommitmentPrefix);
}

}  // namespace

extern const CollectorType focus_collector;
const CollectorType focus_collector = {"focus", &kTable, &Make, &Brings};

}  // namespace nephoscope
