#!/usr/bin/env python3
"""Results as one pandas data frame: read_results.py FOLDER|FILE.h5 ...

A row for each metric of each record, in CSV.  FOLDER is results/, or any that holds records;
FILE is a record, or what `maskgrid index RECIPE` has written.  What is damaged, half written or
foreign is named on stderr and left out; where nothing is left, the exit code is 1.  From Python:

    from read_results import read
    read("results/table1/index.h5").pivot_table("value", "strategy", "metric")
"""
import hashlib
import pathlib
import sys

try:
    import h5py
    import pandas as pd
except ImportError as why:
    sys.exit(f"read_results.py: {why}; Debian has it: apt install python3-h5py python3-pandas")

HEAD = ["stage", "strategy", "seed", "ratio", "config_hash"]
COLUMNS = [*HEAD, "metric", "value", "units", "better"]


def check_seal(file):
    """The first 512 bytes have the hash of the others, unless another program changed them."""
    block, rest = (data := pathlib.Path(file).read_bytes())[:512], data[512:]
    if not block.startswith(b"maskgrid: HDF5 with a seal"):
        raise OSError("without a seal: another program has written or changed it")
    if hashlib.blake2b(rest, digest_size=16).hexdigest().encode() not in block:
        raise OSError("damaged: not what its seal says")


def leave_out(file, why):
    print(f"{file}: {why}: left out", file=sys.stderr)


def records(group):
    """A record itself, or those behind the links of an index."""
    if "config_hash" in group.attrs and "stage" in group.attrs:
        check_seal(group.file.filename)
        yield group
    else:
        for child in map(group.get, group):  # None: a link that leads nowhere
            try:
                yield from records(child) if isinstance(child, h5py.Group) else ()
            except OSError as error:  # the others behind an index count
                leave_out(child.file.filename, error)


def rows_of(record):
    head = {key: record.attrs.get(key) for key in HEAD}
    for name, m in record.get("metrics", {}).items():
        if isinstance(m, h5py.Dataset) and m.shape == () and "units" in m.attrs:  # no table
            yield {**head, "metric": name, "value": float(m[()]), "units": m.attrs["units"],
                   "better": m.attrs.get("better", "")}


def files_in(path):
    path = pathlib.Path(path)
    return sorted(path.rglob("*.h5")) if path.is_dir() else [path]


def read(*paths):
    rows = []
    for file in (file for path in paths for file in files_in(path)):
        try:
            if not file.is_file():  # a pipe would be waited for
                raise OSError("no file")
            with h5py.File(file) as f:
                found = [list(rows_of(r)) for r in records(f)]  # of no training: no rows
            rows += sum(found, [])
            why = None if found else "no record"
        except (OSError, RuntimeError, TypeError, ValueError) as error:
            why = error  # the others count
        if why:
            leave_out(file, why)
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates()  # an index beside its records


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    results = read(*sys.argv[1:])
    if results.empty:
        sys.exit(f"read_results.py: no metrics of any record in {' '.join(sys.argv[1:])}")
    print(results.to_csv(index=False), end="")
