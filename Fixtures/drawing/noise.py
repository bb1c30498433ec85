"""Repeatable noise that can be asked for at any coordinate, and the filters numpy lacks."""

from functools import cache

import numpy as np


@cache
def _gradients(seed):
    angle = np.random.default_rng(seed).random((256, 256)) * 2 * np.pi
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def perlin(x, y, seed=0):
    """Gradient noise of about -0.7 … 0.7 with a lattice of side 1, repeating after 256."""
    gx, gy = _gradients(seed)
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = (x - x0).astype(np.float32), (y - y0).astype(np.float32)
    xi, yi = x0.astype(np.int32) & 255, y0.astype(np.int32) & 255
    xj, yj = (xi + 1) & 255, (yi + 1) & 255
    sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
    sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    top = gx[yi, xi] * fx + gy[yi, xi] * fy
    top += sx * (gx[yi, xj] * (fx - 1) + gy[yi, xj] * fy - top)
    bottom = gx[yj, xi] * fx + gy[yj, xi] * (fy - 1)
    bottom += sx * (gx[yj, xj] * (fx - 1) + gy[yj, xj] * (fy - 1) - bottom)
    return top + sy * (bottom - top)


def fbm(x, y, octaves=5, seed=0, gain=0.5):
    """Fractal noise of about -1 … 1: `octaves` layers, each twice as fine as the one before."""
    total, weight = np.zeros(np.broadcast(x, y).shape, np.float32), 1.0
    for octave in range(octaves):
        total += weight * perlin(x, y, seed + octave)
        x, y, weight = x * 2.03 + 17.1, y * 2.03 - 5.7, weight * gain
    return total * 1.4


def ridged(x, y, octaves=6, seed=0):
    """Fractal noise of 0 … 1 with sharp crests, like eroded rock."""
    total, weight, before = 0.0, 0.5, 1.0
    for octave in range(octaves):
        crest = (1 - np.abs(perlin(x, y, seed + octave)) * 1.6) ** 2
        total = total + crest * weight * before
        before = np.clip(crest, 0, 1)
        x, y, weight = x * 2.07 + 3.1, y * 2.07 + 9.2, weight * 0.5
    return np.clip(total, 0, 1.2)


def cells(x, y, seed=0):
    """Distances to the nearest and second nearest of one random point a cell, and its number."""
    offsets = np.random.default_rng(seed).random((2, 256, 256)).astype(np.float32)
    xi, yi = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    first = np.full(np.shape(x), 9, np.float32)
    second, owner = first.copy(), np.zeros(np.shape(x), np.int32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            cx, cy = xi + dx, yi + dy
            px = cx + offsets[0, cy & 255, cx & 255]
            py = cy + offsets[1, cy & 255, cx & 255]
            d = np.hypot(px - x, py - y)
            nearer = d < first
            second = np.where(nearer, first, np.minimum(second, d))
            owner = np.where(nearer, (cy & 255) * 256 + (cx & 255), owner)
            first = np.where(nearer, d, first)
    return first, second, owner


def smooth(low, high, x):
    """0 below `low`, 1 above `high`, a soft step between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(a, b, t):
    """From `a` (t = 0) to `b` (t = 1); a mask is spread over colours."""
    a, b, t = (np.asarray(v, np.float32) for v in (a, b, t))
    if (
        t.ndim
        and max(a.ndim, b.ndim) <= t.ndim + 1
        and (a.shape[-1:] == (3,) or b.shape[-1:] == (3,))
    ):
        if t.shape[-1:] != (3,) or t.ndim < max(a.ndim, b.ndim):
            t = t[..., None]
    return a + (b - a) * t


def blur(image, radius):
    """Nearly Gaussian blur: three box blurs of running sums, edges repeated."""
    half = max(int(round(radius * 0.98)), 0)
    if half == 0:
        return image
    for _ in range(3):
        for axis in (0, 1):
            pad = [(0, 0)] * image.ndim
            pad[axis] = (half + 1, half)
            run = np.cumsum(np.pad(image, pad, mode="edge"), axis=axis, dtype=np.float64)
            n = 2 * half + 1
            high = np.take(run, range(n, run.shape[axis]), axis=axis)
            low = np.take(run, range(0, run.shape[axis] - n), axis=axis)
            image = ((high - low) / n).astype(np.float32)
    return image


def wide_blur(image, radius):
    """`blur` for large radii, done on a reduced copy."""
    step = max(1, int(radius // 6))
    h, w = image.shape[:2]
    small = image[: h // step * step, : w // step * step]
    small = small.reshape(h // step, step, w // step, step, *image.shape[2:]).mean((1, 3))
    return resize(blur(small.astype(np.float32), radius / step), w, h)


def resize(image, width, height):
    """Bilinear sampling to another size."""
    h, w = image.shape[:2]
    y = np.clip((np.arange(height) + 0.5) * h / height - 0.5, 0, h - 1)
    x = np.clip((np.arange(width) + 0.5) * w / width - 0.5, 0, w - 1)
    y0, x0 = y.astype(int), x.astype(int)
    y1, x1 = np.minimum(y0 + 1, h - 1), np.minimum(x0 + 1, w - 1)
    extra = (1,) * (image.ndim - 2)
    fy = (y - y0).astype(np.float32).reshape(-1, 1, *extra)
    fx = (x - x0).astype(np.float32).reshape(1, -1, *extra)
    rows = image[y0] * (1 - fy) + image[y1] * fy
    return rows[:, x0] * (1 - fx) + rows[:, x1] * fx


def sample(texture, u, v):
    """Bilinear look-up of a texture at 0 … 1, zero outside."""
    h, w = texture.shape[:2]
    x, y = u * w - 0.5, v * h - 0.5
    inside = (x >= 0) & (y >= 0) & (x < w - 1) & (y < h - 1)
    x, y = np.clip(np.nan_to_num(x), 0, w - 2), np.clip(np.nan_to_num(y), 0, h - 2)
    xi, yi = x.astype(np.int32), y.astype(np.int32)
    fx, fy = (x - xi).astype(np.float32), (y - yi).astype(np.float32)
    if texture.ndim == 3:
        fx, fy, inside = fx[..., None], fy[..., None], inside[..., None]
    top = texture[yi, xi] * (1 - fx) + texture[yi, xi + 1] * fx
    low = texture[yi + 1, xi] * (1 - fx) + texture[yi + 1, xi + 1] * fx
    return (top * (1 - fy) + low * fy) * inside
