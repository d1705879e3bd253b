#!/bin/bash
# Drawn studies of each vendor's style through the demo's Orthanc: which head every series came to, and the
# numbers beside the truth.
#
#   tests/phantoms/run.sh [--seed N] [--condition infarct] [--report FILE]
#
# Every task is turned on (ReportExperimental) and the rules of tests/phantoms/rules.json hold. Needs what
# packaging/demo.sh needs, and about ten minutes on two cores. Ends with 1 when a series came to another head than
# its kind, or to none. Numbers are shown, not judged: drawn hearts are no patients.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
cd "$root"
seed=7
condition=infarct
report=
while [[ $# -gt 0 ]]; do
  case "$1" in
    --seed) seed="${2:?--seed needs a number}" ;;
    --condition) condition="${2:?--condition needs a name}" ;;
    --report) report=$(realpath -m "${2:?--report needs a file}") ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

packaging/install-dependencies.sh
# shellcheck source=packaging/environment.sh
source packaging/environment.sh
cmake --preset release > /dev/null
ninja -C build/release cmr OrthancCMR > /dev/null

home=build/phantoms
rm -rf "$home"
mkdir -p "$home/sent"
for vendor in siemens ge philips; do
  build/release/cmr phantom study --vendor "$vendor" --condition "$condition" --seed "$seed" -o "$home/$vendor"
  cp -rl "$home/$vendor/dicom" "$home/sent/$vendor"
done
cat > "$home/settings.json" << SETTINGS
{"Rules": "$root/tests/phantoms/rules.json",
 "ReportExperimental": ["lv_cavity", "lv_myocardium", "rv_cavity", "seg_lge_sax", "seg_map_sax", "seg_cine_lax"]}
SETTINGS

# The demo's last line says how to stop its Orthanc.
stop_demo() {
  local pid folder
  read -r pid folder < <(sed -n 's/^ *stop it with: kill \([0-9]*\).*its files: \(.*\))$/\1 \2/p' "$home/demo.log") || return 0
  kill "$pid" 2> /dev/null || true
  while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
  rm -rf "$folder"
}
trap stop_demo EXIT
CMR_DEMO_SETTINGS="$root/$home/settings.json" CMR_SERIES="$root/$home/sent" CMR_DEMO_UNANALYSED=fine \
  CMR_DEMO_LIMIT_S=5400 \
  packaging/demo.sh > "$home/demo.log" 2>&1 || { tail -n 40 "$home/demo.log"; exit 1; }
url=$(sed -n 's/^ *jobs: *\(.*\)\/cmr\/jobs$/\1/p' "$home/demo.log")
/usr/bin/python3 tests/phantoms/report.py "$url" "$home" | tee "${report:-/dev/null}"
exit "${PIPESTATUS[0]}"
