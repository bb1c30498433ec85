"""The market under parasols."""

import numpy as np

from .camera import colour, develop, rays
from .march import Scene, box, near
from .noise import cells, fbm, mix, perlin, smooth


def market(view, width, height):
    cell = 2.3
    tones = np.stack(
        [
            colour(t)
            for t in (
                "c8202c",
                "e8a417",
                "1f6fb4",
                "2e8b4a",
                "d9541e",
                "7b3fa0",
                "f0ead8",
                "16a0a0",
                "e0507a",
            )
        ]
    )

    def stall(p):
        """The parasol of the cell that holds p: its local coordinates and its number."""
        i, k = np.floor(p[..., 0] / cell), np.floor(p[..., 2] / cell)
        number = (np.abs(np.sin(i * 127.1 + k * 311.7) * 43758.5) % 1).astype(np.float32)
        shift = (number * 7 % 1 - 0.5) * 0.2, (number * 13 % 1 - 0.5) * 0.2
        x = p[..., 0] - (i + 0.5) * cell - shift[0]
        z = p[..., 2] - (k + 0.5) * cell - shift[1]
        return x, z, number, 2.15 + number * 5 % 1 * 0.3

    def border(p):
        edge = (
            np.minimum(
                np.abs((p[..., 0] / cell + 0.5) % 1 - 0.5),
                np.abs((p[..., 2] / cell + 0.5) % 1 - 0.5),
            )
            * cell
        )
        return edge + 0.06

    def parasol(p):
        x, z, number, top = stall(p)
        r, angle = np.hypot(x, z), np.arctan2(z, x) + number * 6
        scallop = np.abs(((angle / (np.pi / 4)) % 1) - 0.5) * 2
        height = top - 0.5 * r - 0.06 * (1 - scallop) * r
        canopy = np.maximum(
            np.abs(p[..., 1] - height) * 0.86 - 0.012, r - 1.03 + 0.05 * (1 - scallop)
        )
        drop = np.maximum(np.abs(r - 1.0) - 0.02, np.abs(p[..., 1] - top + 0.58) - 0.09)
        return np.minimum(np.minimum(canopy, drop) * 0.85, border(p))

    def canopy_paint(p, n):
        x, z, number, _ = stall(p)
        angle = np.arctan2(z, x) + number * 6
        panel = np.floor(angle / (np.pi / 4)).astype(int) % 2
        base = tones[(number * 997).astype(int) % len(tones)]
        two = (number * 31 % 1) < 0.62
        base = np.where(((panel == 1) & two)[:, None], colour("f2ece0"), base)
        cloth = 1 + 0.09 * fbm(x * 4, z * 4, 4, 90)
        rib = smooth(0.0, 0.02, np.abs(((angle / (np.pi / 4)) % 1) - 0.0) * np.hypot(x, z))
        return base * cloth[:, None] * (0.6 + 0.4 * rib)[:, None], np.zeros(len(p), np.float32)

    def pole(p):
        x, z, _, top = stall(p)
        stick = np.maximum(np.hypot(x, z) - 0.035, p[..., 1] - top - 0.08)
        return np.minimum(stick, border(p))

    def crates(p):
        x, z, number, _ = stall(p)
        q = np.stack([np.abs(x) - 0.36, p[..., 1] - 0.32, z], -1)
        table = box(q, (0, 0, 0), (0.3, 0.32, 0.5), 0.02)
        heap = 0.1 * np.abs(perlin(p[..., 0] * 7, p[..., 2] * 7, 12)) * (number * 3 % 1)
        return np.minimum((table - heap) * 0.7, border(p))

    def crate_paint(p, n):
        x, z, number, _ = stall(p)
        kind = (number * 53 + (x > 0) * 3 + np.floor(z * 3)).astype(int) % 6
        goods = np.stack(
            [colour(t) for t in ("c23b22", "e28f1b", "4f8a2b", "e6cf4a", "7a2f5a", "d8d2c0")]
        )[kind]
        first, second, _ = cells(p[:, 0] * 9, p[:, 2] * 9, 4)
        goods = goods * (0.4 + 0.8 * smooth(0.0, 0.35, second - first))[:, None]
        return np.where((n[:, 1] > 0.35)[:, None], goods, colour("7a5330")), np.full(
            len(p), 0.05, np.float32
        )

    def paving(p, n):
        first, second, owner = cells(p[:, 0] * 3.2, p[:, 2] * 3.2, 2)
        tone = 0.75 + 0.5 * ((owner * 7919 % 1000) / 1000)
        joint = smooth(0.02, 0.12, second - first)
        return colour("8d8478") * (tone * (0.35 + 0.65 * joint))[:, None], np.zeros(
            len(p), np.float32
        )

    def sky(d):
        return (
            mix(
                np.broadcast_to(colour("d8d4c8"), d.shape),
                colour("86b4e0"),
                smooth(-0.1, 0.6, d[..., 1]),
            )
            * 1.1
        )

    scene = Scene(
        [
            (lambda p: p[..., 1], paving),
            (near(lambda p: np.abs(p[..., 1] - 1.85) - 0.75, parasol), canopy_paint),
            (near(lambda p: p[..., 1] - 0.8, crates), crate_paint),
            (
                pole,
                lambda p, n: (
                    np.broadcast_to(colour("b9b2a4"), p.shape),
                    np.full(len(p), 0.2, np.float32),
                ),
            ),
        ],
        light=(-0.5, 0.8, -0.35),
        light_colour=(3.0, 2.8, 2.4),
        sky=sky,
        softness=90,
        ambient=0.8,
        far=60,
        crease=0.3,
    )
    position, target, field = [
        ((0.6, 5.4, -7.5), (0.9, 1.0, 1.2), 55),
        ((-1.2, 5.0, -7.3), (0.6, 1.0, 1.0), 53),
    ][view]
    light, depth = scene.render(
        position, rays(position, target, field, width * 5 // 4, height * 5 // 4)
    )
    light = mix(light, colour("b8c4cc"), (1 - np.exp(-np.minimum(depth, 60) / 75)))
    return develop(light, 14, (width, height), 0.72)
