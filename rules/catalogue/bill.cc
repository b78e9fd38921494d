// What bills say, in the columns of the FOCUS standard (focus.finops.org, 1.0).
#include "rules/catalogue/tables.h"

namespace nephoscope {
namespace {

constexpr int kDay = 86400;

constexpr MetricRow kCost[] = {
    {"billed", "BilledCost", "sum", "money", "What is on the invoice; commitments count on the day they are bought."},
    {"effective", "EffectiveCost", "sum", "money", "What use has cost, with commitments spread over their term."},
    {"list", "ListCost", "sum", "money", "What it would cost at list prices, without any discount."},
    {"contracted", "ContractedCost", "sum", "money", "What it would cost at the prices of the contract, without commitments."},
};

constexpr MetricService kServices[] = {
    {"cost", "The bill", "FOCUS", "provider,billing_account,account,account_name,service,service_category,region,charge_category,charge_period", kDay, kCost},
};

}  // namespace

absl::Span<const MetricService> BillServices() { return kServices; }

}  // namespace nephoscope
