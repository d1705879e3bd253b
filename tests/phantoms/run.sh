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

# shellcheck source=tests/phantoms/archive.sh
source tests/phantoms/archive.sh
build_what_is_asked

home=build/phantoms
rm -rf "$home"
mkdir -p "$home/sent"
for vendor in siemens ge philips; do
  build/release/cmr phantom study --vendor "$vendor" --condition "$condition" --seed "$seed" -o "$home/$vendor"
  cp -rl "$home/$vendor/dicom" "$home/sent/$vendor"
done
analyse_in_archive "$home" "$root/tests/phantoms/rules.json" "$root/$home/sent"
/usr/bin/python3 tests/phantoms/report.py "$url" "$home" | tee "${report:-/dev/null}"
exit "${PIPESTATUS[0]}"
