#!/usr/bin/env python3
"""A FOCUS bill of some hundred megabytes, read by our reader and summed by DuckDB on one thread: MB/s, side by side.

    bench/compare/focus.py [--rows 518460] [--write]

Both read the same CSV from a warm page cache. DuckDB sums effective and billed cost by provider, service, account and day in decimals, with the columns
that this needs; ours makes groups of all labels and four costs of them, and knows the rows of each day (build/bench/bench/focus_bench, bench/run.sh builds
it). The totals must agree to the micro. DuckDB is taken from pip into ~/.cache/nephoscope/venv-bench, where it is not there. The median of five runs.
"""
import argparse
import decimal
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
RUNS = 5
DUCKDB = "duckdb==2.0.1"

QUERY = """
select count(*), cast(sum(effective) as varchar), cast(sum(billed) as varchar) from (
  select ProviderName, ServiceName, SubAccountId, cast(ChargePeriodStart as date),
         sum(cast(EffectiveCost as decimal(28, 12))) effective, sum(cast(BilledCost as decimal(28, 12))) billed
  from read_csv(?, header = true, all_varchar = true, parallel = false) group by all)
"""


def python() -> pathlib.Path:
    """The interpreter that has DuckDB."""
    folder = pathlib.Path(os.environ.get("NEPHOSCOPE_CACHE", pathlib.Path.home() / ".cache/nephoscope")) / "venv-bench"
    program = folder / "bin/python"
    if not program.exists() or subprocess.run([program, "-c", "import duckdb"], capture_output=True).returncode != 0:
        venv.create(folder, with_pip=True)
        subprocess.run([program, "-m", "pip", "install", "-q", "--disable-pip-version-check", DUCKDB], check=True)
    return program


def write_bill(path: pathlib.Path, rows: int) -> None:
    """The same rows as focus_bench makes: 30 days, 40 accounts, 25 services, tags in JSON."""
    subprocess.run([SOURCE / "build/bench/bench/focus_bench", "--benchmark_filter=Errand"], check=False, capture_output=True,
                   env={**os.environ, "NEPHOSCOPE_WRITE_BILL": str(path), "NEPHOSCOPE_BILL_ROWS": str(rows)})


def duckdb(program: pathlib.Path, bill: pathlib.Path) -> dict:
    """CPU seconds of the query, in a process of its own."""
    code = (f"import duckdb, json, resource, sys\nc = duckdb.connect()\nc.execute('set threads = 1')\nb = resource.getrusage(resource.RUSAGE_SELF)\n"
            f"r = c.execute({QUERY!r}, [sys.argv[1]]).fetchone()\ne = resource.getrusage(resource.RUSAGE_SELF)\n"
            f"print(json.dumps({{'cpu': e.ru_utime + e.ru_stime - b.ru_utime - b.ru_stime, 'total': r[1:], 'memory': e.ru_maxrss, 'version': duckdb.__version__}}))")
    return json.loads(subprocess.run([program, "-c", code, bill], check=True, capture_output=True, text=True).stdout)


def ours(bill: pathlib.Path) -> dict:
    done = subprocess.run([SOURCE / "build/bench/bench/focus_bench", "--benchmark_filter=Errand"], check=True, capture_output=True, text=True,
                          env={**os.environ, "NEPHOSCOPE_READ_BILL": str(bill)})
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=518_460)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    program = python()
    with tempfile.TemporaryDirectory() as folder:
        bill = pathlib.Path(folder) / "bill.csv"
        write_bill(bill, arguments.rows)
        megabytes = bill.stat().st_size / 1e6
        bill.read_bytes()
        mine, theirs = [], []
        for _ in range(RUNS):
            mine.append(ours(bill))
            theirs.append(duckdb(program, bill))
    for ours_total, their_total in zip(mine[0]["total"], theirs[0]["total"]):
        if decimal.Decimal(ours_total) != decimal.Decimal(their_total):
            raise SystemExit(f"focus: the totals differ: {ours_total} and {their_total}")
    rates = [sorted(megabytes / one["cpu"] for one in runs) for runs in (mine, theirs)]
    load = os.getloadavg()[0]
    commit = subprocess.run(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    text = (f"date:     {time.strftime('%Y-%m-%dT%H:%MZ', time.gmtime())}\nmachine:  {os.cpu_count()} processors, load {load:.1f}\ncommit:   {commit}\n"
            f"peer:     DuckDB {theirs[0]['version']}, one thread\ncommand:  bench/compare/focus.py --rows {arguments.rows}\n\n"
            f"FOCUS bill, {megabytes:.0f} MB, {arguments.rows} rows; MB a second of one core (median, least, most of {RUNS}) and peak memory\n"
            f"ours      {statistics.median(rates[0]):6.0f}  {rates[0][0]:6.0f}  {rates[0][-1]:6.0f}   {mine[0]['memory'] / 1024:5.0f} MiB\n"
            f"DuckDB    {statistics.median(rates[1]):6.0f}  {rates[1][0]:6.0f}  {rates[1][-1]:6.0f}   {theirs[0]['memory'] / 1024:5.0f} MiB\n")
    print(text, end="")
    if arguments.write:
        (SOURCE / "bench/results/focus.txt").write_text(text)


if __name__ == "__main__":
    main()
