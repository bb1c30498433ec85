/// What the `meta` box of a HEIF file says about its pictures (ISO/IEC 23008-12).
///
/// Everything is kept as ranges of the source, so that what stays can be copied as it is.
struct HEIFItems {
    /// An entry of `iinf`.
    struct Info {
        let id: Int
        let type: FourCC
        let range: Range<Int>
        /// From after the type to the end: names and media types.
        let texts: Range<Int>
    }

    /// An entry of `iloc`: where the bytes of an item are.
    struct Location {
        let id: Int
        let range: Range<Int>
        /// True when the extents count from the start of `idat`, not of the file.
        let isInItemData: Bool
        /// Offset and length; nil when the item reaches to the end of its container.
        let extents: [(offset: Int, length: Int?)]
    }

    /// A reference of `iref`, such as a grid's to its tiles.
    struct Reference {
        let type: FourCC
        let from: Int
        let to: [Int]
    }

    /// An entry of `ipma`: the properties of an item, by their place in `ipco` counted from one.
    struct Association {
        let id: Int
        let range: Range<Int>
        let properties: [(index: Int, range: Range<Int>)]
    }

    let children: [HEIFBox]
    let primary: Int
    let infos: [Info]
    let locations: [Location]
    let references: [Reference]
    let properties: [HEIFBox]
    let associations: [Association]
    /// The box of each of `tables`.
    let boxes: [FourCC: HEIFBox]

    /// Boxes of which a file has one at most.
    private static let tables: Set<FourCC> = [
        "pitm", "iinf", "iloc", "iref", "iprp", "idat", "hdlr",
    ]

    init(_ meta: HEIFBox, in source: ByteSource) throws(ImageError) {
        children = try HEIFBox.list(in: meta.content, of: source)
        var boxes: [FourCC: HEIFBox] = [:]
        for child in children where Self.tables.contains(child.type) {
            guard boxes.updateValue(child, forKey: child.type) == nil else {
                throw ImageError.damaged("HEIC: a table twice")
            }
        }
        guard let pitm = boxes["pitm"], let iinf = boxes["iinf"], let iloc = boxes["iloc"],
            let iprp = boxes["iprp"]
        else { throw ImageError.damaged("HEIC: no primary picture") }
        let propertyTables = try HEIFBox.list(in: iprp.body, of: source)
        guard let ipco = propertyTables.first(where: { $0.type == "ipco" }) else {
            throw ImageError.damaged("HEIC: no properties")
        }
        var reader = Reader(source, pitm.body)
        primary = try reader.number(try reader.version() == 0 ? 2 : 4)
        infos = try Self.infos(iinf, in: source)
        locations = try Self.locations(iloc, in: source)
        references =
            try boxes["iref"].map { box throws(ImageError) in
                try Self.references(box, in: source)
            } ?? []
        properties = try HEIFBox.list(in: ipco.body, of: source)
        var associations: [Association] = []
        for box in propertyTables where box.type == "ipma" {
            associations += try Self.associations(box, in: source)
        }
        self.associations = associations
        self.boxes = boxes
        guard infos.contains(where: { [primary] in $0.id == primary }),
            locations.contains(where: { [primary] in $0.id == primary })
        else { throw ImageError.damaged("HEIC: no primary picture") }
    }

    private static func infos(
        _ iinf: HEIFBox, in source: ByteSource
    ) throws(ImageError) -> [Info] {
        var header = Reader(source, iinf.body)
        _ = try header.number(try header.version() == 0 ? 2 : 4)
        var found: [Info] = []
        for box in try HEIFBox.list(in: header.rest, of: source) where box.type == "infe" {
            var entry = Reader(source, box.body)
            let version = try entry.version()
            guard version >= 2 else { throw ImageError.damaged("HEIC: an item without a type") }
            let id = try entry.number(version == 2 ? 2 : 4)
            _ = try entry.number(2)
            let type = FourCC(rawValue: UInt32(try entry.number(4)))
            found.append(Info(id: id, type: type, range: box.range, texts: entry.rest))
        }
        return found
    }

