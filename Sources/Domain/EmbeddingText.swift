/// The texts that a photo's two embeddings are made of.
package enum EmbeddingText {
    /// What the caption's embedding is made of.
    package static func caption(_ caption: CaptionText) -> String {
        joined(parts(of: caption))
    }

    /// What the suggestions' embedding is made of; the suggestions alone where there is no caption.
    package static func suggestions(
        _ suggestions: [Suggestion], caption: CaptionText?
    ) -> String {
        joined((caption.map(parts) ?? []) + suggestions.flatMap { [$0.name, $0.description] })
    }

    private static func parts(of caption: CaptionText) -> [String] {
        [caption.title, caption.category, caption.visibleText, caption.caption]
    }

    /// The parts without their final periods, as sentences in a row; empty ones are left out.
    private static func joined(_ parts: [String]) -> String {
        parts.map { part in
            var scalars = part.trimmed().unicodeScalars[...]
            while let last = scalars.last, last == "." || last.properties.isWhitespace {
                scalars.removeLast()
            }
            return String(scalars)
        }
        .filter { !$0.isEmpty }
        .joined(separator: ". ")
    }
}
