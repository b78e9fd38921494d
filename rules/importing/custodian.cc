// Cloud Custodian policies: what finds little-used resources becomes a rule of the kind idle, what finds missing tags one of the kind
// tag_compliance. What a policy does with them (stop, delete) is not brought over: Nephoscope tells the owner.
#include <algorithm>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "rules/catalogue/catalogue.h"
#include "rules/catalogue/resources.h"
#include "rules/importing/importing.h"
#include "rules/importing/rule_lines.h"

namespace nephoscope {
namespace {

constexpr int kUsualDays = 14;  // of Custodian's metrics filter

// Our type of what Custodian calls a resource; AWS's without "aws.".
const char* TypeOf(absl::string_view resource) {
  static constexpr struct { const char* resource; const char* type; } kAll[] = {
      {"ec2", "aws.ec2.instance"}, {"rds", "aws.rds.db_instance"}, {"rds-cluster", "aws.rds.cluster"}, {"rds-snapshot", "aws.rds.snapshot"},
      {"ebs", "aws.ebs.volume"}, {"ebs-snapshot", "aws.ec2.snapshot"}, {"elb", "aws.elb.load_balancer"}, {"app-elb", "aws.alb.load_balancer"},
      {"elastic-ip", "aws.ec2.elastic_ip"}, {"network-addr", "aws.ec2.elastic_ip"}, {"nat-gateway", "aws.nat.gateway"}, {"lambda", "aws.lambda.function"},
      {"dynamodb-table", "aws.dynamodb.table"}, {"cache-cluster", "aws.elasticache.cluster"}, {"redshift", "aws.redshift.cluster"}, {"kinesis", "aws.kinesis.stream"},
      {"firehose", "aws.firehose.stream"}, {"s3", "aws.s3.bucket"}, {"sqs", "aws.sqs.queue"}, {"sns", "aws.sns.topic"}, {"efs", "aws.efs.file_system"},
      {"elasticsearch", "aws.opensearch.domain"}, {"ecs-service", "aws.ecs.service"}, {"eks", "aws.eks.cluster"}, {"log-group", "aws.logs.log_group"},
      {"sagemaker-endpoint", "aws.sagemaker.endpoint"}, {"workspaces", "aws.workspaces.workspace"}, {"azure.vm", "azure.compute.virtual_machine"},
      {"azure.disk", "azure.compute.disk"}, {"gcp.instance", "gcp.compute.instance"}, {"gcp.disk", "gcp.compute.disk"}, {"gcp.bucket", "gcp.storage.bucket"},
  };
  absl::ConsumePrefix(&resource, "aws.");
  for (const auto& row : kAll)
    if (resource == row.resource) return row.type;
  return nullptr;
}

const char* StatOf(absl::string_view statistics) {
  static constexpr struct { const char* statistics; const char* stat; } kAll[] = {
      {"", "avg"}, {"Average", "avg"}, {"Sum", "sum"}, {"Maximum", "max"}, {"Minimum", "min"}, {"SampleCount", "count"}};
  for (const auto& row : kAll)
    if (statistics == row.statistics) return row.stat;
  return nullptr;
}

// The word of a condition that finds little; nullptr: it finds much, or something else.
const char* LimitOf(absl::string_view op) {
  for (const char* word : {"", "lt", "less-than"})
    if (op == word) return "below";
  for (const char* word : {"le", "lte"})
    if (op == word) return "at_most";
  for (const char* word : {"eq", "equal"})
    if (op == word) return "equals";
  return nullptr;
}

const CatalogueMetric* MetricOf(const ResourceType& type, absl::string_view cloudwatch) {
  for (const CatalogueMetric& metric : AllMetrics())
    if (metric.sources.size() == 1 && metric.sources[0].name == cloudwatch && absl::StartsWith(metric.name, absl::StrCat(type.metrics, "."))) return &metric;
  return nullptr;
}

class PolicyConverter {
 public:
  PolicyConverter(const ForeignFile& file, const YamlNode& policy, AlertNames& names) : file_(file), policy_(&policy), names_(names) {}

  ImportedItem Convert() {
    item_.name = TextOf(policy_, "name");
    if (item_.name.empty()) item_.name = "a policy without a name";
    item_.place = file_.PlaceOf(*policy_);
    if (ReadResource() && ReadFilters()) Write();
    return std::move(item_);
  }

