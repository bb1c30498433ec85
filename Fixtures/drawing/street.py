"""The street at night: neon letters over wet asphalt."""

import numpy as np
from PIL import Image, ImageDraw

from .camera import colour, develop, normalised, rays
from .lettering import words
from .noise import blur, fbm, mix, perlin, sample, smooth

SIGNS = [
    # text, side, along the street, foot, width, height, colour, seen from the front
    ("HOTEL", 1, 9.0, 4.0, 0.9, 4.2, "ff2d6f", True),
    ("NOODLES", -1, 11.0, 3.4, 2.6, 1.0, "3df0ff", False),
    ("BAR", -1, 8.0, 3.6, 1.7, 1.1, "ff8a1f", False),
    ("CINEMA", 1, 17.0, 4.6, 3.0, 1.3, "ffd23d", False),
    ("OPEN 24H", -1, 19.0, 5.4, 2.6, 1.0, "5dff6a", False),
    ("MUSIC", 1, 26.0, 3.8, 2.6, 1.2, "b86bff", False),
    ("CAFE", -1, 28.0, 3.6, 2.2, 1.2, "ff4d4d", False),
]


class Street:
    """A corridor of two house fronts, a road and hanging neon letters; lit by itself."""

    half = 6.0

    def __init__(self):
        self.signs = []
        for text, side, z, foot, wide, high, tone, upright in SIGNS:
            shown = "\n".join(text) if upright else text
            size = 130 if upright else int(min(high * 130, wide * 240 / len(text)))
            mask = words(shown, int(wide * 200), int(high * 200), size, spacing=8)
            frame = np.zeros_like(mask)
            frame[8:14], frame[-14:-8], frame[:, 8:14], frame[:, -14:-8] = 1, 1, 1, 1
            tube = np.maximum(mask, frame)
            halo = np.clip(blur(tube, 14) * 1.2, 0, 1)
            light = (
                tube[..., None] * (colour(tone) * 5 + 1.2) + halo[..., None] * colour(tone) * 1.5
            )
            x = side * self.half - (wide / 2 if side > 0 else -wide / 2)
            self.signs.append((x, z, foot, wide, high, light + colour("0a0a12") * 0.3))

    def facade(self, side, z, y):
        """What a house front sends out at a place along the street and a height."""
        house = np.floor((z + 60) / 7.5)
        pick = (np.abs(np.sin(house * 17.3 + side * 5.1)) * 43758.5) % 1
        tone = mix(np.broadcast_to(colour("3a2a26"), z.shape + (3,)), colour("2a3344"), pick)
        brick = smooth(0.03, 0.09, np.minimum((y * 4) % 1, ((z * 2 + np.floor(y * 4) * 0.5)) % 1))
        light = tone * (0.05 + 0.06 * brick * (1 + 0.4 * fbm(z * 3, y * 3, 3, 4)))[..., None]
        # Windows in rows; some are lit, each in its own warmth, with a curtain or a lamp.
        u, v = (z / 1.5) % 1, ((y - 3.6) / 1.9) % 1
        number = np.floor(z / 1.5) * 7.13 + np.floor((y - 3.6) / 1.9) * 3.71 + side * 11
        chance = np.abs(np.sin(number * 12.9898) * 43758.5) % 1
        pane = (np.abs(u - 0.5) < 0.27) & (np.abs(v - 0.5) < 0.34) & (y > 3.6)
        cross = (np.abs(u - 0.5) < 0.02) | (np.abs(v - 0.6) < 0.015)
        lamp = 0.35 + 0.9 * np.exp(-((u - 0.35 - 0.3 * chance) ** 2 + (v - 0.55) ** 2) * 14)
        curtain = 1 - 0.55 * (np.abs(u - 0.5) > 0.16) * (chance * 5 % 1 > 0.4)
        warm = mix(
            np.broadcast_to(colour("ffb45a"), z.shape + (3,)),
            colour("9fd0ff"),
            (chance * 7) % 1 > 0.8,
        )
        lit = pane & ~cross & (chance > 0.58)
        light = np.where(lit[..., None], warm * (lamp * curtain * 1.1)[..., None], light)
        light = np.where((pane & ~lit)[..., None], np.float32([0.012, 0.018, 0.03]), light)
        # Shop fronts: glass full of goods under a coloured awning.
        shop = np.floor(z / 5)
        kind = np.abs(np.sin(shop * 5.7 + side)) * 997 % 1
        s = (z / 5) % 1
        glass = (y > 0.5) & (y < 2.7) & (s > 0.06) & (s < 0.94)
        goods = 0.5 + 0.5 * fbm(z * 3.0, y * 3.0 + kind * 9, 4, 15)
        hue = np.stack([colour(t) for t in ("ffd9a0", "ff9ac0", "a8e8ff", "ffe680", "c8ffb0")])[
            (kind * 5).astype(int) % 5
        ]
        bars = (np.abs((s * 4) % 1 - 0.5) > 0.485) | (np.abs(y - 2.2) < 0.03)
        shine = hue * (goods * 1.5 * (0.5 + 0.6 * (y > 1.0)))[..., None] * ~bars[..., None]
        light = np.where(glass[..., None], shine, light)
        board = (y > 2.85) & (y < 3.3) & (s > 0.06) & (s < 0.94)
        stripes = np.where(((z * 3) % 1 > 0.5)[..., None], hue * 0.55, hue[..., ::-1] * 0.25)
        return np.where(board[..., None], stripes, light)

    def light_at(self, o, d):
        """What comes along rays of shape (n, 3) from anything but the road."""
        up = np.clip(d[:, 1], 0, 1)
        light = (
            mix(np.broadcast_to(colour("2a1a38"), d.shape), colour("070a18"), smooth(0, 0.6, up))
            * 0.8
        )
        side = np.where(d[:, 0] > 0, 1.0, -1.0).astype(np.float32)
        t = (side * self.half - o[:, 0]) / np.where(np.abs(d[:, 0]) < 1e-6, 1e-6, d[:, 0])
        t = np.clip(t, 0, 500)
        p = o + d * t[:, None]
        roof = 10.5 + 3.5 * np.sin(np.floor((p[:, 2] + 60) / 7.5) * 2.3 + side)
        wall = (t < 90) & (p[:, 1] < roof) & (p[:, 1] > -0.2)
        face = self.facade(side, p[:, 2], p[:, 1])
        haze = (1 - np.exp(-t / 38))[:, None] * np.float32([0.16, 0.09, 0.17])
        light = np.where(wall[:, None], face * np.exp(-t / 60)[:, None] + haze, light)
        light += (
            (np.exp(-((d[:, 0] / 0.06) ** 2)) * smooth(0.12, 0.0, np.abs(d[:, 1])))[:, None]
            * colour("ff9a5a")
            * 0.55
        )
        depth = np.where(wall, t, 200)
        for x, z, foot, wide, high, texture in self.signs:
            s = (z - o[:, 2]) / np.maximum(d[:, 2], 1e-5)
            px, py = o[:, 0] + d[:, 0] * s, o[:, 1] + d[:, 1] * s
            u, v = (px - x) / wide + 0.5, 1 - (py - foot) / high
            seen = (u > 0) & (u < 1) & (v > 0) & (v < 1) & (s > 0) & (s < depth)
            if seen.any():
                light[seen] = sample(texture, u[seen], v[seen])
            # The glow around the letters in the damp air.
            near = np.exp(
                -(((px - x) / (wide * 0.8)) ** 2) - (((py - foot - high / 2) / (high * 0.8)) ** 2)
            )
            light += (near * (s > 0) * 0.35)[:, None] * texture.mean((0, 1)) * 0.7
        for x, z, tone, wide in (
            (-1.9, 13.0, "ff1a10", 1.5),
            (2.2, 21.0, "fff2d0", 1.5),
            (-1.6, 30.0, "ff1a10", 1.4),
        ):
            s = (z - o[:, 2]) / np.maximum(d[:, 2], 1e-5)
            px, py = o[:, 0] + d[:, 0] * s - x, o[:, 1] + d[:, 1] * s
            body = (
                (np.abs(px) < wide / 2 + 0.12 - np.clip(py - 0.75, 0, 1) * 0.55)
                & (py > 0.18)
                & (py < 1.4)
                & (s > 0)
            )
            glass = body & (py > 0.85) & (py < 1.3) & (np.abs(px) < wide / 2 - 0.25)
            light[body] = colour("12141c") * 0.5
            light[glass] = colour("2c3648") * 0.8
            for lamp in (-1, 1):
                r = np.hypot(px - lamp * (wide / 2 - 0.1), (py - 0.68) * 1.6)
                light += (
                    (smooth(0.17, 0.1, r) * 6 + 0.35 / (1 + (r / 0.22) ** 2.4))[:, None]
                    * (s > 0)[:, None]
                    * colour(tone)
                )
        return light


