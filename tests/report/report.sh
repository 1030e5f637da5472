#!/bin/sh
# Make a report of a small recipe, in which a stranger has written HTML, and look at it
# in Chromium: report.sh MASKGRID [FOLDER for screenshots]
#
# Half a minute.  Without chromium or python3 it says so, and is done.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
maskgrid=$(realpath "$1")
shots=${2:+$(mkdir -p "$2" && realpath "$2")}

for needed in python3 gnuplot; do
    command -v $needed >/dev/null || { echo "report-test: skipped, there is no $needed"; exit 0; }
done
if ! command -v chromium >/dev/null; then
    echo "report-test: skipped, there is no chromium (apt-get install chromium)"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > small.yaml <<'YAML'
name: small
about: "<script>document.title = 'stolen'</script> & \"quotes\""
data:
  set: scenes
  train: 32
  test: 24
  scenes: {size: 32, channels: 3, objects-max: 2}
model:
  preset: micro
  width: 16
  depth: 4
  heads: 2
  decoder-width: 16
  decoder-depth: 1
  decoder-heads: 2
  patch: 4
pretrain: {epochs: 1, batch: 16, warmup: 0}
evaluate: [knn, detect, segment]
detect: {train: 8, test: 6, epochs: 1, batch: 4, warmup: 0, drop-path: 0}
segment: {train: 8, test: 6, epochs: 1, batch: 4, warmup: 0, drop-path: 0}
grid:
  pretrain.strategy: [random, block, spiral]
  pretrain.ratio: [0.5, 0.75]
  seed: [0, 1]
YAML
"$maskgrid" run small.yaml --results results >run.log 2>&1 || { cat run.log; exit 1; }
"$maskgrid" report small.yaml --results results --out report.html
"$maskgrid" report small.yaml --results results --out again.html >/dev/null
cmp report.html again.html # the same records, the same bytes
if grep -q '<title>tsv' report.html; then
    echo "report-test: curves go by the words of gnuplot's script"
    exit 1
fi
python3 "$here/look.py" report.html $shots
