#include <boost/test/unit_test.hpp>

#include "rules/importing/rule_lines.h"
#include "tests/rules/importing/import_helpers.h"

using namespace nephoscope;

namespace {

Imported Import(const std::string& text) {
  const SourceFile file{"budgets.json", text};
  return ImportAwsBudgets({&file, 1});
}

// One budget of cost with these further members.
std::string Budget(const std::string& more, const std::string& unit = "MONTHLY") {
  return R"({"BudgetName": "Platform", "BudgetType": "COST", "TimeUnit": ")" + unit + R"(", "BudgetLimit": {"Amount": "42000.0", "Unit": "USD"})" + (more.empty() ? "" : ", " + more) + "}";
}
Imported ImportOne(const std::string& more, const std::string& unit = "MONTHLY") { return Import(R"({"Budgets": [)" + Budget(more, unit) + "]}"); }

std::string Notice(const std::string& type, const std::string& threshold, const std::string& more = R"("ComparisonOperator": "GREATER_THAN")") {
  return R"({"Notification": {"NotificationType": ")" + type + R"(", "Threshold": )" + threshold + ", " + more + "}}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(aws_budgets_test)

BOOST_AUTO_TEST_CASE(a_budget_as_the_command_line_prints_it) {
  const Imported got = Import(R"({
    "Budgets": [
        {
            "BudgetName": "Platform monthly",
            "BudgetLimit": {
                "Amount": "42000.0",
                "Unit": "USD"
            },
            "CostFilters": {
                "LinkedAccount": ["111122223333", "444455556666"],
                "TagKeyValue": ["user:Team$checkout", "user:CostCenter$CC-1042"]
            },
            "CostTypes": {"IncludeTax": true, "IncludeRefund": false, "IncludeCredit": false, "IncludeUpfront": true, "UseBlended": false, "UseAmortized": true},
            "TimeUnit": "MONTHLY",
            "TimePeriod": {"Start": "2025-01-01T01:00:00+01:00", "End": "2087-06-15T02:00:00+02:00"},
            "CalculatedSpend": {"ActualSpend": {"Amount": "12034.12", "Unit": "USD"}},
            "BudgetType": "COST",
            "NotificationsWithSubscribers": [
                {"Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0, "ThresholdType": "PERCENTAGE"},
                 "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "finops@example.com"}]},
                {"Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 100.0}},
                {"Notification": {"NotificationType": "FORECASTED", "ComparisonOperator": "GREATER_THAN", "Threshold": 46200.0, "ThresholdType": "ABSOLUTE_VALUE"}}
            ]
        }
    ]
})");
  BOOST_TEST(RulesOf(got) ==
             R"(apiVersion: rules/v1
rules:
  # Platform monthly (budgets.json:3)
  # note: 46200 USD became 110% of the amount
  # note: told so far: finops@example.com; who is told now is the `owner` of what is spent, or whom `notify` names
  - alert: PlatformMonthly
    kind: budget
    watch:
      cost: effective
      where: {account: ["111122223333", "444455556666"], cost_center: CC-1042, team: checkout}
      leave_out: {charge_category: [Credit, Refund]}
    budget: {period: month, amount: 42000 USD}
    levels:
      warning: {actual: 80%, forecast: 110%}
      critical: {actual: 100%}
    annotations: {aws_budget: "Platform monthly"}
)");
  BOOST_TEST(Sentences(got) ==
             "PlatformMonthly: Warning when the effective cost, where account is 111122223333 or 444455556666, and cost_center is CC-1042, and team is checkout, "
             "except where charge_category is Credit or Refund, reaches 80% of the budget or is on course for 110%. Critical when it reaches 100%. The budget is 42,000 USD for each month.\n");
}

BOOST_AUTO_TEST_CASE(thresholds_become_levels) {
  const struct { const char* what; std::vector<std::string> notices; const char* want; } rows[] = {
      {"below the whole", {Notice("ACTUAL", "80")}, "Platform: Warning when the billed cost reaches 80% of the budget. The budget is 42,000 USD for each month.\n"},
      {"the whole", {Notice("ACTUAL", "100")}, "Platform: Critical when the billed cost reaches 100% of the budget. The budget is 42,000 USD for each month.\n"},
      {"two below", {Notice("ACTUAL", "80"), Notice("ACTUAL", "50")}, "Platform: Info when the billed cost reaches 50% of the budget. Warning when it reaches 80%. The budget is 42,000 USD for each month.\n"},
      {"twice the same", {Notice("ACTUAL", "100"), Notice("ACTUAL", "100.0")}, "Platform: Critical when the billed cost reaches 100% of the budget. The budget is 42,000 USD for each month.\n"},
      {"a forecast is a warning", {Notice("FORECASTED", "100")}, "Platform: Warning when the billed cost is on course for 100% of the budget. The budget is 42,000 USD for each month.\n"},
      {"four are two rules", {Notice("ACTUAL", "25"), Notice("ACTUAL", "50"), Notice("ACTUAL", "80"), Notice("ACTUAL", "100")},
       "Platform: Info when the billed cost reaches 50% of the budget. Warning when it reaches 80%. Critical when it reaches 100%. The budget is 42,000 USD for each month.\n"
       "PlatformEarlier: Warning when the billed cost reaches 25% of the budget. The budget is 42,000 USD for each month.\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    std::string notices;
    for (const std::string& notice : row.notices) notices += (notices.empty() ? "" : ", ") + notice;
    BOOST_TEST(Sentences(ImportOne(R"("NotificationsWithSubscribers": [)" + notices + "]")) == row.want);
  }
}

BOOST_AUTO_TEST_CASE(notifications_may_stand_in_another_file_or_beside_the_budget) {
  const std::string list = R"([{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 90}])";
  const std::string want = "Platform: Warning when the billed cost reaches 90% of the budget. The budget is 42,000 USD for each month.\n";
  const SourceFile files[] = {{"b.json", "{\"Budgets\": [" + Budget("") + "]}"},
                              {"n.json", R"({"BudgetNotificationsForAccount": [{"BudgetName": "Platform", "Notifications": )" + list + "}]}"}};
  BOOST_TEST(Sentences(ImportAwsBudgets(files)) == want);
  BOOST_TEST(ImportAwsBudgets(files).diagnostics.empty());
  BOOST_TEST(Sentences(Import(R"({"Budget": )" + Budget("") + R"(, "NotificationsWithSubscribers": [)" + Notice("ACTUAL", "90") + "]}")) == want);
  BOOST_TEST(Sentences(Import(R"([{"Budget": )" + Budget("") + R"(, "Notifications": )" + list + "}]")) == want);
}

BOOST_AUTO_TEST_CASE(without_notifications_the_levels_are_the_usual_ones_and_that_is_said) {
  const Imported got = ImportOne("", "QUARTERLY");
  BOOST_TEST(Sentences(got) == "Platform: Warning when the billed cost reaches 80% of the budget or is on course for 100%. Critical when it reaches 100%. The budget is 42,000 USD for each quarter.\n");
  BOOST_TEST(HasNote(got.items[0], "no notifications"));
}

BOOST_AUTO_TEST_CASE(filters_become_where) {
  const struct { const char *what, *more, *want; } rows[] = {
      {"a tag that is missing", R"("CostFilters": {"TagKeyValue": ["user:Team$"]})", "where: {team: {missing: true}}"},
      {"an expression", R"("FilterExpression": {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"], "MatchOptions": ["EQUALS"]}})", "where: {region: eu-west-1}"},
      {"all of several", R"("FilterExpression": {"And": [{"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["1"]}}, {"Tags": {"Key": "Env", "Values": ["prod", "stage"]}}]})",
       "where: {account: \"1\", env: [prod, stage]}"},
      {"not these", R"("FilterExpression": {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Tax"]}}})", "where: {charge_category: {not: [Credit, Tax]}}"},
      {"with any value", R"("FilterExpression": {"Not": {"Tags": {"Key": "owner", "MatchOptions": ["ABSENT"]}}})", "where: {owner: {matches: \".+\"}}"},
      {"amortized", R"("Metrics": ["NetAmortizedCost"])", "cost: effective"},
      {"unblended", R"("Metrics": ["UnblendedCost"])", "cost: billed"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.more);
    BOOST_TEST_CONTEXT(ReportOf(got) << RulesOf(got)) { BOOST_TEST(absl::StrContains(RulesOf(got), row.want)); }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_quite_the_same_is_noted) {
  const struct { const char *what, *more, *note; } rows[] = {
      {"a plan", R"("PlannedBudgetLimits": {"1735689600": {"Amount": "100", "Unit": "USD"}, "1738368000": {"Amount": "120", "Unit": "USD"}})", "each period its own amount (100, 120)"},
      {"an amount that moves", R"("AutoAdjustData": {"AutoAdjustType": "HISTORICAL"})", "adjusts the amount"},
      {"an end", R"("TimePeriod": {"Start": 1735689600.0, "End": 1798761600.0})", "ends at 1798761600"},
      {"service names", R"("CostFilters": {"Service": ["Amazon Relational Database Service"]})", "ServiceName"},
      {"a tag that is not read", R"("CostFilters": {"TagKeyValue": ["user:Squad$blue"]})", "must read the tag squad"},
      {"blended", R"("CostTypes": {"UseBlended": true})", "blended"},
      {"support left out", R"("CostTypes": {"IncludeSupport": false})", "IncludeSupport"},
      {"little spending", R"("Notifications": [{"NotificationType": "ACTUAL", "ComparisonOperator": "LESS_THAN", "Threshold": 5}, {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}])", "LESS_THAN 5 was left out"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.more);
    BOOST_REQUIRE(got.items.size() == 1);
    BOOST_TEST_CONTEXT(ReportOf(got)) { BOOST_TEST((got.items[0].converted() && HasNote(got.items[0], row.note))); }
  }
  for (const char* forever : {R"("TimePeriod": {"End": 3706473600.0})", R"("TimePeriod": {"End": "2087-06-15_00:00"})"}) BOOST_TEST(!HasNote(ImportOne(forever).items[0], "ends at"));
}

