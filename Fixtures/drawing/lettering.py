"""Words as masks."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FOLDER = "/usr/share/fonts/truetype/dejavu/"


def font(size, face="DejaVuSans-Bold"):
    try:
        return ImageFont.truetype(FOLDER + face + ".ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def words(text, width, height, size, face="DejaVuSans-Bold", spacing=4):
    """Coverage 0 … 1 of a text centred in a rectangle of so many pixels."""
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).multiline_text(
        (width / 2, height / 2), text, 255, font(size, face), "mm", spacing, "center"
    )
    return np.asarray(image).astype(np.float32) / 255
