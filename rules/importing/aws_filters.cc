#include "rules/importing/aws_filters.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/model/tag_label.h"

namespace nephoscope {
namespace {

constexpr const char* kFocusTags[] = {"department", "team", "owner", "environment", "cost_center", "application"};  // the collector's own choice

// The label of a dimension; CostFilters write LinkedAccount, expressions LINKED_ACCOUNT.
const char* LabelOf(absl::string_view dimension) {
  static constexpr struct { const char* dimension; const char* label; } kAll[] = {
      {"Service", "service"}, {"SERVICE", "service"}, {"LinkedAccount", "account"}, {"LINKED_ACCOUNT", "account"},
      {"LinkedAccountName", "account_name"}, {"LINKED_ACCOUNT_NAME", "account_name"}, {"Region", "region"}, {"REGION", "region"},
      {"RESOURCE_ID", "resource_id"},
  };
  for (const auto& row : kAll)
    if (dimension == row.dimension) return row.label;
  return nullptr;
}

// The charge category of AWS's record types; expressions say RECORD_TYPE.
const char* CategoryOf(absl::string_view type) {
  static constexpr struct { const char* type; const char* category; } kAll[] = {{"Tax", "Tax"}, {"Credit", "Credit"}, {"Refund", "Refund"}, {"Usage", "Usage"}};
  for (const auto& row : kAll)
    if (type == row.type) return row.category;
  return nullptr;
}

class FilterReader {
 public:
  void ReadCostFilters(const YamlNode& filters) {
    for (std::size_t i = 0; i + 1 < filters.items.size(); i += 2) {
      const std::string key(filters.items[i]->text);
      const std::vector<std::string> values = TextsOf(&filters, key);
      if (key == "TagKeyValue") {
        ReadTagValues(values);
      } else {
        Dimension(key, values, false);
      }
    }
  }

  void ReadExpression(const YamlNode& node, bool negated = false) {
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const absl::string_view key = node.items[i]->text;
      const YamlNode& value = *node.items[i + 1];
      if (value.kind == YamlNode::kNull) continue;
      if (key == "Dimensions" || key == "Tags") {
        Leaf(value, key == "Tags", negated);
      } else if (key == "And" && !negated) {
        for (const YamlNode* one : ItemsOf(&value)) ReadExpression(*one);
      } else if (key == "Or" && ItemsOf(&value).size() == 1) {
        ReadExpression(*value.items[0], negated);
      } else if (key == "Not" && !negated) {
        ReadExpression(value, true);
      } else {
        Refuse(absl::StrCat("FilterExpression says ", negated ? "Not " : "", key, ", and `where` can only say that all of several things hold; write one rule for each part"));
      }
    }
  }

  AwsFilter Take() {
    if (speaks_of_services_) out_.notes.push_back("services are called here as AWS Budgets calls them; compare with the column ServiceName of your bill");
    if (!tags_.empty())
      out_.notes.push_back(absl::StrCat("the focus collector must read ", tags_.size() == 1 ? "the tag " : "the tags ", absl::StrJoin(tags_, ", "), ": put it into its `tags`"));
    return std::move(out_);
  }

 private:
  void Refuse(std::string why) {
    if (out_.refusal.empty()) out_.refusal = std::move(why);
  }

  // "user:Team$checkout"; of one key any value counts.
  void ReadTagValues(const std::vector<std::string>& values) {
    std::map<std::string, std::vector<std::string>> by_key;
    for (const std::string& pair : values) {
      const std::size_t at = pair.find('$');
      if (at == std::string::npos) return Refuse(absl::StrCat("the tag filter \"", pair, "\" is not of the form user:Key$value"));
      by_key[std::string(absl::StripPrefix(absl::string_view(pair).substr(0, at), "user:"))].push_back(pair.substr(at + 1));
    }
    for (const auto& [key, of_key] : by_key) Tag(key, of_key, false);
  }

