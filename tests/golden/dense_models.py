#!/usr/bin/python3
"""Makes dense_models.safetensors: small models of detection and segmentation as PyTorch runs
them, under the names and shapes of detectron2 (ViTDet) and mmseg (UPerNet of BEiT).

    python3 tests/golden/dense_models.py tests/golden/dense_models.safetensors
"""
import json
import math
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.ops import roi_align

torch.manual_seed(11)
torch.set_grad_enabled(False)
D, HEADS, DEPTH, PATCH, GRID = 8, 2, 4, 4, 4
out = {}


class Weights:
    """Made when they are first asked for, each of its own shape."""

    def __init__(self, prefix):
        self.prefix, self.all = prefix, {}

    def __call__(self, name, *shape):
        if name not in self.all:
            x = torch.randn(shape) / math.sqrt(max(1, math.prod(shape[1:])))
            if "norm" in name or ".bn." in name or "fpn1.1" in name or "simfp_2.1" in name:
                x = (1 if name.endswith(("weight", "running_var")) else 0) + 0.2 * torch.tanh(x)
            self.all[name] = x
            out[self.prefix + name] = x
        return self.all[name]

    def pair(self, name, *shape, bias=None):
        return self(name + ".weight", *shape), self(name + ".bias", bias or shape[0])


def layer_norm(w, name, x):
    return F.layer_norm(x, x.shape[-1:], *w.pair(name, x.shape[-1]), 1e-6)


