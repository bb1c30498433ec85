/// Values by the name of their setting; what is not in here has its default.
package struct SettingSet: Sendable, Equatable {
    private var values: [String: SettingValue]

    package init(_ values: [String: SettingValue] = [:]) { self.values = values }

    package func value(of setting: Setting) -> SettingValue {
        values[setting.name] ?? setting.defaultValue
    }

    package mutating func set(_ setting: Setting, to value: SettingValue) {
        values[setting.name] = value
    }

    package func contains(_ name: String) -> Bool { values[name] != nil }

    func value<Value: SettingRepresentable>(_ name: String, as type: Value.Type) -> Value {
        guard let value = values[name], let typed = Value(setting: value) else {
            preconditionFailure("\(name) is not a setting of type \(type)")
        }
        return typed
    }

    /// These values and the defaults of all other settings, so that reading one is one lookup.
    var completed: SettingSet {
        SettingSet(values.merging(Self.defaults) { given, _ in given })
    }

    private static let defaults = Dictionary(
        Setting.all.map { ($0.name, $0.defaultValue) }, uniquingKeysWith: { first, _ in first })
}

/// All live settings at one moment: immutable, so one request sees one state from beginning to end.
package struct LiveSettings: Sendable, Equatable {
    private let values: SettingSet

    /// Everything as the table has it.
    package static let defaults = LiveSettings()

    /// The defaults overlaid by `values`, which were read by `Setting.parse`.
    package init(_ values: SettingSet = SettingSet()) { self.values = values.completed }

    package subscript<Value>(key: SettingKey<Value>) -> Value {
        values.value(key.name, as: Value.self)
    }

    package func value(of setting: Setting) -> SettingValue { values.value(of: setting) }

    /// The same settings but one, read from what a person wrote.
    package func setting(_ name: String, to text: String) throws(SettingError) -> LiveSettings {
        guard let setting = Setting.named(name), setting.isLive else {
            throw SettingError(name: name, message: "\(name) is not a live setting.")
        }
        var values = values
        values.set(setting, to: try setting.parse(text))
        return LiveSettings(values)
    }
}

/// All startup settings, fixed for the life of the process.
package struct StartupSettings: Sendable, Equatable {
    private let values: SettingSet
    private let given: SettingSet

    package init(_ values: SettingSet = SettingSet()) {
        self.values = values.completed
        given = values
    }

    package subscript<Value>(key: StartupKey<Value>) -> Value {
        values.value(key.name, as: Value.self)
    }

    /// Whether somebody set it, be it to its default.
    package func isSet<Value>(_ key: StartupKey<Value>) -> Bool { given.contains(key.name) }
}
