"""What an inspector looks for: rust and cracks."""

import numpy as np

from .camera import colour, develop, grid
from .noise import blur, cells, fbm, mix, perlin, smooth
from .relief import shaded


def rust(view, width, height):
    w, h = width, height
    x, y = grid(w, h)
    if view:
        x, y = x * 0.86 + 0.16, y * 0.86 + 0.1
    warp = fbm(x * 3, y * 3, 4, 11) * 0.25
    spread = (
        fbm((x + warp) * 2.6, (y + warp) * 2.6, 7, 3)
        + 0.45 * np.exp(-(((x - 0.9) / 0.45) ** 2 + ((y - 0.55) / 0.35) ** 2))
        - 0.22
    )
    drip = fbm(x * 9, y * 0.7, 4, 60) * smooth(0.15, 0.9, y) * 0.35
    bare = smooth(0.02, 0.07, spread + drip * 0.4)
    stain = smooth(-0.3, 0.05, spread + drip)
    paint = mix(
        np.broadcast_to(colour("5f7f78"), (h, w, 3)),
        colour("7fa098"),
        0.5 + fbm(x * 5, y * 5, 5, 21) * 0.45,
    )
    scratch = smooth(0.012, 0.0, np.abs(perlin(x * 3 + y * 14, y * 3 - x * 5, 33))) * smooth(
        0.0, 0.4, perlin(x * 4, y * 4, 35)
    )
    paint = mix(paint, colour("b9c2bd"), scratch * 0.5)
    paint = mix(paint, colour("8a5a30"), stain * 0.75)
    flakes, second, owner = cells((x + warp * 0.2) * 34, (y + warp * 0.2) * 34, 5)
    fine = fbm(x * 42, y * 42, 5, 70)
    t = np.clip(0.5 + fbm(x * 8, y * 8, 6, 80) * 0.6 + fine * 0.28, 0, 1)[..., None]
    oxide = np.where(
        t < 0.5,
        mix(np.broadcast_to(colour("2c1509"), (h, w, 3)), colour("7a3414"), t[..., 0] * 2),
        mix(np.broadcast_to(colour("7a3414"), (h, w, 3)), colour("d07a30"), t[..., 0] * 2 - 1),
    )
    tone = mix(paint, oxide, bare)
    relief = (
        (1 - bare) * 5
        + bare * (fine * 4 + smooth(0.5, 0.1, flakes) * 3 * (owner % 3 == 0))
        + fbm(x * 90, y * 90, 3, 91) * 0.7
    )
    lip = np.clip(blur(bare, 3) - bare, 0, 1)
    # Rivets along the edges and a weld seam across.
    for px in np.arange(0.1, 1.5, 0.2):
        for py in (0.09, 0.91):
            r = np.hypot(x - px, y - py)
            relief += np.sqrt(np.clip(0.03**2 - r**2, 0, 1)) / 0.03 * 26 * (h / 1200)
            tone *= (1 - 0.55 * np.exp(-(((r - 0.034) / 0.008) ** 2)))[..., None]
            ring = smooth(0.06, 0.03, r + 0.02 * perlin(x * 40, y * 40, 3)) * smooth(
                0.028, 0.032, r
            )
            streak = (
                smooth(0.02, 0.0, np.abs(x - px + 0.008 * perlin(x, y * 12, 5)))
                * (y > py)
                * np.exp(-(y - py) * 7)
            )
            tone = mix(tone, colour("6a3214"), np.clip(ring + streak, 0, 1) * 0.75)
    seam = np.abs(y - 0.52 - 0.01 * np.sin(x * 5))
    bead = smooth(0.02, 0.012, seam)
    relief += bead * (5 + 5 * np.abs(np.sin((x + np.abs(y - 0.52) * 1.2) * 110))) * (h / 1200)
    lit = shaded(
        tone * (1 - 0.5 * lip)[..., None],
        relief,
        [(-0.55, -0.6, 0.7), (0.5, -0.65, 0.7)][view],
        0.05 * (1 - bare),
        0.55 * 1200 / h,
    )
    lit *= (1.15 - 0.35 * np.hypot(x - 0.45, y - 0.4))[..., None]
    return develop(lit, 42, None, 0.8, bloom=0.03)


