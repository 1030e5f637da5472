#!/bin/sh
# make bench: our training step and PyTorch's in turn, then everything else that
# `maskgrid bench` measures.  About ten minutes on two cores that do nothing else.
#   scripts/bench.sh PROGRAM OUT.json [options of maskgrid bench]
# Debian's python3 comes first: python3-torch is not for any other.
set -eu
program=$1 out=$2
shift 2
here=$(dirname "$0")
set -- --all --seconds 6 --rounds 3 --out "$out" --figures results/bench "$@"
for python in /usr/bin/python3 python3; do
    if "$python" -c 'import torch' 2>/dev/null; then
        exec "$program" bench --against "$python $here/bench_pytorch.py" "$@"
    fi
done
echo "no PyTorch to compare with (apt install python3-torch): ours alone" >&2
exec "$program" bench "$@"
