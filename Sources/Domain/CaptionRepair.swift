/// What a photo shows, in words.
package struct CaptionText: Sendable, Equatable, Codable {
    /// At most 255 code points.
    package var title: String
    /// At most 100 code points.
    package var category: String
    /// Text that can be read in the picture, at most 2,000 code points.
    package var visibleText: String
    /// One or two sentences, at most 2,000 code points, never empty.
    package var caption: String

    package init(title: String, category: String, visibleText: String, caption: String) {
        self.title = title
        self.category = category
        self.visibleText = visibleText
        self.caption = caption
    }
}

/// Makes a caption from whatever a model wrote.
package enum CaptionReply {
    /// The caption in `content`, trimmed and cut; nil if there is none or it is empty.
    package static func repair(content: String) -> CaptionText? {
        let names: Set = ["title", "category", "visible_text", "caption"]
        let answer = LooseJSON.first(in: content) { value in
            value.members.flatMap { names.isDisjoint(with: $0.keys) ? nil : $0 }
        }
        guard let answer else { return nil }
        func text(_ name: String, _ limit: Int) -> String {
            (answer[name]?.string ?? "").trimmed().cut(at: limit)
        }
        let caption = text("caption", 2000)
        guard !caption.isEmpty else { return nil }
        return CaptionText(
            title: text("title", 255), category: text("category", 100),
            visibleText: text("visible_text", 2000), caption: caption)
    }
}
