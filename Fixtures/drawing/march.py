"""Solid things as signed distances, and a small renderer for them.

Rays are marched to the surface (Hart 1996, sphere tracing) and shaded by one soft-edged light, a
sky with a window in it, ambient occlusion and one reflection.
"""

import numpy as np

from .camera import normalised


def sphere(p, centre, radius):
    return np.sqrt(((p - np.float32(centre)) ** 2).sum(-1)) - radius


def ellipsoid(p, centre, radii):
    radii = np.float32(radii)
    q = (p - np.float32(centre)) / radii
    k0 = np.sqrt((q * q).sum(-1))
    k1 = np.sqrt(((q / radii) ** 2).sum(-1))
    return k0 * (k0 - 1) / np.maximum(k1, 1e-6)


def box(p, centre, half, rounding=0.0, turn=0.0):
    q = p - np.float32(centre)
    if turn:
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        q = np.stack([c * q[..., 0] + s * q[..., 2], q[..., 1], c * q[..., 2] - s * q[..., 0]], -1)
    q = np.abs(q) - (np.float32(half) - rounding)
    outside = np.sqrt((np.maximum(q, 0) ** 2).sum(-1))
    return outside + np.minimum(q.max(-1), 0) - rounding


def capsule(p, a, b, radius):
    a, b = np.float32(a), np.float32(b)
    pa, ba = p - a, b - a
    t = np.clip((pa @ ba) / (ba @ ba), 0, 1)[..., None]
    return np.sqrt(((pa - ba * t) ** 2).sum(-1)) - radius


def cylinder(p, centre, radius, half, rounding=0.0):
    q = p - np.float32(centre)
    x = np.hypot(q[..., 0], q[..., 2]) - radius + rounding
    y = np.abs(q[..., 1]) - half + rounding
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0))
    return outside + np.minimum(np.maximum(x, y), 0) - rounding


def blend(a, b, k):
    """The union of two shapes with a fillet of about `k`."""
    h = np.maximum(k - np.abs(a - b), 0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def near(bound, shape):
    """`shape` where the cheap `bound` around it is close; elsewhere the bound, which is safe."""

    def distance(p):
        d = np.array(bound(p), np.float32)
        close = np.flatnonzero(d < 0.1)
        if len(close):
            d[close] = shape(p[close])
        return d

    return distance


class Scene:
    """Things to see: pairs of a distance function and a paint `(p, normal) -> (colour, gloss)`."""

    def __init__(
        self, things, light, light_colour, sky, ambient=1.0, softness=10.0, far=30.0, crease=1.5
    ):
        self.things = things
        self.light = normalised(np.float32(light))
        self.light_colour = np.float32(light_colour)
        self.sky = sky
        self.ambient, self.softness = ambient, softness
        self.far, self.crease = far, crease

    def distance(self, p):
        d = self.things[0][0](p)
        for thing, _ in self.things[1:]:
            d = np.minimum(d, thing(p))
        return d

    def march(self, origin, direction, steps=110, start=0.02):
        n = len(direction)
        t = np.full(n, start, np.float32)
        live = np.arange(n)
        for _ in range(steps):
            d = self.distance(origin[live] + direction[live] * t[live, None])
            t[live] += d * 0.95
            live = live[(np.abs(d) > 0.0006 * np.maximum(t[live], 0.5)) & (t[live] < self.far)]
            if len(live) == 0:
                break
        return t

    def normal(self, p, e=0.0015):
        total = np.zeros_like(p)
        for k in ([1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]):
            k = np.float32(k)
            total += self.distance(p + k * e)[:, None] * k
        return normalised(total)

    def shadow(self, p):
        n = len(p)
        t, seen = np.full(n, 0.02, np.float32), np.ones(n, np.float32)
        live = np.arange(n)
        for _ in range(40):
            d = self.distance(p[live] + self.light * t[live, None])
            seen[live] = np.minimum(seen[live], np.clip(self.softness * d / t[live] + 0.08, 0, 1))
            t[live] += np.clip(d, 0.02, 0.4)
            live = live[(seen[live] > 0.01) & (t[live] < 8)]
            if len(live) == 0:
                break
        return seen * seen * (3 - 2 * seen)

    def occlusion(self, p, normal):
        total, weight = 0.0, 1.0
        for i in range(1, 6):
            h = 0.06 * i
            total, weight = total + (h - self.distance(p + normal * h)) * weight, weight * 0.75
        return np.clip(1 - self.crease * total, 0.05, 1)

    def paint(self, p, normal):
        distances = np.stack([thing(p) for thing, _ in self.things])
        owner = distances.argmin(0)
        colour, gloss = np.zeros_like(p), np.zeros(len(p), np.float32)
        for i, (_, paint) in enumerate(self.things):
            mine = owner == i
            if mine.any():
                colour[mine], gloss[mine] = paint(p[mine], normal[mine])
        return colour, gloss

    def light_at(self, origin, direction, bounce=1):
        t = self.march(origin, direction)
        hit = np.flatnonzero(t < self.far)
        result = self.sky(direction)
        if len(hit) == 0:
            return result, t
        p, d = origin[hit] + direction[hit] * t[hit, None], direction[hit]
        normal = self.normal(p)
        normal *= np.where((normal * d).sum(-1) > 0, -1, 1)[:, None]
        colour, gloss = self.paint(p, normal)
        lifted = p + normal * 0.006
        facing = np.clip(normal @ self.light, 0, 1)
        direct = facing * (self.shadow(lifted) if bounce else 1)
        around = self.occlusion(lifted, normal) if bounce else 0.8
        fill = self.sky(normal) * 0.5 + self.sky(np.float32([[0, 1, 0]])) * 0.25 + 0.12
        light = (
            direct[:, None] * self.light_colour + (self.ambient * around)[..., None] * fill
            if (bounce)
            else direct[:, None] * self.light_colour * 0.7 + self.ambient * 0.6 * fill
        )
        value = colour * light
        half = normalised(self.light - d)
        shine = np.clip((normal * half).sum(-1), 0, 1) ** (8 + 120 * gloss)
        value += (shine * gloss * direct)[:, None] * self.light_colour * 0.9
        glossy = np.flatnonzero(gloss > 0.08)
        if bounce and len(glossy):
            n, v = normal[glossy], d[glossy]
            cosine = -(n * v).sum(-1)
            mirrored = normalised(v + 2 * cosine[:, None] * n)
            seen, _ = self.light_at(lifted[glossy], mirrored, bounce - 1)
            share = gloss[glossy] * (0.05 + 0.95 * np.clip(1 - cosine, 0, 1) ** 5)
            value[glossy] += seen * share[:, None] * around[glossy, None]
        result[hit] = value
        return result, t

    def render(self, position, directions):
        """The light and the depth of every pixel, in bands that fit the cache."""
        h, w = directions.shape[:2]
        light, depth = np.zeros((h, w, 3), np.float32), np.zeros((h, w), np.float32)
        for top in range(0, h, 48):
            d = directions[top : top + 48].reshape(-1, 3)
            value, t = self.light_at(np.broadcast_to(np.float32(position), d.shape), d)
            light[top : top + 48] = value.reshape(-1, w, 3)
            depth[top : top + 48] = t.reshape(-1, w)
        return light, depth