BOOST_AUTO_TEST_CASE(budgets_of_commitments_are_rules_of_commitments) {
  const auto of = [](const std::string& type, const std::string& unit, const std::string& more) {
    return Import(R"({"BudgetName": "RI", "BudgetType": ")" + type + R"(", "TimeUnit": ")" + unit + R"(", "BudgetLimit": {"Amount": "100.0", "Unit": "PERCENTAGE"}, "Notifications": [)" + more + "]}");
  };
  const std::string less = R"("ComparisonOperator": "LESS_THAN", "ThresholdType": "PERCENTAGE")", value = R"("ComparisonOperator": "LESS_THAN", "ThresholdType": "ABSOLUTE_VALUE")";
  const Imported one = Import(R"({"Budgets": [{"BudgetName": "RI use", "BudgetType": "RI_UTILIZATION", "TimeUnit": "DAILY", "CostFilters": {"LinkedAccount": ["111122223333"]}, "NotificationsWithSubscribers": [)" + Notice("ACTUAL", "80", less) + "]}]}");
  BOOST_TEST(RulesOf(one) ==
             "apiVersion: rules/v1\nrules:\n  # RI use (budgets.json:1)\n  - alert: RIUse\n    kind: commitment\n    watch:\n      commitment: [reserved_instance]\n"
             "      where: {account: \"111122223333\"}\n      window: 1d\n    levels:\n      warning: {utilization: {below: 80%}}\n    annotations: {aws_budget: \"RI use\"}\n");
  BOOST_TEST(one.items[0].notes.empty());
  const struct { const char *what, *type, *unit; std::string notices; const char* want; } rows[] = {
      {"use of reservations", "RI_UTILIZATION", "DAILY", Notice("ACTUAL", "80", less), "RI: Warning when commitments (reserved_instance) over 1 day have a utilization below 80%.\n"},
      {"a share as a value", "RI_COVERAGE", "DAILY", Notice("ACTUAL", "80", value), "RI: Warning when commitments (reserved_instance) over 1 day have a coverage below 80%.\n"},
      {"use of savings plans", "SAVINGS_PLANS_UTILIZATION", "DAILY", Notice("ACTUAL", "80", less), "RI: Warning when commitments (savings_plan) over 1 day have a utilization below 80%.\n"},
      {"the less, the worse", "SAVINGS_PLANS_COVERAGE", "DAILY", Notice("ACTUAL", "60", less) + "," + Notice("ACTUAL", "90", less),
       "RI: Info when commitments (savings_plan) over 1 day have a coverage below 90%. Warning when they have a coverage below 60%.\n"},
      {"what is forecast is left out", "RI_UTILIZATION", "DAILY", Notice("ACTUAL", "70", less) + "," + Notice("FORECASTED", "90", less), "RI: Warning when commitments (reserved_instance) over 1 day have a utilization below 70%.\n"},
      {"no notifications", "RI_UTILIZATION", "DAILY", "", "RI: Warning when commitments (reserved_instance) over 1 day have a utilization below 80%.\n"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(Sentences(of(row.type, row.unit, row.notices)) == row.want); }
  const struct { const char *unit, *window; } periods[] = {{"MONTHLY", "30d"}, {"QUARTERLY", "90d"}, {"ANNUALLY", "365d"}};
  for (const auto& row : periods) BOOST_TEST_CONTEXT(row.unit) {
    const Imported made = of("RI_UTILIZATION", row.unit, Notice("ACTUAL", "80", less));
    BOOST_TEST(absl::StrContains(RulesOf(made), absl::StrCat("window: ", row.window, "\n")));
    BOOST_TEST(HasNote(made.items.at(0), "the calendar period"));
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_said_is_refused_with_the_reason) {
  const struct { const char *what, *text, *why; } rows[] = {
      {"commitments without a period", R"({"BudgetName": "x", "BudgetType": "SAVINGS_PLANS_COVERAGE"})", "TimeUnit is \"\""},
      {"much use of commitments", R"({"BudgetName": "x", "BudgetType": "RI_UTILIZATION", "TimeUnit": "DAILY", "Notifications": [{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80}]})", "LESS_THAN"},
      {"commitments of an operation", R"({"BudgetName": "x", "BudgetType": "RI_UTILIZATION", "TimeUnit": "DAILY", "CostFilters": {"Operation": ["RunInstances"]}})", "Operation"},
      {"units of use", R"({"BudgetName": "x", "BudgetType": "USAGE"})", "kind threshold"},
      {"a kind of another year", R"({"BudgetName": "x", "BudgetType": "CARBON"})", "CARBON"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) { BOOST_TEST(absl::StrContains(Import(row.text).items.at(0).refusal, row.why)); }
  const struct { const char *what, *more, *why; } members[] = {
      {"an operation", R"("CostFilters": {"Operation": ["RunInstances"]})", "Operation"},
      {"a part of a name", R"("FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["EC2"], "MatchOptions": ["CONTAINS"]}})", "CONTAINS"},
      {"either of two", R"("FilterExpression": {"Or": [{"Tags": {"Key": "a", "Values": ["b"]}}, {"Tags": {"Key": "c", "Values": ["d"]}}]})", "Or"},
      {"the same twice", R"("FilterExpression": {"And": [{"Tags": {"Key": "a", "Values": ["b"]}}, {"Tags": {"Key": "a", "Values": ["c"]}}]})", "twice"},
      {"a tag without a value", R"("CostFilters": {"TagKeyValue": ["user:Team"]})", "user:Key$value"},
      {"a cost category", R"("FilterExpression": {"CostCategories": {"Key": "a", "Values": ["b"]}})", "CostCategories"},
      {"only little spending", R"("Notifications": [{"NotificationType": "ACTUAL", "ComparisonOperator": "LESS_THAN", "Threshold": 5}])", "little spending"},
  };
  for (const auto& row : members) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.more);
    BOOST_TEST_CONTEXT(ReportOf(got)) {
      BOOST_TEST(absl::StrContains(got.items.at(0).refusal, row.why));
      BOOST_TEST(RulesOf(got) == "");
    }
  }
  BOOST_TEST(absl::StrContains(ImportOne("", "HOURLY").items.at(0).refusal, "DAILY, MONTHLY, QUARTERLY and ANNUALLY"));
  BOOST_TEST(absl::StrContains(Import(R"({"BudgetName": "x", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "0", "Unit": "USD"}})").items.at(0).refusal, "above 0"));
}

