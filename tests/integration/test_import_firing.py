"""Imported Prometheus rules fire when Prometheus says that they do: random series without gaps, with the evaluation interval as
their step. Expressions are asked of a real Prometheus; `for` and `keep_firing_for` are a few lines below, as its manual has them."""
import datetime
import json
import random
import re
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

    def __init__(self, name, rule, style, rng):
        self.name, self.rule = name, rule
        self.expression = Expression(rule["expr"])
        if "__name__" in self.expression.tokens:
            raise ValueError("its metrics have no names")
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
    # A millisecond behind the points: windows of Prometheus 2 take the point at their begin as well, ours and Prometheus 3's do not.
    answer = ask(case.text, START + 0.001, end + 0.001, case.step)
    if answer is None:
        return None
    out, by_labels = set(), defaultdict(set)
    for one in answer:  # of two metrics on both sides of `or` one alert may be made
        by_labels[frozenset((k, v) for k, v in one["metric"].items() if k != "__name__")].update(int(float(t)) for t, _ in one["values"])
    for labels, there in by_labels.items():
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
        made = subprocess.run([CACHE / "debian/usr/bin/promtool", "tsdb", "create-blocks-from", "--max-block-duration=744h", "openmetrics", "-q", text, tmp_path / "tsdb"], capture_output=True, text=True)
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


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def rule_file(path, rules):
    rules = [dict(rule) for rule in rules]
    path.write_text(yaml.dump({"groups": [{"name": path.stem, "rules": rules}]}, Dumper=Plain, width=10**6))
    return path


def fired_here(files, lines, tmp_path):
    """What our rules say, by alert, and which of them there are."""
    imported = subprocess.run([BINARY, "import", "prometheus", *files], capture_output=True, text=True)
    (tmp_path / "imported.yaml").write_text(imported.stdout)
    with open(tmp_path / "series.prom", "w") as out:
        out.writelines(lines)
    done = subprocess.run([BINARY, "backtest", tmp_path / "imported.yaml", "--data", tmp_path / "series.prom", "-o", "jsonl"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    fired = defaultdict(set)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if not event["type"].startswith("io.nephoscope.alert.firing"):
            continue
        time = int(datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp())
        fired[event["data"]["rule"]["name"]].add((frozenset((k, v) for k, v in event["data"]["labels"].items() if v != "(none)"), time))
    converted = {line.split()[-1] for line in imported.stdout.splitlines() if line.startswith("  - alert: ")}
    return fired, converted


def compare(all_cases, ask, tmp_path):
    """What differs, by alert; the alerts that both fired, and all that Prometheus fired."""
    query = ask(all_cases)
    with ThreadPoolExecutor(2) as pool:
        theirs = dict(zip([c.alert for c in all_cases], pool.map(lambda c: fired_by_prometheus(c, query), all_cases)))
    rules = [{**c.rule, "alert": c.alert, "expr": c.text} for c in all_cases]
    ours, converted = fired_here([rule_file(tmp_path / "alerts.yml", rules)], (line for c in all_cases for line in c.lines(1000)), tmp_path)
    differ, both, once = {}, set(), set()
    for case in all_cases:
        want = theirs[case.alert]
        if want is None or case.alert not in converted:
            continue
        once.update([case.name] if want else [])
        have = {(labels, t) for labels, t in ours[case.alert] if t < START + case.count * case.step}
        narrowed = narrow(want, have)
        if have == narrowed:
            both.update([case.name] if want else [])
        else:
            differ[case.alert] = (case, sorted(map(str, narrowed - have))[:2], sorted(map(str, have - narrowed))[:2])
    return differ, both, once, converted


def narrow(want, have):
    """Labels that come from another metric (group_left) or a recording rule are no labels of our alerts."""
    names = {k for labels, _ in have for k, _ in labels}
    return {(frozenset((k, v) for k, v in labels if k in names), t) for labels, t in want} if have else want


@pytest.mark.skipif(not RULES.is_dir() or not PROMETHEUS.exists(), reason="the rules or Prometheus are not there")
def test_rules_in_the_wild_fire_when_prometheus_says(ask, tmp_path):
    all_cases = cases()
    differ, both, once, converted = compare(all_cases, ask, tmp_path)
    rules = {c.name for c in all_cases if c.alert in converted}
    print(f"\n{len(rules)} rules, {sum(len(c.series) for c in all_cases)} series; {len(once)} rules fired in Prometheus, "
          f"{len(once - {differ[a][0].name for a in differ})} of them here at the same times, in all {STYLES} runs; {len(differ)} runs of {len(all_cases)} differ")
    for alert, (case, missing, more) in list(differ.items())[:20]:
        print(f"  {alert}: {case.text}\n    only Prometheus: {missing}\n    only here: {more}")
    assert len(once) >= 0.9 * len(rules)
    assert not differ


# No window ends where a point is: Prometheus 2 takes the point at the begin of a window as well, ours and Prometheus 3 do not.
# Recording rules as people chain them: name, expression, labels; then alerts that use them.
RECORDS = [
    ("job:req:rate5m", "sum by (job) (rate(req_total[290s]))", {}),
    ("job:err:rate5m", 'sum by (job) (rate(req_total{code=~"5.."}[290s]))', {}),
    ("job:err:ratio", "job:err:rate5m / job:req:rate5m", {}),
    (":mem:used", "1 - sum(mem_free) / sum(mem_all)", {}),
    ("instance:load:norm", "load / on (instance) group_left count by (instance) (cpu_idle)", {}),
    ("sli:err:ratio", "job:err:ratio", {"window": "5m", "slo": "web"}),
    ("sli:err:ratio", "avg_over_time(flat[590s])", {"window": "10m", "slo": "web"}),
    ("flat:all", "flat", {}),
    ("job:lat:p90", "histogram_quantile(0.9, sum by (le, job) (rate(lat_bucket[290s])))", {}),
    ("pod:owner", "kube_load * on (pod) group_left (node) kube_info", {}),
    ("const:goal", "0.3", {}),
]
ALERTS = [
    ("Ratio", "job:err:ratio > 0.3", "2m"),
    ("RatioOfOne", 'job:err:ratio{job="joba"} > 0.3', "0s"),
    ("RateAgo", "job:req:rate5m > 1.5 * job:req:rate5m offset 10m", "1m"),
    ("Memory", ":mem:used > 0.5", "3m"),
    ("Load", "instance:load:norm > 2 and on (instance) instance:load:norm offset 5m > 1", "0s"),
    ("Burn", 'max without (window) (sli:err:ratio{window="5m",slo="web"}) > 0.3', "0s"),
    ("Window", "max_over_time(flat:all[290s]) > 2", "0s"),
    ("Slow", "job:lat:p90 > 1", "1m"),
    ("Pods", "sum by (node) (pod:owner) > 3", "0s"),
    ("Goal", "job:err:ratio > on () group_left const:goal", "0s"),
]


def fired_by_promtool(series, count, records, alerts, tmp_path):
    """promtool evaluates recording rules and alerts; what it is told to expect is nothing, so it says what there is."""
    rule_file(tmp_path / "promtool.rules.yml", records + alerts)
    test = {"rule_files": ["promtool.rules.yml"], "evaluation_interval": "1m", "tests": [{
        "interval": "1m",
        "input_series": [{"series": name + "{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}", "values": " ".join(map(repr, values))} for name, labels, values in series],
        "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": one["alert"], "exp_alerts": []} for minute in range(count) for one in alerts]}]}
    (tmp_path / "promtool.test.yml").write_text(yaml.safe_dump(test, width=10**6))
    said = subprocess.run([CACHE / "debian/usr/bin/promtool", "test", "rules", "promtool.test.yml"], cwd=tmp_path, capture_output=True, text=True)
    at = defaultdict(lambda: defaultdict(set))
    for block in re.split(r"alertname: ", said.stderr + said.stdout)[1:]:
        name, hours, minutes = re.match(r"(\w+), time: (?:(\d+)h)?(?:(\d+)m)?", block).groups()
        minute = int(hours or 0) * 60 + int(minutes or 0)
        for labels in re.findall(r"Labels:\{(.*?)\}\n", block.split("got:")[1]):
            at[name][frozenset(p for p in re.findall(r'(\w+)="([^"]*)"', labels) if p[0] != "alertname")].add(minute)
    return {name: {(labels, START + m * 60) for labels, minutes in by.items() for m in minutes if m - 1 not in minutes} for name, by in at.items()}


