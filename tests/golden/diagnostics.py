#!/usr/bin/python3
"""Makes diagnostics.safetensors: what numpy says of small features, attention and images.

    python3 tests/golden/diagnostics.py tests/golden/diagnostics.safetensors

Written from the definitions alone, slowly: sums over pairs, windows and frequencies one by
one.  x and y are the features of the CKA repository's own check (seed 1337).
"""
import json
import struct
import sys

import numpy as np

rng = np.random.RandomState(1337)
x = rng.randn(100, 10)
y = rng.randn(100, 10) + x
out = {"x": x, "y": y}
x, y = x.astype(np.float32).astype(float), y.astype(np.float32).astype(float)

# --- spectrum
for name, z in (("raw", x), ("centred", x - x.mean(0)), ("wide", x[:6])):
    out["sigma_" + name] = np.linalg.svd(z, compute_uv=False)
s = out["sigma_raw"]
entropy = lambda p: np.exp(-np.sum(p * np.log(p)))
l = out["sigma_centred"] ** 2
out["ranks"] = [entropy(s / s.sum()), entropy(s / s.sum() + 1e-7), l.sum() ** 2 / (l ** 2).sum(),
                l.sum() / l[0], *(1 + np.sum(np.cumsum(l) < share * l.sum())
                                  for share in (0.9, 0.95, 0.99))]

# --- geometry
u, v = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (x, y))
pairs = [np.exp(-2 * np.sum((u[i] - u[j]) ** 2)) for i in range(100) for j in range(i)]


def cka(a, b, debiased):
    a, b = a - a.mean(0), b - b.mean(0)
    n = len(a)

    def s(a, b):
        total = np.linalg.norm(a.T @ b) ** 2
        if debiased:
            ra, rb = (a ** 2).sum(1), (b ** 2).sum(1)
            total += -n / (n - 2) * (ra * rb).sum() + ra.sum() * rb.sum() / ((n - 1) * (n - 2))
        return total
    return s(a, b) / np.sqrt(s(a, a) * s(b, b))


out["geometry"] = [np.mean(np.sum((u - v) ** 2, 1)), np.log(np.mean(pairs)),
                   np.mean((u @ u.T) ** 2), cka(x, y, False), cka(x, y, True)]

# --- attention of one head on 3 x 4 patches
p = np.exp(2 * rng.randn(12, 12))
p = (p / p.sum(1, keepdims=True)).astype(np.float32).astype(float)
out["attention"] = p
p = p / p.sum(1, keepdims=True)
at = np.array([(i // 4, i % 4) for i in range(12)], float)
far = np.array([[np.hypot(*(a - b)) for b in at] for a in at])
q = (p + 1e-8) / (p + 1e-8).sum(1, keepdims=True)
keys = q.mean(0)
mutual = np.mean(np.sum(q * np.log(q / keys), 1))
out["look"] = [np.mean(np.sum(p * far, 1)), -np.mean(np.sum(p * np.log(p), 1)),
               mutual / np.sqrt(np.log(12) * -np.sum(keys * np.log(keys)))]

out["share"] = [p[:, [0, 1, 4, 8, 10]].sum(1).mean()]

# --- partitions of 12 patches
f = x[:12]
c = np.array([[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in f] for a in f])
out["cosines"] = c
a = np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0], bool)
b = np.array([1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1], bool)
off = ~np.eye(12, dtype=bool)
same = a[:, None] == a[None]
h = lambda p: -sum(t * np.log(t) for t in p if t > 0)
joint = [np.mean((a == i) & (b == j)) for i in (0, 1) for j in (0, 1)]
ha, hb = h([a.mean(), 1 - a.mean()]), h([b.mean(), 1 - b.mean()])
soft = lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True)
g = y[:12]
d = np.array([[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in g] for a in g])
out["partition"] = [c[same & off].mean() - c[~same].mean(), 2 * (ha + hb - h(joint)) / (ha + hb),
                    np.mean(np.sum(soft(c) * np.log(soft(c) / soft(d)), 1)),
                    f.var(0).mean(), c[off].var()]

# --- an image of 14 x 12 and what is left of it
image = rng.rand(14, 12).astype(np.float32).astype(float)
worse = np.clip(image * 0.6 + 0.2 * rng.rand(14, 12), 0, 1).astype(np.float32).astype(float)
out["image"], out["worse"] = image, worse
w = np.exp(-(np.arange(11) - 5.0) ** 2 / (2 * 1.5 ** 2))
w = np.outer(w, w) / w.sum() ** 2


