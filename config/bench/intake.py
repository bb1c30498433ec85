#!/usr/bin/env python3
"""Takes one picture in with Pillow and imagehash, decoding once: the peer of Tintype's intake.

`intake.py FILE` prints the milliseconds of one run for each line it reads. A run is what Tintype's
intake makes: MD5 and SHA-256, the perceptual hash, a thumbnail of 400×300, a palette of 8 colours
and a copy of at most 2 megapixels.
"""

import hashlib
import io
import math
import sys
import time

import imagehash
from PIL import Image

LANCZOS = Image.Resampling.LANCZOS


def jpeg(image):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def reduced(image, pixels):
    """The picture with at most so many pixels."""
    width, height = image.size
    scale = min(1, math.sqrt(pixels / (width * height)))
    if scale == 1:
        return image
    return image.resize((int(width * scale), int(height * scale)), LANCZOS)


def intake(data):
    hashlib.md5(data).digest()
    hashlib.sha256(data).digest()
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    imagehash.phash(picture)
    copy = reduced(picture, 2_000_000)
    jpeg(copy)
    # Everything smaller is made of the copy, as somebody would who cares for time.
    small = copy.copy()
    small.thumbnail((400, 300), LANCZOS)
    jpeg(small)
    small.quantize(8).getpalette()


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    for _ in sys.stdin:
        start = time.perf_counter()
        intake(data)
        print((time.perf_counter() - start) * 1000, flush=True)


if __name__ == "__main__":
    main()
