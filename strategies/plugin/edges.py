#!/usr/bin/env python3
"""edges: the border of the image is hidden first.

A strategy in Python, to try an idea before it is written in C:

    maskgrid masks ./edges.py:noise=3

Each line of the input is a request and each line of the output its answer, JSON
both; core/mask/script.h has all of it.  Print nothing else to stdout.
"""
import json
import random
import sys

ABOUT = {
    "about": "the border first",
    "source": "an example",
    "parameters": [{"key": "noise", "value": 8, "lo": 0, "hi": 100,
                    "about": "random patches added to the distance"}],
}


def scores(request):
    """One number per patch, row by row; the highest are hidden."""
    rows, cols = request["rows"], request["cols"]
    noise = request["parameters"]["noise"]
    chance = random.Random(request["chance"])  # the only source of chance
    return [noise * chance.random() - min(y, rows - 1 - y, x, cols - 1 - x)
            for y in range(rows) for x in range(cols)]


for line in sys.stdin:
    request = json.loads(line)
    answer = ABOUT if "describe" in request else {"scores": scores(request)}
    print(json.dumps(answer), flush=True)