def ssim(i, j):
    m, n = image[i:i + 11, j:j + 11], worse[i:i + 11, j:j + 11]
    mm, mn = (w * m).sum(), (w * n).sum()
    vm, vn, vmn = (w * m * m).sum() - mm ** 2, (w * n * n).sum() - mn ** 2, (w * m * n).sum() - mm * mn
    return ((2 * mm * mn + 1e-4) * (2 * vmn + 9e-4)) / ((mm ** 2 + mn ** 2 + 1e-4) * (vm + vn + 9e-4))


out["ssim"] = np.array([[ssim(i, j) for j in range(2)] for i in range(4)])


def spectrum(z):
    hann = lambda n: 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
    power = np.abs(np.fft.fft2(z * hann(14)[:, None] * hann(12)[None])) ** 2
    rows, cols = np.fft.fftfreq(14) * 12, np.fft.fftfreq(12) * 12
    r = np.floor(np.hypot(rows[:, None], cols[None]) + 0.5).astype(int)
    return np.array([power[r == k].mean() for k in range(7)])


sharp, blurred = spectrum(image), spectrum(worse)
out["spectrum"] = sharp
k = np.arange(7)
high, rest = k > 3, (k > 0) & (k % 4 > 0)
edge = lambda z: (z[1:-1, :-2] + z[1:-1, 2:] + z[:-2, 1:-1] + z[2:, 1:-1] - 4 * z[1:-1, 1:-1]).var()
out["blur"] = [np.log2((k * blurred)[high].sum() / (k * sharp)[high].sum()),
               np.log2((k * blurred)[high & rest].sum() / (k * sharp)[high & rest].sum()),
               np.sqrt(np.mean((10 * np.log10(blurred / sharp))[rest] ** 2)),
               edge(image), -10 * np.log10(np.mean((image - worse) ** 2))]

hann = lambda n: 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
window = hann(14)[:, None] * hann(12)[None]
off = np.fft.fft2(worse * window) - np.fft.fft2(image * window)
out["frequency"] = [np.log(np.mean(np.abs(off) ** 2) + 1)]

# --- five scales of an image of 163 x 170, as pytorch-msssim pools them
i, j = np.arange(163.0)[:, None], np.arange(170.0)[None]
big = 0.5 + 0.4 * np.sin(0.13 * i + 0.07 * j + 0.001 * i * j)
drawn = 0.8 * big + 0.05 + 0.1 * np.cos(0.9 * i - 0.4 * j)


def window_means(z):
    g = w.sum(0)
    rows = sum(g[k] * z[k:len(z) - 10 + k] for k in range(11))
    return sum(g[k] * rows[:, k:z.shape[1] - 10 + k] for k in range(11))


def half(z):
    z = np.pad(z, [(s % 2, s % 2) for s in z.shape])
    z = z[:len(z) // 2 * 2, :z.shape[1] // 2 * 2]
    return (z[::2, ::2] + z[1::2, ::2] + z[::2, 1::2] + z[1::2, 1::2]) / 4


a, b, scales = big, drawn, 1.0
for k, power in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
    ma, mb = window_means(a), window_means(b)
    va, vb, vab = window_means(a * a) - ma ** 2, window_means(b * b) - mb ** 2, window_means(a * b) - ma * mb
    second = (2 * vab + 9e-4) / (va + vb + 9e-4)
    first = (2 * ma * mb + 1e-4) / (ma ** 2 + mb ** 2 + 1e-4)
    scales *= max((second if k < 4 else first * second).mean(), 0) ** power
    a, b = half(a), half(b)
out["ms_ssim"] = [scales]

# --- frequencies of features: maps of 4 x 4, as the source's code takes them, and of 5 x 6
def amplitudes(z, rows, cols):
    return np.log(np.abs(np.fft.fft2(z.reshape(rows, cols, 10), axes=(0, 1))) + 1e-6).mean(2)


square = np.fft.fftshift(amplitudes(x[:16], 4, 4)).diagonal()[2:]
wide = amplitudes(x[:30], 5, 6)[[0, 1, 2], [0, 1, 2]]
out["fourier"] = np.concatenate([square - square[0], wide - wide[0]])

header, data = {}, b""
for name, z in sorted(out.items()):
    z = np.ascontiguousarray(z, dtype=np.float32 if name in ("x", "y", "attention") else float)
    header[name] = {"dtype": "F32" if z.dtype == np.float32 else "F64", "shape": list(z.shape),
                    "data_offsets": [len(data), len(data) + z.nbytes]}
    data += z.tobytes()
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + data)
