"""A printed poster on a brick wall."""

import numpy as np

from .camera import colour, develop, grid
from .lettering import words
from .noise import blur, fbm, mix, perlin, sample, smooth
from .relief import shaded, tilted


def poster(view, width, height):
    w, h = width * 5 // 4, height * 5 // 4
    x, y = grid(w, h)
    row = np.floor(y * 15)
    bx, by = (x * 5 + row * 0.5) % 1, (y * 15) % 1
    number = np.floor(x * 5 + row * 0.5) * 7 + row * 13
    rough = fbm(x * 50, y * 50, 4, 8)
    mortar = smooth(
        0.07, 0.13, np.minimum(np.minimum(bx, 1 - bx) * 2.8, np.minimum(by, 1 - by)) + 0.02 * rough
    )
    brick = mix(
        np.broadcast_to(colour("5b2f24"), (h, w, 3)),
        colour("8f5240"),
        np.abs(np.sin(number * 12.9)) * 0.8 + rough * 0.25,
    )
    wall = mix(np.broadcast_to(colour("8d8880"), (h, w, 3)), brick, mortar)
    relief = (mortar * 8 + rough * 2.2) * h / 1200
    lit = shaded(wall, relief, (-0.6, -0.55, 0.6), 0.0, 0.5 * 1200 / h)
    corners = [
        [(0.24, 0.05), (0.72, 0.1), (0.73, 0.9), (0.22, 0.95)],
        [(0.3, 0.1), (0.8, 0.04), (0.82, 0.96), (0.31, 0.89)],
    ][view]
    u, v = tilted(w, h, corners)
    crease = perlin(u * 5, v * 6, 12) * 0.7 + perlin(u * 11, v * 3, 15) * 0.3
    on = smooth(0.0, 0.003, np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v)))
    shade = np.roll(np.roll(blur(on, h / 130), int(h / 70), 0), int(h / 110), 1)
    lit *= (1 - 0.6 * shade * (1 - on))[..., None]
    # The print: a sun over waves, and big letters.
    sun = smooth(0.203, 0.2, np.hypot(u - 0.5, (v - 0.44) * 1.36))
    paper = mix(np.broadcast_to(colour("f3e6c4"), (h, w, 3)), colour("f0c878"), smooth(0.1, 0.9, v))
    paper = mix(paper, colour("d8392b"), sun * (1 - 0.999 * ((v * 34 % 1) < 0.3) * (v > 0.46)))
    for k, tone in enumerate(("1c4e6e", "2a7a94", "123650", "0d2436")):
        crest = (
            0.6 + k * 0.05 + 0.018 * np.sin(u * (13 + k * 2) + k * 1.7) + 0.008 * np.sin(u * 31 + k)
        )
        paper = mix(paper, colour(tone), smooth(crest - 0.002, crest + 0.002, v))
    for text, at, size, tone in (
        ("SUMMER", 0.105, 186, "16283c"),
        ("JAZZ FESTIVAL", 0.21, 112, "d8392b"),
        ("12 - 15 JULY", 0.855, 118, "f3e6c4"),
        ("OLD HARBOUR · FREE ENTRY", 0.935, 56, "f0c878"),
    ):
        label = words(text, 1000, 260, size)
        paper = mix(paper, colour(tone), sample(label, u, (v - at) / 0.19 + 0.5))
    worn = smooth(0.3, 0.5, fbm(u * 9, v * 13, 5, 60)) * 0.22
    paper = mix(paper, colour("efe8d8"), worn)
    print_ = shaded(
        paper, crease * h / 60 + fbm(u * 120, v * 160, 2, 3) * 0.15, (-0.6, -0.55, 0.6), 0.03, 0.5
    )
    torn = smooth(
        0.012, 0.016, np.hypot(u - 1, (v - 1) * 1.3) - 0.07 + 0.02 * fbm(u * 30, v * 30, 3, 70)
    )
    lit = mix(lit, print_, on * torn)
    dapple = smooth(-0.25, 0.3, fbm(x * 1.3 + y * 0.9, y * 0.8, 4, 90))
    lit *= (0.62 + 0.5 * dapple)[..., None]
    return develop(lit, 44, (width, height), 0.68, bloom=0.03)
