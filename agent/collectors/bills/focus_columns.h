// The columns of a FOCUS bill that we read, found by name (specification 1.0 to 1.3, and names of the previews of 1.0).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/collectors/text/csv.h"

namespace nephoscope {

struct FocusColumns {
  static constexpr int kMissing = -1;
  int billed = kMissing, effective = kMissing, list = kMissing, contracted = kMissing, currency = kMissing;
  int period_start = kMissing, period_end = kMissing, provider = kMissing, service_provider = kMissing;
  int billing_account = kMissing, account = kMissing, account_name = kMissing;
  int service = kMissing, service_category = kMissing, region = kMissing, charge_category = kMissing, tags = kMissing;
  int resource = kMissing, resource_name = kMissing, resource_type = kMissing;
  int commitment = kMissing, commitment_name = kMissing, commitment_type = kMissing, commitment_status = kMissing;
  int pricing_category = kMissing, consumed_unit = kMissing, charge_frequency = kMissing;
  int sku = kMissing, description = kMissing;
  int count = 0;  // of all columns

  // Of BilledCost, EffectiveCost, ListCost, ContractedCost.
  int Cost(int i) const { return i == 0 ? billed : i == 1 ? effective : i == 2 ? list : contracted; }

  // Names are compared as ColumnKey. InvalidArgument names a mandatory column that is missing and what stands there
  // instead.
  absl::Status Find(const std::vector<CsvField>& header);
};

// Without blanks and invisible characters (no-break space, zero-width space) at both ends.
absl::string_view FocusTrimmed(absl::string_view text);
inline absl::string_view FocusTrim(absl::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7F; };  // most texts begin and end so: nothing to look for
  return text.empty() || (plain(text.front()) && plain(text.back())) ? text : FocusTrimmed(text);
}

// Trimmed. Empty for NULL and for no such column.
inline absl::string_view FocusText(const std::vector<CsvField>& row, int column) {
  if (column < 0 || column >= static_cast<int>(row.size())) return {};
  const CsvField& field = row[column];
  const absl::string_view text = FocusTrim(field.text);
  return text.size() == 4 && !field.quoted && absl::EqualsIgnoreCase(text, "NULL") ? absl::string_view() : text;
}

using FocusTagList = std::vector<std::pair<std::string, std::string>>;

// Appends the pairs of a Tags field: a JSON object, or a list of {key, value}; a number or a truth is taken as its text.
// False: something of it could not be read; the rest is there.
bool FocusTags(absl::string_view json, FocusTagList& out);

// FOCUS CommitmentDiscountType as rules say it: savings_plan, reserved_instance, committed_use_discount, or its own words.
std::string CommitmentType(absl::string_view billed);

}  // namespace nephoscope
