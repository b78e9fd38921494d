"""From a bill of today to the first alert: soon, and with the totals that adding up the rows gives. Also the commands' exit codes."""
import csv
import datetime
import decimal
import json
import re
import subprocess
import time

import pytest
from conftest import BINARY, SAMPLE_BILL, SOURCE, wait_for

RULES = (SOURCE / "deploy/starter/rules/costs.yaml").read_text()
CENT = decimal.Decimal("0.01")


def made_bill(folder):
    path = folder / "bill.csv"
    today = datetime.datetime.now(datetime.timezone.utc).date()
    subprocess.run([SAMPLE_BILL, "--until", today.isoformat(), "--out", str(path)], check=True)
    return path


def monthly_totals(path):
    """(department, "YYYY-MM") -> effective cost, added up by Python's csv and decimal."""
    totals = {}
    with open(path, newline="") as rows:
        for row in csv.DictReader(rows):
            department = json.loads(row["Tags"]).get("department") if row["Tags"] not in ("", "NULL") else None
            if department:
                key = department, row["ChargePeriodStart"][:7]
                totals[key] = totals.get(key, decimal.Decimal(0)) + decimal.Decimal(row["EffectiveCost"])
    return totals


def test_first_alert_comes_within_ten_seconds_with_the_right_totals(agent, tmp_path):
    bill = made_bill(tmp_path)
    begun = time.monotonic()
    one = agent("collectors:\n  - focus: {files: [bill.csv], every: 1m}\nexporters:\n  - stdout: {}\n", {"costs.yaml": RULES})
    wait_for(lambda: re.search(r"^(WARNING|CRITICAL)", one.log, re.M), 10, "the first alert")
    assert time.monotonic() - begun <= 10
    # Months gone by are history: one summary of them, and nothing that looks like tonight.
    wait_for(lambda: re.search(r"^BEFORE NOW: \d+ alerts? came and went", one.log, re.M), 10, "the summary")
    assert not re.search(r"^RESOLVED", one.log, re.M)
    assert "is usual" in one.log
    totals = monthly_totals(bill)
    month = max(month for _, month in totals)
    # Every budget is shown as it stands now, to the cent, whether it fires or not.
    spent = dict(re.findall(r'^nephoscope_budget_spent\{[^}]*department=(\w+)"[^}]*\} (\S+)', one.get("/metrics").text, re.M))
    assert set(spent) == {department for department, _ in totals}
    for department, amount in spent.items():
        # Cells are counted in millionths; a total may lie at half a cent.
        assert abs(decimal.Decimal(amount) - totals.get((department, month), decimal.Decimal(0))) < decimal.Decimal("0.001"), department
    # And what is notified says the same as the board.
    for department, said in re.findall(r"^(?:WARNING|CRITICAL): (\S+) has spent ([\d,.]+) USD", one.log, re.M):
        assert abs(decimal.Decimal(said.replace(",", "")) - decimal.Decimal(spent[department])) <= CENT / 2, department
    assert re.search(r"Owner: \S+@example\.com", one.log)


@pytest.mark.parametrize("arguments, code, says", [
    (["version"], 0, "nephoscope 0."),
    (["--help"], 0, "Exit codes"),
    (["run", "--help"], 0, "--config"),
    (["check", "--help"], 0, "--deny-warnings"),
    (["check", str(SOURCE / "deploy/starter/rules")], 0, ""),
    ([], 0, "Usage"),
    (["help"], 0, "Usage"),
    (["nosuch"], 2, ""),
    (["run", "--nosuch"], 2, ""),
])
def test_exit_code(arguments, code, says):
    done = subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30)
    assert done.returncode == code and says in done.stdout, (done.returncode, done.stdout + done.stderr)


def test_check_finds_what_is_wrong(tmp_path):
    (tmp_path / "a.yaml").write_text(RULES.replace("levels:", "leevls:", 1))
    done = subprocess.run([BINARY, "check", str(tmp_path / "a.yaml")], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and 'did you mean "levels"' in done.stdout + done.stderr
