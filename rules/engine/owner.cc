#include "rules/engine/owner.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/engine/matcher.h"

namespace nephoscope {
namespace {

bool Answers(absl::string_view value) { return !value.empty() && value != kNoGroup; }

// The value of the label as it is spelt; else in whatever case.
absl::string_view TagOf(const Labels& labels, absl::string_view name) {
  if (const absl::string_view value = labels.Get(name); Answers(value)) return value;
  for (const LabelView label : labels.pairs())
    if (absl::EqualsIgnoreCase(label.name, name) && Answers(label.value)) return label.value;
  return "";
}

bool Fits(const OwnerRow& row, const Labels& labels) {
  return std::all_of(row.labels.begin(), row.labels.end(), [&](const auto& cell) { return GlobMatches(cell.second, labels.Get(cell.first)); });
}

// An empty name: this step does not answer.
Owner Ask(const OwnerStep& step, const Labels& labels) {
  const std::string parent = step.tag_of.empty() ? "" : absl::StrCat(step.tag_of, "_");
  for (const std::string& tag : step.tags)
    if (const absl::string_view value = TagOf(labels, parent + tag); !value.empty())
      return {std::string(value), std::string(labels.Get(parent + "contact")), step.tag_of.empty() ? absl::StrCat("tag ", tag) : absl::StrCat("tag ", tag, " of ", step.tag_of)};
  for (const OwnerRow& row : step.table)
    if (Fits(row, labels)) return row.owner;
  return {};
}

Owner Ask(const OwnerStep& step, const OwnerLabels& group) {
  Owner out;
  for (const Labels* one : group.labels) {
    Owner owner = Ask(step, *one);
    if (group.rule == OwnerLabels::Rule::kFirst && !owner.name.empty()) return owner;
    if (group.rule == OwnerLabels::Rule::kAll && owner.name.empty()) return {};
    if (!out.name.empty() && !owner.name.empty() && owner.name != out.name) return {};
    if (out.name.empty()) out = std::move(owner);
  }
  return out;
}

}  // namespace

Owner ResolveOwner(const Rule& rule, const Settings& settings, absl::Span<const OwnerLabels> groups) {
  if (rule.owner) return *rule.owner;
  for (const OwnerStep& step : settings.owner_steps)
    for (const OwnerLabels& group : groups)
      if (Owner owner = Ask(step, group); !owner.name.empty()) return owner;
  return settings.default_owner;
}

}  // namespace nephoscope
