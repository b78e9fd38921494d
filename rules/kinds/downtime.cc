#include "rules/kinds/downtime.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {

std::string SayDowntime(const Rule& rule) {
  return rule.options.Has("cost_of_downtime") ? absl::StrCat("Being down costs ", rule.options.AsQuantity("cost_of_downtime").text, ".") : "";
}

void SetDowntime(const Rule& rule, absl::Duration length, const char* since, Transition& out) {
  if (!rule.options.Has("cost_of_downtime")) return;
  const Quantity& rate = rule.options.AsQuantity("cost_of_downtime");
  const absl::StatusOr<Currency> currency = Currency::Parse(absl::string_view(rate.base).substr(0, 3));
  if (!currency.ok()) return;
  const double hours = absl::FDivDuration(length, absl::Hours(1));
  const double per = absl::EndsWith(rate.base, "/day") ? 1.0 / 24 : absl::EndsWith(rate.base, "/s") ? 3600 : absl::EndsWith(rate.base, "/month") ? 1.0 / 730.5 : 1;
  out.impact.amount = {ScaleMicros(rate.micros, std::max(0.0, hours) * per), *currency};
  out.impact.basis = "downtime";
  out.impact.method = absl::StrCat(rate.text, " ", since);
}

}  // namespace nephoscope
