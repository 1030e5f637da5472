#!/usr/bin/env python3
"""shells.py SCRATCH: type half a command and a tab in bash, zsh and fish.

Runs the program that MASKGRID names, under that name, with the completions of
scripts/completion, in a terminal of its own.  A shell that is not installed is left out.
What a line has become is seen by running it: a maskgrid before it on PATH prints its words,
unless it is asked for completions.
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

LIMIT = 60  # seconds, for a machine with much else to do

# What is typed; the words it becomes.  \t is the key.
CASES = [
    ("vers\t", ["version"]),
    ("plan de\t--resu\tres\t", ["plan", "demo", "--results", "results"]),
    ("table demo --format=js\t", ["table", "demo", "--format=json"]),
    ("run demo -s data.set=fash\t", ["run", "demo", "-s", "data.set=fashion-mnist"]),
    ("run demo --set=pretrain.fl\tn\t", ["run", "demo", "--set=pretrain.flip=no"]),
    ("masks spiral:sel\twi\t", ["masks", "spiral:select=window"]),
    ("masks 'random | hilb\t--coun\t3", ["masks", "random | hilbert", "--count", "3"]),
    ("lint hilb\t spir\t --dra\t9", ["lint", "hilbert", "spiral", "--draws", "9"]),
    ("inspect --format cs\tsome.h\t", ["inspect", "--format", "csv", "some.h5"]),
    ("table demo --out=some.h\t", ["table", "demo", "--out=some.h5"]),
]

PROMPT = "here> "
PROGRAM = """#!/bin/sh
[ "$1" != complete ] || exec '%s' "$@"
for word; do printf '<%%s>' "$word"; done; echo '<end>'
"""


def starts(name, here):
    """How a shell is called, and what it is told first."""
    completion = os.path.join(here, "scripts/completion")
    if name == "bash":
        return ["bash", "--norc", "-i"], f"PS1='he''re> '; . {completion}/maskgrid.bash"
    if name == "zsh":
        return (["zsh", "-f", "-i"],
                f"PS1='he''re> '; fpath=({completion} $fpath); autoload -U compinit; compinit -u -D")
    return (["fish", "--no-config", "-i"],
            f"function fish_prompt; echo 'he''re> '; end; source {completion}/maskgrid.fish")


def read_until(terminal, pattern, what):
    """All that the terminal prints until the pattern is there."""
    seen, end = "", time.monotonic() + LIMIT
    while not re.search(pattern, seen):
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"shells.py: {what}: no answer in {LIMIT} s: {seen!r}")
        seen += os.read(terminal, 4096).decode(errors="replace")
    return seen


def type_all(name, here, environment, folder):
    call, first = starts(name, here)
    child, terminal = pty.fork()
    if not child:
        os.chdir(folder)
        os.execvpe(call[0], call, environment)
    os.write(terminal, (first + "\r").encode())
    read_until(terminal, PROMPT, name)
    for typed, becomes in CASES:
        os.write(terminal, f"maskgrid {typed}\r".encode())
        seen = read_until(terminal, "(?s)<end>.*" + PROMPT, f"{name}: {typed!r}")
        words = [w.rstrip("/") for w in re.findall("<([^<>]*)>", seen)[:-1]]
        if words != becomes:
            sys.exit(f"shells.py: {name}: {typed!r} becomes {words}, not {becomes}")
    os.write(terminal, b"exit\r")
    os.close(terminal)
    os.waitpid(child, 0)


def main():
    here, folder = os.getcwd(), sys.argv[1]
    program = os.path.abspath(os.environ["MASKGRID"])
    os.makedirs(f"{folder}/bin")
    os.makedirs(f"{folder}/desk/results")
    open(f"{folder}/desk/some.h5", "w").close()
    with open(f"{folder}/bin/maskgrid", "w") as f:
        f.write(PROGRAM % program)
    os.chmod(f"{folder}/bin/maskgrid", 0o755)
    environment = dict(os.environ, PATH=f"{folder}/bin:{os.environ['PATH']}", TERM="dumb",
                       HOME=folder, LC_ALL="C.UTF-8")
    says = subprocess.run(["maskgrid", "complete", "--", "vers"], env=environment,
                          capture_output=True, text=True, check=False)
    if not says.stdout.startswith("version\t"):
        sys.exit(f"shells.py: the program says {says.stdout!r} {says.stderr!r}")
    for name in ("bash", "zsh", "fish"):
        if shutil.which(name):
            type_all(name, here, environment, f"{folder}/desk")


main()
