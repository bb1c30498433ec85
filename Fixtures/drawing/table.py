"""What the scenes on a table share: the room around, the wood, the shape of a mug."""

import numpy as np

from .camera import colour
from .march import blend, cylinder
from .noise import fbm, mix, smooth


def room(warm, window, back="3a2a20"):
    """A dim room: darker below, a bright window with a cross of frames on one side."""
    warm, back, window = colour(warm), colour(back), np.float32(window)

    def sky(d):
        up = smooth(-0.4, 0.9, d[..., 1])
        light = mix(np.broadcast_to(back, d.shape), warm, up)
        toward = d @ (window / np.sqrt((window**2).sum()))
        across, high = d[..., 0] * window[2] - d[..., 2] * window[0], d[..., 1]
        pane = (np.abs(across) < 0.55) & (high > 0.12) & (high < 0.85) & (toward > 0.3)
        pane &= (np.abs(across) > 0.035) & (np.abs(high - 0.5) > 0.03)
        return light + pane[..., None] * np.float32([5.0, 5.2, 5.6])

    return sky


def wood(p, tone="8a5a34", dark="4a2c16", plank=0.62, seed=3):
    """Planks along x with wavy grain, knots and dark joints."""
    z = p[:, 2] / plank
    number = np.floor(z)
    shift = np.sin(number * 12.9898) * 43.7
    x, across = p[:, 0] + shift, z - number
    warp = fbm(x * 0.5, p[:, 2] * 3 + shift, 3, seed) * 0.9
    rings = np.sin(
        (across * 5 + warp * 2.2 + number * 3.1) * 6.3 + fbm(x * 0.9, across * 4, 2, seed + 5) * 4
    )
    fine = fbm(x * 2.0, p[:, 2] * 60, 4, seed + 9)
    t = np.clip(0.45 + rings * 0.22 + fine * 0.35 + np.sin(number * 7.7) * 0.16, 0, 1)
    surface = mix(np.broadcast_to(colour(dark), p.shape), colour(tone), t)
    joint = smooth(0.0, 0.018, np.minimum(across, 1 - across))
    return surface * (0.25 + 0.75 * joint)[:, None], 0.13 * joint + 0.12 * np.clip(fine + 0.3, 0, 1)


def mug_shape(p, at=(0, 0, 0), turn=0.0, radius=0.42, height=0.96):
    """A hollow cylinder and its handle."""
    q = p - np.float32(at)
    wall = cylinder(q, (0, height / 2, 0), radius, height / 2, 0.03)
    hollow = cylinder(q, (0, height / 2 + 0.06, 0), radius - 0.05, height / 2, 0.02)
    body = np.maximum(wall, -hollow)
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    x, z = c * q[..., 0] + s * q[..., 2] - radius, c * q[..., 2] - s * q[..., 0]
    ring = np.hypot(x, (q[..., 1] - height * 0.5) * 0.86) - 0.25
    handle = np.hypot(np.hypot(ring, 0) * 1.0, z * 0.8) - 0.052
    handle = np.maximum(handle, -(np.hypot(q[..., 0], q[..., 2]) - radius + 0.03))
    return blend(body, handle, 0.06)
