#include "agent/stages/waiting_digests.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "agent/log.h"
#include "exporters/events/cloud_event.h"
#include "rules/model/digests.h"

namespace nephoscope {
namespace {

constexpr int kRowsAtOnce = 1000;

}  // namespace

absl::Status WaitingDigests::Read(const DigestOf& digest_of) {
  for (;;) {
    absl::StatusOr<std::vector<OutboxRow>> rows = store_.Pending(kDigestReceiver, read_to_, kRowsAtOnce);
    if (!rows.ok()) return rows.status();
    for (OutboxRow& row : *rows) {
      read_to_ = row.id;
      absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(row.payload);
      if (!alert.ok()) {
        const std::string reason(alert.status().message());
        LogWarning("an alert that waits for its list cannot be read and is left out", {{"reason", reason}});
        if (absl::Status status = store_.Park(row.id, reason); !status.ok()) return status;
        continue;
      }
      const auto [at, fresh] = waiting_.try_emplace(row.key);
      Waiting& one = at->second;
      if (fresh) one.since = alert->recorded;
      one.newest = *std::move(alert);
      one.rows.push_back(row.id);
      const Digest* digest = digest_of(one.newest.last);
      one.due = digest == nullptr ? one.since : NextDigest(*digest, one.since);
      next_ = std::min(next_, one.due);
    }
    if (rows->size() < static_cast<std::size_t>(kRowsAtOnce)) return absl::OkStatus();
  }
}

void WaitingDigests::Reschedule(const DigestOf& digest_of) {
  for (auto& [id, one] : waiting_) {
    const Digest* digest = digest_of(one.newest.last);
    one.due = digest == nullptr ? one.since : NextDigest(*digest, one.since);
  }
  FindNext();
}

std::size_t WaitingDigests::rows() const {
  std::size_t out = 0;
  for (const auto& [id, one] : waiting_) out += one.rows.size();
  return out;
}

void WaitingDigests::FindNext() {
  next_ = absl::InfiniteFuture();
  for (const auto& [id, one] : waiting_) next_ = std::min(next_, one.due);
}

WaitingDigests::Due WaitingDigests::Take(absl::Time now, const DigestOf& digest_of, const MayList& may) {
  Due out;
  std::map<std::tuple<std::string, absl::Time, std::string>, DigestList> lists;
  for (auto& [id, one] : waiting_) {
    if (one.due > now) continue;
    const Digest* digest = digest_of(one.newest.last);
    if (!may(one.newest.last)) {
      if (digest != nullptr) one.due = NextDigest(*digest, now);
      if (digest != nullptr) continue;
    }
    const Labels by = digest == nullptr ? Labels() : DigestGroup(digest->by, one.newest.last);
    DigestList& list = lists[{one.newest.last.rule.id, one.due, by.Canonical()}];
    list.rule_id = one.newest.last.rule.id;
    list.by = by;
    list.due = one.due;
    list.alerts.push_back(one.newest);
    out.rows.insert(out.rows.end(), one.rows.begin(), one.rows.end());
  }
  for (auto& [key, list] : lists) out.lists.push_back(std::move(list));
  FindNext();
  return out;
}

void WaitingDigests::Forget(const std::vector<std::int64_t>& rows) {
  const std::set<std::int64_t> gone(rows.begin(), rows.end());
  for (auto at = waiting_.begin(); at != waiting_.end();) at = gone.count(at->second.rows.front()) != 0 ? waiting_.erase(at) : std::next(at);
  FindNext();
}

}  // namespace nephoscope
