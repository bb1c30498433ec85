"""The desk from above."""

import numpy as np

from .camera import colour, develop, rays
from .lettering import words
from .march import Scene, box, capsule, cylinder, ellipsoid, near, sphere
from .noise import fbm, mix, sample, smooth
from .table import mug_shape, room, wood


def desk(view, width, height):
    keys = np.zeros((400, 1000), np.float32)
    for row, count in enumerate((14, 14, 13, 12, 9)):
        for k in range(count):
            left, step = 8, 984 / count
            keys[
                row * 80 + 6 : row * 80 + 72,
                int(left + k * step) + 4 : int(left + (k + 1) * step) - 4,
            ] = 1
    note = words(
        "Monday\n- call the printer\n- order paper\n- plan the trip\n- water the plant",
        700,
        900,
        52,
        "DejaVuSerif-Italic",
        40,
    )

    def slab(at, half, turn=0.0, rounding=0.03):
        return lambda p: box(p, at, half, rounding, turn)

    def inside(p, at, half, turn):
        q = p - np.float32(at)
        c, s = np.cos(turn), np.sin(turn)
        return (c * q[:, 0] + s * q[:, 2]) / half[0] / 2 + 0.5, 0.5 - (
            c * q[:, 2] - s * q[:, 0]
        ) / half[2] / 2

    laptop = ((-0.25, 0.06, 0.35), (1.3, 0.06, 0.85), 0.06)
    pad = ((1.75, 0.05, -0.35), (0.62, 0.05, 0.82), -0.14)
    phone = ((-2.05, 0.04, -0.55), (0.3, 0.04, 0.6), 0.22)

    def laptop_paint(p, n):
        u, v = inside(p, *laptop)
        base = np.broadcast_to(colour("a9adb2"), p.shape).copy()
        board = sample(keys, (u - 0.08) / 0.84, (v - 0.1) / 0.5)
        well = (np.abs(u - 0.5) < 0.43) & (v > 0.08) & (v < 0.62) & (n[:, 1] > 0.7)
        base[well] = colour("5c6066")
        base = mix(base, colour("17181b"), board * (n[:, 1] > 0.7))
        track = (np.abs(u - 0.5) < 0.17) & (v > 0.67) & (v < 0.95) & (n[:, 1] > 0.7)
        base[track] = colour("9a9ea4")
        edge = track & ((np.abs(np.abs(u - 0.5) - 0.17) < 0.004) | (np.abs(v - 0.81) > 0.134))
        base[edge] = colour("6b6f75")
        return base, np.where(well, 0.1, 0.3).astype(np.float32)

    def pad_paint(p, n):
        u, v = inside(p, *pad)
        base = np.broadcast_to(colour("efe9d6"), p.shape).copy()
        line = smooth(0.003, 0.001, np.abs((v * 22) % 1 - 0.5) / 22) * (v > 0.06)
        base = mix(base, colour("9db4cc"), line * 0.8)
        base = mix(base, colour("c05a5a"), smooth(0.005, 0.003, np.abs(u - 0.14)))
        base = mix(base, colour("1b2a55"), sample(note, (u - 0.02), v) * 0.95)
        hole = np.hypot((u - 0.05) * 1.24, ((v * 14) % 1 - 0.5) / 14 * 1.64) < 0.012
        base[hole] = colour("3a3025")
        return base * (1 + 0.03 * fbm(u * 20, v * 20, 3, 6))[:, None], np.zeros(len(p), np.float32)

    def phone_paint(p, n):
        u, v = inside(p, *phone)
        screen = (np.abs(u - 0.5) < 0.46) & (np.abs(v - 0.5) < 0.47)
        base = np.broadcast_to(colour("0b0c0f"), p.shape).copy()
        return base, np.where(screen, 0.8, 0.3).astype(np.float32)

    rng = np.random.default_rng(5)
    leaves = [
        (a, float(rng.uniform(0.35, 0.62)), float(rng.uniform(0.25, 0.6)))
        for a in np.linspace(0, 6.28, 15)[:-1] + rng.uniform(-0.2, 0.2, 14)
    ]
    pot = np.float32([2.15, 0, 1.35])

    def plant(p):
        d = np.full(p.shape[:-1], 9, np.float32)
        for a, length, rise in leaves:
            c, s = np.float32(np.cos(a)), np.float32(np.sin(a))
            q = p - pot - np.float32([c * length * 0.62, 0.42 + rise * 0.5, s * length * 0.62])
            q = np.stack(
                [c * q[..., 0] + s * q[..., 2], q[..., 1], c * q[..., 2] - s * q[..., 0]], -1
            )
            q[..., 1] -= rise * 0.5 * q[..., 0] - q[..., 0] ** 2 * 0.5
            d = np.minimum(d, ellipsoid(q, (0, 0, 0), (length * 0.55, 0.025, 0.14)) * 0.6)
        return d

    def leaf_paint(p, n):
        t = 0.5 + fbm(p[:, 0] * 6, p[:, 2] * 6, 3, 88) * 0.5
        return mix(np.broadcast_to(colour("1e4a22"), p.shape), colour("5c9440"), t), np.full(
            len(p), 0.3, np.float32
        )

    def plain(tone, gloss):
        return lambda p, n: (
            np.broadcast_to(colour(tone), p.shape),
            np.full(len(p), gloss, np.float32),
        )

    cup = (-1.95, 0, 1.15)
    scene = Scene(
        [
            (lambda p: p[..., 1], lambda p, n: wood(p, "b98a5c", "7d5430", 0.8, 14)),
            (slab(*laptop), laptop_paint),
            (slab(*pad), pad_paint),
            (slab(*phone, 0.04), phone_paint),
            (
                near(
                    lambda p: cylinder(p, (cup[0], 0.4, cup[2]), 0.75, 0.42),
                    lambda p: mug_shape(p, cup, 2.6, 0.36, 0.8),
                ),
                plain("2f6f8f", 0.6),
            ),
            (lambda p: cylinder(p, (cup[0], 0.35, cup[2]), 0.325, 0.33), plain("2a1408", 0.6)),
            (
                lambda p: capsule(p, (1.0, 0.06, -1.05), (1.25, 0.06, 0.1), 0.045),
                plain("b3261e", 0.5),
            ),
            (
                lambda p: capsule(p, (1.25, 0.06, 0.1), (1.285, 0.06, 0.26), 0.022),
                plain("c9c9c9", 0.6),
            ),
            (
                lambda p: np.maximum(
                    cylinder(p, pot + np.float32([0, 0.25, 0]), 0.33, 0.25, 0.03),
                    -cylinder(p, pot + np.float32([0, 0.45, 0]), 0.27, 0.1),
                ),
                plain("b5603c", 0.1),
            ),
            (near(lambda p: sphere(p, pot + np.float32([0, 0.6, 0]), 0.85), plant), leaf_paint),
            (
                lambda p: box(p, (0.3, 0.02, -1.22), (0.42, 0.012, 0.3), 0.01, 0.3),
                plain("e8d24a", 0.0),
            ),
        ],
        light=(-0.6, 0.8, 0.5),
        light_colour=(2.3, 2.2, 2.05),
        sky=room("d8d8d6", (-0.6, 0, 0.8), "8a8680"),
        softness=7,
        ambient=0.8,
    )
    position, target, field = [
        ((0, 6.4, -0.6), (0, 0, 0.12), 46),
        ((0.3, 5.6, -1.9), (0.1, 0, 0.1), 47),
    ][view]
    light, _ = scene.render(
        position, rays(position, target, field, width * 5 // 4, height * 5 // 4)
    )
    return develop(light, 13, (width, height), 0.74)
