"""Where the picture is taken from, and what lens and sensor do to it."""

import numpy as np
from PIL import Image

from .noise import blur, wide_blur


def colour(text):
    """Linear light of an sRGB colour written as six hex digits."""
    value = np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    return (value**2.2).astype(np.float32)


def normalised(v):
    return v / np.sqrt(np.maximum((v * v).sum(-1, keepdims=True), 1e-12))


def rays(position, target, field, width, height, roll=0.0):
    """Directions through every pixel (height × width × 3); `field` is the angle across, degrees."""
    position, target = np.array(position, float), np.array(target, float)
    forward = normalised(target - position)
    right = normalised(np.cross([np.sin(roll), np.cos(roll), 0], forward))
    up = np.cross(forward, right)
    half = np.tan(np.radians(field) / 2)
    x = ((np.arange(width) + 0.5) / width * 2 - 1) * half
    y = (1 - (np.arange(height) + 0.5) / height * 2) * half * height / width
    d = forward + x[None, :, None] * right + y[:, None, None] * up
    return normalised(d).astype(np.float32)


def grid(width, height):
    """Coordinates of a flat picture: x from 0 to its aspect ratio, y from 0 to 1."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return (x + 0.5) / height, (y + 0.5) / height


def focus(image, depth, distance, strength):
    """Blurs what is out of focus: layers of growing blur chosen by depth.

    What is sharp does not bleed into what is blurred: each layer is the mean of its own pixels.
    """
    scale = image.shape[1] / 1600
    amount = np.clip(np.abs(1 - distance / np.maximum(depth, 1e-3)) * strength, 0, 24) * scale
    result = image.copy()
    radii = np.array([0, 1.5, 3, 6, 12, 24]) * scale
    below = image
    for low, high in zip(radii, radii[1:]):
        weight = (amount >= low * 0.7).astype(np.float32)[..., None] + 1e-4
        soften = wide_blur if high > 8 else blur
        above = soften(image * weight, high) / np.maximum(soften(weight, high), 1e-5)
        t = np.clip((amount - low) / (high - low), 0, 1)[..., None]
        result = np.where(amount[..., None] >= low, below * (1 - t) + above * t, result)
        below = above
    return result


def develop(light, seed, size=None, exposure=1.0, bloom=0.06, vignette=0.25, grain=0.012):
    """Light to a picture: bloom, vignette, film curve, sensor noise, 8 bits."""
    h, w = light.shape[:2]
    light = np.maximum(light, 0) * exposure
    if bloom:
        bright = np.minimum(light, 8)
        light = light * (1 - bloom) + bloom * (
            0.6 * wide_blur(bright, w / 120) + 0.4 * wide_blur(bright, w / 30)
        )
    y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
    light *= (1 - vignette * ((x * x + y * y) / 2) ** 1.3)[..., None]
    # The fitted ACES curve of Narkowicz (2015).
    light = light * 0.8
    toned = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    value = np.clip(toned, 0, 1) ** (1 / 2.2)
    image = Image.fromarray((value * 255 + 0.5).astype(np.uint8))
    if size and size != (w, h):
        image = image.resize(size, Image.LANCZOS)
    if grain:
        rng = np.random.default_rng(seed)
        value = np.asarray(image).astype(np.float32)
        shape = value.shape
        noise = rng.standard_normal(shape[:2], np.float32)[..., None] * 0.5
        noise = noise + blur(rng.standard_normal(shape, np.float32), 1) * 0.8
        value += noise * grain * 255 * (0.5 + 0.5 * (1 - value / 255))
        image = Image.fromarray(np.clip(value + 0.5, 0, 255).astype(np.uint8))
    return image
