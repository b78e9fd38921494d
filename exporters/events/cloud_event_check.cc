// What the CloudEvents 1.0 specification asks of an event and its JSON schema cannot say.
#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "exporters/events/cloud_event.h"
#include "exporters/events/cloud_event_time.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// "Z" or "+05:30".
bool IsOffset(absl::string_view zone) {
  if (zone == "Z" || zone == "z") return true;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return false;
  return IsDigits(zone.substr(1, 2)) && IsDigits(zone.substr(4, 2)) && zone.substr(1, 2) < "24" && zone.substr(4, 2) < "60";
}

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::string_view("!#$&-^_.+").find(static_cast<char>(c)) != absl::string_view::npos;
  });
}

// RFC 2046: type/subtype, then parameters.
bool IsMediaType(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text.substr(0, text.find(';')));
  const std::size_t slash = text.find('/');
  return slash != absl::string_view::npos && IsToken(text.substr(0, slash)) && IsToken(text.substr(slash + 1));
}

bool IsUriReference(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F && absl::string_view("\"<>\\^`{|}").find(static_cast<char>(c)) == absl::string_view::npos;
  });
}

// With a scheme: urn:..., https://...
bool IsUri(absl::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == absl::string_view::npos || colon == 0 || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  const absl::string_view scheme = text.substr(0, colon);
  return IsUriReference(text) && std::all_of(scheme.begin(), scheme.end(),
                                             [](unsigned char c) { return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.'; });
}

bool IsTime(absl::string_view text) { return ParseRfc3339(text).has_value(); }
bool IsAnyText(absl::string_view) { return true; }

struct Attribute {
  const char* name;
  bool required;
  bool (*valid)(absl::string_view);
  const char* expected;
};
constexpr Attribute kAttributes[] = {
    {"specversion", true, [](absl::string_view v) { return v == "1.0"; }, "\"1.0\""},
    {"id", true, IsAnyText, "a text that is not empty"},
    {"source", true, IsUriReference, "a URI or a relative one such as /agents/main"},
    {"type", true, IsAnyText, "a text that is not empty"},
    {"datacontenttype", false, IsMediaType, "a media type such as application/json"},
    {"dataschema", false, IsUri, "a URI"},
    {"subject", false, IsAnyText, "a text that is not empty"},
    {"time", false, IsTime, "a time such as 2026-06-18T09:12:44Z (RFC 3339)"},
};

absl::Status Wrong(absl::string_view name, const Json& found, absl::string_view expected) {
  const std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 100);
  return absl::InvalidArgumentError(absl::StrCat("CloudEvent attribute \"", name, "\" is ", text, "; expected ", expected));
}

absl::Status CheckAttribute(const Json& event, const Attribute& attribute) {
  const auto found = event.find(attribute.name);
  if (found == event.end() || found->is_null()) {
    if (!attribute.required) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("CloudEvent attribute \"", attribute.name, "\" is missing; expected ", attribute.expected));
  }
  if (!found->is_string() || found->get_ref<const std::string&>().empty() || !attribute.valid(found->get_ref<const std::string&>()))
    return Wrong(attribute.name, *found, attribute.expected);
  return absl::OkStatus();
}

absl::Status CheckName(const std::string& name, const Json& value) {
  if (name == "data" || name == "data_base64") return absl::OkStatus();
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(),
                                                  [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); });
  if (!plain)
    return absl::InvalidArgumentError(
        absl::StrCat("CloudEvent attribute \"", name, "\" has a name of other than lower-case letters and digits"));
  if (value.is_structured()) return Wrong(name, value, "a text, a whole number, true or false");
  return absl::OkStatus();
}

}  // namespace

std::optional<absl::Time> ParseRfc3339(absl::string_view text) {
  // The shape first: absl::ParseTime is more generous than RFC 3339 (spaces, "+05", "infinite-past").
  constexpr absl::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char c = absl::ascii_toupper(static_cast<unsigned char>(text[i]));
    if (kShape[i] == 'd' ? !absl::ascii_isdigit(static_cast<unsigned char>(c)) : c != kShape[i]) return std::nullopt;
  }
  absl::string_view rest = text.substr(kShape.size());
  if (absl::ConsumePrefix(&rest, ".")) {
    const std::size_t end = rest.find_first_not_of("0123456789");
    if (end == 0 || end == absl::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  if (!IsOffset(rest)) return std::nullopt;
  absl::Time time;
  std::string unused;
  if (!absl::ParseTime(absl::RFC3339_full, absl::AsciiStrToUpper(text), &time, &unused)) return std::nullopt;
  return time;
}

absl::Status CheckCloudEvent(absl::string_view json) {
  const Json event = Json::parse(json.begin(), json.end(), nullptr, false);
  if (event.is_discarded()) return absl::InvalidArgumentError("CloudEvent is not valid JSON");
  if (!event.is_object())
    return absl::InvalidArgumentError(absl::StrCat("CloudEvent is a JSON ", event.type_name(), "; expected an object"));
  for (const Attribute& attribute : kAttributes)
    if (absl::Status s = CheckAttribute(event, attribute); !s.ok()) return s;
  for (const auto& [name, value] : event.items())
    if (absl::Status s = CheckName(name, value); !s.ok()) return s;
  const auto present = [&event](const char* name) { return event.contains(name) && !event[name].is_null(); };
  if (present("data") && present("data_base64"))
    return absl::InvalidArgumentError("CloudEvent has both \"data\" and \"data_base64\"; expected one of them");
  if (present("data_base64") && !event["data_base64"].is_string()) return Wrong("data_base64", event["data_base64"], "a text");
  return absl::OkStatus();
}

}  // namespace nephoscope
