// The alerts as Prometheus sees them: text 0.0.4 or OpenMetrics 1.0 (rules.md section 6).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/model/alert.h"
#include "rules/model/rule.h"

namespace prometheus { class Registry; }

namespace nephoscope {

struct ExpositionFormat {
  bool openmetrics = false;
  const char* content_type() const;
};
// By the Accept header of a scrape; text 0.0.4 when it names neither.
ExpositionFormat NegotiateExposition(absl::string_view accept);

// `alerts`: the present ones (firing and recovering are shown); `rules`: for rule_info; `own`: the agent's telemetry; `quiet`: budgets that do not fire.
// Appends to `out`.
void WritePrometheusPage(absl::Span<const AlertSnapshot> alerts, const RuleSet& rules, const prometheus::Registry& own, ExpositionFormat format, std::string& out,
                         absl::Span<const AlertSnapshot> quiet = {});

}  // namespace nephoscope
