#!/usr/bin/env python3
"""The whole program with 1,000 rules and a page of 100,000 series, beside Debian's Prometheus: memory, time to ready, and a share of the processor.

    bench/compare/process.py --binary build/release/nephoscope [--write]

Memory is VmRSS once the page was read and judged several times. Time to ready is from the start of the process to the first 200 of /-/ready with
1,000 rules and no target. The last part gives the agent 10 % of one processor (cgroup cpu, needs root) and counts the samples it takes in, against the
rate at full processor: a program that spins while it waits would do far worse than its share.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import peers  # noqa: E402

RULES, SERIES = 1000, 100_000


def our_rules() -> str:
    rules = [f"  - {{alert: R{k}, kind: threshold, watch: {{metric: cloud_cost_dollars, where: {{resource: res-{k * 97 % 100000:06d}}}, by: [resource]}}, when: {{above: 1000000}}}}\n"
             for k in range(RULES)]
    return "apiVersion: rules/v1\nrules:\n" + "".join(rules)


class Agent(peers.Process):
    def __init__(self, binary: pathlib.Path, folder: pathlib.Path, name: str, targets: list[int], every: str = "2s", cgroup: pathlib.Path | None = None):
        home = folder / name
        (home / "rules").mkdir(parents=True)
        (home / "rules/a.yaml").write_text(our_rules())
        port = peers.free_port()
        collectors = f"collectors:\n  - prometheus: {{targets: {json.dumps([f'127.0.0.1:{one}' for one in targets])}, every: {every}}}\n" if targets else ""
        (home / "agent.yaml").write_text(f"apiVersion: agent/v1\nname: bench\ndata_dir: data\nlisten: 127.0.0.1:{port}\nrules: [rules]\n{collectors}")
        command = [str(binary), "run", "--config", str(home / "agent.yaml")]
        if cgroup is not None:
            command = ["sh", "-c", f'echo $$ > {cgroup}/cgroup.procs && exec "$@"', "sh", *command]
        self.begun = time.monotonic()
        super().__init__(home, "agent", port, command)

    def samples(self) -> float:
        return self.metric("nephoscope_samples_sent_total")


def seconds_to_ready(process: peers.Process, begun: float) -> float:
    while time.monotonic() < begun + 60:
        try:
            process.get("/-/ready")
            return time.monotonic() - begun
        except urllib.error.HTTPError:
            pass
        except OSError:
            pass
        time.sleep(0.001)
    raise SystemExit(f"process: not ready; the log: {process.log.read_text()[-2000:]}")


def prometheus(folder: pathlib.Path, name: str, target: int | None) -> tuple[peers.Process, float]:
    home = folder / name
    home.mkdir()
    (home / "rules.yml").write_text(peers.rule_file(peers.RULE_SETS["thr1k"], 15))
    scrapes = [{"job_name": "universe", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}] if target else []
    (home / "prometheus.yml").write_text(json.dumps({"global": {"scrape_interval": "5s", "scrape_timeout": "5s"}, "rule_files": [str(home / "rules.yml")], "scrape_configs": scrapes}))
    port = peers.free_port()
    begun = time.monotonic()
    return peers.Process(home, "prometheus", port, [peers.PROMETHEUS, f"--config.file={home}/prometheus.yml", f"--storage.tsdb.path={home}/data", f"--web.listen-address=127.0.0.1:{port}"]), begun


def cgroup(name: str) -> pathlib.Path | None:
    """A group of 10 % of one processor; None: not usable here."""
    for root, quota in ((pathlib.Path("/sys/fs/cgroup/cpu"), "cpu.cfs_quota_us"), (pathlib.Path("/sys/fs/cgroup"), "cpu.max")):
        group = root / name
        try:
            group.mkdir(exist_ok=True)
            (group / quota).write_text("10000 100000" if quota == "cpu.max" else "10000")
            return group
        except OSError:
            if group.exists():
                group.rmdir()
    return None


def rate(agent: Agent, window: float, targets: int = 1) -> tuple[float, float]:
    """Samples a second, and seconds of CPU a sample, once all series are known."""
    agent.until("nephoscope_samples_sent_total", 2 * targets * SERIES)
    first, cpu, begun = agent.samples(), agent.cpu(), time.monotonic()
    time.sleep(window)
    samples = agent.samples() - first
    return samples / (time.monotonic() - begun), (agent.cpu() - cpu) / max(samples, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, type=pathlib.Path)
    parser.add_argument("--window", type=float, default=20, help="seconds of each measurement")
    parser.add_argument("--runs", type=int, default=5, help="starts for the time to ready")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    binary = given.binary.resolve()
    lines = []
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        target = peers.serve(peers.page(SERIES))
        ready = {"ours": [], "theirs": []}
        for k in range(given.runs):
            agent = Agent(binary, folder, f"ready-{k}", [])
            ready["ours"].append(seconds_to_ready(agent, agent.begun))
            agent.end()
            process, begun = prometheus(folder, f"prometheus-{k}", None)
            ready["theirs"].append(seconds_to_ready(process, begun))
            process.end()
        for name, figures in ready.items():
            lines.append(f"{'time to ready, 1,000 rules, ' + name:44}{statistics.median(figures) * 1000:10.0f} ms ({min(figures) * 1000:.0f} - {max(figures) * 1000:.0f}, {len(figures)} starts)")
        agent = Agent(binary, folder, "memory", [target])
        _, cpu = rate(agent, given.window)
        lines.append(f"{'RSS, 100,000 series and 1,000 rules, ours':44}{agent.rss_mib():10.1f} MiB")
        lines.append(f"{'CPU of a sample, whole process, ours':44}{cpu * 1e9:10.0f} ns (1,000 rules; a page of {SERIES:,} series every 2 s over HTTP)")
        agent.end()
        process, _ = prometheus(folder, "prometheus-memory", target)
        process.until("prometheus_tsdb_head_samples_appended_total", 3 * SERIES)
        time.sleep(given.window)
        lines.append(f"{'the same, Prometheus':44}{process.rss_mib():10.1f} MiB")
        process.end()
        # Four pages a second: more than a tenth of a processor can take in.
        many = [target] + [peers.serve(peers.page(SERIES)) for _ in range(3)]
        free = Agent(binary, folder, "free", many, "1s")
        _, whole = rate(free, given.window, len(many))
        free.end()
        group = cgroup("nephoscope-bench")
        if group is None:
            lines.append("10 % of a processor: cgroup cpu cannot be written here, not measured")
        else:
            try:
                starved = Agent(binary, folder, "starved", many, "1s", group)
                per_second, each = rate(starved, 4 * given.window, len(many))
                lines.append(f"{'10 % of a processor: samples a second':44}{per_second:10.0f} ({each * 1e9:.0f} ns of CPU each; {whole * 1e9:.0f} ns unstarved: {per_second * whole / 0.1 * 100:.0f} % of what the quota could do)")
                starved.end()
            finally:
                time.sleep(0.5)
                group.rmdir()
    model = re.search(r"model name[^:]*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    version = subprocess.run([peers.PROMETHEUS, "--version"], capture_output=True, text=True)
    head = [f"date:     {time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime())}",
            f"machine:  {model}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}",
            f"commit:   {subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], cwd=peers.ROOT, capture_output=True, text=True).stdout.strip()}",
            f"peer:     {(version.stdout + version.stderr).splitlines()[0]}",
            f"command:  bench/compare/process.py --binary {given.binary} --window {given.window:g} --runs {given.runs}", ""]
    out = "\n".join(head + lines) + "\n"
    print(out, end="")
    if given.write:
        (peers.ROOT / "bench/results/process.txt").write_text(out)


if __name__ == "__main__":
    main()
