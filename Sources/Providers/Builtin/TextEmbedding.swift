/// The built-in embedding of a text: words, pairs of words and triples of letters hashed into 1,536 numbers.
///
/// Texts that share words are close; so are words that differ by a letter, since most of their triples agree.
/// The same text has the same vector on every machine, without network or key.
package enum TextEmbedding {
    package static let modelName = "tintype-text-1"
    package static let dimensions = 1536

    private static let wordWeight: Float = 1
    private static let pairWeight: Float = 0.5
    private static let tripleWeight: Float = 0.4

    /// A vector of length one.
    package static func vector(of text: String) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        let words = words(in: text)
        for word in words {
            add("w" + word, wordWeight, to: &vector)
            // Triples of a long word together weigh what those of a short one do.
            let triples = triples(of: word)
            let weight = tripleWeight * (6 / Float(triples.count + 3)).squareRoot()
            for triple in triples { add("t" + triple, weight, to: &vector) }
        }
        for (first, second) in zip(words, words.dropFirst()) {
            add("p\(first) \(second)", pairWeight, to: &vector)
        }
        VisualVector.normalise(&vector)
        return vector
    }

    /// Runs of letters and digits, in lower case.
    private static func words(in text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func isPart(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || scalar.properties.isEmoji && scalar.value > 127
        }
        for scalar in text.lowercased().unicodeScalars {
            if isPart(scalar) {
                word.append(scalar)
            } else if !word.isEmpty {
                words.append(String(word))
                word = String.UnicodeScalarView()
            }
        }
        if !word.isEmpty { words.append(String(word)) }
        return words
    }

    /// Three neighbouring letters each, the ends of the word counting as letters.
    private static func triples(of word: String) -> [String] {
        let scalars = ["^"] + word.unicodeScalars.map(String.init) + ["$"]
        return (0..<max(1, scalars.count - 2)).map { start in
            scalars[start..<min(start + 3, scalars.count)].joined()
        }
    }

    /// Adds two signed places, so that a collision of one changes little.
    private static func add(_ feature: String, _ weight: Float, to vector: inout [Float]) {
        // FNV-1a, then mixed: the same on every machine and in every process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in feature.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var random = SplitMix64(seed: hash)
        for _ in 0..<2 {
            let bits = random.next()
            vector[Int(bits % UInt64(dimensions))] += bits >> 63 == 0 ? weight : -weight
        }
    }
}
