"""Writers of file structure that Pillow has no option for: JPEG segments, PNG, RIFF, HEIF boxes."""

import io
import struct
import zlib

import numpy as np
import pillow_heif

pillow_heif.register_heif_opener()


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def with_segments(jpeg, *segments):
    """A JPEG with segments put right behind its JFIF header."""
    at = 2
    if jpeg[2:4] == b"\xff\xe0":
        at += 2 + struct.unpack(">H", jpeg[4:6])[0]
    return jpeg[:at] + b"".join(segments) + jpeg[at:]


def without_segment(jpeg, marker):
    at = 2
    while jpeg[at + 1] != marker:
        at += 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
    return jpeg[:at] + jpeg[at + 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0] :]


def icc_segments(profile):
    return segment(0xE2, b"ICC_PROFILE\0\x01\x01" + profile)


def chunk(kind, payload, crc=None):
    body = kind + payload
    return (
        struct.pack(">I", len(payload))
        + body
        + struct.pack(">I", zlib.crc32(body) if crc is None else crc)
    )


SIGNATURE = b"\x89PNG\r\n\x1a\n"


def ihdr(width, height, depth, kind, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace))


def packed(rows, depth):
    """Rows of samples (height × width × channels) as PNG scan lines without a filter."""
    out = bytearray()
    for row in rows:
        flat = row.reshape(-1)
        if depth == 16:
            line = flat.astype(">u2").tobytes()
        elif depth == 8:
            line = flat.astype(np.uint8).tobytes()
        else:
            bits = np.unpackbits(flat.astype(np.uint8)[:, None], axis=1)[:, 8 - depth :]
            line = np.packbits(bits.reshape(-1)).tobytes()
        out += b"\0" + line
    return bytes(out)


def png(samples, depth, kind, before=b"", after=b"", adam7=False):
    """A PNG of samples (height × width × channels), with chunks around the pixels."""
    height, width = samples.shape[:2]
    if adam7:
        passes = (
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        )
        data = b"".join(
            packed(samples[y::sy, x::sx], depth)
            for x, y, sx, sy in passes
            if samples[y::sy, x::sx].size
        )
    else:
        data = packed(samples, depth)
    return (
        SIGNATURE
        + ihdr(width, height, depth, kind, int(adam7))
        + before
        + chunk(b"IDAT", zlib.compress(data, 9))
        + after
        + chunk(b"IEND", b"")
    )


def with_chunks(data, before=b"", after=b""):
    """A PNG with chunks added behind IHDR and in front of IEND."""
    return data[:33] + before + data[33:-12] + after + data[-12:]


def riff(*chunks):
    body = b"WEBP"
    for kind, payload in chunks:
        body += kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff_chunks(data):
    at, found = 12, []
    while at + 8 <= len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def full(kind, *parts, version=0, flags=0):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def find(data, *path):
    """The body of a box inside boxes; full boxes on the way are known by name."""
    for kind in path:
        at = 0
        while data[at + 4 : at + 8] != kind:
            at += struct.unpack(">I", data[at : at + 4])[0]
        data = data[at + 8 : at + struct.unpack(">I", data[at : at + 4])[0]]
        if kind == b"meta":
            data = data[4:]
    return data


class Coded:
    """One picture coded as HEVC: its configuration and its bytes."""

    def __init__(self, image, quality=45):
        out = io.BytesIO()
        pillow_heif.from_pillow(image).save(out, quality=quality, exif=None, xmp=None)
        data = out.getvalue()
        self.width, self.height = image.size
        self.config = box(b"hvcC", find(data, b"meta", b"iprp", b"ipco", b"hvcC"))
        self.data = find(data, b"mdat")
        self.channels = 1 if image.mode == "L" else 3

    def properties(self):
        size = full(b"ispe", struct.pack(">II", self.width, self.height))
        depths = full(b"pixi", bytes([self.channels] + [8] * self.channels))
        return [(self.config, True), (size, False), (depths, False)]


class HEIF:
    """A HEIC file put together item by item."""

    def __init__(self):
        self.items, self.references, self.container = [], [], []
        self.tail, self.extra_meta = b"", b""

    def add(self, kind, data, properties=(), hidden=False, name=b"", extra=b"", in_idat=False):
        number = len(self.items) + 1
        self.items.append((number, kind, data, list(properties), hidden, name, extra, in_idat))
        return number

    def add_picture(self, coded, more=(), hidden=False, name=b""):
        return self.add(b"hvc1", coded.data, coded.properties() + list(more), hidden, name)

    def refer(self, kind, origin, *targets):
        self.references.append((kind, origin, targets))

    def encode(self, primary):
        properties, table = [], b""
        for number, _, _, own, *_ in self.items:
            if not own:
                continue
            table += struct.pack(">HB", number, len(own))
            for prop, essential in own:
                if prop not in properties:
                    properties.append(prop)
                table += bytes([properties.index(prop) + 1 | (0x80 if essential else 0)])
        owners = sum(1 for item in self.items if item[3])
        iprp = box(
            b"iprp", box(b"ipco", *properties), full(b"ipma", struct.pack(">I", owners), table)
        )
        iinf = full(
            b"iinf",
            struct.pack(">H", len(self.items)),
            *(
                full(
                    b"infe",
                    struct.pack(">HH", number, 0),
                    kind,
                    name + b"\0",
                    extra,
                    version=2,
                    flags=int(hidden),
                )
                for number, kind, _, _, hidden, name, extra, _ in self.items
            ),
        )
        iref = b""
        if self.references:
            iref = full(
                b"iref",
                *(
                    box(
                        kind,
                        struct.pack(">HH", origin, len(to)),
                        b"".join(struct.pack(">H", t) for t in to),
                    )
                    for kind, origin, to in self.references
                ),
            )
        idat = b"".join(item[2] for item in self.items if item[7])
        ftyp = box(b"ftyp", b"heic\0\0\0\0mif1heic")

        def meta(start):
            entries, in_file, in_data = b"", start, 0
            for number, _, data, *_, inside in self.items:
                entries += struct.pack(
                    ">HHHHII", number, int(inside), 0, 1, in_data if inside else in_file, len(data)
                )
                if inside:
                    in_data += len(data)
                else:
                    in_file += len(data)
            return full(
                b"meta",
                full(b"hdlr", b"\0\0\0\0pict", b"\0" * 12, b"\0"),
                full(b"pitm", struct.pack(">H", primary)),
                full(b"iloc", struct.pack(">HH", 0x4400, len(self.items)), entries, version=1),
                iinf,
                iref,
                iprp,
                box(b"idat", idat) if idat else b"",
                self.extra_meta,
            )

        start = len(ftyp) + len(meta(0)) + 8
        return (
            ftyp + meta(start) + box(b"mdat", *(i[2] for i in self.items if not i[7])) + self.tail
        )
