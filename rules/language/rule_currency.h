// In which currency a rule compares: that of the amounts written in it. Others are converted by the rates of the settings, never one to one.
#pragma once

#include <memory>
#include <optional>

#include "rules/model/exchange.h"
#include "rules/model/rule.h"

namespace nephoscope {

// Sets rule.currency where all of its amounts are of one; else it stays empty.
void TakeCurrencyOf(Rule& rule);

// There is something for GiveExchange to do.
bool NeedsExchange(const Rule& rule, const Exchange& exchange);

// Gives the rule the rates, and converts its amounts to one currency where they are of several. Returns a currency that has no rate: then nothing is changed.
std::optional<Currency> GiveExchange(Rule& rule, std::shared_ptr<const Exchange> exchange);

}  // namespace nephoscope
