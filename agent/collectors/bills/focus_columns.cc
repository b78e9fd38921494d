#include "agent/collectors/bills/focus_columns.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/collectors/bills/bill_format.h"
#include "rules/model/tag_label.h"

namespace nephoscope {
namespace {

// The header that shares the most letters at the beginning; for "did you mean".
std::string Closest(const std::vector<CsvField>& header, absl::string_view wanted) {
  std::size_t best = 2;
  std::string out;
  for (const CsvField& field : header) {
    std::size_t same = 0;
    while (same < std::min(field.text.size(), wanted.size()) && absl::ascii_tolower(field.text[same]) == absl::ascii_tolower(wanted[same])) ++same;
    if (same > best) best = same, out = std::string(field.text);
  }
  return out;
}

// The names of one column, the present one first: FOCUS 1.3 renamed the provider, 1.0 the region.
struct FocusName {
  int FocusColumns::*column;
  const char* names[3];
  bool mandatory = false;
};

using C = FocusColumns;
const FocusName kNames[] = {
    {&C::billed, {"BilledCost"}, true},
    {&C::effective, {"EffectiveCost"}, true},
    {&C::list, {"ListCost"}},
    {&C::contracted, {"ContractedCost"}},
    {&C::currency, {"BillingCurrency"}, true},
    {&C::period_start, {"ChargePeriodStart"}, true},
    {&C::period_end, {"ChargePeriodEnd"}},
    {&C::provider, {"ProviderName", "ServiceProviderName", "Provider"}},
    {&C::service_provider, {"ServiceProviderName", "HostProviderName"}},
    {&C::billing_account, {"BillingAccountId"}},
    {&C::account, {"SubAccountId"}},
    {&C::account_name, {"SubAccountName"}},
    {&C::service, {"ServiceName"}},
    {&C::service_category, {"ServiceCategory"}},
    {&C::region, {"RegionId", "Region"}},
    {&C::charge_category, {"ChargeCategory", "ChargeType"}},
    {&C::tags, {"Tags"}},
    {&C::resource, {"ResourceId"}},
    {&C::resource_name, {"ResourceName"}},
    {&C::resource_type, {"ResourceType"}},
    {&C::commitment, {"CommitmentDiscountId"}},
    {&C::commitment_name, {"CommitmentDiscountName"}},
    {&C::commitment_type, {"CommitmentDiscountType"}},
    {&C::commitment_status, {"CommitmentDiscountStatus"}},
    {&C::pricing_category, {"PricingCategory"}},
    {&C::consumed_unit, {"ConsumedUnit"}},
    {&C::charge_frequency, {"ChargeFrequency"}},
    {&C::sku, {"SkuPriceId", "SkuId"}},
    {&C::description, {"ChargeDescription"}},
};

// Invisible characters that spreadsheets and web pages leave behind, and ASCII blanks: bytes at the front, 0: none.
std::size_t BlankAtFront(absl::string_view text) {
  if (text.empty()) return 0;
  if (absl::ascii_isspace(static_cast<unsigned char>(text[0])) || text[0] == '\0') return 1;
  for (absl::string_view one : {"\xC2\xA0", "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E",
                                "\xE2\x80\x8F", "\xE2\x80\xAF", "\xE2\x81\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"})
    if (absl::StartsWith(text, one)) return one.size();
  return 0;
}

// The same at the end.
std::size_t BlankAtEnd(absl::string_view text) {
  if (text.empty()) return 0;
  if (absl::ascii_isspace(static_cast<unsigned char>(text.back())) || text.back() == '\0') return 1;
  for (std::size_t size : {2, 3})
    if (text.size() >= size && BlankAtFront(text.substr(text.size() - size)) == size) return size;
  return 0;
}

// Money, its currency and its time that stand in two columns of one name: which is meant, nobody
// can say.
absl::Status FindTwice(const std::vector<CsvField>& header, const std::vector<std::string>& keys) {
  for (const FocusName& one : kNames) {
    const bool counts = one.mandatory || one.column == &C::list || one.column == &C::contracted ||
                        one.column == &C::period_end;
    const auto first = std::find(keys.begin(), keys.end(), ColumnKey(one.names[0]));
    const auto again =
        first == keys.end() ? first : std::find(first + 1, keys.end(), *first);
    if (!counts || again == keys.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "the column ", one.names[0], " stands there twice: column ", first - keys.begin() + 1,
        " \"", header[static_cast<std::size_t>(first - keys.begin())].text.substr(0, 40),
        "\" and column ", again - keys.begin() + 1, " \"",
        header[static_cast<std::size_t>(again - keys.begin())].text.substr(0, 40),
        "\"; take one of them out"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FocusColumns::Find(const std::vector<CsvField>& header) {
  std::vector<std::string> keys;
  for (const CsvField& field : header) keys.push_back(ColumnKey(field.text));
  count = static_cast<int>(header.size());
  if (absl::Status twice = FindTwice(header, keys); !twice.ok()) return twice;
  for (const FocusName& one : kNames) {
    for (const char* name : one.names) {
      if (name == nullptr || this->*one.column != kMissing) continue;
      const auto found = std::find(keys.begin(), keys.end(), ColumnKey(name));
      if (found != keys.end()) this->*one.column = static_cast<int>(found - keys.begin());
    }
    if (this->*one.column != kMissing || !one.mandatory) continue;
    const std::string closest = Closest(header, one.names[0]);
    return absl::InvalidArgumentError(
        absl::StrCat("the column ", one.names[0], " is missing",
                     closest.empty() ? "" : absl::StrCat(" (the nearest is \"", closest.substr(0, 40), "\")"),
                     "; is it a FOCUS bill (1.0 or later) with a header row?"));
  }
  return absl::OkStatus();
}

absl::string_view FocusTrimmed(absl::string_view text) {
  for (std::size_t size = BlankAtFront(text); size > 0; size = BlankAtFront(text)) text.remove_prefix(size);
  for (std::size_t size = BlankAtEnd(text); size > 0; size = BlankAtEnd(text)) text.remove_suffix(size);
  return text;
}

namespace {

// A tag's value as text, without blanks at its ends, which would make a group of its own; false: it is one of several, which no label can be.
bool TagText(const nlohmann::json& value, std::string& out) {
  if (value.is_null()) return out.clear(), true;
  if (value.is_string()) return out = std::string(FocusTrim(value.get_ref<const std::string&>())), true;
  if (value.is_structured()) return false;
  return out = value.dump(), true;
}

const nlohmann::json* Member(const nlohmann::json& object, std::initializer_list<const char*> names) {
  for (const auto& [key, value] : object.items())
    for (const char* name : names)
      if (absl::EqualsIgnoreCase(key, name)) return &value;
  return nullptr;
}

// One of [{"key": "team", "value": "web"}, ...], or an object of tags itself.
bool AddTagOf(const nlohmann::json& item, FocusTagList& out) {
  if (!item.is_object()) return false;
  const nlohmann::json *key = Member(item, {"key", "name", "tagkey"}), *value = Member(item, {"value", "tagvalue"});
  std::string text;
  if (key != nullptr && value != nullptr && key->is_string() && item.size() <= 3) {
    if (!TagText(*value, text)) return false;
    out.emplace_back(key->get<std::string>(), std::move(text));
    return true;
  }
  bool all = true;
  for (const auto& [name, one] : item.items())
    if (TagText(one, text)) out.emplace_back(name, text);
    else all = false;
  return all;
}

}  // namespace

bool FocusTags(absl::string_view json, FocusTagList& out) {
  if (json.empty() || json == "{}" || json == "[]") return true;
  nlohmann::json parsed = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  // Azure without the outer braces: "team": "web","env": "prod".
  if (parsed.is_discarded() && json[0] == '"')
    parsed = nlohmann::json::parse(absl::StrCat("{", json, "}"), nullptr, false);
  if (parsed.is_string()) return FocusTags(parsed.get<std::string>(), out);  // JSON within JSON
  if (parsed.is_object()) return AddTagOf(parsed, out);
  if (!parsed.is_array()) return parsed.is_null();
  bool all = true;
  for (const nlohmann::json& item : parsed) all = AddTagOf(item, out) && all;
  return all;
}

std::string CommitmentType(absl::string_view billed) {
  static constexpr struct { const char* part; const char* word; } kWords[] = {{"saving", "savings_plan"}, {"reserv", "reserved_instance"}, {"committed", "committed_use_discount"}, {"cud", "committed_use_discount"}};
  const std::string small = absl::AsciiStrToLower(billed);
  for (const auto& one : kWords)
    if (absl::StrContains(small, one.part)) return one.word;
  return TagLabel(billed);
}

}  // namespace nephoscope
