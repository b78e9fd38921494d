#include "exporters/receivers.h"

#include <algorithm>

namespace nephoscope {

std::set<std::string> TopicsOf(const std::vector<std::string>& notify, const Receivers& receivers, const std::string& otherwise) {
  std::set<std::string> out;
  for (const std::string& name : notify) {
    const auto found = receivers.find(name);
    out.insert(found == receivers.end() || found->second.topic.empty() ? otherwise : found->second.topic);
  }
  if (out.empty()) out.insert(otherwise);
  return out;
}

bool GoesToAlertmanager(const std::vector<std::string>& notify, const Receivers& receivers) {
  if (receivers.empty()) return true;
  return std::any_of(notify.begin(), notify.end(), [&](const std::string& name) {
    const auto found = receivers.find(name);
    return found != receivers.end() && found->second.alertmanager;
  });
}

}  // namespace nephoscope
