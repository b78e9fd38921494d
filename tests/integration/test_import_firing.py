"""Imported Prometheus rules fire when Prometheus says that they do: random series without gaps, with the evaluation interval as
their step. Expressions are asked of a real Prometheus; `for` and `keep_firing_for` are a few lines below, as its manual has them."""
import json
import random
import subprocess
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import yaml
from conftest import BINARY, CACHE, SHARED, Process, free_port
from promql_series import Expression, seconds, series_of

RULES = SHARED / "data/prometheus-rules/rules"
PROMETHEUS = CACHE / "debian/usr/bin/prometheus"
START = 1767571200
STYLES = 3
SEED = 20261129


class Case:
    """A rule with metrics of its own, in one universe of values."""

    def __init__(self, name, rule, style, rng, records=()):
        self.name, self.rule, self.records = name, rule, list(records)
        self.expression = Expression(rule["expr"])
        self.hold, self.keep = seconds(rule.get("for", "0s")), seconds(rule.get("keep_firing_for", "0s"))
        windows = self.expression.windows
        self.longest = max([self.hold, *self.expression.lengths, 60])
        self.step = 60
        if windows and min(windows) < 240:
            self.step = 15
        elif self.longest > 6 * 3600 and (not windows or min(windows) >= 600):
            self.step = 240
        self.count = int(max(120, min(2000, 2.2 * self.longest / self.step)))
        prefix = f"{name}s{style}_"
        self.alert = f"{name}S{style}"
        self.text = self.expression.with_prefix(prefix)
        self.series = series_of(self.expression, prefix, style, self.count, self.step, self.longest, START, rng)

    def lines(self, unit):
        for name, labels, values in self.series:
            inside = ",".join(f'{k}="{v}"' for k, v in labels.items()).replace("\\", "\\\\")
            for i, value in enumerate(values):
                yield f"{name}{{{inside}}} {value!r} {(START + i * self.step) * unit}\n"