def street(view, width, height):
    w, h = width * 9 // 8, height * 9 // 8
    eye = np.float32([[0.5, 1.6, 0], [-1.3, 1.5, 1.2]][view])
    d = rays(eye, eye + np.float32([[-0.03, 0.1, 1], [0.1, 0.12, 1]][view]), [66, 64][view], w, h)
    town = Street()
    light = np.zeros((h, w, 3), np.float32)
    for top in range(0, h, 64):
        band = d[top : top + 64].reshape(-1, 3)
        origin = np.broadcast_to(eye, band.shape)
        value = town.light_at(origin, band)
        t = np.where(band[:, 1] < -1e-3, -eye[1] / np.minimum(band[:, 1], -1e-3), 1e6).astype(
            np.float32
        )
        side = np.abs(eye[0] + band[:, 0] * np.minimum(t, 1e4)) < town.half
        road = np.flatnonzero((t < 85) & side)
        p = eye + band[road] * t[road, None]
        v = band[road]
        stone = fbm(p[:, 0] * 14, p[:, 2] * 14, 4, 30)
        puddle = smooth(-0.05, 0.3, fbm(p[:, 0] * 0.55, p[:, 2] * 0.35, 5, 44))
        mirrored = np.zeros_like(v)
        shown = np.zeros_like(v)
        for k in range(5):
            # Rough asphalt smears the mirror image towards the viewer; water does not.
            rough = (1 - puddle) * 0.17 + 0.012
            nx = perlin(p[:, 0] * 30 + k * 7, p[:, 2] * 30, 60 + k) * rough * 0.4
            nz = perlin(p[:, 0] * 25, p[:, 2] * 25 + k * 9, 70 + k) * rough + (k - 2) * rough * 0.22
            n = normalised(np.stack([nx, np.ones_like(nx), nz], -1))
            mirrored = v - 2 * (v * n).sum(-1, keepdims=True) * n
            mirrored[:, 1] = np.abs(mirrored[:, 1])
            shown += (
                np.minimum(
                    town.light_at(p + np.float32([0, 0.01, 0]), mirrored.astype(np.float32)), 6
                )
                / 5
            )
        share = (0.08 + 0.92 * np.clip(1 + v[:, 1], 0, 1) ** 4) * (0.38 + 0.5 * puddle)
        line = (np.abs(np.abs(p[:, 0]) - 0.0) < 0.07) & ((p[:, 2] % 4) < 2)
        kerb = np.abs(p[:, 0]) > 4.6
        base = (
            np.where(line[:, None], colour("9a9684"), colour("22232a")) * (1 + 0.4 * stone)[:, None]
        )
        slab = smooth(0.02, 0.05, np.minimum((p[:, 0] * 1.2) % 1, (p[:, 2] * 1.2) % 1))
        base = np.where(kerb[:, None], colour("3d3a3e") * (0.5 + 0.5 * slab)[:, None], base)
        glow = np.float32([0.24, 0.15, 0.22]) + np.clip(
            np.abs(p[:, :1]) - 2, 0, 3
        ) * 0.14 * np.float32([1, 0.75, 0.5])
        value[road] = base * glow + shown * share[:, None]
        light[top : top + 64] = value.reshape(-1, w, 3)
    walkers(light, eye, view)
    return develop(light, 31, (width, height), 1.25, bloom=0.16, vignette=0.35, grain=0.018)


