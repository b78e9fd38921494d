#!/usr/bin/env python3
"""`nephoscope check` beside `promtool check rules` on the same 10,000 questions: time and peak memory, one run after the other, in turns.

  bench/compare/check_rules.py --binary build/release/nephoscope            prints the table
  bench/compare/check_rules.py --binary build/release/nephoscope --write    and keeps it in bench/results/check_rules.txt

promtool is Debian's, from the cache that deploy/install-tests.sh fills. Each rule has a limit, two labels to group by, a hold time, a severity,
a summary with a place in it, an owner and a runbook; in both languages. What Nephoscope does beyond promtool: metrics and units are looked up in
the catalogue, places in texts are checked, rules are linted against each other.
"""
import argparse
import datetime
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("NEPHOSCOPE_CACHE", pathlib.Path.home() / ".cache/nephoscope"))
BAR_SECONDS, BAR_MIB = 1.5, 64

OURS = """  - alert: CpuHigh{n}
    kind: threshold
    watch:
      metric: aws.rds.cpu_utilization
      where: {{env: prod, shard: "{n}"}}
      stat: avg
      window: 10m
      by: [account, db_instance]
    when: {{above: {limit}%, for: 15m}}
    severity: warning
    owner: {{team: team-{team}}}
    summary: ${{db_instance}} runs at ${{value}}
    runbook: https://wiki.example.com/cpu/{n}
"""
THEIRS = """      - alert: CpuHigh{n}
        expr: max by (account, db_instance) (avg_over_time(aws_rds_cpu_utilization{{env="prod", shard="{n}"}}[10m])) > {limit}
        for: 15m
        labels: {{severity: warning, owner: team-{team}}}
        annotations:
          summary: "{{{{ $labels.db_instance }}}} runs at {{{{ $value }}}}"
          runbook_url: https://wiki.example.com/cpu/{n}
"""


def write(folder, rules, per_file):
    ours, theirs = folder / "ours", folder / "theirs"
    ours.mkdir(), theirs.mkdir()
    for first in range(0, rules, per_file):
        numbers = [{"n": n, "limit": 50 + n % 45, "team": n % 40} for n in range(first, min(first + per_file, rules))]
        name = f"rules-{first // per_file}.yaml"
        (ours / name).write_text("apiVersion: rules/v1\nrules:\n" + "".join(OURS.format(**one) for one in numbers))
        (theirs / name).write_text(f"groups:\n  - name: g{first}\n    rules:\n" + "".join(THEIRS.format(**one) for one in numbers))
    return sorted(ours.iterdir()), sorted(theirs.iterdir())


def run(command):
    """Seconds of wall clock, seconds of processor, MiB at the peak."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}: {said[:500].decode(errors='replace')}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def first_line(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def head(arguments, binary, promtool):
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return [
        f"date:     {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%MZ}",
        f"machine:  {model}, {os.cpu_count()} processors, {platform.system()} {platform.release()}, load {os.getloadavg()[0]:.2f}",
        f"commit:   {commit}",
        f"ours:     {first_line([binary, 'version'])}",
        f"theirs:   {first_line([promtool, '--version'])}",
        f"command:  bench/compare/check_rules.py --rules {arguments.rules} --per-file {arguments.per_file} --runs {arguments.runs}",
        f"rows:     median (least - most) of {arguments.runs} runs, ours and theirs in turns",
    ]


def row(name, figures):
    cells = [f"{statistics.median(one):8.2f} ({min(one):.2f} - {max(one):.2f})" for one in zip(*figures)]
    return f"{name:<22}{cells[0]:>28}{cells[1]:>28}{cells[2]:>32}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--promtool", default=str(CACHE / "debian/usr/bin/promtool"))
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--per-file", type=int, default=2_000, help="rules in one file")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--note", default="", help="how the binary was built, if not as the preset release does")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = write(pathlib.Path(folder), arguments.rules, arguments.per_file)
        figures = {"ours": [], "theirs": []}
        for _ in range(arguments.runs):
            figures["ours"].append(run([arguments.binary, "check", "--deny-warnings", *ours]))
            figures["theirs"].append(run([arguments.promtool, "check", "rules", *theirs]))
    medians = {name: [statistics.median(one) for one in zip(*all_of)] for name, all_of in figures.items()}
    lines = head(arguments, arguments.binary, arguments.promtool)
    lines.insert(4, f"binary:   {arguments.binary}{arguments.note and ', ' + arguments.note}")
    lines += ["", f"{'':<22}{'wall, s':>28}{'processor, s':>28}{'peak memory, MiB':>32}", row("nephoscope check", figures["ours"]), row("promtool check rules", figures["theirs"])]
    lines.append(f"{'ours / theirs':<22}" + "".join(f"{a / b:>{width}.2f}" for a, b, width in zip(medians["ours"], medians["theirs"], (28, 28, 32))))
    # A busy machine makes wall clock longer than the work is; the bar is on the processor's time.
    met = medians["ours"][1] <= BAR_SECONDS and medians["ours"][2] <= BAR_MIB
    lines.append(f"bar: at most {BAR_SECONDS} s of processor and {BAR_MIB} MiB: {'met' if met else 'MISSED'}")
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if arguments.write:
        (SOURCE / "bench/results/check_rules.txt").write_text(text)


if __name__ == "__main__":
    main()
