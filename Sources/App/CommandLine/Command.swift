/// One row of the table of commands. Help, parsing and completion are made from it.
package struct Command: Sendable {
    /// A word without dashes: `EMAIL`.
    package struct Argument: Sendable {
        package let name: String
        package let isRequired: Bool
        package let help: String
    }

    package struct Option: Sendable {
        package enum Kind: Sendable, Equatable {
            /// Stands alone.
            case flag
            case text(String)
            case path(String)
            case choice([String])
            case integer(String, ClosedRange<Int>)
            case duration(String)
        }

        /// With its dashes.
        package let name: String
        package let kind: Kind
        package let isRequired: Bool
        package let help: String
    }

    /// Where the work is done.
    package enum Place: Sendable {
        /// In this process.
        case here
        /// In the running daemon, or here under the data directory's lock when none runs.
        case services
    }

    /// What the calling process reads and hands over, because the daemon stands in another place.
    package enum Input: Sendable, Equatable {
        case none
        /// A password: standard input if `--password-stdin` was given, else asked for on a terminal.
        case password
        /// The file that this argument names, if there is one.
        case file(String)
    }

    package let verb: Verb
    /// One line, without full stop.
    package let summary: String
    package let details: String
    package let arguments: [Argument]
    package let options: [Option]
    package let place: Place
    package let input: Input
    package let isHidden: Bool
    /// Exit codes beyond those that every command has.
    package let exitCodes: [ExitCode]

    init(
        _ verb: Verb, _ summary: String, details: String = "", arguments: [Argument] = [],
        options: [Option] = [], place: Place = .services, input: Input = .none,
        isHidden: Bool = false, exitCodes: [ExitCode] = []
    ) {
        self.verb = verb
        self.summary = summary
        self.details = details
        self.arguments = arguments
        self.options = options
        self.place = place
        self.input = input
        self.isHidden = isHidden
        self.exitCodes = exitCodes
    }

    /// The options of this command and those that all commands have.
    package var allOptions: [Option] { options + Self.common }

    /// What to type: `tintype users create EMAIL --role ROLE [--password-stdin]`.
    package var usage: String {
        var words = ["tintype", verb.rawValue]
        words += arguments.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        for option in options where !Self.isStartup(option) {
            words.append(option.isRequired ? option.usage : "[\(option.usage)]")
        }
        if options.contains(where: Self.isStartup) { words.append("[SETTING…]") }
        return words.joined(separator: " ")
    }

    static let byVerb = Dictionary(
        all.map { ($0.verb, $0) }, uniquingKeysWith: { first, _ in first })
}

extension Command.Option {
    static func flag(_ name: String, _ help: String) -> Self {
        Self(name: name, kind: .flag, isRequired: false, help: help)
    }

    static func value(_ name: String, _ kind: Kind, required: Bool = false, _ help: String) -> Self
    {
        Self(name: name, kind: kind, isRequired: required, help: help)
    }

    /// `--role admin|supervisor|user`.
    package var usage: String { placeholder.map { "\(name) \($0)" } ?? name }

    /// The word for the value, or nil for a flag.
    package var placeholder: String? {
        switch kind {
        case .flag: nil
        case .text(let word), .path(let word), .duration(let word), .integer(let word, _): word
        case .choice(let words): words.joined(separator: "|")
        }
    }
}

extension Command.Argument {
    static func required(_ name: String, _ help: String) -> Self {
        Self(name: name, isRequired: true, help: help)
    }

    static func optional(_ name: String, _ help: String) -> Self {
        Self(name: name, isRequired: false, help: help)
    }
}
