// Probe: an active check that a health_check rule asks for; collectors/probe runs it and answers with samples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nephoscope {

struct Probe {
  std::string rule_id;        // label `rule` of the samples
  std::string rule_name;      // for messages
  std::string target;         // http://host/path, https://..., or host:port for tcp; label `target`
  bool tcp = false;
  absl::Duration every = absl::Seconds(30);
  absl::Duration timeout = absl::Seconds(5);
  std::vector<int> status = {};               // accepted; empty: 200-299
  std::optional<absl::Duration> response_time_below;
  std::string body_contains;
  std::optional<absl::Duration> certificate_expires_in;
};

// The value of the series `probe.result{rule,target}`. 0 is success; what failed is named by its number.
enum class ProbeResult : std::uint8_t {
  kOk = 0,
  kNotRun = 1,        // we could not even try (our network, our DNS, not allowed): data = error, not a failure
  kNameNotFound = 2,
  kRefused = 3,
  kTimeout = 4,
  kTls = 5,
  kStatus = 6,        // see probe.http_status_code
  kTooSlow = 7,       // see probe.duration_seconds
  kBody = 8,
  kCertificate = 9,   // see probe.certificate_expiry_seconds (seconds left)
  kProtocol = 10,     // not HTTP, closed early
};
// "answered with another status", ...: the words for alerts.
const char* ToText(ProbeResult r);

inline constexpr char kProbeResultMetric[] = "probe.result";
inline constexpr char kProbeDurationMetric[] = "probe.duration_seconds";
inline constexpr char kProbeStatusMetric[] = "probe.http_status_code";
inline constexpr char kProbeCertificateMetric[] = "probe.certificate_expiry_seconds";

}  // namespace nephoscope
