import HTTP

/// The wire format of an answer of `/embeddings`.
enum OpenAIEmbedding {
    /// The components of the first embedding, however many; nil if the answer is not of this format.
    static func components(in answer: [UInt8]) -> [Float]? {
        guard let json = try? JSONValue(parsing: answer),
            let embedding = json["data"]?[0]?["embedding"]
        else { return nil }
        if let text = embedding.string { return components(base64: text) }
        guard let elements = embedding.array else { return nil }
        let components = elements.compactMap { $0.double.map(Float.init) }
        return components.count == elements.count ? components : nil
    }

    /// Reads little-endian 32-bit floats.
    private static func components(base64 text: String) -> [Float]? {
        guard let bytes = Base64.decode(text), bytes.count.isMultiple(of: 4) else { return nil }
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            let pattern = bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            return Float(bitPattern: pattern)
        }
    }
}
