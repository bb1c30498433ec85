"""Files made to hurt a decoder: truncated, lying, exploding, endless, two things at once."""

import io
import struct
import zipfile
import zlib

from . import containers as c
from .metadata import exif


def truncated(formats):
    for source in (
        "plain.jpg",
        "progressive.jpg",
        "two-pictures.mpo.jpg",
        "rgb.png",
        "interlaced.png",
        "animated.apng.png",
        "still.gif",
        "animated.gif",
        "lossy.webp",
        "lossless.webp",
        "animated.webp",
        "plain.heic",
        "grid.heic",
    ):
        data = (formats / source).read_bytes()
        stem, _, ending = source.partition(".")
        # Multi-picture files are cut inside their first picture.
        share = 0.2 if source.startswith(("two", "anim")) else 0.6
        yield f"truncated-{stem}.{ending}", data[: int(len(data) * share)]
    for source in ("plain.jpg", "rgb.png", "still.gif", "lossy.webp", "plain.heic"):
        data = (formats / source).read_bytes()
        yield f"header-only-{source}", data[:24]


def squeezed(count, line):
    """zlib data of `count` equal lines without holding them."""
    press = zlib.compressobj(9)
    out = b""
    for _ in range(0, count, 100):
        out += press.compress(line * min(100, count))
    return out + press.flush()


def png_of(width, height, depth, kind, data, before=b""):
    return (
        c.SIGNATURE
        + c.ihdr(width, height, depth, kind)
        + before
        + c.chunk(b"IDAT", data)
        + c.chunk(b"IEND", b"")
    )


def pngs(formats):
    rgb = (formats / "rgb.png").read_bytes()
    yield "bomb-100mp.png", png_of(10000, 10000, 8, 0, squeezed(10000, bytes(10001)))
    yield "bomb-49mp-1bit.png", png_of(7000, 7000, 1, 0, squeezed(7000, bytes(876)))
    yield "wide-20000x10.png", png_of(20000, 10, 8, 0, squeezed(100, bytes(20001)))
    yield "tall-10x20000.png", png_of(10, 20000, 8, 0, squeezed(20000, bytes(11)))
    yield "largest-2147483647.png", png_of(2**31 - 1, 2**31 - 1, 16, 6, zlib.compress(bytes(64)))
    yield "zero-size.png", png_of(0, 0, 8, 2, zlib.compress(b""))
    yield "lying-size.png", png_of(6000, 6000, 8, 2, zlib.compress(bytes(1000)))
    yield "too-much-data.png", png_of(4, 4, 8, 2, squeezed(300000, bytes(13)))
    yield "wrong-crc.png", c.SIGNATURE + c.chunk(b"IHDR", rgb[16:29], 0) + rgb[33:]
    yield "chunk-length-2gb.png", rgb[:33] + b"\x7f\xff\xff\xff" + rgb[37:]
    yield "chunk-length-4gb.png", rgb[:33] + b"\xff\xff\xff\xff" + rgb[37:]
    yield "no-pixels.png", rgb[:33] + c.chunk(b"IEND", b"")
    flood = squeezed(52000, bytes(1000))
    yield "text-bomb.png", c.with_chunks(
        rgb, c.chunk(b"zTXt", b"Comment\0\0" + flood) + c.chunk(b"iTXt", b"Bomb\0\1\0\0\0" + flood)
    )
    yield "profile-bomb.png", c.with_chunks(rgb, c.chunk(b"iCCP", b"bomb\0\0" + flood))
    yield "many-chunks.png", c.with_chunks(rgb, c.chunk(b"tEXt", b"a\0b") * 6000)
    yield "bad-palette.png", png_of(
        8, 8, 8, 3, zlib.compress((b"\0" + b"\xff" * 8) * 8), c.chunk(b"PLTE", b"\1\2\3")
    )
    control = struct.pack(">IIIIIHHBB", 0, 8, 8, 2**31, 2**31, 1, 1, 0, 0)
    yield "apng-outside.png", c.with_chunks(
        rgb, c.chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)) + c.chunk(b"fcTL", control)
    )


