// TagRules: what a rule asks of the tags of a resource.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine/matcher.h"
#include "rules/model/diagnostic.h"
#include "rules/model/labels.h"
#include "rules/model/option_table.h"

namespace nephoscope {

extern const OptionTable kTagOptions;  // required, allowed, pattern, same_as

// Tags are the labels "tag.<as spelt>". The options outlive this.
class TagRules {
 public:
  explicit TagRules(const OptionValues& tags);
  ~TagRules();

  struct Verdict {
    std::vector<std::string> problems;  // "Owner is missing"; empty: the resource complies
    std::vector<std::string> spelled;   // "owner for Owner": counts as present
  };
  Verdict Judge(const Labels& labels) const;

  // What is asked of tags, a sentence each.
  static std::vector<std::string> Say(const OptionValues& tags);
  static void Check(const OptionValues& tags, std::vector<Diagnostic>& out);

 private:
  // The value of a tag under its name, or under one of those that count as it.
  std::string Find(const Labels& labels, const std::string& tag, Verdict& out) const;

  std::vector<std::string> required_;
  std::map<std::string, std::vector<std::string>> same_as_;
  std::vector<LabelMatcher> allowed_;
  std::vector<std::string> allowed_words_;  // "prod, staging or dev"
  std::vector<std::pair<std::string, std::unique_ptr<re2::RE2>>> patterns_;
};

}  // namespace nephoscope
