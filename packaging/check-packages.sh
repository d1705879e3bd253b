#!/bin/bash
# Installs the Debian packages into a fresh Debian 12 and does there what people do with them:
#
#   packaging/check-packages.sh [--build FOLDER] [--keep]
#
#   install    with apt, which brings Orthanc and the libraries; Orthanc starts as its service does, with
#              the settings as installed; the demo series is sent with storescu, and has to be analysed
#   mistakes   a mistyped key leaves Orthanc running
#   upgrade    settings, rules, queue and an open job stay
#   rollback   a queue that a newer program used is refused in words, Orthanc stores as ever
#   remove, purge    what stays and what goes
#
# --build    the build folder that holds the plugin and the program (build/release)
# --keep     leaves the root in build/fresh-root/root for a look around
#
# Needs root, debootstrap, dcmtk, python3 and the network of apt; downloads some 200 MB the first time into
# build/fresh-root/cache. Runs in namespaces of its own: no service, port or file of this machine changes.
set -euo pipefail
home=$(realpath "$(dirname "$0")/..")
# shellcheck source=packaging/fresh-root/fresh_root.sh
source "$home/packaging/fresh-root/fresh_root.sh"
# shellcheck source=packaging/fresh-root/checking.sh
source "$home/packaging/fresh-root/checking.sh"
fresh_root_enter_namespaces "$home/packaging/check-packages.sh" "$@"
cd "$home"

read_options 18 "keep" "$@"
work=$home/build/fresh-root
series=packaging/demo-data/SCD0000301
url=http://127.0.0.1:8042
tool=(/usr/bin/python3 packaging/fresh-root/service.py)
demo=(/usr/bin/python3 packaging/demo_tool.py)
orthanc=

# shown COMMAND...: in the root, its command line printed, its output in a log.
shown() {
  echo "  # $*"
  in_root "$@" > "$work/command.log" 2>&1 < /dev/null || { tail -n 40 "$work/command.log"; return 1; }
}

# --- packages ------------------------------------------------------------------------------------------

# with_version VERSION: the same packages as if they were of that version, in a folder of that name. The
# plugin's settings differ by a comment, as those of another version would.
with_version() {
  local version="$1" package unpacked="$work/unpacked" control
  mkdir -p "$work/debs/$version"
  for package in "$work/debs/$own_version"/*.deb; do
    rm -rf "$unpacked"
    dpkg-deb -R "$package" "$unpacked"
    control="$unpacked/DEBIAN/control"
    sed -i "s/^Version: .*/Version: $version/; s/= $own_version)/= $version)/g" "$control"
    [[ ! -e "$unpacked/etc/orthanc/cmr.json" ]] ||
      sed -i "1a\\  // Of version $version." "$unpacked/etc/orthanc/cmr.json"
    dpkg-deb -Zgzip -z1 --root-owner-group -b "$unpacked" "$work/debs/$version" > /dev/null
  done
  rm -rf "$unpacked"
}

make_packages() {
  say "packages, by cpack"
  rm -rf "$work/debs"
  mkdir -p "$work/debs/made"
  (cd "$build" && cpack -B "$work/debs/made") > "$work/cpack.log" 2>&1 || { tail -n 30 "$work/cpack.log"; exit 1; }
  rm -rf "$work/debs/made/_CPack_Packages"
  own_version=$(dpkg-deb -f "$(echo "$work"/debs/made/orthanc-cmr_*.deb)" Version)
  mv "$work/debs/made" "$work/debs/$own_version"
  older=$own_version~older
  newer=$own_version+newer
  with_version "$older"
  with_version "$newer"
  (cd "$work/debs/$own_version" && du -h -- *.deb) | sed 's/^/  /'
}

# install VERSION [APT OPTIONS...]: all three packages of that version.
install() {
  local version="$1"
  shift
  rm -rf "$root_folder/root/packages"
  cp -r "$work/debs/$version" "$root_folder/root/packages"
  echo "  # apt install ./orthanc-cmr_*.deb ./cmr-tools_*.deb ./cmr-models-starter_*.deb    ($version)"
  in_root sh -c 'cd /root/packages && apt-get -q -y -o Dpkg::Options::=--force-confold "$@" install ./*.deb' \
    sh "$@" > "$work/apt.log" 2>&1 < /dev/null || { tail -n 40 "$work/apt.log"; exit 1; }
}

