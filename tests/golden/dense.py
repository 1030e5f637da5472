#!/usr/bin/python3
"""Makes dense.safetensors: what PyTorch and torchvision say of regions, boxes, attention that
knows of places, losses of labels and pasted masks.

    python3 tests/golden/dense.py tests/golden/dense.safetensors
"""
import json
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.ops import nms, roi_align

torch.manual_seed(7)
out = {}

# --- regions: inside, across the edge, outside, flat, turned over, of whole pixels, large
x = torch.randn(2, 3, 9, 11, requires_grad=True)
box = torch.tensor([[3.3, 5.1, 20.7, 30.2], [-9, -7, 12, 15], [30, 20, 60, 50], [70, 70, 90, 90],
                    [8, 8, 8, 20], [20, 20, 10, 10], [0, 0, 28, 28], [0, 0, 44, 36],
                    [10.2, 3.4, 11.1, 4.9], [-3, -2, 47, 38.5], [16, 4, 44, 32]])
image = torch.tensor([0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1.0])
for size in (2, 7):
    y = roi_align(x, torch.cat([image[:, None], box], 1), size, 0.25, 0, True)
    dy = torch.randn_like(y)
    dx, = torch.autograd.grad(y, x, dy)
    last = lambda z: z.detach().permute(0, 2, 3, 1)
    out["roi_y%d" % size], out["roi_dy%d" % size], out["roi_dx%d" % size] = map(last, (y, dy, dx))
out["roi_x"], out["roi_box"], out["roi_image"] = x.detach().permute(0, 2, 3, 1), box, image

# --- suppression: crowded boxes, equal scores
at = torch.rand(80, 2) * 40
boxes = torch.cat([at, at + 5 + torch.rand(80, 2) * 25], 1)
score = (torch.rand(80) * 20).round() / 20
out["nms_box"], out["nms_score"] = boxes, score
for iou in (30, 50, 70):
    out["nms_kept%d" % iou] = nms(boxes, score, iou / 100).float()

# --- attention: of 3 x 4 tokens in two heads of five, written as the formula is
N, H, rows, cols, d = 2, 2, 3, 4, 5
at = torch.tensor([(r, c) for r in range(rows) for c in range(cols)])
down = at[:, None, 0] - at[None, :, 0] + rows - 1
right = at[:, None, 1] - at[None, :, 1] + cols - 1


def attend(qkv, bias):
    T = qkv.shape[1]
    q, k, v = qkv.reshape(N, T, 3, H, d).permute(2, 0, 3, 1, 4)
    y = ((q @ k.transpose(-1, -2)) * d ** -0.5 + bias(q)).softmax(-1) @ v
    return y.transpose(1, 2).reshape(N, T, H * d)


def record(name, y, leaves):
    dy = torch.randn_like(y)
    out[name + "_y"], out[name + "_dy"] = y.detach(), dy
    for (what, leaf), grad in zip(leaves.items(), torch.autograd.grad(y, leaves.values(), dy)):
        out[name + "_" + what], out[name + "_d" + what] = leaf.detach(), grad


leaf = lambda *shape: torch.randn(*shape, requires_grad=True)
qkv, rel_rows, rel_cols = leaf(N, rows * cols, 3 * H * d), leaf(2 * rows - 1, d), leaf(2 * cols - 1, d)
record("relative", attend(qkv, lambda q: torch.einsum("nhqd,qkd->nhqk", q, rel_rows[down])
                          + torch.einsum("nhqd,qkd->nhqk", q, rel_cols[right])),
       {"qkv": qkv, "rows": rel_rows, "cols": rel_cols})

count = (2 * rows - 1) * (2 * cols - 1)
index = torch.zeros(rows * cols + 1, rows * cols + 1, dtype=torch.long)
index[1:, 1:] = down * (2 * cols - 1) + right
index[0, :], index[:, 0], index[0, 0] = count, count + 1, count + 2
qkv, table = leaf(N, rows * cols + 1, 3 * H * d), leaf(count + 3, H)
record("table", attend(qkv, lambda q: table[index].permute(2, 0, 1)), {"qkv": qkv, "table": table})

# --- losses
x, label = leaf(6, 5), torch.tensor([4, 255, 0, 2, 255, 2])
loss = F.cross_entropy(x, label, ignore_index=255, reduction="sum") / 6
out["label_x"], out["label"], out["label_loss"] = x.detach(), label.float(), loss.detach()
out["label_dx"], = torch.autograd.grad(loss, x)
x, value = torch.tensor([-100, -3, -0.2, 0, 0.6, 90, 2], requires_grad=True), torch.tensor(
    [1, 0, 0.3, 1, 1, 0, 1])
out["value_x"], out["value"] = x.detach(), value
for name, loss in (("sigmoid", F.binary_cross_entropy_with_logits(x, value, reduction="sum")),
                   ("l1", F.smooth_l1_loss(x, value, beta=0, reduction="sum")),
                   ("smooth", F.smooth_l1_loss(x, value, beta=0.6, reduction="sum"))):
    out[name + "_loss"] = loss.detach()
    out[name + "_dx"], = torch.autograd.grad(loss, x)

# --- masks of 6 x 6 in an image of 20 x 26, as detectron2 pastes them
probability = torch.rand(5, 6, 6)
boxes = torch.tensor([[3.2, 4.1, 17.9, 15.3], [-4, -6, 9, 8], [15.5, 10.5, 40, 33.2],
                      [0, 0, 26, 20], [7.1, 7.2, 8.3, 8.1]])
x0, y0, x1, y1 = boxes[:, :, None].unbind(1)
gy = (torch.arange(20)[None] + 0.5 - y0) / (y1 - y0) * 2 - 1
gx = (torch.arange(26)[None] + 0.5 - x0) / (x1 - x0) * 2 - 1
grid = torch.stack([gx[:, None, :].expand(5, 20, 26), gy[:, :, None].expand(5, 20, 26)], 3)
out["paste_p"], out["paste_box"] = probability, boxes
out["paste_mask"] = (F.grid_sample(probability[:, None], grid, align_corners=False)[:, 0] >= 0.5).float()

header, data = {}, b""
for name, z in sorted(out.items()):
    z = np.ascontiguousarray(z.numpy(), dtype=np.float32)
    header[name] = {"dtype": "F32", "shape": list(z.shape),
                    "data_offsets": [len(data), len(data) + z.nbytes]}
    data += z.tobytes()
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text + data)