def jpegs(formats):
    plain = (formats / "plain.jpg").read_bytes()
    frame = plain.index(b"\xff\xc0")

    def sized(width, height):
        return plain[: frame + 5] + struct.pack(">HH", height, width) + plain[frame + 9 :]

    yield "lying-size.jpg", sized(7000, 7000)
    yield "largest-65535.jpg", sized(65535, 65535)
    yield "zero-height.jpg", sized(320, 0)
    yield "sampling-factors.jpg", plain[: frame + 11] + b"\x4f" + plain[frame + 12 :]
    yield "no-tables.jpg", plain[:2] + plain[frame:]
    yield "no-end.jpg", plain[:-2]
    yield "many-segments.jpg", c.with_segments(plain, *[c.segment(0xE5, b"x" * 8)] * 7000)
    yield "many-comments.jpg", c.with_segments(plain, *[c.segment(0xFE, b"")] * 20000)
    yield "segment-past-end.jpg", plain[:2] + b"\xff\xe1\xff\xff" + plain[2:200]
    yield "segment-length-0.jpg", plain[:2] + b"\xff\xe1\0\0" + plain[2:]
    yield "fill-bytes.jpg", plain[:2] + b"\xff" * 90000 + plain[2:]
    yield "nested-start.jpg", plain[:2] + plain
    scan = plain.index(b"\xff\xda")
    progressive = (formats / "progressive.jpg").read_bytes()
    first = progressive.index(b"\xff\xda")
    second = progressive.index(b"\xff\xda", first + 2)
    big = progressive.index(b"\xff\xc2")
    wide = progressive[: big + 5] + struct.pack(">HH", 6000, 6000) + progressive[big + 9 :]
    yield "many-scans.jpg", wide[:second] + wide[first : first + 24] * 3000 + b"\xff\xd9"
    yield "endless-scan.jpg", plain[: scan + 14] + b"\xff\xd0" * 40000
    loop = bytearray(exif(6, False))
    first_count = struct.unpack(">H", loop[8:10])[0]
    loop[10 + 12 * first_count : 14 + 12 * first_count] = struct.pack(">I", 8)

    def with_exif(block):
        return c.with_segments(plain, c.segment(0xE1, b"Exif\0\0" + bytes(block)))

    yield "exif-directory-loop.jpg", with_exif(loop)
    own = bytearray(exif(6, False))
    at = own.index(b"\x87\x69\x00\x04") + 8
    own[at : at + 4] = struct.pack(">I", 8)
    yield "exif-refers-to-itself.jpg", with_exif(own)
    huge = bytearray(exif(6, False))
    at = huge.index(b"\x01\x3b\x00\x02") + 4
    huge[at : at + 8] = b"\xff\xff\xff\xff\xff\xff\xff\xf0"
    yield "exif-count-4gb.jpg", with_exif(huge)
    yield "exif-offset-past-end.jpg", with_exif(b"MM\0*\xff\xff\xff\xff")
    yield "exif-65535-entries.jpg", with_exif(
        b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\x01\0\0\0\x63\0\0\0" * 900
    )
    yield "profile-parts-missing.jpg", c.with_segments(
        plain, c.segment(0xE2, b"ICC_PROFILE\0\x01\xff" + b"x" * 100)
    )
    yield "profile-size-4gb.jpg", c.with_segments(
        plain, c.icc_segments(b"\xff" * 128 + struct.pack(">I", 2**31) + b"x" * 300)
    )
    yield "profile-tag-overflow.jpg", c.with_segments(
        plain,
        c.icc_segments(
            (struct.pack(">I", 200) + b"\0\0\0\0\x02\x10\0\0mntrRGB XYZ ").ljust(36, b"\0")
            + b"acsp"
            + b"\0" * 88
            + struct.pack(">I", 3)
            + b"rTRC\xff\xff\xff\xf0\xff\xff\xff\xff" * 3
        ),
    )


def gifs(formats):
    still = (formats / "still.gif").read_bytes()
    head = 13 + 3 * (2 << (still[10] & 7))
    image = still[still.index(b"\x2c\0\0\0\0", head) : -1]
    yield "lying-screen-65535.gif", still[:6] + struct.pack("<HH", 65535, 65535) + still[10:]
    small = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"
    yield "endless.gif", still[:6] + struct.pack("<HH", 8000, 6000) + still[10:head] + (
        b"\x21\xf9\x04\x0c\0\0\0\0" + small
    ) * 6000
    yield "frame-outside.gif", still[:head] + image[:1] + struct.pack(
        "<HHHH", 65000, 65000, 65000, 65000
    ) + image[9:] + b";"
    yield "endless-comment.gif", still[:head] + b"\x21\xfe" + (b"\xff" + b"c" * 255) * 300
    yield "code-size-255.gif", still[:head] + image[:10] + b"\xff" + image[11:] + b";"
    yield "no-image.gif", still[:head] + b";"
    yield "bad-codes.gif", still[:head] + image[:10] + b"\x08" + (
        b"\xff" + b"\xff" * 255
    ) * 4 + b"\0;"


