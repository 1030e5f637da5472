#!/usr/bin/env python3
"""Write a COCO problem of a given size, to measure `maskgrid score coco` on.

    scripts/coco_problem.py FOLDER
    scripts/coco_problem.py FOLDER --images 118287 --truths 860001 --detections 0

FOLDER/instances.json has polygons and some crowds, FOLDER/results.json boxes and
compressed masks: most of them near a truth, of all the same number in each image.  The
default has the size of val2017 with 100 detections an image, the second that of train2017.
"""
import argparse
import json
import math
import os
import random

H, W, CATEGORIES = 480, 640, 80


def letters(x):
    """One count of a compressed mask."""
    s, more = "", True
    while more:
        bits = x & 31
        x >>= 5
        more = x != -1 if bits & 16 else x != 0
        s += chr(48 + bits + (32 if more else 0))
    return s


def disc(w, h):
    """The runs of an ellipse from its first pixel on: (compressed, columns, the last two)."""
    runs, end = [], None
    for x in range(w):
        half = h / 2 * math.sqrt(max(0.0, 1 - ((x + 0.5) / w * 2 - 1) ** 2))
        first, last = x * H + int(h / 2 - half), x * H + max(int(h / 2 - half) + 1, int(h / 2 + half))
        if end is None:
            start = first
        else:
            runs.append(first - end)
        runs.append(last - first)
        end = last
    text = letters(runs[0])
    for i in range(1, len(runs)):
        text += letters(runs[i] - (runs[i - 2] if i > 1 else 0))
    return text, start, sum(runs), runs[-2] if len(runs) > 1 else None


def mask(x, y, w, h, known={}):
    if (w, h) not in known:
        known[w, h] = disc(w, h)
    text, start, length, before = known[w, h]
    lead = x * H + y + start
    rest = H * W - lead - length
    return letters(lead) + text + letters(rest - (before if before is not None else 0))


def box(rng):
    side = math.exp(rng.uniform(math.log(8), math.log(300)))
    w = max(2, min(W - 1, int(side * rng.uniform(0.6, 1.6))))
    h = max(2, min(H - 1, int(side * rng.uniform(0.6, 1.6))))
    return rng.randrange(W - w), rng.randrange(H - h), w, h


def near(b, rng):
    x, y, w, h = b
    w = max(2, min(W - 1, w + rng.randint(-w // 6, w // 6)))
    h = max(2, min(H - 1, h + rng.randint(-h // 6, h // 6)))
    x = max(0, min(W - w - 1, x + rng.randint(-w // 8, w // 8)))
    y = max(0, min(H - h - 1, y + rng.randint(-h // 8, h // 8)))
    return x, y, w, h


def polygon(b, corners):
    x, y, w, h = b
    xy = []
    for i in range(corners):
        turn = 2 * math.pi * i / corners
        xy += [round(x + w / 2 + w / 2 * math.cos(turn), 2), round(y + h / 2 + h / 2 * math.sin(turn), 2)]
    return xy


def write_truth(f, images, truths, rng):
    boxes = [[] for _ in range(images)]
    f.write('{"images": [')
    for i in range(images):
        f.write((", " if i else "") + json.dumps({
            "id": i, "height": H, "width": W, "file_name": "%012d.jpg" % i, "license": 1,
            "coco_url": "http://images.example/%012d.jpg" % i}))
    f.write('], "annotations": [')
    for i in range(truths):
        image, category, b = rng.randrange(images), rng.randrange(CATEGORIES), box(rng)
        boxes[image].append((category, b))
        crowd = i % 100 == 99
        if crowd:
            x, y, w, h = b
            runs = [x * H + y] + [h, H - h] * (w - 1) + [h]
            outline = {"size": [H, W], "counts": runs + [H * W - sum(runs)]}
        else:
            outline = [polygon(b, rng.randint(10, 50))]
        f.write((", " if i else "") + json.dumps({
            "id": i, "image_id": image, "category_id": category, "iscrowd": int(crowd), "bbox": b,
            "area": b[2] * b[3] * (1 if crowd else 0.785), "segmentation": outline}))
    names = [{"id": k, "name": "category %d" % k} for k in range(CATEGORIES)]
    f.write('], "categories": %s}\n' % json.dumps(names))
    return boxes


def write_results(f, boxes, detections, rng):
    images = len(boxes)
    f.write("[")
    for i in range(detections):
        image = i % images
        if boxes[image] and rng.random() < 0.7:
            category, b = rng.choice(boxes[image])
            b = near(b, rng)
        else:
            category, b = rng.randrange(CATEGORIES), box(rng)
        f.write((", " if i else "") + json.dumps({
            "image_id": image, "category_id": category, "bbox": b, "score": round(rng.random(), 3),
            "segmentation": {"size": [H, W], "counts": mask(*b)}}))
    f.write("]\n")


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("folder")
    p.add_argument("--images", type=int, default=5000)
    p.add_argument("--truths", type=int, default=36781)
    p.add_argument("--detections", type=int, default=500000)
    p.add_argument("--seed", type=int, default=1)
    o = p.parse_args()
    rng = random.Random(o.seed)
    os.makedirs(o.folder, exist_ok=True)
    with open(os.path.join(o.folder, "instances.json"), "w") as f:
        boxes = write_truth(f, o.images, o.truths, rng)
    with open(os.path.join(o.folder, "results.json"), "w") as f:
        write_results(f, boxes, o.detections, rng)


if __name__ == "__main__":
    main()
