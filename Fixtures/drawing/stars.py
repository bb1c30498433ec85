"""The starry sky over a line of firs."""

import numpy as np
from PIL import Image, ImageDraw

from .camera import colour, develop, grid
from .noise import blur, fbm, mix, smooth


def stars(view, width, height):
    w, h = width, height
    x, y = grid(w, h)
    rng = np.random.default_rng(77 + view)
    light = (
        mix(np.broadcast_to(colour("0a1026"), (h, w, 3)), colour("2b3a55"), smooth(0.2, 1.0, y))
        * 0.55
    )
    light += (np.exp(-((y - 0.98) ** 2) / 0.02) * 0.25)[..., None] * colour("d08a4a")
    # The band of the Milky Way with its dust lanes.
    c, s = np.cos(0.95), np.sin(0.95)
    along, across = c * (x - 0.75) + s * (y - 0.4), -s * (x - 0.75) + c * (y - 0.4)
    across += 0.06 * fbm(along * 2, 0 * x, 3, 6)
    band = np.exp(-((across / 0.13) ** 2)) * (0.55 + 0.6 * fbm(x * 4, y * 4, 6, 12))
    core = np.exp(-((across / 0.07) ** 2) - ((along - 0.15) / 0.45) ** 2)
    dust = smooth(
        0.0, 0.45, fbm(along * 3, across * 11, 6, 24) + np.exp(-((across / 0.04) ** 2)) * 0.28
    )
    glow = np.clip(band * 0.4 + core * 0.55, 0, None) * (
        1 - 0.75 * dust * np.exp(-((across / 0.1) ** 2))
    )
    light += glow[..., None] * mix(
        np.broadcast_to(colour("8fa4d8"), (h, w, 3)), colour("ffd9b0"), core
    )
    field = np.zeros((h, w, 3), np.float32)
    count = 5200
    px, py = rng.integers(2, w - 2, count), rng.integers(2, h - 2, count)
    keep = rng.random(count) < 0.35 + 2.2 * np.clip(band[py, px], 0, 1)
    for a, b, m, warm in zip(
        px[keep], py[keep], rng.pareto(1.6, count)[keep], rng.random(count)[keep]
    ):
        tint = mix(np.float32([0.7, 0.82, 1.0]), np.float32([1.0, 0.82, 0.6]), warm)
        field[b, a] += tint * min(0.35 + m * 0.5, 14)
    light += blur(field, 1.0) * 2.6 + blur(np.maximum(field - 2.5, 0), 5) * 6
    ridge = 0.86 + 0.05 * fbm(x[0] * 1.6, 0 * x[0], 5, 33)
    outline = Image.new("L", (w, h))
    draw = ImageDraw.Draw(outline)
    for k in range(150):
        at = rng.uniform(0, w)
        base, tall = ridge[min(int(at), w - 1)] * h + 0.02 * h, h * rng.uniform(0.03, 0.1) * (
            1.9 if k % 25 == 0 else 1
        )
        for tier in np.linspace(0, 1, 9):
            half = tall * 0.2 * (1 - tier * 0.85)
            top = base - tall * (tier + 0.22)
            draw.polygon(
                [(at - half, base - tall * tier), (at + half, base - tall * tier), (at, top)],
                fill=255,
            )
    ground = np.maximum(
        np.asarray(outline).astype(np.float32) / 255, smooth(-0.002, 0.002, y - ridge[None, :])
    )
    ground = blur(ground, 1)
    light = light * (1 - ground[..., None]) + ground[..., None] * colour("04060a") * 0.6
    return develop(light, 25, None, 1.5, bloom=0.1, grain=0.016)
