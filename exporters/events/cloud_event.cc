#include "exporters/events/cloud_event.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "exporters/alertmanager/alertmanager_labels.h"
#include "exporters/text.h"

namespace nephoscope {
namespace {

// Members are written in the order in which people read them.
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxEventBytes = 64 * 1024 - 1;  // CloudEvents: what every intermediary must forward
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// How much of an alert goes into its event. Tried from the top until the event is small enough.
struct Limits {
  std::size_t list;  // contributors, receivers
  std::size_t map;   // labels, annotations, values
  std::size_t text;  // bytes of one text
};
constexpr Limits kLimits[] = {{100, kAll, kAll}, {100, 100, 2048}, {30, 30, 512}, {10, 10, 128}, {3, 3, 64}};

std::string Dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json TimeOrNull(absl::Time t) {
  if (t == absl::InfinitePast() || t == absl::InfiniteFuture()) return nullptr;
  return Rfc3339(t);
}

// ISO 8601: P7D, P1DT2H, PT30S, PT0S. Whole seconds.
std::string IsoDuration(absl::Duration d) {
  std::int64_t seconds = std::max<std::int64_t>(0, absl::ToInt64Seconds(d));
  std::string out = "P", clock;
  if (seconds >= 86400) absl::StrAppend(&out, seconds / 86400, "D");
  seconds %= 86400;
  if (seconds >= 3600) absl::StrAppend(&clock, seconds / 3600, "H");
  if (seconds % 3600 >= 60) absl::StrAppend(&clock, seconds % 3600 / 60, "M");
  if (seconds % 60 > 0) absl::StrAppend(&clock, seconds % 60, "S");
  if (!clock.empty()) return absl::StrCat(out, "T", clock);
  return out == "P" ? "PT0S" : out;
}

struct SeverityWords {
  const char* text;
  int number;
};
// The numbers of OpenTelemetry's log severities, which CloudEvents' severity extension takes over.
SeverityWords OpenTelemetrySeverity(Severity s) {
  switch (s) {
    case Severity::kInfo: return {"INFO", 9};
    case Severity::kWarning: return {"WARN", 13};
    case Severity::kCritical: return {"ERROR", 17};
  }
  return {"WARN", 13};
}

// Percent-encoded as RFC 3986 wants it in a path segment.
std::string PathSegment(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::string_view("-._~").find(c) != absl::string_view::npos)
      out.push_back(c);
    else
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(c));
  }
  return out;
}

// Writes one transition within limits; remembers whether it had to leave something out.
class EventWriter {
 public:
  EventWriter(const Transition& transition, const Limits& limits, Notice notice) : t_(transition), limits_(limits), notice_(std::move(notice)) {}

  // Of a list of present alerts: what is true at `now`.
  Json DataAt(absl::Time now, DataState state) {
    now_ = std::max(now, t_.time);
    Json data = Data();
    data["data_state"]["state"] = ToText(state);
    return data;
  }

  Json Event(absl::string_view agent_name, absl::Time recorded) {
    const SeverityWords severity = OpenTelemetrySeverity(t_.severity);
    Json event = {{"specversion", "1.0"}, {"id", t_.event_id}, {"source", absl::StrCat("/agents/", PathSegment(agent_name))}};
    event["type"] = absl::StrCat("io.nephoscope.alert.", ToText(t_.type), ".v1");
    event["subject"] = Subject();
    if (const Json time = TimeOrNull(t_.time); !time.is_null()) event["time"] = time;
    if (const Json time = TimeOrNull(recorded); !time.is_null()) event["recordedtime"] = time;
    event["datacontenttype"] = "application/json";
    event["dataschema"] = "urn:nephoscope:schema:alert:v1";
    event["partitionkey"] = t_.alert_id;
    event["sequence"] = absl::StrFormat("%020d", t_.sequence);
    event["severitytext"] = severity.text;
    event["severitynumber"] = severity.number;
    event["correlationid"] = Correlation();
    if (!t_.causation_id.empty()) event["causationid"] = t_.causation_id;
    event["data"] = Data();
    return event;
  }

