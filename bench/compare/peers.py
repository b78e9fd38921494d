#!/usr/bin/env python3
"""The same rules over the same series, in one run: Debian's Prometheus, and VictoriaMetrics with vmalert, beside our engine.

    bench/compare/peers.py [--window 30] [--ingest-window 60]

Prometheus scrapes a page on loopback every 10 minutes, so that the rules are what costs; its CPU (utime + stime) is read over a window of steady
evaluations and divided by the passes that prometheus_rule_evaluations_total counts. Ours is build/bench/bench/engine_bench (bench/run.sh builds it): a pass
there is a new value of every series and every rule judged, so it does more than the peers, which evaluate again what they scraped once.
vmalert asks VictoriaMetrics over HTTP, so its pass is the CPU of both; passes are counted by vmalert_execution_total. What a sample of text costs
Prometheus to take in (one page of all series every 5 s, no rules) is measured first, ours (PageToJudgement of ingest_bench) before and after it.
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
VICTORIA = CACHE / "victoria-metrics-1.79.5/usr/bin"
VICTORIA_VERSION = "1.79.5, Debian's package"
BENCHES = ROOT / "build/bench/bench"
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
    "sum_team_x100": [f"sum by (team) (cloud_cost_dollars) > {k}e9" for k in range(1, 101)],
}


def rule_file(expressions: list[str], seconds: int) -> str:
    rules = [{"alert": f"R{k}", "expr": expression} for k, expression in enumerate(expressions)]
    return json.dumps({"groups": [{"name": "g", "interval": f"{seconds}s", "rules": rules}]})


class Process:
    """A peer's program that listens on a port of loopback; ended by its pid."""

    def __init__(self, folder: pathlib.Path, name: str, port: int, command: list):
        self.log = folder / f"{name}.log"
        self.port = port
        self.process = subprocess.Popen(command, stdout=open(self.log, "w"), stderr=subprocess.STDOUT)

    def get(self, path: str, method: str = "GET", body: bytes | None = None) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, data=body)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def metric(self, name: str) -> float:
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if re.match(rf"{name}(\{{| )", line))

    def until(self, metric: str, value: float) -> None:
        for _ in range(240):
            try:
                if self.metric(metric) >= value:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        raise SystemExit(f"peers: {metric} did not reach {value}; the log: {self.log.read_text()[-2000:]}")

    def cpu(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self) -> float:
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


class Prometheus:
    def __init__(self, folder: pathlib.Path, target: int):
        self.folder, self.target = folder, target
        self.rules = folder / "rules.yml"
        self.rules.write_text(json.dumps({"groups": []}))
        self.scrape_every("5s")
        port = free_port()
        self.program = Process(folder, "prometheus", port, [
            PROMETHEUS, f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--web.enable-lifecycle", "--query.lookback-delta=30m"])

    def scrape_every(self, interval: str) -> None:
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": interval, "scrape_timeout": "5s"},
            "rule_files": [str(self.rules)],
            "scrape_configs": [{"job_name": "universe", "static_configs": [{"targets": [f"127.0.0.1:{self.target}"]}]}]}))

    def scrape(self, series: int, window: float) -> tuple[float, int]:
        """CPU seconds of one sample of text, and how many samples were seen; then the page is left alone, so that the rules are what costs."""
        appended = "prometheus_tsdb_head_samples_appended_total"
        self.program.until("prometheus_tsdb_head_series", series)
        self.program.until(appended, 2 * series)
        first, cpu = self.program.metric(appended), self.program.cpu()
        time.sleep(window)
        samples = self.program.metric(appended) - first
        seconds = (self.program.cpu() - cpu) / samples
        self.scrape_every("10m")
        return seconds, round(samples)

    def measure(self, expressions: list[str], window: float) -> tuple[float, int]:
        """CPU seconds of one pass, and how many passes were seen."""
        self.rules.write_text(rule_file(expressions, 2))
        self.program.get("/-/reload", "POST")
        time.sleep(6)
        first, cpu = self.program.metric("prometheus_rule_evaluations_total"), self.program.cpu()
        time.sleep(window)
        passes = (self.program.metric("prometheus_rule_evaluations_total") - first) / len(expressions)
        return (self.program.cpu() - cpu) / passes, round(passes, 1)

    def rss_mib(self) -> float:
        return self.program.rss_mib()

    def end(self) -> None:
        self.program.end()


