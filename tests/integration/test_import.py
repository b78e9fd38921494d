"""`nephoscope import`: rules on standard output that check accepts, on standard error what became of each thing, and the exit code."""
import json
import subprocess

import pytest
from conftest import BINARY

BUDGET = {"BudgetName": "Platform", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "42000.0", "Unit": "USD"}}
GOOD = {
    "aws-budgets": json.dumps({"Budgets": [BUDGET]}, indent=4),
    "kubecost": "alerts:\n  - {type: budget, threshold: 50, window: 1d, aggregation: cluster, filter: one}\n",
    "custodian": "policies:\n  - name: idle\n    resource: ec2\n    filters: [{type: metrics, name: CPUUtilization, value: 5, days: 7}]\n",
}
REFUSED = {
    "aws-budgets": json.dumps({"Budgets": [BUDGET, {**BUDGET, "BudgetName": "Use", "BudgetType": "USAGE"}]}),
    "kubecost": GOOD["kubecost"] + "  - {type: recurringUpdate, window: weekly}\n",
    "custodian": GOOD["custodian"] + "  - name: users\n    resource: iam-user\n",
}


def run(*arguments, stdin=""):
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True)


@pytest.mark.parametrize("word", GOOD)
def test_what_is_printed_is_a_rule_file(word, tmp_path):
    (tmp_path / "in").write_text(GOOD[word])
    done = run("import", word, tmp_path / "in")
    assert done.returncode == 0, done.stderr
    assert "converted" in done.stderr and ", 0 refused" in done.stderr
    checked = run("check", "-", stdin=done.stdout)
    assert checked.returncode == 0 and "1 file, 1 rule" in checked.stdout, checked.stdout + done.stdout


@pytest.mark.parametrize("word", REFUSED)
def test_one_that_is_refused_is_named_and_the_others_are_printed(word):
    done = run("import", word, "-", stdin=REFUSED[word])
    assert done.returncode == 1
    assert ": refused: " in done.stderr and ", 1 refused" in done.stderr
    assert run("check", "-", stdin=done.stdout).returncode == 0


def test_what_is_no_such_file_is_told():
    for word in GOOD:
        done = run("import", word, "-", stdin="hello\n")
        assert done.returncode == 1 and done.stdout == "" and "stands in this file" in done.stderr
    assert run("import", "aws-budgets", "/nowhere/budgets.json").returncode == 1
    assert run("import", "spreadsheet", "x").returncode == 2
