import Domain
import Services

extension Installation {
    private struct SettingRow: Encodable {
        var key: String
        var value: String
        var source: String

        init(_ entry: SettingsService.Entry) {
            key = entry.setting.name
            value = entry.value
            source = entry.source.rawValue
        }

        init(key: String, value: String, source: String) {
            self.key = key
            self.value = value
            self.source = source
        }
    }

    func listSettings(_ invocation: CommandInvocation) async throws -> ExitCode {
        let live = try await settings.entries().map(SettingRow.init)
        let startup = Setting.startup.map { setting in
            SettingRow(
                key: setting.name, value: configuration.shown(setting),
                source: configuration.source(of: setting.name).description)
        }
        try invocation.output.data(live + startup) {
            let cells = (live + startup).map { row in
                let line = row.value.prefix { !$0.isNewline }
                return [
                    row.key, line.count > 60 ? line.prefix(59) + "…" : String(line), row.source,
                ]
            }
            return TextTable(["SETTING", "VALUE", "SOURCE"], cells).lines
        }
        return .ok
    }

    func getSetting(_ invocation: CommandInvocation) async throws -> ExitCode {
        let key = try invocation.required("KEY").uppercased()
        if let setting = Setting.named(key), !setting.isLive {
            let row = SettingRow(
                key: key, value: configuration.shown(setting),
                source: configuration.source(of: key).description)
            try invocation.output.data(row) { [row.value] }
            return .ok
        }
        let entry = try await settings.entry(key)
        try invocation.output.data(SettingRow(entry)) { [entry.value] }
        if entry.source == .pinned {
            invocation.output.err("Pinned by the environment or the configuration file.")
        }
        return .ok
    }

    func setSetting(_ invocation: CommandInvocation) async throws -> ExitCode {
        let key = try invocation.required("KEY").uppercased()
        if let setting = Setting.named(key), !setting.isLive {
            throw CommandFailure(
                .noPermission,
                "\(key) is read at start only. Set it in the environment or the configuration "
                    + "file and restart.")
        }
        try await settings.set(
            key, to: try invocation.required("VALUE"), actor: "command line")
        let entry = try await settings.entry(key)
        try invocation.output.data(SettingRow(entry)) { ["\(key) = \(entry.value)"] }
        return .ok
    }
}
