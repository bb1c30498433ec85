import Domain
import Store
import Synchronization

/// The live settings: one snapshot in force, changes kept in the database and noted in the audit.
package final class SettingsService: Sendable {
    private let store: DataStore
    private let clock: TimeSource
    /// What environment or file hold fast.
    private let pinned: SettingSet
    private let snapshot: Mutex<LiveSettings>

    /// One row of `settings list`.
    package struct Entry: Sendable {
        package enum Source: String, Sendable {
            case standard = "default"
            case database
            case pinned
        }

        package var setting: Setting
        package var value: String
        package var source: Source
    }

    package init(
        store: DataStore, clock: TimeSource, pinned: SettingSet
    ) async throws {
        self.store = store
        self.clock = clock
        self.pinned = pinned
        snapshot = Mutex(.defaults)
        try await reload()
    }

    /// The settings as they are now; a request takes them once and keeps to them.
    package var current: LiveSettings { snapshot.withLock { $0 } }

    /// Changes a setting from the next request on.
    ///
    /// - Parameter actor: who does it, for the audit.
    package func set(_ name: String, to text: String, actor: String) async throws {
        let setting = try Self.live(name)
        guard !pinned.contains(setting.name) else {
            throw Failure(
                .conflict,
                "\(setting.name) is pinned by the environment or the configuration file. "
                    + "Change it there and restart.")
        }
        let value: SettingValue
        do {
            value = try setting.parse(text)
        } catch {
            throw Failure(.invalid, error.message, field: setting.name)
        }
        let stored = setting.render(value)
        let before = setting.render(current.value(of: setting))
        let now = clock.now()
        try await store.write { tables in
            try tables.settings.set(setting.name, to: stored, at: now)
            try tables.audit.append(
                at: now, actor: actor, action: "settings.set", subject: setting.name,
                detail: "\(before) → \(stored)")
        }
        try await reload()
    }

    /// The value of one setting and where it comes from.
    package func entry(_ name: String) async throws -> Entry {
        let setting = try Self.live(name)
        let stored = try await store.read { try $0.settings.all() }
        return entry(of: setting, stored: stored)
    }

    /// All live settings in the order of the table.
    package func entries() async throws -> [Entry] {
        let stored = try await store.read { try $0.settings.all() }
        return Setting.live.map { entry(of: $0, stored: stored) }
    }

    private func entry(of setting: Setting, stored: [String: String]) -> Entry {
        let source: Entry.Source =
            if pinned.contains(setting.name) {
                .pinned
            } else if stored[setting.name] != nil {
                .database
            } else {
                .standard
            }
        return Entry(
            setting: setting, value: setting.render(current.value(of: setting)), source: source)
    }

    private func reload() async throws {
        var values = SettingSet()
        for (name, text) in try await store.read({ try $0.settings.all() }) {
            // What an older or newer version stored and this one would refuse counts as not set.
            guard let setting = Setting.named(name), let value = try? setting.parse(text) else {
                continue
            }
            values.set(setting, to: value)
        }
        for setting in Setting.live where pinned.contains(setting.name) {
            values.set(setting, to: pinned.value(of: setting))
        }
        snapshot.withLock { $0 = LiveSettings(values) }
    }

    private static func live(_ name: String) throws(Failure) -> Setting {
        guard let setting = Setting.named(name.uppercased()), setting.isLive else {
            let hint = Setting.nearest(to: name).map { " Did you mean \($0)?" } ?? ""
            throw Failure(.notFound, "There is no live setting \(name).\(hint)")
        }
        return setting
    }
}
