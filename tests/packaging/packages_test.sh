#!/bin/bash
# The three Debian packages hold what people rely on, and nothing where it would harm an Orthanc.
#   packages_test.sh CPACK BUILD OUT
set -euo pipefail
cpack=$1
build=$2
out=$3
failed=0

complain() {
  echo "FAILED: $*" >&2
  failed=1
}

rm -rf "$out"
mkdir -p "$out"
"$cpack" --config "$build/CPackConfig.cmake" -B "$out" > "$out/log" 2>&1 || { tail -n 30 "$out/log"; exit 1; }
rm -rf "$out/_CPack_Packages"

package() {
  echo "$out/$1"_*.deb
}

# holds PACKAGE PATH...: the package has these files, by "mode owner path" as dpkg-deb lists them.
holds() {
  local name=$1 path
  shift
  dpkg-deb -c "$(package "$name")" > "$out/list"
  for path in "$@"; do
    grep -qE " \.$path( -> .*)?$" "$out/list" || complain "$name lacks $path"
  done
}

field() {
  dpkg-deb -f "$(package "$1")" "$2"
}

[[ $(find "$out" -name '*.deb' | wc -l) -eq 3 ]] || complain "not three packages: $(ls "$out")"
holds orthanc-cmr /etc/orthanc/cmr.json /usr/lib/orthanc/libOrthancCMR.so \
  /usr/share/orthanc/plugins/libOrthancCMR.so /usr/share/doc/orthanc-cmr/copyright
holds cmr-tools /usr/bin/cmr /usr/share/man/man1/cmr.1.gz /usr/share/orthanc-cmr/default-rules.json \
  /usr/share/orthanc-cmr/rules.schema.json /usr/share/bash-completion/completions/cmr \
  /usr/share/doc/cmr-tools/docs/configuration.md /usr/share/doc/cmr-tools/copyright \
  /usr/share/orthanc-cmr/authorization/orthanc-authorization.json
holds cmr-models-starter /usr/share/orthanc-cmr/models/starter/manifest.json \
  /usr/share/orthanc-cmr/models/starter/MODEL_CARD.md \
  /usr/share/orthanc-cmr/models/starter/backbone-1.safetensors

# Only root's files, none that others may write, nothing outside of what is ours.
for name in orthanc-cmr cmr-tools cmr-models-starter; do
  dpkg-deb -c "$(package "$name")" > "$out/list"
  awk '$2 != "root/root" || ($1 !~ /^l/ && substr($1, 9, 1) == "w")' "$out/list" > "$out/strange"
  [[ ! -s "$out/strange" ]] || complain "$name: $(cat "$out/strange")"
  [[ "$(field "$name" Version)" == [0-9]* ]] || complain "$name has no version"
done
[[ "$(dpkg-deb -c "$(package orthanc-cmr)" | grep -c ' \./etc/.*[^/]$')" -eq 1 ]] ||
  complain "orthanc-cmr holds more than one file below /etc"
dpkg-deb -I "$(package orthanc-cmr)" conffiles | grep -qx /etc/orthanc/cmr.json ||
  complain "/etc/orthanc/cmr.json is no conffile"

# What apt has to bring along.
for wanted in 'orthanc (>=' 'cmr-tools (=' 'cmr-models-starter'; do
  field orthanc-cmr Depends | grep -qF "$wanted" || complain "orthanc-cmr does not depend on $wanted"
done
for wanted in libopenblas0-openmp libtorch libdcmtk; do
  field cmr-tools Depends | grep -qF "$wanted" || complain "cmr-tools does not depend on $wanted"
done
field orthanc-cmr Depends | grep -qF libtorch && complain "the plugin depends on LibTorch"
[[ "$(field cmr-models-starter Architecture)" == all ]] || complain "the model is not for all machines"

# Orthanc stops at a configuration that it cannot read: with its comments, ours has to be one.
dpkg-deb --fsys-tarfile "$(package orthanc-cmr)" | tar -xO ./etc/orthanc/cmr.json |
  sed 's|^ *//.*||' | python3 -c 'import json, sys; assert list(json.load(sys.stdin)) == ["CMR"]' ||
  complain "/etc/orthanc/cmr.json is not one section CMR"

# Links of the documents lead to files that are installed with them.
mkdir "$out/documents"
dpkg-deb --fsys-tarfile "$(package cmr-tools)" | tar -x -C "$out/documents" ./usr/share/doc/cmr-tools
python3 - "$out/documents/usr/share/doc/cmr-tools" > "$out/lost" << 'PYTHON'
import pathlib, re, sys
for document in pathlib.Path(sys.argv[1]).rglob("*.md"):
    for link in re.findall(r"\]\(([^)#\s]+)", document.read_text()):
        if "://" not in link and not (document.parent / link).exists():
            print(f"{document.name}: {link}")
PYTHON
[[ ! -s "$out/lost" ]] || complain "links lead nowhere: $(cat "$out/lost")"

# The manual and the completion know every subcommand.
commands=$("$build/cmr" --help | sed -n '/^Subcommands:/,$p' | sed -n 's/^  \([a-z]*\) .*/\1/p')
[[ -n "$commands" ]] || complain "cmr --help names no subcommand"
root=$(dirname "$0")/../..
for command in $commands; do
  grep -qE "^\.BI? \"?$command\b" "$root/packaging/debian/cmr.1" || complain "cmr.1 does not explain $command"
  grep -qE "commands=\".*\b$command\b" "$root/packaging/debian/cmr.bash-completion" ||
    complain "the completion does not know $command"
done

rm -rf "$out"
exit "$failed"
