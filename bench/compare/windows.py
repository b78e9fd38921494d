#!/usr/bin/env python3
"""How far a value is from its mean of a day, in standard deviations: Debian's Prometheus and our engine, each asked for series with a point a minute.

    bench/compare/windows.py [--window 20]

Prometheus gets 26 hours of history of 500 series (promtool tsdb create-blocks-from openmetrics; it ends 90 minutes from now, so that every window is
full while it is asked) and no scrape, so that the rule is what costs: its CPU over steady evaluations, by series and pass. Ours is z1d and z5m of
build/bench/bench/engine_bench (bench/run.sh builds it): a new point of each of 1,000 series, taken in and judged. The median of five runs.
Writes bench/results/windows.txt. Everything is ended by pid.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import peers  # noqa: E402

SERIES, STEPS, AHEAD = 500, 26 * 60, 90
EXPRESSION = "(cloud_cost_dollars - avg_over_time(cloud_cost_dollars[1d])) / stddev_over_time(cloud_cost_dollars[1d]) > 30"


def write_history(path: pathlib.Path) -> None:
    first = int(time.time()) // 60 * 60 - (STEPS - AHEAD) * 60
    names = [line.rsplit(" ", 1)[0] for line in peers.page(SERIES).decode().splitlines()]
    bases = [10 + (peers.mix(i) % 100000) / 1000 for i in range(SERIES)]
    with path.open("w") as out:
        out.write("# TYPE cloud_cost_dollars gauge\n")
        for step in range(STEPS):
            for i in range(SERIES):
                n = ((peers.mix(i * 1000003 + step) % 2001) - 1000) / 1000
                out.write(f"{names[i]} {bases[i] * (1 + 0.05 * n):.2f} {first + step * 60}\n")
        out.write("# EOF\n")


def prometheus(folder: pathlib.Path, window: float) -> tuple[float, float]:
    """CPU seconds of one series and pass, and how many passes were seen."""
    history = folder / "history.txt"
    write_history(history)
    subprocess.run([peers.PROMETHEUS.parent / "promtool", "tsdb", "create-blocks-from", "openmetrics", history, folder / "data"], check=True, stdout=subprocess.DEVNULL)
    (folder / "rules.yml").write_text(peers.rule_file([EXPRESSION], 2))
    (folder / "prometheus.yml").write_text(json.dumps({"rule_files": [str(folder / "rules.yml")]}))
    port = peers.free_port()
    program = peers.Process(folder, "prometheus", port, [
        peers.PROMETHEUS, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", "--storage.tsdb.retention.time=100d", f"--web.listen-address=127.0.0.1:{port}"])
    try:
        program.until("prometheus_rule_evaluations_total", 2)
        asked = json.loads(program.get("/api/v1/query?query=count(count_over_time(cloud_cost_dollars%5B1d%5D)%20%3E%3D%201440)"))["data"]["result"]
        if not asked or float(asked[0]["value"][1]) != SERIES:
            raise SystemExit(f"windows: the windows of Prometheus are not full: {asked}")
        first, cpu = program.metric("prometheus_rule_evaluations_total"), program.cpu()
        time.sleep(window)
        passes = program.metric("prometheus_rule_evaluations_total") - first
        return (program.cpu() - cpu) / passes / SERIES, passes
    finally:
        program.end()


def ours(bench: pathlib.Path) -> dict[str, dict]:
    command = [bench, "--benchmark_format=json", "--benchmark_min_time=0.5", "--benchmark_repetitions=5", "--benchmark_report_aggregates_only=true", "--benchmark_filter=^z(5m|1d)/"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["benchmarks"]
    return {row["name"].split("/")[0]: row for row in rows if row["aggregate_name"] == "median"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--window", type=float, default=20, help="seconds in which Prometheus is watched")
    given = arguments.parse_args()
    bench = peers.ROOT / "build/bench/bench/engine_bench"
    for needed in (bench, peers.PROMETHEUS):
        if not needed.exists():
            raise SystemExit(f"windows: {needed} is missing; deploy/install-tests.sh and bench/run.sh engine_bench bring it")
    with tempfile.TemporaryDirectory() as text:
        theirs, passes = prometheus(pathlib.Path(text), given.window)
    engine = ours(bench)
    of = {name: row["cpu_time"] * 1e6 / row["series"] for name, row in engine.items()}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=peers.ROOT, capture_output=True, text=True).stdout.strip()
    version = subprocess.run([peers.PROMETHEUS, "--version"], capture_output=True, text=True)
    lines = [f"date:     {time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime())}",
             f"machine:  {re.search(r'model name[^:]*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())[1]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
             f"commit:   {commit}",
             f"peer:     {(version.stdout + version.stderr).splitlines()[0]}",
             f"command:  bench/compare/windows.py --window {given.window:g}", "",
             f"z-score over a day, Prometheus      {theirs * 1e9:10.0f} ns of CPU a series and pass ({SERIES} series, {passes:.0f} passes)",
             f"z-score over a day, ours            {of['z1d']:10.0f} ns a point, {theirs * 1e9 / of['z1d']:.0f} times less; {engine['z1d']['bytes_per_series']:.0f} bytes a series",
             f"z-score over five minutes, ours     {of['z5m']:10.0f} ns a point: a day costs {of['z1d'] / of['z5m']:.2f} times that; {engine['z5m']['bytes_per_series']:.0f} bytes a series"]
    result = peers.ROOT / "bench/results/windows.txt"
    result.write_text("\n".join(lines) + "\n")
    print(result.read_text(), end="")


if __name__ == "__main__":
    main()
