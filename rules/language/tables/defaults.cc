#include "rules/language/tables/defaults.h"

#include <algorithm>
#include <iterator>

#include "rules/engine/kind.h"
#include "rules/language/tables/rule_tables.h"

namespace nephoscope {
namespace {

constexpr const char* kOfOneRule[] = {"alert", "kind", "id", "renamed_from", "until", "watch", "summary", "depends_on", "tests"};
constexpr const char* kMerged[] = {"labels", "annotations", "no_data"};
constexpr const char* kOfData[] = {"every", "evaluation_delay", "no_data", "members_may_leave", "expire_after"};

template <std::size_t n>
bool IsOneOf(const char* const (&keys)[n], absl::string_view key) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

bool HasOwnHold(const YamlNode& rule) {
  if (const YamlNode* when = rule.Find("when"); when != nullptr && when->Find("for") != nullptr) return true;
  const YamlNode* levels = rule.Find("levels");
  for (std::size_t i = 1; levels != nullptr && levels->kind == YamlNode::kMap && i < levels->items.size(); i += 2)
    if (levels->items[i]->Find("for") != nullptr) return true;
  return false;
}

bool Contradicts(const YamlNode& rule, absl::string_view key) {
  if (key == "severity") return rule.Find("levels") != nullptr;
  if (key == "for") return HasOwnHold(rule);
  const YamlNode* kind = rule.Find("kind");
  const RuleKind* known = kind == nullptr ? nullptr : FindKind(kind->text);
  return IsOneOf(kOfData, key) && known != nullptr && known->watch_need() == RuleKind::WatchNeed::kNone;
}

}  // namespace

const OptionTable& DefaultsOptions() {
  static const std::vector<Option>& options = *new std::vector<Option>([] {
    std::vector<Option> out;
    for (Option option : CommonRuleOptions().options)
      if (!IsOneOf(kOfOneRule, option.name)) option.default_text = nullptr, out.push_back(option);
    return out;
  }());
  static const OptionTable table = {"defaults", "What every rule of the file says that does not say otherwise.", options};
  return table;
}

YamlNode Defaults::Below(const YamlNode& rule) {
  YamlNode out = rule;
  if (map_ == nullptr || rule.kind != YamlNode::kMap) return out;
  for (std::size_t i = 0; i + 1 < map_->items.size(); i += 2) {
    const absl::string_view key = map_->items[i]->text;
    const YamlNode& value = *map_->items[i + 1];
    const auto own = std::find_if(out.items.begin(), out.items.end(), [&, n = std::size_t{0}](const YamlNode* node) mutable { return n++ % 2 == 0 && node->text == key; });
    if (own == out.items.end()) {
      if (!Contradicts(rule, key)) out.items.push_back(map_->items[i]), out.items.push_back(map_->items[i + 1]);
      continue;
    }
    YamlNode*& mine = *std::next(own);
    if (!IsOneOf(kMerged, key) || value.kind != YamlNode::kMap || mine->kind != YamlNode::kMap) continue;
    YamlNode& merged = made_.emplace_back(*mine);
    for (std::size_t k = 0; k + 1 < value.items.size(); k += 2)
      if (mine->Find(value.items[k]->text) == nullptr) merged.items.push_back(value.items[k]), merged.items.push_back(value.items[k + 1]);
    mine = &merged;
  }
  return out;
}

}  // namespace nephoscope
