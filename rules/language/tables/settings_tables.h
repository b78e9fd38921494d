// The option tables of what settings files say.
#pragma once

#include "rules/model/option_table.h"

namespace nephoscope {

extern const OptionTable kOwnershipOptions, kCalendarOptions, kTimeIntervalOptions, kMaintenanceOptions, kInhibitOptions, kReceiverOptions, kRouteOptions;

}  // namespace nephoscope
