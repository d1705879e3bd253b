#!/bin/bash
# Fuzzes every target, or those named, for so many seconds each, one after the other:
#   tests/fuzz/run.sh 300 [rules series ...]
# Needs clang 14 or later. What crashes lies in build/fuzz/crashes/<target>; keep it as
#   xxd -p CRASH > tests/fuzz/regressions/<target>/WHAT-IT-WAS.hex
# and ctest replays it ever after. The corpus grows in build/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds="${1:?usage: $0 SECONDS [TARGET...]}"
shift
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  targets=(safetensors manifest rules settings worker_protocol archive_answers rest series study_report own_output)
fi
cmake --preset fuzz > /dev/null
ninja -C build/fuzz "${targets[@]/#/fuzz_}" > build/fuzz/build.log || { tail -n 50 build/fuzz/build.log; exit 1; }
python3 -B tests/fuzz/seeds.py build/fuzz/seeds
failed=()
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target" "build/fuzz/crashes/$target"
  log="build/fuzz/$target.log"
  kept=()
  if [[ -d "tests/fuzz/corpus/$target" ]]; then
    kept=("build/fuzz/kept/$target")
    mkdir -p "${kept[0]}"
    for one in "tests/fuzz/corpus/$target"/*.hex; do
      xxd -r -p "$one" > "${kept[0]}/$(basename "$one" .hex)"
    done
  fi
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    "build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/crashes/$target/" \
    "build/fuzz/corpus/$target" "build/fuzz/seeds/$target" "${kept[@]}" > "$log" 2>&1 || failed+=("$target")
  printf '%-18s %12s executions, %6s inputs that reach something new\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(find "build/fuzz/corpus/$target" -type f | wc -l)"
done
[[ ${#failed[@]} -eq 0 ]] || { echo "crashed: ${failed[*]}" >&2; exit 1; }
