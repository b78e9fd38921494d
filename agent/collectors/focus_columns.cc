#include "agent/collectors/focus_columns.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/model/tag_label.h"

namespace nephoscope {
namespace {

// The header that shares the most letters at the beginning; for "did you mean".
std::string Closest(const std::vector<CsvField>& header, absl::string_view wanted) {
  std::size_t best = 2;
  std::string out;
  for (const CsvField& field : header) {
    std::size_t same = 0;
    while (same < std::min(field.text.size(), wanted.size()) && absl::ascii_tolower(field.text[same]) == absl::ascii_tolower(wanted[same])) ++same;
    if (same > best) best = same, out = field.text;
  }
  return out;
}

}  // namespace

absl::Status FocusColumns::Find(const std::vector<CsvField>& header) {
  const struct { const char* name; int* column; bool mandatory; } wanted[] = {
      {"BilledCost", &cost[0], true}, {"EffectiveCost", &cost[1], true}, {"ListCost", &cost[2], false}, {"ContractedCost", &cost[3], false},
      {"BillingCurrency", &currency, true}, {"ChargePeriodStart", &period_start, true}, {"ChargePeriodEnd", &period_end, false}, {"ProviderName", &provider, false},
      {"BillingAccountId", &billing_account, false}, {"SubAccountId", &account, false}, {"SubAccountName", &account_name, false}, {"ServiceName", &service, false},
      {"ServiceCategory", &service_category, false}, {"RegionId", &region, false}, {"ChargeCategory", &charge_category, false}, {"Tags", &tags, false},
      {"ResourceId", &resource, false}, {"ResourceName", &resource_name, false}, {"ResourceType", &resource_type, false}, {"CommitmentDiscountId", &commitment, false},
      {"CommitmentDiscountName", &commitment_name, false}, {"CommitmentDiscountType", &commitment_type, false}, {"CommitmentDiscountStatus", &commitment_status, false},
      {"PricingCategory", &pricing_category, false}, {"ConsumedUnit", &consumed_unit, false}, {"ChargeFrequency", &charge_frequency, false},
  };
  for (const auto& one : wanted) {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(header[i].text), one.name)) *one.column = static_cast<int>(i);
    if (*one.column != kMissing || !one.mandatory) continue;
    const std::string closest = Closest(header, one.name);
    return absl::InvalidArgumentError(absl::StrCat("the column ", one.name, " is missing", closest.empty() ? "" : absl::StrCat(" (the nearest is \"", closest.substr(0, 40), "\")"),
                                                   "; is it a FOCUS 1.0 bill with a header row?"));
  }
  return absl::OkStatus();
}

absl::string_view FocusText(const std::vector<CsvField>& row, int column) {
  if (column < 0 || column >= static_cast<int>(row.size())) return {};
  const CsvField& field = row[column];
  const absl::string_view text = absl::StripAsciiWhitespace(field.text);
  return !field.quoted && absl::EqualsIgnoreCase(text, "NULL") ? absl::string_view() : text;
}

absl::StatusOr<absl::Time> FocusTime(absl::string_view text) {
  absl::Time out;
  std::string error;
  for (const char* form : {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%E*S", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d"})
    if (absl::ParseTime(form, text, &out, &error)) return out;
  return absl::InvalidArgumentError(absl::StrCat("\"", text.substr(0, 40), "\" is not a time; expected one such as 2026-01-31 00:00:00 or 2026-01-31T00:00:00Z"));
}

absl::Status FocusTags(absl::string_view json, std::vector<std::pair<std::string, std::string>>& out) {
  if (json.empty() || json == "{}") return absl::OkStatus();
  const nlohmann::json parsed = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!parsed.is_object()) return absl::InvalidArgumentError(absl::StrCat("\"", json.substr(0, 40), "\" is not a JSON object of tags"));
  for (const auto& [key, value] : parsed.items())
    if (value.is_string()) out.emplace_back(key, value.get<std::string>());
  return absl::OkStatus();
}

std::string CommitmentType(absl::string_view billed) {
  static constexpr struct { const char* part; const char* word; } kWords[] = {{"saving", "savings_plan"}, {"reserv", "reserved_instance"}, {"committed", "committed_use_discount"}, {"cud", "committed_use_discount"}};
  const std::string small = absl::AsciiStrToLower(billed);
  for (const auto& one : kWords)
    if (absl::StrContains(small, one.part)) return one.word;
  return TagLabel(billed);
}

}  // namespace nephoscope
