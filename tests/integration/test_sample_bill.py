"""The made-up bill: the same arguments give the same bytes, it says that it is made up, and what it claims to show is in it."""
import collections
import csv
import datetime
import decimal
import hashlib
import json
import subprocess

import pytest
from conftest import SAMPLE_BILL

UNTIL = "2026-11-24"


def make(folder, *more):
    path = folder / f"bill-{len(list(folder.iterdir()))}.csv"
    done = subprocess.run([SAMPLE_BILL, "--until", UNTIL, "--out", str(path), *more], capture_output=True, text=True, check=True)
    return path, done.stderr


def rows(path):
    with open(path, newline="") as lines:
        return list(csv.DictReader(lines))


def day(row):
    return datetime.date.fromisoformat(row["ChargePeriodStart"][:10])


def cost(row):
    return decimal.Decimal(row["EffectiveCost"])


def daily(bill, **where):
    """day -> cost of the rows whose columns are as given"""
    out = collections.defaultdict(decimal.Decimal)
    for row in bill:
        if all(row[name] == value for name, value in where.items()):
            out[day(row)] += cost(row)
    return out


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    return rows(make(tmp_path_factory.mktemp("bill"))[0])


def test_same_arguments_same_bytes(tmp_path):
    first, again, other = make(tmp_path)[0], make(tmp_path)[0], make(tmp_path, "--seed", "7")[0]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, again, other)]
    assert digests[0] == digests[1] != digests[2]


def test_it_says_that_it_is_made_up(tmp_path):
    path, said = make(tmp_path)
    assert "made up" in said and "not real money" in said
    assert {row["BillingAccountName"] for row in rows(path)} == {"Example Corp (made up)"}


def test_ninety_whole_days_before_the_given_one(bill):
    days = {day(row) for row in bill}
    last = datetime.date.fromisoformat(UNTIL) - datetime.timedelta(1)
    assert days == {last - datetime.timedelta(n) for n in range(90)}
    assert {row["BillingPeriodStart"][:7] == row["ChargePeriodStart"][:7] for row in bill} == {True}


def test_weekends_are_quieter_except_for_the_batch(bill):
    def mean(costs, weekend):
        picked = [amount for at, amount in costs.items() if (at.weekday() >= 5) == weekend]
        return sum(picked) / len(picked)
    data, research = daily(bill, SubAccountName="data"), daily(bill, SubAccountName="research")
    assert mean(data, True) < mean(data, False) * decimal.Decimal("0.8")
    assert mean(research, True) > mean(research, False) * decimal.Decimal("1.5")


def test_the_runaway_is_in_the_last_three_days(bill):
    compute = daily(bill, SubAccountName="web", ServiceName="Amazon Elastic Compute Cloud")
    days = sorted(compute)
    assert min(compute[at] for at in days[-3:]) > 3 * max(compute[at] for at in days[:-3])


def test_a_credit_and_rows_without_tags(bill):
    assert [cost(row) for row in bill if row["ChargeCategory"] == "Credit"] == [-750]
    usage = [row for row in bill if row["ChargeCategory"] == "Usage"]
    untagged = sum(row["Tags"] == "NULL" for row in usage)
    assert 0.03 < untagged / len(usage) < 0.09
    assert all({"department", "team", "Owner", "environment"} == set(json.loads(row["Tags"])) for row in bill if row["Tags"] != "NULL")


def test_the_later_version_restates_one_day_of_one_department(bill, tmp_path):
    later = rows(make(tmp_path, "--restate")[0])
    changed = {(day(old), old["SubAccountName"], old["ServiceName"]) for old, new in zip(bill, later, strict=True) if old != new}
    assert changed == {(datetime.date(2026, 11, 19), "data", "Amazon Elastic Compute Cloud")}


@pytest.mark.parametrize("arguments, says", [
    ([], "--until wants"),
    (["--until", "yesterday"], "--until wants"),
    (["--until", UNTIL, "--days", "0"], "--days 0"),
    (["--until", UNTIL, "--seed"], "--seed is not an option, or its value is missing"),
    (["--until", UNTIL, "--out", "/nowhere/bill.csv"], "cannot write /nowhere/bill.csv"),
])
def test_wrong_arguments(arguments, says):
    done = subprocess.run([SAMPLE_BILL, *arguments], capture_output=True, text=True)
    assert done.returncode == 2 and says in done.stderr