@pytest.mark.skipif(not PROMETHEUS.exists(), reason="Prometheus is not there")
def test_alerts_with_recording_rules_fire_when_prometheus_says(tmp_path):
    rng, count = random.Random(SEED), 240
    leaves = [Expression(expr) for _, expr, _ in RECORDS]
    series = {}
    for one in leaves:
        one.selectors = [s for s in one.selectors if ":" not in s.metric]
        one.labels |= {"job"}
        for name, labels, values in series_of(one, "", 0, count, 60, 300, START, rng):
            series.setdefault((name, tuple(sorted(labels.items()))), (name, labels, values))
    records = [{"record": name, "expr": expr, **({"labels": labels} if labels else {})} for name, expr, labels in RECORDS]
    alerts = [{"alert": name, "expr": expr, "for": hold} for name, expr, hold in ALERTS]
    theirs = fired_by_promtool(list(series.values()), count, records, alerts, tmp_path)
    lines = []
    for name, labels, values in series.values():
        inside = ",".join(f'{k}="{v}"' for k, v in labels.items())
        lines += [f"{name}{{{inside}}} {v!r} {(START + 60 * i) * 1000}\n" for i, v in enumerate(values)]
    ours, converted = fired_here([rule_file(tmp_path / "alerts.yml", alerts), rule_file(tmp_path / "records.yml", records)], lines, tmp_path)
    assert converted == {name for name, _, _ in ALERTS}
    print(f"\n{len(ALERTS)} alerts over {len(RECORDS)} recording rules; {len(theirs)} fired in Prometheus, {sum(map(len, theirs.values()))} times")
    assert len(theirs) >= 0.9 * len(ALERTS)
    for name, _, _ in ALERTS:
        assert ours[name] == narrow(theirs.get(name, set()), ours[name]), name
