/// A new file put together from ranges of an old one and a few bytes of our own.
struct Assembly {
    private enum Piece {
        case kept(Range<Int>)
        case written([UInt8])
    }

    private let source: [UInt8]
    private var pieces: [Piece] = []
    /// Bytes so far.
    private(set) var count = 0

    init(of source: ByteSource) {
        self.source = source.bytes
    }

    mutating func keep(_ range: Range<Int>) {
        count += range.count
        if case .kept(let last)? = pieces.last, last.upperBound == range.lowerBound {
            pieces[pieces.count - 1] = .kept(last.lowerBound..<range.upperBound)
        } else if !range.isEmpty {
            pieces.append(.kept(range))
        }
    }

    mutating func write(_ bytes: [UInt8]) {
        count += bytes.count
        pieces.append(.written(bytes))
    }

    /// Keeps `range` where it already holds `bytes`, writes them otherwise.
    mutating func put(_ bytes: [UInt8], over range: Range<Int>) {
        if source[range].elementsEqual(bytes) { keep(range) } else { write(bytes) }
    }

    mutating func append(_ other: Assembly) {
        for piece in other.pieces {
            switch piece {
            case .kept(let range): keep(range)
            case .written(let bytes): write(bytes)
            }
        }
    }

    /// True when this is one unbroken range of the source, `range`.
    func isExactly(_ range: Range<Int>) -> Bool {
        guard pieces.count == 1, case .kept(let only) = pieces[0] else { return false }
        return only == range
    }

    /// The new file, or nil if it is the old one.
    func file() -> [UInt8]? {
        isExactly(0..<source.count) ? nil : joined()
    }

    func joined() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        for piece in pieces {
            switch piece {
            case .kept(let range): result += source[range]
            case .written(let bytes): result += bytes
            }
        }
        return result
    }
}
