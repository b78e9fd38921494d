#include "rules/language/checks/part_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/kind.h"
#include "rules/language/source_text.h"

namespace nephoscope {
namespace {

class PartChecker {
 public:
  PartChecker(absl::Span<const std::shared_ptr<const Rule>> rules, absl::Span<const std::string> names, absl::Span<const SourceFile> files) : names_(names), files_(files) {
    for (const auto& rule : rules) by_name_[rule->name] = rule.get();
  }

  std::vector<Diagnostic> Check(absl::Span<const std::shared_ptr<const Rule>> rules) {
    for (const auto& rule : rules) {
      if (rule->depends_on) CheckDependency(*rule, *rule->depends_on);
      if (!rule->watch.alerts) continue;
      lacking_.clear();
      for (const std::string& part : PartsOf(*rule)) CheckPart(*rule, part);
      std::vector<std::string> way;
      FindCycle(*rule, way);
    }
    return std::move(out_);
  }

 private:
  static std::vector<std::string> PartsOf(const Rule& rule) { return FindKind(rule.kind)->Parts(rule); }

  void CheckPart(const Rule& rule, const std::string& part) {
    const auto found = by_name_.find(part);
    if (found == by_name_.end()) {
      if (std::find(names_.begin(), names_.end(), part) == names_.end()) Unknown(rule, part);
      return;
    }
    for (const std::string& label : rule.watch.by)
      if (!HasLabel(*found->second, label) && lacking_.insert(label).second) return LabelMissing(rule, *found->second, label);
  }

  void CheckDependency(const Rule& rule, const DependsOn& other) {
    if (other.alert == rule.name) {
      Diagnostic told = At(rule, other.alert, "R321", absl::StrCat(rule.name, " cannot depend on itself"));
      told.caret_text = "name another alert";
      return out_.push_back(std::move(told));
    }
    const auto found = by_name_.find(other.alert);
    if (found == by_name_.end()) {
      if (std::find(names_.begin(), names_.end(), other.alert) == names_.end()) Unknown(rule, other.alert);
      return;
    }
    for (const Rule* one : {&rule, found->second})
      for (const std::string& label : other.same)
        if (!HasLabel(*one, label)) return LabelMissing(rule, *one, label);
  }

  static bool HasLabel(const Rule& rule, const std::string& label) {
    if (rule.labels.Has(label) || std::find(rule.watch.by.begin(), rule.watch.by.end(), label) != rule.watch.by.end()) return true;
    return !rule.watch.groups_by_label() && label == "target";  // alerts of a probe
  }

  void Unknown(const Rule& rule, const std::string& part) {
    const std::string nearest = Nearest(part, names_);
    Diagnostic told = At(rule, part, "R320", absl::StrCat("there is no alert \"", part, "\""));
    told.caret_text = nearest.empty() ? "write the name of an alert as its rule does" : absl::StrCat("did you mean \"", nearest, "\"?");
    if (!nearest.empty()) told.suggestion = nearest;
    out_.push_back(std::move(told));
  }

  void LabelMissing(const Rule& rule, const Rule& part, const std::string& label) {
    Diagnostic told = At(rule, &rule == &part ? label : part.name, "R322", absl::StrCat("the alerts of ", part.name, " have no label \"", label, "\", so they cannot be compared by `same`"));
    told.caret_text = absl::StrCat("add ", label, " to `by` of ", part.name, ", or take it out of `same`");
    told.note = absl::StrCat(part.name, " is in ", part.file, " line ", part.line, ", by: [", absl::StrJoin(part.watch.by, ", "), "]");
    out_.push_back(std::move(told));
  }

  // Each cycle is told once, where it is met first.
  void FindCycle(const Rule& rule, std::vector<std::string>& way) {
    if (const auto begin = std::find(way.begin(), way.end(), rule.name); begin != way.end()) {
      std::set<std::string> members(begin, way.end());
      if (!told_.insert(members).second) return;
      const Rule& first = *by_name_.at(*begin);
      Diagnostic told = At(first, std::next(begin) == way.end() ? *begin : *std::next(begin), "R321",
                           absl::StrCat(*begin, " is made of itself: ", absl::StrJoin(begin, way.end(), " -> "), " -> ", *begin));
      told.caret_text = "take one of these names out of its list";
      out_.push_back(std::move(told));
      return;
    }
    if (!rule.watch.alerts || done_.count(rule.name) != 0) return;
    way.push_back(rule.name);
    for (const std::string& part : PartsOf(rule))
      if (const auto found = by_name_.find(part); found != by_name_.end()) FindCycle(*found->second, way);
    way.pop_back();
    done_.insert(rule.name);
  }

  // The place of the name in the list that has it.
  Diagnostic At(const Rule& rule, const std::string& part, const char* code, std::string message) const {
    Diagnostic out;
    out.code = code;
    out.file = rule.file;
    out.message = std::move(message);
    out.mark = {rule.line, 1, 2};
    const auto file = std::find_if(files_.begin(), files_.end(), [&](const SourceFile& one) { return one.path == rule.file; });
    if (file == files_.end()) return out;
    const SourceText text(file->text);
    if (rule.depends_on) {
      const std::size_t key = text.text().find("depends_on", text.OffsetOf(rule.line, 1));
      const std::size_t at = key == absl::string_view::npos ? key : text.text().find(part, key);
      if (at != absl::string_view::npos) out.mark = text.MarkOf(at, at + part.size());
    }
    for (const auto& [key, entry] : rule.options.entries()) {
      if (!entry.given || !Lists(entry.value, part)) continue;
      const std::size_t at = text.text().find(part, text.OffsetOf(entry.mark.line, entry.mark.column));
      out.mark = at == absl::string_view::npos ? entry.mark : text.MarkOf(at, at + part.size());
    }
    return out;
  }

  static bool Lists(const OptionValues::Value& value, const std::string& part) {
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return std::find(list->begin(), list->end(), part) != list->end();
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && absl::StrContains(*text, part);
  }

  std::map<std::string, const Rule*> by_name_;
  absl::Span<const std::string> names_;
  absl::Span<const SourceFile> files_;
  std::set<std::string> lacking_;  // labels that were told of this rule
  std::set<std::string> done_;
  std::set<std::set<std::string>> told_;
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> CheckParts(absl::Span<const std::shared_ptr<const Rule>> rules, absl::Span<const std::string> names, absl::Span<const SourceFile> files) {
  return PartChecker(rules, names, files).Check(rules);
}

}  // namespace nephoscope
