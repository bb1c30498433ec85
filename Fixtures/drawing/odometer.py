"""A speedometer with its counter of kilometres."""

import numpy as np

from .camera import colour, develop
from .lettering import words
from .noise import fbm, mix, perlin, sample, smooth
from .relief import shaded, tilted


def odometer(view, width, height):
    w, h = width * 5 // 4, height * 5 // 4
    corners = [
        [(-0.1, -0.12), (1.08, -0.2), (1.07, 1.06), (-0.08, 1.0)],
        [(-0.04, -0.3), (1.02, -0.12), (1.06, 0.99), (0.0, 1.09)],
    ][view]
    u, v = tilted(w, h, corners)
    x, y = u * 1.36, v
    # The plate: brushed dark metal with a printed scale round a needle above the counter.
    brushed = fbm(x * 4, y * 260, 4, 3)
    tone = mix(np.broadcast_to(colour("15171a"), (h, w, 3)), colour("34383d"), 0.45 + brushed * 0.3)
    relief = brushed * 0.15
    cx, cy = 0.68, 0.58
    r, angle = np.hypot(x - cx, y - cy), np.degrees(np.arctan2(x - cx, cy - y))
    white = colour("e8e6da")
    tick = ((angle + 120) % 24 + 12) % 24 - 12
    fine = ((angle + 120) % 4.8 + 2.4) % 4.8 - 2.4
    inside = np.abs(angle) < 121.5
    marks = smooth(0.006, 0.004, np.abs(np.radians(tick)) * r) * smooth(
        0.002, 0, np.abs(r - 0.475) - 0.025
    )
    marks = np.maximum(
        marks,
        smooth(0.0032, 0.002, np.abs(np.radians(fine)) * r)
        * smooth(0.002, 0, np.abs(r - 0.487) - 0.013),
    )
    tone = mix(tone, white, marks * inside)
    for k in range(11):
        a = np.radians(-120 + 24 * k)
        label = words(str(k * 20), 200, 100, 74)
        px, py = cx + 0.4 * np.sin(a), cy - 0.4 * np.cos(a)
        tone = mix(tone, white, sample(label, (x - px) / 0.11 + 0.5, (y - py) / 0.055 + 0.5))
    for text, py, wide in (("km/h", 0.4, 0.16), ("km", 0.855, 0.1)):
        label = words(text, 300, 120, 84)
        tone = mix(
            tone, white * 0.9, sample(label, (x - cx) / wide + 0.5, (y - py) / (wide * 0.4) + 0.5)
        )
    lit = shaded(tone, relief, (-0.4, -0.6, 0.8), 0.05, 1.2)
    # The counter: six drums behind a sunk window, the last one white and half turned.
    left, top, wide, high = 0.42, 0.68, 0.52, 0.115
    frame = np.maximum(
        np.abs(x - left - wide / 2) - wide / 2, np.abs(y - top - high / 2) - high / 2
    )
    bezel = smooth(0.014, 0.012, frame)
    slope = np.where(
        np.abs(y - top - high / 2) / high > np.abs(x - left - wide / 2) / wide,
        np.sign(y - top - high / 2),
        np.sign(x - left - wide / 2),
    )
    lit = mix(lit, colour("6e7276") * (0.9 + 0.5 * slope)[..., None], bezel)
    opening = smooth(0.001, -0.001, frame)
    drum = (x - left) / wide * 6
    k = np.clip(np.floor(drum), 0, 5).astype(int)
    s, q = drum - k, (y - top) / high
    digits = [1, 2, 7, 4, 9, 3]
    offset = np.array([0, 0, 0.03, -0.02, 0.05, 0.16], np.float32)[k]
    ink = np.zeros((h, w), np.float32)
    bend = np.arcsin(np.clip((q - 0.5) * 1.5, -1, 1)) / 1.5 + 0.5
    for i, digit in enumerate(digits):
        for step in (-1, 0, 1):
            label = words(str((digit + step) % 10), 150, 190, 158, "DejaVuSansCondensed-Bold")
            vv = (bend + offset - step * 1.12 - 0.5) * 0.86 + 0.5
            ink = np.where(k == i, np.maximum(ink, sample(label, (s - 0.5) * 1.15 + 0.5, vv)), ink)
    last = (k == 5)[..., None]
    paper = np.where(last, colour("ece8dc"), colour("0c0c0d"))
    print_ = np.where(last, colour("b01818"), colour("f4f1e6"))
    face = mix(paper, print_, ink) * (1 + 0.1 * fbm(drum * 3, q * 8, 4, 50))[..., None]
    round_ = np.sqrt(np.clip(1 - ((q - 0.5) * 1.75) ** 2, 0.05, 1))
    joint = smooth(0.0, 0.045, np.minimum(s, 1 - s))
    shadow = 0.35 + 0.65 * smooth(-0.01, 0.2, q) * smooth(-0.02, 0.06, drum / 6)
    face = face * (round_ * (0.25 + 0.75 * joint) * shadow * 1.35)[..., None]
    lit = mix(lit, face, opening)
    # The needle and its cap.
    a = np.radians([-48, -118][view])
    nx, ny = np.sin(a), -np.cos(a)
    along, aside = (x - cx) * nx + (y - cy) * ny, (x - cx) * ny - (y - cy) * nx
    shade = smooth(0.02, 0.0, np.abs(aside + 0.012)) * (along > 0) * (along < 0.44)
    lit *= (1 - 0.45 * shade)[..., None]
    needle = (
        smooth(0.0015, -0.0015, np.abs(aside) - 0.008 * (1 - along / 0.5))
        * (along > -0.05)
        * (along < 0.45)
    )
    lit = mix(lit, colour("ff4a1c") * (1.3 + 0.5 * np.sign(aside))[..., None], needle)
    cap = smooth(0.052, 0.05, r)
    lit = mix(
        lit,
        colour("202224")
        * (1.2 + 3.0 * np.clip(-(x - cx) - (y - cy), -0.05, 0.05) / 0.05)[..., None],
        cap,
    )
    # Dust, a chrome ring, and a window's reflection in the glass.
    lit += (smooth(0.55, 0.62, perlin(x * 130, y * 130, 77)) * 0.12)[..., None]
    ring = smooth(0.01, 0.0, np.abs(r - 0.555) - 0.018)
    chrome = 0.35 + 0.65 * np.sin(np.radians(angle) * 2 + (r - 0.555) * 70) ** 2
    lit = mix(lit, colour("b8bcc2") * (chrome * 1.3)[..., None], ring)
    lit = mix(
        lit,
        colour("1d1b1a") * (0.8 + 0.3 * fbm(x * 50, y * 50, 3, 8))[..., None],
        smooth(0.568, 0.58, r),
    )
    glare = smooth(
        0.06, 0.0, np.abs(x * 0.8 + y * 0.55 - [1.02, 0.5][view]) - [0.05, 0.07][view]
    ) * (r < 0.54)
    lit += (glare * 0.075)[..., None]
    y0, x0 = np.mgrid[0:h, 0:w].astype(np.float32)
    lit *= (1.15 - 0.4 * np.hypot(x0 / w - 0.35, y0 / h - 0.35))[..., None]
    return develop(lit, 41, (width, height), [1.35, 1.1][view], bloom=0.05)
