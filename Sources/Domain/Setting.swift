/// One entry of the table of settings: its name, what it may hold, its default and what it means.
///
/// Help, the sample file, the documentation, the admin form and validation are all made from these entries.
package struct Setting: Sendable {
    /// The name in the environment, in the file and in the database.
    package let name: String
    /// The option of `serve` that sets it, or nil where a command line is no place for it.
    package let flag: String?
    package let kind: Kind
    /// The default as a person would write it; empty where there is none.
    package let defaultText: String
    package let section: Section
    package let life: Life
    /// One sentence.
    package let help: String

    package enum Kind: Sendable, Equatable {
        /// One line, its length in Unicode scalars.
        case text(ClosedRange<Int>)
        /// Several lines, its length in Unicode scalars.
        case prose(ClosedRange<Int>)
        /// A text that is never shown, its length in bytes.
        case secret(ClosedRange<Int>)
        case choice([String])
        case integer(ClosedRange<Int>)
        case decimal(ClosedRange<Double>)
        /// An amount of memory or traffic, such as `16KiB`.
        case bytes(ClosedRange<Int>)
        /// A time span within whole seconds, such as `10s`, `250ms` or `2m`.
        case duration(ClosedRange<Int>)
        case bool
        /// An absolute `http` or `https` URL without query.
        case url
        /// A path of a file or folder.
        case path
        /// Addresses to listen on, separated by commas.
        case listenAddresses
        /// Addresses and networks (`10.0.0.0/8`), separated by commas.
        case networks
        /// Numbers of TCP ports, separated by commas.
        case ports
        /// Names or addresses of hosts, each with or without a port, separated by commas.
        case hosts
    }

    package enum Life: Sendable {
        /// Read once at start, from flag, environment or file.
        case startup
        /// In force from the next request on; kept in the database unless environment or file pin it.
        case live
    }

    package enum Section: String, Sendable, CaseIterable {
        case daemon = "Daemon"
        case logging = "Logs"
        case secrets = "Secrets and providers"
        case objectStorage = "Object storage (S3)"
        case http = "HTTP limits"
        case work = "Workers and memory"
        case jobs = "Jobs"
        case analysis = "Photo analysis"
        case similarity = "Similar rooms"
        case limits = "Rate limits of photo analysis"
        case gallery = "Gallery"
        case fetching = "Fetching from the web"
        case processing = "Image processing"
        case requestImages = "Request log and its pictures"
        case solver = "Solver"
    }

    package var isSecret: Bool {
        if case .secret = kind { true } else { false }
    }
    package var isLive: Bool { life == .live }

    /// The default as a value. The tests hold that every default in the table is valid.
    package var defaultValue: SettingValue {
        if defaultText.isEmpty { return emptyValue }
        guard let value = try? parse(defaultText) else {
            preconditionFailure("the default of \(name) is invalid")
        }
        return value
    }

    private var emptyValue: SettingValue {
        switch kind {
        case .listenAddresses, .networks, .ports, .hosts: .list([])
        default: .text("")
        }
    }
}

/// A refused value: a sentence that names the setting and what it may hold, never a secret.
package struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
    package let name: String
    package let message: String

    package init(name: String, message: String) {
        self.name = name
        self.message = message
    }

    package var description: String { message }
}

extension Setting {
    /// The entry of that name.
    package static func named(_ name: String) -> Setting? { byName[name] }

    private static let byName = Dictionary(
        all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The live ones, in the order of the table.
    package static let live = all.filter(\.isLive)
    /// The startup ones, in the order of the table.
    package static let startup = all.filter { !$0.isLive }

    /// The name most like `name`, for the hint after a slip of the finger; nil where none is near.
    package static func nearest(to name: String) -> String? {
        EditDistance.nearest(to: name.uppercased(), among: all.map(\.name))
    }
}
