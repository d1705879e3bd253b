#!/bin/bash
# Runs the benchmarks, their peer in python3-torch and one whole series through a real Orthanc, one
# after the other on the same machine, and prints one table.
#
#   tests/bench/run.sh               everything
#   tests/bench/run.sh --no-series   without the whole series
set -euo pipefail
cd "$(dirname "$0")/../.."
whole_series=yes
[[ "${1:-}" != --no-series ]] || whole_series=no

source packaging/environment.sh
out=build/bench
mkdir -p "$out"
cmake --preset release > "$out/build.log"
ninja -C build/release cmr_bench >> "$out/build.log"
build/release/cmr_bench --benchmark_out="$out/bench.json" --benchmark_out_format=json \
  --benchmark_repetitions=3 --benchmark_min_time=0.3 > "$out/bench.txt"
/usr/bin/python3 tests/bench/vit_peer.py "$out/peer.json"
reports=("$out/bench.json" "$out/peer.json")
if [[ $whole_series == yes ]]; then
  packaging/demo.sh --check --timing "$out/timing.json" > "$out/series.log"
  reports+=("$out/timing.json")
fi
/usr/bin/python3 tests/bench/report.py "${reports[@]}" | tee "$out/report.txt"
