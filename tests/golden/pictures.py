"""Makes pictures.golden: small JPEG and PNG files, and what Pillow makes of them.

    apt-get install python3-pil; /usr/bin/python3 pictures.py PHOTO.jpg PNGSUITE > pictures.golden

All numbers little-endian.  i32 files; each 16 bytes of name, i32 bytes, the file, i32
height, width, RGB bytes, then gray bytes.  i32 views; each i32 file, size, then RGB bytes
[size, size]: the short side resized to int(size / 0.875), the centre cut out.
"""
import io
import os
import struct
import sys

from PIL import Image

put = sys.stdout.buffer.write
photo = Image.open(sys.argv[1]).convert("RGB")
small = photo.resize((21, 17), Image.LANCZOS)


def jpeg(image, **how):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, **how)
    return out.getvalue()


def ycck(data):  # the same planes, declared as YCCK in Adobe's marker
    at = data.index(b"Adobe") + 11
    return data[:at] + b"\x02" + data[at + 1:]


inks = Image.merge("CMYK", [*small.split(), small.convert("L").rotate(180)])
files = [
    ("420", jpeg(small, subsampling=2)),
    ("422-progressive", jpeg(small, subsampling=1, progressive=True)),
    ("444-restarts", jpeg(small, subsampling=0, restart_marker_blocks=2)),
    ("tall-420", jpeg(photo.resize((9, 40), Image.LANCZOS), subsampling=2)),
    ("gray", jpeg(small.convert("L"))),
    ("cmyk", jpeg(inks)),
    ("ycck", ycck(jpeg(inks))),
]
for name in ("basn0g02", "basn0g16", "basi2c16", "basn3p01", "basi3p04", "basn4a16", "basi6a08",
             "tbgn3p08", "g03n2c08", "s05i3p02"):
    files.append((name, open(os.path.join(sys.argv[2], name + ".png"), "rb").read()))

pictures = []
put(struct.pack("<i", len(files)))
for name, data in files:
    p = Image.open(io.BytesIO(data))
    if p.mode == "I":  # Pillow 9 would clip at 255: the upper 8 bits
        p = Image.frombytes("L", p.size, bytes(v >> 8 for v in p.getdata()))
    pictures.append(p.convert("RGB"))
    put(struct.pack("<16si", name.encode(), len(data)) + data)
    put(struct.pack("<ii", p.height, p.width) + p.convert("RGB").tobytes()
        + p.convert("L").tobytes())

views = [(0, 14), (3, 8), (3, 28), (7, 21)]
put(struct.pack("<i", len(views)))
for k, size in views:  # torchvision's Resize and CenterCrop
    p, side = pictures[k], int(size / 0.875)
    w, h = p.size
    new = (side, side * h // w) if w <= h else (side * w // h, side)
    p = p.resize(new, Image.BICUBIC)
    left, top = round((new[0] - size) / 2), round((new[1] - size) / 2)
    put(struct.pack("<ii", k, size) + p.crop((left, top, left + size, top + size)).tobytes())