  void Leaf(const YamlNode& node, bool tag, bool negated) {
    const std::string key = TextOf(&node, "Key");
    for (const std::string& option : TextsOf(&node, "MatchOptions")) {
      if (option == "ABSENT") return Absent(key, tag, negated);
      if (option != "EQUALS" && option != "CASE_SENSITIVE") return Refuse(absl::StrCat("the filter on ", key, " matches by ", option, "; write the rule's `where` by hand, where * stands for any text"));
    }
    const std::vector<std::string> values = TextsOf(&node, "Values");
    tag ? Tag(key, values, negated) : Dimension(key, values, negated);
  }

  void Absent(const std::string& key, bool tag, bool negated) {
    if (!tag) return Refuse(absl::StrCat("the filter asks for charges without ", key, ", which is in every line of a bill"));
    const std::string label = Remember(key);
    Put(negated ? out_.where.Present(label) : out_.where.Missing(label), key);
  }

  void Dimension(const std::string& key, const std::vector<std::string>& values, bool negated) {
    if (key == "RECORD_TYPE") return RecordType(values, negated);
    const char* label = LabelOf(key);
    if (label == nullptr)
      return Refuse(absl::StrCat("it watches only some charges by ", key, ", which a FOCUS bill has no label for; choose them by service, account, region or a tag"));
    if (values.empty()) return Refuse(absl::StrCat("its filter on ", key, " names no value"));
    speaks_of_services_ = speaks_of_services_ || absl::string_view(label) == "service";
    const std::vector<std::string> sorted = Sorted(values);
    Put(negated ? out_.where.Not(label, sorted) : out_.where.Equal(label, sorted), key);
  }

  // Of several values any counts, so two filters may say the same in another order.
  static std::vector<std::string> Sorted(std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  void RecordType(const std::vector<std::string>& values, bool negated) {
    std::vector<std::string> categories;
    for (const std::string& value : values) {
      const char* category = CategoryOf(value);
      if (category == nullptr) return Refuse(absl::StrCat("it chooses charges by the record type \"", value, "\", which a FOCUS bill does not know; use charge_category in `where`"));
      categories.push_back(category);
    }
    if (categories.empty()) return Refuse("its filter on RECORD_TYPE names no value");
    categories = Sorted(categories);
    Put(negated ? out_.where.Not("charge_category", categories) : out_.where.Equal("charge_category", categories), "RECORD_TYPE");
  }

  void Tag(const std::string& key, const std::vector<std::string>& values, bool negated) {
    const std::string label = Remember(std::string(absl::StripPrefix(key, "user:")));
    if (values.empty()) return Refuse(absl::StrCat("its filter on the tag ", key, " names no value"));
    if (values == std::vector<std::string>{""}) return Put(negated ? out_.where.Present(label) : out_.where.Missing(label), key);
    const std::vector<std::string> sorted = Sorted(values);
    Put(negated ? out_.where.Not(label, sorted) : out_.where.Equal(label, sorted), key);
  }

  std::string Remember(const std::string& key) {
    const std::string label = TagLabel(key);
    for (const char* known : kFocusTags)
      if (label == known) return label;
    if (std::find(tags_.begin(), tags_.end(), label) == tags_.end()) tags_.push_back(label);
    return label;
  }

  void Put(bool first, absl::string_view key) {
    if (!first) Refuse(absl::StrCat("it filters twice on ", key, ", and asks for different things; write one rule for each"));
  }

  AwsFilter out_;
  bool speaks_of_services_ = false;
  std::vector<std::string> tags_;
};

}  // namespace

AwsFilter ReadAwsFilter(const YamlNode& budget) {
  FilterReader reader;
  if (const YamlNode* filters = budget.Find("CostFilters"); filters != nullptr && filters->kind == YamlNode::kMap) reader.ReadCostFilters(*filters);
  if (const YamlNode* expression = budget.Find("FilterExpression"); expression != nullptr && expression->kind == YamlNode::kMap) reader.ReadExpression(*expression);
  return reader.Take();
}

}  // namespace nephoscope
