/// HEIC: what draws the primary picture stays where it is, every other byte becomes zero.
///
/// Only the tables in `meta` are written anew, without the dropped items; the room they leave is
/// filled by a `free` box, so that no offset to the coded pixels changes.
enum HEIFStripper {
    static func strip(_ bytes: [UInt8]) throws(ImageError) -> [UInt8]? {
        let source = ByteSource(bytes)
        let boxes = try HEIFBox.list(in: 0..<bytes.count, of: source, toleratingRest: true)
        guard let ftyp = boxes.first, ftyp.type == "ftyp",
            let meta = boxes.first(where: { $0.type == "meta" })
        else { throw ImageError.damaged("HEIC: no picture") }
        let items = try HEIFItems(meta, in: source)
        let kept = try items.drawing(in: source)
        let (inFile, inData) = try extents(of: kept, items, source, boxes)
        var result = Assembly(of: source)
        let last = boxes.last { ["meta", "mdat"].contains($0.type) }?.range ?? meta.range
        for box in boxes where box.range.lowerBound <= last.lowerBound {
            switch box.type {
            case "ftyp":
                result.keep(box.range)
            case "meta" where box.range == meta.range:
                let tables = try HEIFTables(items, kept, source).meta(itemData: inData)
                try put(tables, for: box, isLast: box.range == last, in: &result)
            case "mdat":
                result.keep(box.range.lowerBound..<box.body.lowerBound)
                result.blank(box.body, except: inFile, in: source)
            default:
                // Offsets count from the start of the file: what goes leaves a gap behind.
                let header = box.range.lowerBound..<box.body.lowerBound
                let size = source.bytes[header.prefix(4)]
                let rest = source.bytes[header.dropFirst(8)]
                result.put(size + FourCC("free").bytes + rest, over: header)
                result.blank(box.body, except: [], in: source)
            }
        }
        return result.file()
    }

    /// The bytes of the kept items: ranges of the file, and ranges of the file inside `idat`.
    private static func extents(
        of kept: Set<Int>, _ items: HEIFItems, _ source: ByteSource, _ boxes: [HEIFBox]
    ) throws(ImageError) -> (inFile: [Range<Int>], inData: [Range<Int>]) {
        let media = boxes.filter { $0.type == "mdat" }.map(\.body)
        guard media.count <= 64 else { throw ImageError.damaged("HEIC: too many boxes") }
        var inFile: [Range<Int>] = []
        var inData: [Range<Int>] = []
        for location in items.locations where kept.contains(location.id) {
            for (offset, length) in location.extents {
                if location.isInItemData {
                    guard let data = items.boxes["idat"]?.body else {
                        throw ImageError.damaged("HEIC: no item data")
                    }
                    guard offset <= data.count else {
                        throw ImageError.damaged("HEIC: an item outside")
                    }
                    let start = data.lowerBound + offset
                    inData.append(
                        try source.range(start, length ?? data.upperBound - start, in: data))
                } else {
                    guard
                        let body = media.first(where: {
                            $0.contains(offset) || $0.upperBound == offset
                        })
                    else { throw ImageError.damaged("HEIC: an item outside the media data") }
                    inFile.append(
                        try source.range(offset, length ?? body.upperBound - offset, in: body))
                }
            }
        }
        return (inFile, inData)
    }

    /// The new `meta` box, with a gap behind it unless nothing follows.
    private static func put(
        _ content: Assembly, for box: HEIFBox, isLast: Bool, in result: inout Assembly
    ) throws(ImageError) {
        if content.isExactly(box.body) { return result.keep(box.range) }
        let room = box.range.count - 8 - content.count
        guard isLast || room == 0 || room >= 8 else {
            throw ImageError.damaged("HEIC: no room for a gap")
        }
        result.write(bigEndian(content.count + 8, 4) + FourCC("meta").bytes)
        result.append(content)
        if room > 0, !isLast {
            result.write(HEIFBox.encoded("free", [UInt8](repeating: 0, count: room - 8)))
        }
    }
}

extension Assembly {
    /// Keeps the ranges `kept` of `range` and puts zeros in place of the rest.
    mutating func blank(_ range: Range<Int>, except kept: [Range<Int>], in source: ByteSource) {
        var offset = range.lowerBound
        func zeros(upTo end: Int, _ result: inout Assembly) {
            guard offset < end else { return }
            if source.isZero(offset..<end) {
                result.keep(offset..<end)
            } else {
                result.write([UInt8](repeating: 0, count: end - offset))
            }
        }
        for piece in kept.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let piece = piece.clamped(to: range)
            guard piece.upperBound > offset else { continue }
            zeros(upTo: piece.lowerBound, &self)
            keep(max(offset, piece.lowerBound)..<piece.upperBound)
            offset = piece.upperBound
        }
        zeros(upTo: range.upperBound, &self)
    }
}
