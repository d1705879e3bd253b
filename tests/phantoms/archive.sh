# shellcheck shell=bash
# To be sourced, in the repository's folder: studies in the demo's Orthanc, with every task turned on.

build_what_is_asked() {
  packaging/install-dependencies.sh
  # shellcheck source=packaging/environment.sh
  source packaging/environment.sh
  cmake --preset release > /dev/null
  ninja -C build/release cmr OrthancCMR > /dev/null
}

# The demo's last line says how to stop its Orthanc.
stop_archive() {
  local pid folder
  read -r pid folder < <(sed -n 's/^ *stop it with: kill \([0-9]*\).*its files: \(.*\))$/\1 \2/p' "$archive_home/demo.log") || return 0
  kill "$pid" 2> /dev/null || true
  while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
  rm -rf "$folder"
}

# analyse_in_archive HOME RULES FOLDER: sends the folder's images, waits until every job has ended and sets $url.
# HOME keeps the demo's log; Orthanc ends with the script.
analyse_in_archive() {
  archive_home="$1"
  local settings="$PWD/$archive_home/settings.json"
  cat > "$settings" << SETTINGS
{"Rules": "$2",
 "ReportExperimental": ["lv_cavity", "lv_myocardium", "rv_cavity", "seg_lge_sax", "seg_map_sax", "seg_cine_lax"]}
SETTINGS
  trap stop_archive EXIT
  CMR_DEMO_SETTINGS="$settings" CMR_SERIES="$3" CMR_DEMO_UNANALYSED=fine CMR_DEMO_LIMIT_S=5400 \
    packaging/demo.sh > "$archive_home/demo.log" 2>&1 || { tail -n 40 "$archive_home/demo.log"; exit 1; }
  # shellcheck disable=SC2034  # for who sources this
  url=$(sed -n 's/^ *jobs: *\(.*\)\/cmr\/jobs$/\1/p' "$archive_home/demo.log")
}