version_there() {
  [[ "$(in_root dpkg-query -W -f '${db:Status-Status} ${Version}' "$1")" == "installed $2" ]]
}

# --- Orthanc -------------------------------------------------------------------------------------------

# As orthanc.service does it (its ExecStart is read, not assumed), in the network of its own.
start_orthanc() {
  local command
  command=$(sed -n 's/^ExecStart=//p' "$root_folder/lib/systemd/system/orthanc.service")
  echo "  # $command    (as user orthanc)"
  rm -f "$root_folder/var/log/orthanc/"*
  # shellcheck disable=SC2086
  exec_in_net_as orthanc $command > "$work/orthanc.out" 2>&1 < /dev/null &
  orthanc=$!
}

stop_orthanc() {
  [[ -n "$orthanc" ]] || return 0
  kill "$orthanc" 2> /dev/null || true
  wait "$orthanc" 2> /dev/null || true
  orthanc=
}

await_state() {
  in_net "${tool[@]}" state "$url" "$1"
}

ask() {
  in_net "${tool[@]}" "$@"
}

on_exit() {
  local code=$?
  if [[ $code -ne 0 && -n "$root_folder" ]]; then
    tail -n 30 "$root_folder"/var/log/orthanc/Orthanc.log "$work/orthanc.out" 2> /dev/null || true
  fi
  stop_orthanc
  [[ -z "$net_holder" ]] || kill "$net_holder" 2> /dev/null || true
  [[ -n "${chosen[keep]:-}" ]] || fresh_root_remove "$work/root"
  exit "$code"
}

# --- the parts -----------------------------------------------------------------------------------------

state_folder() {
  echo "$root_folder/var/lib/orthanc/cmr"
}

settings() {
  echo "$root_folder/etc/orthanc/cmr.json"
}

part_install() {
  say "install"
  install "$own_version" --no-install-recommends
  sed -n 's/^\([0-9]* upgraded.*\)/  \1/p; s/^\(Need to get.*\|After this.*\)/  \1/p' "$work/apt.log"
  expect "orthanc came along" in_root dpkg-query -W -f '${Version}' orthanc
  expect "dpkg has Orthanc restarted afterwards" grep -qxF 'orthanc (restart)' "$root_folder/var/log/asked-of-init"
  expect "the queue's folder is Orthanc's alone" test "$(in_root stat -c '%U:%G %a' /var/lib/orthanc/cmr)" == "orthanc:orthanc 750"
  expect "the program runs" in_root cmr --version
  expect "no file of ours is damaged" in_root dpkg --verify orthanc-cmr cmr-tools cmr-models-starter
  expect "the manual is there" test -s "$root_folder/usr/share/man/man1/cmr.1.gz"

  say "Orthanc, with the settings as installed"
  start_orthanc
  await_state running
  echo "  \$ storescu -xt +sd 127.0.0.1 4242 $(basename "$series")    ($(find "$series" -name '*.dcm' | wc -l) images)"
  in_net storescu -q -xt +sd 127.0.0.1 4242 "$series"
  in_net "${demo[@]}" follow "$url" 1200
  in_net "${demo[@]}" table "$url"
  ask reported "$url"
  say "what was stored"
  in_net /usr/bin/python3 -W ignore packaging/check_stored.py "$url" "$series"
}

part_mistakes() {
  say "a mistyped key"
  stop_orthanc
  cp -p "$(settings)" "$work/settings"
  sed -i 's|"Enable" : true,|"Enable" : true, "Pakage" : "/nowhere",|' "$(settings)"
  start_orthanc
  await_state misconfigured
  expect "Orthanc stores as ever" in_net storescu -q -xt 127.0.0.1 4242 "$series/1.dcm"
  stop_orthanc
  cp -p "$work/settings" "$(settings)"
}