def walkers(light, eye, view):
    """People with umbrellas, dark against the lights."""
    h, w = light.shape[:2]
    image = Image.new("L", (w, h))
    draw = ImageDraw.Draw(image)
    field = np.tan(np.radians([66, 64][view]) / 2)
    tilt, pan = [0.1, 0.12][view], [-0.03, 0.1][view]

    def at(x, y, z):
        return (
            ((x - eye[0]) / (z - eye[2]) - pan) / field * w / 2 + w / 2,
            h / 2 - ((y - eye[1]) / (z - eye[2]) - tilt) / field * w / 2,
        )

    for x, z in ((3.9, 8.6), (-4.4, 11.5), (4.6, 15.0), (1.2, 18.0), (-3.7, 22.0), (3.4, 27.0)):

        def shape(points):
            draw.polygon([at(x + a, b, z) for a, b in points], fill=255)

        shape([(-0.2, 0.85), (-0.24, 1.4), (-0.12, 1.52), (0.12, 1.52), (0.24, 1.4), (0.2, 0.85)])
        shape(
            [
                (-0.2, 0.9),
                (-0.22, 0.0),
                (-0.06, 0.0),
                (0.0, 0.75),
                (0.1, 0.0),
                (0.24, 0.02),
                (0.2, 0.9),
            ]
        )
        draw.ellipse([*at(x - 0.11, 1.78, z), *at(x + 0.11, 1.5, z)], fill=255)
        shape([(0.62 * np.cos(a), 1.78 + 0.36 * np.sin(a)) for a in np.linspace(0, np.pi, 20)])
    mask = blur(np.asarray(image).astype(np.float32) / 255, h / 1200)
    light *= 1 - 0.93 * mask[..., None]
