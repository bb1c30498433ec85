extension IntakeResult {
    package var encoded: [UInt8] {
        var wire = WireWriter()
        wire.put(format.rawValue)
        for number in [width, height, orientation, isAnimated ? 1 : 0] { wire.put(number) }
        wire.put(Int(Int64(bitPattern: phash.bits)))
        wire.put(reduction.rgb)
        wire.put(palette.count)
        for color in palette {
            for sample in [color.red, color.green, color.blue] { wire.put(sample) }
            wire.put(color.share)
        }
        colorFacts.write(to: &wire)
        wire.put(thumbnail)
        wire.put(raster.width)
        wire.put(raster.height)
        wire.put(raster.samples)
        exif.write(to: &wire)
        wire.put(providerPicture) { $0.put($1) }
        wire.put(providerWidth)
        wire.put(providerHeight)
        wire.put(renditions)
        return wire.bytes
    }

    package init(encoded bytes: [UInt8]) throws(ImageError) {
        var wire = WireReader(bytes)
        let side = 1...ImageLimits.side
        guard let format = ImageFormat(rawValue: try wire.string()) else { throw WireReader.broken }
        self.format = format
        width = try wire.int(in: side)
        height = try wire.int(in: side)
        orientation = try wire.int(in: 1...8)
        isAnimated = try wire.int() != 0
        phash = PerceptualHash(bits: UInt64(bitPattern: Int64(try wire.int())))
        guard let reduction = Reduction(rgb: try wire.data()) else { throw WireReader.broken }
        self.reduction = reduction
        palette = []
        for _ in 0..<(try wire.int(in: 0...64)) {
            let (red, green, blue) = (try wire.byte(), try wire.byte(), try wire.byte())
            let share = try wire.double()
            guard (0...1.000001).contains(share) else { throw WireReader.broken }
            palette.append(PaletteColor(red: red, green: green, blue: blue, share: share))
        }
        colorFacts = try ColorFacts(from: &wire)
        thumbnail = try wire.data()
        let (across, down) = (try wire.int(in: side), try wire.int(in: side))
        let samples = try wire.data()
        guard samples.count == across * down * 3 else { throw WireReader.broken }
        raster = Bitmap(width: across, height: down, channels: 3, samples: samples)
        exif = try EXIFFacts(from: &wire)
        providerPicture = try wire.optional { (wire) throws(ImageError) in try wire.data() }
        providerWidth = try wire.int(in: side)
        providerHeight = try wire.int(in: side)
        renditions = try wire.renditions()
    }
}

extension WireWriter {
    mutating func put(_ renditions: [Rendition]) {
        put(renditions.count)
        for rendition in renditions {
            put(rendition.specification.name)
            put(rendition.width)
            put(rendition.height)
            put(rendition.bytes)
        }
    }
}

extension WireReader {
    mutating func renditions() throws(ImageError) -> [Rendition] {
        var renditions: [Rendition] = []
        for _ in 0..<(try int(in: 0...32)) {
            guard let specification = Rendition.Specification(name: try string()) else {
                throw Self.broken
            }
            let side = 1...ImageLimits.side
            let (width, height) = (try int(in: side), try int(in: side))
            renditions.append(
                Rendition(
                    specification: specification, width: width, height: height,
                    bytes: try data()))
        }
        return renditions
    }
}

extension ColorFacts {
    fileprivate func write(to wire: inout WireWriter) {
        wire.put(isBlackAndWhite ? 1 : 0)
        wire.put(isPhotograph ? 1 : 0)
        wire.put(suitability.rawValue)
        wire.put(whiteEdgeScore)
    }

    fileprivate init(from wire: inout WireReader) throws(ImageError) {
        isBlackAndWhite = try wire.int(in: 0...1) == 1
        isPhotograph = try wire.int(in: 0...1) == 1
        guard let suitability = Suitability(rawValue: try wire.string()) else {
            throw WireReader.broken
        }
        self.suitability = suitability
        whiteEdgeScore = try wire.double()
        guard (0...1).contains(whiteEdgeScore) else { throw WireReader.broken }
    }
}

extension EXIFFacts {
    fileprivate func write(to wire: inout WireWriter) {
        for text in [localTime, zone, maker, model, serial] { wire.put(text) { $0.put($1) } }
        wire.put(orientation) { $0.put($1) }
        for number in [latitude, longitude, altitude, heading] { wire.put(number) { $0.put($1) } }
    }

    fileprivate init(from wire: inout WireReader) throws(ImageError) {
        self.init()
        localTime = try Self.text(&wire)
        zone = try Self.text(&wire)
        maker = try Self.text(&wire)
        model = try Self.text(&wire)
        serial = try Self.text(&wire)
        orientation = try wire.optional { (wire) throws(ImageError) in try wire.int(in: 1...8) }
        latitude = try Self.number(&wire)
        longitude = try Self.number(&wire)
        altitude = try Self.number(&wire)
        heading = try Self.number(&wire)
    }

    private static func text(_ wire: inout WireReader) throws(ImageError) -> String? {
        try wire.optional { (wire) throws(ImageError) in String(try wire.string().prefix(128)) }
    }

    private static func number(_ wire: inout WireReader) throws(ImageError) -> Double? {
        let value = try wire.optional { (wire) throws(ImageError) in try wire.double() }
        guard value?.isFinite != false else { throw WireReader.broken }
        return value
    }
}
