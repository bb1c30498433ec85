"""Draws 240 losslessly stored pictures of many sizes and modes and hashes them with imagehash.

    python imagehash_peer.py FOLDER

Writes NNN.png and hashes.txt, a line each: file name and hash.
"""

import os
import sys

import imagehash
import numpy as np
from PIL import Image

MODES = ["L", "RGB", "RGBA", "LA", "P", "1"]


def picture(random, mode):
    width, height = (int(x) for x in random.integers(33, 700, 2))
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for _ in range(3):
        a, b, c, d = random.uniform(0.005, 0.2, 4)
        wave = np.sin(a * x + b * y) + np.cos(c * x - d * y) + random.normal(0, 0.2, x.shape)
        planes.append(np.clip(127 + 55 * wave, 0, 255))
    rgb = Image.fromarray(np.stack(planes, axis=2).astype(np.uint8))
    if mode == "RGBA":
        rgb.putalpha(Image.fromarray(np.clip(255 * x / width, 0, 255).astype(np.uint8)))
        return rgb
    return rgb.convert(mode)


def main(folder):
    random = np.random.default_rng(20)
    with open(os.path.join(folder, "hashes.txt"), "w") as out:
        for number in range(240):
            image = picture(random, MODES[number % len(MODES)])
            name = f"{number:03}.png"
            image.save(os.path.join(folder, name))
            # As a service does it: what is neither RGB nor grey becomes RGB, alpha is dropped.
            plain = image if image.mode in ("RGB", "L") else image.convert("RGB")
            # Pillow 13 resizes tall pictures in the other order; the hash is defined across first, then down.
            across = plain.convert("L").resize((32, plain.height), Image.LANCZOS)
            out.write(f"{name} {imagehash.phash(across)}\n")


main(sys.argv[1])
