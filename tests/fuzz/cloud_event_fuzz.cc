// An event of our own database, perhaps damaged: read, or refused by field.
#include <cstddef>
#include <cstdint>

#include "exporters/events/cloud_event.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(std::string(reinterpret_cast<const char*>(data), size));
  if (!alert.ok()) {
    CHECK(!alert.status().message().empty());
    return 0;
  }
  (void)ToCloudEvent(alert->last, "agent", alert->recorded);
  return 0;
}
