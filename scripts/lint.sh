#!/bin/sh
# Check what the compiler does not: who may include whom, which file is the
# door to which library, lengths, folders, leftovers.  Quiet when all is well.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
complain() { printf '%s\n' "$1"; bad=1; }

sources=$(git ls-files -co --exclude-standard '*.c' '*.h' '*.def' | while read -r f; do
    [ -f "$f" ] && echo "$f"
done)

# Lengths: a file that grew two ideas is split.
for f in $sources; do
    case $f in
        strategies/*) max=120 ;;
        *.h)          max=200 ;;
        *)            max=400 ;;
    esac
    n=$(wc -l < "$f")
    [ "$n" -le $max ] || complain "$f: $n lines, at most $max"
done
wide=$(awk 'length($0) > 100 { print FILENAME ":" FNR ": " length($0) " columns" }' $sources)
[ -z "$wide" ] || complain "$wide"

# deny FOLDER HEADERS RULE [EXCEPT]
deny() {
    hit=$(grep -rnE "^ *# *include [<\"]($2)" --include='*.[ch]' "$1" 2>/dev/null |
          grep -vE "^(\./)?build/|${4:-^$}")
    [ -z "$hit" ] || complain "$hit
    ^ $3"
}
deny core        'strategies/|experiments/|tests/' 'core knows no one'
deny strategies  'experiments/|tests/|core/(tape|cpu|model|train|data|metrics)/' \
                 'a strategy sees core/mask and core/base'
deny experiments 'tests/'          'the program does not depend on tests'
deny core/base   'core/[^b]'       'base stands alone'
deny core/tape   'core/(model|train|data|metrics|mask|cpu)/' 'the tape knows kernels, not models'
deny core/mask   'core/(tape|cpu|model|train|data|metrics)/' 'masks stand on base alone'

# One door to each library.
deny . 'hdf5'      'only core/base/h5.c talks to HDF5'          'core/base/h5[a-z_]*\.c:'
deny . 'cblas'     'only core/cpu talks to BLAS'                'core/cpu/[a-z]+\.c:'
deny . 'yaml\.h'   'only experiments/recipe/yaml.c reads YAML'  'experiments/recipe/yaml\.c:'
deny . 'png\.h'    'only the png files talk to libpng'          '/png[a-z_]*\.c:'
deny . 'j(peglib|error)' 'only the jpeg files talk to libjpeg'        '/jpeg_(read|write)\.c:'
deny . 'yajl'      'only core/data/json.c reads large JSON'      'core/data/json\.c:'
deny . 'Random123' 'only core/base/rng.c draws numbers'         'core/base/rng\.c:'
deny . 'mpi\.h'    'only core/train/ranks_mpi.c talks to MPI'  'core/train/ranks_mpi\.c:'
deny . 'blake2'    'only core/base/hash.c hashes'               'core/base/hash\.c:'
deny . 'dlfcn'     'only core/mask/plugin.c loads code'         'core/mask/plugin\.c:'
deny . 'zlib'      'only core/base/file.c and zip.c unpack'     'core/base/(file|zip)\.c:|/tests/'

# Chance comes from core/base/rng.h, time and threads from core/base/threads.h.
hit=$(grep -nE '[^_a-z](s?rand|drand48|random)\(|setlocale\(' $sources | grep -v '^tests/')
[ -z "$hit" ] || complain "$hit
    ^ chance comes from core/base/rng.h; the locale stays C"

# Leftovers.
hit=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b|^ *# *if 0' $sources)
[ -z "$hit" ] || complain "$hit
    ^ finish it, or say when it is due"
hit=$(grep -nE '[[:space:]]+$' $sources)
[ -z "$hit" ] || complain "$hit
    ^ blanks at the end of a line"

# The house.
for d in strategies core core/* experiments experiments/* results scripts tests; do
    [ ! -d "$d" ] || [ -f "$d/README.md" ] || complain "$d has no README.md"
done
extra=$(git ls-files -co --exclude-standard | cut -d/ -f1 | sort -u |
        grep -vxE 'strategies|core|experiments|results|scripts|tests|Makefile|README\.md|LICENSE|CITATION\.cff|\..*')
[ -z "$extra" ] || complain "more at the top than the house has: $extra"

# Every header compiles alone.
flags="-std=c11 -fopenmp -I. -fsyntax-only -Wall -Wextra -x c"
for f in $(printf '%s\n' "$sources" | grep '\.h$'); do
    ${CC:-gcc} $flags $(pkg-config --cflags openblas hdf5 2>/dev/null) "$f" 2>/dev/null ||
        complain "$f does not compile alone"
done

exit $bad
