#!/bin/sh
# Run one fuzz target for some seconds, from its seeds; what it learns stays beside it.
#
#   scripts/fuzz.sh build/fuzz/idx tests/fuzz/seeds/idx 600
#
# Fails, and says which input does it, if the target crashes, leaks, or takes 2 GB or
# five minutes for one input: a clock of a loaded machine says little below that.
set -eu
target=$1 seeds=$2 seconds=$3
mkdir -p "$target.corpus"
echo "fuzz: $target for $seconds s"
"$target" -max_total_time="$seconds" -max_len=65536 -timeout=300 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="$target.found-" \
    "$target.corpus" "$seeds" >"$target.log" 2>&1 || {
    tail -n 40 "$target.log" >&2
    exit 1
}
grep -E 'number_of_executed_units|new_units_added|slowest_unit|peak_rss' "$target.log"
