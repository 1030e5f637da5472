#!/usr/bin/python3
"""Checkpoints as others write them, for tests/train/test_foreign.c: python3-torch.

    python3 tests/golden/foreign.py tests/golden
    python3 tests/golden/foreign.py --check FOLDER

A masked autoencoder of width 16 (2 blocks, 4 heads; decoder 8, 1 block, 2 heads) on 3 x 8 x
8 pixels, patch 4, with the reference's names and chance weights, written

    foreign_mae.pth      as the reference's training does: model, optimizer, epoch, args
    foreign_legacy.pth   the encoder alone, in the format before 1.6, half of it as float16
    foreign_hf/          config.json and pytorch_model.bin under transformers' names

and beside them foreign.safetensors: the images, the features that PyTorch computes from
them, and positions resized by PyTorch as interpolate_pos_embed() does.
"""
import argparse, json, os, struct, sys
import numpy as np
import torch
from torch.nn import functional as F

D, DEPTH, HEADS, B, P, SIDE, L = 16, 2, 4, 8, 4, 8, 4


def weights():
    torch.manual_seed(7)
    w = {"cls_token": torch.randn(1, 1, D), "pos_embed": torch.randn(1, L + 1, D),
         "patch_embed.proj.weight": torch.randn(D, 3, P, P) * 0.2,
         "patch_embed.proj.bias": torch.randn(D) * 0.1}

    def linear(name, o, i):
        w[name + ".weight"] = torch.randn(o, i) / i ** 0.5
        w[name + ".bias"] = torch.randn(o) * 0.1

    def norm(name, d):
        w[name + ".weight"] = 1 + 0.1 * torch.randn(d)
        w[name + ".bias"] = 0.1 * torch.randn(d)

    def block(name, d):
        norm(name + ".norm1", d)
        linear(name + ".attn.qkv", 3 * d, d)
        linear(name + ".attn.proj", d, d)
        norm(name + ".norm2", d)
        linear(name + ".mlp.fc1", 4 * d, d)
        linear(name + ".mlp.fc2", d, 4 * d)

    for i in range(DEPTH):
        block(f"blocks.{i}", D)
    norm("norm", D)
    w["mask_token"] = torch.randn(1, 1, B)
    w["decoder_pos_embed"] = torch.randn(1, L + 1, B)
    linear("decoder_embed", B, D)
    block("decoder_blocks.0", B)
    norm("decoder_norm", B)
    linear("decoder_pred", 3 * P * P, B)
    return w


