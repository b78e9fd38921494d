// Labels of cost series that rules know by name.
#pragma once

namespace nephoscope {

// Of charges for a term (a purchase, a subscription, the tax or support of a month): counted once, on the first day of
// the term, and no rate per day.
inline constexpr char kChargePeriodLabel[] = "charge_period";
inline constexpr char kTermCharge[] = "term";

}  // namespace nephoscope
