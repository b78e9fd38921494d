#include "rules/importing/importing.h"

#include "absl/strings/str_cat.h"
#include "rules/importing/rule_lines.h"

namespace nephoscope {
namespace {

constexpr char kHead[] = "apiVersion: rules/v1\nrules:\n";

std::string Counted(std::size_t n, const char* what) { return absl::StrCat(n, " ", what); }

void CheckItem(ImportedItem& item) {
  Imported alone;
  alone.items.push_back(item);
  const SourceFile file{"imported.yaml", RulesOf(alone)};
  const LoadedRules loaded = LoadRules({&file, 1});
  for (const Diagnostic& d : loaded.diagnostics) {
    if (d.severity == Diagnostic::Severity::kWarning) {
      item.notes.push_back(absl::StrCat("check warns: ", d.message));
    } else if (item.converted()) {
      item.refusal = absl::StrCat("the rule made of it would not be accepted (", d.code, "): ", d.message, d.help.empty() ? "" : "; ", d.help);
      item.rules.clear();
    }
  }
}

}  // namespace

std::string RulesOf(const Imported& imported) {
  std::string out;
  for (const ImportedItem& item : imported.items) {
    if (!item.converted()) continue;
    absl::StrAppend(&out, "  # ", OneLine(item.name), " (", OneLine(item.place), ")\n");
    for (const std::string& note : item.notes) absl::StrAppend(&out, "  # note: ", OneLine(note), "\n");
    for (const std::string& rule : item.rules) absl::StrAppend(&out, rule);
  }
  return out.empty() ? out : kHead + out;
}

std::string ReportOf(const Imported& imported) {
  std::string out;
  std::size_t plain = 0, noted = 0, refused = 0;
  for (const ImportedItem& item : imported.items) {
    absl::StrAppend(&out, OneLine(item.place), " ", OneLine(item.name), ": ");
    if (!item.converted()) {
      absl::StrAppend(&out, "refused: ", OneLine(item.refusal), "\n");
      ++refused;
      continue;
    }
    absl::StrAppend(&out, item.notes.empty() ? "converted\n" : "converted with notes\n");
    for (const std::string& note : item.notes) absl::StrAppend(&out, "  - ", OneLine(note), "\n");
    ++(item.notes.empty() ? plain : noted);
  }
  for (const std::string& remark : imported.remarks) absl::StrAppend(&out, remark, "\n");
  absl::StrAppend(&out, Counted(plain, "converted"), ", ", Counted(noted, "converted with notes"), ", ", Counted(refused, "refused"), "\n");
  return out;
}

void RefuseWhatCheckRefuses(Imported& imported) {
  for (ImportedItem& item : imported.items) {
    if (item.converted()) CheckItem(item);
    if (!item.converted()) item.notes.clear();
  }
}

}  // namespace nephoscope
