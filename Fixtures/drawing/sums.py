"""Printed sums and equations with their answers, for the built-in solver."""

from PIL import Image, ImageDraw

from . import lettering

FACES = ["DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSans-Bold"]
# Name: lines, answer, size of the print in pixels.
SUMS = {
    "sum": (["12 + 30 ="], "42", 48),
    "equation": (["2x + 3 = 11"], "4", 48),
    "thirds": (["1/3 + 1/3"], "2/3", 48),
    "halves": (["7 ÷ 2 ="], "3.5", 48),
    "tenths": (["0.1 + 0.2 ="], "0.3", 48),
    "system": (["x + y = 5", "x - y = 1"], "3, 2", 48),
    "three": (["6 × 7 =", "100 − 58 =", "3² + 4² = ?"], "42, 42, 25", 48),
    "zero": (["5 ÷ 0 ="], "ERROR: division by zero", 48),
    "brackets": (["(9.5 - 2) * 4"], "30", 36),
    "power": (["2^5 - 1 ="], "31", 64),
    "small": (["1,234 + 66 =", "8 : 3 ="], "1300, 8/3", 20),
    "percent": (["25% × 80"], "20", 48),
}
DARK = {"brackets", "power"}


def picture(lines, size, face, dark):
    font = lettering.font(size, face)
    ink, ground = (235, 30) if dark else (0, 255)
    width = max(int(font.getlength(line)) for line in lines) + 2 * size
    image = Image.new("L", (width, (2 * len(lines) + 1) * size), ground)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((size, size * (2 * number + 0.7)), line, ink, font)
    return image


def draw(folder):
    rows = []
    for number, (name, (lines, answer, size)) in enumerate(SUMS.items()):
        face = FACES[number % len(FACES)]
        image = picture(lines, size, face, name in DARK)
        image.save(folder / f"{name}.png", optimize=True)
        rows.append(f"{name}.png\t{answer}\n")
    sideways = picture(*[SUMS["sum"][0], 48, FACES[0], False]).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways.save(folder / "sideways.jpg", quality=90, exif=exif)
    rows.append("sideways.jpg\t42\n")
    Image.new("L", (320, 200), 255).save(folder / "blank.png", optimize=True)
    rows.append("blank.png\tERROR: no problem found\n")
    (folder / "expected.tsv").write_text("".join(rows))
