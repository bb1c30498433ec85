/// The value of a setting after its text was read and found valid.
package enum SettingValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case decimal(Double)
    case bool(Bool)
    case duration(Duration)
    case list([String])
}

/// A Swift type that settings can have.
package protocol SettingRepresentable: Sendable {
    /// Nil where the value is of another kind, which only a wrong key can cause.
    init?(setting: SettingValue)
}

extension String: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .text(let text) = setting else { return nil }
        self = text
    }
}

extension Int: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .integer(let number) = setting else { return nil }
        self = number
    }
}

extension Double: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .decimal(let number) = setting else { return nil }
        self = number
    }
}

extension Bool: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .bool(let flag) = setting else { return nil }
        self = flag
    }
}

extension Duration: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .duration(let duration) = setting else { return nil }
        self = duration
    }
}

extension [String]: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .list(let items) = setting else { return nil }
        self = items
    }
}

/// Choices are enumerations whose raw values are the words a person writes.
extension SettingRepresentable where Self: RawRepresentable<String> {
    package init?(setting: SettingValue) {
        guard case .text(let word) = setting else { return nil }
        self.init(rawValue: word)
    }
}

/// Who analyses photos.
package enum ProviderChoice: String, CaseIterable, SettingRepresentable {
    /// `openai` when a key or a base URL is set, else `builtin`.
    case auto
    case openai, builtin
}

/// How closely a remote model looks at a picture.
package enum DetailMode: String, CaseIterable, SettingRepresentable {
    case low, high, auto
}

/// Who may fetch the picture of an analysis.
package enum ImageAccess: String, CaseIterable, SettingRepresentable {
    /// The id is enough.
    case link
    /// Readers of the record only.
    case owner
}

/// How log lines are written.
package enum LogFormatChoice: String, CaseIterable, SettingRepresentable {
    /// The journal under systemd, text on a terminal, JSON lines elsewhere.
    case auto
    case text, json, journald
}

/// The least important log line that is still written.
package enum LogLevelChoice: String, CaseIterable, SettingRepresentable {
    case debug, info, notice, warning, error
}