 private:
  bool Refuse(std::string why) {
    if (item_.refusal.empty()) item_.refusal = std::move(why);
    return false;
  }
  void Note(std::string note) { item_.notes.push_back(std::move(note)); }

  bool ReadResource() {
    const std::string resource = TextOf(policy_, "resource");
    const char* type = TypeOf(resource);
    if (type == nullptr) return Refuse(absl::StrCat("resource is \"", resource, "\", which no bill line or metric here is about"));
    type_ = FindResourceType(type);
    return type_ != nullptr || Refuse(absl::StrCat("resources of the type ", type, " are not known here"));
  }

  bool ReadFilters() {
    for (const YamlNode* filter : ItemsOf(policy_->Find("filters")))
      if (!ReadFilter(*filter)) return false;
    if (signs_.empty() && required_.empty() && allowed_.empty())
      return Refuse("none of its filters is about metrics or missing tags, so there is nothing that a bill or a metric can show");
    return true;
  }

  bool ReadFilter(const YamlNode& filter) {
    if (filter.kind == YamlNode::kText) return Refuse(absl::StrCat("its filter ", filter.text, " asks the provider for something that neither bill nor metrics say"));
    if (filter.kind != YamlNode::kMap || filter.items.size() < 2) return Refuse("one of its filters is empty");
    if (const std::string type = TextOf(&filter, "type"); !type.empty()) return ReadTyped(filter, type);
    const std::string key(filter.items[0]->text);
    if (filter.items.size() > 2)
      return Refuse(absl::StrCat("its filter on ", key, " has a second key, ", filter.items[2]->text,
                                 "; write each as an entry of its own"));
    if (key == "and") return ReadAll(filter.items[1]);
    if (key == "or") return ReadAny(filter.items[1]);
    return ReadShort(key, *filter.items[1]);
  }

  bool ReadAll(const YamlNode* list) {
    for (const YamlNode* one : ItemsOf(list))
      if (!ReadFilter(*one)) return false;
    return true;
  }

  // "Any of these tags is missing" is what tag_compliance asks; anything else of `or` cannot be said.
  bool ReadAny(const YamlNode* list) {
    const std::vector<const YamlNode*> parts = ItemsOf(list);
    if (parts.size() == 1) return ReadFilter(*parts[0]);
    ++asked_of_tags_;
    for (const YamlNode* one : parts) {
      if (AbsentTag(*one).empty()) return Refuse("its `or` holds more than missing tags; make one policy of each part");
      any_missing_ = true;
      required_.push_back(AbsentTag(*one));
    }
    return true;
  }

  // `"tag:Owner": absent`, or {type: value, key: "tag:Owner", value: absent}; "" for anything else.
  static std::string AbsentTag(const YamlNode& filter) {
    std::string key = TextOf(&filter, "key"), value = TextOf(&filter, "value");
    if (TextOf(&filter, "type") != "value") {
      if (filter.kind != YamlNode::kMap || filter.items.size() != 2 || filter.items[1]->kind != YamlNode::kText) return "";
      key = std::string(filter.items[0]->text), value = std::string(filter.items[1]->text);
    }
    absl::string_view name = key;
    return absl::ConsumePrefix(&name, "tag:") && (value == "absent" || value == "empty") ? std::string(name) : "";
  }

  bool ReadShort(const std::string& key, const YamlNode& value) {
    const std::string text(value.kind == YamlNode::kText ? value.text : "");
    absl::string_view tag = key;
    if (absl::ConsumePrefix(&tag, "tag:")) return ReadTag(std::string(tag), "", {text});
    if (key == "State.Name" && text == "running") return true;  // what is idle has metrics, so it runs
    return Refuse(absl::StrCat("its filter on ", key, " asks for something that neither bill nor metrics say"));
  }

  bool ReadTag(const std::string& tag, const std::string& op, const std::vector<std::string>& values) {
    const std::string label = "tag." + tag, value = values.size() == 1 ? values[0] : "";
    if (tag.empty()) return Refuse("one of its filters on tags has no name of a tag");
    if (values.empty()) return Refuse(absl::StrCat("its filter on the tag ", tag, " has no value that is written out here"));
    if (value == "absent" || value == "empty") {
      required_.push_back(tag);
      ++asked_of_tags_;
      return true;
    }
    bool put = false;
    if (value == "present" || value == "not-null") {
      put = where_.Present(label);
    } else if (op.empty() || op == "eq" || op == "equal" || op == "in") {
      put = where_.Equal(label, values);
    } else if (op == "ne" || op == "not-equal") {
      put = where_.Not(label, values);
    } else if (op == "not-in" || op == "ni") {
      allowed_.push_back({tag, values});
      ++asked_of_tags_;
      return true;
    } else {
      return Refuse(absl::StrCat("its filter on the tag ", tag, " compares by ", op, "; tags are compared by whole values here"));
    }
    return put || Refuse(absl::StrCat("it filters twice on the tag ", tag));
  }

