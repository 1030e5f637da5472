#!/bin/sh
# install.sh SCRATCH: install the program that MASKGRID names beside files of others, use it
# from elsewhere, move it, install it again, and take it away: nothing of ours is left, and
# nothing of others is gone.
set -eu
unset MAKEFLAGS MASKGRID_PLUGIN_PATH
build=${MASKGRID%/*} to="$1/a place" here=$PWD
unset MASKGRID
fail() { echo "install.sh: $1" >&2; exit 1; }
install() {
    make -s -o all "$1" B="$build" STAGE="$2/stage" DESTDIR="$to" prefix=/usr || fail "$1"
}
list() { (cd "$to" && find . ! -name manifest | sort); }

# Others are there already: a page of their own, and a folder that stands empty.
mkdir -p "$to/usr/share/man/man1" "$to/usr/share/fish" "$to/usr/lib"
echo theirs > "$to/usr/share/man/man1/other.1"
list > "$1/before"

install install "$1"
[ -x "$to/usr/bin/maskgrid" ] || fail "no program"
for f in man/man1/maskgrid.1 man/man1/maskgrid-run.1 man/man5/maskgrid-recipe.5 \
         man/man7/maskgrid-strategies.7 bash-completion/completions/maskgrid \
         zsh/site-functions/_maskgrid fish/vendor_completions.d/maskgrid.fish; do
    [ -s "$to/usr/share/$f" ] || fail "no share/$f"
done
[ -d "$to/usr/lib/maskgrid/plugins" ] || fail "no folder for plug-ins"
strange=$(cd "$to" && find . -type f ! -perm 644 ! -perm 755)
[ -z "$strange" ] || fail "modes of $strange"
list > "$1/installed"

# It works from any folder, and wherever it is moved as a whole.
use() {
    mkdir "$1/work"
    cd "$1/work"
    "$2/bin/maskgrid" plan storm > /dev/null || fail "no recipes"
    "$2/bin/maskgrid" plan storm --slurm | grep -q sbatch || fail "no script for Slurm"
    "$2/bin/maskgrid" complete -- plan stor | grep -q '^storm' || fail "no completion"
    [ -f "$("$2/bin/maskgrid" plugin headers)/core/mask/mask.h" ] || fail "no header"
    PKG_CONFIG_PATH="$2/lib/pkgconfig" pkg-config --exists maskgrid || fail "no pkg-config"
    includes=$(PKG_CONFIG_PATH="$2/lib/pkgconfig" pkg-config --variable=includedir maskgrid | tr -d '\\')
    [ -f "$includes/core/mask/mask.h" ] || fail "pkg-config finds no header"
    cd "$here"
    rm -r "$1/work"
}
use "$1" "$to/usr"
mv "$to" "$1/moved" && use "$1" "$1/moved/usr" && mv "$1/moved" "$to"

# Once more, as a version that has a recipe less.
echo old > "$to/usr/share/maskgrid/recipes/old.yaml"
echo 'f share/maskgrid/recipes/old.yaml' >> "$to/usr/share/maskgrid/manifest"
install install "$1"
list | cmp -s - "$1/installed" || fail "another time: $(list | diff - "$1/installed")"

# What its users have put beside it stays.
echo mine > "$to/usr/lib/maskgrid/plugins/mine.so"
install uninstall "$1"
list > "$1/after"
added=$(diff "$1/before" "$1/after" || true)
[ "$(echo "$added" | sed -n 's/^> //p' | tr '\n' ' ')" = \
  "./usr/lib/maskgrid ./usr/lib/maskgrid/plugins ./usr/lib/maskgrid/plugins/mine.so " ] ||
    fail "left behind: $added"
case $added in *'< '*) fail "gone: $added" ;; esac
rm -r "$to/usr/lib/maskgrid"
list | cmp -s - "$1/before" || fail "not as before"

# A prefix that was not there goes too.
scripts/install.sh put "$1/stage" "$to/new/place"
scripts/install.sh remove "$to/new/place"
[ ! -d "$to/new/place" ] || fail "$(find "$to/new/place")"

# Without a manifest, or with one that leads elsewhere, nothing is removed.
if scripts/install.sh remove "$to/usr" 2> "$1/says"; then fail "removed without a manifest"; fi
grep -q 'nothing was installed' "$1/says" || fail "$(cat "$1/says")"
mkdir "$to/usr/share/maskgrid"
for line in 'f ../../before' 'f /etc/nothing' 'x bin'; do
    echo "$line" > "$to/usr/share/maskgrid/manifest"
    if scripts/install.sh remove "$to/usr" 2> "$1/says"; then fail "'$line' is accepted"; fi
done
[ -f "$1/before" ] || fail "it led out of its folder"
