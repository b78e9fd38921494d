#include "rules/language/out/schema.h"

#include "absl/strings/str_cat.h"
#include "rules/engine/kind.h"
#include "rules/language/tables/rule_tables.h"
#include "rules/language/out/schema_writer.h"

namespace nephoscope {
namespace {

Json Document(const char* title, const char* sentence) {
  return {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}, {"description", sentence}};
}

Json Has(const char* key) { return {{"required", Json::array({key})}}; }

Json IsKind(const RuleKind& kind) { return {{"properties", {{"kind", {{"const", kind.name()}}}}}, {"required", Json::array({"kind"})}}; }

// What must be watched, as rule_reader.cc asks for it.
Json WatchNeeded(const RuleKind& kind) {
  using Need = RuleKind::WatchNeed;
  constexpr const char* kInputs[] = {"metric", "cost", "resource", "commitment", "total"};
  Json two = Json::array();  // what may not be there
  for (std::size_t i = 0; i < std::size(kInputs); ++i)
    for (std::size_t other = i + 1; other < std::size(kInputs); ++other) two.push_back({{"required", Json::array({kInputs[i], kInputs[other]})}});
  if (kind.windows() == RuleKind::Windows::kNone)
    for (const char* key : {"stat", "window", "combine"}) two.push_back(Has(key));
  Json out = {{"properties", {{"watch", {{"not", {{"anyOf", two}}}}}}}};
  Json& watch = out["properties"]["watch"];
  switch (kind.watch_need()) {
    case Need::kMetric: watch["required"] = Json::array({"metric"}); break;
    case Need::kCost: watch["required"] = Json::array({"cost"}); break;
    case Need::kMetricOrCost: watch["anyOf"] = Json::array({Has("metric"), Has("cost")}); break;
    case Need::kResource: watch["required"] = Json::array({"resource"}); break;
    case Need::kCommitment: watch["required"] = Json::array({"commitment"}); break;
    case Need::kEvents: watch["required"] = Json::array({"good", "total"}); break;
    case Need::kNone: return {{"not", {{"required", Json::array({"watch"})}}}};
    case Need::kOptional: return out;
  }
  out["required"] = Json::array({"watch"});
  return out;
}

// Every key that a rule of this kind may have. The definitions of what all kinds share are made once.
Json RuleOf(const RuleKind& kind, SchemaWriter& writer) {
  const OptionTable* const own[] = {&TablesOf(kind).rule, &kind.options()};
  Json made = writer.MapOf(own);
  Json properties = Json::object();
  for (const Option& option : CommonRuleOptions().options)
    properties[option.name] = {{"$ref", absl::StrCat("#/definitions/rule/properties/", option.name)}};
  for (const auto& [key, value] : made["properties"].items()) properties[key] = value;
  Json out = {{"description", kind.sentence()}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (made.contains("required")) out["required"] = made["required"];
  Json rules = Json::array({WatchNeeded(kind)});
  if (TablesOf(kind).rule.options.size() > 1) {
    rules.push_back({{"not", {{"required", Json::array({"when", "levels"})}}}});
    rules.push_back({{"not", {{"required", Json::array({"severity", "levels"})}}}});
    rules.push_back({{"not",
                      {{"required", Json::array({"for", "when"})},
                       {"properties", {{"when", {{"type", "object"}, {"required", Json::array({"for"})}}}}}}}});
  }
  for (const char* key : {"when", "levels", "recover", "severity"})
    if (kind.makes_levels()) rules.push_back({{"not", Has(key)}});
  if (kind.needs_condition()) rules.push_back({{"anyOf", Json::array({Has("when"), Has("levels")})}});
  out["allOf"] = std::move(rules);
  return out;
}

Json AnyRule(SchemaWriter& writer) {
  Json kinds = Json::array(), branches = Json::array();
  for (const RuleKind* kind : AllKinds()) kinds.push_back(kind->name());
  const OptionTable* const common[] = {&CommonRuleOptions()};
  writer.definitions()["rule"] = writer.MapOf(common);
  writer.definitions()["rule"]["properties"]["kind"] = {{"enum", kinds}, {"description", "What is asked."}};
  for (const RuleKind* kind : AllKinds()) {
    const std::string name = absl::StrCat("kind_", kind->name());
    writer.definitions()[name] = RuleOf(*kind, writer);
    branches.push_back({{"if", IsKind(*kind)}, {"then", {{"$ref", absl::StrCat("#/definitions/", name)}}}});
  }
  const Json known = {{"properties", {{"kind", {{"enum", kinds}}}}}, {"required", Json::array({"kind"})}};
  Json shared = {{"properties", Json::object()}};
  for (const Option& option : CommonRuleOptions().options)
    shared["properties"][option.name] = {{"$ref", absl::StrCat("#/definitions/rule/properties/", option.name)}};
  branches.push_back({{"if", {{"not", known}}}, {"then", std::move(shared)}});
  return {{"type", "object"}, {"required", Json::array({"alert", "kind"})}, {"allOf", std::move(branches)}};
}

}  // namespace

std::string RulesSchema() {
  SchemaWriter writer(false, true);
  const OptionTable* const root[] = {&FileOptions()};
  Json document = Document("Nephoscope rules", "Rules and settings (apiVersion: rules/v1).");
  document.update(writer.MapOf(root));
  document["properties"]["rules"] = {{"type", "array"}, {"description", "The rules."}, {"items", AnyRule(writer)}};
  document["minProperties"] = 2;  // rules, or a setting
  document["definitions"] = writer.definitions();
  return document.dump(2) + "\n";
}

std::string OptionsSchema(const OptionTable& table, const SchemaOptions& options) {
  SchemaWriter writer(options.references, false);
  const OptionTable* const root[] = {&table};
  Json document = Document(options.title, table.sentence);
  document.update(writer.MapOf(root));
  for (const Option& option : table.options)
    for (const std::string& list : options.parts)
      if (list == option.name) {
        Json& entry = document["properties"][list]["items"];
        entry = {{"allOf", Json::array({entry})}, {"type", "object"}, {"minProperties", 1}, {"maxProperties", 1}};
      }
  document["definitions"] = writer.definitions();
  return document.dump(2) + "\n";
}

}  // namespace nephoscope