def crack(view, width, height):
    w, h = width, height
    x, y = grid(w, h)
    rng = np.random.default_rng([5, 23])
    depth = np.full((h, w), 9, np.float32)

    def path(px, py, heading, length, thick, level=0):
        step = 0.012
        for k in range(int(length / step)):
            heading += rng.normal(0, 0.33) - 0.06 * np.sin(heading - base)
            qx, qy = px + np.cos(heading) * step, py + np.sin(heading) * step
            thin = thick * (1 - k * step / length) * rng.uniform(0.6, 1.3) + 0.0006
            reach = 0.03
            x0, x1 = int((min(px, qx) - reach) * h), int((max(px, qx) + reach) * h) + 1
            y0, y1 = int((min(py, qy) - reach) * h), int((max(py, qy) + reach) * h) + 1
            window = np.s_[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
            gx, gy = x[window] - px, y[window] - py
            if gx.size:
                ex, ey = qx - px, qy - py
                t = np.clip((gx * ex + gy * ey) / (ex * ex + ey * ey), 0, 1)
                d = (
                    np.hypot(gx - ex * t, gy - ey * t)
                    - thin
                    + 0.0012 * perlin(x[window] * 160, y[window] * 160, 9)
                )
                depth[window] = np.minimum(depth[window], d)
            if level < 2 and rng.random() < 0.06:
                path(
                    qx,
                    qy,
                    heading + rng.choice([-1, 1]) * rng.uniform(0.5, 1.1),
                    length * rng.uniform(0.1, 0.35),
                    thick * 0.5,
                    level + 1,
                )
            px, py = qx, qy

    base = 0.62
    path(0.02, 0.04, base, 1.55, 0.0075)
    open_ = smooth(0.0012, -0.0012, depth)
    age = fbm(x * 2, y * 2, 6, 3)
    plaster = mix(np.broadcast_to(colour("b9b2a2"), (h, w, 3)), colour("dcd6c6"), 0.5 + age * 0.5)
    damp = smooth(0.0, 0.5, fbm(x * 1.5, y * 0.9, 5, 14) + (y - 0.75) * 0.8)
    plaster = mix(plaster, colour("857c68"), damp * 0.55)
    # Where the plaster came off, bricks show.
    hole = smooth(
        0.03, 0.045, 0.16 - np.hypot((x - 1.02) * 0.9, y - 0.7) + 0.09 * fbm(x * 7, y * 7, 5, 25)
    )
    row = np.floor(y * 13)
    bx, by = (x * 5.5 + row * 0.5) % 1, (y * 13) % 1
    number = np.floor(x * 5.5 + row * 0.5) * 7 + row * 13
    mortar = smooth(
        0.08,
        0.14,
        np.minimum(np.minimum(bx, 1 - bx) * 2.4, np.minimum(by, 1 - by))
        + 0.02 * fbm(x * 60, y * 60, 3, 8),
    )
    brick = mix(
        np.broadcast_to(colour("7d3b28"), (h, w, 3)),
        colour("ab5b3c"),
        np.abs(np.sin(number * 12.9)) * 0.7 + fbm(x * 30, y * 30, 4, 31) * 0.3,
    )
    brick = mix(np.broadcast_to(colour("9a9284"), (h, w, 3)), brick, mortar)
    tone = mix(plaster, brick, hole)
    grain = fbm(x * 60, y * 60, 5, 40)
    lift = smooth(0.03, 0.0, depth) * 5 * (fbm(x * 6, y * 6, 3, 50) > 0)
    relief = (
        (1 - hole) * (16 + lift + fbm(x * 9, y * 9, 4, 45) * 6)
        + grain * (1.6 + hole * 1.5)
        + hole * mortar * 6
    )
    relief = (relief - open_ * 16) * h / 1200
    lit = shaded(tone, relief, [(-0.75, -0.5, 0.55), (0.2, -0.8, 0.6)][view], 0.0, 0.6 * 1200 / h)
    lit *= (1 - 0.9 * smooth(0.0004, -0.0022, depth) * (1 - hole * 0.7))[..., None]
    edge = np.clip(blur(hole, h / 150) - hole, 0, 1) * 0 + hole * (
        1 - np.roll(np.roll(blur(hole, h / 200), int(h / 90), 0), int(h / 90), 1)
    )
    lit *= (1 - 0.6 * np.clip(edge, 0, 1))[..., None]
    lit *= (1.2 - 0.3 * x)[..., None]
    return develop(lit, 43, None, 0.72, bloom=0.02)
