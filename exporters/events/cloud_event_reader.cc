// FromCloudEvent: back from what cloud_event.cc wrote.
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "exporters/events/cloud_event.h"
#include "exporters/events/cloud_event_time.h"

namespace nephoscope {
namespace {

using Json = nlohmann::ordered_json;

// One object of the event. The first thing that is not as expected goes into a status shared by all readers of one event; what is
// read after that is of no use. null counts as absent.
class Reader {
 public:
  Reader(const Json& json, std::string path, absl::Status& status) : json_(json), path_(std::move(path)), status_(status) {}

  const Json* Find(const char* name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }

  void Fail(const char* name, absl::string_view expected) const {
    if (status_.ok())
      status_ =
          absl::InvalidArgumentError(absl::StrCat("alert event: member \"", path_, name, "\" is missing or wrong; expected ", expected));
  }

  std::string Text(const char* name, bool required = false) const {
    const Json* found = Find(name);
    if (found != nullptr && found->is_string()) return found->get<std::string>();
    if (found != nullptr || required) Fail(name, "a text");
    return "";
  }

  bool Flag(const char* name) const {
    const Json* found = Find(name);
    if (found == nullptr || !found->is_boolean()) return Fail(name, "true or false"), false;
    return found->get<bool>();
  }

  int Integer(const char* name) const {
    const Json* found = Find(name);
    if (found == nullptr || !found->is_number_integer()) return Fail(name, "a whole number"), 0;
    return found->get<int>();
  }

  std::optional<absl::Time> Time(const char* name) const {
    if (Find(name) == nullptr) return std::nullopt;
    const std::optional<absl::Time> time = ParseRfc3339(Text(name));
    if (!time) Fail(name, "a time such as 2026-06-18T09:12:44Z");
    return time;
  }
  absl::Time TimeOrNever(const char* name) const { return Time(name).value_or(absl::InfinitePast()); }

  // One of the words of an enumeration that ends with `last`.
  template <typename Word>
  Word OneOf(const char* name, Word last) const {
    const std::string text = Text(name, true);
    for (int i = 0; i <= static_cast<int>(last); ++i)
      if (text == ToText(static_cast<Word>(i))) return static_cast<Word>(i);
    Fail(name, absl::StrCat("a word such as ", ToText(last)));
    return last;
  }

  Money Amount(const char* name, Currency currency) const {
    const absl::StatusOr<Money> money = Money::Parse(Text(name, true), currency);
    if (!money.ok()) return Fail(name, "a decimal number in quotes"), Money{};
    return *money;
  }

  Currency CurrencyCode(const char* name) const {
    const std::string code = Text(name);
    if (code.empty()) return Currency();
    const absl::StatusOr<Currency> currency = Currency::Parse(code);
    if (!currency.ok()) return Fail(name, "a currency such as USD"), Currency();
    return *currency;
  }

  // An absent object reads as an empty one.
  Reader Object(const char* name, bool required = true) const {
    static const Json kEmpty = Json::object();
    const Json* found = Find(name);
    const bool good = found != nullptr && found->is_object();
    if (!good && (required || found != nullptr)) Fail(name, "an object");
    return Reader(good ? *found : kEmpty, absl::StrCat(path_, name, "."), status_);
  }

  const Json& List(const char* name) const {
    static const Json kEmpty = Json::array();
    const Json* found = Find(name);
    if (found == nullptr || !found->is_array()) return Fail(name, "a list"), kEmpty;
    return *found;
  }

  // Calls `each(name)` for the members of this object, in their order.
  template <typename Each>
  void ForEach(Each each) const {
    for (const auto& item : json_.items()) each(item.key());
  }

  absl::Status& status() const { return status_; }
  const std::string& path() const { return path_; }

