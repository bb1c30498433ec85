"""The concert: a band in coloured light before its crowd."""

import numpy as np
from PIL import Image, ImageDraw

from .camera import colour, develop, grid
from .noise import blur, fbm, mix, smooth


def concert(view, width, height):
    w, h = width, height
    x, y = grid(w, h)
    x = x - w / h / 2 + [0, 0.08][view]
    y = y + [0, 0.03][view]
    smoke = 0.55 + 0.6 * fbm(x * 2.2, y * 2.6, 6, 3)
    light = np.clip(smoke, 0, 2)[..., None] * (
        colour("160a2e") * 0.9
        + np.exp(-((x / 0.6) ** 2 + ((y - 0.55) / 0.3) ** 2))[..., None] * colour("4a1a7a") * 0.5
    )
    # The screen behind the band.
    screen = smooth(0.006, 0.0, np.maximum(np.abs(x) - 0.36, np.abs(y - 0.44) - 0.13))
    dots = 0.5 + 0.5 * np.cos(x * 700) * np.cos(y * 700)
    waves = 0.5 + 0.5 * np.sin(14 * np.hypot(x, y - 0.44) * 4 + 3 * np.arctan2(y - 0.44, x))
    light += (
        screen[..., None]
        * mix(np.broadcast_to(colour("2a40ff"), (h, w, 3)), colour("ff3da8"), waves)
        * (0.35 + 0.4 * dots)[..., None]
    )
    # Moving heads on the truss: additive cones with smoke in them.
    rng = np.random.default_rng(9)
    tones = [
        "ff2fa0",
        "3d7bff",
        "8a4dff",
        "25e0ff",
        "ff2fa0",
        "ffb02e",
        "3d7bff",
        "ff2fa0",
        "25e0ff",
        "8a4dff",
    ]
    for k, tone in enumerate(tones):
        sx = -0.62 + 1.24 * k / (len(tones) - 1)
        lean = np.float32(-sx * 0.9 + rng.uniform(-0.45, 0.45))
        dx, dy = x - sx, y - 0.165
        along = dx * np.sin(lean) + dy * np.cos(lean)
        aside = dx * np.cos(lean) - dy * np.sin(lean)
        spread = 0.008 + np.clip(along, 0, 2) * 0.075
        cone = np.exp(-((aside / spread) ** 2)) * (along > 0) / (0.25 + along * 2.6)
        light += (cone * np.clip(smoke, 0.1, 2) * 0.95)[..., None] * colour(tone)
        light += (1.0 / (1 + (np.hypot(dx, dy) / 0.008) ** 3) * 7)[..., None] * (
            colour(tone) * 0.6 + 0.4
        )
    for sx in (-0.2, 0.02, 0.24):
        dx, dy = x - sx * 1.2, y - 0.05
        cone = (
            np.exp(
                -(((dx - (dy) * (sx - sx * 1.2) / 0.6) / (0.012 + np.clip(dy, 0, 2) * 0.09)) ** 2)
            )
            * (dy > 0)
            * (y < 0.73)
        )
        light += (cone * smoke * 0.3)[..., None] * colour("fff0d8")
    image = Image.new("L", (w, h))
    draw = ImageDraw.Draw(image)

    def px(a, b):
        return (a - [0, 0.08][view]) * h + w / 2, (b - [0, 0.03][view]) * h

    def line(points, thick):
        draw.line([px(*p) for p in points], 255, max(1, int(thick * h)), "curve")

    for top in (0.125, 0.155):
        line([(-0.75, top), (0.75, top)], 0.005)
    for k in range(-37, 38):
        line([(k * 0.02, 0.125), (k * 0.02 + 0.02, 0.155)], 0.003)
    for side in (-0.72, 0.72):
        line([(side, 0.14), (side, 0.75)], 0.012)
        draw.rectangle([*px(side - 0.06, 0.42), *px(side + 0.06, 0.74)], fill=255)
    draw.rectangle([*px(-0.9, 0.722), *px(0.9, 0.8)], fill=255)

    def player(a, size, arms):
        foot = 0.725
        draw.ellipse(
            [
                *px(a - 0.013 * size, foot - 0.178 * size),
                *px(a + 0.013 * size, foot - 0.146 * size),
            ],
            fill=255,
        )
        draw.polygon(
            [
                px(a + s * size, foot - t * size)
                for s, t in ((-0.028, 0.145), (0.028, 0.145), (0.02, 0.07), (-0.02, 0.07))
            ],
            fill=255,
        )
        for s in (-1, 1):
            line(
                [(a + 0.008 * s * size, foot - 0.075 * size), (a + 0.026 * s * size, foot)],
                0.015 * size,
            )
        for points in arms:
            line([(a + s * size, foot - t * size) for s, t in points], 0.0095 * size)

    player(
        -0.2,
        1.0,
        [
            [(-0.025, 0.14), (-0.055, 0.1), (-0.01, 0.09)],
            [(0.025, 0.14), (0.07, 0.12), (0.1, 0.14)],
            [(-0.06, 0.085), (0.13, 0.15)],
        ],
    )
    player(
        0.02,
        1.08,
        [
            [(-0.025, 0.14), (-0.05, 0.2), (-0.03, 0.25)],
            [(0.025, 0.14), (0.05, 0.12), (0.02, 0.155)],
        ],
    )
    player(
        0.24,
        1.0,
        [
            [(-0.025, 0.14), (-0.06, 0.11), (-0.09, 0.13)],
            [(0.025, 0.14), (0.04, 0.1), (0.0, 0.09)],
            [(-0.12, 0.15), (0.06, 0.08)],
        ],
    )
    for a, r in ((0.44, 0.035), (0.5, 0.028), (0.39, 0.024)):
        draw.ellipse([*px(a - r, 0.68 - r), *px(a + r, 0.68 + r)], fill=255)
    line([(0.36, 0.6), (0.42, 0.585)], 0.004)
    line([(0.46, 0.57), (0.54, 0.58)], 0.004)
    player(0.46, 0.8, [[(-0.025, 0.14), (-0.06, 0.18)], [(0.025, 0.14), (0.07, 0.17)]])
    dark = blur(np.asarray(image).astype(np.float32) / 255, h / 1100)[..., None]
    light = light * (1 - 0.94 * dark)
    # The crowd: rows of heads, some with raised hands or telephones, lit at the edge.
    for row in range(7):
        image = Image.new("L", (w, h))
        draw = ImageDraw.Draw(image)
        scale, level = 0.016 * 1.34**row, 0.79 + 0.034 * row * (1 + row * 0.08)
        for a in np.arange(-0.95, 0.95, scale * 2.1):
            a, b = a + rng.uniform(-0.5, 0.5) * scale, level + rng.uniform(-0.5, 0.5) * scale
            draw.ellipse(
                [*px(a - scale * 0.72, b - scale * 0.9), *px(a + scale * 0.72, b + scale * 0.9)],
                fill=255,
            )
            draw.polygon(
                [
                    px(a + s * scale, b + t * scale)
                    for s, t in (
                        (-0.4, 0.7),
                        (0.4, 0.7),
                        (1.5, 1.6),
                        (1.6, 9),
                        (-1.6, 9),
                        (-1.5, 1.6),
                    )
                ],
                fill=255,
            )
            if rng.random() < 0.3:
                lean, reach = rng.uniform(-0.9, 0.9), rng.uniform(2.6, 3.8)
                for s in (-1, 1):
                    if rng.random() < 0.75:
                        line(
                            [
                                (a + s * 1.2 * scale, b + 2 * scale),
                                (a + (s * 1.7 + lean * 0.3) * scale, b - 0.6 * scale),
                                (a + (s * 1.2 + lean) * scale, b - reach * scale),
                            ],
                            scale * 0.5,
                        )
        body = blur(np.asarray(image).astype(np.float32) / 255, h / 900 + row * 0.4)
        rim = np.clip(body - np.roll(body, int(h * scale * 0.16), 0), 0, 1)
        tone = mix(
            np.broadcast_to(colour("b04dff"), (h, w, 3)), colour("3d9bff"), smooth(-0.5, 0.5, x)
        )
        light = light * (1 - body[..., None]) + (rim * 0.55 * (1 - row * 0.1))[..., None] * tone
        light += body[..., None] * colour("0a0614") * (1.6 - row * 0.2)
    return develop(light, 32, None, 1.15, bloom=0.2, vignette=0.3, grain=0.02)