  bool ReadTyped(const YamlNode& filter, const std::string& type) {
    if (type == "metrics") return ReadMetric(filter);
    if (type == "value") return ReadValue(filter);
    if (type == "instance-age" || type == "instance-uptime") return ReadAge(filter);
    if (type == "tag-count") return Refuse("tag-count counts tags, whatever they are called; name the tags that a resource must have: kind tag_compliance, tags {required: [Owner, CostCenter]}");
    if (type == "marked-for-op") return Refuse("marked-for-op is about what Custodian does next; an alert here has its own life");
    if (type == "offhour" || type == "onhour") return Refuse(absl::StrCat(type, " turns machines on and off by the clock, which is nothing to be told of"));
    return Refuse(absl::StrCat("its filter of type ", type, " asks the provider for something that neither bill nor metrics say"));
  }

  bool ReadValue(const YamlNode& filter) {
    const std::string key = TextOf(&filter, "key");
    absl::string_view tag = key;
    if (absl::ConsumePrefix(&tag, "tag:")) return ReadTag(std::string(tag), TextOf(&filter, "op"), TextsOf(&filter, "value"));
    return Refuse(absl::StrCat("its filter on ", key, " asks for something that neither bill nor metrics say"));
  }

  bool ReadAge(const YamlNode& filter) {
    double days = 0;
    const std::string op = TextOf(&filter, "op");
    if (!NumberOf(TextOf(&filter, "days"), days) || days <= 0 || !(op.empty() || absl::StartsWith(op, "g"))) return Refuse("its filter on age is not of the form days and op: greater-than");
    min_age_ = static_cast<int>(std::ceil(days));
    return true;
  }

  bool ReadMetric(const YamlNode& filter) {
    const std::string name = TextOf(&filter, "name"), op = TextOf(&filter, "op"), statistics = TextOf(&filter, "statistics");
    for (const char* key : {"percent-attr", "attr-multiplier", "dimensions"})
      if (filter.Find(key) != nullptr) return Refuse(absl::StrCat("its filter on ", name, " says ", key, ", which compares with more than the metric itself"));
    const char* limit = LimitOf(op);
    if (limit == nullptr) return Refuse(absl::StrCat("its filter on ", name, " has the op ", op, ": what is used much is not idle; write a rule of the kind threshold on the metric"));
    const char* stat = StatOf(statistics);
    if (stat == nullptr) return Refuse(absl::StrCat("its filter on ", name, " has the statistics ", statistics, "; Average, Sum, Maximum, Minimum and SampleCount are known"));
    const CatalogueMetric* metric = absl::string_view(type_->metrics).empty() ? nullptr : MetricOf(*type_, name);
    if (metric == nullptr)
      return Refuse(absl::StrCat("the metric ", name, " of ", type_->words, " is not in the catalogue; see nephoscope metrics ", type_->metrics));
    double value = 0;
    if (!NumberOf(TextOf(&filter, "value"), value)) return Refuse(absl::StrCat("its filter on ", name, " has no number as value"));
    if (!ReadDays(filter, name)) return false;
    if (filter.Find("missing-value") != nullptr) Note(absl::StrCat("missing-value of ", name, " has no counterpart: with too little data a resource is unknown, not idle (idle.data_coverage)"));
    signs_.push_back(absl::StrCat("{metric: ", metric->name, ", stat: ", stat, ", ", limit, ": ", Amount(value * metric->factor, stat, *metric), "}"));
    return true;
  }

  static std::string Amount(double value, absl::string_view stat, const CatalogueMetric& metric) {
    if (stat == "count" || metric.unit == "count" || metric.unit.empty()) return Plain(value);
    return absl::StrCat(Plain(value), metric.unit == "%" ? "" : " ", metric.unit);
  }

