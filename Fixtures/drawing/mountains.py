"""Mountains under a blue sky, and a lake before them."""

import numpy as np

from .camera import colour, develop, normalised, rays
from .noise import blur, fbm, mix, perlin, ridged, smooth


class Terrain:
    """A square of mountains, 16 on a side, as a table of heights."""

    def __init__(self, seed, shape, cells=1024, side=16.0):
        axis = (np.arange(cells, dtype=np.float32) + 0.5) / cells * side - side / 2
        x, z = np.meshgrid(axis, axis)
        self.heights, self.cells, self.side = shape(x, z).astype(np.float32), cells, side

    def height(self, x, z):
        u = np.clip((x / self.side + 0.5) * self.cells - 0.5, 0, self.cells - 2)
        v = np.clip((z / self.side + 0.5) * self.cells - 0.5, 0, self.cells - 2)
        i, k = u.astype(np.int32), v.astype(np.int32)
        fu, fv, h = u - i, v - k, self.heights
        top = h[k, i] * (1 - fu) + h[k, i + 1] * fu
        return top * (1 - fv) + (h[k + 1, i] * (1 - fu) + h[k + 1, i + 1] * fu) * fv

    def march(self, origin, direction, far, steps=320):
        n = len(direction)
        t, live = np.full(n, 0.05, np.float32), np.arange(n)
        hit = np.zeros(n, bool)
        for _ in range(steps):
            p = origin[live] + direction[live] * t[live, None]
            gap = p[:, 1] - self.height(p[:, 0], p[:, 2])
            touching = gap < 0.0012 * t[live]
            hit[live[touching]] = True
            t[live] += np.maximum(gap * 0.3, 0.0012 * t[live])
            live = live[~touching & (t[live] < far) & ((direction[live, 1] < 0) | (p[:, 1] < 3.2))]
            if len(live) == 0:
                break
        return t, hit

    def normal(self, x, z, e):
        dx = self.height(x + e, z) - self.height(x - e, z)
        dz = self.height(x, z + e) - self.height(x, z - e)
        return normalised(np.stack([-dx, 2 * e, -dz], -1))


def blue_sky(d, sun, cover, seed, deep="1d4f9c", pale="a9cbe8", drift=0.0):
    """A clear sky with fair-weather clouds: `cover` from -0.5 (none) up."""
    up = np.clip(d[..., 1], 0.0, 1)
    light = mix(np.broadcast_to(colour(pale), d.shape), colour(deep), smooth(0, 0.55, up) ** 0.8)
    u = d[..., 0] / np.maximum(up + 0.12, 0.05) + drift
    v = d[..., 2] / np.maximum(up + 0.12, 0.05)
    warp = fbm(u * 0.7, v * 0.7, 3, seed + 20) * 0.6
    density = fbm(u * 0.9 + warp, v * 1.2 + warp, 6, seed) + cover
    cloud = smooth(0.02, 0.55, density) * smooth(0.0, 0.12, d[..., 1])
    lit = 0.75 + 0.4 * smooth(
        0.5, -0.1, fbm(u * 0.9 + warp + 0.15, v * 1.2 + warp + 0.1, 5, seed) + cover
    )
    light = mix(light, colour("f4f6fa") * lit[..., None], cloud * 0.92)
    glow = np.clip(d @ sun, 0, 1)
    return light * 1.15 + (glow**90 * 0.8)[..., None] * colour("fff2d8")


def alpine(seed):
    def shape(x, z):
        wx, wz = (
            fbm(x * 0.35, z * 0.35, 3, seed + 30) * 0.7,
            fbm(x * 0.35, z * 0.35, 3, seed + 40) * 0.7,
        )
        peaks = ridged((x + wx) * 0.26, (z + wz) * 0.26, 8, seed) ** 1.25 * 2.1
        # A valley leads from the camera to the range.
        valley = smooth(
            0.3, 4.2, np.abs(x + 0.6 * np.sin(z * 0.6)) * 0.8 + np.maximum(z, -1.5) * 0.7 + 0.6
        )
        return blur(peaks * (0.16 + 0.84 * valley) - 0.15, 1) + 0.012 * fbm(
            x * 6, z * 6, 4, seed + 60
        )

    return Terrain(seed, shape)


def mountain_light(terrain, origin, d, sun, sky, snow_line, forest, haze="9dbbdc"):
    """The light and hit mask along rays of shape (n, 3)."""
    light = sky(d)
    t, hit = terrain.march(origin, d, 15.5)
    who = np.flatnonzero(hit)
    p = origin[who] + d[who] * t[who, None]
    n = terrain.normal(p[:, 0], p[:, 2], 0.011 + 0.0007 * t[who])
    rough = fbm(p[:, 0] * 5, p[:, 2] * 5, 5, 70)
    strata = fbm(p[:, 0] * 1.5 + p[:, 1] * 2, p[:, 1] * 22 + rough, 4, 80)
    rock = mix(np.broadcast_to(colour("4a4542"), p.shape), colour("857a70"), 0.5 + strata * 0.5)
    snow = smooth(0.58, 0.74, n[:, 1] + rough * 0.14) * smooth(
        snow_line - 0.25, snow_line + 0.2, p[:, 1] + rough * 0.3
    )
    base = mix(rock, colour("eef2f8"), snow)
    if forest:
        green = smooth(forest + 0.25, forest - 0.2, p[:, 1] + rough * 0.35) * smooth(
            0.42, 0.62, n[:, 1]
        )
        trees = 0.55 + 0.5 * fbm(p[:, 0] * 40, p[:, 2] * 40, 3, 95)
        meadow = smooth(0.15, 0.5, fbm(p[:, 0] * 1.8, p[:, 2] * 1.8, 4, 99))
        wood = mix(
            colour("1d3a1c") * trees[:, None],
            colour("6f8f3a") * (0.7 + trees[:, None] * 0.4),
            meadow,
        )
        base = mix(base, wood, green)
    _, dark = terrain.march(p + n * 0.02, np.broadcast_to(sun, p.shape).astype(np.float32), 6, 60)
    direct = np.clip(n @ sun, 0, 1) * ~dark
    value = base * (
        direct[:, None] * np.float32([2.5, 2.35, 2.1])
        + (0.5 + 0.5 * n[:, 1:2]) * np.float32([0.3, 0.42, 0.62])
    )
    fog = 1 - np.exp(-t[who] * 0.045 * np.exp(-np.maximum(p[:, 1] - 0.3, 0) * 0.5))
    light[who] = mix(value, colour(haze), fog)
    return light, hit, t


