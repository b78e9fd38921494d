#include "rules/kinds/tag_rules.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/kinds/limits.h"
#include "rules/kinds/say_words.h"
#include "rules/model/resource_key.h"

namespace nephoscope {
namespace {

const Option kOptionList[] = {
    {.name = "required", .type = OptionType::kTextList, .sentence = "Tags that every resource has", .example = "[Owner, CostCenter]"},
    {.name = "allowed", .type = OptionType::kMatchers, .sentence = "The values that a tag may have, written as in `where`", .example = "{Environment: [prod, staging, dev]}"},
    {.name = "pattern", .type = OptionType::kTextMap, .sentence = "The form of a tag's value, a regular expression (RE2) for all of it", .example = "{CostCenter: \"CC-[0-9]{4}\"}"},
    {.name = "same_as", .type = OptionType::kMatchers, .sentence = "Other spellings that count as the tag, and are reported as such", .example = "{Owner: [owner, OWNER, owner-email]}"},
};

std::string Shown(absl::string_view value) { return value.size() <= 60 ? std::string(value) : absl::StrCat(value.substr(0, 60), "..."); }

// What a matcher allows, in words.
std::string Words(const Matcher& matcher) {
  using Op = Matcher::Op;
  switch (matcher.op) {
    case Op::kEqual:
    case Op::kAnyOf:
    case Op::kGlob: return absl::StrCat("is not ", absl::StrJoin(matcher.values, " or "));
    case Op::kRegex: return absl::StrCat("does not match ", matcher.values[0]);
    case Op::kMissing: return "is there";
    case Op::kPresent: return "is missing";
    default: return "is not allowed";
  }
}

bool IsSpelling(const Matcher& matcher) { return matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kAnyOf; }

}  // namespace

const OptionTable kTagOptions = {"tags", "What the tags of a resource must be.", kOptionList};

TagRules::TagRules(const OptionValues& tags) : required_(tags.TextList("required")) {
  for (const Matcher& one : tags.Matchers("same_as")) same_as_[one.label].insert(same_as_[one.label].end(), one.values.begin(), one.values.end());
  for (const Matcher& one : tags.Matchers("allowed")) {
    allowed_.emplace_back(one);
    allowed_words_.push_back(Words(one));
  }
  for (const auto& [tag, form] : tags.TextMap("pattern")) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    patterns_.emplace_back(tag, std::make_unique<RE2>(form, options));
  }
}

TagRules::~TagRules() = default;

std::string TagRules::Find(const Labels& labels, const std::string& tag, Verdict& out) const {
  if (const absl::string_view value = labels.Get(absl::StrCat(kTagPrefix, tag)); !value.empty()) return std::string(value);
  const auto others = same_as_.find(tag);
  if (others == same_as_.end()) return "";
  for (const std::string& spelling : others->second) {
    const absl::string_view value = labels.Get(absl::StrCat(kTagPrefix, spelling));
    if (value.empty()) continue;
    const std::string note = absl::StrCat(spelling, " for ", tag);
    if (std::find(out.spelled.begin(), out.spelled.end(), note) == out.spelled.end()) out.spelled.push_back(note);
    return std::string(value);
  }
  return "";
}

TagRules::Verdict TagRules::Judge(const Labels& labels) const {
  Verdict out;
  for (const std::string& tag : required_)
    if (Find(labels, tag, out).empty()) out.problems.push_back(absl::StrCat(tag, " is missing"));
  for (std::size_t i = 0; i < allowed_.size(); ++i) {
    const std::string value = Find(labels, allowed_[i].label(), out);
    if (!value.empty() && !allowed_[i].Holds(value)) out.problems.push_back(absl::StrCat(allowed_[i].label(), " \"", Shown(value), "\" ", allowed_words_[i]));
  }
  for (const auto& [tag, form] : patterns_) {
    const std::string value = Find(labels, tag, out);
    if (!value.empty() && !RE2::FullMatch(value, *form)) out.problems.push_back(absl::StrCat(tag, " \"", Shown(value), "\" does not match ", form->pattern()));
  }
  return out;
}

std::vector<std::string> TagRules::Say(const OptionValues& tags) {
  std::vector<std::string> out;
  if (const auto& required = tags.TextList("required"); !required.empty()) out.push_back(absl::StrCat("Every resource must have ", SayNames(required), "."));
  std::vector<std::string> forms;
  for (const Matcher& one : tags.Matchers("allowed")) forms.push_back(absl::StrCat(SayName(one.label), " ", SayMatcherValues(one)));
  for (const auto& [tag, form] : tags.TextMap("pattern")) forms.push_back(absl::StrCat(SayName(tag), " has the form ", form));
  if (!forms.empty()) out.push_back(absl::StrCat("In good tags ", absl::StrJoin(forms, ", and "), "."));
  std::vector<std::string> spellings;
  for (const Matcher& one : tags.Matchers("same_as")) spellings.push_back(absl::StrCat(SayNames(one.values, "or"), " counts as ", SayName(one.label)));
  if (!spellings.empty()) out.push_back(absl::StrCat("The spelling ", absl::StrJoin(spellings, ", and "), "."));
  return out;
}

void TagRules::Check(const OptionValues& tags, std::vector<Diagnostic>& out) {
  if (tags.TextList("required").empty() && tags.Matchers("allowed").empty() && tags.TextMap("pattern").empty())
    return out.push_back(LogicError("R450", tags.mark, "nothing is asked of the tags: write required, allowed or pattern, such as required: [Owner]"));
  std::set<std::string> asked(tags.TextList("required").begin(), tags.TextList("required").end());
  for (const Matcher& one : tags.Matchers("allowed")) asked.insert(one.label);
  for (const auto& [tag, form] : tags.TextMap("pattern")) {
    asked.insert(tag);
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    const RE2 compiled(form, options);
    if (!compiled.ok()) out.push_back(LogicError("R211", tags.MarkOf("pattern"), absl::StrCat("\"", form, "\" is not a regular expression: ", compiled.error())));
  }
  for (const Matcher& one : tags.Matchers("same_as")) {
    if (!IsSpelling(one)) {
      out.push_back(LogicError("R451", tags.MarkOf("same_as"), absl::StrCat("same_as lists spellings as they are, such as {", one.label, ": [", one.label, "s]}")));
    } else if (asked.count(one.label) == 0) {
      out.push_back(LogicError("R451", tags.MarkOf("same_as"), absl::StrCat("same_as names other spellings of \"", one.label, "\", but nothing is asked of that tag")));
    }
  }
}

}  // namespace nephoscope
