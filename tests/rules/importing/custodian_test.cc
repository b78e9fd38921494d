#include <boost/test/unit_test.hpp>

#include "tests/rules/importing/import_helpers.h"

using namespace nephoscope;

namespace {

Imported Import(const std::string& text) {
  const SourceFile file{"policies.yml", text};
  return ImportCustodian({&file, 1});
}
Imported ImportOne(const std::string& resource, const std::string& filters) {
  return Import("policies:\n  - name: one\n    resource: " + resource + "\n    filters: [" + filters + "]\n");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(custodian_test)

BOOST_AUTO_TEST_CASE(a_policy_file) {
  const Imported got = Import(R"(vars:
  notify: &notify
    - type: notify
      to: [resource-owner]
policies:
  - name: ec2-underutilized
    resource: aws.ec2
    comment: |
      Machines that do little
    filters:
      - "State.Name": running
      - "tag:Environment": dev
      - type: instance-age
        days: 30
      - type: metrics
        name: CPUUtilization
        days: 7
        period: 86400
        value: 5
        op: less-than
      - type: metrics
        name: NetworkIn
        statistics: Sum
        days: 7
        value: 5000000
    actions: *notify
  - name: rds-unused-databases
    resource: rds
    filters:
      - type: value
        key: tag:Permanent
        value: absent
      - type: metrics
        name: DatabaseConnections
        statistics: Sum
        value: 0
        op: eq
  - name: ebs-without-tags
    resource: ebs
    filters:
      - or:
        - "tag:Owner": absent
        - "tag:CostCenter": absent
  - name: ebs-unattached
    resource: ebs
    filters:
      - Attachments: []
)");
  BOOST_TEST_CONTEXT(ReportOf(got)) {
    BOOST_TEST(RulesOf(got) ==
               R"(apiVersion: rules/v1
rules:
  # ec2-underutilized (policies.yml:6)
  # note: Custodian does not ask what a resource costs; raise monthly_cost to hear only of what is worth it
  # note: its actions are not brought over: the rule tells the owner, and does nothing itself
  - alert: Ec2Underutilized
    kind: idle
    watch:
      resource: [aws.ec2.instance]
      where: {tag.Environment: dev}
    idle:
      over: 7d
      min_age: 30d
      all_of:
        - {metric: aws.ec2.cpu_utilization, stat: avg, below: 5%}
        - {metric: aws.ec2.network_in, stat: sum, below: 5000000 B}
    when: {monthly_cost: {above: 0 USD}}
    severity: info
  # rds-unused-databases (policies.yml:27)
  # note: Custodian does not ask what a resource costs; raise monthly_cost to hear only of what is worth it
  - alert: RdsUnusedDatabases
    kind: idle
    watch:
      resource: [aws.rds.db_instance]
      where: {tag.Permanent: {missing: true}}
    idle:
      over: 14d
      min_age: 14d
      all_of:
        - {metric: aws.rds.database_connections, stat: sum, equals: 0}
    when: {monthly_cost: {above: 0 USD}}
    severity: info
  # ebs-without-tags (policies.yml:38)
  - alert: EbsWithoutTags
    kind: tag_compliance
    watch:
      resource: [aws.ebs.volume]
    tags:
      required: [Owner, CostCenter]
    when: {resources: {at_least: 1}}
    severity: info
)");
    BOOST_TEST(absl::StrContains(got.items.at(3).refusal, "Attachments"));
  }
}

BOOST_AUTO_TEST_CASE(what_becomes_of_what) {
  const struct { const char *what, *resource, *filters, *want; } rows[] = {
      {"one missing tag", "ec2", "\"tag:Owner\": absent", "required: [Owner]"},
      {"values that are allowed", "ec2", "{type: value, key: \"tag:Env\", op: not-in, value: [prod, dev]}", "allowed: {Env: [prod, dev]}"},
      {"only with a tag", "ec2", "{\"tag:Owner\": absent}, {\"tag:App\": present}", "where: {tag.App: {matches: \".+\"}}"},
      {"not of this value", "ec2", "{\"tag:Owner\": absent}, {type: value, key: \"tag:Env\", op: ne, value: prod}", "where: {tag.Env: {not: prod}}"},
      {"new ones have time", "ec2", "{\"tag:Owner\": absent}, {type: instance-age, op: greater-than, days: 2}", "grace: 2d"},
      {"seconds of milliseconds", "lambda", "{type: metrics, name: Duration, value: 10, statistics: Maximum}", "stat: max, below: 0.01 s"},
      {"at most", "app-elb", "{type: metrics, name: RequestCount, statistics: Sum, days: 30, value: 10, op: lte}", "stat: sum, at_most: 10}"},
      {"a part in or", "ec2", "or: [{type: metrics, name: CPUUtilization, value: 2}]", "below: 2%"},
      {"a part in and", "ec2", "and: [{type: metrics, name: CPUUtilization, value: 2}]", "below: 2%"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.resource, row.filters);
    BOOST_TEST_CONTEXT(ReportOf(got) << RulesOf(got)) { BOOST_TEST(absl::StrContains(RulesOf(got), row.want)); }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_quite_the_same_is_noted) {
  const struct { const char *what, *filters, *note; } rows[] = {
      {"no data", "{type: metrics, name: CPUUtilization, value: 2, missing-value: 0}", "data_coverage"},
      {"two spans", "{type: metrics, name: CPUUtilization, value: 2, days: 7}, {type: metrics, name: NetworkIn, value: 2, days: 14}", "7 and 14 days"},
      {"an or of one line is no or", "{or: [{\"tag:A\": absent}]}, {\"tag:B\": absent}", "without any one"},
      {"an or and more", "{or: [{\"tag:A\": absent}, {\"tag:B\": absent}]}, {\"tag:C\": absent}", "any one of it"},
      {"wrong and missing", "{\"tag:A\": absent}, {type: value, key: \"tag:B\", op: not-in, value: [x]}", "any one of it"},
      {"all tags missing", "{\"tag:A\": absent}, {\"tag:B\": absent}", "without any one"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne("ec2", row.filters);
    BOOST_TEST_CONTEXT(ReportOf(got)) { BOOST_TEST((got.items.at(0).converted() && HasNote(got.items[0], row.note))); }
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_is_refused_with_the_reason) {
  const struct { const char *what, *resource, *filters, *why; } rows[] = {
      {"a resource without a bill", "iam-user", "\"tag:Owner\": absent", "iam-user"},
      {"how many tags", "ec2", "{type: tag-count, count: 10, op: gte}", "required"},
      {"used much", "ec2", "{type: metrics, name: CPUUtilization, value: 80, op: gt}", "kind threshold"},
      {"less than a day", "ec2", "{type: metrics, name: CPUUtilization, value: 5, days: 0.5}", "whole days"},
      {"a share of an attribute", "rds", "{type: metrics, name: FreeStorageSpace, percent-attr: AllocatedStorage, value: 90}", "percent-attr"},
      {"a metric that is not known", "ec2", "{type: metrics, name: Happiness, value: 5}", "nephoscope metrics aws.ec2"},
      {"another statistic", "ec2", "{type: metrics, name: CPUUtilization, statistics: p99, value: 5}", "p99"},
      {"the state of a thing", "ec2", "{type: value, key: ImageId, value: ami-1}", "ImageId"},
      {"a word alone", "s3", "global-grants", "global-grants"},
      {"two keys in one line", "ec2", "{\"tag:A\": absent, \"tag:B\": absent}", "entry of its own"},
      {"an odd or", "ec2", "or: [{\"tag:A\": absent}, {type: metrics, name: CPUUtilization, value: 5}]", "or"},
      {"marked", "ec2", "{type: marked-for-op, op: stop}", "marked-for-op"},
      {"a form of a tag", "ec2", "{type: value, key: \"tag:Env\", op: regex, value: \"^p\"}", "regex"},
      {"nothing of tags or metrics", "ec2", "\"State.Name\": running", "nothing"},
      {"a tag without a name", "ec2", "\"tag:\": absent", "no name"},
      {"no filters", "ec2", "", "nothing"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.resource, row.filters);
    BOOST_TEST_CONTEXT(ReportOf(got)) {
      BOOST_TEST(absl::StrContains(got.items.at(0).refusal, row.why));
      BOOST_TEST(RulesOf(got) == "");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_file_without_a_policy_is_told) {
  for (const char* text : {"{}", "policies: []", "hello", "a: [b"}) BOOST_TEST_CONTEXT(text) { BOOST_TEST(HasErrors(Import(text).diagnostics)); }
}

BOOST_AUTO_TEST_SUITE_END()