def mountains(view, width, height):
    terrain = alpine(203)
    sun = normalised(np.float32([-0.75, 0.55, -0.3]))
    eye = [np.float32([0.2, 0, -5.6]), np.float32([0.9, 0, -5.2])][view]
    eye[1] = terrain.height(eye[:1], eye[2:])[0] + 0.35
    w, h = width * 5 // 4, height * 5 // 4
    d = rays(eye, [(-0.2, 0.98, 0), (-0.1, 0.95, 0)][view], [37, 39][view], w, h)
    light = np.zeros((h, w, 3), np.float32)
    for top in range(0, h, 64):
        band = d[top : top + 64].reshape(-1, 3)
        light[top : top + 64] = mountain_light(
            terrain,
            np.broadcast_to(eye, band.shape),
            band,
            sun,
            lambda d: blue_sky(d, sun, -0.28, 5),
            0.12,
            0.0,
        )[0].reshape(-1, w, 3)
    return develop(light, 21, (width, height), 0.82, vignette=0.15, grain=0.008)


def lake(view, width, height):
    terrain = alpine(140)
    sun = normalised(np.float32([0.55, 0.75, -0.35]))
    terrain.heights -= 0.1
    eye = [np.float32([0.1, 0.16, -6.2]), np.float32([0.6, 0.2, -5.8])][view]
    axis = np.linspace(-8, 8, terrain.cells)
    basin = smooth(1.2, 3.4, np.hypot(axis[None, :] * 0.75, (axis[:, None] + 4.2) * 0.62))
    terrain.heights = (
        terrain.heights * (0.05 + 0.95 * basin) - 0.2 * (1 - basin) + 0.05 * basin
    ).astype(np.float32)
    w, h = width * 5 // 4, height * 5 // 4
    d = rays(eye, [(0, 0.5, 0), (-0.2, 0.42, 0)][view], 46, w, h)

    def sky(d):
        return blue_sky(d, sun, -0.22, 9, drift=3.0)

    light = np.zeros((h, w, 3), np.float32)
    for top in range(0, h, 64):
        band = d[top : top + 64].reshape(-1, 3)
        origin = np.broadcast_to(eye, band.shape)
        value, hit, t = mountain_light(terrain, origin, band, sun, sky, 1.25, 0.85)
        flat = np.where(band[:, 1] < -1e-4, -eye[1] / np.minimum(band[:, 1], -1e-4), 1e9).astype(
            np.float32
        )
        wet = np.flatnonzero((flat < np.where(hit, t, 1e8)) & (flat < 60))
        if len(wet):
            p = eye + band[wet] * flat[wet, None]
            ripple = np.minimum(1, 1.4 / flat[wet])
            breeze = 0.3 + 0.7 * smooth(-0.2, 0.4, fbm(p[:, 0] * 0.8, p[:, 2] * 0.5, 3, 44))
            nx = fbm(p[:, 0] * 9, p[:, 2] * 26, 4, 40) * 0.07 * breeze * ripple
            nz = fbm(p[:, 0] * 9 + 50, p[:, 2] * 26, 4, 48) * 0.1 * breeze * ripple
            n = normalised(np.stack([nx, np.ones_like(nx), nz], -1))
            v = band[wet]
            cosine = -(n * v).sum(-1)
            mirrored = normalised(v + 2 * cosine[:, None] * n)
            mirrored[:, 1] = np.abs(mirrored[:, 1])
            seen, _, _ = mountain_light(
                terrain, p.astype(np.float32), mirrored, sun, sky, 1.25, 0.85
            )
            share = 0.06 + 0.94 * np.clip(1 - cosine, 0, 1) ** 4
            depth = -terrain.height(p[:, 0], p[:, 2])
            deep = mix(
                np.broadcast_to(colour("3aa6b4"), p.shape),
                colour("0b4f8a"),
                smooth(0.0, 0.12, depth),
            )
            bed = smooth(0.025, 0.0, depth)[:, None] * colour("b8ad92")
            stones = bed * (0.7 + 0.5 * perlin(p[:, 0] * 40, p[:, 2] * 40, 77))[:, None]
            water = deep * 0.85 + stones * 0.6
            value[wet] = water * (1 - share[:, None]) + seen * share[:, None] * 0.95
        light[top : top + 64] = value.reshape(-1, w, 3)
    return develop(light, 22, (width, height), 1.0, vignette=0.15, grain=0.008)
