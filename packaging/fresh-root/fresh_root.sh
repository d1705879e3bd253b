# shellcheck shell=bash
# To be sourced: a fresh Debian 12 in a folder, and a network of its own to run servers in.
#
# `debootstrap` fills the folder, from the mirror that this machine's own apt uses. Mounts live in a mount
# namespace of this process alone, and the network in a namespace with nothing but a loopback: whatever
# becomes of the script, both are gone with it, and the ports of this machine are nobody's business.
#
# Needs root, debootstrap, util-linux and iproute2. Nothing outside of the folder is changed.

root_folder=  # of the fresh Debian that was made last
net_holder=   # process that keeps the network alive

# Run again in namespaces of our own; comes back at once when this is such a run.
fresh_root_enter_namespaces() {  # SCRIPT ARGUMENTS...
  if [[ "${CMR_IN_NAMESPACES:-}" == yes ]]; then
    mount --make-rprivate /
    return
  fi
  local program missing=()
  for program in debootstrap unshare nsenter ip chroot dpkg-deb; do
    command -v "$program" > /dev/null || missing+=("$program")
  done
  if [[ $EUID -ne 0 || ${#missing[@]} -gt 0 ]]; then
    echo "needs root${missing[*]:+ and the programs ${missing[*]} (packages debootstrap, util-linux, iproute2)}" >&2
    exit 2
  fi
  CMR_IN_NAMESPACES=yes exec unshare --mount --pid --fork --kill-child --mount-proc "$@"
}

# What this machine's apt says about Debian 12, one line each: "URI SUITE". Third parties are left out.
debian_sources() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN) $(CREATED_BY)' |
    awk '$2 ~ /^bookworm/ && $3 == "main" && $4 == "Debian" && $5 == "Packages" {print $1, $2}' | sort -u
}

# base_archive CACHE: makes CACHE/base.tar, a Debian 12 with apt's usual sources, unless it is there and new.
base_archive() {
  local cache="$1" mirror folder="$1/base-root"
  [[ -z "$(find "$cache/base.tar" -mtime -3 2> /dev/null)" ]] || return 0
  mirror=$(debian_sources | awk '$2 == "bookworm" {print $1; exit}')
  if [[ -z "$mirror" ]]; then
    echo "this machine's apt knows no mirror of Debian 12 (apt-get indextargets)" >&2
    return 1
  fi
  rm -rf --one-file-system "$folder"
  mkdir -p "$folder"
  debootstrap --variant=minbase bookworm "$folder" "$mirror" \
    > "$cache/debootstrap.log" 2>&1 || { tail -n 20 "$cache/debootstrap.log" >&2; return 1; }
  debian_sources | sed 's/^/deb /; s/$/ main/' > "$folder/etc/apt/sources.list"
  apt-config dump Acquire::http::Proxy > "$folder/etc/apt/apt.conf.d/90proxy" || true
  # Keeps what it was asked for, and starts nothing: there is no init here.
  cat > "$folder/usr/sbin/policy-rc.d" <<'POLICY'
#!/bin/sh
echo "$1 $2" >> /var/log/asked-of-init
exit 101
POLICY
  chmod 755 "$folder/usr/sbin/policy-rc.d"
  tar -C "$folder" --numeric-owner -cf "$cache/base.tar.new" .
  mv "$cache/base.tar.new" "$cache/base.tar"
  rm -rf --one-file-system "$folder"
}

# fresh_root_make FOLDER CACHE: a fresh Debian 12, in which apt starts nothing; the one that in_root means
# from now on. CACHE keeps what was downloaded for the next time.
fresh_root_make() {
  local folder="$1" cache="$2"
  fresh_root_unmount "$folder"
  rm -rf --one-file-system "$folder"
  mkdir -p "$folder" "$cache/archives/partial"
  base_archive "$cache"
  tar -C "$folder" --numeric-owner -xpf "$cache/base.tar"
  root_folder="$folder"
  cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
  mount -t proc proc "$folder/proc"
  mount --bind /sys "$folder/sys"
  mount --bind /dev "$folder/dev"
  mount --bind "$cache/archives" "$folder/var/cache/apt/archives"
}

# What is mounted is left before anything is removed.
fresh_root_unmount() {
  local mounted
  for mounted in var/cache/apt/archives dev sys proc; do
    umount -l "$1/$mounted" 2> /dev/null || true
  done
}

# in_root COMMAND...: as root of the fresh Debian, with an environment as bare as that of a service.
in_root() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+http_proxy="$http_proxy"} chroot "$root_folder" "$@"
}

# A network of one loopback, in which ports of any number are free.
fresh_net_make() {
  unshare --net bash -c 'ip link set lo up && exec sleep infinity' &
  net_holder=$!
  local moment
  for ((moment = 0; moment < 100; ++moment)); do
    [[ "$(nsenter --net="/proc/$net_holder/ns/net" ip -o link show lo up 2> /dev/null)" ]] && return
    sleep 0.05
  done
  echo "no network namespace could be made" >&2
  return 1
}

# in_net COMMAND...: in that network, outside of the fresh Debian.
in_net() {
  nsenter --net="/proc/$net_holder/ns/net" "$@"
}

# exec_in_net COMMAND...: the same in place of this process, so that its number is the command's.
exec_in_net() {
  exec nsenter --net="/proc/$net_holder/ns/net" "$@"
}

# exec_in_net_as USER COMMAND...: as a user of the fresh Debian, in that network: how a service is started.
exec_in_net_as() {
  local user="$1"
  shift
  exec_in_net env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    chroot --userspec="$user:$user" "$root_folder" "$@"
}

fresh_root_remove() {
  fresh_root_unmount "$1"
  rm -rf --one-file-system "$1"
}
