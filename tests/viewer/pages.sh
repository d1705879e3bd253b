#!/bin/bash
# Looks at the web pages below /cmr/app/ in a browser without a window: every page in light and dark, wide
# and narrow, its buttons, and accessibility by axe.
#
#   tests/viewer/pages.sh                    with the demo's Orthanc and series, and some that are left alone
#   tests/viewer/pages.sh --orthanc URL      with an Orthanc that runs and holds results; not as other users then
#   --pictures FOLDER                        where screenshots go (build/viewer/pages)
#
# Needs Debian's nodejs, npm, curl and chromium. Downloads playwright-core and axe-core from the npm registry,
# once, into build/viewer; not part of packaging/test.sh for that reason. Ends with 0 or 1.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
here=tests/viewer
home=build/viewer

orthanc=
own= # the demo's: it is stopped here, and may be started anew
pictures=$root/$home/pages
while [[ $# -gt 0 ]]; do
  case "$1" in
    --orthanc) orthanc="${2:?--orthanc needs an address}"; shift ;;
    --pictures) pictures=$(realpath -m "${2:?--pictures needs a folder}"); shift ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
cd "$root"
mkdir -p "$home"
cp "$here/package.json" "$home/package.json"
if [[ ! -e $home/node_modules/axe-core || ! -e $home/node_modules/playwright-core ]]; then
  npm install --prefix "$home" --no-package-lock --ignore-scripts --no-audit --no-fund --silent
fi

pid=
folder=
stop_orthanc() {
  [[ -n "$pid" ]] || return 0
  kill "$pid" 2> /dev/null || true
  while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
  pid=
}

# The demo's last line says how to stop its Orthanc; without that line it has stopped it itself.
stop_demo() {
  [[ -n "$folder" ]] || read -r pid folder < <(sed -n \
    's/^ *stop it with: kill \([0-9]*\).*its files: \(.*\))$/\1 \2/p' "$home/pages-demo.log") || return 0
  stop_orthanc
  rm -rf "$folder"
}

# The same archive, with users whom it asks for a password, and their roles.
start_with_users() {
  read -r pid folder < <(sed -n 's/^ *stop it with: kill \([0-9]*\).*its files: \(.*\))$/\1 \2/p' "$home/pages-demo.log")
  stop_orthanc
  /usr/bin/python3 - "$folder/orthanc.json" << 'PYTHON'
import json, sys
with open(sys.argv[1]) as file:
    configuration = json.load(file)
roles = {"ada": "administrator", "olga": "operator", "vera": "viewer"}
configuration["AuthenticationEnabled"] = True
configuration["RegisteredUsers"] = {name: f"of {name}" for name in roles}
configuration["CMR"]["Roles"] = roles
with open(sys.argv[1], "w") as file:
    json.dump(configuration, file)
PYTHON
  /usr/sbin/Orthanc "$folder/orthanc.json" > "$folder/orthanc-users.log" 2>&1 < /dev/null &
  pid=$!
  local second
  for ((second = 0; second < 60; ++second)); do
    curl -s --user 'ada:of ada' "$1/cmr/status" | grep -q '"state": *"running"' && return 0
    sleep 1
  done
  echo "Orthanc does not run with users: $folder/orthanc-users.log" >&2
  return 1
}

# Series that rules leave alone, beside the real one: what the pages say of them has to be seen, too.
send_others() {
  PYTHONPATH=tests/integration /usr/bin/python3 - "$1" << 'PYTHON'
import pathlib, sys, tempfile, urllib.request
from dicom_file import CT_IMAGE, write_series
with tempfile.TemporaryDirectory() as folder:
    for number, (name, changes) in enumerate({
            "scout": {"SeriesDescription": "3-pl_Loc_Fiesta"},
            "lax": {"SeriesDescription": "4CH_FIESTA_BH"},
            "ct": {"SOPClassUID": CT_IMAGE, "Modality": "CT", "SeriesDescription": "Thorax"}}.items()):
        for path in write_series(pathlib.Path(folder) / name, series=f"1.2.3.10.{number + 1}",
                                 slices=(0,), phases=2, **changes):
            request = urllib.request.Request(sys.argv[1] + "/instances", data=path.read_bytes())
            urllib.request.urlopen(request).read()
PYTHON
}

# Something for every page: rules to edit, a folder of exams with one broken file, a node that is away, a second
# package to choose.
settings() {
  cp config/default-rules.json "$home/pages-rules.json"
  rm -rf "$home/pages-worklist"
  mkdir "$home/pages-worklist"
  head -c 300 "$(find packaging/demo-data -name '*.dcm' | head -n 1)" > "$home/pages-worklist/cut.wl"
  rm -rf "$home/pages-package"
  cp -r models/starter "$home/pages-package"
  sed -i 's/"version": "[^"]*"/"version": "99.0.0"/' "$home/pages-package/manifest.json"
  /usr/bin/python3 -c 'import json, sys
home = sys.argv[1]
json.dump({"Rules": home + "/pages-rules.json", "EditRules": True, "Destinations": {"pacs": {"Modality": "sender"}},
  "SendResultsTo": ["pacs"], "Packages": {"second": home + "/pages-package"}, "Worklist": {"Enable": True, "Folder": home + "/pages-worklist"}}, sys.stdout)' "$root/$home"
}

if [[ -z "$orthanc" ]]; then
  own=yes
  settings > "$home/pages-settings.json"
  export CMR_DEMO_SETTINGS=$root/$home/pages-settings.json
  : > "$home/pages-demo.log"
  trap stop_demo EXIT
  trap 'exit 130' INT TERM
  packaging/demo.sh | tee "$home/pages-demo.log"
  orthanc=$(sed -n 's|^ *DICOMweb: *\(.*\)/dicom-web/$|\1|p' "$home/pages-demo.log")
  send_others "$orthanc"
  for ((second = 0; second < 120; ++second)); do
    [[ $(curl -s "$orthanc/cmr/skipped" | grep -c '"reason"') -lt 3 ]] || break
    sleep 1
  done
fi
node "$here/check_pages.mjs" --orthanc "$orthanc" --modules "$home/node_modules" --pictures "$pictures"
if [[ -n "$own" ]]; then
  start_with_users "$orthanc"
  node "$here/check_users.mjs" --orthanc "$orthanc" --modules "$home/node_modules" --pictures "$pictures"
fi
