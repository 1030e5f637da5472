#!/bin/sh
# Install the Debian packages that maskgrid needs and that are missing.
#
#   scripts/setup.sh [PACKAGE...]   what building, testing and the demo need, and these
#   scripts/setup.sh --list         print the packages, one a line, and do nothing
#
# Says what it installs; says nothing when all are there.  Where it may not
# install it prints the one command to type, and fails.
set -eu

packages='
gcc make pkg-config git
libopenblas-openmp-dev libhdf5-dev libcriterion-dev
libyaml-dev libjansson-dev libyajl-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev libb2-dev librandom123-dev
gnuplot-nox hdf5-tools python3
'
# Real images for the demo.  Without them it falls back to drawn scenes.
wanted='dataset-fashion-mnist'

if [ "${1:-}" = --list ]; then
    printf '%s\n' $packages $wanted
    exit 0
fi

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

command -v dpkg-query >/dev/null || {
    echo "setup: this is not Debian; install the counterparts of:" $packages >&2
    exit 0
}

missing=
packages="$packages $*"
for p in $packages $wanted; do installed "$p" || missing="$missing $p"; done
[ -n "$missing" ] || exit 0

as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n'
if [ -n "$as_root" ] && ! $as_root true 2>/dev/null; then
    echo "setup: packages are missing and this user may not install them.  Type:" >&2
    echo "    sudo apt-get install$missing" >&2
    needed=
    for p in $packages; do case "$missing " in *" $p "*) needed=1 ;; esac; done
    [ -n "$needed" ] && exit 1
    exit 0 # only the data set is missing: everything works without it
fi

apt() { DEBIAN_FRONTEND=noninteractive $as_root apt-get -y -qq --no-install-recommends "$@"; }

echo "setup: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_all() { apt install $missing >"$log" 2>&1; }
if ! install_all; then
    apt update >"$log" 2>&1 || true
    if ! install_all; then
        # The data set alone must not stop the build.
        missing=$(for p in $missing; do [ "$p" = "$wanted" ] || printf ' %s' "$p"; done)
        if [ -n "$missing" ] && ! install_all; then
            tail -n 20 "$log" >&2
            echo "setup: apt-get failed.  Type: sudo apt-get install$missing" >&2
            exit 1
        fi
        echo "setup: $wanted cannot be had; scenes will stand in for it"
    fi
fi
echo "setup: done"