def webps(formats):
    lossy = (formats / "lossy.webp").read_bytes()
    at = lossy.index(b"VP8 ") + 8
    yield "riff-size-4gb.webp", lossy[:4] + b"\xff\xff\xff\xff" + lossy[8:]
    yield "riff-size-4.webp", lossy[:4] + b"\x04\0\0\0" + lossy[8:]
    yield "chunk-size-4gb.webp", lossy[: at - 4] + b"\xff\xff\xff\xff" + lossy[at:]
    yield "lying-frame-16383.webp", lossy[: at + 6] + struct.pack("<HH", 16383, 16383) + lossy[
        at + 10 :
    ]

    def canvas(width, height, flags=0):
        return (
            b"VP8X",
            bytes([flags, 0, 0, 0])
            + struct.pack("<I", width - 1)[:3]
            + struct.pack("<I", height - 1)[:3],
        )

    picture = c.riff_chunks(lossy)[-1]
    yield "lying-canvas-16777216.webp", c.riff(canvas(1 << 24, 1 << 24), picture)
    yield "lying-canvas-7000.webp", c.riff(canvas(7000, 7000), picture)
    frame = (
        struct.pack("<I", 0)[:3] * 2
        + struct.pack("<I", 319)[:3]
        + struct.pack("<I", 239)[:3]
        + b"\x0a\0\0\0"
    )
    inner = picture[0] + struct.pack("<I", len(picture[1])) + picture[1]
    tiny = c.riff_chunks((formats / "lossless.webp").read_bytes())[-1]
    yield "many-frames.webp", c.riff(
        canvas(8000, 6000, 2), (b"ANIM", b"\0" * 6), *[(b"ANMF", frame + inner[:40])] * 1500
    )
    yield "empty-frames.webp", c.riff(
        canvas(320, 240, 2), (b"ANIM", b"\0" * 6), *[(b"ANMF", b"")] * 5000
    )
    yield "bad-lossless.webp", c.riff((b"VP8L", tiny[1][:5] + b"\xff" * 600))
    yield "many-chunks.webp", c.riff(canvas(320, 240), picture, *[(b"JUNK", b"")] * 10000)


