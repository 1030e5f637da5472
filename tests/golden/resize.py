"""Makes resize.golden: what Pillow makes of small pictures.

    apt-get install python3-pil; /usr/bin/python3 resize.py PHOTO.jpg > resize.golden

All numbers little-endian.  i32 pictures; each i32 height, width, channels, then
bytes.  i32 cases; each i32 picture, top, left, height, width (of the window cut
out first), f32 left, top, right, bottom (of the box in the window), i32 filter
(0 bilinear, 1 bicubic), height, width, then bytes.
"""
import random
import struct
import sys

from PIL import Image

random.seed(1)
put = sys.stdout.buffer.write
photo = Image.open(sys.argv[1]).convert("RGB").resize((61, 47), Image.LANCZOS)
noise = Image.frombytes("L", (28, 28), bytes(random.choice((0, 255, random.randrange(256)))
                                             for _ in range(28 * 28)))
noise4 = Image.frombytes("RGBX", (9, 5), bytes(random.randrange(256) for _ in range(180)))
pictures = [photo, noise, noise4]
put(struct.pack("<i", len(pictures)))
for p in pictures:
    put(struct.pack("<iii", p.height, p.width, len(p.getbands())) + p.tobytes())

# picture, window (top, left, height, width) or None, box or None, filter, height, width
cases = [
    (0, None, None, 1, 32, 32), (0, None, None, 0, 32, 32), (0, None, None, 1, 7, 5),
    (0, None, None, 0, 3, 50), (0, None, None, 1, 50, 64), (0, None, None, 0, 49, 9),
    (0, None, None, 1, 47, 20), (0, None, None, 1, 1, 1), (0, None, None, 1, 47, 61),
    (0, (3, 5, 31, 40), None, 1, 28, 28), (0, (46, 60, 1, 1), None, 1, 6, 6),
    (0, (10, 0, 2, 61), None, 1, 20, 4), (0, None, (0.3, 1.7, 40.25, 46.9), 1, 24, 24),
    (0, None, (10.5, 3.25, 11.0, 3.5), 0, 8, 8), (0, (4, 4, 30, 30), (0.1, 2.2, 29.9, 30), 1, 14, 14),
    (1, (2, 4, 20, 17), None, 1, 28, 28), (1, (0, 0, 13, 16), None, 1, 28, 28),
    (1, (0, 0, 28, 25), None, 1, 28, 28), (1, None, None, 0, 14, 14), (1, None, None, 1, 14, 56),
    (2, None, None, 1, 3, 4), (2, None, None, 0, 11, 7),
]
put(struct.pack("<i", len(cases)))
for k, window, box, f, height, width in cases:
    p = pictures[k]
    top, left, h, w = window or (0, 0, p.height, p.width)
    p = p.crop((left, top, left + w, top + h))
    box = box or (0, 0, w, h)
    out = p.resize((width, height), Image.BICUBIC if f else Image.BILINEAR, box=box)
    put(struct.pack("<5i4f3i", k, top, left, h, w, *box, f, height, width) + out.tobytes())
