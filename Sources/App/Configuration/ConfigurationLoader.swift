import Domain

/// Lays one source of settings over the other, weakest first.
struct ConfigurationLoader {
    private let environment: [String: String]
    private var values = SettingSet()
    private var sources: [String: Configuration.Source] = [:]
    private var warnings: [String] = []

    init(environment: [String: String]) { self.environment = environment }

    var configuration: Configuration {
        Configuration(values: values, sources: sources, warnings: warnings)
    }

    mutating func readFile(_ path: String, isRequired: Bool) throws(CommandFailure) {
        let contents: TextFile.Contents
        do {
            contents = try TextFile.read(path)
        } catch {
            if error.isMissing && !isRequired { return }
            throw CommandFailure(.configuration, error.message)
        }
        let lines: [ConfigurationFile.Line]
        do {
            lines = try ConfigurationFile(contents.text).lines
        } catch {
            throw CommandFailure(.configuration, "\(path):\(error.line): \(error.message)")
        }
        for line in lines where !line.value.isEmpty {
            try set(line.name, line.value, from: .file(path, line: line.number))
            if contents.isWorldReadable && Setting.named(line.name)?.isSecret == true {
                warnings.append(
                    "\(path) holds \(line.name) and everybody can read it; \(line.name)_FILE or a credential keeps it secret."
                )
            }
        }
    }

    /// Reads the variables of the table; an empty one counts as not set.
    mutating func readEnvironment() throws(CommandFailure) {
        for setting in Setting.all {
            let direct = environment[setting.name].flatMap { $0.isEmpty ? nil : $0 }
            if setting.isSecret {
                try readSecretFile(of: setting, direct: direct)
            }
            if let direct { try set(setting.name, direct, from: .environment) }
        }
        warnings += environment.keys.sorted().compactMap(Self.warning)
    }

    mutating func readFlags(_ flags: [String: String]) throws(CommandFailure) {
        for setting in Setting.startup {
            guard let flag = setting.flag, let text = flags[flag] else { continue }
            try set(setting.name, text, from: .flag(flag))
        }
    }

    private mutating func readSecretFile(of setting: Setting, direct: String?)
        throws(CommandFailure)
    {
        let variable = setting.name + "_FILE"
        if let path = environment[variable], !path.isEmpty {
            if direct != nil {
                throw CommandFailure(
                    .configuration,
                    "\(setting.name) and \(variable) are both set; unset one of them.")
            }
            return try readSecret(setting, at: path, isRequired: true)
        }
        if let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty, direct == nil {
            try readSecret(setting, at: folder + "/" + setting.name, isRequired: false)
        }
    }

    private mutating func readSecret(
        _ setting: Setting, at path: String, isRequired: Bool
    ) throws(CommandFailure) {
        do {
            let secret = try TextFile.read(path).text.trimmingBlanks()
            try set(setting.name, secret, from: .secretFile(path))
        } catch let error as TextFile.Failure {
            if error.isMissing && !isRequired { return }
            throw CommandFailure(.configuration, "\(setting.name): \(error.message)")
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(.configuration, "\(setting.name) cannot be read from \(path).")
        }
    }

    private mutating func set(
        _ name: String, _ text: String, from source: Configuration.Source
    ) throws(CommandFailure) {
        guard let setting = Setting.named(name) else { return }
        do {
            values.set(setting, to: try setting.parse(text))
            sources[name] = source
        } catch {
            throw CommandFailure(.configuration, "\(source): \(error.message)")
        }
    }

    /// A variable that looks like one of ours but is not is mostly a slip of the finger.
    private static func warning(_ variable: String) -> String? {
        let prefixes = ["TINTYPE_", "PHOTO_ANALYSIS_", "PHOTO_SIMILARITY_"]
        guard prefixes.contains(where: variable.hasPrefix), variable != "TINTYPE_CONFIG",
            Setting.named(variable) == nil
        else { return nil }
        let hint = Setting.nearest(to: variable).map { "; did you mean \($0)?" } ?? "."
        return "The environment variable \(variable) is not a setting\(hint)"
    }
}
