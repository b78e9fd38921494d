#!/usr/bin/env python3
"""The same rules over the same series, in one run: Debian's Prometheus beside our engine.

    bench/compare/peers.py [--window 30]

Prometheus scrapes a page on loopback every 10 minutes, so that the rules are what costs; its CPU (utime + stime) is read over a window of steady
evaluations and divided by the passes that prometheus_rule_evaluations_total counts. Ours is build/bench/bench/engine_bench (bench/run.sh builds it): a pass
there is a new value of every series and every rule judged, so it does more than the peer, which evaluates again what it scraped once.
Writes bench/results/compare_rules.txt. Everything is ended by pid.
"""
import argparse
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("NEPHOSCOPE_CACHE", pathlib.Path.home() / ".cache/nephoscope"))
PROMETHEUS = CACHE / "debian/usr/bin/prometheus"
MASK = (1 << 64) - 1


def mix(x: int) -> int:
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def page(series: int) -> bytes:
    """The universe of bench/universe.h at step 0."""
    lines = []
    for i in range(series):
        base = 10 + (mix(i) % 100000) / 1000
        n = ((mix(i * 1000003) % 2001) - 1000) / 1000
        lines.append(
            f'cloud_cost_dollars{{provider="{("aws", "azure", "gcp")[i % 3]}",account="account-{i % 200:04d}",region="region-{i % 20:02d}",'
            f'service="svc-{i % 50:02d}",team="team-{i % 100:03d}",resource="res-{i:06d}"}} {base * (1 + 0.05 * n):.2f}')
    return ("\n".join(lines) + "\n").encode()


RULE_SETS = {
    "thr1k": [f'cloud_cost_dollars{{resource="res-{k * 97 % 100000:06d}"}} > 1e6' for k in range(1000)],
    "thr_all": ["cloud_cost_dollars > 1e6"],
    "thr_all_x10": [f"cloud_cost_dollars > {k}e6" for k in range(1, 11)],
    "sum_team_x1": ["sum by (team) (cloud_cost_dollars) > 1e9"],
}


def rule_file(expressions: list[str], seconds: int) -> str:
    rules = [{"alert": f"R{k}", "expr": expression} for k, expression in enumerate(expressions)]
    return json.dumps({"groups": [{"name": "g", "interval": f"{seconds}s", "rules": rules}]})


class Peer:
    def __init__(self, folder: pathlib.Path, target: int):
        self.folder = folder
        self.rules = folder / "rules.yml"
        self.rules.write_text(json.dumps({"groups": []}))
        self.target = target
        self.scrape_every("15s")
        self.log = open(folder / "log", "w")
        self.port = free_port()
        self.process = subprocess.Popen(
            [PROMETHEUS, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-lifecycle",
             "--query.lookback-delta=30m"], stdout=self.log, stderr=self.log)

    def scrape_every(self, interval: str) -> None:
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": interval, "scrape_timeout": "15s"},
            "rule_files": [str(self.rules)],
            "scrape_configs": [{"job_name": "universe", "static_configs": [{"targets": [f"127.0.0.1:{self.target}"]}]}]}))

    def get(self, path: str, method: str = "GET") -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def metric(self, name: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if re.match(rf"{name}(\{{| )", line))

    def wait_for_series(self, series: int) -> None:
        """Until the page was scraped once; then it is left alone, so that the rules are what costs."""
        for _ in range(120):
            try:
                if self.metric("prometheus_tsdb_head_series") >= series:
                    self.scrape_every("10m")
                    return
            except OSError:
                pass
            time.sleep(1)
        raise SystemExit(f"peers: Prometheus took no scrape; its log: {(self.folder / 'log').read_text()[-2000:]}")

    def cpu(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def measure(self, expressions: list[str], window: float) -> tuple[float, int]:
        """CPU seconds of one pass, and how many passes were seen."""
        self.rules.write_text(rule_file(expressions, 2))
        self.get("/-/reload", "POST")
        time.sleep(6)
        first, cpu = self.metric("prometheus_rule_evaluations_total"), self.cpu()
        time.sleep(window)
        passes = (self.metric("prometheus_rule_evaluations_total") - first) / len(expressions)
        return (self.cpu() - cpu) / passes, round(passes)

    def rss_mib(self) -> float:
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def free_port() -> int:
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def serve(body: bytes) -> int:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def ours(bench: pathlib.Path) -> dict[str, dict]:
    out = subprocess.run([bench, "--benchmark_format=json", "--benchmark_min_time=0.5", f"--benchmark_filter=^({'|'.join(RULE_SETS)})/100000$"], check=True, capture_output=True, text=True).stdout
    return {row["name"].split("/")[0]: row for row in json.loads(out)["benchmarks"]}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--window", type=float, default=30, help="seconds of each measurement")
    given = arguments.parse_args()
    bench = ROOT / "build/bench/bench/engine_bench"
    for needed in (bench, PROMETHEUS):
        if not needed.exists():
            raise SystemExit(f"peers: {needed} is missing; deploy/install-tests.sh and bench/run.sh engine_bench bring it")
    version = subprocess.run([PROMETHEUS, "--version"], capture_output=True, text=True)
    series = 100_000
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        peer = Peer(pathlib.Path(folder), serve(page(series)))
        try:
            peer.wait_for_series(series)
            for name, expressions in RULE_SETS.items():
                seconds, passes = peer.measure(expressions, given.window)
                lines.append((name, len(expressions), seconds, passes, peer.rss_mib()))
                print(f"prometheus {name}: {seconds * 1000:.0f} ms of CPU a pass ({passes} passes)", file=sys.stderr)
        finally:
            peer.end()
    engine = ours(bench)
    text = [f"date:     {time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime())}",
            f"machine:  {re.search(r'model name[^:]*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())[1]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
            f"commit:   {subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], cwd=ROOT, capture_output=True, text=True).stdout.strip()}",
            f"peer:     {(version.stdout + version.stderr).splitlines()[0]}",
            f"command:  bench/compare/peers.py --window {given.window:g}",
            f"rows:     CPU ms of one pass over {series:,} series; the engine also takes in a new value of each series in that time", "",
            f"{'rules':14}{'prometheus':>12}{'nephoscope':>12}{'ratio':>10}{'ns/series':>11}{'B/series':>10}{'peer MiB':>10}"]
    for name, count, seconds, passes, rss in lines:
        row = engine[name]
        text.append(f"{name:14}{seconds * 1000:12.1f}{row['cpu_time']:12.3f}{seconds * 1000 / row['cpu_time']:9.0f}x{row['cpu_time'] * 1e6 / series:11.1f}{row['bytes_per_series']:10.0f}{rss:10.0f}")
    result = ROOT / "bench/results/compare_rules.txt"
    result.write_text("\n".join(text) + "\n")
    print(result.read_text(), end="")


if __name__ == "__main__":
    main()
