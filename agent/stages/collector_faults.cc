#include "agent/stages/collector_faults.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostRejected = 100;  // records that the log has named, of one collector
constexpr std::size_t kMostNamed = 20;      // failures of one collector that /-/ready names

}  // namespace

CollectorFaults::CollectorFaults(std::string collector, Readiness& readiness, SelfMetrics& metrics)
    : collector_(std::move(collector)), readiness_(readiness), metrics_(metrics) {}

void CollectorFaults::Fail(const What& what, std::uint64_t round, const absl::Status& status) {
  const bool known = absl::c_any_of(
      failures_, [&](const auto& one) { return one.second.status.message() == status.message(); });
  Failure& failure = failures_[what];
  failure.round = round;
  failure.status = status;
  if (!known) LogWarning(status.message(), {{"collector", collector_}});
  Report();
}

void CollectorFaults::Clear(const What& what) {
  const auto failed = failures_.find(what);
  if (failed == failures_.end()) return;
  LogInfo("works again", {{"collector", collector_}, {"was", std::string(failed->second.status.message())}});
  failures_.erase(failed);
}

void CollectorFaults::EndRound(const std::string& target, std::uint64_t round) {
  std::erase_if(failures_,
                [&](const auto& one) { return one.first.target == target && one.second.round != round; });
}

bool CollectorFaults::none_of(const std::string& target) const {
  return absl::c_none_of(failures_, [&](const auto& one) { return one.first.target == target; });
}

void CollectorFaults::Report() const {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<absl::string_view> messages;
  std::size_t more = 0;
  for (const auto& [what, failure] : failures_) {
    if (messages.empty()) code = failure.status.code();
    if (absl::c_linear_search(messages, failure.status.message())) continue;
    if (messages.size() < kMostNamed) messages.push_back(failure.status.message());
    else ++more;
  }
  std::string text = absl::StrJoin(messages, "; ");
  if (more > 0) absl::StrAppend(&text, "; and ", more, " more");
  readiness_.Report(collector_, absl::Status(code, text));
  metrics_.CollectorUp(collector_, messages.empty());
}

void CollectorFaults::Rejected(const SampleRouter::Rejected& rejected) {
  bool any_new = false;
  for (const std::string& example : rejected.examples) {
    if (rejected_.size() >= kMostRejected) rejected_.clear();
    if (!rejected_.insert(example).second) continue;
    any_new = true;
    LogWarning("a record could not be read; the others count", {{"collector", collector_}, {"record", example}});
  }
  if (any_new && rejected.count > rejected.examples.size())
    LogWarning("more records could not be read",
               {{"collector", collector_}, {"more", absl::StrCat(rejected.count - rejected.examples.size())}});
  for (const std::string& note : rejected.notes) LogWarning(note, {{"collector", collector_}});
}

}  // namespace nephoscope
