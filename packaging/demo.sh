#!/bin/bash
# Shows what Orthanc CMR does, on a fresh Debian 12 machine, with one command:
#
#   packaging/demo.sh            installs what is missing (as root), builds, starts an Orthanc with
#                                the plugin on 127.0.0.1, sends a real cine series to it, prints the
#                                measurements, and leaves Orthanc running
#   packaging/demo.sh --check    the same, then verifies what was stored, stops Orthanc and ends
#                                with 0 or 1
#   --timing FILE                also writes the times of this run, as JSON
#
# Free ports and a folder of its own below build/demo; an Orthanc of the system is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD

check=no
timing=
while [[ $# -gt 0 ]]; do
  case "$1" in
    --check) check=yes ;;
    --timing) timing="${2:?--timing needs a file}"; shift ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

package="${CMR_PACKAGE:-$root/models/starter}"
series="${CMR_SERIES:-$root/packaging/demo-data/SCD0000301}"
limit_s=${CMR_DEMO_LIMIT_S:-1200}
tool=(/usr/bin/python3 "$root/packaging/demo_tool.py")
pid=

say() {
  printf '\n== %s\n' "$*"
}

now() {
  date +%s.%N
}

stop_orthanc() {
  [[ -n "$pid" ]] || return 0
  kill "$pid" 2> /dev/null || true
  local second
  for ((second = 0; second < 60; ++second)); do
    kill -0 "$pid" 2> /dev/null || break
    sleep 1
  done
  kill -9 "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  pid=
}

on_exit() {
  local code=$?
  if [[ $code -ne 0 && -n "$pid" ]]; then
    echo "FAILED. The end of $run/orthanc.log:" >&2
    tail -n 30 "$run/orthanc.log" >&2
    stop_orthanc
  fi
  exit "$code"
}

build_everything() {
  say "building (a few minutes the first time)"
  mkdir -p build/demo
  { cmake --preset release && ninja -C build/release cmr OrthancCMR; } > build/demo/build.log 2>&1 ||
    { tail -n 60 build/demo/build.log; exit 1; }
}

start_orthanc() {
  say "starting Orthanc"
  run=$(mktemp -d "$root/build/demo/run-XXXXXX")
  "${tool[@]}" configure "$run" "$root/build/release" "$package"
  read -r http_port dicom_port < "$run/ports"
  url="http://127.0.0.1:$http_port"
  setsid nohup /usr/sbin/Orthanc "$run/orthanc.json" > "$run/orthanc.log" 2>&1 < /dev/null &
  pid=$!
  trap on_exit EXIT
  trap 'exit 130' INT TERM
  echo "$pid" > "$run/pid"
  "${tool[@]}" wait-up "$url" "$pid"
}

send_series() {
  say "sending $(find "$series" -name '*.dcm' | wc -l) images with storescu"
  send_started=$(now)
  storescu -q -xt +sd +r -aet CMRSENDER -aec CMRDEMO 127.0.0.1 "$dicom_port" "$series"
  send_ended=$(now)
}

write_timing() {
  [[ -n "$timing" ]] || return 0
  /usr/bin/python3 -c 'import json, sys
a, b, c = map(float, sys.argv[1:4])
json.dump({"send_s": b - a, "arrival_to_stored_s": c - b, "images": int(sys.argv[4])}, sys.stdout)' \
    "$send_started" "$send_ended" "$stored" "$(find "$series" -name '*.dcm' | wc -l)" > "$timing"
}

packaging/install-dependencies.sh
if [[ ! -e "$package/manifest.json" ]]; then
  echo "there is no model package at $package" >&2
  exit 1
fi
build_everything
start_orthanc
send_series
say "analysing"
"${tool[@]}" follow "$url" "$limit_s"
stored=$(now)
write_timing
say "measurements, stored $(printf '%.0f' "$(echo "$stored $send_ended" | awk '{print $1 - $2}')") s after the last image arrived"
"${tool[@]}" table "$url"

if [[ $check == yes ]]; then
  say "checking what was stored"
  /usr/bin/python3 -W ignore packaging/check_stored.py "$url" "$series"
  stop_orthanc
  rm -rf "$run"
  say "all as it should be"
  exit 0
fi
say "Orthanc keeps running; open"
"${tool[@]}" addresses "$url"
echo "  stop it with: kill $pid    (its files: $run)"
trap - EXIT
