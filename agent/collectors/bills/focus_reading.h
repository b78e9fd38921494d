// FocusReading: the rows of one FOCUS bill become its content, some thousands at a time.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/collectors/text/csv.h"
#include "agent/collectors/bills/focus_cells.h"
#include "agent/collectors/bills/focus_columns.h"
#include "agent/collectors/bills/focus_row.h"

namespace nephoscope {

// State shared by all files of one collector.
struct FocusContext {
  static constexpr std::size_t kMostGroups = 200'000;  // beyond it tags and resources are left out
  static constexpr std::size_t kMostKnown = 400'000;   // rows with the same text in the columns that group

  // The groups that rows with this text belong to.
  struct Known {
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    std::uint32_t group[3] = {kNone, kNone, kNone};  // by BillView
    bool unreadable_tags = false;
  };

  std::set<std::string> tags;                  // that become labels
  bool resources = false, commitments = false;  // some rule looks at them
  absl::Time not_yet = absl::InfiniteFuture();  // a row that begins here or later cannot be true
  BillGroups groups;
  absl::flat_hash_map<std::string, Known> known;
};

class FocusReading {
 public:
  // `context` outlives it; `stream` the calls of Begin and Read.
  FocusReading(std::string path, ByteStream& stream, FocusContext& context);

  // Reads the header. InvalidArgument: what the file is, and the way to FOCUS.
  absl::Status Begin();
  // About `bytes` of it. False: the end. `reject(where, what)` is called for each row that does not count.
  template <typename Reject>
  absl::StatusOr<bool> Read(std::size_t bytes, const Reject& reject) {
    for (const std::uint64_t end = csv_.bytes() + bytes; csv_.bytes() < end;) {
      const absl::StatusOr<bool> more = csv_.Next(row_);
      if (more.ok() && !*more) return false;
      if (!more.ok() && !absl::IsInvalidArgument(more.status())) return more.status();
      ++content_.rows;
      const absl::Status status = more.ok() ? Take() : more.status();
      if (!status.ok()) reject(Where(), Refused(status));
    }
    return true;
  }
  BillContent& content() { return content_; }

 private:
  // A time as it was read the last time; most rows of a bill share a few texts.
  struct KnownTime {
    std::string text;
    absl::Time time;
  };
  static constexpr std::size_t kTimes = 256;

  absl::Status Take();
  absl::StatusOr<absl::Time> TimeOf(absl::string_view text);
  absl::StatusOr<Currency> CurrencyOf(absl::string_view text);
  absl::Status ReadCosts();
  absl::Status Possible(absl::Time start, absl::Time end);
  absl::Status Count(absl::Time start, absl::Time end, const FocusContext::Known& known);
  const FocusContext::Known& GroupsOf(Currency currency, bool term);
  FocusContext::Known MakeGroups(Currency currency, bool term);
  DayRows& RowsOf(const AccountDay& day);
  std::uint64_t MarkOf() const;
  std::string Where() const;
  absl::string_view Refused(const absl::Status& status);

  std::string path_;
  CsvReader csv_;
  FocusContext& context_;
  FocusColumns columns_;
  std::vector<CsvField> row_;
  std::vector<int> grouping_;  // columns that decide about groups
  // The present row: the values that choose its groups, its hash, its costs.
  std::string key_;
  std::size_t key_hash_ = 0;
  std::array<absl::string_view, kCosts> costs_;  // empty: it has none
  std::vector<KnownTime> times_ = std::vector<KnownTime>(kTimes);  // by a hash of the text
  std::string currency_text_;
  Currency currency_;
  absl::flat_hash_map<AccountDay, DayRows*> rows_of_;  // into content_.days
  BillContent content_;
};

}  // namespace nephoscope
