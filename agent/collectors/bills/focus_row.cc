#include "agent/collectors/bills/focus_row.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/catalogue/resources.h"
#include "rules/model/cost_labels.h"
#include "rules/model/resource_key.h"
#include "rules/model/tag_label.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kLongCharge = absl::Hours(24 * 300);  // a charge for so long is for a term

constexpr absl::Duration kLongestDay = absl::Hours(25);         // of a local day

void AddTags(const std::set<std::string>& wanted, const FocusTagList& tags, std::vector<Label>& out) {
  if (wanted.empty()) return;
  for (const auto& [key, value] : tags)
    if (std::string label = TagLabel(key); wanted.count(label) != 0) out.push_back({std::move(label), value});
}

bool Is(absl::string_view text, absl::string_view word) { return absl::EqualsIgnoreCase(text, word); }

// FOCUS 1.0 says Standard; previews of it said On-Demand.
bool IsStandard(absl::string_view pricing) { return pricing.empty() || Is(pricing, "Standard") || Is(pricing, "On-Demand"); }

bool IsTime(absl::string_view unit) {
  const std::string small = absl::AsciiStrToLower(unit);
  if (absl::StrContains(small, "lcu")) return false;  // load balancers' own measure
  for (const char* word : {"hour", "hrs", "second", "vcpu", "ocpu"})
    if (absl::StrContains(small, word)) return true;
  return small.empty();
}

}  // namespace

void FocusRow::AddPlain(std::vector<Label>& out) const {
  const struct { const char* label; int column; } plain[] = {{"billing_account", columns.billing_account}, {"account", columns.account},
                                                             {"account_name", columns.account_name}, {"service", columns.service}, {"region", columns.region}};
  out.push_back({"provider", std::string(provider())});
  for (const auto& one : plain) out.push_back({one.label, std::string(Text(one.column))});
}

Labels FocusRow::BillLabels(const std::set<std::string>& wanted, const FocusTagList& tags, bool term) const {
  std::vector<Label> labels;
  AddTags(wanted, tags, labels);
  AddPlain(labels);
  labels.push_back({"service_category", std::string(Text(columns.service_category))});
  labels.push_back({"charge_category", std::string(Text(columns.charge_category))});
  if (term) labels.push_back({kChargePeriodLabel, kTermCharge});
  return Labels(std::move(labels));
}

Labels FocusRow::ResourceLabels(bool crowded, const std::set<std::string>& wanted, const FocusTagList& tags,
                               bool term) const {
  std::vector<Label> labels;
  const absl::string_view id = Text(columns.resource), category = Text(columns.charge_category);
  const bool use = (category.empty() || Is(category, "Usage")) && !Is(Text(columns.commitment_status), "Unused");
  if (!crowded && use && !id.empty()) {
    for (const auto& [key, value] : tags) labels.push_back({absl::StrCat(kTagPrefix, FocusTrim(key)), value});
    AddTags(wanted, tags, labels);
    labels.push_back({"resource_id", std::string(id)});
    labels.push_back({"resource_name", std::string(Text(columns.resource_name))});
    labels.push_back({"resource_type", ResourceTypeOf(provider(), id, Text(columns.resource_type))});
  }
  AddPlain(labels);
  if (term) labels.push_back({kChargePeriodLabel, kTermCharge});
  return Labels(std::move(labels));
}

absl::string_view FocusRow::Status() const {
  if (const absl::string_view category = Text(columns.charge_category); !category.empty() && !Is(category, "Usage")) return "";
  if (!Text(columns.commitment).empty()) return Is(Text(columns.commitment_status), "Unused") ? "unused" : "used";
  const absl::string_view service = Text(columns.service_category);
  const bool eligible = (Is(service, "Compute") || Is(service, "Databases")) && IsStandard(Text(columns.pricing_category)) && IsTime(Text(columns.consumed_unit));
  return eligible ? "on_demand" : "";
}

bool FocusRow::IsCommitment() const { return !Status().empty(); }

bool FocusRow::EndsCommitment(absl::Duration period) const {
  return !Text(columns.commitment).empty() && Is(Text(columns.charge_category), "Purchase") && (Is(Text(columns.charge_frequency), "One-Time") || period >= kLongCharge);
}

bool FocusRow::IsForTerm(absl::Duration period) const {
  return period > kLongestDay || Is(Text(columns.charge_frequency), "One-Time");
}

Labels FocusRow::CommitmentLabels() const {
  std::vector<Label> labels;
  AddPlain(labels);
  labels.push_back({"commitment_discount_status", std::string(Status())});
  if (!Text(columns.commitment).empty()) {
    labels.push_back({"commitment_discount_id", std::string(Text(columns.commitment))});
    labels.push_back({"commitment_discount_name", std::string(Text(columns.commitment_name))});
    labels.push_back({"commitment_discount_type", CommitmentType(Text(columns.commitment_type))});
  }
  return Labels(std::move(labels));
}

}  // namespace nephoscope