  Json Data() {
    Json data = {{"alert_id", t_.alert_id}, {"episode", TimeOrNull(t_.starts_at)}};
    data["fingerprint"] = FingerprintText(Fingerprint(AlertmanagerLabels(t_)));
    data["rule"] = RuleMember();
    AddLife(data);
    data["labels"] = LabelsMember(t_.labels);
    data["annotations"] = Json::object();
    for (const auto& [name, text] : First(t_.annotations, limits_.map)) data["annotations"][Cut(name)] = Cut(text);
    data["values"] = Json::object();
    for (const NamedValue& v : First(t_.values, limits_.map)) data["values"][Cut(v.name)] = ValueMember(v);
    data["condition"] = ConditionMember();
    data["data_state"] = {{"state", ToText(t_.data_state)},
                          {"as_of", TimeOrNull(t_.as_of)},
                          {"watermark", TimeOrNull(t_.watermark)},
                          {"provisional", t_.provisional}};
    data["impact"] = ImpactMember();
    data["summary"] = Cut(t_.summary);
    data["explanation"] = Cut(t_.explanation);
    data["contributors"] = ContributorsMember();
    AddPeople(data);
    if (cut_) data["truncated"] = true;
    return data;
  }

 private:
  std::string Cut(const std::string& text) {
    if (text.size() <= limits_.text) return text;
    cut_ = true;
    return CutUtf8(text, limits_.text);
  }

  template <typename T>
  absl::Span<const T> First(const std::vector<T>& all, std::size_t count) {
    cut_ = cut_ || all.size() > count;
    return absl::MakeSpan(all).first(std::min(all.size(), count));
  }

  std::string Subject() {
    std::string subject = t_.rule.name;
    const char* between = "/";
    for (const LabelView label : t_.labels.pairs()) {
      absl::StrAppend(&subject, between, label.name, "=", label.value);
      between = ",";
    }
    return CutUtf8(subject.empty() ? t_.alert_id : subject, std::min<std::size_t>(limits_.text, 1024));
  }

  std::string Correlation() const {
    if (t_.starts_at == absl::InfinitePast()) return t_.alert_id;
    return absl::StrCat(t_.alert_id, "-", absl::FormatTime("%E4Y%m%dT%H%M%SZ", t_.starts_at, absl::UTCTimeZone()));
  }

  Json RuleMember() {
    return {{"name", Cut(t_.rule.name)}, {"id", Cut(t_.rule.id)}, {"kind", Cut(t_.rule.kind)},
            {"file", Cut(t_.rule.file)}, {"line", t_.rule.line},  {"revision", Cut(t_.rule.revision)}};
  }

  void AddLife(Json& data) {
    data["status"] = ToText(t_.status);
    data["previous"] = {{"status", ToText(t_.previous_status)}, {"severity", nullptr}};
    if (t_.previous_severity) data["previous"]["severity"] = ToText(*t_.previous_severity);
    data["severity"] = ToText(t_.severity);
    data["cause"] = ToText(t_.cause);
    data["startsAt"] = TimeOrNull(t_.starts_at);
    data["endsAt"] = t_.ends_at ? TimeOrNull(*t_.ends_at) : Json(nullptr);
    const bool began = t_.starts_at != absl::InfinitePast();
    data["activeFor"] = began ? Json(IsoDuration(t_.ends_at.value_or(now_) - t_.starts_at)) : Json(nullptr);
  }

  Json LabelsMember(const Labels& labels) {
    Json out = Json::object();
    const std::vector<Label> all = labels.Copy();
    for (const Label& label : First(all, limits_.map)) out[Cut(label.name)] = Cut(label.value);
    return out;
  }

  Json ValueMember(const NamedValue& v) {
    Json out = {{"value", Cut(v.value)}};
    if (!v.low.empty()) out["low"] = Cut(v.low);
    if (!v.high.empty()) out["high"] = Cut(v.high);
    out["unit"] = Cut(v.unit);
    return out;
  }

