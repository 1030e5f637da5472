#!/usr/bin/env python3
"""Results as one pandas data frame: read_results.py FOLDER|FILE.h5 ...

A row for each metric of each record, in CSV.  FOLDER is results/, or any that holds records;
FILE is a record, or what `maskgrid index RECIPE` has written.  From Python:

    from read_results import read
    read("results/table1/index.h5").pivot_table("value", "strategy", "metric")
"""
import pathlib
import sys

import h5py
import pandas as pd

HEAD = ["stage", "strategy", "seed", "ratio", "config_hash"]


def records(group):
    """A record itself, or those behind the links of an index."""
    if "config_hash" in group.attrs and "stage" in group.attrs:
        yield group
    else:
        for child in map(group.get, group):  # None: a link that leads nowhere
            yield from records(child) if isinstance(child, h5py.Group) else ()


def read(*paths):
    rows = []
    for path in map(pathlib.Path, paths):
        for file in filter(pathlib.Path.is_file, sorted(path.rglob("*.h5")) or [path]):
            try:
                with h5py.File(file) as f:
                    rows += [{**{key: r.attrs.get(key) for key in HEAD}, "metric": name,
                              "value": m[()], "units": m.attrs["units"],
                              "better": m.attrs.get("better", "")} for r in records(f)
                             for name, m in r.get("metrics", {}).items() if name != "table"]
            except OSError as why:  # damaged or half written: the others count
                print(f"{file}: {why}: left out", file=sys.stderr)
    return pd.DataFrame(rows).drop_duplicates()  # an index may stand beside its records


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    print(read(*sys.argv[1:]).to_csv(index=False), end="")
