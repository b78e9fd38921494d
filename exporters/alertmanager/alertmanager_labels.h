// The labels by which Alertmanager and Prometheus know an alert.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rules/model/alert.h"
#include "rules/model/labels.h"

namespace nephoscope {

// The alert's own labels with names that Prometheus takes and values in UTF-8. One that would hide one of `ours` by another
// value is renamed `exported_<name>`, as Prometheus does; with the same value it is left out.
std::vector<Label> OutsideLabels(const Labels& labels, const Labels& ours);

// alertname, severity, kind, owner, and the alert's labels: what is pushed to Alertmanager.
Labels AlertmanagerLabels(const Transition& transition);

// FNV-1a, 64 bit, over the sorted `name 0xFF value 0xFF` (prometheus/common model/signature.go): Alertmanager's fingerprint.
std::uint64_t Fingerprint(const Labels& labels);
// 16 hex digits, as Alertmanager's API shows it.
std::string FingerprintText(std::uint64_t fingerprint);

}  // namespace nephoscope