class Victoria:
    """VictoriaMetrics with the page, and a vmalert for each set of rules."""

    def __init__(self, folder: pathlib.Path, body: bytes, series: int):
        self.folder = folder
        port = free_port()
        self.storage = Process(folder, "victoria", port, [
            VICTORIA / "victoria-metrics", f"-storageDataPath={folder}/victoria", f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=0s"])
        self.storage.until("vm_rows", 0)
        self.storage.get("/api/v1/import/prometheus", "POST", body)
        for _ in range(120):
            answer = json.loads(self.storage.get("/api/v1/query?query=count(cloud_cost_dollars)"))["data"]["result"]
            if answer and float(answer[0]["value"][1]) >= series:
                return
            time.sleep(0.5)
        raise SystemExit(f"peers: VictoriaMetrics does not answer with {series} series; its log: {self.storage.log.read_text()[-2000:]}")

    def measure(self, expressions: list[str], window: float) -> tuple[float, int]:
        rules = self.folder / "vmalert.yml"
        rules.write_text(rule_file(expressions, 2))
        port = free_port()
        self.alert = Process(self.folder, "vmalert", port, [
            VICTORIA / "vmalert", f"-rule={rules}", f"-datasource.url=http://127.0.0.1:{self.storage.port}", "-datasource.queryStep=30m", "-notifier.url=http://127.0.0.1:1", f"-httpListenAddr=127.0.0.1:{port}"])
        try:
            executed = "vmalert_execution_total"
            self.alert.until(executed, 10)
            first, cpu = self.alert.metric(executed), self.alert.cpu() + self.storage.cpu()
            time.sleep(window)
            passes = (self.alert.metric(executed) - first) / len(expressions)
            if self.alert.metric("vmalert_execution_errors_total") > 0:
                raise SystemExit(f"peers: vmalert has errors; its log: {self.alert.log.read_text()[-2000:]}")
            return (self.alert.cpu() + self.storage.cpu() - cpu) / passes, round(passes, 1)
        finally:
            self.rss = self.alert.rss_mib() + self.storage.rss_mib()
            self.alert.end()

    def rss_mib(self) -> float:
        return self.rss

    def end(self) -> None:
        self.storage.end()


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


def ours(bench: str, which: str, *options: str) -> list[dict]:
    """The rows of one of our benches; `which` is an expression for their names."""
    out = subprocess.run([BENCHES / bench, "--benchmark_format=json", "--benchmark_min_time=0.5", f"--benchmark_filter=^({which})$", *options], check=True, capture_output=True, text=True).stdout
    return json.loads(out)["benchmarks"]


def ingest(series: int) -> float:
    """CPU seconds of one sample of a page of text in ours, the median of five."""
    rows = ours("ingest_bench", f"PageToJudgement/{series}/0", "--benchmark_repetitions=5")
    return next(1 / row["items_per_second"] for row in rows if row.get("aggregate_name") == "median")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--window", type=float, default=30, help="seconds of each measurement of rules")
    arguments.add_argument("--ingest-window", type=float, default=60, help="seconds in which the taking in of text is measured, a page every 5 s")
    given = arguments.parse_args()
    for needed in (BENCHES / "engine_bench", BENCHES / "ingest_bench", PROMETHEUS, VICTORIA / "vmalert"):
        if not needed.exists():
            raise SystemExit(f"peers: {needed} is missing; deploy/install-tests.sh and bench/run.sh engine_bench ingest_bench bring it")
    version = subprocess.run([PROMETHEUS, "--version"], capture_output=True, text=True)
    series = 100_000
    rows: dict[str, list] = {name: [] for name in RULE_SETS}
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        body = page(series)
        target = serve(body)
        for peer_name in ("prometheus", "vmalert"):
            peer = Prometheus(folder, target) if peer_name == "prometheus" else Victoria(folder, body, series)
            try:
                if peer_name == "prometheus":
                    before = ingest(series)
                    sample, samples = peer.scrape(series, given.ingest_window)
                    mine = (before + ingest(series)) / 2
                    print(f"prometheus: {sample * 1e9:.0f} ns of CPU a sample ({samples} samples)", file=sys.stderr)
                for name, expressions in RULE_SETS.items():
                    seconds, passes = peer.measure(expressions, given.window)
                    rows[name].append((seconds, peer.rss_mib()))
                    print(f"{peer_name} {name}: {seconds * 1000:.0f} ms of CPU a pass ({passes} passes)", file=sys.stderr)
            finally:
                peer.end()
    engine = {row["name"].split("/")[0]: row for row in ours("engine_bench", f"({'|'.join(RULE_SETS)})/{series}")}
    text = [f"date:     {time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime())}",
            f"machine:  {re.search(r'model name[^:]*: (.*)', pathlib.Path('/proc/cpuinfo').read_text())[1]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
            f"commit:   {subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], cwd=ROOT, capture_output=True, text=True).stdout.strip()}",
            f"peers:    {(version.stdout + version.stderr).splitlines()[0]}; vmalert and victoria-metrics {VICTORIA_VERSION}",
            f"command:  bench/compare/peers.py --window {given.window:g} --ingest-window {given.ingest_window:g}",
            f"rows:     CPU ms of one pass over {series:,} series; vmalert with the VictoriaMetrics that answers it; the engine also takes in a new value of each series that a rule asks for in that time, and ns and B are of these", "",
            f"{'rules':14}{'prometheus':>12}{'vmalert':>10}{'nephoscope':>12}{'ratio':>10}{'ratio':>10}{'ns/series':>11}{'B/series':>10}{'prom MiB':>10}{'vm MiB':>8}"]
    for name, ((theirs, rss), (vm, vm_rss)) in rows.items():
        row = engine[name]
        ms = row["cpu_time"]
        text.append(f"{name:14}{theirs * 1000:12.1f}{vm * 1000:10.1f}{ms:12.3f}{theirs * 1000 / ms:9.0f}x{vm * 1000 / ms:9.0f}x{ms * 1e6 / row['series']:11.1f}{row['bytes_per_series']:10.0f}{rss:10.0f}{vm_rss:8.0f}")
    text.append(f"\ntaking in a sample of text: prometheus {sample * 1e9:.0f} ns of CPU (whole process, {samples:,} samples); nephoscope {mine * 1e9:.0f} ns (ingest_bench, before and after): {sample / mine:.1f}x")
    result = ROOT / "bench/results/compare_rules.txt"
    result.write_text("\n".join(text) + "\n")
    print(result.read_text(), end="")


if __name__ == "__main__":
    main()
