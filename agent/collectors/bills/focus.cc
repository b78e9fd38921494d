// focus: reads FOCUS bills (CSV, also gzipped) into daily cost cells. A bill that was written again is read again, and
// only what changed is reported: bills are restated.
//
//   BillFiles      which files are to be read now
//   FocusReading   one file: rows become amounts by group and day
//   BillVersions   which files say the same again
//   FocusFinality  which days are complete
//
// Reports a round once all of its files were read: parts of a bill are never judged alone.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agent/collectors/bills/bill_files.h"
#include "agent/collectors/bills/bill_versions.h"
#include "agent/collectors/collector.h"
#include "agent/collectors/bills/focus_finality.h"
#include "agent/collectors/bills/focus_reading.h"
#include "rules/model/cost_labels.h"
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

constexpr std::size_t kBytesPerSlice = 256 << 10;  // a millisecond or two
constexpr std::size_t kCellsPerSlice = 2'000;      // that are reported
constexpr absl::Duration kDay = absl::Hours(24);
// Which of the four costs of a group is reported, by what name; by BillView.
constexpr const char* kMetrics[][kCosts] = {{"cost.billed", "cost.effective", "cost.list", "cost.contracted"},
                                            {nullptr, kResourceCostMetric, nullptr, nullptr},
                                            {nullptr, kCommitmentEffectiveMetric, kCommitmentListMetric, nullptr}};

// In a bill whose time nobody knows: rows behind a gap of a quarter that are no tenth of those before it.
constexpr std::int64_t kFarDays = 92;
constexpr std::uint64_t kFarShare = 10;

using Amounts = std::array<std::int64_t, kCosts>;  // micros

// The content of one file that counts: its newest version that was believed.
struct Bill {
  bool read = false;
  absl::flat_hash_map<CellKey, Amounts> amounts;
  DaysOfAccounts days;
  std::int64_t first = INT64_MAX, last = INT64_MIN;  // day
  std::uint64_t rows = 0;
  absl::Time ahead = absl::InfiniteFuture();  // the first of its rows that are not yet believed
  std::string trouble;  // of the file as it is now
};

std::uint64_t RowsFrom(const DaysOfAccounts& days, std::int64_t first) {
  std::uint64_t out = 0;
  for (const auto& [key, rows] : days)
    if (key.day >= first) out += rows.rows;
  return out;
}

std::int64_t FirstDay(const DaysOfAccounts& days) {
  std::int64_t out = INT64_MAX;
  for (const auto& [key, rows] : days) out = std::min(out, key.day);
  return out;
}

std::string DayText(std::int64_t day) { return absl::FormatCivilTime(absl::CivilDay(1970, 1, 1) + day); }

class FocusCollector : public Collector {
 public:
  FocusCollector(const OptionValues& values, FileReader& files)
      : name_(values.Has("name") && !values.Text("name").empty() ? absl::StrCat("focus/", values.Text("name")) : "focus"),
        every_(values.Duration("every")), patterns_(values.TextList("files")), reader_(files) {
    for (const std::string& tag : values.TextList("tags")) context_.tags.insert(TagLabel(tag));
  }

  const std::string& name() const override { return name_; }
  absl::Duration every(std::size_t) const override { return files_.waits() ? std::min(every_, BillFiles::kLookAgain) : every_; }
  bool Forget() override {
    bills_.clear(), ends_.clear(), flags_.clear(), replaced_.clear();
    files_.AllAgain();
    if (telling_.has_value()) telling_->over = true;  // the next round tells all of it
    return true;
  }
  void SetRules(const RuleSet& rules) override {
    context_.resources = context_.commitments = false;
    context_.known.clear();
    for (const auto& rule : rules.rules) {
      if (rule->mode == RuleMode::kOff) continue;
      context_.resources = context_.resources || !rule->watch.resources.empty() || !rule->watch.resource_type.empty();
      context_.commitments = context_.commitments || !rule->watch.commitments.empty();
    }
  }

