#include "rules/language/checks/settings_lint.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/engine/matcher.h"
#include "rules/engine/kind.h"
#include "rules/language/source_text.h"

namespace nephoscope {
namespace {

constexpr std::size_t kListed = 8;
constexpr const char* kSeverities[] = {"info", "warning", "critical"};

class SettingsLinter {
 public:
  SettingsLinter(const RuleSet& rules, absl::Span<const SourceFile> files) : rules_(rules), files_(files) {
    labels_ = {"alert", "alertname", "kind", "severity", "owner"};
    for (const auto& rule : rules.rules) {
      alerts_.insert(rule->name);
      labels_.insert(rule->watch.by.begin(), rule->watch.by.end());
      for (const LabelView one : rule->labels.pairs()) labels_.emplace(one.name);
      if (!rule->watch.groups_by_label()) labels_.insert("target");
      any_label_ = any_label_ || HasAllLabels(*rule);
    }
    for (const RuleKind* kind : AllKinds()) kinds_.insert(kind->name());
    severities_.insert(std::begin(kSeverities), std::end(kSeverities));
  }

  std::vector<Diagnostic> Lint() {
    for (const Maintenance& one : rules_.settings.maintenance) CheckAll("maintenance", one.name, one.where);
    for (const InhibitRule& one : rules_.settings.inhibit_rules) {
      CheckAll("inhibit_rules", one.name, one.source);
      CheckAll("inhibit_rules", one.name, one.target);
      for (const std::string& label : one.equal) CheckLabel("inhibit_rules", one.name, label);
    }
    return std::move(out_);
  }

 private:
  void CheckAll(const char* key, const std::string& name, const std::vector<Matcher>& matchers) {
    for (const Matcher& one : matchers) {
      if (one.label == "alert" || one.label == "alertname") CheckValues(key, name, one, alerts_, "alert");
      else if (one.label == "kind") CheckValues(key, name, one, kinds_, "kind of rule");
      else if (one.label == "severity") CheckValues(key, name, one, severities_, "severity");
      else CheckLabel(key, name, one.label);
    }
  }

  // What excludes something may name what is not there.
  void CheckValues(const char* key, const std::string& name, const Matcher& matcher, const std::set<std::string>& known, const char* what) {
    using Op = Matcher::Op;
    if (matcher.op == Op::kEqual || matcher.op == Op::kAnyOf) {
      for (const std::string& value : matcher.values)
        if (known.count(value) == 0) Tell(key, name, value, absl::StrCat("there is no ", what, " \"", value, "\""), known);
    } else if (matcher.op == Op::kGlob || matcher.op == Op::kRegex) {
      const LabelMatcher fits(matcher);
      if (std::none_of(known.begin(), known.end(), [&](const std::string& one) { return fits.Holds(one); }))
        Tell(key, name, matcher.values[0], absl::StrCat("no ", what, " fits \"", matcher.values[0], "\""), known);
    }
  }

  void CheckLabel(const char* key, const std::string& name, const std::string& label) {
    if (!any_label_ && labels_.count(label) == 0) Tell(key, name, label, absl::StrCat("no alert has the label \"", label, "\": no rule has it in by or labels"), labels_);
  }

  void Tell(const char* key, const std::string& name, const std::string& word, std::string message, const std::set<std::string>& known) {
    const std::vector<std::string> names(known.begin(), known.end());
    const std::string nearest = Nearest(word, names);
    Diagnostic out;
    out.severity = Diagnostic::Severity::kWarning;
    out.code = "L420";
    out.message = absl::StrCat(name.empty() ? key : name, ": ", message, ", so this covers nothing");
    if (!nearest.empty()) out.suggestion = nearest, out.caret_text = absl::StrCat("did you mean \"", nearest, "\"?");
    else if (names.size() <= kListed) out.caret_text = absl::StrCat("known: ", absl::StrJoin(names, ", "));
    else out.caret_text = absl::StrCat("known: ", absl::StrJoin(names.begin(), names.begin() + kListed, ", "), ", ...");
    Place(key, name, word, out);
    const bool again = std::any_of(out_.begin(), out_.end(), [&](const Diagnostic& one) { return one.message == out.message && one.file == out.file; });
    if (!again) out_.push_back(std::move(out));
  }

  // The word behind the name of its entry, in the file that has the key.
  void Place(const char* key, const std::string& name, const std::string& word, Diagnostic& out) const {
    const std::string begin = absl::StrCat(key, ":");
    for (const SourceFile& file : files_) {
      std::size_t at = absl::StartsWith(file.text, begin) ? 0 : file.text.find("\n" + begin);
      if (at == std::string::npos) continue;
      out.file = file.path;
      const SourceText text(file.text);
      at = name.empty() ? at : file.text.find(name, at);
      const std::size_t found = at == std::string::npos ? at : file.text.find(word, at + name.size());
      out.mark = found == std::string::npos ? Mark{1, 1, 2} : text.MarkOf(found, found + word.size());
      return;
    }
  }

  const RuleSet& rules_;
  absl::Span<const SourceFile> files_;
  std::set<std::string> alerts_, labels_, kinds_, severities_;
  bool any_label_ = false;  // alerts of an expression may have any
  std::vector<Diagnostic> out_;
};

}  // namespace

std::vector<Diagnostic> LintSettings(const RuleSet& rules, absl::Span<const SourceFile> files) {
  return rules.rules.empty() ? std::vector<Diagnostic>{} : SettingsLinter(rules, files).Lint();
}

}  // namespace nephoscope
