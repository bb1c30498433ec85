import Domain

/// All settings as flags, environment, files and defaults leave them, and where each one comes from.
package struct Configuration: Sendable {
    package let startup: StartupSettings
    /// The live settings that environment or file hold fast; they cannot be changed while the daemon runs.
    package let pinned: SettingSet
    /// Sentences about what was probably not meant.
    package let warnings: [String]

    private let values: SettingSet
    private let sources: [String: Source]

    package enum Source: Sendable, Equatable {
        case flag(String)
        case environment
        /// The file that `NAME_FILE` names, or the one in `$CREDENTIALS_DIRECTORY`.
        case secretFile(String)
        case file(String, line: Int)
        case builtIn
    }

    /// The configuration file that is read where none is named.
    package static let defaultPath = "/etc/tintype/tintype.conf"

    /// Reads everything; flag goes before environment, environment before file, file before default.
    ///
    /// - Parameter flags: the startup options of the command line, by their name with dashes.
    /// - Throws: `CommandFailure` with exit code 78 and a sentence that names place and cause.
    package static func load(
        flags: [String: String], environment: [String: String],
        defaultPath: String = Configuration.defaultPath
    ) throws(CommandFailure) -> Configuration {
        var loader = ConfigurationLoader(environment: environment)
        let named =
            flags["--config"] ?? environment["TINTYPE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        try loader.readFile(named ?? defaultPath, isRequired: named != nil)
        try loader.readEnvironment()
        try loader.readFlags(flags)
        return loader.configuration
    }

    init(values: SettingSet, sources: [String: Source], warnings: [String]) {
        self.values = values
        self.sources = sources
        self.warnings = warnings
        startup = StartupSettings(values)
        var pinned = SettingSet()
        for setting in Setting.live where values.contains(setting.name) {
            pinned.set(setting, to: values.value(of: setting))
        }
        self.pinned = pinned
    }

    package func source(of name: String) -> Source { sources[name] ?? .builtIn }

    /// The value for display; secrets are never in it.
    package func shown(_ setting: Setting) -> String {
        setting.render(values.value(of: setting))
    }

    /// The addresses of TINTYPE_LISTEN.
    package var listenAddresses: [ListenAddress] {
        startup[.listen].compactMap { ListenAddress($0) }
    }

    /// The networks of TINTYPE_TRUSTED_PROXIES.
    package var trustedProxies: [NetworkRange] {
        startup[.trustedProxies].compactMap { NetworkRange($0) }
    }
}

extension Configuration.Source: CustomStringConvertible {
    package var description: String {
        switch self {
        case .flag(let name): "option \(name)"
        case .environment: "environment"
        case .secretFile(let path): path
        case .file(let path, let line): "\(path):\(line)"
        case .builtIn: "default"
        }
    }
}
