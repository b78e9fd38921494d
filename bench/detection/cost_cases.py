"""Series of our own for cost.py: what a coordinator sees in a year, with what must and must not be reported."""
import datetime
import math
import os
import random

START = datetime.date(2024, 1, 1)
LENGTH = 420
HOLIDAYS = [datetime.date(2024, *day) for day in ((1, 15), (2, 19), (3, 29), (4, 1), (5, 27), (7, 4), (9, 2), (11, 28), (11, 29), (12, 24), (12, 25), (12, 26), (12, 31))] + [datetime.date(2025, 1, 20), datetime.date(2025, 2, 17)]


def base(r, noise=None):
    """Costs of LENGTH days: a level, quiet weekends or none, noise."""
    level = math.exp(r.uniform(math.log(50), math.log(3000)))
    weekend = r.choice([1.0, r.uniform(0.5, 0.9)])
    sd = noise if noise is not None else math.exp(r.uniform(math.log(0.02), math.log(0.08)))
    out = []
    for i in range(LENGTH):
        day = START + datetime.timedelta(days=i)
        out.append(level * (weekend if day.weekday() > 4 else 1.0) * math.exp(r.gauss(0, sd)))
    return level, weekend, sd, out


def spike(r, costs, sd, at):
    """A clear anomaly of two days: every case has one that must be found."""
    for i in (at, at + 1):
        costs[i] *= 1 + max(0.5, 8 * sd)
    return START + datetime.timedelta(days=at), START + datetime.timedelta(days=at + 1)


def quarter_end(r, costs, level, **_):
    more = r.uniform(1.3, 1.8)
    for i in range(LENGTH):
        day = START + datetime.timedelta(days=i)
        if (day + datetime.timedelta(days=3)).month != day.month and day.month % 3 == 0:
            costs[i] *= more


def holiday(r, costs, level, **_):
    for day in HOLIDAYS:
        costs[(day - START).days] *= 0.55


def monthly_fee(r, costs, level, **_):
    fee = level * r.uniform(0.3, 3)
    for i in range(LENGTH):
        if (START + datetime.timedelta(days=i)).day == 1:
            costs[i] += fee


def price(r, costs, level, **_):
    for i in range(200, LENGTH):
        costs[i] *= 1.3
    return [(START + datetime.timedelta(days=200), START + datetime.timedelta(days=213))]


def growth(r, costs, level, **_):
    for i in range(LENGTH):
        costs[i] *= 1.002 ** i


def migration(r, costs, level, **_):
    """Half of it goes elsewhere within five weeks, slowly: a fall of 2 % a day."""
    for i in range(150, LENGTH):
        costs[i] *= 1 - 0.5 * min(1, (i - 149) / 35)
    return [(START + datetime.timedelta(days=150), START + datetime.timedelta(days=190))]


CASES = {"quarter end": quarter_end, "holiday": holiday, "monthly fee": monthly_fee, "price step": price, "growth": growth, "migration": migration,
         "purchase": None, "credit": None, "late days": None, "restated days": None}


def series(seed, folder, each=12):
    """Writes bill.csv; returns its path, settings for the rules, and what is true of each series."""
    path, truth = os.path.join(folder, "cases.csv"), {}
    with open(path, "w") as out:
        out.write("time,arrived,metric,value,service,charge_category\n")
        for case, change in CASES.items():
            for number in range(each):
                r = random.Random(seed * 1009 + len(truth))
                level, weekend, sd, costs = base(r)
                events = (change(r, costs, level) if change else None) or []
                at = r.randrange(300, 330)
                events = events + [spike(r, costs, sd, at)]
                name = "%s %d" % (case, number)
                truth[name] = {"case": case, "events": events, "first": START}
                for i, cost in enumerate(costs):
                    day = START + datetime.timedelta(days=i)
                    line = lambda arrived, value, category="Usage": out.write("%s,%s,cost.effective,%.6f,%s,%s\n" % (day, arrived, value, name, category))
                    versions = {"late days": ((1, r.uniform(0.55, 0.9)), (2, r.uniform(0.92, 0.99)), (3, 1.0)),
                                "restated days": ((1, 1.0), (12, 1.0 - 0.3 * (i % 40 == 0)))}.get(case, ((1, 1.0),))
                    for age, share in versions:
                        line(day + datetime.timedelta(days=age), cost * share)
                    if case == "purchase" and day.day == 1 and day.month % 2:
                        line(day + datetime.timedelta(days=1), level * 20, "Purchase")
                    if case == "credit" and day.day == 12:
                        line(day + datetime.timedelta(days=1), -level * 3, "Credit")
    return path, settings(), truth


def settings():
    days = ", ".join(day.isoformat() for day in HOLIDAYS)
    return "calendars: {office: {holidays: [%s]}}\n" % days


def parts(seed, path, accounts=40):
    """Accounts of five services; now and then one of them changes. Account -> (first day, last day, service)."""
    truth = {}
    with open(path, "w") as out:
        out.write("time,metric,value,account,service\n")
        for number in range(accounts):
            r = random.Random(seed * 7919 + number)
            account, names = "a%d" % number, ["s%d" % i for i in range(5)]
            levels = [math.exp(r.uniform(math.log(20), math.log(2000))) for _ in names]
            total, changes = sum(levels), []
            for at in range(70, LENGTH - 20, 45):
                changes.append((at, r.randrange(5), r.choice([1, 1, -1]), r.uniform(0.3, 0.8)))
            truth[account] = []
            for at, which, sign, share in changes:
                if sign > 0 or levels[which] > 0.35 * total:
                    truth[account].append((START + datetime.timedelta(days=at), START + datetime.timedelta(days=at + 2), names[which]))
            for i in range(LENGTH):
                day = START + datetime.timedelta(days=i)
                for which, name in enumerate(names):
                    cost = levels[which] * (0.8 if day.weekday() > 4 else 1) * math.exp(r.gauss(0, 0.04))
                    for at, changed, sign, share in changes:
                        if changed == which and at <= i < at + 3:
                            if sign > 0:
                                cost += total * share
                            elif levels[which] > 0.35 * total:
                                cost *= 0.1
                    out.write("%s,cost.effective,%.6f,%s,%s\n" % (day, cost, account, name))
    return path, truth
