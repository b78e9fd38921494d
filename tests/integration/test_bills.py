"""Bills in a running agent: what is not usable, days that are not over, and files written in place."""
import datetime
import re
import pathlib

from conftest import wait_for

HEADER = "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ProviderName,ServiceName,ChargeCategory,Tags\n"
COLLECTOR = "collectors:\n  - focus: {files: [\"bills/*.csv\"], every: 1s}\nexporters:\n  - stdout: {}\n"
BUDGET = """apiVersion: rules/v1
rules:
  - alert: MonthBudget
    kind: budget
    watch: {cost: effective}
    budget: {period: month, amount: 1000000 USD}
    levels: {critical: {actual: 100%}}
"""
LESS = """apiVersion: rules/v1
rules:
  - alert: Fallen
    kind: change
    watch: {cost: effective, stat: sum, window: 1d}
    compare_to: average of last 4 weeks
    when: {decrease: {above: 50%}}
  - alert: Little
    kind: threshold
    watch: {cost: effective}
    when: {below: 50 USD}
"""
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def row(cost, start, days=1):
    return f'{cost},{cost},USD,{start}T00:00:00Z,{start + datetime.timedelta(days=days)}T00:00:00Z,AWS,Compute,Usage,"{{}}"\n'


def put(one, text):
    folder = pathlib.Path(one.folder) / "bills"
    folder.mkdir(exist_ok=True)
    (folder / "bill.csv").write_text(text)


def test_a_bill_of_which_nothing_can_be_read_degrades_until_it_can(agent):
    one = agent(COLLECTOR, {"rules.yaml": BUDGET})
    put(one, HEADER + "100,100,USD,10/01/2026,10/02/2026,AWS,Compute,Usage,\n")
    why = "not one of its 1 rows could be read"
    wait_for(lambda: why in one.get("/-/ready").text, 15, "the reason")
    ready = one.get("/-/ready")
    assert ready.status_code == 200 and ready.text.startswith("degraded\n"), ready.text
    assert one.get("/-/ready?strict=1").status_code == 503
    assert 'nephoscope_collector_up{collector="focus"} 0' in one.get("/metrics").text
    put(one, HEADER + row(100, TODAY - datetime.timedelta(days=2)))
    wait_for(lambda: one.get("/-/ready?strict=1").status_code == 200, 15, "readiness")
    assert one.get("/-/ready").text.startswith("ready\n")
    assert 'nephoscope_collector_up{collector="focus"} 1' in one.get("/metrics").text
    assert len(re.findall("warning cannot read the bill .*" + why, one.log)) == 1, one.log


def test_today_is_not_over_and_a_term_does_not_end_it(agent):
    one = agent(COLLECTOR, {"rules.yaml": LESS})
    days = [TODAY - datetime.timedelta(days=back) for back in range(45, -1, -1)]
    put(one, HEADER + "".join(row(9 if day == TODAY else 100, day) for day in days) + row(50, TODAY, 30))
    lag = 'nephoscope_watermark_lag_seconds{source="focus"} '
    wait_for(lambda: lag in one.get("/metrics").text, 15, "the bill")
    seconds = float(one.get("/metrics").text.split(lag)[1].split("\n")[0])
    assert 0 <= seconds <= 86400 + 60, seconds
    assert not [alert for alert in one.alerts() if alert["status"] == "firing"], one.alerts()
