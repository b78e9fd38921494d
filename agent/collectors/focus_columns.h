// The columns of a FOCUS bill that we read, found by name (specification 1.0 to 1.2).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/collectors/csv.h"

namespace nephoscope {

inline constexpr int kCosts = 4;  // BilledCost, EffectiveCost, ListCost, ContractedCost

struct FocusColumns {
  static constexpr int kMissing = -1;
  int cost[kCosts] = {kMissing, kMissing, kMissing, kMissing};
  int currency = kMissing, period_start = kMissing, period_end = kMissing, provider = kMissing, billing_account = kMissing, account = kMissing, account_name = kMissing;
  int service = kMissing, service_category = kMissing, region = kMissing, charge_category = kMissing, tags = kMissing;
  int resource = kMissing, resource_name = kMissing, resource_type = kMissing;
  int commitment = kMissing, commitment_name = kMissing, commitment_type = kMissing, commitment_status = kMissing;
  int pricing_category = kMissing, consumed_unit = kMissing, charge_frequency = kMissing;

  // InvalidArgument names a mandatory column that is missing and what stands there instead.
  absl::Status Find(const std::vector<CsvField>& header);
};

// Empty for NULL and for no such column.
absl::string_view FocusText(const std::vector<CsvField>& row, int column);

// 2024-09-01 00:00:00, 2024-09-01T00:00:00Z, 2024-09-01T00:00:00+02:00, 2024-09-01. InvalidArgument otherwise.
absl::StatusOr<absl::Time> FocusTime(absl::string_view text);

// The pairs of a Tags field: a JSON object of texts. InvalidArgument when it is none.
absl::Status FocusTags(absl::string_view json, std::vector<std::pair<std::string, std::string>>& out);

// FOCUS CommitmentDiscountType as rules say it: savings_plan, reserved_instance, committed_use_discount, or its own words.
std::string CommitmentType(absl::string_view billed);

}  // namespace nephoscope
