"""The same two small pictures in every format and odd encoding that uploads come in."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

from . import containers as c
from . import metadata
from .samples import exif

TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(image, orientation):
    """The picture as a camera stores it, so that this EXIF orientation shows it upright."""
    turn = TURNS[orientation]
    return image.transpose(turn) if turn is not None else image


def encoded(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def jpegs(mug, beach):
    def jpeg(image=mug, quality=80, **options):
        return encoded(image, "JPEG", quality=quality, **options)

    plain = jpeg()
    for orientation in range(1, 9):
        yield f"orientation-{orientation}.jpg", jpeg(
            stored(mug, orientation), exif=exif("2024:02:11 08:12:40", orientation)
        )
    yield "plain.jpg", plain
    yield "progressive.jpg", jpeg(progressive=True)
    yield "grey.jpg", jpeg(mug.convert("L"))
    yield "subsampling-444.jpg", jpeg(subsampling=0)
    yield "subsampling-422.jpg", jpeg(subsampling=1)
    yield "restarts.jpg", jpeg(restart_marker_blocks=5)
    yield "odd-size.jpg", jpeg(mug.crop((0, 0, 203, 151)))
    yield "rgb.jpg", jpeg(keep_rgb=True)
    yield "no-jfif.jpg", c.without_segment(plain, 0xE0)
    cmyk = Image.fromarray(
        np.dstack([255 - np.asarray(mug), np.full(mug.size[::-1], 0, np.uint8)]), "CMYK"
    )
    adobe = jpeg(cmyk)
    yield "cmyk.jpg", adobe
    yield "cmyk-no-adobe.jpg", c.without_segment(adobe, 0xEE)
    ycck = Image.fromarray(
        np.dstack(
            [
                np.asarray(ImageOps.invert(mug).convert("YCbCr")),
                np.full(mug.size[::-1], 255, np.uint8),
            ]
        ),
        "CMYK",
    )
    # Pillow stores CMYK inverted, as Adobe does: undone here, for the Y, Cb, Cr are final.
    raw = jpeg(Image.fromarray(255 - np.asarray(ycck), "CMYK"))
    at = raw.index(b"Adobe") + 11
    yield "ycck.jpg", raw[:at] + b"\x02" + raw[at + 1 :]
    yield "wide-gamut.jpg", jpeg(icc_profile=metadata.wide_profile())
    second = jpeg(beach)
    yield "two-pictures.mpo.jpg", encoded(
        mug, "MPO", save_all=True, append_images=[beach], quality=80
    )
    small = metadata.thumbnail(beach)
    private = [
        c.segment(0xE1, b"Exif\0\0" + metadata.exif(6, True, small)),
        c.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + metadata.XMP),
        c.segment(0xED, metadata.IPTC),
        c.segment(0xE5, b"VENDOR-SECRET"),
        c.segment(0xE0, b"JFXX\0\x10" + small),
        c.icc_segments(metadata.wide_profile()),
        c.segment(0xFE, b"COMMENT-SECRET"),
    ]
    turned = jpeg(stored(mug, 6))
    yield "metadata.jpg", c.with_segments(turned, *private) + b"TRAILING-SECRET"
    yield "metadata-upright.jpg", c.with_segments(
        plain, c.segment(0xE1, b"Exif\0\0" + metadata.exif(1, False))
    )
    yield "metadata-progressive.jpg", c.with_segments(jpeg(progressive=True), *private[:3])
    mpo = encoded(
        mug,
        "MPO",
        save_all=True,
        append_images=[beach],
        quality=80,
        exif=metadata.exif(1, True, small),
        comment=b"COMMENT-SECRET",
    )
    yield "metadata.mpo.jpg", mpo
    yield "appended-jpeg.jpg", plain + second
    rows = np.asarray(mug)
    yield "jfif-thumbnail.jpg", (
        b"\xff\xd8"
        + c.segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x08\x06" + rows[:6, :8].tobytes())
        + c.without_segment(plain, 0xE0)[2:]
    )


def pngs(mug, beach):
    rgb = np.asarray(mug.resize((128, 96), Image.LANCZOS))
    grey = np.asarray(mug.resize((128, 96), Image.LANCZOS).convert("L"))[..., None]
    h, w = grey.shape[:2]
    y, x = np.mgrid[0:h, 0:w]
    fade = np.clip((x * 3) - 20, 0, 255)[..., None]
    fine = rgb.astype(np.uint16) * 257 ^ (x * 7 + y * 13)[..., None].astype(np.uint16) % 256
    yield "rgb.png", c.png(rgb, 8, 2)
    yield "rgb-16bit.png", c.png(fine, 16, 2)
    yield "grey.png", c.png(grey, 8, 0)
    yield "grey-16bit.png", c.png(grey.astype(np.uint16) * 256 + (x * 5 % 256)[..., None], 16, 0)
    yield "grey-1bit.png", c.png((grey > 120).astype(int), 1, 0)
    yield "grey-2bit.png", c.png(grey // 64, 2, 0)
    yield "grey-4bit.png", c.png(grey // 16, 4, 0)
    yield "grey-alpha.png", c.png(np.dstack([grey, fade]), 8, 4)
    yield "grey-alpha-16bit.png", c.png(np.dstack([grey.astype(int) * 257, fade * 257]), 16, 4)
    yield "rgba.png", c.png(np.dstack([rgb, fade]), 8, 6)
    yield "rgba-16bit.png", c.png(np.dstack([fine, fade * 257]), 16, 6)
    yield "grey-trns.png", c.png(
        grey // 16 * 16, 8, 0, c.chunk(b"tRNS", struct.pack(">H", int(grey[2, 2, 0]) // 16 * 16))
    )
    yield "rgb-trns.png", c.png(
        rgb // 64 * 64,
        8,
        2,
        c.chunk(b"tRNS", struct.pack(">3H", *(int(v) // 64 * 64 for v in rgb[2, 2]))),
    )
    palette = mug.resize((128, 96), Image.LANCZOS).quantize(64)
    table = c.chunk(b"PLTE", bytes(palette.getpalette()[: 64 * 3]))
    index = np.asarray(palette)[..., None]
    yield "palette.png", c.png(index, 8, 3, table)
    yield "palette-trns.png", c.png(index, 8, 3, table + c.chunk(b"tRNS", bytes(range(0, 256, 4))))
    few = mug.resize((128, 96), Image.LANCZOS).quantize(4)
    yield "palette-2bit.png", c.png(
        np.asarray(few)[..., None], 2, 3, c.chunk(b"PLTE", bytes(few.getpalette()[:12]))
    )
    yield "interlaced.png", c.png(rgb, 8, 2, adam7=True)
    yield "interlaced-palette-4bit.png", c.png(
        index // 4,
        4,
        3,
        c.chunk(b"PLTE", bytes(palette.getpalette()[: 64 * 3 : 1][:48])),
        adam7=True,
    )
    yield "interlaced-rgba-16bit.png", c.png(np.dstack([fine, fade * 257]), 16, 6, adam7=True)
    yield "tiny-1x1.png", c.png(np.array([[[200, 30, 30]]]), 8, 2)
    yield "wide-gamut.png", c.png(
        rgb, 8, 2, c.chunk(b"iCCP", b"wide\0\0" + zlib.compress(metadata.wide_profile()))
    )
    yield "gamma-1.0.png", c.png(rgb, 8, 2, c.chunk(b"gAMA", struct.pack(">I", 100000)))
    frames = [mug.resize((96, 72)), beach.resize((96, 72)), ImageOps.mirror(mug.resize((96, 72)))]
    yield "animated.apng.png", encoded(
        frames[0], "PNG", save_all=True, append_images=frames[1:], duration=120, loop=3
    )
    texts = (
        c.chunk(b"tEXt", b"Author\0AUTHOR-SECRET")
        + c.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"ZTXT-SECRET"))
        + c.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.XMP)
        + c.chunk(b"tIME", struct.pack(">HBBBBB", 2024, 6, 1, 14, 5, 9))
        + c.chunk(b"prVt", b"PRIVATE-SECRET")
        + c.chunk(b"sPLT", b"SPLT-SECRET\0\x08\x01\x02\x03\x04\0\x01")
        + c.chunk(b"eXIf", metadata.exif(6, False, metadata.thumbnail(beach)))
    )
    keep = c.chunk(b"gAMA", struct.pack(">I", 45455)) + c.chunk(
        b"pHYs", struct.pack(">IIB", 2835, 2835, 1)
    )
    turned = np.asarray(stored(mug.resize((128, 96), Image.LANCZOS), 6))
    yield "metadata.png", c.png(
        turned, 8, 2, keep + texts, c.chunk(b"tEXt", b"Late\0LATE-SECRET")
    ) + b"TRAILING-SECRET"
    apng = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=120, loop=0)
    yield "metadata.apng.png", c.with_chunks(
        apng, b"", c.chunk(b"tEXt", b"Author\0AUTHOR-SECRET") + c.chunk(b"eXIf", metadata.exif(1))
    )


def gifs(mug, beach):
    frames = [i.resize((120, 90)) for i in (mug, beach, ImageOps.mirror(mug))]
    still = encoded(frames[0].quantize(128), "GIF")
    yield "still.gif", still
    yield "animated.gif", encoded(
        frames[0], "GIF", save_all=True, append_images=frames[1:], duration=120, loop=0
    )
    dots = [frames[0].copy() for _ in range(4)]
    for k, frame in enumerate(dots):
        frame.paste((255, 40, 40), (10 + 25 * k, 30, 30 + 25 * k, 50))
    yield "disposal-previous.gif", encoded(
        dots[0], "GIF", save_all=True, append_images=dots[1:], duration=100, disposal=3
    )
    yield "disposal-background.gif", encoded(
        dots[0], "GIF", save_all=True, append_images=dots[1:], duration=100, disposal=2
    )
    clear = frames[0].convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 60, 45))
    yield "transparent.gif", encoded(clear, "GIF", disposal=2)
    yield "interlaced.gif", encoded(frames[0].quantize(128), "GIF", interlace=1)
    # The first frame covers only a part of a larger screen.
    at = still.index(b"\x2c\0\0\0\0")
    yield "partial-first-frame.gif", (
        still[:6]
        + struct.pack("<HH", 180, 140)
        + still[10 : at + 1]
        + struct.pack("<HH", 40, 30)
        + still[at + 5 :]
    )
    head = 13 + 3 * (2 << (still[10] & 7))

    def extension(label, *blocks):
        return b"\x21" + bytes([label]) + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"

    private = (
        extension(0xFE, b"COMMENT-SECRET")
        + extension(0xFF, b"XMP DataXMP", metadata.XMP[:200], b"SECRET")
        + extension(0xF9, b"\0\0\0\0")
        + extension(0x01, struct.pack("<4H4B", 0, 0, 9, 9, 8, 8, 0, 1), b"PLAIN-SECRET")
        + extension(0xFF, b"NETSCAPE2.0", b"\x01\x03\0", b"SECRET")
    )
    yield "metadata.gif", still[:head] + private + still[head:] + b"TRAILING-SECRET"


def webps(mug, beach):
    def webp(image=mug, **options):
        return encoded(image, "WEBP", **options)

    clear = mug.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(mug.size))
    yield "lossy.webp", webp(quality=75)
    yield "lossless.webp", webp(mug.resize((160, 120)), lossless=True)
    yield "alpha.webp", webp(clear, quality=75)
    yield "alpha-lossless.webp", webp(clear.resize((160, 120)), lossless=True)
    frames = [i.resize((160, 120)) for i in (mug, beach, ImageOps.mirror(mug))]
    animated = webp(frames[0], save_all=True, append_images=frames[1:], duration=120, quality=60)
    yield "animated.webp", animated
    yield "wide-gamut.webp", webp(icc_profile=metadata.wide_profile())
    yield "odd-size.webp", webp(mug.crop((0, 0, 203, 151)), quality=70)
    private = dict(
        exif=b"Exif\0\0" + metadata.exif(6, True, metadata.thumbnail(beach)), xmp=metadata.XMP
    )
    yield "metadata.webp", webp(
        stored(mug, 6), quality=75, icc_profile=metadata.wide_profile(), **private
    ) + b"TRAILING-SECRET"
    parts = c.riff_chunks(
        webp(frames[0], lossless=True, exif=metadata.exif(1, False), xmp=metadata.XMP)
    )
    yield "metadata-lossless.webp", c.riff(*parts, (b"PRIV", b"PRIVATE-SECRET!"))
    parts = c.riff_chunks(animated)
    parts = [
        (k, p + b"PRIV" + struct.pack("<I", 14) + b"PRIVATE-SECRET" if k == b"ANMF" else p)
        for k, p in parts
    ]
    head = parts[0][1]
    parts[0] = (b"VP8X", bytes([head[0] | 0x0C]) + head[1:])
    yield "metadata-animated.webp", c.riff(
        *parts, (b"EXIF", metadata.exif(1)), (b"XMP ", metadata.XMP)
    )


def heics(mug, beach):
    coded, other = c.Coded(mug), c.Coded(beach)
    colr = (c.box(b"colr", b"prof" + metadata.wide_profile()), False)

    def one(*more):
        file = c.HEIF()
        return file.encode(file.add_picture(coded, more))

    yield "plain.heic", one()
    for turns in (1, 2, 3):
        yield f"rotated-{turns * 90}.heic", one((c.box(b"irot", bytes([turns])), True))
    yield "mirrored.heic", one((c.box(b"imir", b"\x01"), True))
    yield "cropped.heic", one(
        (c.box(b"clap", struct.pack(">8I", 200, 1, 120, 1, 0, 1, 0, 1)), True)
    )
    yield "wide-gamut.heic", one(colr)

    def alpha_of(file, master, size):
        mask = Image.linear_gradient("L").resize(size)
        auxiliary = (c.full(b"auxC", b"urn:mpeg:hevc:2015:auxid:1\0"), True)
        alpha = file.add_picture(c.Coded(mask), [auxiliary], hidden=True)
        file.refer(b"auxl", alpha, master)

    file = c.HEIF()
    master = file.add_picture(coded)
    alpha_of(file, master, mug.size)
    yield "alpha.heic", file.encode(master)

    def grid(file, image, side=128, in_idat=True, more=()):
        w, h = image.size
        columns, rows = -(-w // side), -(-h // side)
        canvas = Image.new("RGB", (columns * side, rows * side))
        canvas.paste(image)
        tiles = [
            file.add_picture(
                c.Coded(canvas.crop((x * side, y * side, x * side + side, y * side + side))),
                hidden=True,
            )
            for y in range(rows)
            for x in range(columns)
        ]
        size = (c.full(b"ispe", struct.pack(">II", w, h)), False)
        number = file.add(
            b"grid",
            struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, w, h),
            [size, *more],
            in_idat=in_idat,
        )
        file.refer(b"dimg", number, *tiles)
        return number

    file = c.HEIF()
    yield "grid.heic", file.encode(grid(file, mug))
    file = c.HEIF()
    yield "grid-rotated-90.heic", file.encode(
        grid(file, mug, in_idat=False, more=[(c.box(b"irot", b"\x01"), True)])
    )

    def private(file, master, orientation):
        block = struct.pack(">I", 0) + metadata.exif(orientation, False, metadata.thumbnail(beach))
        note = file.add(b"Exif", block)
        packet = file.add(b"mime", metadata.XMP, extra=b"application/rdf+xml\0")
        small = file.add_picture(c.Coded(beach.resize((80, 60))), name=b"NAME-SECRET")
        depth = (c.full(b"auxC", b"urn:mpeg:hevc:2015:auxid:2\0"), True)
        map_ = file.add_picture(c.Coded(Image.linear_gradient("L").resize((80, 60))), [depth])
        more = file.add_picture(other)
        for kind, origin in ((b"cdsc", note), (b"cdsc", packet), (b"thmb", small), (b"auxl", map_)):
            file.refer(kind, origin, master)
        file.extra_meta = c.box(b"uuid", b"0123456789abcdefUUID-SECRET") + c.full(
            b"grpl", c.full(b"altr", struct.pack(">III", 99, 2, master) + struct.pack(">I", more))
        )
        file.tail = c.box(b"uuid", b"0123456789abcdefTAIL-SECRET") + c.box(b"free", b"FREE-SECRET")

    described = (c.full(b"udes", b"en\0NAME-SECRET\0TEXT-SECRET\0TAGS-SECRET\0"), False)
    file = c.HEIF()
    master = file.add_picture(
        c.Coded(stored(mug, 6)),
        [described, colr, (c.box(b"irot", b"\x03"), True)],
        name=b"TITLE-SECRET",
    )
    private(file, master, 6)
    yield "metadata.heic", file.encode(master)
    file = c.HEIF()
    master = grid(file, mug, in_idat=True, more=[colr])
    alpha_of(file, master, mug.size)
    private(file, master, 1)
    yield "metadata-grid.heic", file.encode(master)
    yield "pillow.heic", encoded(
        mug,
        "HEIF",
        quality=45,
        exif=metadata.exif(1, True, metadata.thumbnail(beach)),
        xmp=metadata.XMP,
    )


def others(mug, beach):
    small = mug.resize((64, 48))
    yield "other.bmp", encoded(small, "BMP")
    yield "other.tiff", encoded(small, "TIFF", compression="tiff_deflate")
    yield "other-big-endian.tiff", b"MM\0*\0\0\0\x08" + struct.pack(">H", 0) + b"\0\0\0\0"
    yield "other.avif", c.box(b"ftyp", b"avif\0\0\0\0avifmif1miaf") + c.full(
        b"meta", c.full(b"hdlr", b"\0\0\0\0pict", b"\0" * 12, b"\0")
    )
    yield "other.ico", encoded(small.resize((32, 32)), "ICO", sizes=[(32, 32)])
    yield "other.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + c.box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    yield "other.psd", b"8BPS\0\x01" + b"\0" * 6 + struct.pack(">HIIHH", 3, 8, 8, 8, 3) + b"\0" * 16
    yield "text.txt", b"This is a plain text, not a picture.\n" * 20
    yield "drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>\n"
    yield "document.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


def draw(samples, folder):
    """Writes all of them; the pictures are taken from the samples."""
    mug = Image.open(samples / "coffee-mug.jpg").convert("RGB").resize((320, 240), Image.LANCZOS)
    beach = (
        Image.open(samples / "sunset-beach-2.jpg").convert("RGB").resize((320, 240), Image.LANCZOS)
    )
    for make in (jpegs, pngs, gifs, webps, heics, others):
        for name, data in make(mug, beach):
            (folder / name).write_bytes(data)
