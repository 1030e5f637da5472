#!/bin/sh
# outside.sh SCRATCH: install the program that MASKGRID names into a folder, and make,
# draw, install and use a plug-in with nothing but what was installed.
set -eu
mkdir "$1/data" "$1/work"
unset MAKEFLAGS MASKGRID_PLUGIN_PATH
make -s -o all install STAGE="$1/stage" B="${MASKGRID%/*}" DESTDIR="$1" prefix=/usr
unset MASKGRID
export PATH="$1/usr/bin:$PATH" PKG_CONFIG_PATH="$1/usr/lib/pkgconfig" XDG_DATA_HOME="$1/data"
cd "$1/work"
fail() { echo "outside.sh: $1" >&2; exit 1; }
refuse() { # CODE WHAT WORDS...: the program ends with CODE and says WHAT
    code=0 want=$1 what=$2
    shift 2
    maskgrid "$@" 2> says && fail "$* is accepted" || code=$?
    [ $code = "$want" ] || fail "$*: exit code $code, not $want"
    grep -q "$what" says || fail "$*: $(cat says)"
}

case $(pkg-config --cflags maskgrid) in *"$1/usr/"*) ;; *) fail "pkg-config: other headers" ;; esac
[ -f "$(maskgrid plugin headers)/core/mask/mask.h" ] || fail "no headers"

maskgrid plugin new my_mine > /dev/null
grep -q '^MASKGRID ?= maskgrid$' my_mine/Makefile || fail "the installed program is not on PATH"
make -s -C my_mine CFLAGS='-O2 -Werror -Wpedantic -Wconversion -Wno-sign-conversion'
make -s -C my_mine test > law || fail "$(cat law)"
rm law
make -s -C my_mine draw | grep -q 'my-mine@' || fail "draw"
maskgrid masks ./my_mine/my_mine.so:noise=3,select=window | grep -q ':noise=3,select=window' ||
    fail "parameters"
refuse 2 'no strategy my-mine' masks my-mine
make -s -C my_mine install
maskgrid strategies | grep -q 'my-mine@' || fail "not listed"
refuse 2 'did you mean my-mine' masks my-mien
refuse 2 'is there already' plugin new my_mine
maskgrid plugin new --python idea > /dev/null
[ -x idea/idea.py ] || fail "no idea.py"
refuse 2 'cannot be the name' plugin new 2nd
refuse 2 'of its own' plugin new random
refuse 1 'No such file' plugin new other --out none/such
refuse 5 'No such file' masks ./other.so
[ "$(ls)" = "idea
my_mine
says" ] || fail "left behind: $(ls)"
