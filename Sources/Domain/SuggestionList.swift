/// Makes a list of valid suggestions from whatever a model wrote.
///
/// Lengths count Unicode code points, as everywhere in the contract.
package enum SuggestionList {
    /// Suggestions that a photo gets.
    package static let wanted = 10

    /// The suggestions in `held` and behind them those in `content` that are usable, at most ten.
    ///
    /// Each key occurs once. `sha256` maps bytes to their digest; it names rooms whose letters
    /// leave nothing for a key. Unreadable content adds nothing.
    package static func repair(
        content: String, holding held: [Suggestion] = [], sha256: ([UInt8]) -> [UInt8]
    ) -> [Suggestion] {
        var suggestions = held
        var taken = Set(held.map(\.key))
        for item in LooseJSON.first(in: content, where: items) ?? [] {
            guard suggestions.count < wanted else { break }
            guard let suggestion = suggestion(from: item, sha256: sha256),
                taken.insert(suggestion.key).inserted
            else { continue }
            suggestions.append(suggestion)
        }
        return suggestions
    }

    /// What to ask when an answer left fewer than ten: `prompt`, the number that is missing and
    /// the names that are held already.
    package static func topUpPrompt(after prompt: String, holding held: [Suggestion]) -> String {
        let missing = wanted - held.count
        let names = held.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let taken =
            held.isEmpty
            ? "An earlier answer could not be read. Answer with JSON only, nothing around it."
            : "These are already taken: \(names). Do not repeat or rephrase them."
        return """
            \(prompt)

            \(taken) This time give exactly \(missing) \(held.isEmpty ? "" : "more ")\
            room \(missing == 1 ? "title" : "titles"), in the same JSON form.
            """
    }

    /// The list under `suggestions`, or a list that stands alone and has an object in it.
    private static func items(in value: LooseJSON) -> [LooseJSON]? {
        if let list = value.members?["suggestions"]?.elements { return list }
        guard let list = value.elements, list.contains(where: { $0.members != nil }) else {
            return nil
        }
        return list
    }

    private static func suggestion(
        from item: LooseJSON, sha256: ([UInt8]) -> [UInt8]
    ) -> Suggestion? {
        guard let members = item.members, let written = members["name"]?.string?.trimmed(),
            !written.isEmpty
        else { return nil }
        let name = written.cut(at: 100)
        let key =
            [members["key"]?.string ?? "", name].lazy.map(RoomKey.slug).first { !$0.isEmpty }
            ?? RoomKey.fallback(for: name, sha256: sha256)
        let description = (members["description"]?.string ?? "").trimmed().cut(at: 500)
        return Suggestion(
            name: name, key: key,
            description: description.isEmpty ? "Chat about \(name.lowercased())" : description)
    }
}

extension String {
    /// The text without white space at its ends.
    func trimmed() -> String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// The first `count` code points.
    func cut(at count: Int) -> String {
        String(unicodeScalars.prefix(count))
    }
}