def cases():
    rng = random.Random(SEED)
    out, number = [], 0
    for path in sorted(RULES.rglob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                number += 1
                try:
                    for style in range(STYLES):
                        out.append(Case(f"R{number}", rule, style, rng))
                except (IndexError, KeyError, ValueError):
                    pass  # no selector that a series can be made for
    return out


def fired_by_prometheus(case, ask):
    """(labels, time) of every beginning of firing."""
    end = START + (case.count - 1) * case.step
    answer = ask(case.text, START, end, case.step)
    if answer is None:
        return None
    out = set()
    for one in answer:
        labels = frozenset((k, v) for k, v in one["metric"].items() if k != "__name__")
        there = {int(float(t)) for t, _ in one["values"]}
        since, firing, seen = None, False, None
        for t in range(START, end + 1, case.step):
            if t in there:
                since = t if since is None else since
                seen = t
                if not firing and t - since >= case.hold:
                    firing = True
                    out.add((labels, t))
            elif firing and case.keep and t - seen < case.keep:
                continue
            else:
                since, firing = None, False
    return out


@pytest.fixture
def ask(tmp_path):
    """Prometheus over the series of `load`."""
    def start(all_cases):
        text = tmp_path / "series.om"
        with open(text, "w") as out:
            for case in all_cases:
                out.writelines(case.lines(1))
            out.write("# EOF\n")
        made = subprocess.run([CACHE / "debian/usr/bin/promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", text, tmp_path / "tsdb"], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr[-2000:]
        port = free_port()
        (tmp_path / "prometheus.yml").write_text("global: {scrape_interval: 1h}\n")
        process = Process([PROMETHEUS, f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb", f"--web.listen-address=127.0.0.1:{port}",
                           "--storage.tsdb.retention.time=50y", "--query.max-samples=500000000"], tmp_path / "prometheus.log")
        started.append(process)
        process.until(lambda: requests.get(f"http://127.0.0.1:{port}/-/ready").status_code == 200, 30, "Prometheus")
        session = requests.Session()

        def query(text, begin, end, step):
            answer = session.post(f"http://127.0.0.1:{port}/api/v1/query_range", data={"query": text, "start": begin, "end": end, "step": step}).json()
            return answer["data"]["result"] if answer["status"] == "success" else None
        return query
    started = []
    yield start
    for one in started:
        one.process.terminate()
        one.process.wait(10)


def fired_here(all_cases, tmp_path):
    """The same of our rules, by alert, and the labels that each of them can have."""
    rules = {"groups": [{"name": "g", "rules": [r for c in all_cases for r in c.records] + [{**c.rule, "alert": c.alert, "expr": c.text} for c in all_cases]}]}
    (tmp_path / "prometheus.rules.yml").write_text(yaml.safe_dump(rules, width=10**6))
    imported = subprocess.run([BINARY, "import", "prometheus", tmp_path / "prometheus.rules.yml"], capture_output=True, text=True)
    (tmp_path / "imported.yaml").write_text(imported.stdout)
    with open(tmp_path / "series.prom", "w") as out:
        for case in all_cases:
            out.writelines(case.lines(1000))
    done = subprocess.run([BINARY, "backtest", tmp_path / "imported.yaml", "--data", tmp_path / "series.prom", "-o", "jsonl"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    fired = defaultdict(set)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if not event["type"].startswith("io.nephoscope.alert.firing"):
            continue
        time = int(subprocess_time(event["time"]))
        fired[event["data"]["rule"]["name"]].add((frozenset((k, v) for k, v in event["data"]["labels"].items() if v != "(none)"), time))
    converted = {line.split()[-1] for line in imported.stdout.splitlines() if line.startswith("  - alert: ")}
    return fired, converted, imported


def subprocess_time(text):
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def compare(all_cases, ask, tmp_path):
    """What differs, by alert; the alerts that both fired, and all that Prometheus fired."""
    query = ask(all_cases)
    with ThreadPoolExecutor(2) as pool:
        theirs = dict(zip([c.alert for c in all_cases], pool.map(lambda c: fired_by_prometheus(c, query), all_cases)))
    ours, converted, imported = fired_here(all_cases, tmp_path)
    differ, both, once = {}, set(), set()
    for case in all_cases:
        want = theirs[case.alert]
        if want is None or case.alert not in converted:
            continue
        once.update([case.name] if want else [])
        have = ours[case.alert]
        # Labels that come from another metric (group_left) are no labels of our alerts.
        names = {k for labels, _ in have for k, _ in labels}
        narrowed = {(frozenset((k, v) for k, v in labels if k in names), t) for labels, t in want} if have else want
        if have == narrowed:
            both.update([case.name] if want else [])
        else:
            differ[case.alert] = (case, sorted(map(str, narrowed - have))[:2], sorted(map(str, have - narrowed))[:2])
    return differ, both, once, converted, imported


@pytest.mark.skipif(not RULES.is_dir() or not PROMETHEUS.exists(), reason="the rules or Prometheus are not there")
def test_rules_in_the_wild_fire_when_prometheus_says(ask, tmp_path):
    all_cases = cases()
    differ, both, once, converted, _ = compare(all_cases, ask, tmp_path)
    rules = {c.name for c in all_cases if c.alert in converted}
    print(f"\n{len(rules)} rules, {sum(len(c.series) for c in all_cases)} series; {len(once)} rules fired in Prometheus, "
          f"{len(once - {differ[a][0].name for a in differ})} of them here at the same times, in all {STYLES} runs; {len(differ)} runs of {len(all_cases)} differ")
    for alert, (case, missing, more) in list(differ.items())[:20]:
        print(f"  {alert}: {case.text}\n    only Prometheus: {missing}\n    only here: {more}")
    assert len(once) >= 0.9 * len(rules)
    assert not differ
