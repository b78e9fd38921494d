#include "agent/stages/past_notices.h"

#include <algorithm>
#include <utility>

#include "agent/log.h"
#include "exporters/events/cloud_event.h"

namespace nephoscope {
namespace {

constexpr int kRowsAtOnce = 1000;

}  // namespace

absl::Status PastNotices::Read() {
  std::vector<std::pair<OutboxRow, bool>> found;
  std::int64_t read_to = read_to_;
  for (const absl::string_view name : {kPast, kMissed}) {
    for (std::int64_t after = read_to_;;) {
      absl::StatusOr<std::vector<OutboxRow>> rows = store_.Pending(name, after, kRowsAtOnce);
      if (!rows.ok()) return rows.status();
      for (OutboxRow& row : *rows) {
        after = row.id;
        read_to = std::max(read_to, row.id);
        found.emplace_back(std::move(row), name == kMissed);
      }
      if (rows->size() < static_cast<std::size_t>(kRowsAtOnce)) break;
    }
  }
  read_to_ = read_to;
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first.id < b.first.id; });
  for (const auto& [row, missed] : found) {
    rows_.push_back(row.id);
    absl::StatusOr<AlertSnapshot> alert = FromCloudEvent(row.payload);
    if (alert.ok()) {
      waiting_[row.key].push_back({*std::move(alert), missed});
    } else {
      LogWarning("an alert of the past cannot be read; people are not notified of it", {{"reason", std::string(alert.status().message())}});
    }
  }
  return absl::OkStatus();
}

void PastNotices::Sort(const Steps& episode, Due& out) {
  const Transition& first = episode.front().alert.last;
  const AlertSnapshot& newest = episode.back().alert;
  const bool silence = newest.last.starts_at == absl::InfinitePast();  // data that stayed away from an alert that did not fire
  const bool begins = first.type == EventType::kFiring || first.type == EventType::kNoData;
  const bool over = newest.last.status == AlertState::kInactive && newest.last.type != EventType::kNoData;
  if (!over) return out.open.push_back(newest);
  if (!begins) return out.news.push_back(newest);
  if (!silence) (episode.back().missed ? out.missed : out.over).push_back(newest);
}

PastNotices::Due PastNotices::Take(const std::function<int(const Transition&)>& limit_of) const {
  Due out;
  out.rows = rows_;
  for (const auto& [id, steps] : waiting_) {
    for (auto from = steps.begin(); from != steps.end();) {
      const auto to = std::find_if(from, steps.end(), [&](const Step& step) { return step.alert.last.starts_at != from->alert.last.starts_at; });
      Sort({from, to}, out);
      from = to;
    }
  }
  std::map<std::string, int> of_rule;
  const auto beyond = std::stable_partition(out.missed.begin(), out.missed.end(), [&](const AlertSnapshot& one) { return ++of_rule[one.last.rule.id] <= limit_of(one.last); });
  out.over.insert(out.over.end(), std::make_move_iterator(beyond), std::make_move_iterator(out.missed.end()));
  out.missed.erase(beyond, out.missed.end());
  return out;
}

}  // namespace nephoscope
