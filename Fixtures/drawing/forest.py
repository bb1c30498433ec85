"""The path through the forest."""

import numpy as np
from PIL import Image, ImageDraw

from .camera import colour, develop, grid
from .noise import fbm, mix, perlin, smooth


def forest(view, width, height):
    """A path between trunks that fade into the morning mist."""
    h, w = height, width
    x, y = grid(w, h)
    x -= w / h / 2
    x += [0.0, -0.05][view]
    horizon = [0.47, 0.44][view]
    mist = mix(
        np.broadcast_to(colour("c9d89a"), (h, w, 3)),
        colour("f6f2c8"),
        np.exp(-(x**2 / 0.12 + (y - 0.3) ** 2 / 0.1)),
    )
    light = mist * 1.25
    # The ground: litter and moss in perspective, the path winding to the glow.
    far = np.clip(y - horizon, 1e-3, 1)
    z = 0.32 / far
    gx = x * z * 3.0
    bend = np.sin(z * 0.55) * 0.9 * smooth(0.5, 6, z) + 0.2 * z * [0.05, 0.02][view]
    litter = fbm(gx * 2.2, z * 7, 6, 10)
    fine = fbm(gx * 9, z * 26, 4, 20)
    moss = mix(np.broadcast_to(colour("2f3d16"), (h, w, 3)), colour("6d8233"), 0.5 + litter * 0.7)
    moss = mix(moss, colour("7a5528"), smooth(0.1, 0.6, fine + litter * 0.4) * 0.65)
    trail = smooth(1.05, 0.6, np.abs(gx - bend) + fbm(gx * 1.2, z * 3, 4, 30) * 0.5)
    dirt = mix(np.broadcast_to(colour("6b4f34"), (h, w, 3)), colour("cfae80"), 0.5 + fine * 0.55)
    ground = mix(moss, dirt, trail)
    dapple = smooth(0.05, 0.35, fbm(gx * 0.8 + 5, z * 1.3, 4, 40))
    ground = ground * (0.8 + 1.3 * dapple)[..., None] * (0.7 + 0.5 * fine)[..., None]
    ground = mix(ground, mist, smooth(2.5, 18, z))
    light = mix(light, ground, smooth(horizon - 0.002, horizon + 0.004, y))
    rng = np.random.default_rng(17)
    trees = [(d, rng.uniform(-1, 1)) for d in np.geomspace(22, 1.9, 80)]
    for k, (distance, place) in enumerate(trees):
        # Nobody plants a tree on the path.
        spread = 1.05 * distance**0.25
        at = place * spread
        middle = (np.sin(distance * 0.55) * 0.9 * smooth(0.5, 6, distance)) / (distance * 3.0)
        clear = (1.7 + rng.uniform(0, 0.5)) / (distance * 3.0)
        if abs(at - middle) < clear:
            at = middle + np.copysign(clear, at - middle)
        half = rng.uniform(0.07, 0.14) * 1.1 / distance
        base = horizon + 0.32 / distance
        sway = fbm(y * 1.2 + k * 7, 0 * y, 2, 60) * 0.09 / distance
        u = (x - at - sway - (y - base) * rng.uniform(-0.05, 0.05)) / (
            half * (1 + 0.35 * smooth(0.25 / distance, 0, base - y))
        )
        trunk = smooth(1.0, 0.93, np.abs(u)) * smooth(
            base + 0.004, base - 0.004, y + 0.2 * half * u * u
        )
        who = trunk > 0.001
        if not who.any():
            continue
        round_ = np.sqrt(np.clip(1 - u[who] ** 2, 0, 1))
        angle = np.arcsin(np.clip(u[who], -1, 1))
        bark = fbm(angle * 4 + k * 3, (y[who] * distance) * 5, 5, 70)
        crack = np.abs(perlin(angle * 7 + k, y[who] * distance * 3.3 + bark, 90))
        tone = mix(
            np.broadcast_to(colour("2e241a"), (who.sum(), 3)),
            colour("8a7558"),
            np.clip(0.3 + bark * 0.5 + crack, 0, 1),
        )
        tone = mix(tone, colour("5a6b2a"), smooth(0.1, 0.6, bark + 0.4 * u[who]) * 0.5)
        sunny = np.clip(0.28 + 0.85 * round_ * smooth(0.9, -0.7, u[who] * np.sign(at + 1e-6)), 0, 2)
        value = mix(
            tone * sunny[:, None],
            mist[who],
            smooth(1.0, 28, np.float32(distance)) * np.ones(who.sum(), np.float32),
        )
        light[who] = mix(light[who], value, trunk[who])
        if k % 2 == 0:
            foliage(light, rng, at, distance, horizon, mist, x, y)
    beams(light, x, y)
    return develop(light, 24, None, 0.85, bloom=0.14, vignette=0.35)


def foliage(light, rng, at, distance, horizon, mist, x, y):
    """Leaves in clumps above, ferns below, drawn as small discs; far ones paler."""
    h, w = light.shape[:2]
    leaf = Image.new("LA", (w, h))
    draw = ImageDraw.Draw(leaf)
    for _ in range(9):
        cx, cy = (
            at + rng.normal(0, 0.5 / distance**0.6),
            horizon - rng.uniform(0.16, 0.62) / distance**0.35,
        )
        if rng.random() < 0.3:
            cy = horizon + 0.3 / distance + rng.uniform(-0.02, 0.02)
        size = rng.uniform(0.05, 0.12) / distance**0.5
        for _ in range(420):
            a, r = rng.uniform(0, 6.28), size * rng.random() ** 0.6
            px, py = (cx + np.cos(a) * r * 1.5) * h + w / 2, (cy + np.sin(a) * r * 0.8) * h
            s = h * rng.uniform(0.0015, 0.0048) * (1.3 / distance**0.6 + 0.25)
            draw.ellipse(
                [px - s * 1.6, py - s, px + s * 1.6, py + s],
                (int(np.clip(150 - np.sin(a) * r / size * 90 + rng.normal(0, 45), 5, 255)), 225),
            )
    tone, cover = (np.asarray(leaf).astype(np.float32) / 255)[..., 0], (
        np.asarray(leaf).astype(np.float32) / 255
    )[..., 1]
    value = mix(np.broadcast_to(colour("1f3a10"), light.shape), colour("a3bf3e") * 1.2, tone)
    value = mix(value, mist, smooth(1.2, 15, np.float32(distance)) * np.ones_like(tone))
    np.copyto(light, mix(light, value, cover))


def beams(light, x, y):
    """Sunbeams that fan out from above the end of the path."""
    angle = np.arctan2(x - 0.12, y + 0.25)
    shafts = smooth(0.0, 0.5, fbm(angle * 9, 0 * x, 4, 200) + 0.05)
    strength = shafts * smooth(0.95, 0.2, y) * np.exp(-((x - 0.05) ** 2) / 0.25)
    light += strength[..., None] * colour("fff0b8") * 0.38