  absl::StatusOr<std::vector<Fetch>> Plan(std::size_t, absl::Time now) override {
    files_.BeginLook();
    if (now >= next_over_) ReadOpenDaysAgain();
    as_of_ = now;
    if (now != absl::InfiniteFuture()) context_.not_yet = GridDown(now, kDay) + 2 * kDay;
    for (const auto& [path, bill] : bills_)
      if (bill.ahead < context_.not_yet) files_.Again(path);
    std::vector<Fetch> out;
    absl::Status missing;
    std::set<std::string> there;
    bool any = false;
    for (const std::string& pattern : patterns_) {
      const absl::StatusOr<std::vector<FileReader::Found>> found = reader_.List(pattern);
      if (!found.ok()) return found.status();
      if (found->empty())
        missing.Update(absl::NotFoundError(
            absl::StrCat("no file matches ", pattern, "; put the bill there, or correct `files` of the focus collector")));
      for (const FileReader::Found& file : *found) {
        any = true;
        there.insert(file.path);
        if (files_.Due(file, now)) out.emplace_back().file = file.path;
      }
    }
    missing_ = missing;
    if (!any) return missing;
    TakeOutGone(there, out);
    unread_ = out.size();
    return out;
  }

  absl::StatusOr<Progress> Decode(Fetched& fetched, SampleSink& sink, std::vector<Fetch>&) override {
    const std::string& path = fetched.fetch->file;
    if (telling_.has_value() && telling_->path == path) return TellOn(sink);
    absl::StatusOr<Progress> result =
        fetched.file_status.ok() ? Slice(path, *fetched.stream, sink) : absl::StatusOr<Progress>(fetched.file_status);
    if (result.ok() && *result == Progress::kMore) return result;
    readings_.erase(path);
    if (!result.ok()) {
      const absl::string_view why = result.status().message();
      const std::string text = absl::StartsWith(why, "cannot read") ? std::string(why) : absl::StrCat("cannot read the bill ", path, ": ", why);
      result = absl::Status(result.status().code(), text);
      bills_[path].trouble = text;
      // Broken bytes stay broken until the file changes; anything else may be better at the next look.
      if (!absl::IsInvalidArgument(result.status()) && !absl::IsDataLoss(result.status())) files_.Again(path);
    }
    if (unread_ > 0) --unread_;
    if (unread_ > 0) return result;
    BeginTelling(path, std::move(result), sink);
    return TellOn(sink);
  }

