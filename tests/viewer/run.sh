#!/bin/bash
# Looks at the results the way a technologist does: opens them in OHIF, in a browser without a window,
# and holds what is on the screen against what the archive stores.
#
#   tests/viewer/run.sh                       with the demo's Orthanc and series; both end afterwards
#   tests/viewer/run.sh --series FOLDER       with another cine series
#   tests/viewer/run.sh --several             with a drawn study of six kinds of series, all outlined by heads
#                                             that the site turned on: the report on the study alone
#   tests/viewer/run.sh --orthanc URL [--study UID]   with an Orthanc that runs and holds results
#   --pictures FOLDER                         where screenshots go (build/viewer/pictures)
#   --faults                                  also makes things wrong on purpose, which it has to notice
#
# Needs Debian's nodejs, npm and chromium. Downloads about 60 MB from the npm registry, once, into
# build/viewer; not part of packaging/test.sh for that reason. Ends with 0 or 1.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
here=tests/viewer
home=build/viewer
ohif=3.13.2
ohif_sha256=b189d3963bfc58e9394a9db8c7be75d07beb029ec211dbb126d47b62969dd3f1

orthanc=
study=()
series=
pictures=$root/$home/pictures
faults=no
several=no
while [[ $# -gt 0 ]]; do
  case "$1" in
    --orthanc) orthanc="${2:?--orthanc needs an address}"; shift ;;
    --study) study=(--study "${2:?--study needs a UID}"); shift ;;
    --series) series=$(realpath "${2:?--series needs a folder}"); shift ;;
    --pictures) pictures=$(realpath -m "${2:?--pictures needs a folder}"); shift ;;
    --faults) faults=yes ;;
    --several) several=yes ;;
    *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
cd "$root"
playwright=$(sed -n 's/.*"playwright-core": "\(.*\)".*/\1/p' "$here/package.json")

say() {
  printf '\n== %s\n' "$*"
}

check_programs() {
  local program missing=()
  for program in node npm "${CHROMIUM:-/usr/bin/chromium}"; do
    command -v "$program" > /dev/null || missing+=("$program")
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    echo "missing: ${missing[*]} (Debian's packages nodejs, npm and chromium)" >&2
    exit 1
  fi
}

fetch_playwright() {
  grep -qs "\"version\": \"$playwright\"" "$home/node_modules/playwright-core/package.json" && return
  say "fetching playwright-core $playwright"
  cp "$here/package.json" "$home/package.json"
  npm install --prefix "$home" --no-package-lock --ignore-scripts --no-audit --no-fund --silent
}

# OHIF's package holds the built viewer. Unpacked, not installed: its dependencies are within the build.
fetch_ohif() {
  [[ -e "$home/ohif-$ohif/dist/index.html" ]] && return
  say "fetching OHIF $ohif"
  local package="$home/ohif-app-$ohif.tgz"
  npm pack "@ohif/app@$ohif" --pack-destination "$home" --silent > "$home/pack.log"
  echo "$ohif_sha256  $package" | sha256sum --check --quiet
  rm -rf "$home/package"
  tar -xzf "$package" -C "$home"
  mv "$home/package" "$home/ohif-$ohif"
  rm "$package"
}

# The demo's last line says how to stop its Orthanc; without that line it has stopped it itself.
stop_demo() {
  local pid folder
  read -r pid folder < <(sed -n 's/^ *stop it with: kill \([0-9]*\).*its files: \(.*\))$/\1 \2/p' \
    "$home/demo.log") || return 0
  kill "$pid" 2> /dev/null || true
  while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
  rm -rf "$folder"
}

# A whole drawn examination without what nobody would send through the rules below.
draw_study() {
  say "drawing a study"
  rm -rf "$home/several"
  ninja -C build/release cmr OrthancCMR > "$home/build.log" || { tail "$home/build.log"; exit 1; }
  build/release/cmr phantom study --condition infarct --seed 3 -o "$home/several"
  rm -rf "$home"/several/dicom/{*_localizer,*_3Ch,*_FLOW_*,*_MOCO,*_FLASH}
  /usr/bin/python3 - "$root/$home" << 'PYTHON'
import json, sys
home = sys.argv[1]
tasks = {"cine.*sax": "seg_cine_sax", "cine.*[24]ch": "seg_cine_lax", "psir": "seg_lge_sax", "_t[12]$": "seg_map_sax"}
rules = [{"name": "own results", "when": [{"tag": "ManufacturerModelName", "equals": "Orthanc CMR"}],
          "skip": "made by this program"}]
rules += [{"name": task, "when": [{"tag": "SeriesDescription", "matches": name}], "tasks": [task]}
          for name, task in tasks.items()]
with open(home + "/several-rules.json", "w") as out:
    json.dump({"schema": 1, "rules": rules, "otherwise": {"skip": "another series"}}, out)
with open(home + "/several-settings.json", "w") as out:
    json.dump({"Rules": home + "/several-rules.json",
               "ReportExperimental": ["seg_cine_lax", "seg_lge_sax", "seg_map_sax"]}, out)
PYTHON
  series=$root/$home/several/dicom
  export CMR_DEMO_SETTINGS=$root/$home/several-settings.json
}

start_demo() {
  say "starting the demo's Orthanc"
  [[ -z "$series" ]] || export CMR_SERIES="$series"
  : > "$home/demo.log"
  trap stop_demo EXIT
  trap 'exit 130' INT TERM
  packaging/demo.sh | tee "$home/demo.log"
  orthanc=$(sed -n 's|^ *DICOMweb: *\(.*\)/dicom-web/$|\1|p' "$home/demo.log")
}

check() {
  node "$here/check_ohif.mjs" --ohif "$home/ohif-$ohif" --modules "$home/node_modules" \
    --orthanc "$orthanc" "${study[@]}" "$@"
}

# notices FAULT SENTENCE: the check fails with this sentence when that is made wrong.
notices() {
  say "on purpose: $1"
  local ended=0
  check --fault "$1" > "$home/fault-$1.log" || ended=$?
  tail -n 1 "$home/fault-$1.log"
  if [[ $ended -ne 1 ]] || ! grep -q "^FAILED: .*$2" "$home/fault-$1.log"; then
    echo "FAILED: the check did not notice \"$1\"" >&2
    exit 1
  fi
}

check_programs
mkdir -p "$home"
fetch_playwright
fetch_ohif
say "the check's own tests"
node --test "$here/" > "$home/unit.log" || { cat "$home/unit.log"; exit 1; }
own_series=no
only=()
if [[ $several == yes ]]; then
  draw_study
  only=(--study-report)
fi
if [[ -z "$orthanc" ]]; then
  [[ -n "$series" ]] || own_series=yes
  start_demo
fi
say "OHIF $ohif on $orthanc, pictures in $pictures"
check "${only[@]}" --pictures "$pictures"
[[ $faults == yes && $several == no ]] || exit 0

for fault in unopened other-phase other-slice; do
  notices "$fault" "end diastole does not show its segments"
done
notices other-number "waited in vain for the report"
# Not every series is one that OHIF takes for a 4-D volume.
[[ $own_series == no ]] || notices plain-config "which draws no segmentation"
say "all of these were noticed"
