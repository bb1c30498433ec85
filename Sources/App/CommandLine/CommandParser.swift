import Domain

/// What a command line asks for.
package enum CommandRequest: Sendable, Equatable {
    case run(ParsedArguments)
    /// The help of all commands, of a group such as `users`, or of one command.
    case help([Verb])
}

/// The words of a command line, checked against the table.
package struct ParsedArguments: Sendable, Equatable {
    package let verb: Verb
    var arguments: [String: String] = [:]
    var options: [String: String] = [:]

    init(_ verb: Verb) { self.verb = verb }

    package var command: Command { verb.command }
    package var wantsJSON: Bool { flag("--json") }

    /// The word in the place of that name.
    package func argument(_ name: String) -> String? { arguments[name] }
    package func flag(_ name: String) -> Bool { options[name] != nil }
    package func text(_ name: String) -> String? { options[name] }
    package func integer(_ name: String) -> Int? {
        options[name].flatMap { SettingText.integer($0) }
    }
    package func duration(_ name: String) -> Duration? {
        options[name].flatMap { SettingText.duration($0) }
    }

    /// The options that are settings, for `Configuration.load`.
    package var settingFlags: [String: String] { options }
}

/// Reads command lines by the table of commands.
package struct CommandParser {
    private var rest: ArraySlice<String>
    private var early: [String: String] = [:]

    /// - Parameter words: the arguments without the program's name.
    /// - Throws: `CommandFailure` with exit code 64, a sentence and a hint.
    package static func parse(_ words: [String]) throws(CommandFailure) -> CommandRequest {
        var parser = CommandParser(rest: words[...])
        return try parser.request()
    }

    private init(rest: ArraySlice<String>) { self.rest = rest }

    private mutating func request() throws(CommandFailure) -> CommandRequest {
        while let word = rest.first, word.hasPrefix("-") {
            if word == "--version" { return .run(ParsedArguments(.version)) }
            if word == "--help" || word == "-h" { return .help([]) }
            rest.removeFirst()
            let (name, value) = try option(word, of: Command.common, hint: "tintype --help")
            early[name] = value
        }
        guard let first = rest.popFirst() else {
            throw CommandFailure(.usage, "No command was given; tintype --help lists them.")
        }
        let verbs = Verb.allCases.filter { $0.words[0] == Verb.normalised(first) }
        if verbs.isEmpty { throw unknown(first) }
        if verbs.count == 1 && verbs[0].words.count == 1 { return try request(verbs[0]) }

        let second = rest.popFirst() ?? ""
        if second == "--help" || second == "-h" { return .help(verbs) }
        guard let verb = verbs.first(where: { $0.words.last == Verb.normalised(second) }) else {
            let names = verbs.compactMap(\.words.last).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                second.isEmpty
                    ? "\(first) needs one of \(names)."
                    : "\(first) has no command \(second); it has \(names).")
        }
        return try request(verb)
    }

    private mutating func request(_ verb: Verb) throws(CommandFailure) -> CommandRequest {
        let command = verb.command
        var parsed = ParsedArguments(verb)
        parsed.options = early
        var places = command.arguments[...]
        var isOnlyWords = false
        var topics: [String] = []
        while let word = rest.popFirst() {
            if word == "--" && !isOnlyWords {
                isOnlyWords = true
            } else if !isOnlyWords, word == "--help" || word == "-h" {
                return .help([verb])
            } else if !isOnlyWords, Self.isOption(word) {
                let (name, value) = try option(
                    word, of: command.allOptions, hint: "tintype \(verb.rawValue) --help")
                // Several addresses may also be given by repeating the option.
                let earlier = name == "--listen" ? parsed.options[name] : nil
                parsed.options[name] = earlier.map { $0 + "," + value } ?? value
            } else if verb == .help {
                topics.append(word)
            } else if let place = places.popFirst() {
                parsed.arguments[place.name] = word
            } else {
                throw misuse(verb, "\(Self.shown(word)) is one argument too many.")
            }
        }
        if verb == .help { return .help(try topicsNamed(topics)) }
        if let missing = places.first(where: \.isRequired) {
            throw misuse(verb, "\(missing.name) is missing.")
        }
        for option in command.options where option.isRequired && !parsed.flag(option.name) {
            throw misuse(verb, "\(option.usage) is missing.")
        }
        return .run(parsed)
    }

    /// The name and the value of the option that `word` begins; a flag's value is empty.
    private mutating func option(
        _ word: String, of options: [Command.Option], hint: String
    ) throws(CommandFailure) -> (String, String) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = options.first(where: { $0.name == name }) else {
            let near = EditDistance.nearest(to: name, among: options.map(\.name))
            throw CommandFailure(
                .usage,
                "There is no option \(Self.shown(name)); "
                    + (near.map { "did you mean \($0)?" } ?? "see \(hint)."))
        }
        if option.kind == .flag {
            if parts.count > 1 { throw CommandFailure(.usage, "\(name) takes no value.") }
            return (name, "")
        }
        guard let value = parts.count > 1 ? String(parts[1]) : rest.popFirst() else {
            throw CommandFailure(.usage, "\(name) needs a value: \(option.usage).")
        }
        try check(value, of: option)
        return (name, value)
    }

    private func check(_ value: String, of option: Command.Option) throws(CommandFailure) {
        let problem: String? =
            switch option.kind {
            case .flag, .text: nil
            case .path: value.isEmpty ? "a path" : nil
            case .choice(let words):
                words.contains(value) ? nil : "one of " + words.joined(separator: ", ")
            case .integer(_, let range):
                SettingText.integer(value).map(range.contains) == true
                    ? nil : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .duration:
                SettingText.duration(value) == nil ? "a time such as 90d, 12h or 30m" : nil
            }
        if let problem {
            throw CommandFailure(
                .usage, "\(option.name) must be \(problem), not \(Self.shown(value)).")
        }
    }

    /// `-1` and a lone dash are words, not options.
    private static func isOption(_ word: String) -> Bool {
        word.hasPrefix("-") && word != "-" && SettingText.decimal(word) == nil
    }

    private func topicsNamed(_ words: [String]) throws(CommandFailure) -> [Verb] {
        if words.isEmpty { return [] }
        let wanted = words.map(Verb.normalised)
        let verbs = Verb.allCases.filter { $0.words.starts(with: wanted) }
        if verbs.isEmpty { throw unknown(words.joined(separator: " ")) }
        return verbs
    }

    private func unknown(_ name: String) -> CommandFailure {
        let candidates = Command.all.filter { !$0.isHidden }.flatMap {
            [$0.verb.rawValue, $0.verb.words[0]]
        }
        let near = EditDistance.nearest(to: Verb.normalised(name), among: candidates)
        return CommandFailure(
            .usage,
            "There is no command \(Self.shown(name)); "
                + (near.map { "did you mean \($0)?" } ?? "tintype --help lists them."))
    }

    private func misuse(_ verb: Verb, _ message: String) -> CommandFailure {
        CommandFailure(.usage, "\(message) Usage: \(verb.command.usage)")
    }

    private static func shown(_ word: String) -> String {
        "\"" + String(word.unicodeScalars.prefix(60).filter { $0.value >= 32 }.map(Character.init))
            + "\""
    }
}
