#include "rules/language/out/schema_writer.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "rules/catalogue/catalogue.h"
#include "rules/language/words/scalars.h"

namespace nephoscope {
namespace {

// What scalars.cc and quantities.cc take, as expressions that JavaScript and Python read alike.
const char kNumber[] = R"([+-]?(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9]{1,3})?)";
const char kTimeUnit[] = "(?:ms|s|m|h|d|w|y|secs?|mins?|hrs?|milliseconds?|seconds?|minutes?|hours?|days?|weeks?|years?)";
const char kByteUnit[] = "(?:B|[kMGT]B|[KMGT]iB)";
const char kPer[] = R"(\s*/\s*(?:s|second|min|minute|h|hour|d|day|month))";
const char kDate[] = R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?$)";

std::string Duration() {
  return absl::StrCat("^(?:\\s*[+]?", absl::string_view(kNumber).substr(5), "[kM]?\\s*", kTimeUnit, "\\s*)+$|^\\s*[+]?0+\\s*$");
}
std::string Currencies() { return absl::StrCat("(?:", absl::StrJoin(CurrencyCodes(), "|"), ")"); }
std::string Percentage() { return absl::StrCat("^", kNumber, "[kM]?\\s*(?:%|percent)$"); }
std::string Size() { return absl::StrCat("^", kNumber, "[kM]?\\s*", kByteUnit, "$"); }
std::string MoneyText(bool rate) {
  const std::string per = rate ? kPer : "";
  return absl::StrCat("^(?:", kNumber, "[kM]?\\s*", Currencies(), per, "|\\$\\s*", kNumber, "[kM]?", per, ")$");
}
std::string QuantityText() {
  return absl::StrCat("^(?:", kNumber, "[kM]?\\s*(?:%|percent|", kTimeUnit, "|", kByteUnit, "|", Currencies(), ")?(?:", kPer, ")?|\\$\\s*",
                      kNumber, "[kM]?(?:", kPer, ")?)$");
}

bool IsRate(const Option& option) { return option.example != nullptr && absl::StrContains(option.example, '/'); }
bool TakesAuto(const Option& option) { return option.default_text != nullptr && absl::string_view(option.default_text) == "auto"; }

std::string Hover(const Option& option) {
  std::string out = option.sentence;
  if (!absl::EndsWith(out, ".")) out += '.';
  if (option.default_text != nullptr) absl::StrAppend(&out, " Default: ", option.default_text, ".");
  if (option.example != nullptr) absl::StrAppend(&out, " Example: ", option.name, ": ", option.example);
  return out;
}

// Beside a `$ref`, editors show it and validators pass it over.
void Describe(const Option& option, Json& out) {
  out["description"] = Hover(option);
  const bool scalar = option.type <= OptionType::kChoice;
  std::int64_t number = 0;
  if (scalar && option.default_text != nullptr) {
    if (option.type == OptionType::kInteger && absl::SimpleAtoi(option.default_text, &number)) {
      out["default"] = number;
    } else if (option.type == OptionType::kFlag) {
      out["default"] = absl::string_view(option.default_text) == "true";
    } else {
      out["default"] = option.default_text;
    }
  }
  if (scalar && option.example != nullptr) out["examples"] = Json::array({option.example});
}

Json MetricName() {
  Json names = Json::array();
  for (const CatalogueMetric& metric : AllMetrics())
    if (IsProviderName(metric.name)) names.push_back(metric.name);
  return {{"anyOf", Json::array({{{"enum", names}}, {{"type", "string"}, {"pattern", "^(?!aws\\.|azure\\.|gcp\\.|cost\\.)"}}})}};
}

}  // namespace

Json SchemaWriter::Text() const { return {{"type", Json::array({"string", "number", "boolean"})}}; }

// `said`: what editors tell when it does not fit.
Json SchemaWriter::Pattern(const std::string& pattern, const char* said) const {
  return {{"type", "string"}, {"pattern", references_ ? absl::StrCat(pattern, "|\\$\\{") : pattern}, {"patternErrorMessage", said}};
}

