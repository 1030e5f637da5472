#!/bin/sh
# Run one fuzz target for some seconds, from its seeds; what it learns stays beside it.
#
#   scripts/fuzz.sh build/fuzz/idx tests/fuzz/seeds/idx 600
#
# Fails, and says which input does it, if the target crashes, leaks, or takes 25 s or
# 2 GB for one input.
set -eu
target=$1 seeds=$2 seconds=$3
mkdir -p "$target.corpus"
echo "fuzz: $target for $seconds s"
"$target" -max_total_time="$seconds" -max_len=65536 -timeout=25 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$target.found-" \
    "$target.corpus" "$seeds" >"$target.log" 2>&1 || {
    tail -n 40 "$target.log" >&2
    exit 1
}
grep -E 'number_of_executed_units|new_units_added|peak_rss' "$target.log"
