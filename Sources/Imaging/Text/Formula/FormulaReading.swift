/// The lines of sums and equations that were read in a picture.
package struct FormulaReading: Sendable, Equatable {
    package var lines: [String]
    /// False where the time ran out before the last line.
    package var isComplete: Bool

    package init(lines: [String], isComplete: Bool) {
        self.lines = lines
        self.isComplete = isComplete
    }
}

extension TextRecognizer {
    /// The formulas in an upright picture of grey or RGB; what was read by then when the time is over.
    func formulas(in picture: Bitmap, milliseconds: Int) -> FormulaReading {
        let deadline = Deadline(milliseconds: milliseconds)
        let lines = FormulaReader(engine: engine).lines(in: picture, deadline: deadline)
        return FormulaReading(lines: lines, isComplete: !deadline.isOver)
    }
}

extension FormulaReading {
    private static let maximumLines = 1_000
    private static let maximumLength = 4_000

    var encoded: [UInt8] {
        var wire = WireWriter()
        wire.put(UInt8(isComplete ? 1 : 0))
        let kept = lines.prefix(Self.maximumLines)
        wire.put(kept.count)
        for line in kept { wire.put(String(line.prefix(Self.maximumLength))) }
        return wire.bytes
    }

    init(encoded bytes: [UInt8]) throws(ImageError) {
        var wire = WireReader(bytes)
        isComplete = try wire.byte() != 0
        lines = []
        for _ in 0..<(try wire.int(in: 0...Self.maximumLines)) {
            lines.append(String(try wire.string().prefix(Self.maximumLength)))
        }
    }
}
