#!/bin/sh
# Builds the preset `bench`, runs the benches (all, or those named) and writes bench/results/<name>.txt.
#   bench/run.sh [ring_bench batch_bench interning_bench pipeline_bench ingest_bench shards_bench exposition_bench reload_bench engine_bench focus_bench]
set -eu
cd "$(dirname "$0")/.."
benches="${*:-ring_bench batch_bench interning_bench pipeline_bench ingest_bench shards_bench exposition_bench reload_bench engine_bench focus_bench}"
cmake --preset bench >/dev/null
# shellcheck disable=SC2086
cmake --build --preset bench --target $benches
for name in $benches; do
  options="--benchmark_repetitions=5 --benchmark_report_aggregates_only=true --benchmark_min_time=0.2"
  out="bench/results/$name.txt"
  {
    echo "date:     $(date -u +%Y-%m-%dT%H:%MZ)"
    echo "machine:  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) processors, $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg)"
    echo "compiler: $(c++ --version | head -1)"
    echo "commit:   $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- rules agent bench 2>/dev/null || echo ' with uncommitted changes')"
    echo "command:  $name $options"
    echo "rows:     mean, median, stddev and cv (the spread) of 5 repetitions"
    echo
    # shellcheck disable=SC2086
    "build/bench/bench/$name" $options 2>/dev/null
  } >"$out.new"
  mv "$out.new" "$out"
  echo "$out"
done
