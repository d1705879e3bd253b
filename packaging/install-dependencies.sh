#!/bin/bash
# Installs the Debian 12 packages that building, testing and running Orthanc CMR need, when any of
# them is missing. Needs root for that, and nothing when all are there.
#
# Debian's orthanc package starts a server on port 8042 and at every boot. Where Orthanc was there
# before, it is left exactly as it is; where it comes with this installation, it is not started.
#
# Further packages may be named as arguments: what only one part of the tests needs.
#
# With CMR_INSTALL=no nothing is ever installed: missing packages are named and end it with 1.
set -euo pipefail

packages=(
  # to build
  g++ cmake ninja-build ccache git pkg-config
  libtorch-dev libgloo-dev libopenblas0-openmp
  libdcmtk-dev libopenjp2-7-dev libpng-dev libcairo2-dev libcurl4-openssl-dev
  libboost-dev libsqlite3-dev libspdlog-dev nlohmann-json3-dev libcli11-dev libseccomp-dev libre2-dev
  orthanc-dev
  # to run: the archive, its DICOMweb plugin, letters for the result page
  orthanc orthanc-dicomweb fonts-dejavu-core
  # to test: senders and judges of DICOM, the peer of the benchmarks
  libgtest-dev libgmock-dev libbenchmark-dev
  dcmtk dicom3tools pixelmed-apps poppler-utils sqlite3
  python3 python3-pydicom python3-numpy python3-torch
  "$@"
)

installed() {
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

missing=()
for package in "${packages[@]}"; do
  installed "$package" || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  exit 0
fi
if [[ "${CMR_INSTALL:-yes}" == no ]]; then
  echo "Missing packages, and CMR_INSTALL=no: ${missing[*]}" >&2
  exit 1
fi
if [[ $EUID -ne 0 ]]; then
  echo "Missing packages: ${missing[*]}" >&2
  echo "Run this once as root: $0" >&2
  exit 1
fi

policy=/usr/sbin/policy-rc.d
saved="$policy.before-orthanc-cmr"
ours="# made by install-dependencies.sh of Orthanc CMR"

# Also mends what a killed run left behind: ours must never be taken for the machine's own policy.
restore_policy() {
  if grep -qsxF "$ours" "$policy"; then
    rm -f "$policy"
  fi
  if [[ -e "$saved" || -L "$saved" ]]; then
    mv "$saved" "$policy"
  fi
}

# While packages are installed, this answers "forbidden" (101) for Orthanc and what the machine's own
# policy says, if it has one, for every other service.
keep_orthanc_from_starting() {
  trap restore_policy EXIT
  trap 'exit 130' INT TERM
  restore_policy
  if [[ -e "$policy" || -L "$policy" ]]; then
    mv "$policy" "$saved"
  fi
  cat > "$policy" <<POLICY
#!/bin/sh
$ours
[ "\$1" != orthanc ] || exit 101
[ ! -x "$saved" ] || exec "$saved" "\$@"
exit 0
POLICY
  chmod 755 "$policy"
}

keep_orthanc_from_starting_at_boot() {
  if command -v systemctl > /dev/null; then
    systemctl disable orthanc > /dev/null 2>&1 || true
  elif command -v update-rc.d > /dev/null; then
    update-rc.d orthanc disable > /dev/null 2>&1 || true
  fi
}

new_orthanc=no
if ! installed orthanc; then
  new_orthanc=yes
  keep_orthanc_from_starting
fi

echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
options=(-y -q --no-install-recommends -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
# A package list that cannot be fetched matters only if the packages themselves cannot.
apt-get -q -o Acquire::Retries=3 update || echo "apt-get update failed; trying with the lists at hand" >&2
apt-get "${options[@]}" install "${missing[@]}"

if [[ $new_orthanc == yes ]]; then
  keep_orthanc_from_starting_at_boot
  echo "Debian's own Orthanc service was installed, and neither started nor enabled."
fi