def features(w, images, heads):
    """Of the encoder with every patch visible, after the final norm: [N, L + 1, D]."""
    d = w["norm.weight"].numel()
    depth = sum(k.endswith("norm1.weight") and k.startswith("blocks.") for k in w)
    x = F.conv2d(images, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"],
                 stride=w["patch_embed.proj.weight"].shape[-1]).flatten(2).transpose(1, 2)
    x = torch.cat([w["cls_token"].expand(len(x), -1, -1), x], 1) + w["pos_embed"]
    norm = lambda x, n: F.layer_norm(x, (d,), w[n + ".weight"], w[n + ".bias"], 1e-6)
    line = lambda x, n: F.linear(x, w[n + ".weight"], w[n + ".bias"])
    for i in range(depth):
        b = f"blocks.{i}."
        n, t, _ = x.shape
        q, k, v = line(norm(x, b + "norm1"), b + "attn.qkv").reshape(
            n, t, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
        a = (q @ k.transpose(-2, -1) * (d // heads) ** -0.5).softmax(-1)
        x = x + line((a @ v).transpose(1, 2).reshape(n, t, d), b + "attn.proj")
        x = x + line(F.gelu(line(norm(x, b + "norm2"), b + "mlp.fc1")), b + "mlp.fc2")
    return norm(x, "norm")


def transformers_names(w):
    out = {}
    for name, x in w.items():
        n, vit = name, "vit."
        for old, new in (("decoder_blocks.", "decoder.decoder_layers."),
                         ("blocks.", "encoder.layer."), ("norm1.", "layernorm_before."),
                         ("norm2.", "layernorm_after."),
                         ("attn.proj.", "attention.output.dense."),
                         ("mlp.fc1.", "intermediate.dense."), ("mlp.fc2.", "output.dense."),
                         ("patch_embed.proj.", "embeddings.patch_embeddings.projection.")):
            n = n.replace(old, new)
        n = {"cls_token": "embeddings.cls_token",
             "pos_embed": "embeddings.position_embeddings"}.get(n, n)
        if n.startswith("norm."):
            n = "layer" + n
        if n.startswith(("mask_token", "decoder_")):
            n = "decoder." + n
        if n.startswith("decoder."):
            vit = ""
        if "attn.qkv." in n:
            for part, y in zip(("query", "key", "value"), x.chunk(3)):
                out[vit + n.replace("attn.qkv.", f"attention.attention.{part}.")] = y.clone()
        else:
            out[vit + n] = x
    return out


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, x in sorted(tensors.items()):
        x = x.contiguous().numpy().astype(np.float32)
        header[name] = {"dtype": "F32", "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def main(folder):
    at = lambda name: os.path.join(folder, name)
    w = weights()
    # A view: what a transposed or sliced parameter looks like in a file.
    w["blocks.1.mlp.fc1.weight"] = w["blocks.1.mlp.fc1.weight"].t().contiguous().t()
    p = torch.nn.Parameter(torch.randn(3))
    adamw = torch.optim.AdamW([p])
    p.sum().backward()
    adamw.step()
    torch.save({"model": w, "optimizer": adamw.state_dict(), "epoch": 3, "scaler": {},
                "args": argparse.Namespace(blr=1.5e-4, model="mae_vit_tiny", resume=None)},
               at("foreign_mae.pth"))
    encoder = {k: v for k, v in w.items() if not k.startswith(("decoder", "mask"))}
    half = {k: v.half() if k.startswith("blocks.0") else v for k, v in encoder.items()}
    torch.save(half, at("foreign_legacy.pth"), _use_new_zipfile_serialization=False)
    os.makedirs(at("foreign_hf"), exist_ok=True)
    torch.save(transformers_names(w), at("foreign_hf/pytorch_model.bin"))
    with open(at("foreign_hf/config.json"), "w") as f:
        json.dump({"model_type": "vit_mae", "num_attention_heads": HEADS, "image_size": SIDE,
                   "patch_size": P, "hidden_act": "gelu", "qkv_bias": True,
                   "layer_norm_eps": 1e-12, "norm_pix_loss": True,
                   "decoder_num_attention_heads": 2}, f, indent=2)
        f.write("\n")

    images = torch.randn(3, 3, SIDE, SIDE)
    table = torch.randn(1, 1 + 9, D)
    resize = lambda n: F.interpolate(table[:, 1:].reshape(1, 3, 3, D).permute(0, 3, 1, 2),
                                     size=(n, n), mode="bicubic", align_corners=False
                                     ).permute(0, 2, 3, 1).flatten(1, 2)
    write_safetensors(at("foreign.safetensors"), {
        "images": images, "features": features(w, images, HEADS),
        "features_half": features({k: v.float() for k, v in half.items()}, images, HEADS),
        "positions": table, "positions_7": torch.cat([table[:, :1], resize(7)], 1),
        "positions_2": torch.cat([table[:, :1], resize(2)], 1)})


def read_safetensors(path):
    with open(path, "rb") as f:
        data = f.read()
    n = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + n])
    header.pop("__metadata__", None)
    kinds = {"F32": np.float32, "F64": np.float64}
    return {name: torch.from_numpy(np.frombuffer(
                data[8 + n + x["data_offsets"][0]:8 + n + x["data_offsets"][1]],
                kinds[x["dtype"]]).reshape(x["shape"]).copy()) for name, x in header.items()}


def check(folder):
    at = lambda name: os.path.join(folder, name)
    mae, hf = read_safetensors(at("mae")), read_safetensors(at("hf/model.safetensors"))
    ours = read_safetensors(at("ours.safetensors"))
    renamed = transformers_names(mae)
    assert renamed.keys() == hf.keys(), renamed.keys() ^ hf.keys()
    assert all(torch.equal(renamed[k], hf[k]) for k in hf)
    with open(at("hf/config.json")) as f:
        config = json.load(f)
    assert config["layer_norm_eps"] == 1e-6 and config["num_attention_heads"] == HEADS
    off = (features(mae, ours["images"], HEADS) - ours["features"]).abs().max().item()
    assert off <= 1e-5, off


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1] == "--check" else main(sys.argv[1])
