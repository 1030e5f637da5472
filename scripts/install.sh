#!/bin/sh
# Install a tree of files, and take it away again; `make install` and `make uninstall`.
#
#   scripts/install.sh put FROM TO [MANIFEST]    copy all files below FROM to below TO
#   scripts/install.sh remove TO [MANIFEST]      remove what was put there
#
# The manifest, below TO, names each file and each folder that was made for it.  Removing
# takes these and nothing else: folders that others use, or that were there before, stay.
# Putting once more removes what is no longer part of the tree.
set -eu
umask 022
export LC_ALL=C # one order of names

fail() { echo "install: $1" >&2; exit 1; }

# No line may lead out of TO.
check() {
    bad=$(grep -vE '^[df] [^/]' "$1" || true)
    [ -z "$bad" ] || fail "$1: not a manifest: $bad"
    bad=$(cut -c 3- "$1" | grep -E '(^|/)\.\.(/|$)' || true)
    [ -z "$bad" ] || fail "$1: leads out of its folder: $bad"
}

# make_folder TO PATH: and those on the way to it; prints each that is new
make_folder() {
    [ ! -d "$1/$2" ] || return 0
    case $2 in */*) make_folder "$1" "${2%/*}" ;; esac
    mkdir "$1/$2"
    echo "d $2"
}

# drop TO LIST: remove what the list names, folders last and only empty ones
drop() {
    sed -n 's/^f //p' "$2" | while IFS= read -r f; do rm -f "$1/$f"; done
    sed -n 's/^d //p' "$2" | sort -r | while IFS= read -r d; do
        rmdir "$1/${d#.}" 2> /dev/null || true
    done
}

case ${1:-} in
put)
    from=$2 to=$3 manifest=${4:-share/maskgrid/manifest}
    list=$(mktemp)
    trap 'rm -f "$list" "$list".*' EXIT
    [ -d "$to" ] || echo "d ." > "$list.d"
    mkdir -p "$to"
    (cd "$from" && find . -type f ! -path "./$manifest" | sed 's,^\./,,' | sort) > "$list.files"
    { sed 's,^,f ,' "$list.files"; echo "f $manifest"; } > "$list"
    if [ -f "$to/$manifest" ]; then
        check "$to/$manifest"
        grep '^d' "$to/$manifest" >> "$list.d" || true
        grep '^f' "$to/$manifest" | grep -vxFf "$list" > "$list.old" || true
        drop "$to" "$list.old"
    fi
    while IFS= read -r f; do
        case $f in */*) make_folder "$to" "${f%/*}" >> "$list.d" ;; esac
        mode=644
        [ ! -x "$from/$f" ] || mode=755
        install -m $mode "$from/$f" "$to/$f"
    done < "$list.files"
    (cd "$from" && find . -type d -empty | sed 's,^\./,,') > "$list.empty"
    while IFS= read -r d; do make_folder "$to" "$d" >> "$list.d"; done < "$list.empty"
    make_folder "$to" "${manifest%/*}" >> "$list.d"
    sort -u "$list.d" >> "$list"
    install -m 644 "$list" "$to/$manifest"
    ;;
remove)
    to=$2 manifest=${3:-share/maskgrid/manifest}
    [ -f "$to/$manifest" ] || fail "$to/$manifest is not there: nothing was installed there"
    list=$(mktemp)
    trap 'rm -f "$list"' EXIT
    cat "$to/$manifest" > "$list"
    check "$list"
    drop "$to" "$list"
    ;;
*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
