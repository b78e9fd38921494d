// What a bill and a metric call the same resource by.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// The short name of a resource: the last part of an ARN, of a path or of a URL, in small letters: "arn:aws:ec2:eu-west-1:1111:instance/i-0A1"
// and "i-0a1" are both "i-0a1". Names of Azure are unique in their resource group only, which stays in front: "shop/web1". Empty: no name.
std::string ResourceKey(absl::string_view id);
// The same of a metric's label; `resource_group` where the series has one.
std::string ResourceKey(absl::string_view name, absl::string_view resource_group);

// The label of alerts of which there is one for each resource.
inline constexpr char kResourceLabel[] = "resource";

// The cost of single resources: one series for each, with the labels resource_id, resource_name, resource_type, those of `cost`, and each tag
// as it is spelt ("tag.Owner"). Collectors report it where a rule looks at resources.
inline constexpr char kResourceCostMetric[] = "resource.cost";
inline constexpr char kTagPrefix[] = "tag.";

// What commitments (reservations, savings plans) cost and cover; likewise reported where a rule looks at them. Labels: provider, accounts,
// service, region, commitment_discount_id, commitment_discount_name, commitment_discount_type, and commitment_discount_status: used, unused,
// or on_demand for use that could have been covered and was not (without the other three).
inline constexpr char kCommitmentPrefix[] = "commitment.";
inline constexpr char kCommitmentEffectiveMetric[] = "commitment.effective";  // EffectiveCost
inline constexpr char kCommitmentListMetric[] = "commitment.list";            // ListCost: the same at list price
inline constexpr char kCommitmentEndMetric[] = "commitment.end";              // when it ends, Unix seconds

}  // namespace nephoscope