  Json ConditionMember() {
    Json out = {{"text", Cut(t_.condition_text)}, {"threshold", nullptr}, {"window", nullptr}};
    if (t_.threshold) {
      out["threshold"] = ValueMember(*t_.threshold);
      if (!t_.threshold->name.empty()) out["threshold"]["name"] = Cut(t_.threshold->name);
    }
    if (t_.window) out["window"] = {{"from", TimeOrNull(t_.window->first)}, {"to", TimeOrNull(t_.window->second)}};
    return out;
  }

  // null: no figure is known (not the same as nothing at stake).
  Json ImpactMember() {
    const Impact& impact = t_.impact;
    if (impact.basis.empty() && impact.amount == Money{} && impact.method.empty() && !impact.low && !impact.high) return nullptr;
    Json out = {{"amount", impact.amount.ToDecimal()}, {"currency", impact.amount.currency.code()}, {"basis", Cut(impact.basis)}};
    if (impact.low) out["low"] = impact.low->ToDecimal();
    if (impact.high) out["high"] = impact.high->ToDecimal();
    out["method"] = Cut(impact.method);
    return out;
  }

  Json ContributorsMember() {
    std::vector<const Contributor*> all;
    for (const Contributor& c : t_.contributors) all.push_back(&c);
    if (all.size() > limits_.list) {
      const auto size = [](const Contributor* c) {
        return c->amount.micros < 0 ? -static_cast<double>(c->amount.micros) : static_cast<double>(c->amount.micros);
      };
      std::stable_sort(all.begin(), all.end(), [&](const Contributor* a, const Contributor* b) { return size(a) > size(b); });
    }
    Json out = Json::array();
    for (const Contributor* c : First(all, limits_.list))
      out.push_back({{"labels", LabelsMember(c->labels)}, {"amount", c->amount.ToDecimal()}, {"currency", c->amount.currency.code()}});
    return out;
  }

  void AddPeople(Json& data) {
    data["owner"] = {{"name", Cut(t_.owner.name)}, {"contact", Cut(t_.owner.contact)}, {"source", Cut(t_.owner.source)}};
    data["runbook"] = Cut(t_.runbook);
    data["links"] = Json::object();
    data["suppressed"] = Json::array();
    if (notice_.why_not != WhyNot::kNone) data["suppressed"].push_back(ToText(notice_.why_not));
    data["acknowledged"] = nullptr;
    data["flapping"] = t_.flapping;
    data["notify"] = Json::array();
    for (const std::string& receiver : First(t_.notify, kMostReceivers)) data["notify"].push_back(Cut(receiver));
    data["reason_notified"] = notice_.why_not == WhyNot::kNone && notice_.of ? Json(ToText(*notice_.of)) : Json(nullptr);
    data["notified"] = nullptr;
    if (!notice_.of) return;
    Json& notified = data["notified"] = {{"of", ToText(*notice_.of)}, {"at", TimeOrNull(notice_.at)}, {"who", Json::array()}};
    for (const std::string& receiver : First(notice_.who, std::min(kMostReceivers, limits_.list))) notified["who"].push_back(Cut(receiver));
  }

  const Transition& t_;
  const Limits limits_;
  const Notice notice_;
  absl::Time now_ = t_.time;
  bool cut_ = false;
};

}  // namespace

std::string ToCloudEvent(const Transition& transition, absl::string_view agent_name, absl::Time recorded, WhyNot why_not) {
  Notice notice{.why_not = why_not};
  if (why_not == WhyNot::kNone) notice = {.of = transition.type, .at = recorded, .who = transition.notify};
  std::string text;
  for (const Limits& limits : kLimits) {
    text = Dump(EventWriter(transition, limits, notice).Event(agent_name, recorded));
    if (text.size() <= kMaxEventBytes) break;
  }
  return text;
}

std::string AlertToJson(const AlertSnapshot& alert, absl::Time now) { return Dump(EventWriter(alert.shown(), kLimits[0], alert.notice).DataAt(now, alert.DataAt(now))); }

}  // namespace nephoscope