 private:
  const Json& json_;
  std::string path_;
  absl::Status& status_;
};

Labels ReadLabels(const Reader& object) {
  std::vector<Label> labels;
  object.ForEach([&](const std::string& name) { labels.push_back({name, object.Text(name.c_str())}); });
  return Labels(std::move(labels));
}

NamedValue ReadValue(const Reader& value, std::string name) {
  return {std::move(name), value.Text("value", true), value.Text("unit"), value.Text("low"), value.Text("high")};
}

void ReadEnvelope(const Reader& event, Transition& t) {
  t.event_id = event.Text("id", true);
  t.causation_id = event.Text("causationid");
  t.time = event.TimeOrNever("time");
  std::string type = event.Text("type", true);
  absl::string_view word = type;
  if (!absl::ConsumePrefix(&word, "io.nephoscope.alert.") || !absl::ConsumeSuffix(&word, ".v1"))
    return event.Fail("type", "io.nephoscope.alert.<word>.v1");
  bool known = false;
  for (int i = 0; i <= static_cast<int>(kLastEventType); ++i) {
    if (word != ToText(static_cast<EventType>(i))) continue;
    t.type = static_cast<EventType>(i);
    known = true;
  }
  if (!known) event.Fail("type", "a word such as firing or resolved in io.nephoscope.alert.<word>.v1");
  if (!absl::SimpleAtoi(event.Text("sequence", true), &t.sequence)) event.Fail("sequence", "20 digits");
}

void ReadRule(const Reader& rule, RuleRef& out) {
  out = {rule.Text("name", true), rule.Text("id", true), rule.Text("kind", true),
         rule.Text("file"),       rule.Text("revision"), rule.Integer("line")};
}

void ReadLife(const Reader& data, Transition& t) {
  t.status = data.OneOf("status", AlertState::kRecovering);
  const Reader previous = data.Object("previous");
  t.previous_status = previous.OneOf("status", AlertState::kRecovering);
  if (previous.Find("severity") != nullptr) t.previous_severity = previous.OneOf("severity", Severity::kCritical);
  t.severity = data.OneOf("severity", Severity::kCritical);
  t.cause = data.OneOf("cause", Cause::kConditionAdded);
  t.starts_at = data.TimeOrNever("startsAt");
  t.ends_at = data.Time("endsAt");
}

void ReadCondition(const Reader& condition, Transition& t) {
  t.condition_text = condition.Text("text");
  if (condition.Find("threshold") != nullptr) {
    const Reader threshold = condition.Object("threshold");
    t.threshold = ReadValue(threshold, threshold.Text("name"));
  }
  if (condition.Find("window") == nullptr) return;
  const Reader window = condition.Object("window");
  t.window = {window.TimeOrNever("from"), window.TimeOrNever("to")};
}

void ReadDataState(const Reader& state, Transition& t) {
  t.data_state = state.OneOf("state", DataState::kError);
  t.as_of = state.TimeOrNever("as_of");
  t.watermark = state.TimeOrNever("watermark");
  t.provisional = state.Flag("provisional");
}

void ReadImpact(const Reader& impact, Impact& out) {
  const Currency currency = impact.CurrencyCode("currency");
  out.amount = impact.Amount("amount", currency);
  out.basis = impact.Text("basis");
  if (impact.Find("low") != nullptr) out.low = impact.Amount("low", currency);
  if (impact.Find("high") != nullptr) out.high = impact.Amount("high", currency);
  out.method = impact.Text("method");
}

void ReadLists(const Reader& data, Transition& t) {
  const Reader annotations = data.Object("annotations");
  annotations.ForEach([&](const std::string& name) { t.annotations.emplace_back(name, annotations.Text(name.c_str())); });
  const Reader values = data.Object("values");
  values.ForEach([&](const std::string& name) { t.values.push_back(ReadValue(values.Object(name.c_str()), name)); });
  for (const Json& item : data.List("contributors")) {
    if (!item.is_object()) return data.Fail("contributors", "a list of objects");
    const Reader c(item, absl::StrCat(data.path(), "contributors[]."), data.status());
    t.contributors.push_back({ReadLabels(c.Object("labels")), c.Amount("amount", c.CurrencyCode("currency"))});
  }
  for (const Json& item : data.List("notify")) {
    if (!item.is_string()) return data.Fail("notify", "a list of texts");
    t.notify.push_back(item.get<std::string>());
  }
}

void ReadData(const Reader& data, Transition& t) {
  t.alert_id = data.Text("alert_id", true);
  ReadRule(data.Object("rule"), t.rule);
  ReadLife(data, t);
  t.labels = ReadLabels(data.Object("labels"));
  ReadCondition(data.Object("condition"), t);
  ReadDataState(data.Object("data_state"), t);
  if (data.Find("impact") != nullptr) ReadImpact(data.Object("impact"), t.impact);
  t.summary = data.Text("summary");
  t.explanation = data.Text("explanation");
  const Reader owner = data.Object("owner");
  t.owner = {owner.Text("name"), owner.Text("contact"), owner.Text("source")};
  t.runbook = data.Text("runbook");
  t.flapping = data.Flag("flapping");
  ReadLists(data, t);
}

// Events of before `notified` was written were all sent when they were recorded.
void ReadNotice(const Reader& data, const Transition& t, absl::Time recorded, Notice& out) {
  for (const Json& reason : data.List("suppressed"))
    if (reason.is_string()) out.why_not = WhyNotFrom(reason.get<std::string>());
  if (out.why_not != WhyNot::kNone) return;
  out.of = t.type;
  out.at = recorded;
  out.who = t.notify;
}

}  // namespace

absl::StatusOr<AlertSnapshot> FromCloudEvent(absl::string_view json) {
  if (absl::Status s = CheckCloudEvent(json); !s.ok()) return s;
  const Json parsed = Json::parse(json.begin(), json.end(), nullptr, false);
  absl::Status status;
  AlertSnapshot alert;
  const Reader event(parsed, "", status);
  ReadEnvelope(event, alert.last);
  if (status.ok()) ReadData(event.Object("data"), alert.last);
  alert.recorded = event.TimeOrNever("recordedtime");
  if (status.ok()) ReadNotice(event.Object("data"), alert.last, alert.recorded, alert.notice);
  if (!status.ok()) return status;
  return alert;
}

}  // namespace nephoscope