def channel_norm(w, name, x):
    return layer_norm(w, name, x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def batch_norm(w, name, x, training):
    c = x.shape[1]
    mean, var = w(name + ".running_mean", c), w(name + ".running_var", c)
    weight, bias = w.pair(name, c)
    return F.batch_norm(x, mean.clone(), var.clone(), weight, bias, training, 0.1, 1e-5)


def linear(w, name, x, n):
    return F.linear(x, *w.pair(name, n, x.shape[-1]))


def conv(w, name, x, n, k, bias=True):
    if bias:
        return F.conv2d(x, *w.pair(name, n, x.shape[1], k, k), padding=k // 2)
    return F.conv2d(x, w(name + ".weight", n, x.shape[1], k, k), padding=k // 2)


def deconv(w, name, x, n):
    return F.conv_transpose2d(x, *w.pair(name, x.shape[1], n, 2, 2, bias=n), stride=2)


def mlp(w, name, x):
    return linear(w, name + ".fc2", F.gelu(linear(w, name + ".fc1", x, 4 * D)), D)


def heads(w, name, x):
    """[N, T, D] -> q, k, v, each [N, HEADS, T, D / HEADS]"""
    n, t, _ = x.shape
    qkv = linear(w, name + ".qkv", x, 3 * D)
    return qkv.reshape(n, t, 3, HEADS, D // HEADS).permute(2, 0, 3, 1, 4)


def attend(w, name, logits, v):
    y = (logits.softmax(-1) @ v).transpose(1, 2)
    return linear(w, name + ".proj", y.reshape(y.shape[0], y.shape[1], D), D)


# --- segmentation

def table_bias(table, s):
    y, x = torch.meshgrid(torch.arange(s), torch.arange(s), indexing="ij")
    y, x = y.flatten(), x.flatten()
    at = (y[:, None] - y + s - 1) * (2 * s - 1) + x[:, None] - x + s - 1
    index = torch.zeros(s * s + 1, s * s + 1, dtype=torch.long)
    index[1:, 1:] = at
    index[0, :], index[:, 0], index[0, 0] = len(table) - 3, len(table) - 2, len(table) - 1
    return table[index].permute(2, 0, 1)


def beit(w, images):
    x = F.conv2d(images, *w.pair("backbone.patch_embed.proj", D, 3, PATCH, PATCH), stride=PATCH)
    x = x.flatten(2).transpose(1, 2)
    x = torch.cat([w("backbone.cls_token", 1, 1, D).expand(len(x), -1, -1), x], 1)
    x = x + w("backbone.pos_embed", 1, GRID * GRID + 1, D)
    maps = []
    for i in range(DEPTH):
        b = "backbone.blocks.%d." % i
        q, k, v = heads(w, b + "attn", layer_norm(w, b + "norm1", x))
        table = w(b + "attn.relative_position_bias_table", (2 * GRID - 1) ** 2 + 3, HEADS)
        logits = (q * (D // HEADS) ** -0.5) @ k.transpose(-2, -1) + table_bias(table, GRID)
        x = x + w(b + "gamma_1", D) * attend(w, b + "attn", logits, v)
        x = x + w(b + "gamma_2", D) * mlp(w, b + "mlp", layer_norm(w, b + "norm2", x))
        maps.append(x[:, 1:].transpose(1, 2).reshape(-1, D, GRID, GRID))
    return maps


def upernet(w, images, training, channels=6, aux_channels=5, classes=3):
    def cbr(name, x, n, k):
        x = conv(w, name + ".conv", x, n, k, bias=False)
        return F.relu(batch_norm(w, name + ".bn", x, training))

    def up(x, like):
        return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=False)

    m = beit(w, images)
    x = F.gelu(batch_norm(w, "backbone.fpn1.1", deconv(w, "backbone.fpn1.0", m[0], D), training))
    m = [deconv(w, "backbone.fpn1.3", x, D), deconv(w, "backbone.fpn2.0", m[1], D), m[2],
         F.max_pool2d(m[3], 2)]
    h, pools = "decode_head.", [m[3]]
    for i, s in enumerate((1, 2, 3, 6)):
        x = cbr(h + "psp_modules.%d.1" % i, F.adaptive_avg_pool2d(m[3], s), channels, 1)
        pools.append(up(x, m[3]))
    lateral = [cbr(h + "lateral_convs.%d" % i, m[i], channels, 1) for i in range(3)]
    lateral.append(cbr(h + "bottleneck", torch.cat(pools, 1), channels, 3))
    for i in (2, 1, 0):
        lateral[i] = lateral[i] + up(lateral[i + 1], lateral[i])
    levels = [cbr(h + "fpn_convs.%d" % i, lateral[i], channels, 3) for i in range(3)]
    levels.append(lateral[3])
    x = cbr(h + "fpn_bottleneck", torch.cat([up(x, levels[0]) for x in levels], 1), channels, 3)
    aux = cbr("auxiliary_head.convs.0", m[2], aux_channels, 3)
    return (conv(w, h + "conv_seg", x, classes, 1),
            conv(w, "auxiliary_head.conv_seg", aux, classes, 1))


images = torch.randn(2, 3, PATCH * GRID, PATCH * GRID)
out["images"] = images
w = Weights("upernet.")
last = lambda x: x.permute(0, 2, 3, 1)
out["upernet_logits"] = last(upernet(w, images, False)[0])
logits, aux = upernet(w, images, True)
out["upernet_train_logits"], out["upernet_train_aux"] = last(logits), last(aux)
label = torch.randint(0, 3, (2, 16, 16))
label[:, 3:5] = 255
loss = 0
for x, share in ((logits, 1), (aux, 0.4)):
    x = F.interpolate(x, (16, 16), mode="bilinear", align_corners=False)
    each = F.cross_entropy(x, label, ignore_index=255, reduction="none")
    loss = loss + share * each.mean()
out["upernet_label"], out["upernet_loss"] = label.float(), loss

# --- detection

WINDOW, WIDE = 3, (1, 3)


def relative(q, k, rows, cols, s):
    """Logits of q, k [N, HEADS, s s, d], q unscaled where it looks at distances."""
    at = torch.arange(s)[:, None] - torch.arange(s) + s - 1
    n, h, t, d = q.shape
    square = q.reshape(n * h, s, s, d)
    y = torch.einsum("nrcd,rkd->nrck", square, rows[at])
    x = torch.einsum("nrcd,ckd->nrck", square, cols[at])
    add = (y[..., :, None] + x[..., None, :]).reshape(n, h, t, t)
    return (q * d ** -0.5) @ k.transpose(-2, -1) + add


def windowed(w, b, x, s):
    """x [N, H, W, D] in windows of s: padded with zeros, cropped back."""
    n, rows, cols, _ = x.shape
    pad = (-rows % s, -cols % s)
    x = F.pad(x, (0, 0, 0, pad[1], 0, pad[0]))
    r, c = x.shape[1] // s, x.shape[2] // s
    x = x.reshape(n, r, s, c, s, D).transpose(2, 3).reshape(-1, s * s, D)
    q, k, v = heads(w, b + "attn", x)
    tables = [w(b + "attn.rel_pos_" + z, 2 * s - 1, D // HEADS) for z in "hw"]
    x = attend(w, b + "attn", relative(q, k, *tables, s), v)
    x = x.reshape(n, r, c, s, s, D).transpose(2, 3).reshape(n, r * s, c * s, D)
    return x[:, :rows, :cols]


def vitdet(w, images):
    n = "backbone.net."
    x = F.conv2d(images, *w.pair(n + "patch_embed.proj", D, 3, PATCH, PATCH), stride=PATCH)
    pos = w(n + "pos_embed", 1, 2 * 2 + 1, D)[:, 1:].reshape(1, 2, 2, D).permute(0, 3, 1, 2)
    x = x + F.interpolate(pos, (GRID, GRID), mode="bicubic", align_corners=False)
    x = x.permute(0, 2, 3, 1)
    for i in range(DEPTH):
        b = n + "blocks.%d." % i
        x = x + windowed(w, b, layer_norm(w, b + "norm1", x), GRID if i in WIDE else WINDOW)
        x = x + mlp(w, b + "mlp", layer_norm(w, b + "norm2", x))
    return x.permute(0, 3, 1, 2)


def norm_conv(w, name, x, n, k):
    return channel_norm(w, name + ".norm", conv(w, name, x, n, k, bias=False))


def pyramid(w, x, channels=6):
    b = "backbone.simfp_"
    x2 = F.gelu(channel_norm(w, b + "2.1", deconv(w, b + "2.0", x, D // 2)))
    maps = [(2, 4, deconv(w, b + "2.3", x2, D // 4)), (3, 1, deconv(w, b + "3.0", x, D // 2)),
            (4, 0, x), (5, 1, F.max_pool2d(x, 2))]
    y = [norm_conv(w, b + "%d.%d" % (level, at + 1),
                   norm_conv(w, b + "%d.%d" % (level, at), m, channels, 1), channels, 3)
         for level, at, m in maps]
    return y + [F.max_pool2d(y[-1], 1, 2)]


def regions(maps, image, box, cells):
    """Level 2 where the side is 8 pixels, one more each time that it doubles."""
    y = torch.zeros(len(box), maps[0].shape[1], cells, cells)
    area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])
    level = torch.floor(2 + torch.log2(area.sqrt() / 8 + 1e-8)).clamp(0, 3).long()
    for k in range(4):
        i = torch.nonzero(level == k)[:, 0]
        if len(i):
            at = torch.cat([image[i, None], box[i]], 1)
            y[i] = roi_align(maps[k], at, cells, 1 / 2 ** k, 0, True)
    return y


w = Weights("rcnn.")
maps = pyramid(w, vitdet(w, images))
for k, x in enumerate(maps):
    r = "proposal_generator.rpn_head."
    for i in range(2):
        x = F.relu(conv(w, r + "conv.conv%d" % i, x, 6, 3))
    out["rcnn_logits%d" % k] = last(conv(w, r + "objectness_logits", x, 3, 1))
    out["rcnn_deltas%d" % k] = last(conv(w, r + "anchor_deltas", x, 12, 1))
image = torch.tensor([0, 1, 1, 0, 1.0])
box = torch.tensor([[1.5, 2, 4, 5.5], [3, 0, 9, 8], [0, 1, 16, 15.0], [-2, 3, 9, 12], [6, 6, 8, 7]])
out["rcnn_image"], out["rcnn_box"] = image, box
x = regions(maps, image, box, 3)
for i in (1, 2):
    x = F.relu(norm_conv(w, "roi_heads.box_head.conv%d" % i, x, 6, 3))
x = F.relu(linear(w, "roi_heads.box_head.fc1", x.flatten(1), 10))
out["rcnn_scores"] = linear(w, "roi_heads.box_predictor.cls_score", x, 3)
out["rcnn_box_deltas"] = linear(w, "roi_heads.box_predictor.bbox_pred", x, 8)
x = regions(maps, image, box, 2)
for i in (1, 2):
    x = F.relu(norm_conv(w, "roi_heads.mask_head.mask_fcn%d" % i, x, 6, 3))
x = F.relu(deconv(w, "roi_heads.mask_head.deconv", x, 6))
out["rcnn_masks"] = last(conv(w, "roi_heads.mask_head.predictor", x, 2, 1))

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
