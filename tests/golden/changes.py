"""Makes changes.golden: what Pillow's fifteen operations of RandAugment make of pictures.

    apt-get install python3-pil; /usr/bin/python3 changes.py PHOTO.jpg > changes.golden

All numbers little-endian.  i32 pictures; each i32 height, width, channels, then bytes.
i32 cases; each i32 picture, kind (in the order of ChangeKind), f64 amount, then bytes.
"""
import struct
import sys

from PIL import Image, ImageEnhance, ImageOps

put = sys.stdout.buffer.write
photo = Image.open(sys.argv[1]).convert("RGB").resize((24, 17), Image.LANCZOS)
gray = Image.open(sys.argv[1]).convert("L").resize((28, 28), Image.LANCZOS).crop((3, 5, 16, 25))
pictures = [photo, gray]
FILL = (124, 116, 104)


def affine(m, *a):
    fill = FILL if m.mode == "RGB" else FILL[0]
    return m.transform(m.size, Image.AFFINE, a, resample=Image.BICUBIC, fillcolor=fill)


def rotate(m, degrees):
    fill = FILL if m.mode == "RGB" else FILL[0]
    return m.rotate(degrees, resample=Image.BICUBIC, fillcolor=fill)


def solarize_add(m, add):
    table = [min(255, i + int(add)) if i < 128 else i for i in range(256)]
    return m.point(table * len(m.getbands()))


operations = [
    lambda m, x: ImageOps.autocontrast(m),
    lambda m, x: ImageOps.equalize(m),
    lambda m, x: ImageOps.invert(m),
    rotate,
    lambda m, x: ImageOps.posterize(m, int(x)),
    lambda m, x: ImageOps.solarize(m, int(x)),
    solarize_add,
    lambda m, x: ImageEnhance.Color(m).enhance(x),
    lambda m, x: ImageEnhance.Contrast(m).enhance(x),
    lambda m, x: ImageEnhance.Brightness(m).enhance(x),
    lambda m, x: ImageEnhance.Sharpness(m).enhance(x),
    lambda m, x: affine(m, 1, x, 0, 0, 1, 0),
    lambda m, x: affine(m, 1, 0, 0, x, 1, 0),
    lambda m, x: affine(m, 1, 0, x * m.size[0], 0, 1, 0),
    lambda m, x: affine(m, 1, 0, 0, 0, 1, x * m.size[1]),
]
amounts = [
    (0,), (0,), (0,), (27.3, -13.7, 0, -30), (1, 4, 0), (26, 256, 0), (99, 3), (1.81, 0.1, 1),
    (0.19, 1.9), (0.1, 1.85), (1.9, 0.23), (0.27, -0.3), (-0.285, 0.11), (0.405, -0.45),
    (-0.4, 0.037),
]
cases = [(p, k, float(x)) for k in range(15) for i, x in enumerate(amounts[k])
         for p in range(2) if p == i % 2 or len(amounts[k]) == 1]
put(struct.pack("<i", len(pictures)))
for p in pictures:
    put(struct.pack("<iii", p.height, p.width, len(p.getbands())) + p.tobytes())
put(struct.pack("<i", len(cases)))
for p, k, x in cases:
    put(struct.pack("<iid", p, k, x) + operations[k](pictures[p], x).tobytes())
