#!/usr/bin/env python3
"""Records as pandas data frames: read_record.py FILE.h5 ...

One line per record and metric.  From Python:

    from read_record import metrics, curves
    metrics(glob.glob("results/cells/*/*.h5")).pivot_table("value", "strategy", "metric")
    curves("results/cells/0123456789abcdef/pretrain.h5").plot("step", "loss")
"""
import sys

import h5py
import pandas as pd


def metrics(paths):
    """stage, strategy, seed and ratio of each record beside each of its metrics."""
    rows = []
    for path in paths:
        with h5py.File(path) as r:
            head = {k: r.attrs[k] for k in ("stage", "strategy", "seed", "ratio", "config_hash")}
            for name, m in r.get("metrics", {}).items():
                rows.append({**head, "metric": name, "value": m[()], "units": m.attrs["units"]})
    return pd.DataFrame(rows)


def curves(path):
    """All curves of a record, a column each."""
    with h5py.File(path) as r:
        return pd.DataFrame({name: c[:] for name, c in r["curves"].items()})


if __name__ == "__main__":
    print(metrics(sys.argv[1:]).to_string(index=False))