Json SchemaWriter::Matchers() const {
  const Json text = Text();
  const Json texts = {{"type", Json::array({"string", "number", "boolean", "array"})}, {"items", text}};
  Json word = {{"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}, {"additionalProperties", false}};
  const Json regex = {
      {"type", "object"}, {"required", Json::array({"matches"})}, {"properties", {{"matches", text}}}, {"additionalProperties", false}};
  const Json number = {{"type", Json::array({"number", "string"})}};
  word["properties"] = {
      {"at_least", number}, {"at_most", number}, {"above", number}, {"below", number},
      {"not", {{"if", {{"type", "object"}}}, {"then", regex}, {"else", texts}, {"description", "Not this value, or none of these."}}},
      {"matches",
       {{"type", Json::array({"string", "number", "boolean"})}, {"description", "A regular expression (RE2) over the whole value."}}},
      {"missing",
       {{"enum", Json::array({true, false, "true", "false"})},
        {"description", "true: series without this label; false: series with it."}}}};
  return {{"if", {{"type", "string"}}},
          {"then",
           {{"pattern", R"re(^\s*\{?\s*(?:[A-Za-z0-9_]+\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,?\s*)+\}?\s*$)re"},
            {"patternErrorMessage", "write label: value lines, or 'env=~\"prod|stage\"'"}}},
          {"else", {{"type", "object"}, {"additionalProperties", {{"if", {{"type", "object"}}}, {"then", word}, {"else", texts}}}}}};
}

// `type`: integer or number, as YAML tells them; 6_800 and 6.8k are texts to it.
Json SchemaWriter::Number(const Option& option, const char* type) const {
  Json out = Pattern(absl::StrCat("^", kNumber, "[kM]?$"), "a number");
  out["type"] = Json::array({type, "string"});
  if (option.minimum > -1e300) out["minimum"] = option.minimum;
  if (option.maximum < 1e300) out["maximum"] = option.maximum;
  return out;
}

Json SchemaWriter::Scalar(const Option& option) {
  switch (option.type) {
    case OptionType::kFlag: return {{"enum", Json::array({true, false, "true", "false"})}};
    case OptionType::kInteger: return Number(option, "integer");
    case OptionType::kNumber: return Number(option, "number");
    case OptionType::kRatio: return Pattern(Percentage(), "a percentage, such as 80%");
    case OptionType::kDuration: {
      Json out =
          Pattern(TakesAuto(option) ? absl::StrCat(Duration(), "|^auto$") : Duration(), "a number and a unit, such as 30s, 5m, 2h or 1d");
      out["type"] = Json::array({"string", "integer"});
      out["maximum"] = 0;
      out["minimum"] = 0;
      return out;
    }
    case OptionType::kMoney: {
      Json out = Pattern(MoneyText(IsRate(option)),
                         IsRate(option) ? "an amount per time, such as 1200 USD/hour" : "a number and a currency, such as 42000 USD");
      if (IsRate(option)) return out;
      out["type"] = Json::array({"string", "integer"});
      out["maximum"] = 0;
      out["minimum"] = 0;
      return out;
    }
    case OptionType::kQuantity: {
      Json out = Pattern(IsRate(option) ? MoneyText(true) : QuantityText(), "a number with its unit, such as 80%, 5 MB, 800 ms or 500 USD");
      if (!IsRate(option)) out["type"] = Json::array({"string", "number"});
      return out;
    }
    case OptionType::kBytes: return Pattern(absl::StrCat(Size(), "|^0$"), "a size, such as 64 MiB");
    case OptionType::kDate: return Pattern(kDate, "a date, such as 2026-11-26 or 2026-12-24 18:00");
    case OptionType::kUrl: return Pattern("^https?://[^\\s/:]\\S*$", "a web address that begins with http:// or https://");
    case OptionType::kChoice: {
      Json words = Json::array();
      for (const char* choice : option.choices) words.push_back(choice);
      const Json out = {{"enum", words}};
      return references_ ? Json{{"anyOf", Json::array({out, {{"type", "string"}, {"pattern", "\\$\\{"}}})}} : out;
    }
    default: return option.form == nullptr ? Text() : Formed(option);
  }
}

// A text of which more is known than that it is one.
Json SchemaWriter::Formed(const Option& option) const {
  const bool map = option.type == OptionType::kTextMap;
  const std::string example = option.example == nullptr ? "" : option.example;
  Json out = Pattern(option.form, map ? "not in the form that is needed here" : absl::StrCat("write it as in ", example).c_str());
  if (map) out["type"] = Json::array({"string", "number"});
  return out;
}

Json SchemaWriter::MapValue(const Option& option) {
  const Json map = RefTo(*option.fields);
  if (option.shorthand == nullptr) return map;
  Json word = true;
  for (const Option& field : option.fields->options)
    if (absl::string_view(field.name) == option.shorthand) word = Value(field);
  return {{"if", {{"type", Json::array({"object", "null"})}}}, {"then", map}, {"else", word}};
}

Json SchemaWriter::ListOfMaps(const Option& option) {
  const Json list = {{"type", "array"}, {"items", option.shorthand == nullptr ? RefTo(*option.fields) : RowOr(*option.fields)}};
  if (option.shorthand == nullptr) return list;
  Json word = true;
  for (const Option& field : option.fields->options)
    if (absl::string_view(field.name) == option.shorthand) word = Value(field);
  return {{"if", {{"type", "array"}}}, {"then", list}, {"else", word}};
}

// An entry of a list: keys, or a list of the values in order.
Json SchemaWriter::RowOr(const OptionTable& table) {
  Json cells = Json::array();
  for (const Option& field : table.options) cells.push_back(Value(field));
  const Json row = {{"items", cells}, {"minItems", table.options.size()}, {"maxItems", table.options.size()}};
  return {{"if", {{"type", "array"}}}, {"then", row}, {"else", RefTo(table)}};
}

Json SchemaWriter::Value(const Option& option) {
  const absl::string_view name = option.name;
  if (catalogue_ && name == "metric" && option.type == OptionType::kText) return MetricName();
  if (catalogue_ && name == "for" && option.type == OptionType::kText) {
    Json out = Pattern(absl::StrCat(Duration(), "|^[0-9]+ of [0-9]+(?: points?)?$"),
                       "a duration such as 15m, or a number of points: 3 of 5 points");
    out["type"] = Json::array({"string", "integer"});
    out["maximum"] = 0;
    return out;
  }
  const Json text = Text();
  switch (option.type) {
    case OptionType::kTextList: return {{"type", Json::array({"array", "string", "number", "boolean"})}, {"items", text}};
    case OptionType::kTextMap: return {{"type", "object"}, {"additionalProperties", option.form == nullptr ? text : Formed(option)}};
    case OptionType::kMap: return MapValue(option);
    case OptionType::kMapList: return ListOfMaps(option);
    case OptionType::kMoneyMap: {
      Json amount;
      for (const Option& field : option.fields->options)
        if (absl::string_view(field.name) == "amount") amount = Value(field);
      if (amount.is_null()) return {{"type", "object"}, {"additionalProperties", RefTo(*option.fields)}};
      return {{"type", "object"},
              {"additionalProperties", {{"if", {{"type", "object"}}}, {"then", RefTo(*option.fields)}, {"else", amount}}}};
    }
    case OptionType::kMatchers:
      if (!definitions_.contains("labels")) definitions_["labels"] = Matchers();
      return {{"$ref", "#/definitions/labels"}};
    default: return Scalar(option);
  }
}

Json SchemaWriter::ValueOf(const Option& option) {
  Json out = Value(option);
  if (!out.is_object()) return out;
  Json described = Json::object();
  Describe(option, described);
  described.update(out);
  return described;
}

Json SchemaWriter::RefTo(const OptionTable& table) {
  auto known = names_.find(&table);
  if (known == names_.end()) {
    std::string name = absl::StrReplaceAll(table.name, {{" ", "_"}, {"'", ""}});
    for (int i = 2; definitions_.contains(name); ++i) name = absl::StrCat(absl::StrReplaceAll(table.name, {{" ", "_"}, {"'", ""}}), "_", i);
    known = names_.emplace(&table, name).first;
    definitions_[name] = nullptr;  // tables may hold themselves
    const OptionTable* const one[] = {&table};
    Json made = MapOf(one);
    definitions_[name] = std::move(made);
  }
  return {{"$ref", absl::StrCat("#/definitions/", known->second)}};
}

Json SchemaWriter::MapOf(absl::Span<const OptionTable* const> tables) {
  Json properties = Json::object(), required = Json::array();
  for (const OptionTable* table : tables) {
    for (const Option& option : table->options) {
      if (properties.contains(option.name)) continue;
      properties[option.name] = ValueOf(option);
      if (option.required) required.push_back(option.name);
    }
  }
  // A key without a value is an empty map, where nothing in it is required.
  Json out = {{"type", required.empty() ? Json::array({"object", "null"}) : Json("object")}};
  out["properties"] = std::move(properties);
  out["additionalProperties"] = false;
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

}  // namespace nephoscope
