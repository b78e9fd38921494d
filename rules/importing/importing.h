// What coordinators already have elsewhere, as rules: AWS budgets, Kubecost alerts, Prometheus alert rules, Cloud Custodian policies. Text in, text out.
#pragma once

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "rules/language/language.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

// What became of one budget, alert or policy.
struct ImportedItem {
  std::string name;                // as its source calls it
  std::string place;               // budgets.json:12
  std::vector<std::string> rules;  // entries of `rules:`, as YAML; empty: refused
  std::vector<std::string> notes;  // what is not quite the same, and what to look at
  std::string refusal;             // why, and what to do instead; empty: converted

  bool converted() const { return refusal.empty(); }
};

struct Imported {
  std::vector<ImportedItem> items;      // in the order of the files
  std::vector<std::string> remarks;     // on what makes no rules of its own
  std::vector<Diagnostic> diagnostics;  // of files that cannot be read, or hold nothing of what is looked for
};

// JSON as `aws budgets describe-budgets` prints it. The notifications stand in it (NotificationsWithSubscribers beside or in a budget), or in
// another of the files (describe-budget-notifications-for-account).
Imported ImportAwsBudgets(absl::Span<const SourceFile> files);
// Helm values of Kubecost (global.notifications.alertConfigs), or the list of alerts alone; YAML or JSON.
Imported ImportKubecost(absl::Span<const SourceFile> files);
// Policy files of Cloud Custodian: filters of type metrics, and missing or wrong tags.
Imported ImportCustodian(absl::Span<const SourceFile> files);

// Alert rules of Prometheus. Metrics of the exporters of providers get our names, and so do their labels.
Imported ImportPrometheus(absl::Span<const SourceFile> files);

// A rule file of all that was converted, notes as comments; empty when nothing was. `nephoscope check` accepts it: what it would refuse, the
// importers refuse.
std::string RulesOf(const Imported& imported);
// For people: a line for each item, its notes or its refusal, and how many there are of each.
std::string ReportOf(const Imported& imported);

}  // namespace nephoscope
