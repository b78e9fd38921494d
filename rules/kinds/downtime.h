// What it costs that a service is down: `cost_of_downtime`.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "rules/model/alert.h"
#include "rules/model/option_table.h"
#include "rules/model/rule.h"

namespace nephoscope {

// For the tables of kinds.
inline constexpr Option kCostOfDowntime = {
    .name = "cost_of_downtime", .type = OptionType::kQuantity, .sentence = "What an hour without the service costs", .example = "1200 USD/hour"};

// "An hour without it costs 1200 USD."; empty: the rule does not say.
std::string SayDowntime(const Rule& rule);

// The impact of having been down for `length`, where the rule says what that costs. `since` ends the sentence: "1200 USD/hour since it began".
void SetDowntime(const Rule& rule, absl::Duration length, const char* since, Transition& out);

}  // namespace nephoscope
