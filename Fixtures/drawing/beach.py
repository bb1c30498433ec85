"""The beach at sunset."""

import numpy as np
from PIL import Image, ImageDraw

from .camera import colour, develop, normalised, rays
from .noise import blur, fbm, mix, perlin, smooth


def beach(view, width, height):
    w, h = width, height
    eye = np.float32([[0, 1.7, 0], [1.5, 1.3, 0]][view])
    d = rays(
        eye, eye + np.float32([[0.12, -0.02, 1], [-0.08, 0.02, 1]][view]), [62, 56][view], w, h
    )
    sun = normalised(np.float32([0.1, [0.075, 0.05][view], 1]))

    def sky(d):
        up = np.clip(d[..., 1], 0, 1)
        light = mix(
            np.broadcast_to(colour("ff9a3c"), d.shape), colour("c2506a"), smooth(0.0, 0.22, up)
        )
        light = mix(light, colour("3b3f7a"), smooth(0.12, 0.6, up))
        angle = d @ sun
        light = light + (np.clip(angle, 0, 1) ** 40 * 0.9)[..., None] * colour("ffb347")
        light = light + (np.clip(angle, 0, 1) ** 900 * 3)[..., None] * colour("ffd27a")
        light = light + smooth(0.99962, 0.99972, angle)[..., None] * np.float32([9, 6.5, 3])
        u, v = d[..., 0] / (up + 0.06), d[..., 2] / (up + 0.06)
        bank = fbm(u * 0.35, v * 0.75 + fbm(u, v, 2, 8) * 0.3, 6, 31)
        cover = smooth(-0.02, 0.5, bank) * smooth(0.01, 0.1, up)
        lit = (
            colour("ff7f50") * 1.5 * np.clip(angle, 0.15, 1)[..., None] ** 2
            + colour("5a3a5e") * 0.5
        )
        lit = mix(lit, colour("4a3352"), smooth(0.15, 0.65, bank))
        return mix(light, lit, cover * 0.9)

    light = np.zeros((h, w, 3), np.float32)
    for top in range(0, h, 64):
        band = d[top : top + 64]
        value = sky(band)
        t = np.where(band[..., 1] < -1e-3, -eye[1] / np.minimum(band[..., 1], -1e-3), 1700)
        t = np.minimum(t, 1700).astype(np.float32)
        p = eye + band * t[..., None]
        x, z = p[..., 0], p[..., 2]
        below = smooth(-0.0005, -0.0025, band[..., 1])
        # The sea: swell, chop and its mirror image of the sky, flatter to the eye with distance.
        calm = 1 / (1 + t * 0.012)
        nx = (fbm(x * 1.1, z * 0.5, 4, 50) * 0.16 + fbm(x * 6, z * 4, 3, 58) * 0.1) * calm
        nz = (
            fbm(x * 0.8, z * 1.6 + 9, 5, 64) * 0.34
            + 0.1 * np.sin(z * 0.9 + fbm(x * 0.3, z * 0.3, 2, 60) * 3)
        ) * calm
        n = normalised(np.stack([nx, np.ones_like(nx), nz - 0.05 * calm], -1))
        cosine = np.clip(-(n * band).sum(-1), 0, 1)
        mirrored = normalised(band + 2 * cosine[..., None] * n)
        mirrored[..., 1] = np.abs(mirrored[..., 1]) + 0.01
        share = (0.04 + 0.96 * (1 - cosine) ** 5)[..., None]
        glitter = (np.clip(mirrored @ sun, 0, 1) ** 260 * 5)[..., None] * colour("ffbe6a")
        sea = sky(mirrored) * share * 0.9 + colour("123c4c") * (1 - share) * 0.5 + glitter
        crest = smooth(0.33, 0.6, fbm(x * 0.35, z * 0.9, 5, 70)) * (t < 70)
        sea = mix(sea, colour("ffd9c0") * 0.7, crest * 0.35)
        # The shore: dry sand, a wet mirror, foam along the last wave.
        edge = 9.5 + 0.22 * x + fbm(x * 0.22, 0 * x, 3, 90) * 2.2
        reach = z - edge
        dunes = fbm(x * 2.2, z * 4, 5, 100) * 0.6 + fbm(x * 0.5, z * 1.0, 3, 110)
        sand = mix(np.broadcast_to(colour("6e4f3c"), p.shape), colour("c08a62"), 0.5 + dunes * 0.42)
        speck = perlin(x * 60, z * 60, 3) * smooth(14, 3, t)
        sand = sand * (0.62 + 0.25 * speck)[..., None]
        mirror = band * np.float32([1, -1, 1]) + (perlin(x * 3, z * 5, 120) * 0.015)[..., None]
        wet = mix(sand * 0.3, sky(normalised(mirror)), 0.5)
        ground = mix(sand, wet, smooth(-3.2, -1.4, reach + fbm(x * 0.6, z * 0.6, 3, 95) * 0.6))
        ground = mix(ground, sea, smooth(-0.35, 0.1, reach))
        foam = np.exp(-((reach / 0.35) ** 2)) + 0.7 * np.exp(
            -(((reach - 3.6 - fbm(x * 0.3, z * 0, 2, 97) * 1.5) / 0.8) ** 2)
        )
        foam *= smooth(-0.35, 0.35, fbm(x * 3.2, z * 4.5, 5, 130) + 0.25)
        ground = mix(ground, colour("ffe6d6") * 0.85, np.clip(foam, 0, 1))
        light[top : top + 64] = mix(value, ground, below)
    palm(light, view)
    return develop(light, 23, None, 1.0, bloom=0.1, vignette=0.3, grain=0.010)


def palm(light, view):
    """The dark outline of a leaning palm at one side."""
    h, w = light.shape[:2]
    image = Image.new("L", (w, h))
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(4)
    shift = [0.0, 0.07][view]
    root, crown = np.array([-0.02 - shift, 0.98]), np.array([0.17 - shift, 0.2])
    points = [
        root + (crown - root) * t + np.array([0.055 * np.sin(t * 3.14), 0])
        for t in np.linspace(0, 1, 40)
    ]
    for t, point in zip(np.linspace(0, 1, 40), points):
        r = h * (0.024 - 0.011 * t)
        draw.ellipse(
            [point[0] * w - r, point[1] * h - r * 1.1, point[0] * w + r, point[1] * h + r * 1.1],
            255,
        )
    for angle in np.linspace(0.1, 6.2, 13) + rng.uniform(-0.15, 0.15, 13):
        length = 0.19 * rng.uniform(0.8, 1.15)
        spine = []
        for t in np.linspace(0, 1, 36):
            x = crown[0] * w + np.cos(angle) * length * t * h
            y = (
                crown[1] * h
                + np.sin(angle) * length * t * h * 0.55
                - 0.05 * h * t
                + 0.16 * h * t * t
            )
            spine.append((x, y))
        for k, (a, b) in enumerate(zip(spine, spine[1:])):
            draw.line([a, b], 255, max(2, int(h / 260)))
            reach = h * 0.06 * np.sin(3.14 * (k + 3) / 40)
            for side in (-1, 1):
                lean = np.arctan2(b[1] - a[1], b[0] - a[0]) + side * 1.0
                tip = (a[0] + np.cos(lean) * reach, a[1] + np.sin(lean) * reach + reach * 0.5)
                draw.line([a, tip], 255, max(2, int(h / 330)))
    mask = blur(np.asarray(image).astype(np.float32) / 255, h / 1400)
    light *= 1 - mask[..., None]
    light += mask[..., None] * colour("1a1220") * 0.4
