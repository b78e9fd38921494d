// Where an event goes, by whom it is for and what the settings say of them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "rules/model/settings.h"

namespace nephoscope {

// The topics of all that `notify` names; of those that have none of their own, and where nobody is named or declared, `otherwise`.
std::set<std::string> TopicsOf(const std::vector<std::string>& notify, const Receivers& receivers, const std::string& otherwise);

// Whether one of them is told through Alertmanager. Where no receivers are declared, all are.
bool GoesToAlertmanager(const std::vector<std::string>& notify, const Receivers& receivers);

}  // namespace nephoscope
