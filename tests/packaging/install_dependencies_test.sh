#!/bin/bash
# install-dependencies.sh with stand-ins for dpkg-query, apt-get and systemctl: nothing is installed.
# usage: install_dependencies_test.sh PATH-OF-THE-SCRIPT
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
policy="$work/policy-rc.d"
# A copy of the script that keeps its hands off the machine's own policy, and believes to be root.
sed -e "s|/usr/sbin/policy-rc.d|$policy|" -e 's/\$EUID -ne 0/"${FAKE_UID:-0}" -ne 0/' "$1" > "$work/script"

cat > "$work/bin/dpkg-query" <<'FAKE'
#!/bin/bash
for missing in $FAKE_MISSING; do
  [[ "${*: -1}" != "$missing" ]] || exit 1
done
printf installed
FAKE
cat > "$work/bin/apt-get" <<'FAKE'
#!/bin/bash
echo "apt-get $*" >> "$FAKE_LOG"
[[ "$*" == *" install "* ]] || exit 0
for service in orthanc other; do
  code=0
  if [[ -x "$FAKE_POLICY" ]]; then "$FAKE_POLICY" "$service" start || code=$?; fi
  echo "$service $code" >> "$FAKE_LOG"
done
exit "${FAKE_APT_ENDS:-0}"
FAKE
printf '#!/bin/bash\necho "systemctl $*" >> "$FAKE_LOG"\n' > "$work/bin/systemctl"
chmod +x "$work/bin/"*
export FAKE_LOG="$work/log" FAKE_POLICY="$policy" FAKE_MISSING="" PATH="$work/bin:$PATH"
unset CMR_INSTALL

faults=0
expect() {  # expect DESCRIPTION COMMAND...
  local what="$1"
  shift
  if ! "$@"; then
    echo "FAULT: $what"
    faults=$((faults + 1))
  fi
}
run() {
  : > "$FAKE_LOG"
  ended=0
  timeout 20 bash "$work/script" > "$work/said" 2>&1 || ended=$?
}
# shellcheck disable=SC2317  # called by way of expect
logged() { grep -qxF -- "$1" "$FAKE_LOG"; }
# shellcheck disable=SC2317
said() { grep -qF -- "$1" "$work/said"; }

run
expect "nothing missing ends well" test "$ended" -eq 0
expect "nothing missing calls no apt-get" test ! -s "$FAKE_LOG"

FAKE_MISSING="ninja-build" CMR_INSTALL=no run
expect "CMR_INSTALL=no ends with 1" test "$ended" -eq 1
expect "CMR_INSTALL=no names what is missing" said ninja-build
expect "CMR_INSTALL=no installs nothing" test ! -s "$FAKE_LOG"

FAKE_MISSING="ninja-build" FAKE_UID=1000 run
expect "another user than root is told what is missing" said ninja-build
expect "another user than root ends with 1" test "$ended" -eq 1

FAKE_MISSING="orthanc" run
expect "a new Orthanc may not start" logged "orthanc 101"
expect "other services may" logged "other 0"
expect "a new Orthanc does not start at boot" logged "systemctl disable orthanc"
expect "no policy is left behind" test ! -e "$policy"

printf '#!/bin/sh\nexit 104\n' > "$policy"
chmod 755 "$policy"
cp "$policy" "$work/before"
FAKE_MISSING="orthanc" run
expect "the machine's own policy still decides about others" logged "other 104"
expect "the machine's own policy is back" cmp -s "$policy" "$work/before"
FAKE_MISSING="orthanc" FAKE_APT_ENDS=100 run
expect "a failed installation is said" test "$ended" -ne 0
expect "the policy is back after a failed installation" cmp -s "$policy" "$work/before"

# As a run that was killed leaves it: a policy of ours in the place of the machine's own.
mv "$policy" "$policy.before-orthanc-cmr"
sed -n '/^ours=/s/^ours="\(.*\)"$/#!\/bin\/sh\n\1\nexit 101/p' "$1" > "$policy"
chmod 755 "$policy"
FAKE_MISSING="orthanc" run
expect "after a killed run the machine's own policy decides" logged "other 104"
expect "after a killed run the machine's own policy comes back" cmp -s "$policy" "$work/before"

FAKE_MISSING="ninja-build" run
expect "an Orthanc that was there keeps its policy" logged "orthanc 104"
expect "an Orthanc that was there is not disabled" bash -c '! grep -q systemctl "$FAKE_LOG"'

exit "$((faults > 0))"
