#!/bin/sh
# make bench: our training step and PyTorch's in turn, then everything else that
# `maskgrid bench` measures.  A quarter of an hour on two cores that do nothing else.
#   scripts/bench.sh PROGRAM OUT.json [options of maskgrid bench]
# Debian's python3 comes first: python3-torch is not for any other.  Its speed depends
# on the OpenBLAS it finds: threads of the pthread kind, which come with libopenblas-dev,
# fight with PyTorch's own for the cores, those of the openmp kind are the same ones.
# Both are measured; the one that is not installed is fetched, if Debian can be reached,
# and unpacked beside the build, for installed it could become the one that other
# programs run with.
set -eu
program=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
unpacked=$(dirname "$here")/build/blas

say() { printf 'bench: %s\n' "$1" >&2; }

# As one word of a command for sh.
quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

has_torch() { "$1" -c 'import torch' >/dev/null 2>&1; }

# The folder of OpenBLAS with threads of kind $1.
find_openblas() {
    for folder in /usr/lib/*/"openblas-$1" "$unpacked"/usr/lib/*/"openblas-$1"; do
        [ -e "$folder/libblas.so.3" ] && printf '%s\n' "$folder" && return
    done
    return 1
}

fetch() {
    mkdir -p "$unpacked" && cd "$unpacked" && rm -f "$1"_*.deb &&
        apt-get -o Acquire::Retries=0 -o Acquire::http::Timeout=10 download "$1" &&
        dpkg-deb -x "$1"_*.deb .
}

openblas() {
    find_openblas "$1" && return
    say "fetching Debian's libopenblas0-$1 into $unpacked, to run PyTorch with it"
    (fetch "libopenblas0-$1") >/dev/null 2>&1 && find_openblas "$1"
}

set -- --all --seconds 6 --rounds 3 --out "$out" --figures results/bench "$@"
torch=$(quote "$here/bench_pytorch.py") found=
if has_torch /usr/bin/python3; then
    for kind in openmp pthread; do
        if folder=$(openblas $kind); then
            set -- "$@" --against \
                "env LD_LIBRARY_PATH=$(quote "$folder") /usr/bin/python3 $torch"
            found=1
        else
            say "PyTorch is not measured with libopenblas0-$kind, which cannot be had"
        fi
    done
    [ "$found" ] || set -- "$@" --against "/usr/bin/python3 $torch"
elif has_torch python3; then
    set -- "$@" --against "python3 $torch"
else
    say 'no PyTorch to compare with (apt install python3-torch): ours alone'
fi
exec "$program" bench "$@"
