"""Flat surfaces with relief, seen straight or tilted."""

import numpy as np

from .camera import normalised


def shaded(tone, height, light, gloss, strength, ambient=0.35, rough=30):
    """Lights a flat surface whose relief is `height`, in pixels."""
    dy, dx = np.gradient(height)
    n = normalised(np.stack([-dx * strength, -dy * strength, np.ones_like(dx)], -1))
    light = normalised(np.float32(light))
    direct = np.clip(n @ light, 0, 1)
    half = normalised(light + np.float32([0, 0, 1]))
    shine = np.clip(n @ half, 0, 1) ** rough * gloss
    return tone * (ambient + direct * 1.5)[..., None] + shine[..., None]


def tilted(width, height, corners):
    """Texture coordinates of every pixel for a plane whose four corners are seen at `corners`."""
    source = np.float64([(0, 0), (1, 0), (1, 1), (0, 1)])
    rows = []
    for (u, v), (x, y) in zip(source, corners):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    a = np.array(rows)
    m = np.append(np.linalg.solve(a[:, :8], a[:, 8]), 1).reshape(3, 3).astype(np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = (x + 0.5) / width, (y + 0.5) / height
    d = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    return (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / d, (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / d
