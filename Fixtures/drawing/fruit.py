"""The bowl of fruit on a checked cloth."""

import numpy as np

from .camera import colour, develop, focus, rays
from .march import Scene, capsule, cylinder, ellipsoid, near, sphere
from .noise import fbm, mix, perlin, smooth
from .table import room


def fruit(view, width, height):
    oranges = [((-0.36, 0.62, -0.18), 0.29), ((0.1, 0.66, -0.42), 0.28), ((0.16, 0.86, 0.08), 0.27)]
    apples = [
        ((0.5, 0.66, -0.08), 0.27),
        ((-0.2, 0.85, 0.26), 0.27),
        ((0.28, 0.62, 0.45), 0.27),
        ((-1.32, 0.26, -0.55), 0.27),
    ]
    lemon = (-0.55, 0.62, 0.22)
    grapes = [
        (
            1.15 + 0.32 * (1 - k / 26) * np.cos(k * 2.4),
            0.11 + 0.16 * (k % 3) * (1 - k / 30),
            -0.5 + 0.3 * (1 - k / 26) * np.sin(k * 2.4) - k * 0.012,
        )
        for k in range(26)
    ]

    def bowl(p):
        q = p - np.float32([0, 0.95, 0])
        shell = np.abs(np.sqrt((q * q).sum(-1)) - 0.95) - 0.025
        cut = np.maximum(shell, q[..., 1] + 0.42)
        return np.minimum(cut, cylinder(p, (0, 0.03, 0), 0.4, 0.03, 0.02))

    def glaze(p, n):
        r = np.hypot(p[:, 0], p[:, 2])
        stripe = smooth(0.02, 0.0, np.abs(p[:, 1] - 0.44)) + smooth(
            0.012, 0.0, np.abs(p[:, 1] - 0.38)
        )
        base = mix(
            np.broadcast_to(colour("3f7f93"), p.shape), colour("e8e2d0"), np.clip(stripe, 0, 1)
        )
        return base * (1 + fbm(r * 8, p[:, 1] * 12, 3, 8) * 0.1)[:, None], np.full(
            len(p), 0.6, np.float32
        )

    def orange_shapes(p):
        d = np.minimum.reduce([sphere(p, c, r) for c, r in oranges])
        return d + 0.003 * perlin(
            p[..., 0] * 55 + p[..., 1] * 20, p[..., 2] * 55 + p[..., 1] * 31, 4
        )

    def apple(p, c, r):
        q = p - np.float32(c)
        radius = np.hypot(q[..., 0], q[..., 2])
        angle = np.arctan2(q[..., 2], q[..., 0])
        shape = np.hypot(
            radius * (1 + 0.03 * np.cos(5 * angle) * (q[..., 1] < 0)), q[..., 1] * 1.04
        )
        dimple = 0.11 * np.exp(-((radius / 0.09) ** 2)) * (q[..., 1] > 0)
        stem = capsule(
            p,
            np.float32(c) + np.float32([0, r * 0.62, 0]),
            np.float32(c) + np.float32([0.05, r * 1.22, 0.02]),
            0.014,
        )
        return np.minimum((shape - r + dimple) * 0.75, stem)

    def apple_paint(p, n):
        near = np.argmin(np.stack([sphere(p, c, r) for c, r in apples]), 0)
        q = p - np.float32([c for c, _ in apples])[near]
        angle = np.arctan2(q[:, 2], q[:, 0])
        streak = fbm(angle * 6, q[:, 1] * 2.5, 4, 31) * 0.8 + fbm(q[:, 0] * 4, q[:, 2] * 4, 2, 37)
        t = smooth(-0.5, 0.45, streak + 0.25 - (near % 2) * 0.35)
        red = mix(np.broadcast_to(colour("c9b23a"), p.shape), colour("a3111a"), t)
        red = mix(
            red,
            colour("8f8a30"),
            smooth(0.12, 0.03, np.hypot(q[:, 0], q[:, 2])) * (q[:, 1] > 0) * 0.8,
        )
        stem = (q[:, 1] > 0.2) & (np.hypot(q[:, 0], q[:, 2]) < 0.07) & (np.abs(n[:, 1]) < 0.75)
        red[stem] = colour("4a2e14")
        return red, np.where(stem, 0.05, 0.5).astype(np.float32)

    def banana(p, centre, turn, lean):
        q = p - np.float32(centre)
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        x, z = c * q[..., 0] + s * q[..., 2], c * q[..., 2] - s * q[..., 0]
        c, s = np.float32(np.cos(lean)), np.float32(np.sin(lean))
        y, z = c * q[..., 1] + s * z, c * z - s * q[..., 1]
        angle = np.clip(np.arctan2(y, x), -2.6, -0.5)
        t = (angle + 2.6) / 2.1
        thick = 0.125 * (0.25 + 0.75 * np.sin(np.clip(t, 0.04, 0.96) * np.pi) ** 0.55)
        d = np.sqrt((x - 0.62 * np.cos(angle)) ** 2 + (y - 0.62 * np.sin(angle)) ** 2 + z * z)
        return (d - thick) * 0.8

    def bananas(p):
        return np.minimum(
            banana(p, (-0.05, 1.32, -0.15), 0.35, 0.25), banana(p, (-0.0, 1.36, 0.06), 0.2, -0.12)
        )

    def banana_paint(p, n):
        spots = smooth(0.42, 0.6, fbm(p[:, 0] * 16, p[:, 1] * 16 + p[:, 2] * 9, 3, 71))
        ends = smooth(0.5, 0.64, np.abs(p[:, 0] + 0.0))
        t = mix(
            np.broadcast_to(colour("e8bd22"), p.shape),
            colour("5d3a12"),
            np.clip(spots * 0.8 + ends * 0.75, 0, 1),
        )
        return t, np.full(len(p), 0.22, np.float32)

    def grape_shapes(p):
        return np.minimum.reduce([sphere(p, c, 0.115) for c in grapes])

    def cloth(p, n):
        weave = (
            1
            + 0.12 * np.sin(p[:, 0] * 210) * np.sin(p[:, 2] * 210)
            + 0.1 * fbm(p[:, 0] * 6, p[:, 2] * 6, 4, 3)
        )
        check = ((np.floor(p[:, 0] * 1.6) + 0) % 2) * 0.5 + ((np.floor(p[:, 2] * 1.6)) % 2) * 0.5
        base = mix(np.broadcast_to(colour("eee6d6"), p.shape), colour("a03a34"), check * 0.95)
        return base * weave[:, None], np.zeros(len(p), np.float32)

    def ground(p):
        return p[..., 1] + 0.012 * fbm(p[..., 0] * 1.5, p[..., 2] * 1.5, 2, 40)

    def plain(tone, gloss):
        return lambda p, n: (
            np.broadcast_to(colour(tone), p.shape),
            np.full(len(p), gloss, np.float32),
        )

    def rind(tone, gloss, seed):
        def paint(p, n):
            return colour(tone) * (1 + 0.16 * fbm(p[:, 0] * 5, p[:, 1] * 5 + p[:, 2] * 3, 4, seed))[
                :, None
            ], np.full(len(p), gloss, np.float32)

        return paint

    scene = Scene(
        [
            (ground, cloth),
            (near(lambda p: cylinder(p, (0, 0.28, 0), 0.83, 0.29), bowl), glaze),
            (
                near(lambda p: sphere(p, (-0.05, 0.7, -0.15), 0.66), orange_shapes),
                rind("e2760f", 0.35, 60),
            ),
            (
                lambda p: np.minimum.reduce(
                    [
                        near(lambda p: sphere(p, c, r * 1.3), lambda p: apple(p, c, r))(p)
                        for c, r in apples
                    ]
                ),
                apple_paint,
            ),
            (lambda p: ellipsoid(p, lemon, (0.3, 0.22, 0.22)), rind("e6cf2a", 0.35, 65)),
            (near(lambda p: sphere(p, (0, 0.82, -0.1), 0.8), bananas), banana_paint),
            (
                near(lambda p: sphere(p, (1.1, 0.12, -0.62), 0.62), grape_shapes),
                plain("4a1a4e", 0.55),
            ),
        ],
        light=(0.65, 0.8, -0.5),
        light_colour=(2.7, 2.55, 2.3),
        sky=room("b9b6a8", (0.75, 0, 0.66), "4a4038"),
        softness=8,
    )
    position, target, field = [
        ((-0.5, 1.75, -3.5), (0.02, 0.5, 0), 42),
        ((0.7, 2.0, -3.3), (0.02, 0.52, 0), 41),
    ][view]
    light, depth = scene.render(
        position, rays(position, target, field, width * 5 // 4, height * 5 // 4)
    )
    light = mix(light, colour("6a6258"), smooth(4.5, 11, depth) * 0.8)
    light = focus(light, np.minimum(depth, 13), 3.5, 22)
    return develop(light, 12, (width, height), 0.88)
