#include "agent/status/blind_rules.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/language/language.h"
#include "rules/model/count_text.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

constexpr std::size_t kShown = 8;

std::string Some(const std::set<std::string>& values) {
  std::vector<std::string> shown;
  for (const std::string& one : values)
    if (shown.size() < kShown) shown.push_back(one);
  return absl::StrCat(absl::StrJoin(shown, ", "), values.size() > kShown ? ", ..." : "");
}

std::string Meant(absl::string_view word, const std::set<std::string>& among) {
  const std::string nearest = Nearest(word, std::vector<std::string>(among.begin(), among.end()));
  return nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
}

std::string NothingOf(const std::string& metric) {
  if (absl::StartsWith(metric, "cost.")) return "no bill has been read";
  if (metric == kResourceCostMetric) return "no bill with resources has been read (column ResourceId)";
  if (metric == kCommitmentPrefix) return "no bill with commitments has been read (columns CommitmentDiscountId, CommitmentDiscountType, ...)";
  return absl::StrCat("there is no series of ", metric);
}

std::string Why(const BlindRule& blind) {
  if (blind.resource_metrics) return "its resources are in the bill, but none of the metrics that say whether they are used is collected";
  if (!blind.metric_seen) return NothingOf(blind.metric);
  if (blind.label.empty()) return "no series fits where and leave_out together";
  if (blind.values.empty())
    return absl::StrCat("nothing has the label ", blind.label, "; the labels are ", Some(blind.labels), Meant(blind.label, blind.labels));
  const std::string wanted = absl::StrJoin(blind.wanted, ", ");
  return absl::StrCat("nothing has the ", blind.label, " ", wanted, "; ", blind.label, " has: ", Some(blind.values), Meant(wanted, blind.values));
}

}  // namespace

std::string BlindText(const BlindRule& blind) {
  if (blind.group.empty()) return absl::StrCat("looked at 0 series: ", Why(blind));
  return absl::StrCat("looked at ", CountText(blind.series, "series", "series"), ": none has the label ", blind.group,
                      " of by, so all are the one group (none); the labels are ", Some(blind.labels), Meant(blind.group, blind.labels));
}

void ReachBoard::Take(const RuleSet& rules, const Reach& reach, bool told) {
  std::map<std::string, RuleReach> now;
  for (std::size_t i = 0; i < rules.rules.size(); ++i)
    now[rules.rules[i]->id] = {reach.series(i), reach.delay(i), told && reach.IsBlind(i) ? BlindText(reach.Why(i)) : ""};
  absl::MutexLock lock(&mutex_);
  of_ = std::move(now);
}

std::map<std::string, RuleReach> ReachBoard::All() const {
  absl::MutexLock lock(&mutex_);
  return of_;
}

}  // namespace nephoscope