part_upgrade() {
  say "upgrade, with changed settings and an open job"
  sed -i 's|"Enable" : true,|"Enable" : true, "RetentionDays" : 400,|' "$(settings)"
  echo '// ours' >> "$(state_folder)/rules.json"
  start_orthanc
  await_state running
  ask send "$url" POST /cmr/queue/pause
  local job
  job=$(ask jobs "$url" | sed -n 's/^  job \(.*\): done.*/\1/p' | tail -n 1)
  ask send "$url" POST "/cmr/jobs/$job/retry"
  stop_orthanc
  install "$newer" --no-install-recommends
  expect "all three are of the newer version" eval \
    'version_there orthanc-cmr $newer && version_there cmr-tools $newer && version_there cmr-models-starter $newer'
  expect "the changed settings stay" grep -q '"RetentionDays" : 400' "$(settings)"
  expect "the new ones lie beside them" grep -q "Of version" "$(settings).dpkg-dist"
  expect "the rules stay" grep -qx '// ours' "$(state_folder)/rules.json"
  start_orthanc
  await_state running
  ask jobs "$url"
  expect "the queue is still paused, its job open" eval 'ask jobs "$url" | grep -q "$job: queued"'
  ask send "$url" POST /cmr/queue/resume
  in_net "${demo[@]}" follow "$url" 1200
  ask reported "$url"
  expect "no image or object was doubled" test "$(ask instances "$url")" -eq "$objects"
}

part_rollback() {
  say "rollback, with a queue that a newer program used"
  stop_orthanc
  rm -rf "$work/copy-of-queue"
  cp -a "$(state_folder)" "$work/copy-of-queue"
  ask newer-schema "$(find "$(state_folder)" -name '*.db' -o -name '*.sqlite' | head -n 1)"
  chown --reference="$(state_folder)" "$(state_folder)"/*
  install "$older" --no-install-recommends --allow-downgrades
  expect "all three are of the older version" eval \
    'version_there orthanc-cmr $older && version_there cmr-tools $older && version_there cmr-models-starter $older'
  start_orthanc
  await_state waiting
  expect "Orthanc stores as ever" in_net storescu -q -xt 127.0.0.1 4242 "$series/1.dcm"
  stop_orthanc
  echo "  the folder of the queue is replaced by its copy"
  rm -rf "$(state_folder)"
  cp -a "$work/copy-of-queue" "$(state_folder)"
  start_orthanc
  await_state running
  ask jobs "$url"
}

part_remove() {
  say "remove"
  stop_orthanc
  : > "$root_folder/var/log/asked-of-init"
  shown apt-get -q -y remove orthanc-cmr
  expect "dpkg has Orthanc restarted afterwards" grep -qxF 'orthanc (restart)' "$root_folder/var/log/asked-of-init"
  expect "settings, rules and queue stay" eval '[[ -e $(settings) && -e $(state_folder)/rules.json ]]'
  start_orthanc
  await_state "without the plugin (404)"
  expect "results stay in the archive" test "$(ask instances "$url")" -eq "$objects"
  stop_orthanc

  say "purge"
  shown apt-get -q -y purge orthanc-cmr cmr-tools cmr-models-starter
  expect "settings, rules and queue are gone" eval '[[ ! -e $(settings) && ! -e $(settings).dpkg-dist && ! -e $(state_folder) ]]'
  expect "nothing of ours is left" eval '[[ -z "$(find "$root_folder"/usr "$root_folder"/etc "$root_folder"/var/lib/orthanc \( -name "cmr*" -o -iname "*orthanc*cmr*" \))" ]]'
  start_orthanc
  await_state "without the plugin (404)"
  expect "results stay in the archive" test "$(ask instances "$url")" -eq "$objects"
  stop_orthanc
}

mkdir -p "$work"
trap on_exit EXIT
trap 'exit 130' INT TERM
make_packages
say "a fresh Debian 12, by debootstrap"
fresh_root_make "$work/root" "$work/cache"
in_root apt-get -q update > "$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log"; exit 1; }
echo "  $(cat "$root_folder/etc/debian_version"), $(in_root dpkg-query -f '.\n' -W | wc -l) packages"
fresh_net_make
part_install
objects=$(ask instances "$url")
part_mistakes
part_upgrade
part_rollback
part_remove
[[ $failed -eq 0 ]] || { say "FAILED"; exit 1; }
say "all as it should be"
