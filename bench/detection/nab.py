#!/usr/bin/env python3
"""Metric anomalies against the Numenta Anomaly Benchmark: the rows of metrics of bench/README.md.

    nab.py [--shared DIR] [--binary build/bench/nephoscope] [--scores build/bench/bench/metric_scores] [PART ...]

Parts: low, defaults (through `nephoscope backtest`), jitter, halves (the detector alone, by metric_scores), ahead
(files cut at 60 %, and in another order); all of them where none is named. Exit status 1: a check of `ahead` failed.
Each alert that fires is a detection with the score 1: there is no threshold to be chosen afterwards.
"""

import argparse
import calendar
import csv
import datetime
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WARM_UP_SHARE, WARM_UP_MOST = 0.15, 750
LOW = {"dial": 0.0, "threshold": 2.8, "hold": 0.10, "margin": 1.8, "fatigue": 0.15}
OTHERS = {  # numbers that no rule chooses, for jitter
    "tired_for": 6.0, "season_rate": 0.08, "season_reach": 1.0, "step_rate": 0.05, "spread_rate": 0.02, "level_rate": 1 / 64,
    "fast_rate": 1 / 32, "slow_rate": 1 / 512, "calm_floor": 0.02, "tail_share": 0.01, "tail_slope": 0.1,
    "half_life": 6000.0}
GRID = [dict(LOW, threshold=th, margin=m) for th in (2.4, 2.6, 2.8, 3.0, 3.2) for m in (1.4, 1.6, 1.8, 2.0, 2.2)]
COPIES, JITTER, SPLITS = 20, 0.05, 5
JITTER_SEED, SPLIT_SEED = 7, 11