def heics(formats):
    plain = (formats / "plain.heic").read_bytes()
    coded = c.Coded.__new__(c.Coded)
    coded.config = c.box(b"hvcC", c.find(plain, b"meta", b"iprp", b"ipco", b"hvcC"))
    coded.data, coded.width, coded.height, coded.channels = c.find(plain, b"mdat"), 320, 240, 3

    def grid(rows, columns, width, height, wide=True):
        form = ">BBBBII" if wide else ">BBBBHH"
        return struct.pack(form, 0, int(wide), rows - 1, columns - 1, width, height)

    def size(width, height):
        return c.full(b"ispe", struct.pack(">II", width, height)), False

    file = c.HEIF()
    tile = file.add_picture(coded, hidden=True)
    number = file.add(b"grid", grid(256, 256, 81920, 61440), [size(81920, 61440)], in_idat=True)
    file.refer(b"dimg", number, *[tile] * 65535)
    yield "grid-65536-tiles.heic", file.encode(number)
    file = c.HEIF()
    tile = file.add_picture(coded, hidden=True)
    number = file.add(b"grid", grid(20, 20, 6400, 4800), [size(6400, 4800)], in_idat=True)
    file.refer(b"dimg", number, *[tile] * 400)
    yield "grid-one-tile-400-times.heic", file.encode(number)
    file = c.HEIF()
    below = file.add_picture(coded, hidden=True)
    for _ in range(40):
        upper = file.add(b"grid", grid(2, 2, 320, 240), [size(320, 240)], in_idat=True)
        file.refer(b"dimg", upper, *[below] * 4)
        below = upper
    yield "grid-nested-40.heic", file.encode(below)
    file = c.HEIF()
    number = file.add(b"grid", grid(2, 2, 640, 480), [size(640, 480)], in_idat=True)
    file.refer(b"dimg", number, *[number] * 4)
    yield "grid-of-itself.heic", file.encode(number)
    file = c.HEIF()
    number = file.add(b"iden", b"", [size(320, 240)])
    other = file.add(b"iden", b"", [size(320, 240)])
    file.refer(b"dimg", number, other)
    file.refer(b"dimg", other, number)
    yield "identity-circle.heic", file.encode(number)
    file = c.HEIF()
    number = file.add(b"hvc1", coded.data, [(coded.config, True), size(7000, 7000)])
    yield "lying-size-7000.heic", file.encode(number)
    file = c.HEIF()
    number = file.add(b"hvc1", coded.data, [(coded.config, True), size(2**32 - 1, 2**32 - 1)])
    yield "largest-size.heic", file.encode(number)
    file = c.HEIF()
    number = file.add_picture(coded, [(c.box(b"irot", b"\x01"), True)] * 1)
    number_of = file.items[0]
    file.items[0] = (
        number_of[:3] + (number_of[3] + [(c.box(b"irot", b"\x01"), True)] * 120,) + number_of[4:]
    )
    yield "turned-121-times.heic", file.encode(number)
    at = plain.index(b"iloc")

    def patched(offset, data):
        return plain[: at + offset] + data + plain[at + offset + len(data) :]

    yield "item-past-end.heic", patched(20, b"\xff\xff\xff\xf0")
    yield "item-length-4gb.heic", patched(24, b"\xff\xff\xff\xff")
    # No bytes for any number: every entry claims 65,535 extents and costs nothing.
    table = struct.pack(">HHHH", 1, 0, 0, 65535) * 12000
    bomb = c.full(b"iloc", struct.pack(">HH", 0, 12000), table, version=1)
    start = at - 4
    end = start + struct.unpack(">I", plain[start:at])[0]
    meta = plain.index(b"meta") - 4
    grown = struct.unpack(">I", plain[meta : meta + 4])[0] + len(bomb) - (end - start)
    yield "extent-flood.heic", plain[:meta] + struct.pack(">I", grown) + plain[
        meta + 4 : start
    ] + bomb + plain[end:]
    yield "box-size-1.heic", plain[:meta] + b"\0\0\0\1" + plain[meta + 4 :]
    yield "box-size-4gb.heic", plain[:meta] + b"\xff\xff\xff\xff" + plain[meta + 4 :]
    yield "many-boxes.heic", plain[:meta] + c.box(b"free") * 12000 + plain[meta:]
    deep = b""
    for _ in range(3000):
        deep = c.box(b"iprp", deep)
    yield "nested-boxes.heic", plain[:meta] + c.full(
        b"meta", c.full(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13), deep
    )


def polyglots(formats):
    script = b"<html><body><script>alert(document.domain)</script></body></html>"
    still = (formats / "still.gif").read_bytes()
    head = 13 + 3 * (2 << (still[10] & 7))
    yield "polyglot-html.gif", still[:head] + b"\x21\xfe" + bytes(
        [len(script)]
    ) + script + b"\0" + still[head:]
    yield "polyglot-script.gif", still[:-1] + b";\n*/=alert(1);//" + script
    plain = (formats / "plain.jpg").read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("payload.html", (2024, 1, 1, 0, 0, 0)), script)
    yield "polyglot-zip.jpg", plain + out.getvalue()
    yield "polyglot-html.jpg", c.with_segments(plain, c.segment(0xFE, script))
    rgb = (formats / "rgb.png").read_bytes()
    yield "polyglot-html.png", c.with_chunks(rgb, c.chunk(b"tEXt", b"Comment\0" + script))
    yield "polyglot-pdf.jpg", c.with_segments(
        plain, c.segment(0xFE, b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj")
    )
    yield "jpeg-inside-png-name.png", plain
    yield "not-really.jpg", b"\xff\xd8\xff" + script
    yield "empty.jpg", b""
    yield "one-byte.png", b"\x89"
    yield "zeros.heic", bytes(4096)


def draw(formats, folder):
    """Writes all of them; most are made from the good files of `formats`."""
    for make in (truncated, pngs, jpegs, gifs, webps, heics, polyglots):
        for name, data in make(formats):
            (folder / name).write_bytes(data)
