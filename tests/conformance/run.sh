#!/bin/bash
# Every object that is written of a drawn study with every sequence, before every judge.
#
#   tests/conformance/run.sh [--vendor siemens|ge|philips] [--seed N] [--condition infarct] [--real FOLDER] [--report FILE]
#
# Draws a study (`cmr phantom study`), sends it to the demo's Orthanc with every task turned on and every output
# asked for, fetches what was stored, and prints a table of objects and judges (judges.py): dciodvfy, PixelMed's
# DicomSRValidator, dcentvfy over source and results, dsrdump, pydicom. With --real it is a folder of real images
# instead, whose own invalid values are excused where we repeat them. Needs what packaging/demo.sh needs, and about
# five minutes on two cores. Ends with 1 when a judge found an error or said something that nobody explained.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
cd "$root"
vendor=siemens
seed=7
condition=infarct
real=
report=
while [[ $# -gt 0 ]]; do
  case "$1" in
    --vendor) vendor="${2:?--vendor needs a name}" ;;
    --seed) seed="${2:?--seed needs a number}" ;;
    --condition) condition="${2:?--condition needs a name}" ;;
    --real) real=$(realpath "${2:?--real needs a folder}") ;;
    --report) report=$(realpath -m "${2:?--report needs a file}") ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

# shellcheck source=tests/phantoms/archive.sh
source tests/phantoms/archive.sh
build_what_is_asked

home=build/conformance
rm -rf "$home"
mkdir -p "$home"
if [[ -n "$real" ]]; then
  sent="$real"
else
  build/release/cmr phantom study --vendor "$vendor" --condition "$condition" --seed "$seed" -o "$home/drawn"
  sent="$root/$home/drawn/dicom"
fi

# The rules by which drawn studies are sorted, with everything asked for that can be written.
/usr/bin/python3 - tests/phantoms/rules.json "$home/rules.json" << 'PROGRAM'
import json
import sys
rules = json.load(open(sys.argv[1]))
rules["rules"][-1]["outputs"] = ["SEG", "SR", "SC", "PDF", "CINE", "MAP", "GSPS", "VOLUMES", "SEGCINE"]
json.dump(rules, open(sys.argv[2], "w"))
PROGRAM
analyse_in_archive "$home" "$root/$home/rules.json" "$sent"
/usr/bin/python3 tests/conformance/judges.py "$url" "$sent" "$home/objects" | tee "${report:-/dev/null}"
exit "${PIPESTATUS[0]}"
