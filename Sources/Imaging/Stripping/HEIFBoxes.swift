/// The boxes of an ISO base media file (ISO/IEC 14496-12, 4.2).
struct HEIFBox {
    let type: FourCC
    /// All of it, header included.
    let range: Range<Int>
    let body: Range<Int>

    /// What follows version and flags in a full box.
    var content: Range<Int> { body.dropFirst(4) }

    /// More boxes than any camera writes, so that a file of tiny ones ends soon.
    static let maximumCount = 65_536

    /// The boxes that fill `range`, without what comes after them and is no box.
    static func list(
        in range: Range<Int>, of source: ByteSource, toleratingRest: Bool = false
    ) throws(ImageError) -> [HEIFBox] {
        var found: [HEIFBox] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            do throws(ImageError) {
                found.append(try box(at: offset, in: range, of: source))
            } catch {
                if toleratingRest { break }
                throw error
            }
            guard found.count <= maximumCount else {
                throw ImageError.damaged("HEIC: too many boxes")
            }
            offset = found[found.count - 1].range.upperBound
        }
        return found
    }

    private static func box(
        at offset: Int, in limit: Range<Int>, of source: ByteSource
    ) throws(ImageError) -> HEIFBox {
        var header = try source.range(offset, 8, in: limit)
        var size = try source.big(offset, 4)
        if size == 1 {
            header = try source.range(offset, 16, in: limit)
            size = try source.big(offset + 8, 8)
        } else if size == 0 {
            size = limit.upperBound - offset
        }
        guard size >= header.count else {
            throw ImageError.damaged("HEIC: a box shorter than its header")
        }
        let range = try source.range(offset, size, in: limit)
        return HEIFBox(
            type: try source.code(offset + 4), range: range,
            body: header.upperBound..<range.upperBound)
    }

    /// A box around `body`.
    static func encoded(_ type: FourCC, _ body: [UInt8]) -> [UInt8] {
        bigEndian(body.count + 8, 4) + type.bytes + body
    }
}
