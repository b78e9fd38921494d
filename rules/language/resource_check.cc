#include "rules/language/resource_check.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/catalogue/catalogue.h"
#include "rules/catalogue/resources.h"
#include "rules/engine/matcher.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

const std::vector<std::string>& CommitmentTypes() {
  static const auto& all = *new std::vector<std::string>{"savings_plan", "reserved_instance", "committed_use_discount"};
  return all;
}

void Unknown(const std::string& name, const char* what, const std::vector<std::string>& known, const std::string& where, Mark mark, DiagnosticSink& sink) {
  const std::string nearest = Nearest(name, known);
  // The name itself, if it stands behind the mark on its line.
  const SourceText& source = sink.text();
  const std::size_t at = source.text().find(name, source.OffsetOf(mark.line, mark.column));
  Diagnostic out;
  out.code = "R301";
  out.mark = at == absl::string_view::npos ? mark : source.MarkOf(at, at + name.size());
  out.message = absl::StrCat("there is no type of ", what, " \"", name, "\"");
  out.caret_text = nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"?");
  if (!nearest.empty()) out.suggestion = nearest;
  out.help = where;
  sink.Add(std::move(out));
}

}  // namespace

void CheckResourceTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink) {
  if (types.empty()) return;
  std::vector<std::string> names;
  for (const ResourceType& type : AllResourceTypes()) names.emplace_back(type.name);
  for (const std::string& type : types) {
    const bool pattern = absl::StrContains(type, '*');
    const bool known = pattern ? std::any_of(names.begin(), names.end(), [&](const std::string& one) { return GlobMatches(type, one); }) : FindResourceType(type) != nullptr;
    if (known || (!pattern && !IsProviderName(type) && Nearest(type, names).empty() && absl::StrContains(type, '.'))) continue;  // oci.instance: as the bill says it
    const std::string provider = absl::StrCat(type.substr(0, type.find('.')), ".");
    std::vector<std::string> of;
    for (const std::string& name : names)
      if (absl::StartsWith(name, provider)) of.push_back(name);
    Unknown(type, "resources", names, absl::StrCat("types: ", absl::StrJoin(of.empty() ? names : of, ", ")), mark, sink);
  }
}

void CheckCommitmentTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink) {
  for (const std::string& type : types)
    if (type != "*" && std::find(CommitmentTypes().begin(), CommitmentTypes().end(), type) == CommitmentTypes().end())
      Unknown(type, "commitments", CommitmentTypes(), absl::StrCat("types: ", absl::StrJoin(CommitmentTypes(), ", "), ", or * for all"), mark, sink);
}

void NoteResource(Watch& watch) {
  std::vector<std::string> metrics = {watch.metric};
  if (!watch.events.empty()) metrics.clear();
  for (const Watch::Events& one : watch.events) metrics.push_back(one.metric);
  const ResourceType* const type = ResourceTypeOfMetric(metrics[0]);
  if (type == nullptr || std::any_of(metrics.begin(), metrics.end(), [&](const std::string& one) { return ResourceTypeOfMetric(one) != type; })) return;
  watch.resource_type = type->name;
  watch.resource_label = type->label;
}

}  // namespace nephoscope
