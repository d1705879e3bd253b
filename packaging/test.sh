#!/bin/bash
# Builds everything and runs every test; `.ci/run` calls it. Installs what is missing (as root).
#
#   1. release: the whole suite
#   2. analysis-only: configured and built as on a machine without DCMTK, Boost and Orthanc
#   3. asan: the rooms without LibTorch under the address and undefined-behaviour sanitizers
#   4. tsan: plugin and config under the thread sanitizer
#
# With CMR_TEST_MINUTES=60 no room is begun under a sanitizer after an hour, and the last line names
# what was left out: a machine with two cores and an empty ccache builds for an hour and a half.
#
# `packaging/test.sh release asan` runs only the named ones. `packaging/test.sh fuzz` is a fifth, which
# has to be named: every fuzz target alive for a few seconds (clang is installed for it). What fuzzing
# found once is replayed by the first two anyway.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/install-dependencies.sh
source packaging/environment.sh
jobs=$(nproc)
logs=build/test-logs
mkdir -p "$logs"

started=$SECONDS
left_out=()

# may_begin NAME: false, and noted, once CMR_TEST_MINUTES are over.
may_begin() {
  [[ -z "${CMR_TEST_MINUTES:-}" || $SECONDS -lt $((60 * CMR_TEST_MINUTES)) ]] && return
  left_out+=("$1")
  return 1
}

# The seconds tell which part is worth making faster.
say() {
  printf '\n== %4d s: %s\n' $((SECONDS - started)) "$*"
}

# quietly LOG COMMAND...: the command's output goes to a file and is shown when it fails.
quietly() {
  local log="$logs/$1"
  shift
  if ! "$@" > "$log" 2>&1; then
    tail -n 80 "$log"
    echo "FAILED: $*" >&2
    return 1
  fi
}

# tests_in LOG FOLDER [CTEST OPTIONS...]: runs the folder's tests and prints CTest's closing lines.
tests_in() {
  local log="$logs/$1" folder="$2" ended=0
  shift 2
  ctest --test-dir "$folder" -j "$jobs" --output-on-failure --no-tests=error "$@" > "$log" 2>&1 ||
    ended=$?
  if [[ $ended -ne 0 ]]; then
    grep -v -E 'Start +[0-9]+:|\. +Passed' "$log" | tail -n 200
    return 1
  fi
  sed -n '/tests passed/,$p' "$log" | grep -v '^$'
}

# Tests that analyse a whole series once more, for another sentence of the result: release runs them all.
# Sanitizers make minutes of each and see the same code; one of every kind is left to them.
again='^(AnalyzeInstances\.(Doubts|Gives(TheSame|Other)|Has|Keeps|Makes|NamesTheImages|Records|SaysWhichHeads|Takes|Withholds|Writes)'
again+='|SaxAnalysis/WithErrors.*/(AB|False|Flickering|MissingA|MissingF|Something|Two))'

# room_tests PRESET ROOM...: builds and runs the unit tests of these rooms.
room_tests() {
  local preset="$1" room
  shift
  for room in "$@"; do
    may_begin "$preset/$room" || continue
    quietly "$preset-$room-build.log" ninja -C "build/$preset" -j "$jobs" "tests/unit/$room/all"
    echo "$preset: $room ($((SECONDS - started)) s)"
    tests_in "$preset-$room.log" "build/$preset/tests/unit/$room" -E "$again"
  done
}

run_release() {
  say "release: building"
  quietly release-configure.log cmake --preset release
  quietly release-build.log ninja -C build/release -j "$jobs"
  say "release: every test without an archive"
  tests_in release.log build/release -LE integration
  # They wait for the archive's clocks (StableAge, its stop), hardly ever for a processor.
  say "release: every test with a real Orthanc"
  tests_in release-orthanc.log build/release -L integration -j $((3 * jobs))
}

run_analysis_only() {
  say "analysis-only: without DCMTK, Boost and Orthanc"
  local without=()
  for package in DCMTK Boost spdlog SQLite3 OpenSSL; do
    without+=("-DCMAKE_DISABLE_FIND_PACKAGE_$package=ON")
  done
  quietly analysis-only-configure.log cmake --preset analysis-only "${without[@]}"
  quietly analysis-only-build.log ninja -C build/analysis-only -j "$jobs"
  local headers
  headers=$(ninja -C build/analysis-only -t deps |
    grep -E '/(dcmtk|boost|orthanc|spdlog)/|sqlite3\.h' | sort -u || true)
  if [[ -n "$headers" ]]; then
    echo "analysis-only includes headers that such a machine lacks:" >&2
    echo "$headers" >&2
    return 1
  fi
  echo "analysis-only: built, with none of their headers"
}

run_asan() {
  say "asan: address and undefined behaviour"
  quietly asan-configure.log cmake --preset asan -DCMR_WITH_TORCH=OFF
  # Orthanc's and DCMTK's own allocations at exit are not ours to judge.
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    room_tests asan config analysis dicom_sr plugin
  may_begin asan/fuzz || return 0
  quietly asan-fuzz-build.log ninja -C build/asan -j "$jobs" tests/fuzz/all
  echo "asan: fuzz replay"
  tests_in asan-fuzz.log build/asan/tests/fuzz
}

run_tsan() {
  say "tsan: threads"
  quietly tsan-configure.log cmake --preset tsan
  TSAN_OPTIONS=halt_on_error=1 room_tests tsan config plugin
}

run_fuzz() {
  say "fuzz: four seconds for every target"
  packaging/install-dependencies.sh clang-14 libclang-rt-14-dev llvm-14
  quietly fuzz.log tests/fuzz/run.sh 4
  grep executions "$logs/fuzz.log"
}

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(release analysis-only asan tsan)
for part in "${parts[@]}"; do
  case "$part" in
    release) run_release ;;
    asan) run_asan ;;
    tsan) run_tsan ;;
    analysis-only) run_analysis_only ;;
    fuzz) run_fuzz ;;
    *) echo "usage: $0 [release] [asan] [tsan] [analysis-only] [fuzz]" >&2; exit 2 ;;
  esac
done
if [[ ${#left_out[@]} -gt 0 ]]; then
  say "passed; left out after $CMR_TEST_MINUTES minutes: ${left_out[*]} (packaging/test.sh asan tsan runs them)"
else
  say "all passed"
fi
