#include "exporters/events/digest_event.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporters/events/cloud_event.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxEventBytes = 64 * 1024 - 1;
// Alerts that are listed and the longest text in them, the first that fits. Of no alerts the texts are short enough for any list.
struct Cut {
  std::size_t alerts, text;
};
constexpr Cut kCuts[] = {{100, 512}, {50, 256}, {20, 128}, {5, 64}, {0, 64}};
constexpr std::size_t kMostLabels = 64;  // of one alert, and of `by`

bool Fires(const Transition& t) { return t.status != AlertState::kInactive; }

// What is at stake in those that fire, by currency.
std::map<Currency, Money> SumsOf(const std::vector<AlertSnapshot>& alerts) {
  std::map<Currency, Money> out;
  for (const AlertSnapshot& one : alerts) {
    const Impact& impact = one.last.impact;
    if (!Fires(one.last) || impact.basis.empty()) continue;
    Money& sum = out.emplace(impact.amount.currency, Money{0, impact.amount.currency}).first->second;
    sum = sum + impact.amount;
  }
  return out;
}

// "23 resources, 6,800.00 USD a month" or "2 alerts, 150.00 USD at stake, 1 is over".
std::string Headline(const std::vector<AlertSnapshot>& alerts, const std::map<Currency, Money>& sums) {
  const auto over = static_cast<std::size_t>(std::count_if(alerts.begin(), alerts.end(), [](const AlertSnapshot& one) { return !Fires(one.last); }));
  const bool monthly = std::all_of(alerts.begin(), alerts.end(), [](const AlertSnapshot& one) { return one.last.impact.basis == "idle" || one.last.impact.basis == "untagged"; });
  const std::size_t firing = alerts.size() - over;
  std::string out = absl::StrCat(firing, monthly ? " resource" : " alert", firing == 1 ? "" : "s");
  for (const auto& [currency, sum] : sums) absl::StrAppend(&out, ", ", sum.ToText(), monthly ? " a month" : " at stake");
  if (over > 0) absl::StrAppend(&out, ", ", over, over == 1 ? " is over" : " are over");
  return out;
}

Json TotalsOf(const std::map<Currency, Money>& sums) {
  Json out = Json::array();
  for (const auto& [currency, sum] : sums) out.push_back({{"amount", sum.ToDecimal()}, {"currency", currency.code()}});
  return out;
}

Json LineOf(const AlertSnapshot& alert, std::size_t text) {
  const Transition& t = alert.last;
  Json labels = Json::object();
  for (const LabelView label : t.labels.pairs())
    if (labels.size() < kMostLabels) labels[CutUtf8(label.name, text)] = CutUtf8(label.value, text);
  Json out = {{"alert_id", t.alert_id}, {"event_id", t.event_id}, {"status", ToText(t.status)}, {"severity", ToText(t.severity)}};
  out["startsAt"] = t.starts_at == absl::InfinitePast() ? Json(nullptr) : Json(Rfc3339(t.starts_at));
  out["endsAt"] = t.ends_at ? Json(Rfc3339(*t.ends_at)) : Json(nullptr);
  out["labels"] = labels;
  out["summary"] = CutUtf8(t.summary, text);
  out["impact"] = t.impact.basis.empty() ? Json(nullptr) : Json({{"amount", t.impact.amount.ToDecimal()}, {"currency", t.impact.amount.currency.code()}, {"basis", t.impact.basis}});
  out["owner"] = {{"name", CutUtf8(t.owner.name, text)}, {"contact", CutUtf8(t.owner.contact, text)}};
  return out;
}

// Those that fire before those that are over; then the most money first.
std::vector<AlertSnapshot> Sorted(std::vector<AlertSnapshot> alerts) {
  std::stable_sort(alerts.begin(), alerts.end(), [](const AlertSnapshot& a, const AlertSnapshot& b) {
    const auto key = [](const Transition& t) { return std::make_tuple(!Fires(t), -t.impact.amount.micros, t.alert_id); };
    return key(a.last) < key(b.last);
  });
  return alerts;
}

}  // namespace

