#!/usr/bin/env bash
# The README's two commands on a Debian 12 that has nothing: debootstraps a minimal system into a folder, puts the
# committed tree (git archive HEAD) into it, and runs ./setup.sh and ./test.sh there in a chroot. Not part of CI: needs
# root, debootstrap, a Debian mirror and about 6 GB.
# usage: tests/fresh/run.sh [FOLDER]     default: a new folder under TMPDIR, removed at the end; a given one is kept
set -euo pipefail
cd "$(dirname "$0")/../.."

(($(id -u) == 0)) || { echo "tests/fresh/run.sh: chroot needs root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "tests/fresh/run.sh: install debootstrap" >&2; exit 1; }

keep=$#
root=$(realpath -m "${1:-$(mktemp -d)/debian12}")
mounts=()
clean_up() {
    for ((i = ${#mounts[@]} - 1; i >= 0; --i)); do umount --lazy "${mounts[i]}"; done
    ((keep)) || rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# The mirror of this machine's own package sources, old or new style.
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    sed -nE -e 's/^URIs: *([^ ]+).*/\1/p' -e 's/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' |
    { grep -m 1 '/debian/\?$' || true; })
[[ $mirror ]] || { echo "tests/fresh/run.sh: no Debian mirror in /etc/apt" >&2; exit 1; }

timed() {
    local name=$1 start=$SECONDS
    shift
    "$@"
    times+=("$(printf '%-14s %4d s' "$name" $((SECONDS - start)))")
}
times=()

echo "== debootstrap into $root"
[[ -e $root/etc/debian_version ]] ||
    timed debootstrap debootstrap --variant=minbase bookworm "$root" "$mirror" >/dev/null
# Proxies and release-date settings of this machine, where it has any, hold inside too.
grep -lE "^Acquire::(http|https|Check-|Retries)" /etc/apt/apt.conf.d/* 2>/dev/null |
    xargs -r cp -t "$root/etc/apt/apt.conf.d/" || true
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
mount -t proc proc "$root/proc" && mounts+=("$root/proc")
mount --bind /dev "$root/dev" && mounts+=("$root/dev")

rm -rf "$root/synfire"
mkdir "$root/synfire"
git archive HEAD | tar -x -C "$root/synfire"

# An empty environment: no locale, no settings of ours but proxies.
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$root" sh -c "cd /synfire && $*"
}
timed ./setup.sh inside ./setup.sh
timed ./test.sh inside ./test.sh
echo "== fresh Debian 12, $(nproc) cores"
printf '%s\n' "${times[@]}"
