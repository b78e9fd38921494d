// Diagnostics in SARIF 2.1.0 (OASIS), which code review tools show beside the lines.
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "rules/language/tables/codes.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

using Json = nlohmann::ordered_json;

const char* LevelOf(const Diagnostic& d) { return d.severity == Diagnostic::Severity::kError ? "error" : "warning"; }

std::string MessageOf(const Diagnostic& d) {
  std::string out = d.message;
  for (const std::string* more : {&d.caret_text, &d.help, &d.note})
    if (!more->empty()) absl::StrAppend(&out, "; ", *more);
  return out;
}

// A path as a URI reference; without a scheme it is relative to where the check ran.
std::string UriOf(const std::string& path) {
  static constexpr char kPlain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string out = path.empty() || path[0] != '/' ? "" : "file://";
  for (const char c : path) {
    if (std::string_view(kPlain).find(c) != std::string_view::npos) {
      out += c;
    } else {
      absl::StrAppend(&out, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return out;
}

Json LocationOf(const Diagnostic& d) {
  Json physical = {{"artifactLocation", {{"uri", UriOf(d.file)}}}};
  if (d.mark.line > 0) physical["region"] = {{"startLine", d.mark.line}, {"startColumn", d.mark.column}, {"endColumn", d.mark.end_column}};
  return {{"physicalLocation", std::move(physical)}};
}

Json RuleOf(const std::string& code) {
  Json out = {{"id", code}};
  if (const char* help = HelpFor(code); help != nullptr) {
    out["shortDescription"] = {{"text", help}};
    out["help"] = {{"text", absl::StrCat(help, " See: nephoscope help ", code)}};
  }
  return out;
}

}  // namespace

std::string DiagnosticsToSarif(absl::Span<const Diagnostic> diagnostics, absl::string_view version) {
  std::map<std::string, std::size_t> indices;
  Json rules = Json::array(), results = Json::array();
  for (const Diagnostic& d : diagnostics) {
    const auto [index, fresh] = indices.emplace(d.code, rules.size());
    if (fresh) rules.push_back(RuleOf(d.code));
    results.push_back({{"ruleId", d.code},
                       {"ruleIndex", index->second},
                       {"level", LevelOf(d)},
                       {"message", {{"text", MessageOf(d)}}},
                       {"locations", Json::array({LocationOf(d)})}});
  }
  const Json driver = {{"name", "nephoscope"}, {"version", std::string(version)}, {"rules", rules}};
  const Json run = {{"tool", {{"driver", driver}}}, {"columnKind", "unicodeCodePoints"}, {"results", results}};
  const Json out = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nephoscope
