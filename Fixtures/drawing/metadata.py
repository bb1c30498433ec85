"""The private things that fixtures carry, all with the word SECRET or the numbers 4711 and 1147."""

import io
import struct

SECRET = b"SECRET"
XMP = (
    b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    b"xmlns:dc='http://purl.org/dc/elements/1.1/' dc:creator='XMP-SECRET'/></rdf:RDF></x:xmpmeta>"
    b"<?xpacket end='w'?>"
)
# Photoshop's block with an IPTC record: by-line.
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x10\x1c\x02\x50\0\x0bIPTC-SECRET"


def thumbnail(image):
    """The small JPEG that cameras put into EXIF, with a comment of its own."""
    out = io.BytesIO()
    image.convert("RGB").resize((64, 48)).save(out, "JPEG", quality=40, comment=b"THUMB-SECRET")
    return out.getvalue()


def exif(orientation=1, little=True, thumb=b"", gps=True):
    """A camera's EXIF: date with zone, position below the sea, serials, maker note, thumbnail."""
    order = "<" if little else ">"
    text, short, long, rational, byte, undefined = 2, 3, 4, 5, 1, 7

    def value(kind, data):
        if kind == text:
            raw = data.encode() + b"\0"
            return len(raw), raw
        if kind in (byte, undefined):
            return len(data), bytes(data)
        if kind == rational:
            return len(data), b"".join(struct.pack(order + "II", *pair) for pair in data)
        data = data if isinstance(data, list) else [data]
        return len(data), struct.pack(order + ("H" if kind == short else "I") * len(data), *data)

    def directory(entries, start, following=0):
        table, extra = struct.pack(order + "H", len(entries)), b""
        after = start + 2 + 12 * len(entries) + 4
        for tag, kind, data in sorted(entries, key=lambda entry: entry[0]):
            count, raw = value(kind, data)
            if len(raw) > 4:
                field = struct.pack(order + "I", after + len(extra))
                extra += raw + b"\0" * (len(raw) % 2)
            else:
                field = raw.ljust(4, b"\0")
            table += struct.pack(order + "HHI", tag, kind, count) + field
        return table + struct.pack(order + "I", following) + extra

    detail = [
        (0x9003, text, "2024:06:01 14:05:09"),
        (0x9011, text, "+02:00"),
        (0x927C, undefined, b"MAKERNOTE-SECRET" * 4),
        (0xA431, text, "SERIAL-SECRET-4711"),
        (0xA435, text, "LENS-SECRET-1147"),
        (0x9286, undefined, b"ASCII\0\0\0NOTE-SECRET"),
    ]
    place = [
        (0, byte, [2, 3, 0, 0]),
        (1, text, "N"),
        (2, rational, [(31, 1), (30, 1), (4711, 1147)]),
        (3, text, "E"),
        (4, rational, [(35, 1), (28, 1), (1147, 4711)]),
        (5, byte, [1]),
        (6, rational, [(4304, 10)]),
        (16, text, "T"),
        (17, rational, [(2475, 10)]),
        (29, text, "2024:06:01"),
    ]

    def main(detail_at, place_at, next_at):
        entries = [
            (0x010F, text, "Tintype"),
            (0x0110, text, "Drawing Board"),
            (0x0112, short, orientation),
            (0x0132, text, "2024:06:01 14:05:09"),
            (0x013B, text, "ARTIST-SECRET"),
            (0x8769, long, detail_at),
        ]
        return directory(entries + ([(0x8825, long, place_at)] if gps else []), 8, next_at)

    detail_at = 8 + len(main(0, 0, 0))
    place_at = detail_at + len(directory(detail, detail_at))
    next_at = place_at + (len(directory(place, place_at)) if gps else 0)

    def second(at):
        return directory(
            [(0x0103, short, 6), (0x0201, long, at), (0x0202, long, len(thumb))], next_at
        )

    block = (b"II*\0" if little else b"MM\0*") + struct.pack(order + "I", 8)
    block += main(detail_at, place_at, next_at if thumb else 0) + directory(detail, detail_at)
    if gps:
        block += directory(place, place_at)
    if thumb:
        block += second(next_at + len(second(0))) + thumb
    return block


def wide_profile():
    """An ICC profile (version 2) of primaries wider than sRGB and gamma 2.2, made by hand."""

    def fixed(x):
        return struct.pack(">i", round(x * 65536))

    def xyz(*v):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, v))

    name = b"Drawn wide RGB\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) + b"\0\0"
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 78 + b"\0"),
        (b"cprt", b"text\0\0\0\0No rights reserved\0"),
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.60974, 0.31111, 0.01947)),
        (b"gXYZ", xyz(0.20528, 0.62567, 0.06087)),
        (b"bXYZ", xyz(0.14919, 0.06322, 0.74457)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    table, data, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, body in tags:
        table += tag + struct.pack(">II", start + len(data), len(body))
        data += body + b"\0" * (-len(body) % 4)
    body = table + data
    date = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
    head = struct.pack(">I", 128 + len(body)) + b"\0\0\0\0\x02\x10\0\0mntrRGB XYZ " + date + b"acsp"
    head = head.ljust(68, b"\0") + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return head.ljust(128, b"\0") + body
