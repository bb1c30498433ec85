/// GIF: images with their controls stay, and of the extensions the loop and the colour profile.
enum GIFStripper {
    static func strip(_ bytes: [UInt8]) throws(ImageError) -> [UInt8]? {
        let source = ByteSource(bytes)
        guard bytes.count >= 13, source.has("GIF8", in: 0..<4) else {
            throw ImageError.damaged("GIF: no signature")
        }
        var result = Assembly(of: source)
        var offset = try source.range(0, 13 + colourTable(bytes[10])).upperBound
        result.keep(0..<offset)
        // A control belongs to the next thing that is drawn and goes with it.
        var control: Range<Int>?
        while true {
            let start = offset
            switch try source.byte(offset) {
            case 0x2C:
                let table = colourTable(try source.byte(offset + 9))
                let data = try source.range(offset + 10, table + 1).upperBound
                offset = try endOfBlocks(from: data, in: source)
                if let control { result.keep(control) }
                control = nil
                result.keep(start..<offset)
            case 0x21:
                let label = try source.byte(offset + 1)
                offset = try endOfBlocks(from: offset + 2, in: source)
                switch label {
                case 0xF9: control = start..<offset
                case 0x01: control = nil
                case 0xFF: try putApplication(start..<offset, in: source, into: &result)
                default: break
                }
            case 0x3B:
                result.keep(start..<start + 1)
                return result.file()
            default:
                throw ImageError.damaged("GIF: an unknown block")
            }
        }
    }

    /// Bytes of a colour table, by the flags that announce it.
    private static func colourTable(_ flags: UInt8) -> Int {
        flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
    }

    /// Where a chain of length-prefixed blocks ends, its closing zero included.
    private static func endOfBlocks(
        from start: Int, in source: ByteSource
    ) throws(ImageError) -> Int {
        var offset = start
        while true {
            let length = Int(try source.byte(offset))
            offset = try source.range(offset, length + 1).upperBound
            if length == 0 { return offset }
        }
    }

    private static func putApplication(
        _ range: Range<Int>, in source: ByteSource, into result: inout Assembly
    ) throws(ImageError) {
        let name = range.dropFirst(3).prefix(11)
        if source.has("ICCRGBG1012", in: name) {
            result.keep(range)
        } else if source.has("NETSCAPE2.0", in: name) || source.has("ANIMEXTS1.0", in: name) {
            // The block that counts the loops is all that these are known for.
            let count = range.dropFirst(14).prefix(4)
            guard count.count == 4, source.bytes[count].starts(with: [3, 1]) else { return }
            let loop = Array(source.bytes[range.prefix(14)]) + Array(source.bytes[count]) + [0]
            result.put(loop, over: range)
        }
    }
}