BOOST_AUTO_TEST_CASE(a_budget_of_a_day_is_a_limit_for_each_day) {
  const Imported got = ImportOne("", "DAILY");
  BOOST_TEST(absl::StrContains(RulesOf(got), "    kind: threshold\n    watch:\n      cost: billed\n      stat: sum\n      window: 1d\n    when: {above: 42000 USD}\n"), RulesOf(got) << ReportOf(got));
  BOOST_TEST(HasNote(got.items.at(0), "judged when the bill has it"));
  const auto notices = [](const std::string& list) { return R"("Notifications": [)" + list + "]"; };
  const struct { const char* what; std::string notices; const char *want, *note; } rows[] = {
      {"two levels", Notice("ACTUAL", "80") + "," + Notice("ACTUAL", "100"), "    levels:\n      warning: {above: 33600 USD}\n      critical: {above: 42000 USD}\n", ""},
      {"an amount", Notice("ACTUAL", "21000", R"("ComparisonOperator": "GREATER_THAN", "ThresholdType": "ABSOLUTE_VALUE")"), "    when: {above: 21000 USD}\n", "became 50%"},
      {"a forecast besides", Notice("ACTUAL", "50") + "," + Notice("FORECASTED", "100"), "    when: {above: 21000 USD}\n", "a single day is judged when it is over"},
      {"a forecast only", Notice("FORECASTED", "100"), "    when: {above: 42000 USD}\n", "so the rule tells of the whole amount"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported one = ImportOne(notices(row.notices), "DAILY");
    BOOST_TEST(absl::StrContains(RulesOf(one), row.want), RulesOf(one) << ReportOf(one));
    BOOST_TEST((*row.note == 0 || HasNote(one.items.at(0), row.note)), ReportOf(one));
  }
}

BOOST_AUTO_TEST_CASE(the_same_said_in_both_forms_is_one_thing) {
  const struct { const char *what, *more, *where; } rows[] = {
      {"a service", R"("CostFilters": {"Service": ["S3"]}, "FilterExpression": {"Dimensions": {"Key": "SERVICE", "Values": ["S3"]}})", "{service: S3}"},
      {"several, in another order", R"("CostFilters": {"LinkedAccount": ["1", "2"]}, "FilterExpression": {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["2", "1", "1"]}})", "{account: [\"1\", \"2\"]}"},
      {"a tag", R"("CostFilters": {"TagKeyValue": ["user:Shape$x"]}, "FilterExpression": {"Tags": {"Key": "Shape", "Values": ["x"]}})", "{shape: x}"},
      {"twice in one form", R"("FilterExpression": {"And": [{"Dimensions": {"Key": "REGION", "Values": ["a"]}}, {"Dimensions": {"Key": "REGION", "Values": ["a"]}}]})", "{region: a}"},
      {"a record type", R"("FilterExpression": {"And": [{"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Tax", "Usage"]}}, {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage", "Tax"]}}]})", "{charge_category: [Tax, Usage]}"},
      {"more in one of them", R"("CostFilters": {"Service": ["S3"]}, "FilterExpression": {"And": [{"Dimensions": {"Key": "SERVICE", "Values": ["S3"]}}, {"Dimensions": {"Key": "REGION", "Values": ["a"]}}]})", "{service: S3, region: a}"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
    const Imported got = ImportOne(row.more);
    BOOST_TEST(absl::StrContains(RulesOf(got), absl::StrCat("where: ", row.where, "\n")), RulesOf(got) << ReportOf(got));
  }
}

