"""The sample photos: which scene, from where, how large, and when the camera says it was."""

import io

import numpy as np
from PIL import Image, ImageFilter

from .beach import beach
from .concert import concert
from .decay import crack, rust
from .desk import desk
from .forest import forest
from .fruit import fruit
from .market import market
from .mountains import lake, mountains
from .mug import mug
from .odometer import odometer
from .poster import poster
from .stars import stars
from .street import street

# name: drawing, view, size, largest file in KB, date of the photo
SAMPLES = {
    "coffee-mug": (mug, 0, (1440, 1080), 220, "2024:02:11 08:12:40"),
    "coffee-mug-2": (mug, 1, (1440, 1080), 200, "2024:02:11 08:13:05"),
    "sunset-beach": (beach, 0, (4000, 3000), 545, "2024:07:19 20:41:17"),
    "sunset-beach-2": (beach, 1, (1600, 1200), 200, "2024:07:19 20:44:51"),
    "neon-street": (street, 0, (1600, 1200), 260, "2023:11:03 22:05:30"),
    "neon-street-2": (street, 1, (1600, 1200), 260, "2023:11:03 22:06:12"),
    "odometer": (odometer, 0, (1600, 1200), 220, "2024:05:06 14:30:00"),
    "odometer-2": (odometer, 1, (1600, 1200), 220, "2024:05:06 14:30:21"),
    "snowy-mountains": (mountains, 0, (1600, 1200), 230, "2024:01:27 11:20:09"),
    "snowy-mountains-2": (mountains, 1, (1600, 1200), 230, "2024:01:27 11:31:44"),
    "fruit-bowl": (fruit, 0, (1440, 1080), 200, "2024:09:14 16:02:33"),
    "fruit-bowl-2": (fruit, 1, (1440, 1080), 200, "2024:09:14 16:03:01"),
    "rusty-plate": (rust, 0, (1600, 1200), 270, "2024:04:22 09:47:10"),
    "cracked-wall": (crack, 0, (1600, 1200), 300, "2024:04:22 10:03:56"),
    "forest-path": (forest, 0, (1200, 1600), 330, "2024:05:30 07:15:48"),
    "starry-sky": (stars, 0, (1600, 1066), 220, "2023:08:13 23:58:02"),
    "concert": (concert, 0, (1600, 1066), 190, "2023:10:20 21:37:26"),
    "poster": (poster, 0, (1600, 1200), 290, "2024:06:28 17:09:38"),
    "desk": (desk, 0, (1440, 1080), 230, "2024:03:04 10:00:12"),
    "blue-lake": (lake, 0, (2048, 1366), 270, "2024:08:02 12:04:55"),
    "umbrella-market": (market, 0, (1440, 1080), 290, "2024:08:17 11:26:20"),
}


def exif(date, orientation=1):
    """What a camera writes about a photo, without a place or a serial number."""
    block = Image.Exif()
    block[0x010F], block[0x0110] = "Tintype", "Drawing Board"
    block[0x0112], block[0x0132] = orientation, date
    detail = block.get_ifd(0x8769)
    detail[0x9003] = detail[0x9004] = date
    return block


def jpeg(image, kilobytes, **options):
    """The best baseline JPEG of at most so many kilobytes."""
    for quality in (90, 86, 82, 78, 74, 70, 65, 60, 55, 50, 42, 35):
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, optimize=True, **options)
        if out.tell() <= kilobytes * 1000:
            break
    return out.getvalue(), quality


def draw(name, folder):
    """Draws one sample into a folder and says how it came out."""
    scene, view, (width, height), kilobytes, date = SAMPLES[name]
    image = scene(view, width, height)
    data, quality = jpeg(image, kilobytes, exif=exif(date))
    (folder / f"{name}.jpg").write_bytes(data)
    return f"{name}.jpg {width}×{height} {len(data) // 1000} KB q{quality}"


def benchmark(folder):
    """A photo of 4000×3000 with the fine grain of a real one and no text, too large to be kept."""
    image = rust(0, 1600, 1200).resize((4000, 3000), Image.LANCZOS)
    pixels = np.asarray(image).astype(np.int16)
    rng = np.random.default_rng(1)
    for top in range(0, 3000, 500):
        grain = rng.normal(0, 9, (500, 4000, 1)) + rng.normal(0, 3, (500, 4000, 3))
        pixels[top : top + 500] += grain.astype(np.int16)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(0.6))
    image.save(
        folder / "bench-12mp.jpg", quality=90, optimize=True, exif=exif("2024:04:22 09:47:10")
    )
