#include "exporters/events/past_event.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "exporters/events/cloud_event.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxEventBytes = 64 * 1024 - 1;
constexpr std::size_t kMostListed[] = {100, 50, 20, 5, 0};
constexpr std::size_t kLongestText = 256;
constexpr std::size_t kMostRules = 100;

absl::Time EndOf(const Transition& t) { return t.ends_at.value_or(t.time); }
std::string DayText(absl::Time t) { return absl::FormatTime("%E4Y-%m-%d", t, absl::UTCTimeZone()); }

// "14 alerts came and went between 2026-09-03 and 2026-11-28".
std::string Headline(const PastList& list) {
  absl::Time from = absl::InfiniteFuture(), to = absl::InfinitePast();
  for (const AlertSnapshot& one : list) {
    from = std::min(from, one.last.starts_at);
    to = std::max(to, EndOf(one.last));
  }
  const std::string count = list.size() == 1 ? "1 alert" : absl::StrCat(list.size(), " alerts");
  const std::string first = DayText(from), last = DayText(to);
  return absl::StrCat(count, " came and went ", first == last ? absl::StrCat("on ", first) : absl::StrCat("between ", first, " and ", last));
}

Json LineOf(const Transition& t) {
  Json labels = Json::object();
  for (const LabelView label : t.labels.pairs())
    if (labels.size() < 16) labels[CutUtf8(label.name, kLongestText)] = CutUtf8(label.value, kLongestText);
  return {{"alert_id", t.alert_id}, {"event_id", t.event_id},        {"rule", CutUtf8(t.rule.name, kLongestText)},      {"severity", ToText(t.severity)},
          {"labels", labels},       {"startsAt", Rfc3339(t.starts_at)}, {"endsAt", Rfc3339(EndOf(t))}, {"summary", CutUtf8(t.summary, kLongestText)}};
}

Json DataOf(const PastList& list, std::size_t most) {
  std::map<std::string, int> rules;
  std::set<std::string> notify;
  for (const AlertSnapshot& one : list) {
    ++rules[one.last.rule.name];
    notify.insert(one.last.notify.begin(), one.last.notify.end());
  }
  Json data = {{"summary", Headline(list)}, {"count", list.size()}, {"status", "inactive"}, {"notify", notify}, {"rules", Json::array()}, {"alerts", Json::array()}};
  for (const auto& [name, count] : rules)
    if (data["rules"].size() < kMostRules) data["rules"].push_back({{"name", CutUtf8(name, kLongestText)}, {"count", count}});
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i) data["alerts"].push_back(LineOf(list[i].last));
  if (list.size() > most) data["left_out"] = list.size() - most;
  return data;
}

// The newest first.
void Sort(PastList& list) {
  std::sort(list.begin(), list.end(), [](const AlertSnapshot& a, const AlertSnapshot& b) {
    return std::make_tuple(-absl::ToUnixMicros(EndOf(a.last)), a.last.event_id) < std::make_tuple(-absl::ToUnixMicros(EndOf(b.last)), b.last.event_id);
  });
}

}  // namespace

std::string PastEventId(const PastList& list) {
  std::set<std::string> ids;
  for (const AlertSnapshot& one : list) ids.insert(one.last.event_id);
  std::string all = "past";
  for (const std::string& id : ids) absl::StrAppend(&all, "|", id);
  return NoticeId(all, EventType::kMissed);
}

std::string PastKey(absl::string_view agent_name) { return AlertId(agent_name, "past", Labels()); }

std::string ToPastEvent(PastList list, absl::string_view agent_name, absl::Time recorded) {
  Sort(list);
  std::string text;
  for (const std::size_t most : kMostListed) {
    Json event = {{"specversion", "1.0"}, {"id", PastEventId(list)}, {"type", kPastEventType}, {"subject", Headline(list)}};
    event["source"] = Json::parse(ToCloudEvent(list[0].last, agent_name, recorded)).at("source");  // that of its alerts
    event["time"] = Rfc3339(EndOf(list[0].last));
    event["recordedtime"] = Rfc3339(recorded);
    event["datacontenttype"] = "application/json";
    event["dataschema"] = "urn:nephoscope:schema:past:v1";
    event["partitionkey"] = PastKey(agent_name);
    event["data"] = DataOf(list, most);
    text = event.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kMaxEventBytes) break;
  }
  return text;
}

std::string PastInPlainWords(absl::string_view event) {
  const Json json = Json::parse(event.begin(), event.end(), nullptr, false);
  if (!json.is_object() || json.value("type", "") != kPastEventType || !json.contains("data") || !json["data"].is_object()) return "";
  const Json& data = json["data"];
  std::string out = Printable(absl::StrCat("BEFORE NOW: ", data.value("summary", "")));
  for (const Json& rule : data.value("rules", Json::array())) absl::StrAppend(&out, "\n    ", Printable(absl::StrCat(rule.value("name", ""), ": ", rule.value("count", 0))));
  return absl::StrCat(out, "\n    Nothing to do: they are over.");
}

}  // namespace nephoscope
