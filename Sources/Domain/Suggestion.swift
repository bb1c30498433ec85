/// A room that fits a photo, as a provider proposed it and repair left it.
package struct Suggestion: Sendable, Equatable, Codable {
    /// What people read, at most 100 code points.
    package var name: String
    /// The room's code: lowercase letters, digits and single dashes, at most 100.
    package var key: String
    /// One sentence on what is talked about, at most 500 code points.
    package var description: String

    package init(name: String, key: String, description: String) {
        self.name = name
        self.key = key
        self.description = description
    }
}
