"""The coffee mug on a wooden table."""

import numpy as np

from .camera import colour, develop, focus, rays
from .lettering import words
from .march import Scene, cylinder, ellipsoid, near
from .noise import fbm, mix, sample, smooth
from .table import mug_shape, room, wood


def mug(view, width, height):
    print_ = words("COFFEE\nTIME", 900, 420, 172, spacing=20)
    rng = np.random.default_rng(7)
    beans = [
        (np.float32([x, 0.045, z]), rng.random() * 6.3)
        for x, z in zip(rng.uniform(-1.5, 1.6, 26), rng.uniform(-1.2, 0.6, 26))
        if np.hypot(x, z) > 0.85
    ]

    def glaze(p, n):
        base = np.broadcast_to(colour("f0e9dc"), p.shape).copy()
        angle = np.arctan2(p[:, 0], -p[:, 2])
        ink = sample(print_, angle / 2.2 + 0.5, 1 - (p[:, 1] - 0.2) / 0.58)
        ink *= np.hypot(p[:, 0], p[:, 2]) > 0.4
        base = mix(base, colour("7c2d12"), ink)
        base *= (1 + fbm(p[:, 0] * 9, p[:, 1] * 9, 3, 5) * 0.03)[:, None]
        return base, np.where(ink > 0.5, 0.35, 0.75).astype(np.float32)

    def coffee(p, n):
        foam = smooth(
            0.1, 0.5, fbm(p[:, 0] * 7, p[:, 2] * 7, 4, 21) + np.hypot(p[:, 0], p[:, 2]) - 0.12
        )
        return (
            mix(np.broadcast_to(colour("2a1206"), p.shape), colour("b07a44"), foam),
            0.5 - 0.35 * foam,
        )

    def bean_shapes(p):
        d = np.full(p.shape[:-1], 9, np.float32)
        for at, turn in beans:
            c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
            q = p - at
            q = np.stack(
                [c * q[..., 0] + s * q[..., 2], q[..., 1], c * q[..., 2] - s * q[..., 0]], -1
            )
            bean = ellipsoid(q, (0, 0, 0), (0.075, 0.045, 0.052))
            d = np.minimum(d, np.maximum(bean, 0.006 - np.hypot(q[..., 2], q[..., 1] - 0.046)))
        return d

    def saucer(p):
        r = np.hypot(p[..., 0], p[..., 2])
        lift = 0.04 + 0.06 * smooth(0.45, 0.78, r)
        return np.maximum(np.abs(p[..., 1] - lift) - 0.016, r - 0.74) * 0.8

    scene = Scene(
        [
            (lambda p: p[..., 1], lambda p, n: wood(p)),
            (
                near(
                    lambda p: cylinder(p, (0, 0.53, 0), 0.8, 0.52),
                    lambda p: mug_shape(p, (0, 0.05, 0), 0.35),
                ),
                glaze,
            ),
            (lambda p: cylinder(p, (0, 0.48, 0), 0.385, 0.42), coffee),
            (
                saucer,
                lambda p, n: (
                    np.broadcast_to(colour("e9e0d0"), p.shape),
                    np.full(len(p), 0.6, np.float32),
                ),
            ),
            (
                near(lambda p: p[..., 1] - 0.1, bean_shapes),
                lambda p, n: (
                    np.broadcast_to(colour("3b1d0d"), p.shape),
                    np.full(len(p), 0.35, np.float32),
                ),
            ),
        ],
        light=(-0.7, 0.75, -0.45),
        light_colour=(2.9, 2.6, 2.2),
        sky=room("c8a888", (-0.8, 0, 0.6)),
        softness=9,
    )
    position, target, field = [
        ((0.55, 1.55, -3.1), (0.05, 0.42, 0), 38),
        ((-0.45, 1.95, -2.9), (0.12, 0.42, 0.05), 36),
    ][view]
    d = rays(position, target, field, width * 5 // 4, height * 5 // 4)
    light, depth = scene.render(position, d)
    h, w = depth.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32) / w
    far = smooth(3.6, 9.0, depth)
    haze = colour("7a5a44") * (0.8 + 0.5 * fbm(x * 3, y * 3, 3, 50)[..., None])
    light = mix(light, haze, far * 0.75)
    light = focus(light, np.minimum(depth, 12), 3.15, 26)
    return develop(light, 11, (width, height), 1.15 - 0.1 * view)