  bool ReadDays(const YamlNode& filter, const std::string& name) {
    double days = kUsualDays;
    const std::string written = TextOf(&filter, "days");
    if (!written.empty() && (!NumberOf(written, days) || days < 1)) return Refuse(absl::StrCat("its filter on ", name, " looks back ", written, " days; what is idle is judged over whole days, at least one"));
    const int whole = static_cast<int>(std::ceil(days));
    if (days_ != 0 && days_ != whole) Note(absl::StrCat("its filters look back ", days_, " and ", whole, " days; the longer one holds for all"));
    days_ = std::max(days_, whole);
    return true;
  }

  void Write() {
    if (!signs_.empty()) {
      WriteIdle();
    } else {
      WriteTags();
    }
    if (policy_->Find("actions") != nullptr) Note("its actions are not brought over: the rule tells the owner, and does nothing itself");
    if (const YamlNode* mode = policy_->Find("mode"); mode != nullptr) Note("its mode is not brought over: the rule is judged as bills and metrics come in");
  }

  void WriteWatch(RuleLines& lines) const {
    lines.Line("watch:").Line(absl::StrCat("resource: [", type_->name, "]"), 1);
    if (!where_.empty()) lines.Line(absl::StrCat("where: ", where_.Yaml()), 1);
  }

  void WriteIdle() {
    if (!allowed_.empty()) return void(Refuse("it looks for unused resources and for wrong tags at once; make two policies of it"));
    for (const std::string& tag : required_)
      if (!where_.Missing("tag." + tag)) return void(Refuse(absl::StrCat("it filters twice on the tag ", tag)));
    if (any_missing_ && required_.size() > 1) return void(Refuse("it looks for unused resources without either of several tags; make one policy for each tag"));
    RuleLines lines(names_.Make(item_.name), "idle");
    WriteWatch(lines);
    lines.Line("idle:").Line(absl::StrCat("over: ", days_, "d"), 1).Line(absl::StrCat("min_age: ", std::max(days_, min_age_), "d"), 1).Line("all_of:", 1);
    for (const std::string& sign : signs_) lines.Line(absl::StrCat("- ", sign), 2);
    lines.Line("when: {monthly_cost: {above: 0 USD}}").Line("severity: info");
    item_.rules.push_back(lines.text());
    Note("Custodian does not ask what a resource costs; raise monthly_cost to hear only of what is worth it");
  }

  void WriteTags() {
    RuleLines lines(names_.Make(item_.name), "tag_compliance");
    WriteWatch(lines);
    lines.Line("tags:");
    if (!required_.empty()) lines.Line(absl::StrCat("required: ", List(required_)), 1);
    if (!allowed_.empty()) lines.Line(absl::StrCat("allowed: {", absl::StrJoin(allowed_, ", ", [](std::string* out, const auto& one) { absl::StrAppend(out, Quoted(one.first), ": ", List(one.second)); }), "}"), 1);
    if (min_age_ > 0) lines.Line(absl::StrCat("grace: ", min_age_, "d"));
    lines.Line("when: {resources: {at_least: 1}}").Line("severity: info");
    item_.rules.push_back(lines.text());
    if (asked_of_tags_ > 1)
      Note(allowed_.empty() && !any_missing_
               ? "the policy finds resources without all of these tags; the rule finds those without "
                 "any one of them"
               : "the policy finds resources of which all of this is true; the rule finds those of "
                 "which any one of it is");
  }

  static std::string List(const std::vector<std::string>& values) { return values.size() == 1 ? absl::StrCat("[", Quoted(values[0]), "]") : OneOrList(values); }

  const ForeignFile& file_;
  const YamlNode* policy_;
  AlertNames& names_;
  ImportedItem item_;
  const ResourceType* type_ = nullptr;
  WhereLines where_;
  std::vector<std::string> required_, signs_;
  std::vector<std::pair<std::string, std::vector<std::string>>> allowed_;
  bool any_missing_ = false;
  int asked_of_tags_ = 0;  // each must be true of what the policy finds
  int days_ = 0, min_age_ = 0;
};

}  // namespace

Imported ImportCustodian(absl::Span<const SourceFile> files) {
  Imported out;
  AlertNames names;
  for (const ForeignFile& file : ReadForeign(files, out.diagnostics)) {
    const std::vector<const YamlNode*> policies = ItemsOf(file.root()->Find("policies"));
    if (policies.empty()) out.diagnostics.push_back(file.Nothing("no policy of Cloud Custodian stands in this file", "expected is a file with the list policies:"));
    for (const YamlNode* policy : policies) out.items.push_back(PolicyConverter(file, *policy, names).Convert());
  }
  RefuseWhatCheckRefuses(out);
  return out;
}

}  // namespace nephoscope
