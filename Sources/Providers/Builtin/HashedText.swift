/// The textual part of an embedding: words hashed into 1,024 components of length one.
enum HashedText {
    static let dimensions = 1024

    /// All zeros where the text holds no word of three letters or digits.
    static func vector(of text: String) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        var word: [UInt8] = []
        func finishWord(_ vector: inout [Float]) {
            if word.count >= 3 { add(word, to: &vector) }
            word.removeAll(keepingCapacity: true)
        }
        for byte in text.lowercased().utf8 {
            switch byte {
            case 48...57, 97...122, 128...: word.append(byte)
            default: finishWord(&vector)
            }
        }
        finishWord(&vector)
        if vector.contains(where: { $0 != 0 }) { VisualVector.normalise(&vector) }
        return vector
    }

    /// Adds four signed places for a word, so that a collision of one changes little.
    private static func add(_ word: [UInt8], to vector: inout [Float]) {
        // FNV-1a, then mixed: the same on every machine and in every process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var random = SplitMix64(seed: hash)
        for _ in 0..<4 {
            let bits = random.next()
            vector[Int(bits % UInt64(dimensions))] += bits >> 63 == 0 ? 1 : -1
        }
    }
}
