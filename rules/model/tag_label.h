// How a tag key becomes a label.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace nephoscope {

// "CostCenter", "cost-center", "Cost Center" -> "cost_center".
std::string TagLabel(absl::string_view key);

}  // namespace nephoscope
