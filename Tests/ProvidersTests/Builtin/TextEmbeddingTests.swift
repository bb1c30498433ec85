import Providers
import Testing

@Suite struct TextEmbeddingTests {
    @Test(arguments: [
        ("Wooden boats in the harbour", "boats harbour", "Snowy mountain at dawn"),
        ("Wooden boats in the harbour", "wodden boats", "Wooden table"),
        ("Snowy mountain at dawn", "snowy montain", "Snow"),
        ("Öl auf Leinwand", "ol leinwand", "Wooden boats"),
        ("Привет мир", "привет", "Snowy mountain"),
    ])
    func `texts that share words or nearly so are closer than others`(
        text: String, query: String, other: String
    ) {
        let vector = TextEmbedding.vector(of: query)
        let near = Self.cosine(vector, TextEmbedding.vector(of: text))
        let far = Self.cosine(vector, TextEmbedding.vector(of: other))
        #expect(near > far && near > 0.2, "\(near) \(far)")
    }

    @Test(arguments: ["Boats", "!!!", "a", "🙂", String(repeating: "long ", count: 2000)])
    func `every text has a vector of length one, always the same`(text: String) {
        let vector = TextEmbedding.vector(of: text)
        #expect(vector.count == 1536 && vector == TextEmbedding.vector(of: text))
        #expect(abs(Self.cosine(vector, vector) - 1) < 1e-4)
    }

    private static func cosine(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
