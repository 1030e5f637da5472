#!/bin/sh
# pages.sh MAN: are the pages below this folder such as mandoc and groff expect, and do they
# fit a terminal of 80 columns?  Each of the two that is not installed is left out.
set -eu
fail() { echo "pages.sh: $1" >&2; exit 1; }
[ -s "$1/man1/maskgrid.1" ] || fail "no pages"
if command -v mandoc > /dev/null; then
    says=$(mandoc -Tlint -W warning "$1"/man*/*) || fail "$says"
fi
command -v groff > /dev/null || exit 0
print() { groff -man -ww -Tascii -P-cbou -rLL=80n "$@" > "$text" 2> "$text.says"; }
text=$1/text
print "$1"/man*/*
[ ! -s "$text.says" ] || fail "$(cat "$text.says")"
wide=$(awk 'length($0) > 80' "$text")
[ -z "$wide" ] || fail "wider than 80 columns: $wide"
print "$1"/man[57]/* # commands on other pages are broken, as a shell is told
! grep -n ' \\$' "$text" || fail "code in a README is too long"