  absl::Status Health() const override {
    std::string first;
    int more = -1, read = 0;
    std::uint64_t rows = 0;
    for (const auto& [path, bill] : bills_) {
      read += bill.read ? 1 : 0;
      rows += bill.rows;
      if (bill.trouble.empty()) continue;
      if (first.empty()) first = bill.trouble;
      ++more;
    }
    if (more > 0) absl::StrAppend(&first, " (and ", more, more == 1 ? " more file)" : " more files)");
    if (!first.empty()) return absl::FailedPreconditionError(first);
    if (!missing_.ok()) return missing_;
    if (read > 0 && rows == 0) return absl::FailedPreconditionError("the bills have no rows below their headers");
    if (read == 0 && files_.waits()) return absl::UnavailableError("the bills are being written; they are read once they are still");
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<Progress> Slice(const std::string& path, ByteStream& stream, SampleSink& sink) {
    std::unique_ptr<FocusReading>& reading = readings_[path];
    if (!reading) {
      reading = std::make_unique<FocusReading>(path, stream, context_);
      if (absl::Status status = reading->Begin(); !status.ok()) return status;
    }
    const auto reject = [&](const std::string& where, absl::string_view what) { sink.Reject(where, what); };
    const absl::StatusOr<bool> more = reading->Read(kBytesPerSlice, reject);
    if (!more.ok()) return more.status();
    if (context_.groups.size() >= FocusContext::kMostGroups)
      Say(absl::StrCat("more than ", FocusContext::kMostGroups, " groups of labels: beyond these, tags and resources are "
                       "left out; use fewer `tags`, or rules that watch no resources"), sink);
    if (*more) return Progress::kMore;
    if (as_of_ == absl::InfiniteFuture()) LeaveOutFarDays(path, reading->content(), sink);
    if (absl::Status status = Believe(path, reading->content(), sink); !status.ok()) return status;
    return Progress::kDone;
  }

  // Of a bill that is looked at long after its end nobody says when that was: a few rows far behind all others are not believed.
  static void LeaveOutFarDays(const std::string& path, BillContent& content, SampleSink& sink) {
    std::map<std::int64_t, std::uint64_t> days;
    for (const auto& [key, rows] : content.days) days[key.day] += rows.rows;
    std::uint64_t before = 0, all = content.rows - content.refused;
    std::int64_t newest = INT64_MAX;
    for (const auto& [day, rows] : days) {
      if (before > 0 && day - newest > kFarDays && (all - before) * kFarShare <= before) break;
      before += rows;
      newest = day;
    }
    if (before == all) return;
    for (auto at = days.upper_bound(newest); at != days.end(); ++at) {
      const std::string what = absl::StrCat(at->second, at->second == 1 ? " row begins" : " rows begin", " on ", DayText(at->first), ", long after all others (the last on ",
                                            DayText(newest), "): not believed");
      sink.Reject(path, what);
      if (content.refused == 0) content.refusal = what;
      content.refused += at->second;
    }
    absl::erase_if(content.cells, [&](const auto& cell) { return cell.first.day > newest; });
    std::erase_if(content.days, [&](const auto& one) { return one.first.day > newest; });
  }

  // The file is read to its end: it replaces its version before, unless that looks wrong.
  absl::Status Believe(const std::string& path, BillContent& content, SampleSink& sink) {
    Bill& bill = bills_[path];
    bill.trouble.clear();
    bill.ahead = content.ahead;
    if (content.rows > 0 && content.refused == content.rows)
      return absl::InvalidArgumentError(absl::StrCat("not one of its ", content.rows, " rows could be read; ", content.refusal));
    if (content.refused * 2 >= content.rows && content.rows > 0)
      bill.trouble = absl::StrCat(content.refused, " of the ", content.rows, " rows of ", path, " could not be read; ", content.refusal);
    if (content.untagged > 0 && untagged_.insert(path).second)
      sink.Note(absl::StrCat("the tags of ", content.untagged, content.untagged == 1 ? " row" : " rows", " of ", path,
                             " could not be read (", content.tag_example, "); their cost counts, without tags"));
    if (content.cut) bill.trouble = absl::StrCat(path, " ends in the middle of a row, as if it were cut off");
    const std::int64_t first = FirstDay(content.days);
    const std::uint64_t now = content.rows - content.refused, before = RowsFrom(bill.days, content.days.empty() ? INT64_MIN : first);
    if (bill.read && now * 2 < before)
      bill.trouble = absl::StrCat(path, " has ", now, " rows now and had ", before, " for the same days before");
    if (bill.read && (content.cut || now * 2 < before)) {
      absl::StrAppend(&bill.trouble, "; the version that was read before still counts. Is the new one right? Give it another name, or restart the agent");
      return absl::OkStatus();
    }
    Take(bill, content, first);
    return absl::OkStatus();
  }

  // Days before the first of the new version stay as they were: a file that begins anew each month, or that holds the
  // newest 30 days, does not take back what it said before.
  void Take(Bill& bill, BillContent& content, std::int64_t first) {
    absl::flat_hash_map<CellKey, Amounts> now;
    now.reserve(content.cells.size());
    for (const auto& [key, sums] : content.cells)
      for (int i = 0; i < kCosts; ++i) now[key][i] = sums[i].micros();
    for (const auto& [key, amounts] : bill.amounts) {
      if (key.day < first) now.emplace(key, amounts);
      else if (now.find(key) == now.end()) Touch(key, amounts, Amounts{});
    }
    for (const auto& [key, amounts] : now) {
      const auto before = bill.amounts.find(key);
      if (before == bill.amounts.end()) touched_.emplace_back(key, kAllCosts);
      else Touch(key, before->second, amounts);
    }
    for (const auto& [key, rows] : bill.days)
      if (key.day < first) content.days.emplace(key, rows);
    bill.amounts = std::move(now);
    bill.days = std::move(content.days);
    bill.rows = content.rows - content.refused;
    bill.read = true;
    for (const auto& [key, rows] : bill.days) bill.first = std::min(bill.first, key.day), bill.last = std::max(bill.last, key.day);
    for (const auto& [labels, terms] : content.terms)
      for (const auto& [begin, end] : terms) {
        absl::Time& last = new_terms_[labels].emplace(begin, end).first->second;
        last = std::max(last, end);
      }
  }

  void Touch(const CellKey& key, const Amounts& before, const Amounts& now) {
    unsigned mask = 0;
    for (int i = 0; i < kCosts; ++i) mask |= before[i] != now[i] ? 1u << i : 0;
    if (mask != 0) touched_.emplace_back(key, mask);
  }

  // All files of the round were read: what changed is reported, some cells at a time.
  struct Telling {
    std::string path;                // the file that was the last
    absl::StatusOr<Progress> result;  // of reading it
    FocusFinality finality;
    std::size_t at = 0;  // in touched_
    bool over = false;   // bills were forgotten meanwhile
  };

  void BeginTelling(const std::string& path, absl::StatusOr<Progress> result, SampleSink& sink) {
    CompareVersions(sink);
    telling_.emplace(Telling{path, std::move(result), JudgeDays()});
    std::sort(touched_.begin(), touched_.end());
  }

  absl::StatusOr<Progress> TellOn(SampleSink& sink) {
    const SourceId source = sink.Source(name_);
    if (!telling_->over && !TellTouched(*telling_, source, sink)) return Progress::kMore;
    if (!telling_->over) {
      touched_.clear();
      const absl::Time before = std::exchange(newest_, std::max(newest_, telling_->finality.complete()));
      next_over_ = telling_->finality.next_over();
      TellEnds(std::exchange(new_terms_, {}), before, source, sink);
      if (newest_ != absl::InfinitePast()) sink.Watermark(source, newest_);
    }
    absl::StatusOr<Progress> result = std::move(telling_->result);
    telling_.reset();
    return result;
  }

  void CompareVersions(SampleSink& sink) {
    std::vector<BillFile> files;
    for (const auto& [path, bill] : bills_)
      if (bill.read) files.push_back({path, files_.modified_ns(path), &bill.days});
    BillVersions versions = FindVersions(files, context_.groups, decided_);
    for (const std::string& note : versions.notes) Say(note, sink);
    for (const std::string& note : std::exchange(gone_, {})) sink.Note(note);
    for (const auto& [path, bill] : bills_) {
      const std::set<AccountDay>&before = replaced_[path], &now = versions.replaced[path];
      if (before == now) continue;
      for (const auto& [key, amounts] : bill.amounts) {
        const AccountDay day{context_.groups.AccountOf(key.group), key.day};
        if (before.count(day) != now.count(day)) touched_.emplace_back(key, kAllCosts);
      }
    }
    replaced_ = std::move(versions.replaced);
  }

  // Touches the cells of days that are complete now, or not any more.
  FocusFinality JudgeDays() {
    std::map<std::int64_t, std::uint32_t> use, terms;
    for (const auto& [path, bill] : bills_) {
      const std::set<AccountDay>& replaced = replaced_[path];
      for (const auto& [key, rows] : bill.days) {
        if (replaced.count(key) != 0) continue;
        if (rows.use > 0) use[key.day] += rows.use;
        if (rows.use < rows.rows) terms[key.day] += rows.rows - rows.use;
      }
    }
    FocusFinality out(use, terms, as_of_);
    std::set<std::int64_t> turned;
    for (const auto* days : {&use, &terms})
      for (const auto& [day, rows] : *days) {
        const auto [at, first] = flags_.emplace(day, out.Provisional(day));
        if (!first && std::exchange(at->second, out.Provisional(day)) != out.Provisional(day)) turned.insert(day);
      }
    for (const auto& [path, bill] : bills_) {
      if (turned.empty() || bill.last < *turned.begin()) continue;
      for (const auto& [key, amounts] : bill.amounts)
        if (turned.count(key.day) != 0) touched_.emplace_back(key, kAllCosts);
    }
    return out;
  }

  // False: there are more.
  bool TellTouched(Telling& telling, SourceId source, SampleSink& sink) {
    for (std::size_t left = kCellsPerSlice; telling.at < touched_.size(); --left) {
      if (left == 0) return false;
      const CellKey key = touched_[telling.at].first;
      unsigned mask = 0;
      for (; telling.at < touched_.size() && touched_[telling.at].first == key; ++telling.at) mask |= touched_[telling.at].second;
      const Amounts sum = SumOf(key);
      for (int i = 0; i < kCosts; ++i)
        if (mask >> i & 1) TellCell(key, i, sum[i], telling.finality.Provisional(key.day), source, sink);
    }
    return true;
  }

  // One day of one group may stand in several files: its cell is their sum.
  Amounts SumOf(const CellKey& key) {
    Amounts out{};
    const AccountDay day{context_.groups.AccountOf(key.group), key.day};
    for (const auto& [path, bill] : bills_) {
      if (key.day < bill.first || key.day > bill.last) continue;
      const auto found = bill.amounts.find(key);
      if (found == bill.amounts.end() || replaced_[path].count(day) != 0) continue;
      for (int i = 0; i < kCosts; ++i) out[i] = (Money{out[i], {}} + Money{found->second[i], {}}).micros;
    }
    return out;
  }

  void TellCell(const CellKey& key, int cost, std::int64_t micros, bool provisional, SourceId source, SampleSink& sink) {
    const BillGroup& group = context_.groups.Get(key.group);
    const char* const metric = kMetrics[static_cast<int>(group.view)][cost];
    if (metric == nullptr) return;
    Series series;
    series.source = source;
    series.type = ValueType::kMoney;
    series.metric = metric;
    series.currency = group.currency;
    series.labels = group.labels;
    series.period = kDay;
    series.cadence = group.term ? absl::ZeroDuration() : kDay;
    Sample sample;
    sample.series = sink.Intern(series);
    sample.time_ms = absl::ToUnixMillis(absl::UnixEpoch() + key.day * kDay);
    sample.flags = provisional ? Sample::kProvisional : Sample::kFinal;
    sample.micros = micros;
    sink.Add(sample);
  }

  // The money of a file that was deleted goes if another one that is still there has days of it: one of two. Else it is
  // history that was read, and stays.
  void TakeOutGone(const std::set<std::string>& there, std::vector<Fetch>& out) {
    for (auto at = bills_.begin(); at != bills_.end();) {
      const std::string& path = at->first;
      const std::string other = at->second.read && there.count(path) == 0 ? SharesDays(at->second, there) : "";
      if (other.empty()) {
        ++at;
        continue;
      }
      for (const auto& [key, amounts] : at->second.amounts) touched_.emplace_back(key, kAllCosts);
      gone_.push_back(absl::StrCat(path, " is not there any more: its cost does not count now; ", other, " has days of it"));
      files_.Again(path);
      replaced_.erase(path);
      at = bills_.erase(at);
      if (out.empty()) out.emplace_back().file = other;  // so that it is told
    }
  }
  std::string SharesDays(const Bill& bill, const std::set<std::string>& there) const {
    for (const auto& [path, other] : bills_) {
      if (!other.read || there.count(path) == 0) continue;
      for (const auto& [key, rows] : bill.days)
        if (other.days.count(key) != 0) return path;
    }
    return "";
  }

  // The clock has passed the end of a day that was not over when its file was read.
  void ReadOpenDaysAgain() {
    const std::int64_t day = absl::ToInt64Hours(next_over_ - absl::UnixEpoch()) / 24 - 1;
    for (const auto& [path, bill] : bills_)
      if (bill.read && bill.last >= day) files_.Again(path);
    next_over_ = absl::InfiniteFuture();
  }

  // Once in the life of the agent.
  void Say(const std::string& text, SampleSink& sink) {
    if (said_.insert(text).second) sink.Note(text);
  }

  // Reports when commitments end: once, and again when it changes. A term is known from the day on
  // which it begins, so that each day of a bill that is read at once is judged as on that day; where
  // that day has been judged (`before`: the end of what was), from now on.
  void TellEnds(const CommitmentTerms& commitments, absl::Time before, SourceId source,
                SampleSink& sink) {
    for (const auto& [labels, terms] : commitments)
      for (const auto& [begin, end] : terms) {
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
        sample.time_ms = absl::ToUnixMillis(begin >= before ? std::min(begin, newest_) : newest_);
        sample.value = absl::ToDoubleSeconds(end - absl::UnixEpoch());
        sink.Add(sample);
      }
  }

  static constexpr unsigned kAllCosts = (1u << kCosts) - 1;

  const std::string name_;
  const absl::Duration every_;
  const std::vector<std::string> patterns_;
  FileReader& reader_;
  BillFiles files_;
  FocusContext context_;
  std::map<std::string, Bill> bills_;
  std::map<std::string, std::unique_ptr<FocusReading>> readings_;
  std::map<std::string, std::set<AccountDay>> replaced_;   // by path: a newer version says it instead
  DecidedBills decided_;
  std::vector<std::string> gone_;                          // to be said: files that were deleted
  std::vector<std::pair<CellKey, unsigned>> touched_;      // that may have changed, with a bit for each of the costs
  std::map<std::int64_t, bool> flags_;                     // by day: reported as provisional
  std::map<Labels, absl::Time> ends_;                      // of commitments, as reported
  CommitmentTerms new_terms_;
  std::optional<Telling> telling_;
  std::set<std::string> said_, untagged_;
  absl::Status missing_;  // a pattern that matches no file
  std::size_t unread_ = 0;  // files of this round
  absl::Time as_of_ = absl::InfiniteFuture(), newest_ = absl::InfinitePast(), next_over_ = absl::InfiniteFuture();
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