class Series:
    """One file: its rows, and which of them lie in which labelled window."""

    def __init__(self, scorer, nab, key, windows):
        self.key = key
        with open(os.path.join(nab, "data", key), newline="") as file:
            self.rows = list(csv.reader(file))[1:]
        stamps = [scorer.canonical_time(row[0]) for row in self.rows]
        self.times = [calendar.timegm(datetime.datetime.strptime(t, "%Y-%m-%d %H:%M:%S").timetuple()) for t in stamps]
        self.member, self.value, self.windows = scorer.row_values(stamps, windows)
        self.probation = scorer.probation_rows(len(self.rows))

    def warm_up(self):
        return int(min(WARM_UP_SHARE * len(self.rows), WARM_UP_MOST))

    def cadence(self):
        gaps = sorted(b - a for a, b in zip(self.times, self.times[1:]) if b > a)
        return gaps[len(gaps) // 2]

    def row_at(self, time):
        """The row that an alert of that time is about: points are judged at the end of their interval."""
        best = 0
        for row, at in enumerate(self.times):
            if at <= time:
                best = row
        return best

    def raw(self, alerts, profile):
        _, hit, miss, alarm = profile
        best, total = {}, 0.0
        for row in alerts:
            if row < self.probation:
                continue
            window = self.member[row]
            if window < 0:
                total += alarm * self.value[row]
            else:
                best[window] = max(best.get(window, 0.0), self.value[row])
        return total + hit * sum(best.values()) - miss * (self.windows - len(best))


class Corpus:
    def __init__(self, shared):
        sys.path.insert(0, os.path.join(shared, "tools"))
        import nab_score
        self.profiles = nab_score.PROFILES
        self.nab = os.path.join(shared, "data", "nab")
        with open(os.path.join(self.nab, "labels", "combined_windows.json")) as file:
            labels = json.load(file)
        self.series = [Series(nab_score, self.nab, key, labels[key]) for key in sorted(labels)]

    def score(self, alerts, keys=None):
        """Standard, low FP, low FN; `alerts`: rows by file."""
        out = []
        for profile in self.profiles:
            chosen = [one for one in self.series if keys is None or one.key in keys]
            raw = sum(one.raw(alerts.get(one.key, ()), profile) for one in chosen)
            windows = sum(one.windows for one in chosen)
            null = -profile[2] * windows
            out.append(100.0 * (raw - null) / (profile[1] * windows - null))
        return tuple(out)


def write_data(folder, series, share=1.0):
    """One file each: they have nothing to do with each other, so that none answers while another is silent."""
    paths = []
    for number, one in enumerate(series):
        paths.append(os.path.join(folder, "data%02d.csv" % number))
        with open(paths[-1], "w") as out:
            out.write("time,metric,value,file\n")
            for time, row in list(zip(one.times, one.rows))[:int(len(one.rows) * share)]:
                out.write("%d,load,%s,%s\n" % (time, row[1], one.key))
    return paths


def rules_low(series):
    """`history` is what is there of each file, as its owner would write it; the time of the day is what 1.1 compares."""
    out = "apiVersion: rules/v1\nrules:\n"
    for i, one in enumerate(series):
        history = max(2 * 86400, len(one.rows) * one.cadence())
        out += ("  - {alert: A%d, kind: metric_anomaly, watch: {metric: load, where: {file: '%s'}, by: [file]}, "
                "anomaly: {history: %ds, pattern: daily, sensitivity: low}}\n" % (i, one.key, history))
    return out


RULES_DEFAULT = ("apiVersion: rules/v1\nrules:\n"
                 "  - {alert: Unusual, kind: metric_anomaly, watch: {metric: load, by: [file]}, anomaly: {}}\n")


def backtest(binary, corpus, rules, share=1.0, order=1):
    """Rows at which alerts fire, by file, and every transition."""
    with tempfile.TemporaryDirectory(prefix="nephoscope-nab-") as folder:
        rule_file = os.path.join(folder, "rules.yaml")
        data = write_data(folder, corpus.series[::order], share)
        with open(rule_file, "w") as out:
            out.write(rules)
        done = subprocess.run([binary, "backtest", rule_file, "--output", "jsonl", "--data", *data],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("nab: backtest failed: " + done.stderr[-2000:])
    by_key = {one.key: one for one in corpus.series}
    alerts, steps = {}, []
    for line in done.stdout.splitlines():
        event = json.loads(line)
        data = event["data"]
        key = data["labels"]["file"]
        at = calendar.timegm(datetime.datetime.strptime(data["startsAt"][:19], "%Y-%m-%dT%H:%M:%S").timetuple())
        score = [v["value"] for v in data["values_list"] if v["name"] == "score"] if "values_list" in data else (
            data["values"].get("score", {}).get("value"))
        steps.append((key, event["time"], event["type"], score, data["explanation"]))
        if event["type"].endswith("alert.firing.v1"):
            alerts.setdefault(key, []).append(by_key[key].row_at(at))
    return alerts, steps


def detector(scores, lists, numbers):
    """Rows at which incidents begin, by file, of the detector with these numbers."""
    arguments = ["%s=%r" % item for item in sorted(numbers.items())]
    done = subprocess.run([scores] + arguments, input=lists, capture_output=True, text=True, check=True)
    alerts, key = {}, None
    for line in done.stdout.splitlines():
        if line.startswith("#"):
            key = "/".join(line[2:].split("/")[-2:])
            alerts[key] = []
        else:
            row, _, opens = line.split()
            if opens == "1":
                alerts[key].append(int(row))
    return alerts


def write_lists(corpus, folder):
    lines = []
    for one in corpus.series:
        path = os.path.join(folder, one.key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.writelines("%d %s\n" % (time, row[1]) for time, row in zip(one.times, one.rows))
        lines.append("%d %s" % (one.warm_up(), path))
    return "\n".join(lines) + "\n"


def text_of(score):
    return " / ".join("%.1f" % one for one in score)


def part_low(options, corpus):
    alerts, _ = backtest(options.binary, corpus, rules_low(corpus.series))
    count = sum(map(len, alerts.values()))
    print("NAB, sensitivity: low               %s   %d alerts   (in-sample: detection.md's numbers)"
          % (text_of(corpus.score(alerts)), count))


def part_defaults(options, corpus):
    alerts, steps = backtest(options.binary, corpus, RULES_DEFAULT)
    count = sum(map(len, alerts.values()))
    print("NAB, shipped defaults               %s   %d alerts, %d events   (in-sample)"
          % (text_of(corpus.score(alerts)), count, len(steps)))


def part_jitter(options, corpus, lists):
    random_number = random.Random(JITTER_SEED)
    found = []
    for _ in range(COPIES):
        numbers = {name: value * random_number.uniform(1 - JITTER, 1 + JITTER)
                   for name, value in sorted({**LOW, **OTHERS}.items())}
        found.append(corpus.score(detector(options.scores, lists, numbers))[0])
    print("NAB, jitter mean of %d (low, each number +-%d %%, seed %d)   %.1f   (%.1f to %.1f)"
          % (COPIES, 100 * JITTER, JITTER_SEED, sum(found) / COPIES, min(found), max(found)))


def halves_of(corpus, random_number):
    """Two halves of the files, split within each category."""
    left, right = set(), set()
    for category in sorted({one.key.split("/")[0] for one in corpus.series}):
        keys = [one.key for one in corpus.series if one.key.startswith(category + "/")]
        random_number.shuffle(keys)
        left.update(keys[:len(keys) // 2])
        right.update(keys[len(keys) // 2:])
    return left, right


def part_halves(options, corpus, lists):
    """Numbers chosen on one half, threshold and all, judged on the other."""
    random_number = random.Random(SPLIT_SEED)
    of_grid = [detector(options.scores, lists, numbers) for numbers in GRID]
    found = []
    for _ in range(SPLITS):
        halves = halves_of(corpus, random_number)
        for tune, judge in (halves, halves[::-1]):
            best = max(of_grid, key=lambda alerts: corpus.score(alerts, tune)[0])
            found.append(corpus.score(best, judge)[0])
    print("NAB, frozen half/half (low, %d x 2, %d settings, seed %d)   %.1f   (%.1f to %.1f)   out of sample"
          % (SPLITS, len(GRID), SPLIT_SEED, sum(found) / len(found), min(found), max(found)))


def part_ahead(options, corpus):
    """What is said of the first 60 % does not depend on the rest, nor on the order of the series."""
    rules = RULES_DEFAULT
    _, whole = backtest(options.binary, corpus, rules)
    _, again = backtest(options.binary, corpus, rules, order=-1)
    _, cut = backtest(options.binary, corpus, rules, share=0.6)
    ends = {one.key: one.times[int(len(one.times) * 0.6) - 1] for one in corpus.series}

    def until(steps):
        def seconds(text):
            return calendar.timegm(datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").timetuple())
        # The usual distance of points, by which silence is noticed, is taken from a whole file.
        return sorted(step for step in steps if seconds(step[1]) <= ends[step[0]] and "data" not in step[2])

    same_order, same_cut = sorted(whole) == sorted(again), until(whole) == until(cut)
    print("NAB, files cut at 60 %%: %s on the common rows (%d events); another order: %s (%d events)"
          % ("equal" if same_cut else "DIFFERENT", len(until(whole)), "equal" if same_order else "DIFFERENT", len(whole)))
    return same_order and same_cut


def main():
    parser = argparse.ArgumentParser(description="Metric anomalies against NAB.")
    parser.add_argument("--shared", default=os.environ.get("NEPHOSCOPE_SHARED", os.path.join(ROOT, "..", "shared")))
    parser.add_argument("--binary", default=os.environ.get("NEPHOSCOPE_BINARY", os.path.join(ROOT, "build/bench/nephoscope")))
    parser.add_argument("--scores", default=os.path.join(ROOT, "build/bench/bench/metric_scores"))
    parser.add_argument("parts", nargs="*", default=["low", "defaults", "jitter", "halves", "ahead"])
    options = parser.parse_args()
    if not os.path.isdir(os.path.join(options.shared, "data", "nab")):
        print("nab: no data in %s, nothing is measured" % options.shared)
        return 0
    corpus, good = Corpus(options.shared), True
    with tempfile.TemporaryDirectory(prefix="nephoscope-nab-") as folder:
        lists = write_lists(corpus, folder) if {"jitter", "halves"} & set(options.parts) else ""
        for part in options.parts:
            if part == "low":
                part_low(options, corpus)
            elif part == "defaults":
                part_defaults(options, corpus)
            elif part == "jitter":
                part_jitter(options, corpus, lists)
            elif part == "halves":
                part_halves(options, corpus, lists)
            elif part == "ahead":
                good = part_ahead(options, corpus) and good
            else:
                parser.error("no part is called %s" % part)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
