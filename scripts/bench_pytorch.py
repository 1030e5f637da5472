#!/usr/bin/env python3
"""The same training step in PyTorch: what `maskgrid bench` is compared with.

    scripts/bench_pytorch.py --preset tiny --seconds 10

A masked autoencoder of the same sizes as `maskgrid bench --preset`, float32, on
the same number of threads: random masks at ratio 0.75, forward, backward, AdamW.
Prints one line of JSON: name, step_s (median), images_per_s, peak_bytes, and the
program with the BLAS it has really loaded, for its speed depends on that one's
threads.  Debian: python3-torch.
"""
import argparse
import ctypes
import json
import os
import resource
import statistics
import time

import torch
from torch import nn

# side, channels, patch, batch; width, blocks, heads of encoder and decoder
PRESETS = {
    "micro": (28, 1, 4, 128, (64, 4, 4), (48, 2, 4)),
    "tiny": (32, 3, 4, 128, (192, 12, 3), (96, 4, 3)),
    "small": (64, 3, 8, 64, (384, 12, 6), (192, 4, 6)),
    "base": (224, 3, 16, 16, (768, 12, 12), (512, 8, 16)),
}


def blas(threads):
    """The BLAS of this process, and what its threads are: as many as asked for, also of
    the kind that PyTorch does not set."""
    if torch.backends.mkl.is_available():
        return "MKL"
    with open("/proc/self/maps") as maps:
        paths = [line.split(maxsplit=5)[5].strip() for line in maps if "blas" in line]
    for path in sorted(paths):
        if "openblas" in os.path.basename(path):
            openblas = ctypes.CDLL(path)
            openblas.openblas_set_num_threads(threads)
            kind = openblas.openblas_get_parallel()
            return "OpenBLAS " + ("serial", "pthread", "openmp")[kind]
    for path in paths:  # Debian has each in a folder of its name, the reference in blas
        kind = os.path.basename(os.path.dirname(path))
        return "reference BLAS" if kind == "blas" else kind
    return "unknown BLAS"


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = (nn.LayerNorm(width, eps=1e-6) for _ in range(2))
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, d = x.shape
        qkv = self.qkv(self.norm1(x)).reshape(n, t, 3, self.heads, d // self.heads)
        qkv = qkv.permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]  # as timm 0.3.2, which facebookresearch/mae uses
        p = (q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5).softmax(-1)
        x = x + self.proj((p @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.fc2(nn.functional.gelu(self.fc1(self.norm2(x))))


class Mae(nn.Module):
    def __init__(self, side, channels, patch, encoder, decoder):
        super().__init__()
        (width, blocks, heads), (narrow, layers, small) = encoder, decoder
        self.patch, self.patches = patch, (side // patch) ** 2
        self.embed = nn.Conv2d(channels, width, patch, patch)
        self.cls = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, narrow))
        self.register_buffer("pos", torch.randn(1, self.patches + 1, width))
        self.register_buffer("pos2", torch.randn(1, self.patches + 1, narrow))
        self.encoder = nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.narrow = nn.Linear(width, narrow)
        self.decoder = nn.Sequential(*(Block(narrow, small) for _ in range(layers)))
        self.norm2 = nn.LayerNorm(narrow, eps=1e-6)
        self.pred = nn.Linear(narrow, patch * patch * channels)

    def forward(self, images):
        n, c, h, w = images.shape
        p, visible = self.patch, self.patches // 4
        order = torch.rand(n, self.patches).argsort(1)
        back = order.argsort(1)

        def take(x, ids):
            return x.gather(1, ids[:, :, None].expand(-1, -1, x.shape[2]))

        x = self.embed(images).flatten(2).transpose(1, 2) + self.pos[:, 1:]
        x = take(x, order[:, :visible])
        x = torch.cat([(self.cls + self.pos[:, :1]).expand(n, -1, -1), x], 1)
        x = self.narrow(self.norm(self.encoder(x)))
        hidden = self.token.expand(n, self.patches - visible, -1)
        x = torch.cat([x[:, :1], take(torch.cat([x[:, 1:], hidden], 1), back)], 1)
        pred = self.pred(self.norm2(self.decoder(x + self.pos2)))[:, 1:]

        target = images.reshape(n, c, h // p, p, w // p, p).permute(0, 2, 4, 3, 5, 1)
        target = target.reshape(n, self.patches, p * p * c)
        mean, var = target.mean(-1, keepdim=True), target.var(-1, keepdim=True)
        error = ((pred - (target - mean) / (var + 1e-6).sqrt()) ** 2).mean(-1)
        mask = (back >= visible).float()
        return (error * mask).sum() / mask.sum()


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--preset", choices=PRESETS, required=True)
    ask.add_argument("--seconds", type=float, default=10)
    ask.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = ask.parse_args()
    side, channels, patch, batch, encoder, decoder = PRESETS[args.preset]
    torch.set_num_threads(args.threads)
    library = blas(args.threads)
    torch.manual_seed(0)

    model = Mae(side, channels, patch, encoder, decoder)
    adamw = torch.optim.AdamW(model.parameters(), 1e-4, (0.9, 0.95), weight_decay=0.05)
    images = torch.randn(batch, channels, side, side)
    times, end = [], time.monotonic() + args.seconds
    while len(times) < 4 or time.monotonic() < end:
        start = time.monotonic()
        adamw.zero_grad()  # the default, as facebookresearch/mae calls it
        model(images).backward()
        adamw.step()
        times.append(time.monotonic() - start)
    step = statistics.median(times[1:])  # the first one allocates
    print(json.dumps({
        "name": args.preset, "step_s": step, "images_per_s": batch / step,
        "peak_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "program": f"PyTorch {torch.__version__}, {library}",
    }))


if __name__ == "__main__":
    main()
