// The alert event: CloudEvents 1.0, structured JSON (rules.md section 5).
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rules/model/alert.h"

namespace nephoscope {

inline constexpr char kCloudEventContentType[] = "application/cloudevents+json; charset=UTF-8";

// One line of JSON, under 64 KiB (lists are cut to the 100 largest). `recorded`: when we knew. `why_not`: why people are not notified of it.
std::string ToCloudEvent(const Transition& transition, absl::string_view agent_name, absl::Time recorded, WhyNot why_not = WhyNot::kNone);

// Whether this is one CloudEvent 1.0 in JSON form, whoever wrote it: required attributes, names, times, content type. InvalidArgument
// names the attribute. An optional attribute that is null counts as absent.
absl::Status CheckCloudEvent(absl::string_view json);

// Back from what ToCloudEvent wrote (this version or the two before). InvalidArgument names the member.
absl::StatusOr<AlertSnapshot> FromCloudEvent(absl::string_view json);

// The `data` member alone, as /api/v1/alerts shows it at `now`: the newest judgement, how long it fires, whether its data are fresh by then.
std::string AlertToJson(const AlertSnapshot& alert, absl::Time now);

}  // namespace nephoscope