// Field cases 13 and 14.
BOOST_AUTO_TEST_CASE(budgets_that_people_have_are_converted) {
  const Imported daily = Import(R"({"Budgets":[{"BudgetName":"daily","BudgetType":"COST","TimeUnit":"DAILY","BudgetLimit":{"Amount":"30","Unit":"USD"}}]})");
  BOOST_TEST(Sentences(daily).find("Daily: ") == 0u, Sentences(daily));
  BOOST_TEST(absl::StrContains(RulesOf(daily), "kind: threshold\n    watch:\n      cost: billed\n      stat: sum\n      window: 1d\n    when: {above: 30 USD}\n"), RulesOf(daily));
  const Imported both = Import(
      R"({"Budgets":[{"BudgetName":"both","BudgetType":"COST","TimeUnit":"MONTHLY","BudgetLimit":{"Amount":"1000","Unit":"USD"},"CostFilters":{"Service":["Amazon Simple Storage Service"]},)"
      R"("FilterExpression":{"Dimensions":{"Key":"SERVICE","Values":["Amazon Simple Storage Service"]}},"Metrics":["UnblendedCost"],"CostTypes":{"UseAmortized":false}}]})");
  BOOST_TEST(absl::StrContains(RulesOf(both), absl::StrCat("      cost: billed\n      where: {service: ", Quoted("Amazon Simple Storage Service"), "}\n")), RulesOf(both) << ReportOf(both));
}

BOOST_AUTO_TEST_CASE(a_file_without_a_budget_is_told) {
  for (const char* text : {"{}", "[]", "hello", "{\"Budgets\": []}", "{\"a\": "}) BOOST_TEST_CONTEXT(text) {
    const Imported got = Import(text);
    BOOST_TEST(got.items.empty());
    BOOST_TEST(HasErrors(got.diagnostics));
  }
}

BOOST_AUTO_TEST_SUITE_END()
