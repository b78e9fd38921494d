#include "exporters/digest_event.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporters/cloud_event.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

constexpr char kType[] = "io.nephoscope.digest.v1";
constexpr std::size_t kMaxEventBytes = 64 * 1024 - 1;
constexpr std::size_t kMostListed = 100, kLongestText = 512;

bool Fires(const Transition& t) { return t.status != AlertState::kInactive; }

// "23 resources, 6,800.00 USD a month" or "2 alerts, 150.00 USD at stake, 1 is over".
std::string Headline(const std::vector<AlertSnapshot>& alerts) {
  std::map<Currency, Money> sums;
  std::size_t over = 0;
  bool monthly = true;
  for (const AlertSnapshot& one : alerts) {
    const Impact& impact = one.last.impact;
    over += !Fires(one.last);
    monthly = monthly && (impact.basis == "idle" || impact.basis == "untagged");
    if (!Fires(one.last) || impact.basis.empty()) continue;
    Money& sum = sums.emplace(impact.amount.currency, Money{0, impact.amount.currency}).first->second;
    sum = sum + impact.amount;
  }
  const std::size_t firing = alerts.size() - over;
  std::string out = absl::StrCat(firing, monthly ? " resource" : " alert", firing == 1 ? "" : "s");
  for (const auto& [currency, sum] : sums) absl::StrAppend(&out, ", ", sum.ToText(), monthly ? " a month" : " at stake");
  if (over > 0) absl::StrAppend(&out, ", ", over, over == 1 ? " is over" : " are over");
  return out;
}

Json TotalsOf(const std::vector<AlertSnapshot>& alerts) {
  std::map<Currency, Money> sums;
  for (const AlertSnapshot& one : alerts)
    if (Fires(one.last) && !one.last.impact.basis.empty()) {
      Money& sum = sums.emplace(one.last.impact.amount.currency, Money{0, one.last.impact.amount.currency}).first->second;
      sum = sum + one.last.impact.amount;
    }
  Json out = Json::array();
  for (const auto& [currency, sum] : sums) out.push_back({{"amount", sum.ToDecimal()}, {"currency", currency.code()}});
  return out;
}

Json LineOf(const AlertSnapshot& alert, std::size_t text) {
  const Transition& t = alert.last;
  Json labels = Json::object();
  for (const LabelView label : t.labels.pairs()) labels[CutUtf8(label.name, text)] = CutUtf8(label.value, text);
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
  for (std::size_t most : {kMostListed, kMostListed / 2, kMostListed / 5, std::size_t{5}}) {
    Json event = {{"specversion", "1.0"}, {"id", DigestEventId(list)}, {"source", source}, {"type", kType}};
    event["subject"] = CutUtf8(absl::StrCat(first.rule.name, list.by.empty() ? "" : list.by.ToString()), kLongestText);
    event["time"] = Rfc3339(list.due);
    event["recordedtime"] = Rfc3339(recorded);
    event["datacontenttype"] = "application/json";
    event["dataschema"] = "urn:nephoscope:schema:digest:v1";
    event["partitionkey"] = DigestKey(agent_name, list);
    Json& data = event["data"];
    data["rule"] = {{"name", first.rule.name}, {"id", first.rule.id}, {"kind", first.rule.kind}, {"file", first.rule.file}, {"line", first.rule.line}};
    data["by"] = Json::object();
    for (const LabelView label : list.by.pairs()) data["by"][std::string(label.name)] = CutUtf8(label.value, kLongestText);
    data["summary"] = Headline(alerts);
    data["count"] = alerts.size();
    data["total"] = TotalsOf(alerts);
    data["status"] = fires ? "firing" : "inactive";
    data["severity"] = ToText(severity);
    data["owner"] = {{"name", owners.size() == 1 ? *owners.begin() : ""}, {"contact", owners.size() == 1 ? first.owner.contact : ""}};
    data["notify"] = first.notify;
    data["alerts"] = Json::array();
    for (std::size_t i = 0; i < alerts.size() && i < most; ++i) data["alerts"].push_back(LineOf(alerts[i], kLongestText));
    if (alerts.size() > most) data["left_out"] = alerts.size() - most;
    text = event.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() <= kMaxEventBytes) break;
  }
  return text;
}

std::string DigestInPlainWords(absl::string_view event) {
  const Json json = Json::parse(event.begin(), event.end(), nullptr, false);
  if (!json.is_object() || json.value("type", "") != kType || !json.contains("data") || !json["data"].is_object()) return "";
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
