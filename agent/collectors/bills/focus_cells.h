// Amounts of a FOCUS bill, by group of labels and day.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "rules/model/labels.h"
#include "rules/model/money.h"

namespace nephoscope {

inline constexpr int kCosts = 4;  // BilledCost, EffectiveCost, ListCost, ContractedCost

// One reported group of rows.
enum class BillView : std::uint8_t { kBill, kResource, kCommitment };

struct CellKey {
  std::uint32_t group;
  std::int64_t day;  // since the epoch, UTC
  friend bool operator==(const CellKey&, const CellKey&) = default;
  friend auto operator<=>(const CellKey&, const CellKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const CellKey& key) { return H::combine(std::move(h), key.group, key.day); }
};

struct BillGroup {
  BillView view = BillView::kBill;
  bool term = false;  // of charges for a term
  Labels labels;
  Currency currency;
  friend auto operator<=>(const BillGroup&, const BillGroup&) = default;
};

// Groups by number, in the order in which they were first seen. Never forgets one.
class BillGroups {
 public:
  std::uint32_t IdOf(BillGroup group);
  const BillGroup& Get(std::uint32_t id) const { return *groups_[id]; }
  // Provider, billing account and account of a group, as a number.
  std::uint32_t AccountOf(std::uint32_t group) const { return accounts_[group]; }
  const std::string& AccountName(std::uint32_t account) const { return *names_[account]; }
  std::size_t size() const { return groups_.size(); }

 private:
  std::map<BillGroup, std::uint32_t> ids_;
  std::vector<const BillGroup*> groups_;
  std::vector<std::uint32_t> accounts_;  // by group
  std::map<std::string, std::uint32_t> account_ids_;
  std::vector<const std::string*> names_;
};

// The rows of one day of one account in one file. `mark` is the sum of their hashes: the same rows in any order have
// the same mark, within one process.
struct DayRows {
  std::uint32_t rows = 0;
  std::uint32_t use = 0;  // of these: no charges for a term
  std::uint64_t mark = 0;
  friend bool operator==(const DayRows&, const DayRows&) = default;
};
struct AccountDay {
  std::uint32_t account;
  std::int64_t day;
  friend bool operator==(const AccountDay&, const AccountDay&) = default;
  friend auto operator<=>(const AccountDay&, const AccountDay&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const AccountDay& one) { return H::combine(std::move(h), one.account, one.day); }
};
using DaysOfAccounts = std::map<AccountDay, DayRows>;

// Of each commitment the terms it was bought for: when one begins, and when it ends.
using CommitmentTerms = std::map<Labels, std::map<absl::Time, absl::Time>>;

// One file, read to its end.
struct BillContent {
  absl::flat_hash_map<CellKey, std::array<ExactSum, kCosts>> cells;
  CommitmentTerms terms;
  DaysOfAccounts days;
  std::uint64_t rows = 0, refused = 0, untagged = 0;
  std::string refusal, tag_example;  // the first of each, in words
  absl::Time ahead = absl::InfiniteFuture();  // of what was refused as it is not yet: the first
  bool cut = false;                  // ends in the middle of a row
};

}  // namespace nephoscope