std::string DigestEventId(const DigestList& list) { return EventId(absl::StrCat("digest|", list.rule_id, "|", list.by.Canonical()), list.due, 0, EventType::kFiring); }
std::string DigestKey(absl::string_view agent_name, const DigestList& list) { return AlertId(agent_name, absl::StrCat("digest|", list.rule_id), list.by); }

Labels DigestGroup(const std::vector<std::string>& by, const Transition& alert) {
  std::vector<Label> out;
  for (const std::string& name : by) {
    const std::string value(alert.labels.Get(name));
    out.push_back({name, value.empty() && name == "owner" ? alert.owner.name : value});
  }
  return Labels(std::move(out));
}

std::string ToDigestEvent(const DigestList& list, absl::string_view agent_name, absl::Time recorded) {
  const std::vector<AlertSnapshot> alerts = Sorted(list.alerts);
  const Transition& first = alerts[0].last;
  Severity severity = Severity::kInfo;
  std::set<std::string> owners;
  bool fires = false;
  for (const AlertSnapshot& one : alerts) severity = std::max(severity, one.last.severity), fires = fires || Fires(one.last), owners.insert(one.last.owner.name);
  const Json source = Json::parse(ToCloudEvent(first, agent_name, recorded)).at("source");  // that of its alerts
  std::string text;
  const std::map<Currency, Money> sums = SumsOf(alerts);
  for (const auto& [most, longest] : kCuts) {
    Json event = {{"specversion", "1.0"}, {"id", DigestEventId(list)}, {"source", source}, {"type", kDigestEventType}};
    event["subject"] = CutUtf8(absl::StrCat(first.rule.name, list.by.empty() ? "" : list.by.ToString()), longest);
    event["time"] = Rfc3339(list.due);
    event["recordedtime"] = Rfc3339(recorded);
    event["datacontenttype"] = "application/json";
    event["dataschema"] = "urn:nephoscope:schema:digest:v1";
    event["partitionkey"] = DigestKey(agent_name, list);
    Json& data = event["data"];
    data["rule"] = {{"name", CutUtf8(first.rule.name, longest)}, {"id", CutUtf8(first.rule.id, longest)}, {"kind", first.rule.kind}, {"file", CutUtf8(first.rule.file, longest)}, {"line", first.rule.line}};
    data["by"] = Json::object();
    for (const LabelView label : list.by.pairs())
      if (data["by"].size() < kMostLabels) data["by"][CutUtf8(label.name, longest)] = CutUtf8(label.value, longest);
    data["summary"] = Headline(alerts, sums);
    data["count"] = alerts.size();
    data["total"] = TotalsOf(sums);
    data["status"] = fires ? "firing" : "inactive";
    data["severity"] = ToText(severity);
    data["owner"] = {{"name", owners.size() == 1 ? CutUtf8(*owners.begin(), longest) : ""}, {"contact", owners.size() == 1 ? CutUtf8(first.owner.contact, longest) : ""}};
    data["notify"] = first.notify;
    data["alerts"] = Json::array();
    for (std::size_t i = 0; i < alerts.size() && i < most; ++i) data["alerts"].push_back(LineOf(alerts[i], longest));
    if (alerts.size() > most) data["left_out"] = alerts.size() - most;
    text = event.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kMaxEventBytes) break;
  }
  return text;
}

std::string DigestInPlainWords(absl::string_view event) {
  const Json json = Json::parse(event.begin(), event.end(), nullptr, false);
  if (!json.is_object() || json.value("type", "") != kDigestEventType || !json.contains("data") || !json["data"].is_object()) return "";
  const Json& data = json["data"];
  std::string out = Printable(absl::StrCat("DIGEST of ", json.value("subject", ""), ": ", data.value("summary", "")));
  for (const Json& one : data.value("alerts", Json::array())) {
    const Json impact = one.value("impact", Json());
    const std::string money = impact.is_object() ? absl::StrCat(impact.value("amount", ""), " ", impact.value("currency", "")) : "no figure";
    absl::StrAppend(&out, "\n    ", Printable(absl::StrCat(money, "  ", one.value("status", "") == "inactive" ? "(over) " : "", one.value("summary", ""))));
  }
  if (const auto more = data.value("left_out", std::size_t{0}); more > 0) absl::StrAppend(&out, "\n    and ", more, " more");
  return out;
}

}  // namespace nephoscope
