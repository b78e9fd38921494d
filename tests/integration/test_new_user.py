"""Somebody who has never written a rule is asked for twelve. They begin from `nephoscope new`, change the lines that they understand, and ask
`nephoscope check --say` whether the sentence is what was asked for."""
import subprocess

import pytest
from conftest import BINARY

# task: the kind they choose, lines (by how they begin) and what they become ("" is: taken out), and what the sentence must say.
TASKS = {
    "Tell us when the team shop has spent 75 % of its 10,000 USD a quarter, and again at 90 %.": (
        "budget",
        {"- alert:": "- alert: ShopQuarter", "by:": "by: [team]", "period:": "period: quarter", "amounts:": "amounts: {shop: 10000 USD}", "everyone_else:": "",
         "warning:": "warning: {actual: 75%}", "critical:": "critical: {actual: 90%}", "summary:": "summary: ${team} has spent ${actual} of ${amount}"},
        ["ShopQuarter: ", "Warning when the effective cost reaches 75% of the budget", "Critical when it reaches 90%", "for each quarter", "for each team"]),
    "All clouds together may cost 250,000 USD a month. Warn when we are on course to pass that.": (
        "budget",
        {"by:": "", "amounts:": "amount: 250000 USD", "everyone_else:": "", "warning:": "warning: {forecast: 100%}", "critical:": "",
         "summary:": "summary: on course for ${forecast} of ${amount}"},
        ["is on course for 100% of the budget", "The budget is 250,000 USD for each month"]),
    "Tell us of days on which a service costs 500 USD and half as much again as usual.": (
        "cost_anomaly",
        {"- alert:": "- alert: ServiceUnusual", "by:": "by: [service]", "impact:": "impact: {at_least: 500 USD}", "change:": "change: {at_least: 50%}"},
        ["ServiceUnusual: ", "unusually high", "at least 500 USD and 50%", "for each service"]),
    "The shop must answer. Ask it each minute; two failures in a row are an alarm.": (
        "health_check",
        {"- alert:": "- alert: ShopDown", "http:": "http: https://shop.example.com/health", "every:": "every: 1m", "failures:": "failures: 2"},
        ["ShopDown: Critical", "https://shop.example.com/health", "2"]),
    "Say when an account has sent no bill for two days.": (
        "absence",
        {"by:": "by: [account]", "no_data_for:": "no_data_for: 48h", "summary:": "summary: no bill from ${account} since ${last_seen}"},
        ["the billed cost is silent for 2 days", "for each account"]),
    "Everything needs an Owner and a Team. Tell us when what has neither costs more than 1,000 USD a month.": (
        "tag_compliance",
        {"required:": "required: [Owner, Team]", "allowed:": "", "pattern:": "", "same_as:": "", "untagged_cost:": "untagged_cost: {above: 1000 USD}"},
        ["above 1000 USD", "for each"]),
    "Which databases has nobody connected to for 30 days?": (
        "idle",
        {"- alert:": "- alert: DatabaseUnused", "resource:": "resource: [aws.rds.db_instance]", "where:": "", "over:": "over: 30d",
         "- {metric: cpu_utilization": "- {metric: database_connections, stat: max, below: 1}", "- {metric: network_bytes": "",
         "summary:": "summary: nobody has connected to ${resource_name} for 30 days"},
        ["aws.rds.db_instance", "nothing for 30 days", "the highest database_connections is below 1"]),
    "Say when a week costs an account a fifth more than the week before, and at least 100 USD more.": (
        "change",
        {"- alert:": "- alert: WeekDearer", "metric:": "cost: effective", "stat:": "stat: sum", "window:": "window: 7d", "compare_to:": "compare_to: previous window",
         "increase:": "increase: {at_least: 20%}", "difference:": "difference: {at_least: 100 USD}", "summary:": "summary: ${account} costs ${change} more than last week"},
        ["the sum of effective cost over 7 days", "previous window", "at least 20%", "100 USD", "for each account"]),
    "Warn ten days before a database's disk is full.": (
        "forecast",
        {"within:": "within: 10d", "not_within:": "not_within: 12d"},
        ["aws.rds.free_storage_space", "will reach 0 GiB within 10 days", "db_instance"]),
    "A database that is busier than 85 % for half an hour needs somebody to look; at 95 % it is critical.": (
        "threshold",
        {"- alert:": "- alert: DatabaseBusy", "metric:": "metric: aws.rds.cpu_utilization", "by:": "by: [db_instance]",
         "warning:": "warning: {above: 85%, for: 30m}", "critical:": "critical: {above: 95%}", "summary:": "summary: ${db_instance} is ${value} busy"},
        ["DatabaseBusy: Warning when aws.rds.cpu_utilization is above 85%", "Critical", "95%", "for each db_instance"]),
    "One alarm, not two, when the spend of an account jumps within two hours of it starting many machines.": (
        "composite",
        {"within:": "within: 2h"},
        ["RunawayDeployment: Critical", "SpendJump and ManyMachines fire", "the same account", "within 2 hours", "instead of these"]),
    "199 of 200 requests must succeed; tell us when we use that up too fast.": (
        "slo",
        {"objective:": "objective: 99.5%"},
        ["99.5%", "service"]),
}


def run(*arguments, stdin=""):
    return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, text=True)


def written(kind, changes):
    """The skeleton with these lines changed; each must be there, the first that begins so is meant."""
    lines = run("new", kind).stdout.splitlines()
    for begin, new in changes.items():
        at = next((i for i, line in enumerate(lines) if line.strip().startswith(begin)), None)
        assert at is not None, f"the skeleton of {kind} has no line {begin}"
        indent = lines[at][:len(lines[at]) - len(lines[at].lstrip())]
        lines[at:at + 1] = [indent + new] if new else []
    return "\n".join(lines) + "\n"


def test_there_are_twelve_tasks_and_every_kind_is_among_them():
    assert len(TASKS) == 12
    assert {line.split()[0] for line in run("new").stdout.splitlines()} >= {kind for kind, _, _ in TASKS.values()}


@pytest.mark.parametrize("task", TASKS)
def test_the_rule_of_a_newcomer_says_what_was_asked(task):
    kind, changes, says = TASKS[task]
    text = written(kind, changes)
    done = run("check", "--say", "-", stdin=text)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in says:
        assert words in " ".join(done.stdout.split()), done.stdout
