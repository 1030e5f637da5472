#!/usr/bin/python3
"""Makes maps.safetensors: what PyTorch makes of small maps, and the gradients.

    apt-get install python3-torch; /usr/bin/python3 maps.py maps.safetensors

Inputs and the gradient of the result are `numbers` of a stream each, as in
tests/tape/test_maps.c, so that only results are stored: NAME.y, and NAME.d0, NAME.d1, ...
of its inputs, maps channels last.
"""
import json
import struct
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def numbers(shape, stream):
    """Between -1 and 1, no two alike below 1009 of them."""
    i = torch.arange(int(torch.tensor(shape).prod()))
    return (((i * 7919 + stream * 631) % 1009).double() / 504 - 1).reshape(shape)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def map_norm(training):
    def run(x, gain, bias):
        C = x.shape[3]
        mean, var = numbers([C], 8), 0.5 + torch.arange(C).double()
        return nhwc(F.batch_norm(nchw(x), mean, var, gain, bias, training, 0.1, 1e-5))
    return run


def conv(stride, pad):
    return lambda x, w, b: nhwc(F.conv2d(nchw(x), w, b, stride, pad))


def resize(rows, cols):
    return lambda x: nhwc(F.interpolate(nchw(x), (rows, cols), mode="bilinear",
                                        align_corners=False))


def mean_pool(n):
    return lambda x: nhwc(F.adaptive_avg_pool2d(nchw(x), n))


def max_pool(size, stride):
    return lambda x: nhwc(F.max_pool2d(nchw(x), size, stride))


cases = {
    "conv": (conv(1, 1), [2, 5, 4, 3], [4, 3, 3, 3], [4]),
    "conv_strided": (conv(2, 1), [1, 6, 5, 2], [3, 2, 3, 3], [3]),
    "conv_tiled": (conv(2, 0), [1, 4, 6, 3], [2, 3, 2, 2], [2]),
    "conv_pixel": (conv(1, 0), [2, 3, 2, 4], [3, 4, 1, 1], [3]),
    "deconv": (lambda x, w, b: nhwc(F.conv_transpose2d(nchw(x), w, b, 2)),
               [2, 3, 2, 3], [3, 4, 2, 2], [4]),
    "map_norm": (map_norm(True), [2, 3, 3, 5], [5], [5]),
    "map_norm_eval": (map_norm(False), [2, 3, 3, 5], [5], [5]),
    "group_norm": (lambda x, g, b: nhwc(F.group_norm(nchw(x), 2, g, b, 1e-5)),
                   [2, 3, 3, 6], [6], [6]),
    "relu": (F.relu, [2, 3, 4, 2]),
    "max_pool": (max_pool(2, 2), [2, 4, 5, 3]),
    "max_pool_overlapping": (max_pool(3, 2), [1, 7, 6, 2]),
    "max_pool_of_one": (max_pool(1, 2), [1, 5, 4, 2]),
    "mean_pool": (mean_pool(3), [2, 7, 4, 3]),
    "mean_pool_grown": (mean_pool(6), [1, 4, 5, 2]),
    "resize_up": (resize(7, 12), [2, 3, 4, 3]),
    "resize_down": (resize(2, 3), [1, 7, 5, 2]),
}
out = {}
for name, (run, *shapes) in cases.items():
    x = [numbers(s, k).requires_grad_() for k, s in enumerate(shapes)]
    y = run(*x)
    y.backward(numbers(list(y.shape), 9))
    out[name + ".y"] = y.detach()
    for k, v in enumerate(x):
        out[f"{name}.d{k}"] = v.grad

header, blob = {}, b""
for name, v in out.items():
    part = v.to(torch.float32).contiguous().numpy().tobytes()
    header[name] = {"dtype": "F32", "shape": list(v.shape),
                    "data_offsets": [len(blob), len(blob) + len(part)]}
    blob += part
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + blob)
