#!/usr/bin/env python3
"""Quality of cost_anomaly and of the forecasts of budgets, measured through `nephoscope backtest`.

    cost.py --binary build/dev/nephoscope --tools SHARED/tools [--seeds 774411 31337 ...] [--part NAME ...]

Parts: anomaly (events of cost_bench.py), projection (the month's total on five days, from the figures
of budget alerts), parts (which part of a group changed), cases (our own series: holidays, quarter ends,
purchases, moves, migrations, late and restated days, prices). No seed printed here was used to tune;
20240101, 20240202, 20240303 and 555 were, and are not for verdicts.
"""
import argparse
import calendar
import collections
import csv
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile

import cost_cases

FRESH = [774411, 31337, 918273, 60231, 85127]  # seeds that nobody tuned on
DAYS = (5, 10, 15, 20, 25)
RULES = "rules:\n"
ANOMALY = """  - alert: Unusual
    kind: cost_anomaly
    watch: {{cost: effective, by: [{by}]}}
    anomaly: {{direction: both}}
"""


def backtest(binary, folder, rules, bill, settings=""):
    """The events of a backtest, as they are written."""
    path = os.path.join(folder, "rules.yaml")
    with open(path, "w") as out:
        out.write("apiVersion: rules/v1\n" + settings + RULES + rules)
    done = subprocess.run([binary, "backtest", path, "--data", bill, "-o", "jsonl"], capture_output=True, text=True)
    if not done.stdout:
        sys.exit("no alert at all: %s" % done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def generated(tools, seed, folder):
    subprocess.run([sys.executable, os.path.join(tools, "cost_bench.py"), "generate", "--seed", str(seed), "--out", folder], check=True)
    days = collections.OrderedDict()
    bill = os.path.join(folder, "bill.csv")
    with open(os.path.join(folder, "cost.csv"), newline="") as given, open(bill, "w") as out:
        out.write("time,metric,value,service\n")
        for row in csv.DictReader(given):
            out.write("%s,cost.effective,%s,%s\n" % (row["date"], row["cost"], row["series"]))
            days.setdefault(row["series"], {})[datetime.date.fromisoformat(row["date"])] = float(row["cost"])
    return bill, days


def day_of(text):
    """An event is of the end of its newest day."""
    return datetime.date.fromisoformat(text[:10]) - datetime.timedelta(days=1)


def anomaly(args, seed, folder):
    bill, _ = generated(args.tools, seed, folder)
    events = backtest(args.binary, folder, ANOMALY.format(by="service"), bill)
    for when in ("time", "startsAt"):
        alerts = os.path.join(folder, "alerts.csv")
        with open(alerts, "w") as out:
            out.write("series,date\n")
            for event in events:
                if event["type"].endswith("firing.v1"):
                    at = event["time"] if when == "time" else event["data"]["startsAt"]
                    out.write("%s,%s\n" % (event["data"]["labels"]["service"], day_of(at)))
        done = subprocess.run([sys.executable, os.path.join(args.tools, "cost_bench.py"), "score", "--truth", folder, "--alerts", alerts, "--json"], capture_output=True, text=True, check=True)
        one = json.loads(done.stdout)
        kinds = " ".join("%s %.2f" % (kind, found["found"]) for kind, found in one["by_kind"].items())
        print("anomaly seed %d by %-8s F1 %.3f  false alerts per series-year %.2f  dollars %.3f  delay %.1f days  (%s)" %
              (seed, when, one["f1"], one["false_alerts_per_series_year"], one["dollars_caught"], one["mean_delay_days"] or 0, kinds), flush=True)


def projection(args, seed, folder):
    """A budget of each series that is spent on a chosen day: the alert of that day has the forecast."""
    bill, days = generated(args.tools, seed, folder)
    for number in DAYS:
        table, totals = os.path.join(folder, "amounts.csv"), {}
        with open(table, "w") as out:
            out.write("service,amount,currency,period\n")
            for series, costs in days.items():
                for month in sorted({day.replace(day=1) for day in costs}):
                    length = calendar.monthrange(month.year, month.month)[1]
                    whole = [month.replace(day=one) for one in range(1, length + 1)]
                    spent = sum(costs.get(day, 0.0) for day in whole[:number])
                    out.write("%s,%.6f,USD,%s\n" % (series, max(spent - 1e-4, 1e-4), month.strftime("%Y-%m")))
                    if all(day in costs for day in whole):
                        totals[series, month] = sum(costs[day] for day in whole)
        rule = ("  - alert: Spend\n    kind: budget\n    watch: {cost: effective, by: [service]}\n"
                "    budget: {period: month, amounts_from: amounts.csv}\n    when: {actual: 100%}\n    limit: 100000\n")
        first = min(min(costs) for costs in days.values())
        errors, inside, judged, months = [], 0, 0, collections.Counter()
        for event in sorted(backtest(args.binary, folder, rule, bill), key=lambda one: one["time"]):
            at = day_of(event["time"])
            key = event["data"]["labels"]["service"], at.replace(day=1)
            if not event["type"].endswith("firing.v1") or key not in totals or at.day != number or (at - first).days < 75:
                continue
            forecast = event["data"]["values"]["forecast"]
            total = totals[key]
            errors.append(abs(float(forecast["value"]) - total) / total)
            months[at.replace(day=1)] += 1
            if len(months) > 1 or "rough" not in event["data"]["explanation"]:
                judged += 1
                inside += float(forecast["low"]) - 0.01 <= total <= float(forecast["high"]) + 0.01
        print("projection seed %d day %2d: mean error %.2f%%  median %.2f%%  the 80%% interval covers %.3f of %d" %
              (seed, number, 100 * statistics.mean(errors), 100 * statistics.median(errors), inside / max(judged, 1), judged), flush=True)


def parts(args, seed, folder):
    """Groups of five parts, of which one changes: is it named first, among the first three?"""
    bill, truth = cost_cases.parts(seed, os.path.join(folder, "parts.csv"))
    first = three = found = 0
    for event in backtest(args.binary, folder, ANOMALY.format(by="account"), bill):
        if not event["type"].endswith("firing.v1"):
            continue
        account, at = event["data"]["labels"]["account"], day_of(event["time"])
        for begin, end, part in truth[account]:
            if begin <= at <= end:
                names = [one["labels"]["service"] for one in event["data"]["contributors"]]
                found += 1
                first += names[:1] == [part]
                three += part in names
    print("parts seed %d: %d events with one cause found; it is named first in %.1f%%, among the first three in %.1f%%" %
          (seed, found, 100 * first / max(found, 1), 100 * three / max(found, 1)), flush=True)


def cases(args, seed, folder):
    bill, settings, truth = cost_cases.series(seed, folder)
    found, missed, false = collections.Counter(), collections.Counter(), collections.Counter()
    events = backtest(args.binary, folder, ANOMALY.format(by="service"), bill, settings)
    alerts = collections.defaultdict(list)
    for event in events:
        if event["type"].endswith("firing.v1"):
            alerts[event["data"]["labels"]["service"]].append(day_of(event["time"]))
    for name, one in truth.items():
        for begin, end in one["events"]:
            (found if any(begin <= at <= end for at in alerts[name]) else missed)[one["case"]] += 1
        for at in alerts[name]:
            quiet = not any(begin <= at <= end + datetime.timedelta(days=14) for begin, end in one["events"])
            false[one["case"]] += quiet and (at - one["first"]).days >= 45
    total = [0, 0, 0]
    for case in sorted({one["case"] for one in truth.values()}):
        numbers = found[case], missed[case], false[case]
        total = [a + b for a, b in zip(total, numbers)]
        print("cases seed %d %-22s found %3d  missed %3d  not to be reported, and was %3d" % (seed, case, *numbers), flush=True)
    precision, recall = total[0] / max(1, total[0] + total[2]), total[0] / max(1, total[0] + total[1])
    print("cases seed %d all: precision %.3f  recall %.3f  F1 %.3f" % (seed, precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)), flush=True)


PARTS = {"anomaly": anomaly, "projection": projection, "parts": parts, "cases": cases}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=FRESH)
    parser.add_argument("--part", nargs="+", choices=sorted(PARTS), default=list(PARTS))
    args = parser.parse_args()
    for part in args.part:
        for seed in args.seeds:
            with tempfile.TemporaryDirectory() as folder:
                PARTS[part](args, seed, folder)


if __name__ == "__main__":
    main()