    private static func locations(
        _ iloc: HEIFBox, in source: ByteSource
    ) throws(ImageError) -> [Location] {
        var reader = Reader(source, iloc.body)
        let version = try reader.version()
        guard version <= 2 else { throw ImageError.damaged("HEIC: an unknown item table") }
        let sizes = try reader.number(2)
        let (offsetSize, lengthSize) = (sizes >> 12 & 15, sizes >> 8 & 15)
        let (baseSize, indexSize) = (sizes >> 4 & 15, version == 0 ? 0 : sizes & 15)
        guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy([0, 4, 8].contains) else {
            throw ImageError.damaged("HEIC: odd number sizes")
        }
        var found: [Location] = []
        var count = 0
        for _ in 0..<(try reader.number(version < 2 ? 2 : 4)) {
            let start = reader.offset
            let id = try reader.number(version < 2 ? 2 : 4)
            let method = version == 0 ? 0 : try reader.number(2) & 15
            guard method <= 1, try reader.number(2) == 0 else {
                throw ImageError.damaged("HEIC: an item is kept elsewhere")
            }
            let base = try reader.number(baseSize)
            var extents: [(offset: Int, length: Int?)] = []
            for _ in 0..<(try reader.number(2)) {
                _ = try reader.number(indexSize)
                let (offset, overflow) = base.addingReportingOverflow(try reader.number(offsetSize))
                let length = try reader.number(lengthSize)
                guard !overflow else { throw ImageError.damaged("HEIC: an offset is too large") }
                extents.append((offset, length == 0 ? nil : length))
                // An extent may take no byte of the table, so its size does not limit their number.
                count += 1
                guard count <= HEIFBox.maximumCount else {
                    throw ImageError.damaged("HEIC: too many extents")
                }
            }
            found.append(
                Location(
                    id: id, range: start..<reader.offset, isInItemData: method == 1,
                    extents: extents))
        }
        return found
    }

    private static func references(
        _ iref: HEIFBox, in source: ByteSource
    ) throws(ImageError) -> [Reference] {
        var header = Reader(source, iref.body)
        let size = try header.version() == 0 ? 2 : 4
        var found: [Reference] = []
        for box in try HEIFBox.list(in: header.rest, of: source) {
            var reader = Reader(source, box.body)
            let from = try reader.number(size)
            var to: [Int] = []
            for _ in 0..<(try reader.number(2)) { to.append(try reader.number(size)) }
            found.append(Reference(type: box.type, from: from, to: to))
        }
        return found
    }

    private static func associations(
        _ ipma: HEIFBox, in source: ByteSource
    ) throws(ImageError) -> [Association] {
        var reader = Reader(source, ipma.body)
        let flags = try source.byte(ipma.body.lowerBound + 3)
        let version = try reader.version()
        let size = flags & 1 == 1 ? 2 : 1
        var found: [Association] = []
        for _ in 0..<(try reader.number(4)) {
            let start = reader.offset
            let id = try reader.number(version == 0 ? 2 : 4)
            var properties: [(index: Int, range: Range<Int>)] = []
            for _ in 0..<(try reader.number(1)) {
                let place = reader.offset
                let index = try reader.number(size) & (size == 2 ? 0x7FFF : 0x7F)
                properties.append((index, place..<reader.offset))
            }
            found.append(
                Association(id: id, range: start..<reader.offset, properties: properties))
        }
        return found
    }

    /// Numbers one after another, none of them outside the box.
    private struct Reader {
        let source: ByteSource
        let limit: Range<Int>
        var offset: Int

        init(_ source: ByteSource, _ limit: Range<Int>) {
            self.source = source
            self.limit = limit
            offset = limit.lowerBound
        }

        var rest: Range<Int> { offset..<limit.upperBound }

        mutating func number(_ size: Int) throws(ImageError) -> Int {
            let range = try source.range(offset, size, in: limit)
            offset = range.upperBound
            return try source.big(range.lowerBound, size)
        }

        /// The version of a full box, its flags skipped.
        mutating func version() throws(ImageError) -> Int {
            try number(4) >> 24
        }
    }
}
