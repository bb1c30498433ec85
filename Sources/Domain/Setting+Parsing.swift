extension Setting {
    /// Reads what a person wrote; refuses what is out of range with a sentence that names the range.
    package func parse(_ text: String) throws(SettingError) -> SettingValue {
        switch kind {
        case .prose(let length): return .text(try checked(text, length: length, lines: true))
        case .text(let length): return .text(try checked(text, length: length, lines: false))
        case .secret(let length):
            if length.contains(text.utf8.count), !text.utf8.contains(0) { return .text(text) }
            throw SettingError(name: name, message: "\(name) must be \(expectation).")
        default: break
        }
        let word = text.trimmingBlanks()
        guard let value = parse(word: word) else { throw refusal(of: word) }
        return value
    }

    /// The words for what a value may be: `a number from 0.1 to 50.0`.
    package var expectation: String {
        switch kind {
        case .text(let length), .prose(let length):
            length.lowerBound > 0
                ? "text of \(length.lowerBound) to \(length.upperBound) characters"
                : "text of at most \(length.upperBound) characters"
        case .secret(let length):
            length.lowerBound > 1 ? "a secret of at least \(length.lowerBound) bytes" : "a secret"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .integer(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "a size from \(SettingText.bytes(range.lowerBound)) to \(SettingText.bytes(range.upperBound))"
        case .duration(let range):
            "a time from \(SettingText.duration(.seconds(range.lowerBound)))"
                + " to \(SettingText.duration(.seconds(range.upperBound)))"
        case .bool: "true or false"
        case .url: "an http or https URL without user, query or fragment"
        case .path: "a path"
        case .listenAddresses: "HOST:PORT or unix:PATH, several separated by commas"
        case .networks: "addresses or networks such as 10.0.0.0/8, separated by commas"
        case .ports: "numbers of ports, separated by commas"
        case .hosts: "hosts with or without a port, separated by commas"
        }
    }

    private func parse(word: String) -> SettingValue? {
        switch kind {
        case .text, .prose, .secret:
            nil
        case .choice(let words):
            words.contains(word.lowercased()) ? .text(word.lowercased()) : nil
        case .integer(let range):
            SettingText.integer(word).flatMap { range.contains($0) ? .integer($0) : nil }
        case .decimal(let range):
            SettingText.decimal(word).flatMap { range.contains($0) ? .decimal($0) : nil }
        case .bytes(let range):
            SettingText.bytes(word).flatMap { range.contains($0) ? .integer($0) : nil }
        case .duration(let range):
            SettingText.duration(word).flatMap {
                $0 >= .seconds(range.lowerBound) && $0 <= .seconds(range.upperBound)
                    ? .duration($0) : nil
            }
        case .bool:
            SettingText.bool(word).map { .bool($0) }
        case .url:
            SettingText.url(word).map { .text($0) }
        case .path:
            word.isEmpty || word.unicodeScalars.contains { $0.value < 32 } ? nil : .text(word)
        case .listenAddresses:
            SettingText.list(word) { ListenAddress($0)?.description }.map { .list($0) }
        case .networks:
            SettingText.list(word) { NetworkRange($0)?.description }.map { .list($0) }
        case .ports:
            SettingText.list(word) { SettingText.port($0).map { "\($0)" } }.map { .list($0) }
        case .hosts:
            SettingText.list(word) { ListenAddress.host($0) }.map { .list($0) }
        }
    }

    private func checked(
        _ text: String, length: ClosedRange<Int>, lines: Bool
    ) throws(SettingError) -> String {
        let scalars = text.unicodeScalars
        if !length.contains(scalars.count) {
            throw SettingError(name: name, message: "\(name) must be \(expectation).")
        }
        let isControl = { (scalar: Unicode.Scalar) in
            scalar.value < 32 && !(lines && [9, 10, 13].contains(scalar.value))
        }
        if scalars.contains(where: isControl) {
            throw SettingError(
                name: name, message: "\(name) must not contain control characters.")
        }
        return text
    }

    private func refusal(of word: String) -> SettingError {
        let shown = word.unicodeScalars.count > 60 ? word.prefix(60) + "…" : word[...]
        return SettingError(
            name: name, message: "\(name) must be \(expectation), not \"\(shown)\".")
    }
}

extension Setting {
    /// The one way to write `value`: what a person would type and `parse` reads back. Secrets are never in it.
    package func render(_ value: SettingValue) -> String {
        if isSecret { return value == .text("") ? "" : "(secret)" }
        switch value {
        case .text(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case .decimal(let number): return SettingText.decimal(number)
        case .duration(let duration): return SettingText.duration(duration)
        case .list(let items): return items.joined(separator: ",")
        case .integer(let number):
            if case .bytes = kind { return SettingText.bytes(number) }
            return String(number)
        }
    }
}
