#!/bin/bash
# Checks the container recipes without a container engine: linters read them, their steps are carried out in
# fresh roots, and what they make is started and used as compose.yaml puts it together:
#
#   packaging/check-container.sh [--build FOLDER] [--lint] [--serve]
#
#   lint     dockerfile-utils and dclint (npm), shellcheck for the RUN steps
#   steps    every FROM is a Debian 12 by debootstrap
#   use      Orthanc and the web server as their own users in a network of their own: the demo series is sent,
#            analysed, and seen through the one door; nobody gets in without the password
#
# --build    the build folder of the plugin and the program (build/release, which the recipe names as well)
# --lint     the linters alone
# --serve    leaves both running until Enter is pressed
#
# Needs what check-packages.sh needs, and npm and shellcheck; the same cache.
set -euo pipefail
home=$(realpath "$(dirname "$0")/..")
# shellcheck source=packaging/fresh-root/fresh_root.sh
source "$home/packaging/fresh-root/fresh_root.sh"
# shellcheck source=packaging/fresh-root/checking.sh
source "$home/packaging/fresh-root/checking.sh"
fresh_root_enter_namespaces "$home/packaging/check-container.sh" "$@"
cd "$home"

read_options 17 "lint serve" "$@"
work=$home/build/fresh-root
here=packaging/container
series=packaging/demo-data/SCD0000301
door=http://127.0.0.1:8080
tool=(/usr/bin/python3 packaging/fresh-root/service.py)
servers=()

on_exit() {
  local code=$? server
  if [[ $code -ne 0 ]]; then
    tail -n 20 "$work"/orthanc-container.log "$work"/ohif-container.log 2> /dev/null || true
  fi
  for server in "${servers[@]}"; do
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  done
  [[ -z "$net_holder" ]] || kill "$net_holder" 2> /dev/null || true
  exit "$code"
}

run_steps_of() {
  python3 - "$1" <<'PYTHON'
import sys
sys.path.insert(0, "packaging/fresh-root")
import recipe
print("#!/bin/sh")
for name, rest in recipe.instructions(open(sys.argv[1]).read()):
    if name == "ARG":
        print(rest)
    elif name == "RUN":
        print(rest)
PYTHON
}

lint() {
  say "linters"
  local linters=$work/lint recipe
  if [[ ! -e $linters/node_modules/dclint ]]; then
    npm install --prefix "$linters" --ignore-scripts --no-audit --no-fund --silent dockerfile-utils@0.16.3 dclint@3.1.0
  fi
  for recipe in Containerfile Containerfile.ohif; do
    expect "dockerfile-utils has nothing to say of $recipe" eval \
      '[[ -z "$(node '"$linters/node_modules/dockerfile-utils/bin/dockerfile-utils"' lint '"$here/$recipe"' | tee /dev/stderr)" ]]'
    run_steps_of "$here/$recipe" > "$work/steps.sh"
    expect "shellcheck has nothing to say of the steps of $recipe" shellcheck -e SC2034 "$work/steps.sh"
  done
  expect "dclint has nothing to say of compose.yaml" "$linters/node_modules/.bin/dclint" --max-warnings 0 "$here/compose.yaml"
}

# The context as the ignore files leave it, with packages made now.
make_context() {
  say "packages, by cpack"
  rm -rf "$work/context" "$work/made"
  mkdir -p "$work/context/build/release" "$work/context/packaging"
  (cd "$build" && cpack -B "$work/made") > "$work/cpack.log" 2>&1 || { tail -n 30 "$work/cpack.log"; exit 1; }
  mv "$work"/made/*.deb "$work/context/build/release/"
  cp -r packaging/container packaging/viewer "$work/context/packaging/"
}

carry_out() {
  say "the steps of $1"
  /usr/bin/python3 packaging/fresh-root/recipe.py "$here/$1" "$work/context" "$work/cache/base.tar" "$work/$2"
}

start() {
  exec_in_net /usr/bin/python3 packaging/fresh-root/recipe.py start "$work/$1" "${@:2}" > "$work/$1.log" 2>&1 < /dev/null &
  servers+=($!)
}

use() {
  say "both started, as compose.yaml does"
  local password=secret-of-the-check ohif
  ohif=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["folder"])' "$work/ohif-container/image.json")
  echo "127.0.0.1 orthanc" >> "$ohif/etc/hosts"
  start orthanc-container CMR_ADMIN_PASSWORD="$password"
  start ohif-container
  export ORTHANC_USER="admin:$password"
  in_net "${tool[@]}" state "$door/orthanc" running
  ORTHANC_USER='' expect "nobody reaches the archive without the password" in_net "${tool[@]}" says "$door/orthanc/cmr/jobs" "" 401
  ORTHANC_USER='' expect "nor DICOMweb" in_net "${tool[@]}" says "$door/dicom-web/studies" "" 401
  expect "OHIF is there" in_net "${tool[@]}" says "$door/" "OHIF"
  expect "with our configuration" in_net "${tool[@]}" says "$door/app-config.js" "cine-as-stack"
  expect "an address within OHIF leads to OHIF" in_net "${tool[@]}" says "$door/viewer?StudyInstanceUIDs=1.2.3" "OHIF"
  expect "and may share memory between threads" in_net "${tool[@]}" says "$door/" "Cross-Origin-Embedder-Policy: require-corp"
  expect "the pages are there" in_net "${tool[@]}" says "$door/orthanc/cmr/app/" "Heart analysis"
  echo "  \$ storescu -xt +sd 127.0.0.1 4242 $(basename "$series")"
  in_net storescu -q -xt +sd 127.0.0.1 4242 "$series"
  in_net "${tool[@]}" follow "$door/orthanc" 1200
  expect "DICOMweb shows the segmentation" in_net "${tool[@]}" says "$door/dicom-web/series?Modality=SEG" "SEG"
}

mkdir -p "$work/cache/archives/partial"
trap on_exit EXIT
trap 'exit 130' INT TERM
lint
if [[ -n "${chosen[lint]:-}" ]]; then exit "$failed"; fi
make_context
base_archive "$work/cache"
carry_out Containerfile orthanc-container
carry_out Containerfile.ohif ohif-container
fresh_net_make
use
if [[ -n "${chosen[serve]:-}" ]]; then
  echo "  nsenter --net=/proc/$net_holder/ns/net reaches $door; Enter ends it"
  read -r
fi
[[ $failed -eq 0 ]] || { say "FAILED"; exit 1; }
say "all as it should be"
