#include "rules/language/checks/resource_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "rules/catalogue/catalogue.h"
#include "rules/catalogue/resources.h"
#include "rules/engine/matcher.h"
#include "rules/language/language.h"

namespace nephoscope {
namespace {

const std::vector<std::string>& CommitmentTypes() {
  static const auto& all = *new std::vector<std::string>{"savings_plan", "reserved_instance", "committed_use_discount"};
  return all;
}

// The words of providers and of talk for types of resources.
constexpr struct { absl::string_view theirs, ours; } kWords[] = {
    {"ec2", "aws.ec2.instance"},       {"instance", "aws.ec2.instance"},  {"instances", "aws.ec2.instance"},  {"aws.ec2", "aws.ec2.instance"},    {"server", "aws.ec2.instance"},
    {"ebs", "aws.ebs.volume"},         {"volume", "aws.ebs.volume"},      {"volumes", "aws.ebs.volume"},      {"aws.ebs", "aws.ebs.volume"},      {"eip", "aws.ec2.elastic_ip"},
    {"elastic_ip", "aws.ec2.elastic_ip"}, {"snapshot", "aws.ec2.snapshot"}, {"alb", "aws.alb.load_balancer"}, {"elb", "aws.elb.load_balancer"},   {"nlb", "aws.nlb.load_balancer"},
    {"elbv2", "aws.alb.load_balancer"}, {"rds", "aws.rds.db_instance"},   {"database", "aws.rds.db_instance"}, {"db", "aws.rds.db_instance"},     {"lambda", "aws.lambda.function"},
    {"function", "aws.lambda.function"}, {"s3", "aws.s3.bucket"},         {"bucket", "aws.s3.bucket"},        {"buckets", "aws.s3.bucket"},       {"sqs", "aws.sqs.queue"},
    {"queue", "aws.sqs.queue"},        {"nat", "aws.nat.gateway"},        {"nat_gateway", "aws.nat.gateway"}, {"dynamodb", "aws.dynamodb.table"}, {"eks", "aws.eks.cluster"},
    {"vm", "azure.compute.virtual_machine"}, {"vms", "azure.compute.virtual_machine"}, {"virtual_machine", "azure.compute.virtual_machine"}, {"azure.vm", "azure.compute.virtual_machine"},
    {"disk", "azure.compute.disk"},    {"gce", "gcp.compute.instance"},   {"gke", "gcp.gke.cluster"},         {"aks", "azure.aks.cluster"},
};

// ec2, AWS::EC2::Instance, Microsoft.Compute/virtualMachines; empty: none of these.
std::string MeantType(const std::string& name, const std::vector<std::string>& known) {
  const std::string lower = absl::AsciiStrToLower(name);
  const auto there = [&](absl::string_view type) { return std::find(known.begin(), known.end(), type) != known.end(); };
  for (const auto& one : kWords)
    if (lower == one.theirs && there(one.ours)) return std::string(one.ours);
  std::string dotted = absl::StrReplaceAll(lower, {{"::", "."}, {"microsoft.", "azure."}, {"/", "."}, {":", "."}});
  if (there(dotted)) return dotted;
  // CloudFormation's DBInstance is our db_instance.
  const auto plain = [](absl::string_view text) { return absl::StrReplaceAll(text, {{"_", ""}}); };
  for (const std::string& type : known)
    if (plain(type) == plain(dotted) || absl::StrCat(plain(type), "s") == plain(dotted)) return type;
  // One of its service alone.
  std::string only;
  for (const std::string& type : known)
    if (absl::StrContains(type, absl::StrCat(".", lower, "."))) {
      if (!only.empty()) return "";
      only = type;
    }
  return only;
}

void Unknown(const std::string& name, const char* what, const std::vector<std::string>& known, const std::string& where, Mark mark, DiagnosticSink& sink) {
  const std::string meant = MeantType(name, known), nearest = meant.empty() ? Nearest(name, known) : meant;
  // The name itself, if it stands behind the mark on its line.
  const SourceText& source = sink.text();
  const std::size_t at = source.text().find(name, source.OffsetOf(mark.line, mark.column));
  Diagnostic out;
  out.code = "R301";
  out.mark = at == absl::string_view::npos ? mark : source.MarkOf(at, at + name.size());
  out.message = absl::StrCat("there is no type of ", what, " \"", name, "\"");
  out.caret_text = nearest.empty() ? "" : absl::StrCat("did you mean \"", nearest, "\"?");
  if (!nearest.empty()) out.suggestion = nearest;
  out.help = where;
  sink.Add(std::move(out));
}

}  // namespace

void CheckResourceTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink) {
  if (types.empty()) return;
  std::vector<std::string> names;
  for (const ResourceType& type : AllResourceTypes()) names.emplace_back(type.name);
  for (const std::string& type : types) {
    const bool pattern = absl::StrContains(type, '*');
    const bool known = pattern ? std::any_of(names.begin(), names.end(), [&](const std::string& one) { return GlobMatches(type, one); }) : FindResourceType(type) != nullptr;
    if (known || (!pattern && !IsProviderName(type) && MeantType(type, names).empty() && Nearest(type, names).empty() && absl::StrContains(type, '.'))) continue;  // oci.instance: as the bill says it
    const std::string provider = absl::StrCat(type.substr(0, type.find('.')), ".");
    std::vector<std::string> of;
    for (const std::string& name : names)
      if (absl::StartsWith(name, provider)) of.push_back(name);
    Unknown(type, "resources", names, absl::StrCat("types: ", absl::StrJoin(of.empty() ? names : of, ", ")), mark, sink);
  }
}

void CheckCommitmentTypes(const std::vector<std::string>& types, Mark mark, DiagnosticSink& sink) {
  for (const std::string& type : types)
    if (type != "*" && std::find(CommitmentTypes().begin(), CommitmentTypes().end(), type) == CommitmentTypes().end())
      Unknown(type, "commitments", CommitmentTypes(), absl::StrCat("types: ", absl::StrJoin(CommitmentTypes(), ", "), ", or * for all"), mark, sink);
}

void NoteResource(Watch& watch) {
  std::vector<std::string> metrics = {watch.metric};
  if (!watch.events.empty()) metrics.clear();
  for (const Watch::Events& one : watch.events) metrics.push_back(one.metric);
  const ResourceType* const type = ResourceTypeOfMetric(metrics[0]);
  if (type == nullptr || std::any_of(metrics.begin(), metrics.end(), [&](const std::string& one) { return ResourceTypeOfMetric(one) != type; })) return;
  watch.resource_type = type->name;
  watch.resource_label = type->label;
}

}  // namespace nephoscope
