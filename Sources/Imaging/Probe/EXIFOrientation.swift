/// Finds the one EXIF tag that is needed before anything is decoded.
enum EXIFOrientation {
    /// The orientation 1…8 in a TIFF structure, nil if it tells none.
    static func read(_ tiff: ByteReader) -> Int? {
        let little: Bool
        switch (tiff[0], tiff[1]) {
        case (0x49, 0x49): little = true
        case (0x4D, 0x4D): little = false
        default: return nil
        }
        guard let start = tiff.u32(4, littleEndian: little),
            let entries = tiff.u16(start, littleEndian: little)
        else { return nil }
        for index in 0..<min(entries, 512) {
            let entry = start + 2 + 12 * index
            guard let tag = tiff.u16(entry, littleEndian: little) else { return nil }
            guard tag == 0x0112 else { continue }
            // Some writers use a long where the standard has a short.
            let isLong = tiff.u16(entry + 2, littleEndian: little) == 4
            let value =
                isLong
                ? tiff.u32(entry + 8, littleEndian: little)
                : tiff.u16(entry + 8, littleEndian: little)
            return value.flatMap { (1...8).contains($0) ? $0 : nil }
        }
        return nil
    }
}
