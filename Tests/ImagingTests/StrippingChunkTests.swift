import Imaging
import Testing

/// The coded pixels of all frames, not only of the first, are copied bit for bit.
struct StrippingChunkTests {
    @Test(arguments: DrawnPicture.pictures.filter { $0.name.hasSuffix(".png") })
    func `the chunks that draw a PNG stay in their order`(_ fixture: DrawnPicture) throws {
        let drawing: Set = [
            "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "iCCP", "pHYs", "acTL", "fcTL", "fdAT",
        ]
        let stripped =
            try MetadataStripper.strip(fixture.bytes, format: .png) ?? fixture.bytes
        let before = chunks(fixture.bytes, from: 8, isBig: true).filter {
            drawing.contains($0.type)
        }
        let after = chunks(stripped, from: 8, isBig: true).filter { $0.type != "eXIf" }
        #expect(after == before)
    }

    @Test(arguments: DrawnPicture.pictures.filter { $0.name.hasSuffix(".webp") })
    func `the chunks that draw a WebP stay in their order`(_ fixture: DrawnPicture) throws {
        let stripped =
            try MetadataStripper.strip(fixture.bytes, format: .webp) ?? fixture.bytes
        #expect(drawingChunks(ofWebP: stripped) == drawingChunks(ofWebP: fixture.bytes))
    }

    @Test(arguments: DrawnPicture.pictures.filter { $0.name.hasSuffix(".jpg") })
    func `everything from the first frame header to the end is one piece`(
        _ fixture: DrawnPicture
    ) throws {
        let stripped =
            try MetadataStripper.strip(fixture.bytes, format: .jpeg) ?? fixture.bytes
        let before = coded(ofJPEG: fixture.bytes)
        #expect(!before.isEmpty)
        #expect(coded(ofJPEG: stripped) == before)
        // Nothing follows the first picture.
        #expect(stripped.suffix(2) == [0xFF, 0xD9])
    }

    /// A chunk of PNG or RIFF.
    private struct Chunk: Equatable {
        let type: String
        let payload: ArraySlice<UInt8>

        static func == (left: Chunk, right: Chunk) -> Bool {
            left.type == right.type && left.payload.elementsEqual(right.payload)
        }
    }

    private func chunks(_ bytes: [UInt8], from start: Int, isBig: Bool) -> [Chunk] {
        var found: [Chunk] = []
        var at = start
        while at + 8 <= bytes.count {
            let size = bytes[at + (isBig ? 0 : 4)..<at + (isBig ? 4 : 8)]
            let count = (isBig ? Array(size) : size.reversed()).reduce(0) { $0 << 8 | Int($1) }
            let type = String(
                decoding: bytes[at + (isBig ? 4 : 0)..<at + (isBig ? 8 : 4)], as: UTF8.self)
            let end = min(at + 8 + count, bytes.count)
            found.append(Chunk(type: type, payload: bytes[at + 8..<end]))
            at = end + (isBig ? 4 : count % 2)
            if type == "IEND" { break }
        }
        return found
    }

    private func drawingChunks(ofWebP bytes: [UInt8]) -> [Chunk] {
        chunks(bytes, from: 12, isBig: false).flatMap { chunk in
            chunk.type != "ANMF"
                ? [chunk]
                : [Chunk(type: "ANMF", payload: chunk.payload.prefix(16))]
                    + chunks(Array(chunk.payload.dropFirst(16)), from: 0, isBig: false)
        }.filter { ["VP8 ", "VP8L", "ALPH", "ICCP", "ANIM", "ANMF"].contains($0.type) }
    }

    /// The segments of the first picture that are no application's, comment or restart of one.
    private func coded(ofJPEG bytes: [UInt8]) -> [UInt8] {
        var at = 2
        var result: [UInt8] = []
        while at + 4 <= bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            var end = at + 2 + (Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
            if marker == 0xD9 { break }
            if marker == 0xDA {
                while end + 1 < bytes.count,
                    bytes[end] != 0xFF || bytes[end + 1] == 0
                        || (0xD0...0xD7).contains(bytes[end + 1])
                {
                    end += 1
                }
            }
            if !(0xE0...0xEF).contains(marker), marker != 0xFE {
                result += bytes[at..<min(end, bytes.count)]
            }
            at = end
        }
        return result
    }
}
